"""The order of the log where several processes admit: the order of commit, each chain's own order, nothing left out."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.intake.jobs import Gather
from coordinator.intake.placing import GATHER_MOST
from coordinator.ledger.rebuilding import rebuild
from coordinator.store import entries as log
from coordinator.store import writing
from coordinator.store.database import Database
from coordinator.store.writing import Commit
from tests.coordinator.county import Bench, envelopes, make_home, whole_count
from tests.coordinator.processes import wait_until
from tests.world import VOTE_A, World, papers


class Pair:
    """A door that only admits, and a writer that places, on one server."""

    def __init__(self, path: Path, url: str) -> None:
        self.world = World()
        home = make_home(path / "home", self.world, url)
        self.door = Bench(home, self.world, url, places=False)
        self.placing = Bench(home, self.world, url)

    def gather(self) -> int:
        """Place what there is; how many records that were."""
        found: list[int] = []
        self.placing.writer.process([Gather(found.append)])
        return found[0]

    @property
    def floor(self) -> int:
        """From where the next look begins."""
        placer = self.placing.writer._placer  # noqa: SLF001 - what a look costs
        assert placer is not None
        return placer._horizon.floor  # noqa: SLF001 - the same

    def log(self) -> list[log.Entry]:
        """The log as it stands."""
        return list(log.read_range(self.placing.store, 0, log.size(self.placing.store)))


@pytest.fixture
def pair(tmp_path: Path, postgres_url: str) -> Iterator[Pair]:
    made = Pair(tmp_path, postgres_url)
    yield made
    made.door.close()
    made.placing.close()


def test_what_a_door_admits_gets_its_place(pair: Pair) -> None:
    """[LOG-2] [LOG-3] [DET-1]: a whole count, with each unit's determination right behind what made it due."""
    for chain in whole_count(pair.world)[1]:
        answers = pair.door.deliver(*chain).answers
        assert {(answer.outcome, answer.index) for answer in answers} == {("accepted", 0)}
    admitted = pair.gather()
    found = pair.log()
    assert [entry.kind for entry in found].count("determination") == 2
    assert len(found) == 6 + admitted + 2
    for index, entry in enumerate(found):
        if entry.kind == "determination":
            assert found[index - 1].kind in ("statement", "names")
            assert found[index - 1].chain.startswith("u/")
    assert pair.gather() == 0
    again = rebuild(pair.placing.store, strict=True)
    assert again.county.matrix.equals(pair.placing.writer.county.matrix)
    assert list(pair.placing.writer.events) == again.events


class Late(threading.Thread):
    """A door whose transaction has drawn its numbers and does not commit yet."""

    def __init__(self, bench: Bench, received: object) -> None:
        super().__init__()
        self.drawn, self.go_on = threading.Event(), threading.Event()
        self._bench, self._received = bench, received

    def run(self) -> None:
        whole = writing.append

        def waits(connection: object, database: Database, commit: Commit) -> None:
            whole(connection, database, commit)  # type: ignore[arg-type]
            if threading.current_thread() is self:
                self.drawn.set()
                self.go_on.wait(60)

        writing.append = waits
        try:
            self._bench.one(self._received)  # type: ignore[arg-type]
        finally:
            writing.append = whole


def test_a_lower_number_that_commits_later_is_not_left_out(pair: Pair) -> None:
    """[LOG-3]: numbers are drawn before commits; whoever reads by number alone would lose the late one."""
    slow, quick = pair.world.desk("v1", "1"), pair.world.desk("v2", "1")
    for desk in (slow, quick):
        desk.open()
        desk.batch(papers(60, VOTE_A))
    first, second = envelopes(pair.world, slow)
    late = Late(pair.door, first)
    late.start()
    assert late.drawn.wait(60)
    other = Bench(pair.door.home, pair.world, pair.door.url, places=False)
    for envelope in envelopes(pair.world, quick):
        assert other.one(envelope).outcome == "accepted"
    for _ in range(3):
        pair.gather()
    assert [entry.chain for entry in pair.log()[6:]] == ["s/v2/1", "s/v2/1"]
    late.go_on.set()
    late.join()
    assert pair.door.one(second).outcome == "accepted"
    pair.gather()
    found = pair.log()[6:]
    assert [(entry.chain, entry.seq) for entry in found] == [("s/v2/1", 0), ("s/v2/1", 1), ("s/v1/1", 0), ("s/v1/1", 1)]
    assert [entry.id for entry in found] != sorted(entry.id for entry in found), "commits out of the order of numbers"
    # and nothing is read again, as soon as whoever wrote to this server at that time has ended
    wait_until(lambda: pair.gather() == 0 and pair.floor == max(entry.id for entry in found), "the floor")
    other.close()


def test_quiet_hours_cost_the_server_no_transaction(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten looks a second for weeks must not use up transaction numbers."""
    desk = pair.world.desk("v1", "1")
    desk.open()
    pair.door.deliver(*envelopes(pair.world, desk))
    assert pair.gather() == 1
    with monkeypatch.context() as patch:
        patch.setattr(type(pair.placing.store), "write", None)
        wait_until(lambda: pair.gather() == 0 and pair.floor == pair.log()[-1].id, "the floor")


def test_one_that_does_everything_places_what_stands_beside_it(pair: Pair) -> None:
    """[LOG-3]: a chain that goes on at the process that places: what others admitted to it comes first."""
    desk = pair.world.desk("v1", "1")
    desk.open()
    for number in range(5):
        desk.batch(papers(60 + number, VOTE_A))
    received = envelopes(pair.world, desk)
    for number, envelope in enumerate(received):
        bench = pair.placing if number % 2 else pair.door
        answer = bench.one(envelope)
        assert (answer.outcome, answer.index) == ("accepted", 6 + number if number % 2 else 0)
    assert [(entry.chain, entry.seq) for entry in pair.log()[6:]] == [("s/v1/1", seq) for seq in range(6)]
    assert log.size(pair.placing.store) == pair.placing.writer.durable


def test_what_was_left_without_a_place_gets_it_at_the_next_start(pair: Pair) -> None:
    """[INTAKE-2]: the sequencer died; more than one page waits."""
    desk = pair.world.desk("v2", "1")
    desk.open()
    for place in range(GATHER_MOST + 20):
        desk.box(collected=place)
    received = envelopes(pair.world, desk)
    for start in range(0, len(received), 100):
        pair.door.deliver(*received[start : start + 100])
    assert log.size(pair.placing.store) == 6
    pair.placing.close()
    pair.placing.open()
    assert log.size(pair.placing.store) == 6 + len(received)
    assert [entry.seq for entry in pair.log()[6:]] == list(range(len(received)))
