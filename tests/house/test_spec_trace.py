"""Each requirement is cited by whoever must obey it and by a test; no citation dangles; no code is unknown.

A requirement is one line of spec/*.md, `**[ID-1]** text (producer, verifier)`; the parties are producer,
verifier or both, and a test is always due. A party whose rooms are not all built yet owes nothing: the trace
says what is missing as soon as the last of its rooms holds code.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tally_protocol.law.national import NATIONAL as PRODUCERS
from verifier.decode.national import NATIONAL as CHECKER

STATED = re.compile(
    r"^\*\*\[([A-Z]{3,}-\d+)\]\*\* .*"
    r"\((producer|verifier|producer, verifier)(?:; ([A-Z]{2}-\w+(?:, [A-Z]{2}-\w+)*))?\)$"
)
CITED = re.compile(r"\[([A-Z]{3,}-\d+)\]")
CODE = re.compile(r"\b(?<!os\.)[EFW]_[A-Z][A-Z0-9_]*[A-Z0-9]\b")  # os.W_OK is a permission, not a code
ROOMS = {
    "producer": ("tally_protocol", "tally_node", "coordinator"),
    "verifier": ("verifier",),
    "test": ("tests",),
    "law test": ("tests/laws",),
}
SOURCES = {".py", ".js"}


def gaps(spec: str, cited: Mapping[str, set[str]], due_from: Iterable[str], laws: Mapping[str, bool]) -> list[str]:
    """What does not fit between the spec's text, the ids that each party cites, and the articles behind them.

    `laws`: key of spec/laws.json -> whether spec/national.json takes a value from it.
    """
    due = set(due_from)
    found: list[str] = []
    stated: set[str] = set()
    used = {key for key, taken in laws.items() if taken}
    for line in spec.splitlines():
        if not line.startswith("**["):
            continue
        if not (match := STATED.match(line)):
            found.append(f"requirement line not understood: {line[:80]}")
            continue
        name, parties = match[1], {*match[2].split(", "), "test"}
        articles = set(match[3].split(", ")) if match[3] else set()
        parties |= {"law test"} if articles else set()
        found += [f"{name}: no article {key} in laws.json" for key in sorted(articles - laws.keys())]
        used |= articles
        if name in stated:
            found.append(f"{name}: stated twice")
        found += [f"{name}: not cited by {who}" for who in sorted(parties & due) if name not in cited[who]]
        stated.add(name)
    dangling = {(name, who) for who, names in cited.items() for name in names - stated}
    found += [f"{name}: cited by {who}, not stated" for name, who in sorted(dangling)]
    return found + [f"article {key}: no requirement and no national value" for key in sorted(laws.keys() - used)]


def sources(root: Path, rooms: Iterable[str]) -> list[Path]:
    """Hand-written files of some rooms; this house quotes ids to test itself and is left out."""
    paths = [path for room in rooms for path in sorted((root / room).rglob("*")) if path.suffix in SOURCES]
    return [path for path in paths if "house" not in path.parts and "_pb2" not in path.name]


def is_built(root: Path, room: str) -> bool:
    return any(path.name != "__init__.py" for path in sources(root, [room]))


def spec_text(root: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((root / "spec").glob("*.md")))


def articles(root: Path) -> dict[str, bool]:
    """The keys of spec/laws.json, and whether national law fixes a value by them."""
    laws = json.loads((root / "spec/laws.json").read_text("utf-8"))
    national = json.loads((root / "spec/national.json").read_text("utf-8"))
    taken = {
        article
        for law in national.values()
        for values in law["electorates"].values()
        for _, article in values.values()
    }
    assert taken <= laws.keys(), f"national.json names unknown articles: {sorted(taken - laws.keys())}"
    return {key: key in taken for key in laws}


def test_spec_code_and_tests_agree(root: Path) -> None:
    cited = {
        who: {name for path in sources(root, rooms) for name in CITED.findall(path.read_text("utf-8"))}
        for who, rooms in ROOMS.items()
    }
    due = {who for who in ("producer", "verifier") if all(is_built(root, room) for room in ROOMS[who])}
    if due == {"producer", "verifier"}:
        due |= {"test", "law test"}
    found = gaps(spec_text(root), cited, due, articles(root))
    assert not found, "\n".join(found)


def test_the_trace_notices() -> None:
    good = "**[AAA-1]** one (producer, verifier)\n**[AAA-2]** two (verifier)\n"
    spec = good + "**[AAA-2]** again (verifier)\n**[x] no\n**[AAA-4]** law (verifier; VC-18, VC-99)"
    cited = {
        "producer": {"AAA-3"}, "verifier": {"AAA-1", "AAA-2", "AAA-4"}, "test": {"AAA-1", "AAA-2", "AAA-4"},
        "law test": set[str](),
    }  # fmt: skip
    assert gaps(spec, cited, cited, {"VC-18": False, "CC-1": True, "CC-2": False}) == [
        "AAA-1: not cited by producer",
        "AAA-2: stated twice",
        "requirement line not understood: **[x] no",
        "AAA-4: no article VC-99 in laws.json",
        "AAA-4: not cited by law test",
        "AAA-3: cited by producer, not stated",
        "article CC-2: no requirement and no national value",
    ]


def test_every_code_has_its_sentences(root: Path) -> None:
    """A code of the spec's text or of a program stands in spec/codes.json, in Chinese and in English."""
    codes = json.loads((root / "spec/codes.json").read_text("utf-8"))
    assert [name for name, text in codes.items() if not (text["zh"].strip() and text["en"].strip())] == []
    unknown = sorted(set(CODE.findall(spec_text(root))) - codes.keys())
    for path in sources(root, ROOMS["producer"] + ROOMS["verifier"]):
        names = set(CODE.findall(path.read_text("utf-8"))) - codes.keys()
        unknown += [f"{path.relative_to(root)}: {name}" for name in sorted(names)]
    assert unknown == []


