"""What the administrator looks at without the page: the journal, and the figures of the reports."""

from collections import deque
from collections.abc import Iterator
from datetime import date
from typing import Any

from coordinator.board.following import event_of_entry
from coordinator.centre.county import CountyView
from coordinator.centre.figures import figures_of
from coordinator.centre.journal import check_rows
from coordinator.centre.opening import centre_public, open_journal
from coordinator.centre.registers import day_of
from coordinator.centre.reports import daily, summary
from coordinator.ledger.fold import Event
from coordinator.ledger.rebuilding import first_election
from coordinator.publish.rounds import Totals
from coordinator.settings import CountyError, Home
from coordinator.store import entries as log
from coordinator.store.database import Database

Json = dict[str, Any]


def check_journal(home: Home, database: Database, head: str) -> Json:
    """Recompute chain and signatures; CountyError at the first fault. `head`: `number:hash` of a printed report."""
    election, digest = first_election(database)
    known = None
    if head:
        number, _, hash_ = head.partition(":")
        if not number.isdigit() or len(hash_) != 64:
            raise CountyError(f"应为 编号:哈希，现为 {head}", f"expected number:hash, found {head}")
        known = int(number), hash_
    verified = check_rows(database, (election.id, digest), centre_public(home, election.id), known)
    return {"acts": verified.last, "head": verified.head.hex(), "good": True}


def list_journal(home: Home, database: Database, above: int) -> Iterator[Json]:
    """Every act, checked on the way."""
    journal, _, _ = open_journal(home, database)
    while found := journal.acts(above, 500):
        for act in found:
            yield {"id": act.id, "time": act.time, "person": act.person, "act": act.act, "body": dict(act.body)}
        above = found[-1].id


def report(home: Home, database: Database, what: str, day: str, now: int) -> Json:
    """The daily report or the summary of everything that the log holds now."""
    if what not in ("daily", "summary"):
        raise CountyError(f"应为 daily 或 summary，现为 {what}", f"expected daily or summary, found {what}")
    try:
        wanted = date.fromisoformat(day).isoformat() if day else day_of(now)
    except ValueError:
        raise CountyError(f"日期应如 2026-12-20，现为 {day}", f"expected a date like 2026-12-20, found {day}") from None
    journal, election, _ = open_journal(home, database)
    view = CountyView(election)
    events: deque[Event] = deque()
    totals = Totals(events, published=view.published)
    size = log.size(database)
    for entry in log.read_range(database, 0, size):
        events.append(event_of_entry(entry))
    totals.catch_up(size)
    figures = figures_of(view)
    with journal.reading() as state:
        if what == "daily":
            return daily(view, state, journal.head, wanted, now)
        return summary(view, state, journal.head, figures, now)
