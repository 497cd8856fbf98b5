"""Receipts: one cumulative note for each chain that gained records in a commit; the stored one for a duplicate."""

from collections.abc import Iterable, Mapping

from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.ids import ChainName, Hash32
from tally_protocol.record.kinds import Receipt
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.seal.keys import Signer


def sign_receipts(
    gained: Mapping[str, tuple[int, int, bytes]], election: Hash32, signer: Signer, now: int
) -> dict[str, tuple[int, bytes]]:
    """For each chain (first and last seq gained, head): the last seq and the receipt [RECEIPT-1]."""
    receipts = {}
    for chain, (first, last, head) in gained.items():
        receipt = Receipt(
            chain=ChainName(chain), election=election, epoch=1, from_seq=first, head=Hash32(head), time=now,
            to_seq=last,
        )  # fmt: skip
        receipts[chain] = last, sign_receipt(receipt, signer)
    return receipts


def receipts_for(
    database: Database, chains: Iterable[str], new: Mapping[str, tuple[int, bytes]]
) -> tuple[bytes, ...]:
    """Receipts of the chains of a delivery; for a duplicate the newest stored one, should the first be lost."""
    found = {}
    for chain in chains:
        if chain in new:
            found[chain] = new[chain][1]
            continue
        with database.read() as connection:
            stored = log.receipt_of(connection, chain)
        if stored is not None:
            found[chain] = stored
    return tuple(found.values())
