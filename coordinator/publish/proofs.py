"""tlog-proofs: an admitted record is in the published log, provable offline [RECEIPT-4] [PROOF-1]."""

from coordinator.publish.publisher import Publisher
from coordinator.publish.sequencer import Sequencer
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.log.proof import format_proof


def prove(database: Database, sequencer: Sequencer, publisher: Publisher, record: bytes) -> bytes | None:
    """The proof of a record by its hash; None while no published checkpoint covers it."""
    index = log.find_hash(database, record)
    # size and checkpoint of one moment: the size is read from the checkpoint's own pair
    head = publisher.head
    if index is None or index >= head.size:
        return None
    return format_proof(index, sequencer.proof(index, head.size), head.checkpoint)
