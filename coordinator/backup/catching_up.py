"""A store that is behind what was published, or lost altogether, is brought up to it from the public record.

Everything but the sealed ballots is public. Entries of the public log are entered in their order and judged as if they
had just come (hash, signatures, chain, rules). What had got a place behind the old end, and was never signed, gets a
new one behind the new end. Sealed parts come from the laptops: their records are marked as owed, and each laptop is
told from where on to send again [INTAKE-8]. If the process dies on any line, `catch-up` again finishes; until then the
store counts as restored and no role works on it.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from coordinator.backup.published import Published, first_note, has_checkpoint
from coordinator.ledger.rebuilding import first_election, rebuild
from coordinator.ledger.vetting import Vetting
from coordinator.publish.lock import open_signed
from coordinator.settings import CountyError, Home, guard, read_seed
from coordinator.store import checking, marks, repairing, verdicts
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.postgres import is_postgres
from coordinator.store.stores import SQLITE, Stores, first_lock, new_stores, open_stores
from coordinator.store.writing import Record
from tally_protocol.election.manifest import Election
from tally_protocol.election.unit import Unit
from tally_protocol.ids import ChainName, Hash32
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.kinds import Decoded, Receipt, decode_record
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.record.signing import check_manifest_signer
from tally_protocol.record.station_kinds import Batch, Correction
from tally_protocol.seal.keys import Signer, county_name

PAGE = 512
WITHOUT_CHAIN = frozenset({"election", "roster", "unit"})


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was done: entries before and after, of these from the public record; batches whose papers are owed."""

    before: int
    entries: int
    published: int
    owed: int

    def to_json(self) -> dict[str, int]:
        """For the command's line."""
        return {"before": self.before, "entries": self.entries, "published": self.published, "owed": self.owed}


def rebuild_from(home: Home, public: Path, url: str = SQLITE) -> CaughtUp:
    """The county's machine is lost: a new store from the public record alone; the home holds `keys/` and `tls/`."""
    election = first_note(public)
    _check_keys(home, election)
    published = Published(public, election)
    published.check()
    if not is_postgres(url) and (home.store.exists() or home.lock.exists()):
        raise CountyError(
            f"{home.path} 中已有存储或锁；不覆盖。存储落后时用 catch-up",
            f"{home.path} has a store or a lock; nothing is overwritten. For a store that is behind use catch-up",
        )
    home.inbox.mkdir(mode=0o700, exist_ok=True)
    with _guarded(home, url), contextlib.closing(new_stores(home, url)) as stores:
        first_lock(stores.lock, election.origin)
        return _bring(home, stores, election, published)


def catch_up(home: Home, public: Path, url: str = SQLITE) -> CaughtUp:
    """Bring a store up to the public record; CountyError if that is older than what was signed, or does not fit."""
    with _guarded(home, url), contextlib.closing(open_stores(home, url, "migrate")) as stores:
        election = first_note(public) if log.size(stores.store) == 0 else first_election(stores.store)[0]
        _check_keys(home, election)
        size, root = _signed(stores.lock, election)
        if not has_checkpoint(public):
            if size:
                raise _older(public, 0, size)
            verdicts.mark_caught_up(stores.store, int(time.time()))
            entries = log.size(stores.store)
            return CaughtUp(entries, entries, 0, 0)
        published = Published(public, election)
        published.check()
        if published.head.size < size:
            raise _older(public, published.head.size, size)
        if published.head.size == size and published.head.root != root:
            raise CountyError(
                "E_SPLIT: 公开记录与锁中的检查点大小相同而内容不同：同一日志有两份历史。什么也没有改动，保留全部证据",
                "E_SPLIT: public record and lock have one size and two roots: two histories of one log. Nothing was"
                " changed; keep everything as evidence",
            )
        return _bring(home, stores, election, published)


def _guarded(home: Home, url: str) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext() if is_postgres(url) else guard(home)


def _check_keys(home: Home, election: Election) -> None:
    """The county's own key anchors the record: an election with another key is not ours."""
    if _signer(home, election).public != election.county_key:
        raise CountyError(
            "公开记录中的选举不是本机 keys/ 的选举；什么也没有改动",
            "the election of the public record is not the one of keys/; nothing was changed",
        )


def _signer(home: Home, election: Election) -> Signer:
    seed = read_seed(home.keys / "county.key")
    return Signer(county_name(election.id), Ed25519PrivateKey.from_private_bytes(seed))


def _signed(lock: Database, election: Election) -> tuple[int, bytes]:
    row = checking.lock_row(lock, election.origin)
    if row is None or not row[0]:
        return 0, b""
    head = open_signed(row[0], election)
    return head.size, head.root


def _older(public: Path, found: int, signed: int) -> CountyError:
    return CountyError(
        f"E_LOCK_AHEAD: {public} 只有 {found} 条，本机已签到 {signed} 条；请用最新的公开记录或镜像",
        f"E_LOCK_AHEAD: {public} has {found} entries, this county has signed {signed}; use the newest copy or mirror",
    )


