"""Which fonts the county prints with, and which characters they have: a name prints or is refused, never a blank box.

Nothing is shipped: the fonts are those of the system (Debian: fonts-noto-cjk) or of CHANGPIAO_FONTS, files and folders
divided as in PATH. A rare character or another script needs a further font (`package_for`). The import and the check
before sealing ask `unprintable`, so that nothing is found out on the evening of the count.
"""

import functools
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from coordinator.settings import CountyError

SETTING = "CHANGPIAO_FONTS"
PACKAGE = "fonts-noto-cjk"
# the families that a form is set in, best first; every other font that is found fills in what these lack
SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun")
SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "SimHei", "Microsoft YaHei")
MONO = ("Noto Sans Mono CJK SC", "Noto Sans Mono", "Source Code Pro", "DejaVu Sans Mono")
# of the system's folders only these files are read: a desktop has thousands of fonts
KNOWN = (
    "NotoSerifCJK-Regular", "NotoSerifCJK-Bold", "NotoSansCJK-Regular", "NotoSansCJK-Bold",
    "NotoSerifCJKsc-Regular", "NotoSerifCJKsc-Bold", "NotoSansCJKsc-Regular", "NotoSansCJKsc-Bold",
    "NotoSerifSC-Regular", "NotoSerifSC-Bold", "NotoSansSC-Regular", "NotoSansSC-Bold",
    "SourceHanSerifSC-Regular", "SourceHanSerifSC-Bold", "SourceHanSansSC-Regular", "SourceHanSansSC-Bold",
    "SourceHanSerif-Regular", "SourceHanSerif-Bold", "SourceHanSans-Regular", "SourceHanSans-Bold",
    "simsun", "simsunb", "simhei", "msyh", "msyhbd", "HanaMinA", "HanaMinB",
    "NotoSerifTibetan-Regular", "NotoSerifTibetan-Bold", "NotoSansMongolian-Regular", "NotoSansYi-Regular",
    "NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold", "NotoSansLisu-Regular", "NotoSansLisu-Bold",
    "NotoSansTaiLe-Regular", "NotoSansNewTaiLue-Regular",
)  # fmt: skip
SUFFIXES = frozenset({".ttf", ".ttc", ".otf", ".otc"})
SYSTEM = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts",
    "C:/Windows/Fonts",
)  # fmt: skip
# what a name may hold without a glyph of its own: the spaces that a form prints as a space
SPACES = frozenset(" \u3000\u00a0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """The fonts of a form: `files`, the families to set in and the `characters` that these have together."""

    files: tuple[Path, ...]
    serif: str
    sans: str
    mono: str
    others: tuple[str, ...]
    characters: frozenset[int]

    def unprintable(self, text: str) -> tuple[str, ...]:
        """The characters of a text that no font has, each once, in order."""
        return tuple(dict.fromkeys(c for c in text if ord(c) not in self.characters and c not in SPACES))

    def digest(self) -> str:
        """SHA-256 over the files' names and bytes: two forms can be equal only where this is."""
        total = sha256()
        for path in self.files:
            total.update(f"{path.name}\n".encode() + sha256(path.read_bytes()).digest())
        return total.hexdigest()


def unprintable(text: str) -> tuple[str, ...]:
    """The characters of a text that the county's fonts do not have; CountyError if there are no fonts."""
    return county_fonts().unprintable(text)


def shown(char: str) -> str:
    """A character with its number, for people whose screen does not have it either."""
    return f"{char} U+{ord(char):04X}" if char.isprintable() else f"U+{ord(char):04X}"


def package_for(char: str) -> str:
    """The Debian package that most likely has a character: of rare Chinese ones, or of another script."""
    return "fonts-hanazono" if unicodedata.name(char, "").startswith("CJK ") else "fonts-noto-core"


def county_fonts() -> Fonts:
    """The fonts of CHANGPIAO_FONTS, else of the system; CountyError if a form cannot be set with them."""
    return _fonts(os.environ.get(SETTING, ""))


@functools.lru_cache(maxsize=4)
def _fonts(setting: str) -> Fonts:
    places = [Path(part) for part in setting.split(os.pathsep) if part]
    for place in places:
        if not place.exists():
            raise CountyError(
                f"{SETTING} 中的 {place} 不存在；请改正该设置",
                f"{SETTING}: {place} does not exist; correct the setting",
            )
    files = _chosen(places) if places else _known([Path(part).expanduser() for part in SYSTEM])
    return read_fonts(files)


def _chosen(places: Iterable[Path]) -> tuple[Path, ...]:
    """Every font of the setting, files as given and folders whole."""
    found: dict[Path, None] = {}
    for place in places:
        for path in (place,) if place.is_file() else sorted(_font_files(place)):
            found[path] = None
    return tuple(found)


def _known(places: Iterable[Path]) -> tuple[Path, ...]:
    """The first file of each name that is known, by the order of `KNOWN`."""
    found: dict[str, Path] = {}
    for place in places:
        for path in sorted(_font_files(place)):
            found.setdefault(path.stem, path)
    return tuple(found[stem] for stem in KNOWN if stem in found)


def _font_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a file."""

    path: Path
    number: int
    family: str


def read_fonts(files: Iterable[Path]) -> Fonts:
    """What these files hold; CountyError if they have no Chinese family of `SERIF` or `SANS`."""
    read = tuple(files)
    faces = [face for path in read for face in _faces(path)]
    families = {face.family for face in faces}
    serif = next((name for name in SERIF if name in families), "")
    sans = next((name for name in SANS if name in families), "")
    if not serif and not sans:
        raise CountyError(
            f"没有找到中文字体，无法打印表格（找过 {len(read)} 个文件）；请安装 Debian 软件包 {PACKAGE}，"
            f"或用 {SETTING} 指明字体文件夹",
            f"no Chinese font found, so no form can be printed ({len(read)} files looked at); install the Debian"
            f" package {PACKAGE}, or name a folder of fonts in {SETTING}",
        )
    mono = next((name for name in MONO if name in families), sans or serif)
    others = tuple(sorted(name for name in families - {serif, sans} if not _sister(name)))
    printing = tuple(name for name in (serif, sans, *others) if name)
    return Fonts(
        files=read, serif=serif or sans, sans=sans or serif, mono=mono, others=others,
        characters=frozenset().union(*(_of_family(faces, name) for name in printing)),
    )  # fmt: skip


def _sister(family: str) -> bool:
    """Whether it is the same drawing with forms of another region, which would only print a name in foreign strokes."""
    return " CJK " in family and (not family.endswith(" SC") or " Mono " in family)


def _of_family(faces: Iterable[Face], family: str) -> frozenset[int]:
    """What every weight of a family has: the typesetter looks into the bold one for a bold name."""
    sets = [_characters(face) for face in faces if face.family == family]
    return frozenset.intersection(*sets)


def _faces(path: Path) -> Iterator[Face]:
    try:
        for number in range(_count(path)):
            with path.open("rb") as stream, TTFont(stream, fontNumber=number, lazy=True) as font:
                names = font["name"]
                family = names.getDebugName(1)
                # the typesetter passes over a font without a PostScript name, so it promises no character
                if family and names.getDebugName(6):
                    yield Face(path, number, str(family))
    except (OSError, TTLibError, KeyError) as error:
        raise CountyError(f"字体文件 {path} 读不出: {error}", f"the font {path} cannot be read: {error}") from error


def _count(path: Path) -> int:
    with path.open("rb") as stream:
        return len(TTCollection(stream, lazy=True).fonts) if path.suffix.lower() in {".ttc", ".otc"} else 1


def _characters(face: Face) -> frozenset[int]:
    with face.path.open("rb") as stream, TTFont(stream, fontNumber=face.number, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})
