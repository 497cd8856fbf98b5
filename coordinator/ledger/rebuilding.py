"""Reading the whole log at start: the same state that the writer had, or no start at all.

Links are checked always, every rule again if asked (`check`), outcomes among them [DET-2]. A store that was edited does
not fit its hashes.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection

from coordinator.ledger.county import County
from coordinator.ledger.fold import Event, event_of
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database, damage
from coordinator.tally.matrix import Effect
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.record.kinds import Body, ChainBody, Receipt, decode_record
from tally_protocol.record.unit_kinds import Determination, Standings

# a bound for a statement that wants one
EVERY = 1 << 40


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What `rebuild` gives; `seen` is the number of the newest record of each unit that is in."""

    county: County
    events: list[Event]
    seen: dict[str, int] = field(default_factory=dict)


def rebuild(database: Database, *, strict: bool = False, unplaced: bool = False) -> Rebuilt:
    """Read the whole log; links are checked always, every rule again if `strict`. CountyError if it does not fit.

    `unplaced`: also what was admitted and has no place in the log yet; it is in the chains, not in the events.
    """
    growing = Growing(strict=strict)
    with fitting(database):
        with database.snapshot() as connection:
            growing.read_rest(connection, unplaced=unplaced)
        # a server ends a transaction that is idle for seconds, and a large county's arrays take some
        return growing.finish()


@contextlib.contextmanager
def fitting(database: Database) -> Iterator[None]:
    """Rows that are missing, do not decode or do not fit become CountyError E_SELF_CHECK, whatever they look like."""
    try:
        with damage(database.name):
            yield
    except (ProtocolError, ValueError, KeyError) as error:
        raise CountyError(
            f"E_SELF_CHECK: 存储的内容不完整或读不懂 ({error})；请停机，从备份恢复并保留现场",
            f"E_SELF_CHECK: the store is not whole ({error}); stop, restore it, keep the evidence",
        ) from error


def first_election(database: Database) -> tuple[Election, Hash32]:
    """The election of a store and its hash, for a process that needs no chains."""
    with fitting(database):
        with database.read() as connection:
            first = next(log.range_in(connection, 0, 1), None) if log.newest(connection) >= 0 else None
        if first is None or first.kind != "election":
            raise _empty()
        body, record = decode_stored(first)
    if not isinstance(body, Election):
        raise _broken(first)
    return body, record


def sealed_notes(database: Database) -> County:
    """The county before its first record: who may sign what. For a process that needs no chains."""
    election, record = first_election(database)
    county = County(election, record)
    rosters: dict[Hash32, Roster] = {}
    try:
        for entry in log.sealed_entries(database):
            body, digest = decode_stored(entry)
            if isinstance(body, Roster):
                rosters[digest] = body
            elif isinstance(body, Unit):
                county.add_unit(body, digest, rosters)
    except (ProtocolError, ValueError, KeyError) as error:
        raise CountyError(
            f"E_SELF_CHECK: 封存的文件不完整或读不懂 ({error})；请停机，从备份恢复并保留现场",
            f"E_SELF_CHECK: the sealed notes are not whole ({error}); stop, restore, keep the evidence",
        ) from error
    return county


