"""Reading the whole log at start: the same state that the writer had, or no start at all.

Links are checked always, every rule again if asked (`check`), outcomes among them [DET-2]. A store that was edited does
not fit its hashes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What `rebuild` gives."""

    county: County
    events: list[Event]


def rebuild(database: Database, *, strict: bool = False) -> Rebuilt:
    """Read the whole log; links are checked always, every rule again if `strict`. CountyError if it does not fit."""
    try:
        with damage("store.db"):
            return _rebuild(database, strict=strict)
    except (ProtocolError, ValueError, KeyError) as error:
        # rows that are missing or do not decode: damage too, whatever it looks like from inside
        raise CountyError(
            f"E_SELF_CHECK: 存储的内容不完整或读不懂 ({error})；请停机，从备份恢复并保留现场",
            f"E_SELF_CHECK: the store is not whole ({error}); stop, restore it, keep the evidence",
        ) from error


def _rebuild(database: Database, *, strict: bool) -> Rebuilt:
    size = log.size(database)
    found = log.read_range(database, 0, size)
    first = next(found, None)
    if first is None or first.kind != "election":
        raise CountyError("存储为空或没有选举文件；请先执行 init", "the store holds no election; run init first")
    decoded = decode_record(first.note)
    if not isinstance(decoded.body, Election) or decoded.hash != first.hash:
        raise _broken(first)
    county = County(decoded.body, decoded.hash)
    county.size = 1
    events = [event_of(0, "election", decoded.body, decoded.hash)]
    effects: list[Effect] = []
    rosters: dict[Hash32, Roster] = {}
    sealed = False
    for entry, body, record in _decode(found):
        events.append(event_of(entry.idx, entry.kind, body, record))
        if isinstance(body, Roster):
            rosters[record] = body
            county.size += 1
        elif isinstance(body, Unit):
            county.add_unit(body, record, rosters)
            county.size += 1
        elif isinstance(body, Election | Receipt):
            raise _broken(entry)
        else:
            if not sealed:
                county.seal()
                sealed = True
            _check(county, body, entry, strict=strict)
            effect = county.take(body, record)
            if effect is not None:
                effects.append(effect)
            if len(effects) >= 4096:
                county.matrix.add(effects)
                effects.clear()
    if not sealed:
        county.seal()
    county.matrix.add(effects)
    county.check_arrays()
    return Rebuilt(county, events)


def _decode(found: Iterator[log.Entry]) -> Iterator[tuple[log.Entry, Body, Hash32]]:
    for entry in found:
        decoded = decode_record(entry.note)
        if decoded.kind != entry.kind or decoded.hash != entry.hash:
            raise _broken(entry)
        yield entry, decoded.body, decoded.hash


def _check(county: County, body: ChainBody, entry: log.Entry, *, strict: bool) -> None:
    links = body.links
    if isinstance(body, Standings | Determination):
        expected: tuple[int, bytes] = county.next_seq, county.head
    else:
        expected = county.position(links.chain)
    if (links.chain, links.seq) != (entry.chain, entry.seq) or (links.seq, links.prev) != expected:
        raise _broken(entry)
    if strict:
        county.check(body)


def _broken(entry: log.Entry) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 存储第 {entry.idx} 条 ({entry.kind}) 与其哈希或所在链不符；请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: entry {entry.idx} ({entry.kind}) does not fit its hash or chain; stop and restore",
    )
