"""The coordinator's intake against its floor: the real program, real mTLS, pre-signed load from another process.

`python -m benchmarks.intake [STATIONS]`. CPU of the coordinator comes from /proc: up to the last answer, and with what
publishing costs afterwards. The floor of the same batches is timed between two deliveries. Beside the county on SQLite
stands the same county on PostgreSQL; their rounds alternate, so that the ratio of both holds on a noisy machine.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.desk import BATCH_SIGNATURES
from benchmarks.load import BUSY, GROUP
from benchmarks.process import cpu_seconds, resident
from benchmarks.rounds import heading, table, verdict
from benchmarks.sealing import write_folder
from coordinator.access.limits import SHIPPED
from coordinator.settings import Home
from coordinator.store import entries as log
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE, first_lock, open_stores
from coordinator.store.writing import enter_first
from tests.postgres import own_server

STATIONS = 3000  # all connected at the end
ROUNDS = 5
BATCHES = 24  # of each busy station in a round
PACED = 12.0  # seconds at half the rate, at most
SETTLE = 2.5  # seconds in which what was accepted gets published
MOST_RATIO, MOST_P99, MOST_POSTGRES = 2.5, 1.0, 1.3
COORDINATOR = str(Path(sys.executable).parent / "tally-coordinator")


@dataclass(frozen=True, slots=True)
class Round:
    """One delivery and its floor."""

    batches: int
    seconds: float
    cpu: float
    cpu_published: float
    floor: float
    signatures: int


class Child:
    """The load process: a JSON line there, a JSON line back."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Wait until everything is signed."""
        self._process = process
        self.ready = self._read()

    def _read(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the load process ended; its error stands above")
        found: dict[str, float] = json.loads(line)
        return found

    def ask(self, *request: object) -> dict[str, float]:
        """Have it do something and wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()


@contextmanager
def running(process: "subprocess.Popen[str]") -> "Iterator[subprocess.Popen[str]]":
    """End a process with the block."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def one_round(child: Child, coordinator: int) -> Round:
    """Deliver, let it publish, time the floor of the same batches."""
    start = cpu_seconds(coordinator)
    delivered = child.ask("round", BATCHES)
    answered = cpu_seconds(coordinator)
    time.sleep(SETTLE)
    published = cpu_seconds(coordinator)
    floor = child.ask("floor")
    return Round(
        int(delivered["batches"]), delivered["seconds"], answered - start, published - start, floor["cpu"],
        int(floor["signatures"]),
    )  # fmt: skip


def report(rounds: list[Round]) -> float:
    """Microseconds, ratios, the highest rate; gives the rate."""
    heads = ("round", "batches/s", "floor us", "coordinator us", "with publishing", "ratio", "with publishing")
    rows: list[tuple[str, ...]] = [heads]
    for number, one in enumerate(rounds, 1):
        times = [value / one.batches * 1e6 for value in (one.floor, one.cpu, one.cpu_published)]
        rows.append((str(number), f"{one.batches / one.seconds:.0f}", *(f"{value:.0f}" for value in times),
                     f"{one.cpu / one.floor:.2f}", f"{one.cpu_published / one.floor:.2f}"))  # fmt: skip
    table(rows)
    signatures = rounds[0].signatures / rounds[0].batches
    assert signatures == BATCH_SIGNATURES
    print(f"   floor: {BATCH_SIGNATURES} Ed25519 signatures a batch, SHA-256 (2 a paper, 2 a record), one SHAKE-256")
    verdict("coordinator CPU a batch / floor", median(one.cpu / one.floor for one in rounds), most=MOST_RATIO)
    with_publishing = median(one.cpu_published / one.floor for one in rounds)
    print(f"          with checkpoints, tiles and standings until {SETTLE} s later: {with_publishing:.2f}")
    rate = max(one.batches / one.seconds for one in rounds)
    middle = median(one.batches / one.seconds for one in rounds)
    cores = os.cpu_count()
    print(f"   rate, load beside it on {cores} cores: median {middle:.0f}, highest {rate:.0f} batches/s (expect 1000)")
    return rate


def crowd(child: Child, coordinator: int, rate: float) -> None:
    """Thousands of connected stations, single batches at half the highest rate."""
    before = resident(coordinator)
    gathered = child.ask("gather_crowd")
    after = resident(coordinator)
    print(
        f"   {gathered['streams']:.0f} stations connected and open in {gathered['seconds']:.1f} s; coordinator"
        f" {before / 2**20:.0f} -> {after / 2**20:.0f} MiB"
    )
    start = cpu_seconds(coordinator)
    paced = child.ask("paced", rate / 2, PACED)
    busy = (cpu_seconds(coordinator) - start) / paced["batches"]
    print(
        f"   half the highest rate: asked {rate / 2:.0f}, got {paced['rate']:.0f} batches/s, one a message:"
        f" p50 {paced['p50'] * 1000:.0f} ms, p99 {paced['p99'] * 1000:.0f} ms, most {paced['most'] * 1000:.0f} ms"
    )
    memory = resident(coordinator) / 2**20
    print(f"   ungrouped, the coordinator took {busy * 1e6:.0f} us CPU a batch; it now holds {memory:.0f} MiB")
    verdict("acknowledgement p99, seconds, at half the highest rate", paced["p99"], most=MOST_P99)


@dataclass(frozen=True, slots=True)
class County:
    """A running coordinator and the load that is its own; `server` is PostgreSQL's first process, 0 without."""

    name: str
    process: "subprocess.Popen[str]"
    load: Child
    admin: str
    url: str
    folder: Path
    server: int = 0

    def stored(self) -> tuple[int, int]:
        """Bytes on the disk: records and what belongs to them, the published record."""
        public = self.folder / f"public-{self.name}"
        if self.server:
            database = Postgres(self.url)
            with database.read() as connection:
                size = int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
            database.close()
        else:
            size = sum(_allocated(path) for path in (self.folder / "home").glob("*.db*"))
        return size, sum(_allocated(path) for path in public.rglob("*") if path.is_file())

    def server_cpu(self) -> float:
        """CPU seconds of PostgreSQL so far, sessions that have ended included."""
        if not self.server:
            return 0.0
        own = Path(f"/proc/{self.server}/stat").read_text("ascii").rpartition(")")[2].split()
        ended = sum(map(int, own[13:15])) / os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{self.server}/task/{self.server}/children").read_text("ascii").split()
        return ended + cpu_seconds(self.server) + sum(cpu_seconds(int(pid)) for pid in children)


def _allocated(path: Path) -> int:
    return path.stat().st_blocks * 512


def start_coordinator(home: Path, folder: Path, name: str, url: str) -> "subprocess.Popen[str]":
    """The real program; limits as for laptops that do nothing but send."""
    limits = folder / "limits.toml"
    if not limits.exists():
        text = re.sub(r"(?m)^(records_per_second|burst)(_most)? = .*$", r"\1\2 = 1000000", SHIPPED.read_text("utf-8"))
        limits.write_text(re.sub(r"(?m)^(\w+_per_address) = .*$", r"\1 = 0", text), "utf-8")
    command = [COORDINATOR, "serve", "--home", str(home), "--public", str(folder / f"public-{name}")]
    command += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--limits", str(limits), "--database", url]
    with (folder / f"{name}.log").open("wb") as stream:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True)


