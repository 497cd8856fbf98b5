"""n of N: a percentage without its base cannot be expressed.

The only thing that prints one is `str(Ratio)`, which prints both of its integers too. Rounding is half up to two
decimals, computed in integers: `str(Ratio(12863, 13067))` is "12863/13067 (98.44 %)".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """`part` of `whole`; both are non-negative integers."""

    part: int
    whole: int

    def __str__(self) -> str:
        """Numerator, denominator and the percentage; of nothing there is no percentage."""
        if not self.whole:
            return f"{self.part}/0"
        return f"{self.part}/{self.whole} ({_decimal(_hundredths(self.part, self.whole))} %)"

    def __add__(self, other: "Ratio") -> "Ratio":
        """Several units together: parts and wholes are added, percentages never."""
        return Ratio(self.part + other.part, self.whole + other.whole)


@dataclass(frozen=True, slots=True)
class Change:
    """A ratio beside the one of last term; the difference in percentage points is printed with both bases."""

    now: Ratio
    before: Ratio

    def __str__(self) -> str:
        """Both ratios and the difference, rounded once from the exact fractions."""
        if not self.now.whole or not self.before.whole:
            return f"{self.now}; {self.before}"
        part = self.now.part * self.before.whole - self.before.part * self.now.whole
        points = _hundredths(part, self.now.whole * self.before.whole)
        return f"{self.now}; {self.before}; {'+' if points >= 0 else ''}{_decimal(points)}"


def _hundredths(part: int, whole: int) -> int:
    """Hundredths of a per cent, half up (a half is rounded towards the larger number)."""
    return (2 * 10_000 * part + whole) // (2 * whole)


def _decimal(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
