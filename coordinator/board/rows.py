"""One line a unit: what the tree of the board shows, as integers, with the log size it was computed from.

`Row.to_list()` is what travels: the integers of FIELDS. `state` and `voters_from` are places in their lists, `outcomes`
one bit a word, `voters` -1 while nobody has recorded them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from coordinator.board.facts import tally_of
from coordinator.ledger.progress import UnitProgress
from tally_protocol.ids import UnitId
from tally_protocol.law.profile import Profile
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.result import Outcome
from tally_protocol.law.states import Shown, UnitWord

STATES = tuple(Shown)
OUTCOMES = tuple(Outcome)
FIELDS = (
    "state", "closed", "papers", "batches", "voters", "voters_from", "findings", "errors", "outcomes", "size",
)  # fmt: skip


class VotersFrom(Enum):
    """Where the number of voters stands: nowhere yet, boxes, forms, or the papers counted in its place (V, else C)."""

    NOWHERE = "nowhere"
    BOXES = "boxes"
    FORMS = "forms"
    PAPERS = "papers"


SOURCES = tuple(VotersFrom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A unit in the tree; `errors` are the findings that cannot be true (F_), `findings` all of them."""

    unit: UnitId
    size: int
    state: Shown
    closed: int
    papers: int
    batches: int
    voters: int | None
    voters_from: VotersFrom
    findings: int
    errors: int
    outcomes: tuple[Outcome, ...]

    def to_list(self) -> list[int]:
        """The integers of FIELDS."""
        bits = 0
        for outcome in self.outcomes:
            bits |= 1 << OUTCOMES.index(outcome)
        voters = -1 if self.voters is None else self.voters
        return [
            STATES.index(self.state), self.closed, self.papers, self.batches, voters, SOURCES.index(self.voters_from),
            self.findings, self.errors, bits, self.size,
        ]  # fmt: skip


def row_of(unit: UnitProgress, found: tuple[int, int]) -> Row:
    """The line of a unit; `found` are its findings and errors, as `count_findings` gives them.

    Its size is the shortest prefix of the log that gives these numbers: the same in every process that shows them.
    """
    tables = unit.tables.values()
    voters, source = voters_of(unit)
    return Row(
        unit=unit.note.id,
        size=unit.entries[-1] + 1,
        state=unit.shown,
        closed=sum(table.closed for table in tables),
        papers=sum(figures[0] for table in tables for figures in table.running.values()),
        batches=sum(table.batches for table in tables),
        voters=voters,
        voters_from=source,
        findings=found[0],
        errors=found[1],
        outcomes=outcomes_of(unit),
    )


def voters_of(unit: UnitProgress) -> tuple[int | None, VotersFrom]:
    """Persons who voted (V): of all forms, else of the recorded boxes of the first paper, else the papers counted.

    Papers stand in for voters only where every station has closed, as in the law's own test (spec/8, quantities).
    """
    tables = [unit.table(entry.id) for entry in unit.note.stations]
    forms = [dict(table.close.paper).get("voters") for table in tables if table.close is not None]
    known = [voters for voters in forms if voters is not None]
    if len(known) == len(tables):
        return sum(known), VotersFrom.FORMS
    first = unit.note.layouts[0].id
    asked = {box.id for box in unit.note.boxes if box.layout == first}
    boxes = [
        dict(count.papers).get("voters") for table in tables for name, count in table.boxes.items() if name in asked
    ]
    told = [voters for voters in boxes if voters is not None]
    if told:
        return sum(told), VotersFrom.BOXES
    if len(forms) == len(tables):
        return sum(table.running.get(first, (0,))[0] for table in tables), VotersFrom.PAPERS
    return None, VotersFrom.NOWHERE


def outcomes_of(unit: UnitProgress) -> tuple[Outcome, ...]:
    """What the rules gave, one word a contest in unit order; empty while nothing is determined [DET-1]."""
    if unit.state is UnitWord.VOIDED:
        return (Outcome.VOIDED,) * len(unit.note.contests)
    if unit.determination is None or not unit.determined:
        return ()
    return tuple(result.outcome for result in unit.determination.contests)


def count_findings(unit: UnitProgress, profiles: Mapping[str, Profile]) -> tuple[int, int]:
    """How many findings the unit has, and how many of them are errors."""
    found = findings(unit.note, profiles, tally_of(unit))
    return len(found), sum(finding.code.startswith("F_") for finding in found)
