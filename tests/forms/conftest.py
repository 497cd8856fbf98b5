"""A played village, published; and the typesetter with exactly the fonts that the approved images were made with."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.fonts import PACKAGE, SYSTEM, Fonts, read_fonts
from coordinator.forms.paperwork import Paperwork
from coordinator.forms.record import Record, Scope, read_record
from coordinator.forms.typesetting import Typesetter
from tests.forms.village import publish, village, write_paperwork

NOTO = ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc")


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published folder."""
    return publish(village(), tmp_path_factory.mktemp("record"))


@pytest.fixture(scope="session")
def paperwork_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The private tables."""
    return write_paperwork(tmp_path_factory.mktemp("paperwork"))


@pytest.fixture(scope="session")
def record(public: Path) -> Record:
    """Everything, read once."""
    return read_record(public, Scope())


@pytest.fixture(scope="session")
def paperwork(paperwork_folder: Path) -> Paperwork:
    """The same as the forms read them."""
    return Paperwork(paperwork_folder)


def noto_files() -> list[Path]:
    """The four files of the Debian package; a machine without them fails by name, it does not skip."""
    found: dict[str, Path] = {}
    for place in (*os.environ.get("CHANGPIAO_FONTS", "").split(os.pathsep), *SYSTEM):
        folder = Path(place).expanduser()
        if place and folder.is_dir():
            for path in folder.rglob("Noto*.ttc"):
                found.setdefault(path.name, path)
    missing = [name for name in NOTO if name not in found]
    if missing:
        pytest.fail(f"forms: the package {PACKAGE} is missing ({', '.join(missing)}): make forms installs it")
    return [found[name] for name in NOTO]


@pytest.fixture(scope="session")
def noto() -> tuple[Path, ...]:
    """The files of the fonts, nothing else of the machine."""
    return tuple(noto_files())


@pytest.fixture(scope="session")
def fonts(noto: tuple[Path, ...]) -> Fonts:
    """What they hold."""
    return read_fonts(noto)


@pytest.fixture(scope="session")
def setter(fonts: Fonts) -> Iterator[Typesetter]:
    """An open typesetter."""
    with Typesetter(fonts) as opened:
        yield opened
