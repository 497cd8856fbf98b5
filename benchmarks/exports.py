"""A county of 8,000 villages exported and imported: time, CPU and the most memory of each format, in a process each.

`python -m benchmarks.exports [--units 8000] [--keep FOLDER]`. The record is invented, signed and published first, which
takes longer than everything else; with `--keep` a second run finds it there.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.record import make_record, publish
from coordinator.sealing.workbooks.template import make_template

UNITS, STATIONS, BATCHES = 8_000, 2, 3
FORMATS = ("csv", "parquet", "sqlite", "excel", "cdf")
PROGRAM = str(Path(sys.executable).parent / "tally-coordinator")
# runs a command and prints wall seconds, CPU seconds and the most memory of it alone
METER = """
import resource, subprocess, sys, time
began = time.monotonic()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
sys.stderr.write(done.stderr[-2000:])
"""


def measure(name: str, *command: str) -> None:
    """Run a program once and print a line."""
    done = subprocess.run(
        [sys.executable, "-c", METER, *command], capture_output=True, text=True, check=True, timeout=3600
    )
    code, wall, cpu, most = done.stdout.split()
    assert code == "0", done.stderr
    print(f"{name:24} {float(wall):8.1f} s  {float(cpu):8.1f} s CPU  {int(most) / 2**20:8.0f} MiB", flush=True)


def workbook(units: int) -> bytes:
    """A filled workbook of the same county."""
    rows: dict[str, list[dict[str, str]]] = {"units": [], "contests": [], "candidates": [], "stations": []}
    for number in range(units):
        unit = f"1305{number:08d}"
        rows["units"].append({
            "unit": unit, "name": f"第{number}村", "level1": "某县", "level2": f"乡{number // 20}", "registered": "900",
            "node": f"n{number}",
        })  # fmt: skip
        for contest, title, people, seats in (
            ("zhuren", "主任", 2, 1), ("fuzhuren", "副主任", 3, 1), ("weiyuan", "委员", 5, 3),
        ):  # fmt: skip
            rows["contests"].append(
                {"unit": unit, "contest": contest, "title": title, "seats": str(seats), "max_marks": str(seats)}
            )
            rows["candidates"] += [
                {"unit": unit, "contest": contest, "candidate": f"{contest}{i}", "name": f"候选人{title}{i}"}
                for i in range(people)
            ]
        rows["stations"] += [{"unit": unit, "station": str(i), "node": f"n{number}"} for i in (1, 2)]
    return make_template(rows)


def main() -> None:
    """Measure everything."""
    options = argparse.ArgumentParser(prog="benchmarks.exports")
    options.add_argument("--units", type=int, default=UNITS)
    options.add_argument("--keep", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="changpiao-exports-") as place:
        folder = asked.keep or Path(place)
        record = folder / f"public-{asked.units}"
        if not (record / "checkpoint").exists():
            began = time.monotonic()
            made = make_record(asked.units, STATIONS, BATCHES)
            publish(made, record)
            print(f"record: {len(made.entries)} entries in {time.monotonic() - began:.0f} s", flush=True)
            del made
        print(f"{asked.units} villages, {asked.units * STATIONS} stations, {BATCHES} batches each")
        for name in FORMATS:
            measure(name, PROGRAM, "export", str(record), "--out", str(Path(place) / name), "--only", name)
        measure("all formats, batches", PROGRAM, "export", str(record), "--out", str(Path(place) / "all"), "--batches")
        sizes = json.loads((Path(place) / "all" / "manifest.json").read_text("utf-8"))["files"]
        print(f"package with batches: {sum(one['bytes'] for one in sizes) / 2**20:.0f} MiB in {len(sizes)} files")
        book = Path(place) / "county.xlsx"
        book.write_bytes(workbook(asked.units))
        print(f"workbook: {book.stat().st_size / 2**20:.1f} MiB")
        measure("workbook import", PROGRAM, "workbook", "import", str(book), "--into", str(Path(place) / "sealing"))
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
