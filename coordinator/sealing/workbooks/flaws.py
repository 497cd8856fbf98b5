"""What is wrong with a workbook, and what was put right by itself: each names workbook, sheet, row and column."""

from dataclasses import dataclass, field
from typing import Final

from coordinator.sealing.workbooks.sheets import Field

SHOWN: Final = 40
_CONTROL_END: Final = 32


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place: `row` 0 is the whole sheet, `letter` "" the whole row; `header` is the column's Chinese and English."""

    workbook: str
    sheet: str = ""
    row: int = 0
    place: int = -1
    header: str = ""

    @property
    def letter(self) -> str:
        """The column as Excel names it."""
        return letter_of(self.place) if self.place >= 0 else ""

    def text(self) -> str:
        """For people: `候选人.xlsx [候选人 candidates] D7 姓名 name`."""
        parts = [self.workbook]
        parts += [f"[{self.sheet}]"] if self.sheet else []
        parts += [f"{self.letter}{self.row}" if self.letter else f"第 {self.row} 行 row {self.row}"] if self.row else []
        return " ".join([*parts, self.header]).strip()


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing: where, expected, found, what to do, in both languages. `stops`: nothing is written because of it."""

    spot: Spot
    zh: str
    en: str
    stops: bool = True

    def text(self) -> str:
        """One line."""
        return f"{self.spot.text()}: {self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Repair:
    """A spelling that was put right by itself."""

    spot: Spot
    before: str
    after: str

    def text(self) -> str:
        """One line."""
        return f"{self.spot.text()}: {visible(self.before)} -> {visible(self.after)}"


@dataclass(slots=True)
class Findings:
    """Collects both."""

    flaws: list[Flaw] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)

    def add(self, spot: Spot, zh: str, en: str, *, stops: bool = True) -> None:
        """Note a flaw, or a question (`stops` False)."""
        self.flaws.append(Flaw(spot, zh, en, stops))

    def repair(self, spot: Spot, before: str, after: str) -> None:
        """Note a repair."""
        self.repairs.append(Repair(spot, before, after))

    @property
    def stopping(self) -> list[Flaw]:
        """What must be put right, in the order of the workbook."""
        return sorted({flaw for flaw in self.flaws if flaw.stops}, key=lambda flaw: (flaw.spot, flaw.en))

    @property
    def questions(self) -> list[Flaw]:
        """What a person should look at."""
        return sorted({flaw for flaw in self.flaws if not flaw.stops}, key=lambda flaw: (flaw.spot, flaw.en))


def letter_of(place: int) -> str:
    """A column as Excel names it: 0 is A, 27 is AB."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def header_of(one: Field) -> str:
    """A column for people."""
    return f"{one.zh} {one.name}"


def visible(text: str) -> str:
    """A cell for people: quoted, cut, with what cannot be seen spelled out."""
    shown = "".join(char if _seen(char) else f"<U+{ord(char):04X}>" for char in text[:SHOWN])
    return f"「{shown}{'…' if len(text) > SHOWN else ''}」"


def _seen(char: str) -> bool:
    return char == " " or (char.isprintable() and not char.isspace() and ord(char) >= _CONTROL_END)
