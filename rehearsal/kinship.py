"""relations.csv: who is declared to be whose relative, as references of the record.

A person is given by candidate id or by name. A name that no candidate of the unit bears is looked for among the names
written on the unit's ballots; a name that is nowhere, or that several candidates bear, names nobody and is reported.
`+name` says outright that the person is no candidate. Kinship is declared, never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rehearsal.idents import CandidateId, UnitId, candidate_id, composed
from rehearsal.manifest import Cells, UnitDraft, Units, unit_of
from rehearsal.notes import Sink
from rehearsal.plan import RelationPlan
from rehearsal.rules import UNKNOWN_RELATION, relation_word
from rehearsal.tables import Row, Table

MAX_RELATIONS: Final = 512
WRITTEN: Final = "+"


@dataclass(frozen=True, slots=True)
class RelationDraft:
    """A row of relations.csv before the ballots were read."""

    row: Row
    unit: UnitId
    person: str
    other: str
    relation: str


def read_relations(table: Table, units: Units, note: Sink) -> list[RelationDraft]:
    """Read relations.csv; names that no candidate bears are put on their unit's list for the ballots."""
    found: list[RelationDraft] = []
    for row in table.rows(note):
        cells = Cells(row, note)
        unit = unit_of(cells, units)
        person, other, said = cells.name("person"), cells.name("other"), cells.name("relation")
        if unit is None or not cells.ok:
            continue
        word = relation_word(said)
        if word is None:
            note(row.fault("W_RELATION", "relation", "a known word of kinship", said))
        found.append(RelationDraft(row, unit.id, person, other, word or UNKNOWN_RELATION))
        unit.looked_for.update(name for name in (person, other) if not _candidates(unit, name))
    return found


def _candidates(unit: UnitDraft, text: str) -> set[CandidateId]:
    """Ids of the candidates that a text can mean: the id itself, else all who bear the name."""
    ident = CandidateId(candidate_id(text))
    if any(ident in contest.places for contest in unit.contests.values()):
        return {ident}
    return {person.id for contest in unit.contests.values() for person in contest.candidates if person.name == text}


def _reference(unit: UnitDraft, text: str) -> str | None:
    """The record's reference to a person; None if the text names nobody or more than one."""
    if text.startswith(WRITTEN):
        return text if composed(text[1:]).strip() else None
    found = _candidates(unit, text)
    if found:
        return found.pop() if len(found) == 1 else None
    return WRITTEN + text if text in unit.written else None


def settle_relations(drafts: Sequence[RelationDraft], units: Units, note: Sink) -> tuple[RelationPlan, ...]:
    """Turn the persons into references, once candidates and ballots are known."""
    plans: dict[UnitId, list[RelationPlan]] = {}
    for draft in drafts:
        unit = units[draft.unit]
        refs = {column: _reference(unit, text) for column, text in (("person", draft.person), ("other", draft.other))}
        for column, ref in refs.items():
            if ref is None:
                text = draft.person if column == "person" else draft.other
                note(draft.row.fault("E_REF", column, "one candidate's id or name, or a name on a ballot", text))
        person, other = refs["person"], refs["other"]
        if person is None or other is None:
            continue
        if person == other:
            note(draft.row.fault("E_VALUE", "other", "another person", draft.other))
            continue
        mine = plans.setdefault(draft.unit, [])
        if len(mine) >= MAX_RELATIONS:
            note(draft.row.fault("E_LIMIT", "relation", f"at most {MAX_RELATIONS} a unit", str(len(mine) + 1)))
            continue
        mine.append(RelationPlan(unit=draft.unit, person=person, other=other, relation=draft.relation))
    return tuple(plan for mine in plans.values() for plan in mine)
