"""Every chain against its receipt, every unit against its row [RECEIPT-1].

The county signs a receipt over the end of each chain in the commit that makes it, so the newest receipt must name
exactly the record that stands at the end: what no checkpoint covers yet is held by it.
"""

from collections.abc import Iterator
from hashlib import sha256

from coordinator.settings import CountyError
from coordinator.store import checking
from coordinator.store.checking import ChainRow
from coordinator.store.database import Database
from tally_protocol.election.manifest import Election
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import COUNTY_CHAIN, Hash32
from tally_protocol.record.receipt import read_receipt

SLICE = 64


class ChainsPart:
    """All chains of a store; remembers which receipts it has verified."""

    name = "chains"

    def __init__(self, database: Database, election: Election, election_hash: bytes, units: frozenset[str]) -> None:
        """`units`: those of the manifest; each has a row."""
        self._database = database
        self._election = election
        self._hash = Hash32(election_hash)
        self._units = units
        self._verified: dict[str, tuple[bytes, int, bytes]] = {}

    def slices(self) -> Iterator[int]:
        """One pass."""
        above: str = COUNTY_CHAIN
        while True:
            with self._database.snapshot() as connection:
                rows = checking.chains(connection, above, SLICE)
            if not rows:
                break
            for row in rows:
                self._check(row)
            above = rows[-1].chain
            yield len(rows)
        with self._database.snapshot() as connection:
            stray = checking.stray_receipt(connection)
        if stray is not None:
            raise _wrong(stray, "its records are gone")
        yield from self._heads()

    def _check(self, row: ChainRow) -> None:
        if row.count != row.top + 1:
            raise _wrong(row.chain, f"{row.count} records up to {row.top}")
        if row.receipt is None:
            raise _wrong(row.chain, "no receipt")
        upto, head = self._opened(row.chain, row.receipt)
        if (upto, row.receipted, head) != (row.top, row.top, row.hash):
            raise _wrong(row.chain, "the receipt names another end")

    def _opened(self, chain: str, receipt: bytes) -> tuple[int, bytes]:
        """Last seq and head of a receipt; its signature is verified once."""
        digest = sha256(receipt).digest()
        known = self._verified.get(chain)
        if known is None or known[0] != digest:
            try:
                found = read_receipt(receipt, self._election, self._hash)
            except ProtocolError as error:
                raise _wrong(chain, f"the receipt does not hold ({error.code})") from None
            if found.chain != chain:
                raise _wrong(chain, "a receipt of another chain")
            known = self._verified[chain] = digest, found.to_seq, found.head
        return known[1], known[2]

    def _heads(self) -> Iterator[int]:
        above, seen = "", set()
        while True:
            with self._database.read() as connection:
                rows = checking.units(connection, above, SLICE)
            if not rows:
                break
            for unit, said, newest in rows:
                if said != newest:
                    raise _wrong(f"u/{unit}", f"unit_heads says record {said}, the newest is {newest}")
                seen.add(unit)
            above = rows[-1][0]
            yield len(rows)
        if seen != self._units:
            raise _wrong("units", "unit_heads has other units than the manifest")


def _wrong(chain: str, what: str) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 链 {chain} 与其回执或单位行不符 ({what})；停止发布。请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: chain {chain}: {what}; publishing stops. Stop, restore, keep the evidence",
    )
