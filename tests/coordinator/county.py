"""A county's home made from the small world, and a writer that works without threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from coordinator.intake.admission import Received
from coordinator.intake.jobs import Answer, Answers, Append, Deliver
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import Rebuilt, rebuild
from coordinator.ledger.vetting import Admitted
from coordinator.metrics import Metrics
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.publisher import LogKeys, Publisher
from coordinator.publish.sequencer import Sequencer
from coordinator.settings import Home, write_seed
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.leaders import Alone
from coordinator.store.stores import SQLITE, Stores, first_lock, new_stores, open_stores
from coordinator.store.writing import enter_first
from tally_protocol.ids import Hash32
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.sealing import Opener, Sealer
from tally_protocol.seal.document import decode_kind
from tally_protocol.seal.keys import county_name
from tests.committee import Committee
from tests.world import BLANK, OVER, TIME, TORN, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, hash_of, papers, seed


def make_home(path: Path, world: World, url: str = SQLITE) -> Home:
    """What `init` would have made of this world: store with the sealed notes, lock, staging, keys."""
    path.mkdir()
    home = Home(path)
    home.keys.mkdir()
    home.inbox.mkdir()
    for name, secret in (
        ("county", county_name(world.id)), ("log-ed25519", "log"), ("log-mldsa44", "log"), ("ballot", "ballot key"),
    ):  # fmt: skip
        write_seed(home.keys / f"{name}.key", seed(secret))
    stores = new_stores(home, url)
    rows = [
        log.Entry(i, hash_of(note), leaf_hash(note), "", 0, decode_kind(note.split(b"\n", 1)[0]), note)
        for i, note in enumerate(world.entries)
    ]
    enter_first(stores.store, rows)
    first_lock(stores.lock, world.origin)
    stores.close()
    return home


def seal_part(world: World, desk: StationDesk, note: bytes) -> bytes:
    """The encrypted papers of a batch or correction note of this desk; empty for other kinds."""
    part = desk.sealed.get(hash_of(note))
    if part is None:
        return b""
    ephemeral = X25519PrivateKey.from_private_bytes(seed("ephemeral " + desk.state.chain))
    sealer = Sealer(ephemeral, world.election.ballot_key)
    return sealer.encrypt(part.encode(), hash_of(note), seed("nonce")[:12])


def envelopes(world: World, desk: StationDesk, notes: Sequence[bytes] | None = None) -> list[Received]:
    """A desk's notes as its laptop sends them."""
    return [Received(note, seal_part(world, desk, note), "node-1") for note in (desk.notes if notes is None else notes)]


@dataclass
class Bench:
    """A county at a bench: the real store and writer, one call a commit group; `places`: it orders the log too."""

    home: Home
    world: World
    url: str = SQLITE
    places: bool = True
    stores: Stores = field(init=False)
    store: Database = field(init=False)
    writer: Writer = field(init=False)
    metrics: Metrics = field(init=False)
    rebuilt: Rebuilt = field(init=False)
    admitted: Admitted = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start from the store, as after any death."""
        self.stores = open_stores(self.home, self.url)
        self.store = self.stores.store
        self.metrics = Metrics()
        self.rebuilt = rebuild(self.store, unplaced=not self.places)

        def failed(error: BaseException) -> None:
            raise error

        self.admitted = Admitted()
        self.writer = Writer(
            self.store, self.rebuilt, opener=Opener(self.world.ballot_private), signer=self.world.county,
            metrics=self.metrics, now=lambda: TIME, fatal=failed, fence=Alone() if self.places else None,
            admitted=self.admitted,
        )  # fmt: skip
        self.writer.settle()

    def close(self) -> None:
        """Give the connections back."""
        self.stores.close()

    def deliver(self, *received: Received) -> Answers:
        """One delivery in one commit group."""
        found: list[Answers | Exception] = []
        self.writer.process([Deliver(received, found.append, 0.0)])
        result = found[0]
        assert isinstance(result, Answers)
        return result

    def one(self, received: Received) -> Answer:
        """One record alone."""
        return self.deliver(received).answers[0]

    def append(self, size: int, root: bytes, results: bytes, totals: dict[str, int]) -> int:
        """The publisher's door, without a thread."""
        found: list[int] = []
        self.writer.process([Append(size, root, results, totals, found.append)])
        return found[0]

    def store_hash(self, chain: str, seq: int) -> bytes | None:
        """The hash of a stored record by its place."""
        with self.store.read() as connection:
            found = log.find_place(connection, chain, seq)
        return None if found is None else found[1]

    def publisher(
        self, public: Path, vet: Callable[[int, int], None] = lambda _start, _end: None
    ) -> tuple[Publisher, Sequencer]:
        """A publisher over this store, not yet recovered."""
        sequencer = Sequencer(self.store)
        publisher = Publisher(
            election=self.world.election, sequencer=sequencer, staging=self.stores.staging,
            lock=Lock(self.stores.lock, self.world.origin), folder=PublicFolder(public),
            keys=LogKeys(self.world.log_signer, self.world.mldsa), now=lambda: TIME, vet=vet,
        )  # fmt: skip
        return publisher, sequencer


def whole_count(world: World) -> tuple[list[StationDesk], list[list[Received]]]:
    """Three stations and two committees, each chain's envelopes in order; stations first."""
    desks, chains = [], []
    for unit, station in (("v1", "1"), ("v1", "2"), ("v2", "1")):
        desk = world.desk(unit, station)
        desk.open()
        desk.box(collected=130, delivered=150, issued=130, proxies=3, spoiled=5, unused=15)
        desk.batch(papers(60, VOTE_A) + papers(5, TORN))
        rows = papers(55, VOTE_B) + papers(4, WRITE_IN) + papers(3, OVER) + papers(3, BLANK)
        desk.batch(rows, ["王小二", "李四"])
        desk.batch(papers(60, (0, 1, 0)) + papers(2, (5, 0, 0)), layout="deputies")
        if station == "2":
            desk.void(3)
            desk.batch(papers(60, VOTE_B) + papers(5, BLANK))
            desk.correct(2, papers(61, VOTE_A) + papers(4, TORN))
        desk.close(collected=130, issued=130, registered=200, valid=100, invalid=20)
        desks.append(desk)
        chains.append(envelopes(world, desk))
    for unit in ("v1", "v2"):
        committee = Committee(world, unit, [desk for desk in desks if desk.unit == unit])
        chains.append([Received(committee.statement(), b"", "node-1"), Received(committee.names(), b"", "node-1")])
    return desks, chains


def record(note: bytes) -> Hash32:
    """A note's record hash."""
    return hash_of(note)
