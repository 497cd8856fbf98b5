"""What a committee declares: who is elected, and why where the rules give another (spec/8, declaration) [DET-3]."""

from dataclasses import dataclass
from typing import Self

from tally_protocol import limits
from tally_protocol.election.unit import reference_of
from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader, id_of, parts_of
from tally_protocol.ids import ContestId

# 回避, 法院裁定, 死亡, 不符合条件, 其他, 再次投票, 本人退出
REASON_WORDS = frozenset({"avoidance", "court", "death", "disqualified", "other", "runoff", "withdrew"})
# why somebody may be declared whom the rules do not elect: a seat never goes to the next person by itself [DET-3]
ADDING_WORDS = frozenset({"avoidance", "court", "runoff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The persons declared elected in a contest, by reference."""

    contest: ContestId
    elected: tuple[str, ...]

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one contest; raises Malformed."""
        read = Reader(value, where)
        declared = cls(contest=ContestId(read.id("contest")), elected=read.items("elected", reference_of))
        read.done()
        return declared

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return {"contest": self.contest, "elected": list(self.elected)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a person is in one of declaration and result and not in the other."""

    contest: ContestId
    reference: str
    word: str
    text: str = ""

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one entry of `reasons`; raises Malformed."""
        contest, reference, word, text = parts_of(value, where, 4)
        if type(word) is not str or word not in REASON_WORDS:
            raise Malformed("E_FIELD", where, expected="one of " + ", ".join(sorted(REASON_WORDS)))
        if type(text) is not str:
            raise Malformed("E_FIELD", where, expected="a text, which may be empty")
        if len(text) > limits.REASON_CODE_POINTS:
            raise Malformed("E_LIMIT", where, expected=f"at most {limits.REASON_CODE_POINTS} characters")
        return cls(
            contest=ContestId(id_of(contest, where)), reference=reference_of(reference, where), word=word, text=text
        )

    def to_list(self) -> list[object]:
        """The JSON list; inverse of `parse`."""
        return [self.contest, self.reference, self.word, self.text]
