"""tlog-proofs: an admitted record is in the published log, provable offline [RECEIPT-4] [PROOF-1].

The process that publishes proves from its own tree (`prove`). An intake process beside it has neither tree nor keys:
`Proofs` takes the signed checkpoint from the lock and the leaf hashes from the store, and gives no proof unless their
root is the signed one.
"""

import threading
import time

from coordinator.publish.lock import Lock, open_signed
from coordinator.publish.publisher import Publisher
from coordinator.publish.sequencer import Sequencer
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.election.manifest import Election
from tally_protocol.log.checkpoint import Checkpoint
from tally_protocol.log.proof import format_proof
from tally_protocol.merkle.tree import Frontier, inclusion_proof, subtree_root

HASH = 32
PAGE = 4096
FRESH_SECONDS = 0.2


def prove(database: Database, sequencer: Sequencer, publisher: Publisher, record: bytes) -> bytes | None:
    """The proof of a record by its hash; None while no published checkpoint covers it."""
    index = log.find_hash(database, record)
    # size and checkpoint of one moment: the size is read from the checkpoint's own pair
    head = publisher.head
    if index is None or index >= head.size:
        return None
    return format_proof(index, sequencer.proof(index, head.size), head.checkpoint)


class Heads:
    """The newest signed checkpoint, read from the lock and opened with the election's keys."""

    def __init__(self, lock: Lock, election: Election) -> None:
        """Nothing is read yet."""
        self._lock = lock
        self._election = election
        self._signed = b""
        self._head: Checkpoint | None = None

    @property
    def newest(self) -> Checkpoint | None:
        """What was read last."""
        return self._head

    def read(self) -> tuple[bytes, Checkpoint | None]:
        """The checkpoint and what it says; (empty, None) before the first."""
        signed, _ = self._lock.read()
        if signed != self._signed:
            self._head = open_signed(signed, self._election)
            self._signed = signed
        return self._signed, self._head


class Proofs:
    """Proves from the store, for a process that does not publish; any thread."""

    def __init__(self, database: Database, heads: Heads) -> None:
        """An empty tree; it grows with the questions, 64 bytes an entry."""
        self._database = database
        self._heads = heads
        self._guard = threading.Lock()
        self._frontier = Frontier()
        self._levels: list[bytearray] = []
        self._signed = b""
        self._size = 0
        self._read = 0.0

    def prove(self, record: bytes) -> bytes | None:
        """The proof of a record by its hash; None while no signed checkpoint covers it."""
        index = log.find_hash(self._database, record)
        if index is None:
            return None
        with self._guard:
            if index >= self._size or time.monotonic() - self._read > FRESH_SECONDS:
                self._renew()
            if index >= self._size:
                return None
            return format_proof(index, inclusion_proof(index, self._size, self._node), self._signed)

    def _renew(self) -> None:
        signed, head = self._heads.read()
        self._read = time.monotonic()
        if head is None or signed == self._signed:
            return
        while self._frontier.size < head.size:
            start = self._frontier.size
            for leaf in log.read_leaves(self._database, start, min(head.size, start + PAGE)):
                for level, _, node in self._frontier.append(leaf):
                    if level == len(self._levels):
                        self._levels.append(bytearray())
                    self._levels[level] += node
        if subtree_root(0, head.size, self._node) != head.root:
            raise CountyError(
                f"E_SELF_CHECK: 存储的前 {head.size} 条与已签检查点不符；不出具证明",
                f"E_SELF_CHECK: the first {head.size} entries do not have the signed root; no proof is given",
            )
        self._signed, self._size = signed, head.size

    def _node(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level][HASH * index : HASH * (index + 1)])
