"""Shares of a number: the one place where a majority is compared (spec/8) [SHARE-1].

过半数 is {1, 2, strict}; 不少于三分之一 is {1, 3, not strict}. `Share(num=1, den=2, strict=True).reaches(300, 600)` is
False: 2 x 300 > 600 does not hold.
"""

from dataclasses import dataclass

from tally_protocol.law.parts import boolean, integer


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`num` of `den`; `strict` for 超过 (more than), else 以上 (at least). 1 <= num <= den <= 1000."""

    num: int = integer(1, 1000)
    den: int = integer(1, 1000)
    strict: bool = boolean()

    def reaches(self, value: int, base: int) -> bool:
        """Whether a value is this share of a base, by integers alone [SHARE-1].

        民法典 art. 1259 (2020-05-28; CC-1259), by analogy: 以上 includes the number, 超过 does not.
        """
        left, right = self.den * value, self.num * base
        return left > right if self.strict else left >= right
