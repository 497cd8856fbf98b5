"""The order of the log: whoever places gives each record its index, then writes what the county owes for it.

One process of a county places: the sequencer, or the one that does everything. What others admitted comes in the order
of commit (`gather`), each chain in its own order, a unit's determination right behind the record that made it due
[LOG-2] [LOG-3] [DET-1] [DET-2] [STAND-1].
"""

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from coordinator.intake.group import Group
from coordinator.intake.jobs import Append
from coordinator.ledger.county import County
from coordinator.ledger.fold import event_of
from coordinator.ledger.vetting import take_admitted
from coordinator.metrics import Metrics
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.ids import Hash32
from tally_protocol.record.deciding import determination_of
from tally_protocol.record.kinds import ChainBody, CountyBody
from tally_protocol.record.signing import sign_record
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Names, Standings, Statement
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import parse_note

LOG = logging.getLogger("changpiao.intake")
GATHER_MOST = 512
# the number of this transaction, and the oldest one that has not ended
_MINE = "SELECT pg_current_xact_id()::text::bigint"
_OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Horizon:
    """Below `floor` every record has its place, so a look for new ones need not begin at the first.

    Numbers are drawn before commits, so a lower one may appear after a higher one. A number that was missing when a
    mark was set can appear only while a transaction of that time is still running: the mark becomes the floor when all
    of them have ended, whatever else runs in the database meanwhile.
    """

    def __init__(self, database: Database) -> None:
        """Begin at the first record."""
        self._postgres = database.postgres
        self.floor = -1
        self._newest = -1
        self._mark: tuple[int, int] | None = None
        self._oldest = 0

    def look(self, connection: Connection) -> None:
        """Before the look for new records."""
        if self._postgres and self._mark is not None:
            self._oldest = int(connection.exec_driver_sql(_OLDEST).scalar_one())

    def looked(self, connection: Connection, newest: int = -1) -> None:
        """After it: all that was visible above the floor is placed; `newest` is the highest of it, -1 if none was."""
        self._newest = max(self._newest, newest)
        if not self._postgres:
            self.floor = self._newest
            return
        if self._mark is not None and self._oldest >= self._mark[1]:
            self.floor, self._mark = self._mark[0], None
        if self._newest > self.floor and self._mark is None:
            # our own number is higher than that of everybody who had drawn a number below `newest`
            self._mark = self._newest, int(connection.exec_driver_sql(_MINE).scalar_one())


class Placer:
    """Places records; owns the end of the log and the county's own chain."""

    def __init__(
        self, database: Database, county: County, signer: Signer, metrics: Metrics, now: Callable[[], int]
    ) -> None:
        """The county is at the end of the log."""
        self._database = database
        self._county = county
        self._signer = signer
        self._metrics = metrics
        self._now = now
        self._horizon = Horizon(database)

    def place(self, group: Group, number: int, kind: str, body: ChainBody, record: Hash32) -> int:
        """The next index for a record that has just been taken in, then the determination if it makes one due."""
        index = self._county.size - 1
        group.placed.append((index, number))
        group.events.append(event_of(index, kind, body, record))
        if isinstance(body, Statement | Names):
            self.determine(group, self._county.units[body.links.chain[2:]])
        return index

    def gather(self, group: Group) -> list[log.Entry]:
        """Take in and place what others have admitted; gives it, at most GATHER_MOST."""
        self._horizon.look(group.connection)
        found = log.unplaced(group.connection, self._horizon.floor, GATHER_MOST)
        for entry in found:
            self.take(group, entry)
        if len(found) < GATHER_MOST:
            self._horizon.looked(group.connection, max((entry.id for entry in found), default=-1))
        return found

    def nothing_new(self) -> bool:
        """Whether nobody has admitted anything since; a look without a transaction of ours, for the quiet hours."""
        with self._database.read() as connection:
            self._horizon.look(connection)
            if log.unplaced(connection, self._horizon.floor, 1):
                return False
            self._horizon.looked(connection)
        return True

    def take(self, group: Group, entry: log.Entry) -> None:
        """Take in and place one record that another process has admitted."""
        body, record, effect = take_admitted(self._county, entry)
        if effect is not None:
            group.effects.append(effect)
        self.place(group, entry.id, entry.kind, body, record)

    def standings(self, job: Append, group: Group) -> tuple[Callable[[int], None], int]:
        """Give `standings` its place in the county's chain and sign it [STAND-1]."""
        body = Standings(
            links=self._county.county_links(self._now()),
            results=Hash32(job.results),
            root=Hash32(job.root),
            size=job.size,
            totals=tuple(sorted(job.totals.items())),
        )
        return job.reply, self._write("standings", body, group)

    def determine(self, group: Group, state: UnitState) -> None:
        """If a unit has just become final: say what the rules give for it, in the same commit [DET-1] [DET-2]."""
        if not state.awaits_determination:
            return
        try:
            with self._metrics.determining.time():
                body = determination_of(state, self._county.county_links(self._now()))
        except Exception as error:
            # a fault in the rules must not stop what other units deliver: the record stands, every verifier says
            # INCOMPLETE of the unit, and the next start tries again (`settle`)
            self._metrics.undetermined.inc()
            fault = type(error).__name__
            LOG.critical("not determined", extra={"chain": state.chain, "error": fault}, exc_info=error)
            return
        self._write("determination", body, group)

    def settle(self, group: Group) -> None:
        """Append determinations that are due [DET-1]; none is, unless one could not be computed when its time came."""
        for state in self._county.units.values():
            self.determine(group, state)

    def _write(self, kind: str, body: CountyBody, group: Group) -> int:
        """Sign a record of the county's own chain and give it the next place in the log."""
        note = sign_record(kind, body, [self._signer])
        record = record_hash(parse_note(note).text)
        self._county.take(body, record)
        number = group.enter(kind, record, note, body.links.chain, body.links.seq)
        self._metrics.count_accepted(kind)
        return self.place(group, number, kind, body, record)
