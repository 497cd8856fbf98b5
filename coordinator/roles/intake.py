"""Role `intake`: the laptops' door, admission, receipts. Any number; it neither orders the log nor publishes.

Its keys: `county.key` for receipts, `ballot.key` for the papers, `tls/`. It keeps every chain's state in memory and
reads what other processes have admitted before it decides.
"""

import contextlib
from collections.abc import Callable

from coordinator.access.limits import read_limits
from coordinator.access.opening import Access, Setting
from coordinator.access.registry import TableRegistry
from coordinator.admin import AdminServer
from coordinator.desk import Inbox
from coordinator.intake.servicer import IntakeService
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.metrics import Metrics
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads, Proofs
from coordinator.roles.keys import ballot_opener, county_signer
from coordinator.roles.running import Doors, Fatal, address
from coordinator.settings import Home
from coordinator.store.stores import open_server

GRACE = 5.0


class Intake:
    """One of several doors."""

    def __init__(self, home: Home, doors: Doors, url: str, fatal: Fatal) -> None:
        """Everything but the doors."""
        self._doors = doors
        self._ended = contextlib.ExitStack()
        with self._ended as built:
            database = open_server(url, "intake")
            built.callback(database.close)
            rebuilt = rebuild(database, unplaced=True)
            self._election = election = rebuilt.county.election
            self.metrics = Metrics()
            self._access = Access(
                Setting(
                    home=home, election=str(election.id), limits=read_limits(home, doors.limits),
                    hosts=rebuilt.county.nodes, registry=TableRegistry(database), collector=self.metrics.registry,
                )
            )  # fmt: skip
            self._writer = Writer(
                database, rebuilt, opener=ballot_opener(home, election), signer=county_signer(home, election),
                metrics=self.metrics, fatal=fatal, fence=None,
            )  # fmt: skip
            self._proofs = Proofs(database, Heads(Lock(database, election.origin), election))
            self._inbox = Inbox(home.inbox, self._writer)
            self._admin: AdminServer | None = None
            self._ended = built.pop_all()

    def start(self, ready: Callable[[], bool]) -> None:
        """The writer, the inbox, the plain door."""
        self._writer.start()
        self._inbox.start()
        self._admin = AdminServer(*address(self._doors.admin), self.metrics, ready)
        self._admin.start()

    async def open_door(self) -> dict[str, str]:
        """The laptops' door; several processes of one machine may share its port."""
        self._service = IntakeService(self._writer, self._election.id, self.metrics, self._proofs.prove)
        self._server, port = await self._access.open(
            self._doors.listen, self._service.add_to, shared=self._doors.shared
        )
        found = {"role": "intake", "address": f"{self._doors.listen.rsplit(':', 1)[0]}:{port}"}
        if self._admin is not None:
            found["admin"] = f"{address(self._doors.admin)[0]}:{self._admin.port}"
        return found

    async def close_door(self) -> None:
        """Streams end after their answers; laptops come again to another process."""
        self._service.drain()
        await self._access.close()
        await self._server.stop(grace=GRACE)

    def stop(self) -> None:
        """What has arrived is committed."""
        self._inbox.stop()
        self._writer.stop()
        if self._admin is not None:
            self._admin.stop()

    def close(self) -> None:
        """Connections."""
        self._ended.close()
