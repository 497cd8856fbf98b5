"""Every entry of the log against its own bytes, its chain and the signed roots [PUB-3] [LOG-3] [CHAIN-2].

One pass walks the log from its first entry: text hash, leaf hash, kind and place as the bytes say them; each chain's
links; at the size of each signed head the root of what was walked must be the signed one. Bytes are read the short
way: what stands under a signed root was decoded and judged when it came in. The rest of the log is held by receipts
(`chains_part`), and by the publisher, who looks at signatures before it signs.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from coordinator.settings import CountyError
from coordinator.store import checking
from coordinator.store import entries as log
from coordinator.store.checking import Row
from coordinator.store.database import Database
from coordinator.watch.heads import SignedHead
from tally_protocol.errors import ProtocolError
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier
from tally_protocol.seal.document import decode_kind

SLICE = 64
UNPLACED_MOST = 4096
ZERO = bytes(32)
OUTSIDE = frozenset({"election", "roster", "unit"})


def read_shortly(row: Row) -> tuple[str, int, str] | None:
    """Chain, seq and prev of a stored record, None if its kind belongs to no chain; CountyError if a column lies."""
    note = row.note
    try:
        text = note[: note.rindex(b"\n\n") + 1]
        first, second, _ = text.split(b"\n", 2)
        kind = decode_kind(first)
        body = json.loads(second)
        links = None if kind in OUTSIDE else (str(body["chain"]), int(body["seq"]), str(body["prev"]))
        epoch = None if links is None else body["epoch"]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, ProtocolError):
        raise broken(row, "unreadable") from None
    place = (None, None, None) if links is None else (links[0], epoch, links[1])
    if sha256(text).digest() != row.hash:
        raise broken(row, "hash")
    if leaf_hash(note) != row.leaf:
        raise broken(row, "leaf")
    if (kind, place) != (row.kind, (row.chain, row.epoch, row.seq)):
        raise broken(row, "place")
    return links


def broken(row: Row, what: str) -> CountyError:
    """What a person reads of a row that is not what was admitted."""
    where = f"entry {row.idx}" if row.idx >= 0 else f"record {row.id}"
    return CountyError(
        f"E_SELF_CHECK: 存储内容（{where}，{row.kind}）与接收时不符 ({what})；停止发布。请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: {where} ({row.kind}) is not what was admitted ({what}); publishing stops. Stop, restore,"
        " keep the evidence",
    )


class LogPart:
    """The log of one county; a pass begins with the heads and ends at the size that the log had then."""

    name = "log"

    def __init__(self, database: Database, heads: Callable[[], Sequence[SignedHead]], election: bytes) -> None:
        """`election`: the hash of entry 0 that this process works under."""
        self._database = database
        self._heads = heads
        self._election = election

    def slices(self) -> Iterator[int]:
        """One pass."""
        heads = sorted(self._heads(), key=lambda head: head.size)
        with self._database.snapshot() as connection:
            size = _size(log.size_in, connection)
        if heads and heads[-1].size > size:
            raise CountyError(
                f"E_LOCK_AHEAD: 已签检查点 ({heads[-1].size}) 比存储 ({size}) 新；存储可能是旧备份或被删改。停止发布，"
                "先执行 tally-coordinator catch-up",
                f"E_LOCK_AHEAD: {heads[-1].where} was signed at {heads[-1].size} entries, the store has {size}: an old"
                " backup, or rows were deleted; publishing stops. Run tally-coordinator catch-up",
            )
        walk = _Walk(heads, self._election)
        while walk.tree.size < size:
            start = walk.tree.size
            end = min(size, start + SLICE)
            with self._database.read() as connection:
                rows = checking.entries(connection, start, end)
            if [row.idx for row in rows] != list(range(start, end)):
                raise CountyError(
                    f"E_SELF_CHECK: 存储第 {start} 至 {end - 1} 条不全；停止发布。请停机，从备份恢复并保留现场",
                    f"E_SELF_CHECK: entries {start} to {end - 1} are not all there; publishing stops. Stop, restore,"
                    " keep the evidence",
                )
            for row in rows:
                walk.take(row)
            yield len(rows)
        yield self._rest()

    def _rest(self) -> int:
        """What has no place yet: on SQLite nothing may, a record is admitted and placed at once."""
        with self._database.snapshot() as connection:
            rows = checking.unplaced(connection, UNPLACED_MOST)
        for row in rows:
            read_shortly(row)
            if not self._database.postgres:
                raise broken(row, "no place in the log")
        return len(rows)


def _size(count: Callable[..., int], connection: object) -> int:
    try:
        return count(connection)
    except ValueError as error:
        raise CountyError(
            f"E_SELF_CHECK: 日志序号不连续 ({error})；停止发布。请停机，从备份恢复并保留现场",
            f"E_SELF_CHECK: the log has a hole ({error}); publishing stops. Stop, restore, keep the evidence",
        ) from None


class _Walk:
    """What is known after each entry."""

    def __init__(self, heads: Sequence[SignedHead], election: bytes) -> None:
        self.tree = Frontier()
        self._heads = list(heads)
        self._election = election
        self._chains: dict[str, tuple[int, str]] = {}

    def take(self, row: Row) -> None:
        links = read_shortly(row)
        if row.idx == 0 and (row.kind, row.hash) != ("election", self._election):
            raise broken(row, "another election")
        if links is not None:
            chain, seq, prev = links
            if self._chains.get(chain, (0, ZERO.hex())) != (seq, prev):
                raise broken(row, "chain")
            self._chains[chain] = seq + 1, row.hash.hex()
        self.tree.append(row.leaf)
        while self._heads and self._heads[0].size <= self.tree.size:
            head = self._heads.pop(0)
            if head.size and self.tree.root() != head.root:
                raise CountyError(
                    f"E_SELF_CHECK: 存储的前 {head.size} 条与已签检查点（{head.where}）不符；停止发布。保留现场",
                    f"E_SELF_CHECK: the first {head.size} entries do not have the signed root ({head.where});"
                    " publishing stops. Keep the evidence",
                )
