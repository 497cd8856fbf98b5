"""Role `publisher`: tiles, checkpoint, public folder. Its keys are the log's; it reads records and writes none."""

from sqlalchemy.exc import SQLAlchemyError

from coordinator.ledger.rebuilding import first_election, sealed_notes
from coordinator.ledger.standby import SLICE
from coordinator.ledger.vetting import Vetting
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
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


class PublisherRole(Leader):
    """One leads, others wait."""

    job = "publisher"

    def __init__(self, home: Home, doors: Doors, url: str, post: Post) -> None:
        """Connected, not yet in line; the published folder must be named."""
        self._home = home
        doors.folder()
        super().__init__(doors, url, post)
        self._tree = Sequencer(self._database)

    def _read_along(self) -> bool:
        """The tree over what is placed; for a log that is shorter now, or bad, a new one is begun."""
        try:
            with self._database.read() as connection:
                end = log.newest(connection) + 1
            if end < self._tree.size:
                self._tree = Sequencer(self._database)
            self._tree.grow(min(end, self._tree.size + SLICE))
        except (CountyError, ValueError):
            # whoever leads says it; begun anew with the next look, in case it was mended
            self._tree = Sequencer(self._database)
            return False
        except SQLAlchemyError:
            # the server is away
            return False
        return self._tree.size < end

    def _lead(self, fence: Fence) -> None:
        database = self._database
        election, election_hash = first_election(database)
        folder = PublicFolder(self._doors.folder(), fence.number)
        publisher = Publisher(
            election=election, sequencer=self._tree, staging=database,
            lock=Lock(database, election.origin, fence), folder=folder, fence=fence,
            keys=log_keys(self._home, election), vet=Vetting(database, sealed_notes(database)).check,
        )  # fmt: skip

        def durable() -> int:
            with database.read() as connection:
                return log.newest(connection) + 1

        publisher.recover(durable())
        watch, alarm = watch_publisher(
            self._doors, self._url, self.metrics, database, (election, election_hash), fence.number, folder.checkpoint
        )
        rounds = Rounds(
            publisher, Source(durable=durable, take_oldest=lambda: None), metrics=self.metrics, fatal=self._fatal,
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