def test_no_code_is_only_on_paper(root: Path) -> None:
    """Every code of spec/codes.json is raised or reported by somebody, once everybody is built."""
    rooms = ROOMS["producer"] + ROOMS["verifier"]
    if not all(is_built(root, room) for room in rooms):
        return
    codes = json.loads((root / "spec/codes.json").read_text("utf-8"))
    text = "\n".join(path.read_text("utf-8") for path in sources(root, rooms))
    assert [name for name in codes if not re.search(rf"\b{name}\b", text)] == []


def test_everybody_speaks_the_same_spec_version(root: Path) -> None:
    said = {
        name: re.findall(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        for name, pattern in {
            "tally_protocol/__init__.py": r"^SPEC_VERSION = (\d+)$",
            "verifier/__init__.py": r"^SPEC_VERSION = (\d+)$",
            "spec/README.md": r"`SPEC_VERSION` is (\d+)\.",
        }.items()
    }
    assert len({tuple(found) for found in said.values()}) == 1, said
    assert all(len(found) == 1 for found in said.values()), said


def test_the_page_from_the_law_to_the_line_is_fresh(root: Path) -> None:
    """`python tools/make_traceability.py` writes docs/traceability.md; here it only compares."""
    command = [sys.executable, "tools/make_traceability.py", "--check"]
    made = subprocess.run(command, cwd=root, capture_output=True, check=False)
    assert made.returncode == 0, made.stderr.decode()


def flat(laws: Mapping[str, Any], electorates: Callable[[Any], Any]) -> dict[tuple[str, str, str], tuple[Any, str]]:
    """(law, electorate, path) -> (value, article); a list is a list whoever writes it."""
    return {
        (law, electorate, path): (list(value) if isinstance(value, tuple | list) else value, article)
        for law, entry in laws.items()
        for electorate, values in electorates(entry).items()
        for path, (value, article) in values.items()
    }


def test_both_sides_carry_the_national_values_of_the_spec(root: Path) -> None:
    """[PROF-2]: what national law fixes is data of the contract; each side has its own copy, equal to it."""
    spec = json.loads((root / "spec/national.json").read_text("utf-8"))
    assert flat(spec, lambda law: law["electorates"]) == flat(PRODUCERS, lambda law: law)
    assert flat(spec, lambda law: law["electorates"]) == flat(CHECKER, lambda law: law)
