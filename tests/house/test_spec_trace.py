"""Each requirement is cited by whoever must obey it and by a test; no citation dangles; no code is unknown.

A requirement is one line of spec/*.md, `**[ID-1]** text (producer, verifier)`; the parties are producer,
verifier or both, and a test is always due. A party whose rooms are not all built yet owes nothing: the trace
says what is missing as soon as the last of its rooms holds code.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

STATED = re.compile(r"^\*\*\[([A-Z]{3,}-\d+)\]\*\* .*\((producer|verifier|producer, verifier)\)$")
CITED = re.compile(r"\[([A-Z]{3,}-\d+)\]")
CODE = re.compile(r"\b[EF]_[A-Z][A-Z0-9_]*[A-Z0-9]\b")
ROOMS = {
    "producer": ("tally_protocol", "tally_node", "coordinator"),
    "verifier": ("verifier",),
    "test": ("tests",),
}
SOURCES = {".py", ".js"}


def gaps(spec: str, cited: Mapping[str, set[str]], due_from: Iterable[str]) -> list[str]:
    """What does not fit between the spec's text and the ids that each party cites."""
    due = set(due_from)
    found: list[str] = []
    stated: set[str] = set()
    for line in spec.splitlines():
        if not line.startswith("**["):
            continue
        if not (match := STATED.match(line)):
            found.append(f"requirement line not understood: {line[:80]}")
            continue
        name, parties = match[1], {*match[2].split(", "), "test"}
        if name in stated:
            found.append(f"{name}: stated twice")
        found += [f"{name}: not cited by {who}" for who in sorted(parties & due) if name not in cited[who]]
        stated.add(name)
    dangling = {(name, who) for who, names in cited.items() for name in names - stated}
    return found + [f"{name}: cited by {who}, not stated" for name, who in sorted(dangling)]


def sources(root: Path, rooms: Iterable[str]) -> list[Path]:
    """Hand-written files of some rooms; this house quotes ids to test itself and is left out."""
    paths = [path for room in rooms for path in sorted((root / room).rglob("*")) if path.suffix in SOURCES]
    return [path for path in paths if "house" not in path.parts and "_pb2" not in path.name]


def is_built(root: Path, room: str) -> bool:
    return any(path.name != "__init__.py" for path in sources(root, [room]))


def spec_text(root: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((root / "spec").glob("*.md")))


def test_spec_code_and_tests_agree(root: Path) -> None:
    cited = {
        who: {name for path in sources(root, rooms) for name in CITED.findall(path.read_text("utf-8"))}
        for who, rooms in ROOMS.items()
    }
    due = {who for who in ("producer", "verifier") if all(is_built(root, room) for room in ROOMS[who])}
    if due == {"producer", "verifier"}:
        due.add("test")
    found = gaps(spec_text(root), cited, due)
    assert not found, "\n".join(found)


def test_the_trace_notices() -> None:
    good = "**[AAA-1]** one (producer, verifier)\n**[AAA-2]** two (verifier)\n"
    spec = good + "**[AAA-2]** again (verifier)\n**[x] no"
    cited = {"producer": {"AAA-3"}, "verifier": {"AAA-1", "AAA-2"}, "test": {"AAA-1", "AAA-2"}}
    assert gaps(spec, cited, cited) == [
        "AAA-1: not cited by producer",
        "AAA-2: stated twice",
        "requirement line not understood: **[x] no",
        "AAA-3: cited by producer, not stated",
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