def copy_to_server(home: Path, url: str) -> None:
    """The same sealed election in a PostgreSQL database."""
    stores = open_stores(Home(home))
    entries = list(log.read_range(stores.store, 0, log.size(stores.store)))
    with stores.lock.read() as connection:
        origin = connection.exec_driver_sql("SELECT origin FROM lock").scalar_one()
    stores.close()
    server = Postgres(url)
    migrate(server, *EVERY_PART)
    enter_first(server, entries)
    first_lock(server, str(origin))
    server.close()


def commits(admin: str) -> tuple[float, float]:
    """Commit groups so far, and the records in them."""
    with urllib.request.urlopen(f"http://{admin}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = dict(re.findall(r"(?m)^changpiao_commit_records_(count|sum) (\S+)$", text))
    return float(found["count"]), float(found["sum"])


def compare(counties: list[County]) -> float:
    """Rounds in turn; the floor and its ratios for the first, the ratio of the second to it; gives the first's rate."""
    rounds: list[list[Round]] = [[] for _ in counties]
    before = [commits(county.admin) for county in counties]
    sizes = [(*county.stored(), county.server_cpu()) for county in counties]
    for _ in range(ROUNDS):
        for county, found in zip(counties, rounds, strict=True):
            found.append(one_round(county.load, county.process.pid))
    rates = []
    for county, found, (groups, records) in zip(counties, rounds, before, strict=True):
        print(f"   on {county.name}:")
        rates.append(report(found))
        after = commits(county.admin)
        print(f"   grouped commits: {(after[1] - records) / (after[0] - groups):.0f} records a commit")
    for county, found, began in zip(counties, rounds, sizes, strict=True):
        for_the_administrator(county, sum(one.batches for one in found), began)
    first, second = rounds
    ratio = median(two.cpu / one.cpu for one, two in zip(first, second, strict=True))
    verdict("PostgreSQL: coordinator CPU a batch / SQLite's", ratio, most=MOST_POSTGRES)
    published = median(two.cpu_published / one.cpu_published for one, two in zip(first, second, strict=True))
    print(f"          with publishing: {published:.2f}; the server's own CPU is not in it")
    return rates[0]


def for_the_administrator(county: County, batches: int, began: tuple[int, int, float]) -> None:
    """What docs/administrator.md's table of sizes is filled from."""
    store, public = ((now - before) / batches / 1024 for now, before in zip(county.stored(), began, strict=False))
    memory = resident(county.process.pid) / 2**20
    print(f"   {county.name}: {store:.1f} KiB a batch stored, {public:.1f} KiB published; {memory:.0f} MiB resident")
    if county.server:
        print(f"   {county.name}'s own CPU: {(county.server_cpu() - began[2]) / batches * 1e6:.0f} us a batch")


def said_by(process: "subprocess.Popen[str]", log_file: Path) -> dict[str, str]:
    """Wait until it is ready; what it says of its doors."""
    assert process.stdout is not None
    ready = process.stdout.readline()
    if not ready:
        raise SystemExit(f"the coordinator did not start:\n{log_file.read_text('utf-8')}")
    found: dict[str, str] = json.loads(ready)
    return found


def start_county(
    stack: ExitStack, folder: Path, name: str, url: str, crowd_size: int, server: int = 0
) -> County:
    """A coordinator and a load process that has signed everything."""
    home, sealing = folder / "home", folder / "sealing"
    if url != SQLITE:
        # the same keys and certificates; each coordinator has files of its own in its home
        shutil.copytree(home, folder / "home-server")
        home = folder / "home-server"
    process = stack.enter_context(running(start_coordinator(home, folder, name, url)))
    said = said_by(process, folder / f"{name}.log")
    command = [sys.executable, "-m", "benchmarks.load", str(sealing), str(home), said["address"]]
    command += [str(ROUNDS * BATCHES), str(crowd_size)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    load = Child(stack.enter_context(running(child)))
    letters = load.ready["letters"]
    print(f"   {name}: {letters:.0f} records signed before; {BUSY} busy stations, {GROUP} envelopes a message")
    load.ask("open")
    return County(name, process, load, said["admin"], url, folder, server)


def main() -> None:
    """Seal a county, start it on both databases, load it."""
    stations = int(sys.argv[1]) if len(sys.argv) > 1 else STATIONS
    heading("intake: the coordinator beside its floor")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="changpiao-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        sealing, home = folder / "sealing", folder / "home"
        began = time.perf_counter()
        write_folder(sealing, BUSY + stations)
        written = time.perf_counter()
        subprocess.run(
            [COORDINATOR, "init", "--home", str(home), "--from", str(sealing)], check=True, stdout=subprocess.DEVNULL
        )
        print(f"   {BUSY + stations} units, stations, laptops: enrolled in {written - began:.0f} s, sealed in"
              f" {time.perf_counter() - written:.0f} s")  # fmt: skip
        server = stack.enter_context(own_server())
        url = server.url("postgres").render_as_string(hide_password=False)
        copy_to_server(home, url)
        counties = [
            start_county(stack, folder, "SQLite", SQLITE, stations),
            start_county(stack, folder, "PostgreSQL", url, 1, server.pid),
        ]
        rate = compare(counties)
        crowd(counties[0].load, counties[0].process.pid, rate)


if __name__ == "__main__":
    main()
