"""What can be said of the image without building it; `make image` builds it twice and runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coordinator.fonts import KNOWN, SYSTEM
from tools.deploy.image import PACKAGES
from tools.deploy.image_root import BUILDERS, ELSEWHERE, FONTS, lay_fonts
from tools.deploy.smoke import SmokeFailed, look

GOOD = {"User": "10001:10001"}


@pytest.fixture
def steps(root: Path) -> list[tuple[str, str]]:
    """Instructions of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (root / "deploy/Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def test_the_image_is_made_of_locked_wheels_and_runs_as_nobody(steps: list[tuple[str, str]]) -> None:
    words = [word for word, _ in steps]
    assert words[0] == "ARG"  # the base is an argument
    assert steps[words.index("FROM")] == ("FROM", "${BASE} AS build")
    last = len(words) - 1 - words[::-1].index("FROM")
    assert steps[last] == ("FROM", "scratch")
    final = steps[last:]
    assert ("USER", "10001:10001") in final
    assert "RUN" not in [word for word, _ in final]  # there is nothing to run it with
    assert [rest for word, rest in final if word == "COPY"] == ["--from=build /image/ /"]
    assert "ADD" not in words
    assert "VOLUME" not in words  # a mount that nobody asked for
    installs = [rest for word, rest in steps if word == "RUN" and "pip install" in rest]
    assert installs
    assert all("--require-hashes -r /context/requirements.lock" in rest or "--no-deps" in rest for rest in installs)
    assert any("PIP_NO_INDEX=1" in rest for word, rest in steps if word == "ENV")
    told = " ".join(rest for word, rest in steps if word in {"ENV", "ARG"})
    assert not re.search(r"PASSW|TOKEN|SECRET|_KEY=", told)
    assert ("ENTRYPOINT", '["/opt/changpiao/bin/tally-coordinator"]') in final


def test_a_machine_that_cannot_build_fails_by_name(root: Path, tmp_path: Path) -> None:
    """One line, exit 1: never a silent pass. A PATH without programs is such a machine."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.deploy.image", "build"],
        cwd=root, env={"PATH": str(tmp_path), "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"image: FAILED: [^\n]*buildah[^\n]*\n", done.stderr), done.stderr


def made(folder: Path) -> Path:
    """A root as small as one can be."""
    (folder / "tmp").mkdir(parents=True)
    (folder / "tmp").chmod(0o1777)
    (folder / "opt").mkdir()
    (folder / "opt/program").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _, told: told.update(User=""), "runs as"),
        (lambda _, told: told.update(User="0:0"), "runs as"),
        (lambda root, _: ((root / "bin").mkdir(), (root / "bin/sh").write_bytes(b"")), "bin/sh"),
        (lambda root, _: (root / "opt/program").chmod(0o4755), "setuid"),
        (lambda root, _: (root / "opt/program").chmod(0o666), "written by anyone"),
    ],
)
def test_an_image_that_is_not_fenced_is_refused(spoil: Any, said: str, tmp_path: Path) -> None:
    root, told, me = made(tmp_path / "root"), dict(GOOD), os.geteuid()
    assert "no shell" in look(root, told, owner=me)
    spoil(root, told)
    with pytest.raises(SmokeFailed, match=said):
        look(root, told, owner=me)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    root = made(tmp_path / "root")
    with pytest.raises(SmokeFailed, match=r"belongs to \d+, expected"):
        look(root, GOOD, owner=os.geteuid() + 1)


def test_the_fonts_of_the_image_are_those_that_forms_are_set_in(tmp_path: Path) -> None:
    """Where the program looks, by the names that it knows; without fonts in the base the image has none."""
    assert set(FONTS) <= set(KNOWN)
    assert "/usr/share/fonts" in SYSTEM
    assert "fonts-noto-cjk" in PACKAGES
    system = tmp_path / "usr/share/fonts/opentype/noto"
    system.mkdir(parents=True)
    for name in (*FONTS, "NotoSansCJK-Thin"):
        (system / f"{name}.ttc").write_bytes(name.encode())
    laid = lay_fonts(tmp_path / "root", system)
    assert sorted(path.stem for path in laid) == sorted(FONTS)
    assert all((tmp_path / "root" / path.relative_to("/")).read_bytes() == path.stem.encode() for path in laid)
    assert lay_fonts(tmp_path / "bare", tmp_path / "nothing") == []


def test_what_the_image_leaves_out_is_needed_by_exports_alone(root: Path) -> None:
    """Everything but `export` runs without it, so no pod misses it."""
    assert ELSEWHERE.fullmatch("pyarrow")
    assert ELSEWHERE.fullmatch("pyarrow-26.0.1.dist-info")
    assert not ELSEWHERE.fullmatch("pyasn1")
    assert not BUILDERS.fullmatch("typst")
    uses = {
        str(path.relative_to(root))
        for folder in ("coordinator", "rehearsal", "tally_node", "tally_protocol", "verifier")
        for path in (root / folder).rglob("*.py")
        if re.search(r"^\s*(import|from) pyarrow", path.read_text("utf-8"), re.MULTILINE)
    }
    assert uses == {"coordinator/exports/parquet_files.py"}
