"""The line that the keyboard types for one paper, and nothing else: marks grammar, one spelling. Pure.

`c1 -c2 ?c3 +王五` approves c1, opposes c2, leaves c3 unclear, writes in 王五; an empty line is a blank paper; `!torn`
is a paper that does not count, with its physical fact; `!marked c1` has a mark that does not belong there, beside its
marks, because some profiles let the rest count; several contests of a layout are separated by ` | `, in the layout's
order. `undo` and `.` are commands. A line that is not in the grammar is not recorded (N_MARKS), and the error names the
place, never the mark. [CELL-1] [VALID-1]
"""

from dataclasses import dataclass

from tally_node.voice import NodeError
from tally_protocol.election.shape import STATUSES, ContestShape, Shape
from tally_protocol.election.unit import Unit
from tally_protocol.limits import NAME_CODE_POINTS
from tally_protocol.seal.canonical import bad_text

END, UNDO, STATUS_SIGN, BETWEEN, MARKED = ".", "undo", "!", " | ", "marked"
APPROVE, OPPOSE, UNCLEAR = 1, 2, 3
_SIGNS = {"-": OPPOSE, "?": UNCLEAR}


@dataclass(frozen=True, slots=True)
class Paper:
    """One called paper: cells whose slot codes are 1-based places in `names` (the names of this paper alone)."""

    row: bytes
    names: tuple[str, ...]


def read_paper(line: str, unit: Unit, shape: Shape) -> Paper:
    """One line as a paper of the layout; raises NodeError N_MARKS."""
    text = line.strip(" \r\n\t")
    cells = bytearray(shape.width)
    if text.startswith(STATUS_SIGN):
        word, _, text = text[1:].partition(" ")
        if word not in STATUSES[1:] or (text and word != MARKED):
            expected = "! and one of " + ", ".join(STATUSES[1:]) + f"; marks only after {MARKED}"
            raise NodeError("N_MARKS", "status", expected=expected)
        cells[0] = STATUSES.index(word)
    parts = [part.strip(" ") for part in text.split("|")]
    if text and len(parts) != len(shape.contests):
        raise NodeError("N_MARKS", "contests", expected=f"{len(shape.contests)} parts between |", found=len(parts))
    names: list[str] = []
    if text:
        for part, contest in zip(parts, shape.contests, strict=True):
            _read_contest(part, unit, contest, cells, names)
    return Paper(bytes(cells), tuple(names))


def _read_contest(part: str, unit: Unit, contest: ContestShape, cells: bytearray, names: list[str]) -> None:
    found = unit.contest(contest.contest)
    places = {str(candidate.id): place for place, candidate in enumerate(found.candidates if found else ())}
    used = 0
    for number, token in enumerate((word for word in part.split(" ") if word), start=1):
        where = f"contest {contest.contest}, mark {number}"
        if token.startswith("+"):
            code = names.index(token[1:]) + 1 if token[1:] in names else 0
            if not code:
                names.append(_name(token[1:], where))
                code = len(names)
            slots = cells[contest.slot_cell : contest.end_cell]
            if code in slots:
                continue
            if used >= contest.slots:
                raise NodeError("N_MARKS", where, expected=f"at most {contest.slots} written-in names")
            cells[contest.slot_cell + used] = code
            used += 1
            continue
        mark = _SIGNS.get(token[0], APPROVE)
        place = places.get(token if mark == APPROVE else token[1:])
        if place is None:
            raise NodeError("N_MARKS", where, expected="a candidate of this contest")
        cell = contest.cell + place
        if cells[cell] not in (0, mark):
            raise NodeError("N_MARKS", where, expected="one kind of mark beside a name")
        cells[cell] = mark


def _name(name: str, where: str) -> str:
    if not 1 <= len(name) <= NAME_CODE_POINTS or bad_text(name) or not name.strip():
        raise NodeError("N_MARKS", where, expected=f"a name of 1 to {NAME_CODE_POINTS} allowed characters after +")
    return name
