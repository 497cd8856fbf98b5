"""The verifier core imports the standard library, cryptography and itself: an allow-list, with detours."""

import sys
from pathlib import Path

from tests.house.imports import imported, roots

CORE = sys.stdlib_module_names | {"cryptography", "verifier"}
SHELL = {"cli": {"typer", "rich"}, "report": {"rich"}}  # nothing of the core may lean on these
DYNAMIC = ("importlib", "runpy", "__import__(", "exec(", "eval(")


def room_of(room: Path, path: Path) -> str:
    return path.relative_to(room).with_suffix("").parts[0]


def wrong_imports(room: Path) -> dict[str, list[str]]:
    wrong = {}
    for path in sorted(room.rglob("*.py")):
        if extra := roots(path) - CORE - SHELL.get(room_of(room, path), set()):
            wrong[path.relative_to(room).as_posix()] = sorted(extra)
    return wrong


def detours(room: Path) -> list[str]:
    """Core files that import the shell: the chain core -> report -> rich would break a bare installation.

    `__main__` may choose between the two entries, but only inside a function
    (test_wheel runs it where there is no rich).
    """
    shell = {f"verifier.{name}" for name in SHELL}
    return [
        f"{path.relative_to(room)} imports {name}"
        for path in sorted(room.rglob("*.py"))
        if room_of(room, path) not in {*SHELL, "__main__"}
        for name in sorted(imported(path))
        if any(name == door or name.startswith(f"{door}.") for door in shell)
    ]


def test_verifier_imports_only_what_it_may(root: Path) -> None:
    assert wrong_imports(root / "verifier") == {}


def test_the_core_does_not_lean_on_its_shell(root: Path) -> None:
    assert detours(root / "verifier") == []


def test_nothing_is_imported_behind_the_contracts_back(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {word}"
        for path in sorted((root / "verifier").rglob("*.py"))
        for word in DYNAMIC
        if word in path.read_text("utf-8")
    ]
    assert found == []


def test_the_allow_list_notices(tmp_path: Path) -> None:
    source = "import hashlib\nfrom verifier import report\nfrom . import x\n"
    (tmp_path / "tree.py").write_text(source, "utf-8")
    (tmp_path / "report.py").write_text("import rich\nimport typer\n", "utf-8")
    assert wrong_imports(tmp_path) == {
        "report.py": ["typer"], "tree.py": ["<relative import at line 3>"],
    }
    assert detours(tmp_path) == ["tree.py imports verifier.report"]
