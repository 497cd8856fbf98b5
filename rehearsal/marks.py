"""The marks grammar of ballots.csv: `id` approve, `-id` oppose, `?id` unclear, `+name` written in, spaces between.

Pure. The same mark twice counts once; two different marks beside one name cannot be put into one cell, so the row
is a fault, not a guess. Faults never repeat what stands on the ballot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rehearsal.idents import CandidateId, candidate_id, composed, name_fault

APPROVE: Final = 1
OPPOSE: Final = 2
UNCLEAR: Final = 3
SLOT_LIMIT: Final = 9
"""Write-in slots that a paper may have for one contest (limits.json write_in_slots)."""

STATUS: Final[dict[str, int]] = {
    "": 0,
    "torn": 1,
    "not_official": 2,
    "marked": 3,
    "unidentifiable": 4,
    "unstated": 5,
}
"""Status words of ballots.csv and the code of the status cell ([CELL-1])."""

UNSTATED: Final = STATUS["unstated"]


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one contest on one paper: (candidate's place, code) pairs, and written-in names."""

    cells: tuple[tuple[int, int], ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarksFault:
    """Why a ballot row cannot be read: which mark (from 1) and what is wrong with it."""

    mark: int
    expected: str


def parse_marks(text: str, places: Mapping[CandidateId, int]) -> Marks | MarksFault:
    """Read one `marks` cell; `places` gives the place of each candidate of the contest."""
    cells: dict[int, int] = {}
    names: dict[str, None] = {}
    for number, token in enumerate((part for part in text.split(" ") if part), start=1):
        if token.startswith("+"):
            name = composed(token[1:])
            if name_fault(name) is not None:
                return MarksFault(number, "a name of 1 to 64 permitted characters after +")
            names[name] = None
            if len(names) > SLOT_LIMIT:
                return MarksFault(number, f"at most {SLOT_LIMIT} written-in names")
            continue
        code = OPPOSE if token[0] == "-" else UNCLEAR if token[0] == "?" else APPROVE
        place = places.get(CandidateId(candidate_id(token if code == APPROVE else token[1:])))
        if place is None:
            return MarksFault(number, "a candidate of this contest")
        if cells.setdefault(place, code) != code:
            return MarksFault(number, "one kind of mark beside a name")
    return Marks(tuple(cells.items()), tuple(names))
