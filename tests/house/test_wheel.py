"""What an observer installs: five packages, nothing else; the verifier runs beside cryptography alone."""

import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

PACKAGES = {"tally_protocol", "tally_node", "coordinator", "verifier", "rehearsal"}
ALLOWED = ("cryptography", "cffi", "pycparser", "typing_extensions")  # cryptography and what it brings


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # the project's own backend from the lock, as the editable install does; no isolated build, no download
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_five_packages(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    sources = {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == sources
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def copy_distribution(name: str, site: Path) -> None:
    """Copy an installed, hash-locked distribution into another environment, file by file."""
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return  # not needed by this version of cryptography on this platform
    for file in files:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(Path(str(file.locate())).read_bytes())


@pytest.fixture(scope="module")
def bare_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment outside the checkout with our wheel and cryptography alone; no index is asked."""
    folder = tmp_path_factory.mktemp("bare") / "env"
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    asked = "import sysconfig; print(sysconfig.get_path('platlib'))"
    site = subprocess.check_output([python, "-I", "-c", asked], text=True).strip()
    for name in ALLOWED:
        copy_distribution(name, Path(site))
    return python


def run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # -I: neither PYTHONPATH nor the current folder can lend it the checkout
    command = [str(python), "-I", *arguments]
    return subprocess.run(command, cwd=python.parent, capture_output=True, text=True, check=False)


def test_the_bare_environment_is_bare(bare_python: Path) -> None:
    for name in ("rich", "typer", "grpc", "numpy", "google.protobuf", "sqlalchemy"):
        done = run(bare_python, "-c", f"import {name}")
        assert done.returncode == 1, name
        assert "ModuleNotFoundError" in done.stderr, name


def test_the_core_imports_beside_cryptography_alone(root: Path, bare_python: Path) -> None:
    core = [
        path.relative_to(root).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for path in sorted((root / "verifier").rglob("*.py"))
        if path.relative_to(root / "verifier").with_suffix("").parts[0] not in {"cli", "report", "__main__"}
    ]
    assert "verifier" in core
    lines = "\n".join(f"import {name}" for name in ["cryptography", *core])
    done = run(bare_python, "-W", "error", "-c", lines)
    assert done.returncode == 0, done.stderr


def test_the_plain_verifier_runs_beside_cryptography_alone(root: Path, bare_python: Path) -> None:
    if not (root / "verifier/__main__.py").exists():
        return  # the room is not built yet
    done = run(bare_python, "-m", "verifier", "--help")
    assert done.returncode == 0, done.stderr
    assert "verif" in done.stdout
