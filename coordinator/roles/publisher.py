"""Role `publisher`: tiles, checkpoint, public folder. Its keys are the log's; it reads records and writes none."""

from sqlalchemy.exc import SQLAlchemyError

from coordinator.ledger.rebuilding import first_election, fitting, sealed_notes
from coordinator.ledger.standby import SLICE
from coordinator.ledger.vetting import Vetting
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads
from coordinator.publish.publisher import Publisher
from coordinator.publish.rounds import Rounds, Source
from coordinator.publish.sequencer import Sequencer
from coordinator.roles.keys import log_keys
from coordinator.roles.leader import Leader
from coordinator.roles.running import Doors, Post
from coordinator.roles.watching import watch_publisher
from coordinator.settings import CountyError, Home
from coordinator.store import entries as log
from coordinator.store.leaders import Fence
from tally_protocol.errors import ProtocolError


class PublisherRole(Leader):
    """One leads, others wait."""

    job = "publisher"

    def __init__(self, home: Home, doors: Doors, url: str, post: Post) -> None:
        """Connected, not yet in line; the published folder must be named."""
        self._home = home
        doors.folder()
        super().__init__(doors, url, post)
        self._tree = Sequencer(self._database)
        self._heads: Heads | None = None

    def _read_along(self) -> bool | None:
        """The tree over what is signed and no more: its root is compared with the signed one before anything is signed.

        What is only placed may still be lost with a server that falls back, and another record take its place.
        """
        try:
            end = self._signed()
            if end < self._tree.size:
                self._tree = Sequencer(self._database)
            self._tree.grow(min(end, self._tree.size + SLICE))
        except (ProtocolError, CountyError, ValueError, KeyError):
            # whoever leads says it; begun anew with the next look, in case it was mended
            self._tree = Sequencer(self._database)
            return False
        except SQLAlchemyError:
            # the server is away
            return None
        return self._tree.size < end

    def _signed(self) -> int:
        if self._heads is None:
            election, _ = first_election(self._database)
            self._heads = Heads(Lock(self._database, election.origin), election)
        _, head = self._heads.read()
        return 0 if head is None else int(head.size)

    def _placed(self) -> int:
        with self._database.read() as connection:
            return log.newest(connection) + 1

    def _lead(self, fence: Fence) -> None:
        database = self._database
        if self._tree.size > self._placed():
            # the log is shorter than it was: another server, or an older copy
            self._tree = Sequencer(database)
        election, election_hash = first_election(database)
        folder = PublicFolder(self._doors.folder(), fence.number)
        publisher = Publisher(
            election=election, sequencer=self._tree, staging=database,
            lock=Lock(database, election.origin, fence), folder=folder, fence=fence,
            keys=log_keys(self._home, election), vet=Vetting(database, sealed_notes(database)).check,
        )  # fmt: skip

        with fitting(database):
            publisher.recover(self._placed())
        watch, alarm = watch_publisher(
            self._doors, self._url, self.metrics, database, (election, election_hash), fence.number, folder.checkpoint
        )
        rounds = Rounds(
            publisher, Source(durable=self._placed, take_oldest=lambda: None), metrics=self.metrics, fatal=self._fatal,
            every=self._doors.checkpoint_seconds, alarm=alarm.raised,
        )  # fmt: skip
        self._healthy = lambda: rounds.healthy
        rounds.tick()
        rounds.start()
        watch.start()
        self._stop.wait()
        watch.stop()
        rounds.stop()
        folder.close()
