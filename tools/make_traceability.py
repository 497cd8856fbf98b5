"""Write docs/traceability.md: law article -> requirement -> function of producer and verifier -> tests.

Read from spec/laws.json, spec/national.json, the requirement lines of spec/*.md and the citations `[LAW-4]` in the
code. `--check` writes nothing and fails where the page is old.
"""

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "traceability.md"
STATED = re.compile(
    r"^\*\*\[([A-Z]{3,}-\d+)\]\*\* .* \((?:producer|verifier|producer, verifier)(?:; ([A-Z0-9, -]+))?\)$"
)
CITED = re.compile(r"\[([A-Z]{3,}-\d+)\]")
ROOMS = {
    "producer": ("tally_protocol", "tally_node", "coordinator"),
    "verifier": ("verifier",),
    "tests": ("tests",),
}
HEAD = """# From the law to the line: traceability

**中文摘要**：每条法律条文 → 规范要求 → 生产方函数 → 核验方函数 → 测试。本页由 `tools/make_traceability.py` 生成，
CI 检查其是否过期；缺任何一环，`make check` 不通过。

Made by `python tools/make_traceability.py`; CI fails when it is old, and when a link is missing
(`tests/house/test_spec_trace.py`).
"""


def named_spans(tree: ast.Module) -> list[tuple[int, int, str]]:
    """(first line, last line, name) of every function and method, outermost first; decorators belong to it."""
    spans: list[tuple[int, int, str]] = []

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}{child.name}"
                first = min([child.lineno, *(part.lineno for part in child.decorator_list)])
                spans.append((first, child.end_lineno or child.lineno, name))
                walk(child, f"{name}.")
    walk(tree, "")
    return spans


def citations(path: Path) -> Iterator[tuple[str, str]]:
    """(requirement, `file:function`) for each citation of a file; a module's docstring gives the file alone."""
    text = path.read_text("utf-8")
    spans = named_spans(ast.parse(text)) if path.suffix == ".py" else []
    place = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(text.splitlines(), 1):
        for name in CITED.findall(line):
            inside = [span for span in spans if span[0] <= number <= span[1]]
            yield name, f"{place}:{inside[-1][2]}" if inside else place


def cited_in(rooms: tuple[str, ...]) -> dict[str, list[str]]:
    """Requirement -> where it is cited; the file alone only if no function of it is named."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    paths = sorted(p for room in rooms for p in (ROOT / room).rglob("*") if p.suffix in {".py", ".js"})
    for path in paths:
        if "house" in path.parts or "_pb2" in path.name:
            continue
        for name, place in citations(path):
            found[name][place] = None
    return {
        name: [place for place in places if ":" in place or not any(p.startswith(f"{place}:") for p in places)]
        for name, places in found.items()
    }


def requirements() -> list[tuple[str, str, list[str]]]:
    """(id, chapter, law keys) in the order of the spec."""
    return [
        (match[1], page.name, (match[2] or "").replace(",", " ").split())
        for page in sorted((ROOT / "spec").glob("*.md"))
        for line in page.read_text("utf-8").splitlines()
        if (match := STATED.match(line))
    ]


def national_values() -> dict[str, list[str]]:
    """Law key -> `law, electorate: path = value` that national law fixes by it."""
    found: dict[str, list[str]] = defaultdict(list)
    national = json.loads((ROOT / "spec" / "national.json").read_text("utf-8"))
    for law, entry in national.items():
        for electorate, values in entry["electorates"].items():
            for path, (value, key) in values.items():
                found[key].append(f"{law}/{electorate} `{path}` = `{json.dumps(value, ensure_ascii=False)}`")
    return found


def page() -> str:
    """The page's text."""
    laws = json.loads((ROOT / "spec" / "laws.json").read_text("utf-8"))
    stated = requirements()
    cited = {who: cited_in(rooms) for who, rooms in ROOMS.items()}
    values = national_values()
    lines = [HEAD]
    for key, law in laws.items():
        lines.append(f"\n## {key}: {law['law']} {law['article']}\n")
        lines.append(f"Text of {law['date']}, in force since {law['in_force']}.")
        if key in values:
            lines.append("\nFixes: " + "; ".join(values[key]) + " ([PROF-2]).")
        rows = [(name, chapter) for name, chapter, keys in stated if key in keys]
        if rows:
            lines.append("\n| requirement | producer | verifier | tests |\n|---|---|---|---|")
        for name, chapter in rows:
            cells = ["<br>".join(f"`{place}`" for place in cited[who].get(name, [])) or "–" for who in ROOMS]
            lines.append(f"| [{name}](../spec/{chapter}) | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text("utf-8") != text:
            print("traceability: docs/traceability.md is old; run python tools/make_traceability.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
