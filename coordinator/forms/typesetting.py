"""Typst templates and data into PDF/A-2b: the same bytes from the same data and fonts, in any process.

The typesetter sees a folder with links to the chosen fonts only, so that whatever else the machine has changes nothing;
the time in the file is the record's, never the clock's. A character without a glyph stops the form before it is set,
with the field it stands in; PDF/A would refuse it too.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import typst

from coordinator.fonts import SETTING, Fonts, county_fonts, package_for, shown
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject

TEMPLATES = Path(__file__).with_name("templates")
STANDARD: Final = "a-2b"
# what people call a field of a form's data; others are named as they are
FIELDS = {
    "name": ("姓名或名称", "name"), "title": ("标题", "title"), "place": ("地点", "place"),
    "reason": ("原因", "reason"), "holder": ("受托人", "proxy holder"), "voter": ("委托人", "voter"),
    "role": ("职责", "role"), "route": ("路线", "route"), "remark": ("备注", "remark"), "zh": ("文字", "text"),
    "en": ("英文", "English text"), "note": ("备注", "note"), "household": ("户", "household"),
}  # fmt: skip


@dataclass(slots=True)
class Typesetter:
    """Sets forms with one set of fonts; used as a context, because it keeps a folder while it lives."""

    fonts: Fonts
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _found: typst.Fonts | None = None
    _compilers: dict[str, typst.Compiler] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Make the folder of links."""
        self._folder = tempfile.TemporaryDirectory(prefix="changpiao-forms-")
        for number, path in enumerate(self.fonts.files):
            (Path(self._folder.name) / f"{number:03d}-{path.name}").symlink_to(path.resolve())
        self._found = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[self._folder.name]
        )
        lost = {self.fonts.serif, self.fonts.sans, *self.fonts.others} - set(self._found.families())
        if lost:
            self.__exit__(None, None, None)
            names = "、".join(sorted(lost))
            raise CountyError(
                f"字体 {names} 读得出但不能排版；请从 {SETTING} 或系统里去掉，或换一个版本",
                f"the fonts {names} can be read but not set; remove them from {SETTING} or the system, or take others",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the folder away."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = self._found = None
        self._compilers.clear()

    def pdf(self, template: str, data: JsonObject, time: int) -> bytes:
        """The form as PDF/A-2b, `time` in UTC seconds inside."""
        return self._set(template, data).one("pdf", time)

    def pages(self, template: str, data: JsonObject, ppi: float) -> list[bytes]:
        """The form as PNG images, one a page."""
        return self._set(template, data).many(ppi)

    def _set(self, template: str, data: JsonObject) -> "_Set":
        check_glyphs(self.fonts, data)
        if template not in self._compilers:
            if self._found is None:
                raise RuntimeError("the typesetter is used as a context")
            self._compilers[template] = typst.Compiler(
                str(TEMPLATES / template), root=str(TEMPLATES), font_paths=self._found, ignore_system_fonts=True
            )
        families = {"serif": self.fonts.serif, "sans": self.fonts.sans, "mono": self.fonts.mono}
        inputs = {"data": _text(data), "fonts": _text({**families, "others": list(self.fonts.others)})}
        return _Set(self._compilers[template], template, inputs)


def county_setter() -> Typesetter:
    """A typesetter with the county's fonts; CountyError if there are none."""
    return Typesetter(county_fonts())


@dataclass(frozen=True, slots=True)
class _Set:
    compiler: typst.Compiler
    template: str
    inputs: dict[str, str]

    def one(self, kind: Literal["pdf"], time: int) -> bytes:
        with self._said():
            made = self.compiler.compile(format=kind, sys_inputs=self.inputs, pdf_standards=STANDARD, timestamp=time)
        if not isinstance(made, bytes):
            raise TypeError("a PDF is one file")
        return made

    def many(self, ppi: float) -> list[bytes]:
        with self._said():
            made = self.compiler.compile(format="png", sys_inputs=self.inputs, ppi=ppi)
        return [made] if isinstance(made, bytes) else list(made or [])

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except typst.TypstError as error:
            hints = "; ".join(error.hints)
            raise CountyError(
                f"表格 {self.template} 排版失败：{error.message} {hints}",
                f"the form {self.template} cannot be set: {error.message} {hints}",
            ) from error


def _text(value: JsonObject) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def check_glyphs(fonts: Fonts, data: object) -> None:
    """Raise CountyError for the first text with a character that no font has: field, text, character, what to do."""
    for where, text in _texts(data, ""):
        missing = fonts.unprintable(text)
        if missing:
            last = where.rpartition(".")[2]
            zh, en = FIELDS.get(last, (last, last))
            chars = "、".join(map(shown, missing))
            packages = " ".join(dict.fromkeys(map(package_for, missing)))
            raise CountyError(
                f"{zh}（{where}）“{text}”中的字 {chars} 在字体里没有；未打印。请装入含有该字的字体"
                f"（Debian 软件包 {packages}，或 {SETTING}），或更正姓名后重新封存",
                f"{en} ({where}) “{text}”: no font has {chars}; nothing was printed. Install a font that has it"
                f" (Debian: {packages}, or {SETTING}), or correct the name and seal again",
            )


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    """Every text of the data with its path; drawings are not text."""
    if isinstance(value, str):
        yield where, value.replace("\n", "")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key != "qr":
                yield from _texts(part, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value, 1):
            yield from _texts(part, f"{where}.{number}")
