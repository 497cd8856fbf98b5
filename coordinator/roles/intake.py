"""Role `intake`: the laptops' door, admission, receipts. Any number; it neither orders the log nor publishes.

Its keys: `county.key` for receipts, `ballot.key` for the papers, `tls/`. It keeps every chain's state in memory and
reads what other processes have admitted before it decides.
"""

import contextlib

from coordinator.access.limits import read_limits
from coordinator.access.opening import Access, Setting
from coordinator.access.registry import TableRegistry
from coordinator.desk import open_inbox
from coordinator.intake.servicer import IntakeService
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads, Proofs
from coordinator.roles.keys import ballot_opener, county_signer
from coordinator.roles.running import Doors, Post
from coordinator.roles.watching import call_meter, watch_intake
from coordinator.settings import Home
from coordinator.store.stores import open_server

GRACE = 5.0


class Intake:
    """One of several doors."""

    def __init__(self, home: Home, doors: Doors, url: str, post: Post) -> None:
        """Everything but the doors."""
        self._doors = doors
        self._ended = contextlib.ExitStack()
        with self._ended as built:
            database = open_server(url, "intake")
            built.callback(database.close)
            rebuilt = rebuild(database, unplaced=True)
            self._election = election = rebuilt.county.election
            self.metrics = post.metrics
            self._access = Access(
                Setting(
                    home=home, election=str(election.id), limits=read_limits(home, doors.limits),
                    hosts=rebuilt.county.nodes, registry=TableRegistry(database), collector=self.metrics.registry,
                    interceptors=(call_meter(self.metrics),),
                )
            )  # fmt: skip
            self._writer = Writer(
                database, rebuilt, opener=ballot_opener(home, election), signer=county_signer(home, election),
                metrics=self.metrics, fatal=post.fatal, fence=None,
            )  # fmt: skip
            self._proofs = Proofs(database, Heads(Lock(database, election.origin), election))
            self._inbox = open_inbox(home, self._writer)
            self._watch = watch_intake(
                home, doors, url, self.metrics, database, rebuilt.county, self._access.gate.connected
            )
            self._ended = built.pop_all()

    @property
    def healthy(self) -> bool:
        """A door that cannot commit ends its process."""
        return True

    def start(self) -> None:
        """The writer, the inbox."""
        self._writer.start()
        self._watch.start()
        if self._inbox is not None:
            self._inbox.start()

    async def open_door(self) -> dict[str, str]:
        """The laptops' door; several processes of one machine may share its port."""
        self._service = IntakeService(self._writer, self._election.id, self.metrics, self._proofs.prove)
        self._server, port = await self._access.open(
            self._doors.listen, self._service.add_to, shared=self._doors.shared
        )
        return {"role": "intake", "address": f"{self._doors.listen.rsplit(':', 1)[0]}:{port}"}

    async def close_door(self) -> None:
        """Streams end after their answers; laptops come again to another process."""
        self._service.drain()
        await self._access.close()
        await self._server.stop(grace=GRACE)

    def stop(self) -> None:
        """What has arrived is committed."""
        if self._inbox is not None:
            self._inbox.stop()
        self._watch.stop()
        self._writer.stop()

    def close(self) -> None:
        """Connections."""
        self._ended.close()
