"""What each role watches, by the rights that it has: one self-check and one sampling thread a process.

| role | re-hashes | looks at |
|---|---|---|
| all | log, sealed parts, chains and receipts, lists, leaders | everything |
| intake | sealed parts, chains and receipts, lists | database, certificates, who is connected |
| sequencer | log, its number | database, stations |
| publisher | log with the folder's checkpoint, its number | database, room for the folder |
| board | nothing | database |
| centre | nothing | database, the desk's certificate |
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coordinator.access.policies import LAPTOP_SERVICES
from coordinator.intake.writer import DISK_RESERVE
from coordinator.ledger.county import County
from coordinator.metrics import LEADERS, Metrics
from coordinator.publish.publisher import RESERVE
from coordinator.roles.keys import ballot_opener
from coordinator.roles.running import Doors
from coordinator.settings import Home, read_seed
from coordinator.store import presence
from coordinator.store.database import Database
from coordinator.store.marks import marks_key
from coordinator.store.stores import Stores
from coordinator.store.writing import prepare
from coordinator.watch.calls import CallMeter
from coordinator.watch.chains_part import ChainsPart
from coordinator.watch.heads import SignedHeads
from coordinator.watch.lists_part import ListsPart
from coordinator.watch.log_part import LogPart
from coordinator.watch.machine import Certificates, Reach, Volumes, certificate_files
from coordinator.watch.sampling import Look, Sampling
from coordinator.watch.sealed_part import SealedPart
from coordinator.watch.self_check import Alarm, Pace, Part, SelfCheck
from coordinator.watch.stations import Stations
from coordinator.watch.tables_part import TablesPart
from tally_protocol.election.manifest import Election
from tally_protocol.ids import Hash32

PRESENT_EVERY = 30.0


@dataclass(slots=True)
class Watch:
    """The watching threads of a process."""

    check: SelfCheck | None
    sampling: Sampling

    def start(self) -> None:
        """Begin."""
        self.sampling.start()
        if self.check is not None:
            self.check.start()

    def stop(self) -> None:
        """End."""
        if self.check is not None:
            self.check.stop()
        self.sampling.stop()


def call_meter(metrics: Metrics) -> CallMeter:
    """Counts the calls at the laptops' door."""
    return CallMeter(metrics, LAPTOP_SERVICES)


def _machine(
    metrics: Metrics, database: Database, url: str, home: Home | None, desk: Home | None = None,
    **volumes: tuple[Path, int],
) -> list[Look]:  # fmt: skip
    return [
        Look(5, Reach(metrics, database).look),
        Look(30, Certificates(metrics, certificate_files(home, url, desk)).look),
        Look(10, Volumes(metrics, volumes).look),
    ]


def _stations(metrics: Metrics, county: County, doors: Doors, seen: Callable[[], Mapping[str, float]]) -> Look:
    stations = Stations(
        metrics, county.stations, seen=seen, nodes=county.nodes, monotonic=time.monotonic,
        silent_after=doors.silent_after,
    )  # fmt: skip
    return Look(10, stations.look)


def _check(role: str, doors: Doors, database: Database, metrics: Metrics, parts: list[Part]) -> SelfCheck:
    return SelfCheck(role, database, parts, metrics, Pace(share=doors.check_share))


def _admitted(home: Home, county: County, database: Database, metrics: Metrics) -> list[Part]:
    """What whoever admits records can check: with the ballot key, the county's key, the lists."""
    election = county.election
    # every unit has its row before the first look at them
    prepare(database, sorted(county.units))
    key = marks_key(read_seed(home.keys / "county.key"))
    return [
        SealedPart(database, ballot_opener(home, election), metrics, key),
        ChainsPart(database, election, county.election_hash, frozenset(county.units)),
        ListsPart(database, key),
    ]


def watch_intake(
    home: Home, doors: Doors, url: str, metrics: Metrics, database: Database, county: County,
    connected: Callable[[], list[str]],
) -> Watch:  # fmt: skip
    """One of several doors."""
    looks = _machine(metrics, database, url, home)
    looks.append(Look(PRESENT_EVERY, lambda: presence.note_present(database, connected())))
    parts = [*_admitted(home, county, database, metrics), TablesPart(database)]
    return Watch(_check("intake", doors, database, metrics, parts), Sampling(looks))


def watch_sequencer(
    doors: Doors, url: str, metrics: Metrics, database: Database, county: County, fence: int
) -> Watch:
    """The leader of the log's order."""
    heads = SignedHeads(county.election, database)
    looks = _machine(metrics, database, url, None)
    looks.append(_stations(metrics, county, doors, lambda: presence.seconds_since(database)))
    parts: list[Part] = [
        LogPart(database, heads.read, county.election_hash), TablesPart(database, leads={LEADERS[0]: fence}),
    ]  # fmt: skip
    return Watch(_check("sequencer", doors, database, metrics, parts), Sampling(looks))


def watch_publisher(
    doors: Doors, url: str, metrics: Metrics, database: Database, election: tuple[Election, Hash32], fence: int,
    shown: Callable[[], bytes],
) -> tuple[Watch, Alarm]:  # fmt: skip
    """The leader of publication, and what may stand against its signing; `shown`: the folder's checkpoint."""
    heads = SignedHeads(election[0], database, shown)
    parts: list[Part] = [
        LogPart(database, heads.read, election[1]),
        TablesPart(database, leads={LEADERS[1]: fence}, lock_fence=heads.fence),
    ]
    check = _check("publisher", doors, database, metrics, parts)
    looks = _machine(metrics, database, url, None, public=(doors.folder(), RESERVE))
    return Watch(check, Sampling(looks)), Alarm(database, check, metrics)


def watch_everything(
    home: Home, doors: Doors, url: str, metrics: Metrics, stores: Stores, county: County, fences: Mapping[str, int],
    connected: Callable[[], list[str]], shown: Callable[[], bytes],
) -> tuple[Watch, Alarm]:  # fmt: skip
    """A process that is a whole county."""
    store = stores.store
    heads = SignedHeads(county.election, stores.lock, shown)
    parts: list[Part] = [
        LogPart(store, heads.read, county.election_hash),
        *_admitted(home, county, store, metrics),
        # SQLite has one process, and no numbers
        TablesPart(store, leads=fences, lock_fence=heads.fence) if store.postgres else TablesPart(store),
    ]
    check = _check("all", doors, store, metrics, parts)
    volumes = {"public": (doors.folder(), RESERVE)}
    if store.folder is not None:
        volumes["store"] = store.folder, DISK_RESERVE

    def seen() -> dict[str, float]:
        there: dict[str, float] = {}
        if store.postgres:
            there |= presence.seconds_since(store)
        return there | dict.fromkeys(connected(), 0.0)

    desk = home if doors.centre else None
    looks = [*_machine(metrics, store, url, home, desk, **volumes), _stations(metrics, county, doors, seen)]
    return Watch(check, Sampling(looks)), Alarm(store, check, metrics)


def watch_board(metrics: Metrics, url: str, database: Database, desk: Home | None = None) -> Watch:
    """The live page, or the centre's (`desk`: the home with its certificate)."""
    return Watch(None, Sampling(_machine(metrics, database, url, None, desk)))
