"""One cell to the text that the table will hold: what Excel made of what a person typed is undone, or named.

Put right by itself (and listed): blanks around, full-width digits and letters in ids and numbers, 3.0 for 3, blanks
between the two characters of a short Chinese name, other middle dots. Everything else that is not clean is a flaw.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from coordinator.sealing.workbooks.flaws import Findings, Spot, visible
from coordinator.sealing.workbooks.opening import Value
from coordinator.sealing.workbooks.sheets import Field, Kind
from tally_protocol.ids import is_candidate_id, is_id
from tally_protocol.limits import FIGURE_MAXIMUM
from tally_protocol.seal.canonical import bad_text

EXACT: Final = 10**15  # a number in a cell has fifteen exact digits
CODE_DIGITS: Final = 12
_DIGITS = re.compile(r"\d+", re.ASCII)
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_DOTS: Final = str.maketrans(dict.fromkeys("•‧∙⋅・･", "·"))
_PLAIN_KINDS: Final = frozenset({Kind.ID, Kind.CANDIDATE, Kind.COUNT, Kind.WORD, Kind.DAY, Kind.HOUR})
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_HOUR = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
Unprintable = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads cells; `unprintable` gives the characters of a text that no font of the county has."""

    findings: Findings
    unprintable: Unprintable

    def text(self, one: Field, value: Value, spot: Spot) -> str:
        """The cell as the table's text; "" after noting what is wrong with it."""
        found = self._typed(one, value, spot)
        if found is None:
            return ""
        if not found:
            if one.required:
                self.findings.add(
                    spot, f"应为{_meant_zh(one)}，现为空；请填写", f"expected {_meant(one)}, found nothing: fill it"
                )
            return ""
        return self._checked(one, found, spot)

    def _typed(self, one: Field, value: Value, spot: Spot) -> str | None:
        """What was typed, as far as Excel still tells; None after noting that it does not."""
        match value:
            case bool():
                if one.kind is Kind.WORD and "是" in one.words:
                    return "是" if value else ""
                self._wrong(one, spot, str(value).upper(), str(value).upper(), "请改为文本", "type it as text")
                return None
            case datetime() if one.kind is Kind.DAY and value.time() == time():
                return value.date().isoformat()
            case date() if one.kind is Kind.DAY and not isinstance(value, datetime):
                return value.isoformat()
            case time() if one.kind is Kind.HOUR:
                return f"{value.hour}:{value.minute:02d}"
            case datetime() | date() | time() | timedelta():
                self.findings.add(
                    spot,
                    f"应为{_meant_zh(one)}，现为日期 {value}：Excel 把输入变成了日期；请把该列设为文本格式后重新输入",
                    f"expected {_meant(one)}, found the date {value}, made by Excel: set to text, type again",
                )
                return None
            case int() | float():
                return self._number(one, value, spot)
            case _:
                return self._clean(one, value, spot)

    def _number(self, one: Field, value: float, spot: Spot) -> str | None:
        if value != int(value) or abs(value) >= EXACT or value < 0:
            number = f"{int(value)}" if value == int(value) and abs(value) < EXACT else f"{value!r}"
            todo = ("请填 0 或正整数", "fill in 0 or more, without a fraction")
            if one.kind is not Kind.COUNT:
                todo = ("Excel 的数字只有 15 位准确；请把该列设为文本格式后重新输入",
                        "a number in Excel has 15 exact digits: set the column to text, type again")  # fmt: skip
            self._wrong(one, spot, number, number, *todo)
            return None
        text = str(int(value))
        if one.name == "unit" and len(text) == CODE_DIGITS - 1:
            self.findings.add(
                spot,
                f"应为 12 位代码，现为 11 位数字 {text}：开头的 0 可能丢失；请设为文本格式后填全 12 位",
                f"expected a code of 12 digits, found the number {text}: is a leading 0 lost? Type all as text",
            )
            return None
        if one.kind is Kind.NAME:
            self._wrong(one, spot, text, text, "请填姓名或名称", "type the name")
            return None
        return text

    def _clean(self, one: Field, value: str, spot: Spot) -> str:
        text = unicodedata.normalize("NFC", value).strip()
        if any(char in text for char in "\n\r\t"):
            # a line break inside a cell is no blank that may be taken away: perhaps two rows became one
            return text
        if one.kind in _PLAIN_KINDS:
            text = "".join(unicodedata.normalize("NFKC", char) for char in text)
            text = text if one.kind is Kind.WORD else "".join(text.split()) if text.isascii() else text
        if one.kind in {Kind.NAME, Kind.REFERENCE}:
            plus = "+" if one.kind is Kind.REFERENCE and text.startswith("+") else ""
            text = plus + _one_space(text.removeprefix(plus).translate(_DOTS))
        elif one.kind is Kind.TEXT:
            text = text.replace("\u00a0", " ")
        if text != value:
            self.findings.repair(spot, value, text)
        return text

    def _checked(self, one: Field, text: str, spot: Spot) -> str:
        match one.kind:
            case Kind.ID | Kind.CANDIDATE:
                good = is_id(text) if one.kind is Kind.ID else is_candidate_id(text)
                if not good:
                    self._wrong(
                        one, spot, visible(text), visible(text),
                        "只用 A-Z a-z 0-9 _ . -，1 至 32 个，不以 . 开头（候选人也不以 - 开头）",
                        "1 to 32 of A-Z a-z 0-9 _ . -, not beginning with . (a candidate's: nor with -)",
                    )  # fmt: skip
                return text if good else ""
            case Kind.COUNT:
                return self._count(one, text, spot)
            case Kind.WORD:
                if text not in one.words:
                    words_zh, words = "、".join(one.shown), ", ".join(one.shown)
                    seen = visible(text)
                    self._wrong(one, spot, seen, seen, f"请从列表中选：{words_zh}", f"choose: {words}")
                return one.words.get(text, "")
            case Kind.DAY:
                return self._day(one, text, spot)
            case Kind.HOUR:
                if text != "-" and _HOUR.fullmatch(text) is None:
                    self._wrong(one, spot, visible(text), visible(text), "请写成 8:00", "write it as 8:00")
                    return ""
                return text
            case Kind.NAME | Kind.TEXT | Kind.REFERENCE:
                return self._words(one, text, spot)

    def _count(self, one: Field, text: str, spot: Spot) -> str:
        digits = text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", text, re.ASCII) else text
        if _DIGITS.fullmatch(digits) is None or int(digits) > FIGURE_MAXIMUM:
            self._wrong(one, spot, visible(text), visible(text), "请填整数，不带单位和小数", "digits only, no unit")
            return ""
        if str(int(digits)) != text:
            self.findings.repair(spot, text, str(int(digits)))
        return str(int(digits))

    def _day(self, one: Field, text: str, spot: Spot) -> str:
        """A date that there is, in the one spelling of the tables."""
        parts = _DAY.fullmatch(text)
        try:
            found = date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat() if parts else ""
        except ValueError:
            found = ""
        if not found:
            self._wrong(one, spot, visible(text), visible(text), "请写成 2026-12-05", "write it as 2026-12-05")
        elif found != text:
            self.findings.repair(spot, text, found)
        return found

    def _words(self, one: Field, text: str, spot: Spot) -> str:
        if "\n" in text or "\r" in text or "\t" in text:
            self._wrong(one, spot, visible(text), visible(text), "请删除单元格内的换行", "remove the line break")
            return ""
        if len(text) > one.most:
            found_zh, found, most = f"{len(text)} 字", f"{len(text)} characters", one.most
            self._wrong(one, spot, found_zh, found, f"最多 {most} 字，请缩短", f"at most {most}: shorten it")
            return ""
        old = [char for char in text if unicodedata.category(char) == "Co"]
        if old:
            codes = " ".join(f"U+{ord(char):04X}" for char in old)
            self._wrong(
                one, spot, f"私用区字符 {codes}", f"private-use characters {codes}",
                "旧输入法的造字别处显示不了；请用国标（GB 18030）输入法重新输入该字",
                "an old input method's own character: type the real one (GB 18030)",
            )  # fmt: skip
            return ""
        if bad_text(text):
            self._wrong(one, spot, visible(text), visible(text), "含有不可见字符，请重新输入",
                        "it holds characters that cannot be seen: type it again")  # fmt: skip
            return ""
        lacking = self.unprintable(text)
        if lacking:
            codes = " ".join(f"{char} U+{ord(char):04X}" for char in lacking)
            self._wrong(
                one, spot, f"打印字体没有的字 {codes}", f"no font of the county has {codes}",
                "请安装含该字的字体（见 docs/forms.md），或核对是否写错", "install a font that has it, or correct it",
            )  # fmt: skip
            return ""
        return text

    def _wrong(self, one: Field, spot: Spot, found_zh: str, found: str, todo_zh: str, todo: str) -> None:
        self.findings.add(
            spot, f"应为{_meant_zh(one)}，现为 {found_zh}；{todo_zh}", f"expected {_meant(one)}, found {found}: {todo}"
        )


def _one_space(text: str) -> str:
    """Blanks inside a name: none between Chinese characters (张　三), one plain blank elsewhere."""
    parts = text.split()
    if len(parts) > 1 and all(_IDEOGRAPHS.fullmatch(part) for part in parts):
        return "".join(parts)
    return " ".join(parts)


_MEANT: Final = {
    Kind.ID: ("编号", "an id"),
    Kind.CANDIDATE: ("候选人编号", "a candidate's id"),
    Kind.REFERENCE: ("编号，或 + 加姓名", "an id, or + and a name"),
    Kind.NAME: ("姓名或名称", "a name"),
    Kind.TEXT: ("文字", "a text"),
    Kind.COUNT: ("整数", "a whole number"),
    Kind.WORD: ("列表中的一项", "a word of the list"),
    Kind.DAY: ("日期", "a date"),
    Kind.HOUR: ("时间", "an hour of the day"),
}


def _meant_zh(one: Field) -> str:
    return _MEANT[one.kind][0]


def _meant(one: Field) -> str:
    return _MEANT[one.kind][1]
