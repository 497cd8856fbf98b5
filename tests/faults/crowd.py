"""Tables that count and deliver by themselves while the county's processes are killed; and the ledger outside.

A table makes a record, keeps it, sends it until it is acknowledged, resumes from where the county says it stands, and
remembers what it was promised. It is not the laptop's program (test_kill plays that one): it lives as long as the
strikes last.
"""

import threading
import time
from collections.abc import Iterator, Sequence

import grpc

from coordinator.intake.admission import Received
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.committee import Committee
from tests.coordinator.county import envelopes, record
from tests.coordinator.scene import Laptop, Scene, group, hello
from tests.world import VOTE_A, VOTE_B, StationDesk, papers

CALL_SECONDS = 5.0
GOOD = (intake_pb2.OUTCOME_ACCEPTED, intake_pb2.OUTCOME_DUPLICATE)


class Promises:
    """What was acknowledged: the hash of every record that a laptop holds an answer or a receipt for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.hashes: set[bytes] = set()
        self.receipts: list[bytes] = []
        self.refused: list[str] = []
        self.retries = 0

    def note(self, answers: Sequence[intake_pb2.Answer], receipts: Sequence[bytes]) -> None:
        """Keep what came back."""
        with self._guard:
            self.hashes |= {bytes(answer.record_hash) for answer in answers if answer.outcome in GOOD}
            self.refused += [answer.code for answer in answers if answer.outcome not in GOOD]
            self.receipts += receipts

    def count_retry(self) -> None:
        """A connection that ended."""
        with self._guard:
            self.retries += 1


class Sender:
    """Delivers one chain's records over new connections until all are acknowledged."""

    def __init__(self, laptop: Laptop, address: str, promises: Promises) -> None:
        self._laptop, self._address, self._promises = laptop, address, promises

    def deliver(self, chain: str, received: Sequence[Received], stop: threading.Event | None = None) -> bool:
        """Until every record is acknowledged; False if told to stop before."""
        while stop is None or not stop.is_set():
            try:
                if self._once(chain, received):
                    return True
            except grpc.RpcError:
                self._promises.count_retry()
            time.sleep(0.05)
        return False

    def _once(self, chain: str, received: Sequence[Received]) -> bool:
        with self._laptop.channel(self._address) as channel:
            stub = intake_pb2_grpc.IntakeServiceStub(channel)
            resumes = list(stub.Deliver(iter([hello(chain)]), timeout=CALL_SECONDS))
            if not resumes:
                # the process was asked to end: it ended the stream before it had read the question
                self._promises.count_retry()
                return False
            start = int(resumes[0].resume.positions[0].next_seq)
            # the last one again: its receipt may have been lost with the connection
            owed = received[max(0, start - 1) :]
            for answer in stub.Deliver(self._groups(owed), timeout=CALL_SECONDS):
                self._promises.note(answer.answers.answers, answer.answers.receipts)
        return {bytes(record(part.note)) for part in received} <= self._promises.hashes

    def _groups(self, owed: Sequence[Received]) -> Iterator[intake_pb2.DeliverRequest]:
        for place in range(0, len(owed), 16):
            yield group(list(owed[place : place + 16]))


class Table(threading.Thread):
    """One table's chain, a batch every moment, until told to close."""

    def __init__(self, scene: Scene, desk: StationDesk, sender: Sender, every: float = 0.25) -> None:
        super().__init__(name=f"table {desk.unit}/{desk.station}", daemon=True)
        self._scene, self.desk, self._sender, self._every = scene, desk, sender, every
        self.stop = threading.Event()
        self.papers = 0
        self.received: list[Received] = []
        # when each record was made, by its place in the chain
        self.made: list[float] = []

    def run(self) -> None:
        self._keep(self.desk.open())
        number = 0
        while not self.stop.is_set():
            number += 1
            count = 55 + number % 40
            self.papers += count
            self._keep(self.desk.batch(papers(count, VOTE_A if number % 3 else VOTE_B)))
            self._sender.deliver(self.desk.state.chain, self.received, self.stop)
            self.stop.wait(self._every)

    def _keep(self, note: bytes) -> None:
        self.made.append(time.monotonic())
        self.received += envelopes(self._scene.world, self.desk, [note])

    def close(self) -> None:
        """The box, the close, all delivered."""
        self.stop.set()
        self.join()
        count = self.papers
        self._keep(self.desk.box(collected=count, delivered=count, issued=count))
        self._keep(self.desk.close(collected=count, issued=count, registered=400))
        assert self._sender.deliver(self.desk.state.chain, self.received)


def finish(scene: Scene, tables: Sequence[Table], sender: Sender) -> None:
    """Close every table, then each unit's statement."""
    for table in tables:
        table.close()
    for unit in sorted({table.desk.unit for table in tables}):
        committee = Committee(scene.world, unit, [table.desk for table in tables if table.desk.unit == unit])
        assert sender.deliver(f"u/{unit}", [Received(committee.statement(), b"", "node-1")])
