"""Provable destruction of sealed parts: two persons have confirmed it, its day has come, and the act says what is gone.

The digest of a unit is over every record's hash with the hash of its encrypted part, in the order of the log. Who holds
a backup can so show which parts it was; nobody can say afterwards that more or others were destroyed. The public record
stays whole: it never held a paper. Copies elsewhere (backups, laptops) are for people: docs/centre.md.
"""

from dataclasses import dataclass
from hashlib import sha256

from coordinator.centre.acts import SYSTEM
from coordinator.centre.journal import Journal
from coordinator.centre.proposals import Proposal
from coordinator.centre.registers import day_of
from coordinator.centre.retention import kept_until
from coordinator.centre.state import State
from coordinator.settings import CountyError
from coordinator.store import centre as rows
from coordinator.store.database import Database


@dataclass(frozen=True, slots=True)
class Gone:
    """What was destroyed of a unit."""

    unit: str
    parts: int
    digest: str


def destroy(journal: Journal, database: Database, election_day: str, proposal: str) -> list[Gone]:
    """Delete the sealed parts of a confirmed proposal's units, with an act a unit, all or nothing."""
    gone = []
    with journal.acting(SYSTEM) as acting:
        found = _confirmed(acting.state, proposal)
        today = day_of(acting.now)
        for unit in found.matter["units"]:
            until = kept_until(election_day, acting.state.planning.of(unit).dates)
            if today < until:
                raise CountyError(
                    f"{unit} 须保管到 {until}，今天 {today}", f"{unit}: kept until {until}; today is {today}"
                )
        for unit in found.matter["units"]:
            if unit in acting.state.papers.destroyed:
                continue
            parts = rows.sealed_parts_of(acting.connection, unit)
            one = Gone(unit, len(parts), parts_digest([(record, blob) for _, record, blob in parts]))
            if parts:
                rows.destroy_parts(acting.connection, [number for number, _, _ in parts])
            acting.add("destroyed", unit=unit, proposal=proposal, parts=one.parts, digest=one.digest)
            gone.append(one)
    if gone:
        rows.wipe(database)
    return gone


def parts_digest(parts: list[tuple[bytes, bytes]]) -> str:
    """Over (record hash, encrypted part) in the order of the log."""
    whole = sha256()
    for record, blob in parts:
        whole.update(record + sha256(blob).digest())
    return whole.hexdigest()


def _confirmed(state: State, proposal: str) -> Proposal:
    found = state.proposals.all.get(proposal)
    if found is None or found.kind != "destruction" or found.state != "confirmed":
        raise CountyError(
            f"{proposal} 不是经两人确认的销毁提议", f"{proposal} is no destruction that two persons have confirmed"
        )
    return found
