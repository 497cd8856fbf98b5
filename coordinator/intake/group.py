"""One transaction in the making: what it will add, and what the memory takes over once it is on the disk."""

from sqlalchemy import Connection

from coordinator.ledger.fold import Event
from coordinator.store.database import Database
from coordinator.store.writing import Commit, Fork, Numbers, Record, Refusal
from coordinator.tally.matrix import Effect
from tally_protocol.ids import Hash32
from tally_protocol.merkle.hashing import leaf_hash


class Group:
    """Filled in the order of decisions, written at once."""

    def __init__(self, connection: Connection, database: Database, expected: int) -> None:
        """Within an open transaction; `expected` new records."""
        self.connection = connection
        self._database = database
        self._numbers = Numbers(connection, database, expected)
        self.records: list[Record] = []
        self.placed: list[tuple[int, int]] = []
        self.sealed: list[tuple[int, bytes]] = []
        self.filled: list[tuple[int, bytes]] = []
        self.refusals: list[Refusal] = []
        self.forks: list[Fork] = []
        self.effects: list[Effect] = []
        self.events: list[Event] = []
        self.places: dict[tuple[str, int], tuple[int, bytes]] = {}
        self.gained: dict[str, tuple[int, int, bytes]] = {}
        self.heads: dict[str, int] = {}

    def enter(self, kind: str, record: Hash32, note: bytes, chain: str, seq: int) -> int:
        """A new record, with the next number."""
        number = self._numbers.take()
        self.records.append(Record(number, record, leaf_hash(note), chain, seq, kind, note))
        self.places[chain, seq] = number, record
        return number

    def gain(self, chain: str, seq: int, record: Hash32) -> None:
        """A chain that will get a receipt."""
        first = self.gained.get(chain, (seq, 0, b""))[0]
        self.gained[chain] = first, seq, record

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.records or self.placed or self.filled or self.refusals or self.forks)

    def commit(self, receipts: dict[str, tuple[int, bytes]]) -> Commit:
        """What is written."""
        return Commit(
            records=self.records, placed=self.placed, sealed=self.sealed, filled=self.filled, refusals=self.refusals,
            forks=self.forks,
            receipts=[(chain, last, note) for chain, (last, note) in receipts.items()],
            heads=sorted(self.heads.items()),
        )  # fmt: skip
