"""The coordinator's intake against its floor: the real program, real mTLS, pre-signed load from another process.

`python -m benchmarks.intake [STATIONS]`. CPU of the coordinator comes from /proc: up to the last answer, and with what
publishing costs afterwards. The floor of the same batches is timed between two deliveries.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
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

STATIONS = 3000  # all connected at the end
ROUNDS = 5
BATCHES = 24  # of each busy station in a round
PACED = 12.0  # seconds at half the rate, at most
SETTLE = 2.5  # seconds in which what was accepted gets published
MOST_RATIO, MOST_P99 = 2.5, 1.0
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


def start_coordinator(home: Path, public: Path, log: Path) -> "subprocess.Popen[str]":
    """The real program."""
    command = [COORDINATOR, "serve", "--home", str(home), "--public", str(public)]
    command += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    with log.open("wb") as stream:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True)


def address_of(process: "subprocess.Popen[str]", log: Path) -> str:
    """Wait until it is ready; the address of the laptops' door."""
    assert process.stdout is not None
    ready = process.stdout.readline()
    if not ready:
        raise SystemExit(f"the coordinator did not start:\n{log.read_text('utf-8')}")
    return str(json.loads(ready)["address"])


def main() -> None:
    """Seal a county, start it, load it."""
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
        log = folder / "coordinator.log"
        process = stack.enter_context(running(start_coordinator(home, folder / "public", log)))
        address = address_of(process, log)
        command = [sys.executable, "-m", "benchmarks.load", str(sealing), str(home), address]
        command += [str(ROUNDS * BATCHES), str(stations)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        load = Child(stack.enter_context(running(child)))
        letters = load.ready["letters"]
        print(f"   {letters:.0f} records signed before; {BUSY} busy stations, {GROUP} envelopes a message")
        load.ask("open")
        rate = report([one_round(load, process.pid) for _ in range(ROUNDS)])
        crowd(load, process.pid, rate)


if __name__ == "__main__":
    main()
