"""The project carries nothing of the machine it was written on, and its locks lead to no particular index."""

import re
import tomllib
from pathlib import Path

import pytest

# spelled in pieces, so that this file does not find itself
FOREIGN = {
    "a path of one developer's machine": re.compile(r"(?<![\w.~-])/(?:work|farm|root|home|Users)/[A-Za-z.]"),
    "a temporary path of one session": re.compile("/t" + "mp/(?:brief|bash_jobs)"),
    "an address of a package index": re.compile(
        r"index"
        + r"-url|extra"
        + r"-index|find"
        + r"-links|https?://\S*/simp"
        + r'le\b|"resolved": *"http'
    ),
}
SECRET = re.compile("-----BEGIN (?:[A-Z0-9]+ )*PRIVATE " + "KEY-----")
TEXT = {
    "", ".py", ".pyi", ".md", ".toml", ".in", ".lock", ".json", ".csv", ".proto", ".txt", ".yml",
    ".yaml", ".sh", ".html", ".js", ".css", ".cfg", ".sha256",
}


def foreign(path: Path) -> list[str]:
    text = path.read_text("utf-8", errors="replace")
    hits = [(what, hit[0]) for what, pattern in FOREIGN.items() for hit in pattern.finditer(text)]
    found = [f"{path}: {what}: {hit}" for what, hit in hits]
    return found + ([f"{path}: a private key"] if SECRET.search(text) else [])


def test_nothing_of_this_machine_is_in_the_project(project_files: list[Path]) -> None:
    found = [line for path in project_files if path.suffix in TEXT for line in foreign(path)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["see /home/" + "li/notes", "--index" + "-url x", "https://pypi.example/simp" + "le", "/t" + "mp/brief/x",
     "-----BEGIN EC PRIVATE " + "KEY-----"],
)
def test_what_is_foreign_is_noticed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.md"
    path.write_text(text, "utf-8")
    assert len(foreign(path)) == 1


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s\[<>=!~;]", line)[0] for line in requirements} - {"changpiao"}


def test_every_lock_entry_has_its_hash(root: Path) -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-proto.lock"):
        entries = re.split(r"(?<!\\)\n", (root / lock).read_text("utf-8").strip())
        assert entries
        hashed = re.compile(r"[\w.-]+==\S+.*--hash=sha256:[0-9a-f]{64}", re.DOTALL)
        assert [entry for entry in entries if not hashed.match(entry)] == [], lock


def test_the_lock_covers_what_the_wheel_declares(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    declared = names(project["dependencies"]).union(*map(names, project["optional-dependencies"].values()))
    asked = (root / "requirements.in").read_text("utf-8").splitlines()
    asked = [line for line in asked if line and not line.startswith("#")]
    assert names(asked) == declared | {"hatchling", "editables"}  # the backend of the editable install
    locked = set(re.findall(r"^([\w.-]+)==", (root / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    assert names(asked) <= locked


def test_both_locks_agree(root: Path) -> None:
    pins = [set(re.findall(r"^[\w.-]+==\S+", (root / name).read_text("utf-8"), re.MULTILINE))
            for name in ("requirements.lock", "requirements-dev.lock")]
    assert pins[0] <= pins[1]
