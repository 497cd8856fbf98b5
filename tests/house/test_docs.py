"""Names that people meet stand in the documents: commands, make targets, entry points."""

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import typer.main


def text_for_people(root: Path) -> str:
    pages = [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]
    return "\n".join(page.read_text("utf-8") for page in pages)


def programs(root: Path) -> dict[str, str]:
    """Program -> module of its entry point, for the rooms that are built."""
    scripts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    entries = {program: entry.removesuffix(":main") for program, entry in scripts.items()}
    return {
        program: module
        for program, module in entries.items()
        if any((root / f"{module.replace('.', '/')}{end}").exists() for end in (".py", "/__init__.py"))
    }


def commands(program: str, module: str) -> list[str]:
    """`program command` for each command that a person can type, sub-commands included."""
    room = importlib.import_module(module)
    assert callable(room.main), f"{module}: the entry point main is missing"

    def walk(words: str, command: Any) -> list[str]:  # typer carries a click of its own: no common type
        children = getattr(command, "commands", None)
        if not children:
            return [words]
        return [line for name, child in children.items() for line in walk(f"{words} {name}", child)]

    return walk(program, typer.main.get_command(room.app))


def test_every_command_is_in_the_documents(root: Path) -> None:
    text = text_for_people(root)
    lines = [line for program, module in programs(root).items() for line in commands(program, module)]
    assert [line for line in lines if line not in text] == []


def make_targets(text: str) -> dict[str, str | None]:
    """Every target that a person may type, with its line of help."""
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE) for name in line.split()}
    helped = dict(re.findall(r"^([a-z0-9-]+):.*?## (.+)$", text, re.MULTILINE))
    return {name: helped.get(name) for name in sorted(phony | helped.keys())}


def test_every_make_target_has_a_line_of_help(root: Path) -> None:
    targets = make_targets((root / "Makefile").read_text("utf-8"))
    assert {"help", "dev", "demo", "test", "check", "bench", "proto", "vectors", "real"} <= targets.keys()
    assert [name for name, line in targets.items() if not line] == []


def test_the_makefile_runs_only_what_exists(root: Path) -> None:
    text = (root / "Makefile").read_text("utf-8") + (root / ".ci/run").read_text("utf-8")
    scripts = set(re.findall(r"(?<![.\w])(?:tools|benchmarks|tests)/[a-z_/]+(?:\.py)?\b", text))
    (benches,) = re.findall(r"^BENCHES := (.+)$", text, re.MULTILINE)
    scripts |= {f"benchmarks/{name}.py" for name in benches.split()}
    assert [name for name in sorted(scripts) if not (root / name).exists()] == []
    targets = make_targets(text)
    called = set(re.findall(r"^\s*step (?:\S+ )*?make (?:-k )?([a-z0-9-]+)", text, re.MULTILINE))
    assert called
    assert called <= targets.keys()
