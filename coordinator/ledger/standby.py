"""Reading along while another process leads: who takes over has read the log already, however long it is.

A leader's start costs a tenth of a millisecond and more an entry; in a large county publication would pause for half a
minute. Nothing is trusted that a fresh start would not read: each entry is judged as it is read, the newest one is
looked at again with each slice, the hashes of all when it takes over. What does not fit is forgotten: the ordinary
start then finds it in the ordinary words.
"""

import logging

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from coordinator.ledger.rebuilding import Growing, Rebuilt, fitting, rebuild
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database

LOG = logging.getLogger("changpiao.roles")
# entries in one look: an eighth of a second, so that the line for the lock is looked at often enough
SLICE = 1024


class Standby:
    """What one process in line has read of the log; its own thread alone."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._growing: Growing | None = Growing()

    @property
    def size(self) -> int:
        """Entries read; 0 after something did not fit."""
        return 0 if self._growing is None else self._growing.size

    def follow(self) -> bool | None:
        """Read a slice more; whether there is still more, None if the server is away.

        What goes wrong is told by the leader and the next start.
        """
        growing = self._growing
        if growing is None:
            return False
        try:
            with fitting(self._database), self._database.snapshot() as connection:
                if not _same(connection, growing):
                    self._growing = Growing()
                    return True
                end = log.newest(connection) + 1
                growing.read_on(connection, min(end, growing.size + SLICE))
                return growing.size < end
        except CountyError as error:
            LOG.error("the log cannot be followed", extra={"error": type(error).__name__, "code": error.code})
            self._growing = None
        except SQLAlchemyError:
            # the server is away: what was read is as good as before
            return None
        return False

    def rebuilt(self) -> Rebuilt:
        """The whole county as it is now, for who leads; CountyError as from `rebuild`. Used once."""
        growing, self._growing = self._growing, None
        if growing is not None:
            with fitting(self._database):
                with self._database.snapshot() as connection:
                    same = growing.digest.digest() == log.digest_of(connection, growing.size)
                    if same:
                        LOG.info(f"takes over with {growing.size} entries read")
                        growing.read_rest(connection)
                if same:
                    return growing.finish()
        return rebuild(self._database)


def _same(connection: Connection, growing: Growing) -> bool:
    """Whether the log still has what was read last: a restored backup may have less, or another."""
    if growing.size == 0:
        return True
    if log.newest(connection) + 1 < growing.size:
        return False
    newest = next(log.range_in(connection, growing.size - 1, growing.size))
    return newest.hash == growing.last
