"""The log walked by one or several processes, shared out by unit; every process reads all bundles and keeps its own.

Serves the speed of spec/7: nothing but the states of units is kept, and what comes back is small. Each bundle must
still be the one that the first pass hashed, so nothing can change between the two readings.
"""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from zlib import crc32

from verifier.chain.route import MANIFEST, route
from verifier.chain.walk import Assignment, Walked, Walker
from verifier.checks.files import read_wide
from verifier.checks.papers import SealedArchive
from verifier.checks.tables import TABLES, Row
from verifier.findings.codes import NoVerdict
from verifier.rules.declaration import LAW
from verifier.source import BUNDLE_LIMIT, Folder
from verifier.tree import split_bundle, tiles_at

Progress = Callable[[int], None]
ALWAYS = MANIFEST | {b"determination"}  # also of other units: links of the county's chain


@dataclass(frozen=True, slots=True)
class Job:
    """One process's share."""

    folder: str
    size: int
    digests: tuple[bytes, ...]
    assignment: Assignment
    shard: int
    shards: int
    ballots: str = ""
    table: str = ""  # what is wanted beside the verdict, one of TABLES
    about: str = ""  # of this unit alone


@dataclass(slots=True)
class Done:
    """What one process brings back."""

    walked: Walked
    rows: list[Row]


_counter: "Synchronized[int] | None" = None  # entries read, shared with the parent for its progress line


def _share(counter: "Synchronized[int]") -> None:
    global _counter  # noqa: PLW0603 - a process started by the pool has no other place to keep it
    _counter = counter


def walk_shard(job: Job, progress: Progress | None = None) -> Done:
    """Walk the units of one shard."""
    folder = Folder(Path(job.folder))
    walker = Walker(job.assignment, LAW)
    archive = SealedArchive(Folder(Path(job.ballots)), walker.result.tally) if job.ballots else None
    if archive is not None:
        walker.papers = archive.check
    for number, width in tiles_at(0, job.size):
        if not job.digests[number]:
            continue
        data, full = read_wide(folder, "entries", number, width, BUNDLE_LIMIT)
        if data is None or sha256(data).digest() != job.digests[number]:
            raise NoVerdict("the record changes while it is read", "资料在读取过程中发生变化")
        for place, entry in enumerate(split_bundle(data, width, full=full)):
            _feed(walker, job, 256 * number + place, entry)
        if progress is not None:
            progress(width)
        elif _counter is not None:
            with _counter.get_lock():
                _counter.value += width
    walked = walker.finish(job.size)
    if archive is not None:
        archive.finish([unit for unit in sorted(walker.units) if job.assignment.only_unit in ("", unit)])
    return Done(walked, _rows(walker, job))


def _rows(walker: Walker, job: Job) -> list[Row]:
    """The table that is wanted; a contradiction anywhere means that nothing is printed, so nothing is decided."""
    make = TABLES.get(job.table)
    if make is None or walker.result.tally.contradicted():
        return []
    return [row for unit in walker.units.values() if job.about in ("", unit.id) for row in make(unit, LAW)]


def _feed(walker: Walker, job: Job, index: int, entry: bytes) -> None:
    way = route(entry)
    if index == 0 or way.kind == b"standings":
        return  # the parent reads these
    if (crc32(way.unit) if way.unit else index) % job.shards != job.shard:
        return
    only = job.assignment.only_unit
    if only and way.kind not in ALWAYS and way.unit != only.encode():
        return  # [VERIFY-5]
    walker.feed(index, entry, way)


def walk_all(jobs: list[Job], progress: Progress) -> list[Done]:
    """One job here, several in processes of their own; a process that dies gives no verdict."""
    if len(jobs) == 1:
        return [walk_shard(jobs[0], progress)]
    counter = multiprocessing.Value("q", 0)
    try:
        with ProcessPoolExecutor(len(jobs), initializer=_share, initargs=(counter,)) as pool:
            futures: list[Future[Done]] = [pool.submit(walk_shard, job) for job in jobs]
            seen, pending = 0, set(futures)
            while pending:
                _, pending = wait(pending, timeout=0.5)
                now = counter.value // len(jobs)
                progress(now - seen)
                seen = now
            return [future.result() for future in futures]
    except BrokenProcessPool:
        raise NoVerdict("a verifying process died (out of memory?)", "核验进程意外终止（内存不足？）") from None