class Growing:
    """The county as far as its log was read. `size`: entries read; `last`: the hash of the newest of them."""

    def __init__(self, *, strict: bool = False) -> None:
        """Nothing is read yet."""
        self._strict = strict
        self._rebuilt: Rebuilt | None = None
        self._rosters: dict[Hash32, Roster] = {}
        self._effects: list[Effect] = []
        self._sealed = False
        self._unplaced: list[log.Entry] = []
        self.size = 0
        self.last = b""
        self.digest = sha256()

    def read_on(self, connection: Connection, end: int) -> None:
        """Entries `size`..end-1; what `rebuild` turns into words if they do not fit."""
        for entry in log.range_in(connection, self.size, end):
            if self._rebuilt is None:
                self._rebuilt = _begin(entry)
            else:
                self._next(self._rebuilt, entry)
            self.size, self.last = entry.idx + 1, entry.hash
            self.digest.update(entry.hash)

    def read_rest(self, connection: Connection, *, unplaced: bool = False) -> None:
        """The rest of the log; what has no place in it yet, if asked for, is kept for `finish`."""
        self.read_on(connection, log.size_in(connection))
        if unplaced:
            self._unplaced = log.unplaced(connection, -1, EVERY)

    def finish(self) -> Rebuilt:
        """The county as it was read; nothing is read on afterwards."""
        rebuilt = self._rebuilt
        if rebuilt is None:
            raise _empty()
        if not self._sealed:
            rebuilt.county.seal()
        for entry in self._unplaced:
            body, _ = decode_stored(entry)
            if isinstance(body, Election | Roster | Unit | Receipt):
                raise _broken(entry)
            _take(rebuilt, body, entry, self._effects, strict=self._strict)
        rebuilt.county.matrix.add(self._effects)
        rebuilt.county.check_arrays()
        return rebuilt

    def _next(self, rebuilt: Rebuilt, entry: log.Entry) -> None:
        county = rebuilt.county
        body, record = decode_stored(entry)
        if isinstance(body, Roster):
            self._rosters[record] = body
            county.size += 1
        elif isinstance(body, Unit):
            county.add_unit(body, record, self._rosters)
            county.size += 1
        elif isinstance(body, Election | Receipt):
            raise _broken(entry)
        else:
            if not self._sealed:
                county.seal()
                self._sealed = True
            _take(rebuilt, body, entry, self._effects, strict=self._strict)
        rebuilt.events.append(event_of(entry.idx, entry.kind, body, record))


def _begin(first: log.Entry) -> Rebuilt:
    if first.kind != "election":
        raise _empty()
    decoded = decode_record(first.note)
    if not isinstance(decoded.body, Election) or decoded.hash != first.hash:
        raise _broken(first)
    county = County(decoded.body, decoded.hash)
    county.size = 1
    return Rebuilt(county, [event_of(0, "election", decoded.body, decoded.hash)])


def _take(rebuilt: Rebuilt, body: ChainBody, entry: log.Entry, effects: list[Effect], *, strict: bool) -> None:
    effect = take_stored(rebuilt.county, body, entry, strict=strict)
    unit = unit_of(entry.chain)
    if unit:
        rebuilt.seen[unit] = max(entry.id, rebuilt.seen.get(unit, -1))
    if effect is not None:
        effects.append(effect)
    if len(effects) >= 4096:
        rebuilt.county.matrix.add(effects)
        effects.clear()


def unit_of(chain: str) -> str:
    """The unit of a chain, empty for the county's own."""
    return "" if chain[1:2] != "/" else chain[2:].split("/", 1)[0]


def decode_stored(entry: log.Entry) -> tuple[Body, Hash32]:
    """A stored record as it says it is; CountyError E_SELF_CHECK if it is another."""
    decoded = decode_record(entry.note)
    if decoded.kind != entry.kind or decoded.hash != entry.hash:
        raise _broken(entry)
    return decoded.body, decoded.hash


def take_stored(county: County, body: ChainBody, entry: log.Entry, *, strict: bool = False) -> Effect | None:
    """Take a stored record in as the next of its chain; CountyError E_SELF_CHECK if it is not that."""
    links = body.links
    if isinstance(body, Standings | Determination):
        expected: tuple[int, bytes] = county.next_seq, county.head
    else:
        expected = county.position(links.chain)
    if (links.chain, links.seq) != (entry.chain, entry.seq) or (links.seq, links.prev) != expected:
        raise _broken(entry)
    if strict:
        county.check(body)
    return county.take(body, Hash32(entry.hash))


def _empty() -> CountyError:
    return CountyError("存储为空或没有选举文件；请先执行 init", "the store holds no election; run init first")


def _broken(entry: log.Entry) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 存储第 {entry.idx} 条 ({entry.kind}) 与其哈希或所在链不符；请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: entry {entry.idx} ({entry.kind}) does not fit its hash or chain; stop and restore",
    )
