"""What other processes have admitted: a process that has not seen every record of a unit reads what it lacks first.

The caller holds the units' rows (`writing.hold`), so nobody can add to them; what is read is therefore all there is.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from coordinator.ledger.county import County
from coordinator.ledger.rebuilding import unit_of
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.ids import station_chain, unit_chain


class Follower:
    """Knows for each unit the newest record that this process has taken in."""

    def __init__(self, database: Database, county: County, seen: Mapping[str, int]) -> None:
        """`seen` as `rebuild` gives it."""
        self._database = database
        self._county = county
        self._seen = dict(seen)

    def took(self, chain: str, number: int) -> None:
        """A record of this chain is in."""
        self._seen[unit_of(chain)] = number

    def has_seen(self, versions: Mapping[str, int]) -> bool:
        """Whether these units have nothing new."""
        return all(version <= self._seen.get(unit, -1) for unit, version in versions.items())

    def lacking(self, connection: Connection, versions: Mapping[str, int]) -> list[log.Entry]:
        """The records of these units that are not in yet, each chain in its order.

        CountyError if a unit has less than this process has seen: a version never falls by our own programs.
        """
        for unit, version in versions.items():
            if version < self._seen.get(unit, -1):
                raise _put_back(unit, version, self._seen[unit])
        behind = [unit for unit, version in versions.items() if version > self._seen.get(unit, -1)]
        if not behind:
            return []
        chains = [str(unit_chain(self._county.units[unit].unit.id)) for unit in behind]
        for unit in behind:
            state = self._county.units[unit]
            chains += [str(station_chain(state.unit.id, entry.id)) for entry in state.unit.stations]
        above = min(self._seen.get(unit, -1) for unit in behind)
        found = log.of_chains(connection, self._database, chains, above)
        return [entry for entry in found if entry.id > self._seen.get(unit_of(entry.chain), -1)]


def _put_back(unit: str, found: int, seen: int) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 单位 {unit} 的最新记录为 {found}，本进程已见过 {seen}；运行中的数据库被换旧或删改。停止",
        f"E_SELF_CHECK: the newest record of unit {unit} is {found}, this process has seen {seen}: the database was put"
        " back or edited while it ran. Stops; keep the evidence",
    )
