"""The verifier against its own floor: every signature, every hash, its own strict decode of the same bytes.

`python -m benchmarks.verify`. Ratios of CPU come from one process and interleaved rounds; wall time and memory from the
real program on one and two processes.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.desk import BATCH_SIGNATURES
from benchmarks.floors import Signature, hash_log, verify_all
from benchmarks.process import resident
from benchmarks.record import Record, make_record, publish
from benchmarks.rounds import Timing, heading, run_rounds, table, verdict
from verifier.checks.verify import Anchor, Options, Verification
from verifier.notes import parse_vkey, read_record
from verifier.source import Folder

UNITS, STATIONS, BATCHES = 220, 2, 7
ROUNDS = 5
MOST_RATIO = 1.3
WHOLE_BATCHES = 125_122  # village-heads-2022
MANIFEST = ("election", "roster", "unit")


@dataclass(frozen=True, slots=True)
class Needed:
    """The signatures that each mode must verify."""

    all: list[Signature]
    heads: list[Signature]


def needed(entries: list[bytes]) -> Needed:
    """Collect (key, signature, text): keys from the manifest notes by signature-line name."""
    keys: dict[str, bytes] = {}
    fixed: list[Signature] = []
    newest: dict[str, list[Signature]] = {}
    every: list[Signature] = []
    for entry in entries:
        record = read_record(entry)
        fields = record.fields
        _learn(keys, record.kind, fields)
        found = [(keys[line.name], line.signature, record.note.text) for line in record.note.lines]
        every += found
        if record.kind in MANIFEST:
            fixed += found
        else:
            newest[str(fields["chain"])] = found
    return Needed(every, fixed + [part for found in newest.values() for part in found])


def _learn(keys: dict[str, bytes], kind: str, fields: dict[str, object]) -> None:
    def name(*parts: object) -> str:
        return "/".join(("changpiao", "bench-test", *map(str, parts)))

    def hexed(value: object) -> bytes:
        return bytes.fromhex(str(value))

    if kind == "election":
        keys[name("authority")] = hexed(fields["authority"])
        keys[name("county")] = hexed(fields["county_key"])
    people: object = []
    if kind == "roster":
        keys[name(fields["unit"], fields["station"])] = hexed(fields["station_key"])
        people = fields["officials"]
    elif kind == "unit":
        people = fields["committee"]
    assert isinstance(people, list)
    for person in people:
        unit = fields["unit"] if kind == "roster" else fields["id"]
        keys[name(unit, person["id"])] = hexed(person["key"])


def decode_all(entries: list[bytes]) -> None:
    """The verifier's own reading of note, type line, JSON and fields; it hashes the text on the way."""
    for entry in entries:
        read_record(entry)


def verified(folder: Path, anchor: str, signatures: str) -> None:
    """One verification in this process; anything but VERIFIED stops the benchmark."""
    options = Options(anchor=Anchor(*parse_vkey(anchor)), signatures=signatures, processes=1)
    report = Verification(Folder(folder), options, lambda _: None).run()
    assert report.outcome == "VERIFIED", report.outcome


def in_process(record: Record, folder: Path) -> dict[str, Timing]:
    """Interleaved rounds of the floor's parts and of whole verifications."""
    entries, must = record.entries, needed(record.entries)
    pieces: dict[str, Callable[[], object]] = {
        "floor: Ed25519, every line": lambda: verify_all(must.all),
        "floor: Ed25519, heads and manifest": lambda: verify_all(must.heads),
        "floor: SHA-256 of leaves and nodes": lambda: hash_log(entries),
        "floor: strict decode and text hash": lambda: decode_all(entries),
        "verify --signatures all": lambda: verified(folder, record.anchor, "all"),
        "verify --signatures heads": lambda: verified(folder, record.anchor, "heads"),
    }
    sizes = [len(entry) for entry in entries]
    print(
        f"   {record.batches} batches of {BATCH_SIGNATURES} signatures in {len(entries)} entries of"
        f" {sum(sizes) / len(sizes):.0f} bytes; {len(must.all)} signatures, {len(must.heads)} in mode heads"
    )
    return run_rounds(pieces, ROUNDS)


def report(timings: dict[str, Timing], batches: int) -> None:
    """Microseconds a batch and the ratios."""
    rows = [("CPU, one process", "us a batch, median", "fast tenth")]
    rows += [
        (name, f"{timing.median / batches * 1e6:.0f}", f"{timing.fast / batches * 1e6:.0f}")
        for name, timing in timings.items()
    ]
    table(rows)
    hashes, decode = timings["floor: SHA-256 of leaves and nodes"], timings["floor: strict decode and text hash"]
    for mode, lines in (("all", "Ed25519, every line"), ("heads", "Ed25519, heads and manifest")):
        own, crypto = timings[f"verify --signatures {mode}"], timings[f"floor: {lines}"]
        ratio, bare = own.over(_sum(crypto, hashes, decode)), own.over(_sum(crypto, hashes))
        if mode == "all":
            verdict("verify all / (Ed25519 + SHA-256 + strict decode)", ratio, MOST_RATIO)
        else:
            print(f"          verify heads / (Ed25519 + SHA-256 + strict decode): {ratio:.2f} (no target)")
        print(f"          beside it, verify {mode} / (Ed25519 + SHA-256): {bare:.2f}")


def _sum(*parts: Timing) -> Timing:
    return Timing(tuple(map(sum, zip(*(part.seconds for part in parts), strict=True))))


def program(folder: Path, anchor: str, processes: int) -> None:
    """The real program: wall time, and the peak memory of all its processes together."""
    command = [sys.executable, "-m", "verifier", "verify", str(folder), "--key", anchor]
    began = time.perf_counter()
    child = subprocess.Popen(
        [*command, "--processes", str(processes), "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    peak = 0
    while child.poll() is None:
        peak = max(peak, resident(child.pid))
        time.sleep(0.02)
    wall = time.perf_counter() - began
    assert child.returncode == 0, (child.returncode, child.stderr.read() if child.stderr else b"")
    word = "process  " if processes == 1 else "processes"
    # the start of the interpreter is in the time, so the extrapolation errs to the slow side
    whole = wall * WHOLE_BATCHES / (UNITS * STATIONS * BATCHES)
    print(
        f"   tally-verifier, {processes} {word}: {wall:.2f} s, peak {peak / 2**20:.0f} MiB;"
        f" by arithmetic, not run: {WHOLE_BATCHES} batches in {whole:.0f} s"
    )


def main() -> None:
    """Make a record, verify it again and again."""
    heading("verify: the verifier beside its own floor")
    record = make_record(UNITS, STATIONS, BATCHES)
    with tempfile.TemporaryDirectory(prefix="changpiao-bench-") as name:
        folder = Path(name)
        publish(record, folder)
        report(in_process(record, folder), record.batches)
        for processes in (1, 2):
            program(folder, record.anchor, processes)


if __name__ == "__main__":
    main()