def _bring(home: Home, stores: Stores, election: Election, published: Published) -> CaughtUp:
    store = stores.store
    verdicts.mark_restored(store, int(time.time()))
    with store.write() as connection:
        repairing.hold_alone(connection, store)
        before = repairing.hashes(connection)
        common = _common(before, published)
        kept: dict[bytes, int] = {}
        if common < published.head.size:
            size, _ = _signed(stores.lock, election)
            if size > common:
                raise CountyError(
                    f"E_SPLIT: 存储第 {common} 条与公开记录不同，而本机已签到 {size} 条：两份历史。保留全部证据",
                    f"E_SPLIT: entry {common} of the store is not the published one, and {size} were signed here: two"
                    " histories. Keep everything as evidence",
                )
            kept = repairing.take_back(connection, common)
            owed = _enter(connection, store, election, published, common, kept)
            _owe(connection, home, owed)
        _finish(connection, store, home, election)
    # judged as a whole: a fault here leaves a store that refuses to start
    rebuilt = rebuild(store, strict=True, unplaced=store.postgres)
    Vetting(store, rebuilt.county).check(common, max(common, published.head.size))
    with stores.lock.write() as connection:
        if published.head.size >= _signed(stores.lock, election)[0]:
            repairing.set_lock(connection, election.origin, published.bytes, published.time)
    verdicts.mark_caught_up(store, int(time.time()))
    return CaughtUp(len(before), rebuilt.county.size, published.head.size, _count_owed(store))


def _common(before: Sequence[bytes], published: Published) -> int:
    """How many entries both begin with."""
    count = 0
    for record, note in zip(before, published.notes(0), strict=False):
        if decode_record(note).hash != record:
            break
        count += 1
    return count


def _pages(notes: Iterator[bytes]) -> Iterator[list[bytes]]:
    while page := list(islice(notes, PAGE)):
        yield page


def _enter(
    connection: Connection, store: Database, election: Election, published: Published, start: int,
    kept: dict[bytes, int],
) -> list[int]:  # fmt: skip
    """Public entries from `start` on, then what had a place and is not among them; gives who lacks its papers."""
    idx, owed = start, list[int]()
    for page in _pages(published.notes(start)):
        found = [(note, decode_record(note)) for note in page]
        numbers = [repairing.number_of(connection, decoded.hash) for _, decoded in found]
        fresh = iter(repairing.numbers(connection, store, numbers.count(None)))
        records, placed = [], []
        for (note, decoded), known in zip(found, numbers, strict=True):
            number = next(fresh) if known is None else known
            if known is None:
                records.append(_record(number, note, decoded, election))
                if isinstance(decoded.body, Batch | Correction):
                    owed.append(number)
            kept.pop(decoded.hash, None)
            placed.append((idx, number))
            idx += 1
        repairing.enter(connection, store, records, placed)
    if not store.postgres:
        # a server's sequencer places what waits; here nothing may wait
        repairing.enter(connection, store, [], [(idx + n, number) for n, number in enumerate(kept.values())])
    return owed


def _record(number: int, note: bytes, decoded: Decoded, election: Election) -> Record:
    if decoded.kind in WITHOUT_CHAIN:
        check_manifest_signer(decoded.note, election)
        return Record(number, decoded.hash, leaf_hash(note), "", 0, decoded.kind, note)
    links = decoded.links
    return Record(number, decoded.hash, leaf_hash(note), links.chain, links.seq, decoded.kind, note)


def _owe(connection: Connection, home: Home, owed: Sequence[int]) -> None:
    """Remember whose papers may be missing, in the county's own word."""
    if not owed:
        return
    start, end = marks.owed_range(connection)
    start, end = (min(owed[0], start), max(end, owed[-1] + 1)) if end else (owed[0], owed[-1] + 1)
    key = marks.marks_key(read_seed(home.keys / "county.key"))
    marks.advance_in(connection, marks.OWED, marks.owed_mark(key, start, end))


def _finish(connection: Connection, store: Database, home: Home, election: Election) -> None:
    """Each chain's receipt names its end, each unit's row its newest record [RECEIPT-1]."""
    signer, now, first = _signer(home, election), int(time.time()), Hash32(repairing.first_hash(connection))
    receipts = []
    for chain, last, head, named in repairing.ends_without_receipt(connection):
        receipt = Receipt(
            chain=ChainName(chain), election=first, epoch=1, from_seq=min(named + 1, last),
            head=Hash32(head), time=now, to_seq=last,
        )  # fmt: skip
        receipts.append((chain, last, sign_receipt(receipt, signer)))
    repairing.keep_receipts(connection, store, receipts)
    units = [decode_record(note).body for note in repairing.sealed_units(connection)]
    repairing.renew_heads(connection, [unit.id for unit in units if isinstance(unit, Unit)])


def _count_owed(store: Database) -> int:
    with store.read() as connection:
        within = marks.owed_range(connection)
        return repairing.count_owed(connection, within)
