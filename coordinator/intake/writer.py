"""The one thread of a process that writes records: take what has arrived, decide, one transaction, then answer.

Natural group commit: while a group is on its way to the disk the next one gathers; a lone record leaves at once. If the
process dies on any line before the commit, nothing was answered and the laptops send again; after it, the records are
there and the laptops' second copies are duplicates [INTAKE-2]. A commit that fails ends the process: the state in
memory is then ahead of the disk, and only the disk counts.

Several processes: a unit's row is held while it is decided on, and what others have admitted is read first, so two
never decide on one unit at once. A writer without a `fence` only admits; with one it also gives the log its order.
"""

import logging
import queue
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection

from coordinator.intake.admission import Candidate, decide, judge_all, open_part, read
from coordinator.intake.group import Group
from coordinator.intake.jobs import (
    ACCEPTED,
    DUPLICATE,
    REFUSED,
    Answer,
    Answers,
    Append,
    Deliver,
    DiskNearlyFull,
    Gather,
    Job,
    Position,
    Where,
)
from coordinator.intake.owed import Owed
from coordinator.intake.placing import Placer
from coordinator.intake.receipting import receipts_for, sign_receipts
from coordinator.intake.refusals import RefusalBook
from coordinator.ledger.fold import Event
from coordinator.ledger.following import Follower
from coordinator.ledger.rebuilding import Rebuilt, unit_of
from coordinator.ledger.vetting import Admitted, Judged, take_admitted
from coordinator.metrics import Metrics
from coordinator.store import entries as log
from coordinator.store import writing
from coordinator.store.database import Database, disk_is_full
from coordinator.store.leaders import Fence
from coordinator.tracing import span
from tally_protocol.errors import ProtocolError
from tally_protocol.record.kinds import ChainBody
from tally_protocol.record.sealing import Opener
from tally_protocol.record.station_kinds import Batch
from tally_protocol.seal.keys import Signer

LOG = logging.getLogger("changpiao.intake")
GROUP_MOST = 256
DISK_RESERVE = 64 * 1024 * 1024
_Job = Deliver | Where | Append | Gather
_Positions = tuple[Callable[[list[Position]], None], list[Position]]


class Writer:
    """Owns this process's state of the county and its write side of the store."""

    def __init__(
        self,
        database: Database,
        rebuilt: Rebuilt,
        *,
        signer: Signer,
        metrics: Metrics,
        fatal: Callable[[BaseException], None],
        fence: Fence | None,
        opener: Opener | None = None,
        admitted: Admitted | None = None,
        now: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        """`fatal` is called once if a commit fails; nothing is written or answered afterwards.

        `fence`: this process gives the log its order and shows it; None: another does. Without `opener` no papers come.
        `admitted`: what is taken in is told to the publisher of the same process.
        """
        self._database = database
        self.county = county = rebuilt.county
        self._opener = opener
        self._signer = signer
        self._metrics = metrics
        self._now = now
        self._fatal = fatal
        self._fence = fence
        self._admitted = admitted
        self._placer = Placer(database, county, signer, metrics, now) if fence is not None else None
        self._owed = Owed(database, opener)
        self._follower = Follower(database, county, rebuilt.seen)
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._refusals = RefusalBook(log.refusals_kept(database) if opener is not None else {})
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.events: deque[Event] = deque(rebuilt.events if fence is not None else ())
        self.durable = county.size
        self.oldest: float | None = None
        metrics.log_size.set(county.size)

    def take_oldest(self) -> float | None:
        """When the oldest record became durable that no publisher has asked about yet."""
        oldest, self.oldest = self.oldest, None
        return oldest

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def put(self, job: _Job) -> None:
        """Hand a job over; any thread."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Finish what has arrived, then end; waits."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self.settle()
            while self._round():
                pass
        except BaseException as error:
            said = {"error": type(error).__name__} | ({"code": "E_DISK"} if disk_is_full(error) else {})
            LOG.critical("the writer stopped", extra=said, exc_info=error)
            self._fatal(error)

    def _round(self) -> bool:
        """One group; False when told to stop."""
        jobs: list[_Job] = []
        count = 0
        job = self._jobs.get()
        going = True
        while True:
            if job is None:
                going = False
                break
            jobs.append(job)
            count += len(job.envelopes) if isinstance(job, Deliver) else 1
            if count >= GROUP_MOST:
                break
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
        if jobs:
            self.process(jobs)
        return going

    def settle(self) -> None:
        """Before the first job: every unit has its row; what was left without a place or a determination gets it."""
        writing.prepare(self._database, sorted(self.county.units))
        if self._placer is None:
            return
        while self._gathered(GROUP_MOST):
            pass
        with self._database.write() as connection:
            group = self._group(connection, 1)
            self._placer.settle(group)
            writing.append(connection, self._database, group.commit({}))
        self._took_over(group)

    def _gathered(self, expected: int) -> bool:
        with self._database.write() as connection:
            group = self._group(connection, expected)
            found = self._gather(group)
            writing.append(connection, self._database, group.commit({}))
        self._took_over(group)
        return found > 0

    def _group(self, connection: Connection, expected: int) -> Group:
        if self._fence is not None:
            self._fence.check(connection)
        return Group(connection, self._database, expected)

    def process(self, jobs: Sequence[_Job]) -> None:
        """Decide and commit a group of jobs, then answer each."""
        deliveries = [job for job in jobs if isinstance(job, Deliver)]
        began = time.perf_counter()
        folder = self._database.folder
        if deliveries and folder is not None and shutil.disk_usage(folder).free < DISK_RESERVE:
            LOG.error("E_DISK", extra={"code": "E_DISK"})
            for job in deliveries:
                job.reply(DiskNearlyFull())
            jobs, deliveries = [job for job in jobs if not isinstance(job, Deliver)], []
        if not (self._answered_from_memory(jobs) or self._nothing_to_gather(jobs)):
            with span("commit", jobs=len(jobs), records=sum(len(job.envelopes) for job in deliveries)):
                self._transact(jobs, deliveries, began)

    def _answered_from_memory(self, jobs: Sequence[_Job]) -> bool:
        """Questions alone, about units of which nothing new has come: no transaction of ours is needed."""
        questions = [job for job in jobs if isinstance(job, Where)]
        if len(questions) != len(jobs):
            return False
        with self._database.read() as connection:
            versions = writing.versions(connection, self._database, self._units(questions))
        if not self._follower.has_seen(versions):
            return False
        for job in questions:
            job.reply(self._positions(job.chains))
        return True

    def _nothing_to_gather(self, jobs: Sequence[_Job]) -> bool:
        """The sequencer's quiet hours: asked whether others have admitted anything, and nobody has."""
        gathers = [job for job in jobs if isinstance(job, Gather)]
        if self._placer is None or len(gathers) != len(jobs) or not self._placer.nothing_new():
            return False
        for job in gathers:
            job.reply(0)
        return True

    def _units(self, questions: Iterable[Where]) -> list[str]:
        units = {unit_of(chain) for job in questions for chain in job.chains}
        return sorted(units & self.county.units.keys())

    def _transact(self, jobs: Sequence[_Job], deliveries: Sequence[Deliver], began: float) -> None:
        candidates = [
            [read(envelope, self.county, self._hash_at) for envelope in job.envelopes] for job in deliveries
        ]
        flat = [candidate for part in candidates for candidate in part]
        if self._opener is not None:
            for candidate in flat:
                open_part(candidate, self._opener)
        judge_all(flat, self.county)
        with self._database.write() as connection:
            group = self._group(connection, len(flat))
            gathers = [job for job in jobs if isinstance(job, Gather)]
            gathered = self._gather(group) if gathers else 0
            self._catch_up(group, flat, self._units(job for job in jobs if isinstance(job, Where)))
            answers, positions = self._in_turn(jobs, candidates, group)
            placer = self._placer
            appended = [placer.standings(job, group) for job in jobs if isinstance(job, Append)] if placer else []
            receipts = sign_receipts(group.gained, self.county.election_hash, self._signer, self._now())
            if not group.empty:
                writing.append(connection, self._database, group.commit(receipts))
        # from here on the group is on the disk; a death below loses only answers
        self._took_over(group)
        self._measure(deliveries, flat, began)
        for job, part, found in zip(deliveries, candidates, answers, strict=True):
            pairs = zip(part, found, strict=True)
            kept = dict.fromkeys(one.chain for one, answer in pairs if answer.outcome != REFUSED)
            job.reply(Answers(tuple(found), receipts_for(self._database, kept, receipts)))
        for reply, index in appended:
            reply(index)
        for answer, found_at in positions:
            answer(found_at)
        for gather in gathers:
            gather.reply(gathered)

    def _gather(self, group: Group) -> int:
        if self._placer is None:
            return 0
        found = self._placer.gather(group)
        for entry in found:
            self._follower.took(entry.chain, entry.id)
        return len(found)

    def _catch_up(self, group: Group, flat: Sequence[Candidate], asked: Sequence[str]) -> None:
        """Hold the units that will be decided on, and read what others have admitted to them and to those asked for."""
        live = {unit_of(one.chain) for one in flat if one.error is None and not one.duplicate}
        versions = writing.hold(group.connection, self._database, sorted(live))
        versions |= writing.versions(group.connection, self._database, [unit for unit in asked if unit not in live])
        for entry in self._follower.lacking(group.connection, versions):
            self._follower.took(entry.chain, entry.id)
            if self._placer is not None:
                self._placer.take(group, entry)
                continue
            _, _, effect = take_admitted(self.county, entry)
            if effect is not None:
                group.effects.append(effect)

    def _in_turn(
        self, jobs: Sequence[_Job], candidates: Sequence[Sequence[Candidate]], group: Group
    ) -> tuple[list[list[Answer]], list[_Positions]]:
        """Decide in the order of arrival: a question sees what was asked before it in the group, and nothing after.

        Both are answered after the commit, so a position never names a record that a power cut can take away.
        """
        turns = iter(candidates)
        answers: list[list[Answer]] = []
        positions = []
        for job in jobs:
            if isinstance(job, Deliver):
                answers.append([self._decide(candidate, group) for candidate in next(turns)])
            elif isinstance(job, Where):
                positions.append((job.reply, self._positions(job.chains)))
        return answers, positions

    def _positions(self, chains: Sequence[str]) -> list[Position]:
        owed = self._owed.first(chains)
        return [Position(chain, *self.county.position(chain), owed.get(chain, 0)) for chain in chains]

    def _hash_at(self, chain: str, seq: int) -> bytes | None:
        with self._database.read() as connection:
            found = log.find_place(connection, chain, seq)
        return None if found is None else found[1]

    def _decide(self, candidate: Candidate, group: Group) -> Answer:
        def hash_at(chain: str, seq: int) -> bytes | None:
            found = group.places.get((chain, seq))
            return self._hash_at(chain, seq) if found is None else found[1]

        try:
            admitted = decide(candidate, self.county, hash_at)
        except ProtocolError as error:
            return self._refuse(candidate, error, group)
        if admitted is None:
            self._metrics.duplicates.inc()
            self._owed.fill(candidate, group)
            return Answer(candidate.hash, DUPLICATE)
        if admitted.effect is not None:
            group.effects.append(admitted.effect)
        index = self._admit(candidate, admitted.body, group)
        return Answer(candidate.hash, ACCEPTED, index=index)

    def _admit(self, candidate: Candidate, body: ChainBody, group: Group) -> int:
        """A record that was taken in gets its row; gives its index, 0 where another process places."""
        received, chain, seq = candidate.received, body.links.chain, body.links.seq
        kind = candidate.decoded.kind if candidate.decoded is not None else ""
        number = group.enter(kind, candidate.hash, received.note, chain, seq)
        if self._admitted is not None:
            self._admitted.remember(group.records[-1].leaf, Judged(kind, candidate.hash, body.links))
        if received.sealed:
            group.sealed.append((number, received.sealed))
        if isinstance(body, Batch):
            self._metrics.papers.inc(body.figures[0])
        self._metrics.count_accepted(kind)
        group.gain(chain, seq, candidate.hash)
        group.heads[unit_of(chain)] = number
        self._follower.took(chain, number)
        return 0 if self._placer is None else self._placer.place(group, number, kind, body, candidate.hash)

    def _refuse(self, candidate: Candidate, error: ProtocolError, group: Group) -> Answer:
        """Keep it, count it, say why; the stream goes on [INTAKE-4]."""
        received, now = candidate.received, self._now()
        self._metrics.count_refused(error.code)
        node = received.node or ""
        refusal = writing.Refusal(
            candidate.chain, error.code, node, now, str(error)[:500], received.note, received.sealed
        )
        if self._refusals.keep(refusal):
            group.refusals.append(refusal)
        if error.code == "E_FORK" and candidate.decoded is not None:
            # both are properly signed: the first stands, the second is evidence [INTAKE-5]
            links = candidate.decoded.links
            self._metrics.forks.inc()
            first = self._first(group, links.chain, links.seq)
            group.forks.append(
                writing.Fork(links.chain, links.seq, first, candidate.hash, now, received.note, received.sealed)
            )
        level = logging.ERROR if error.code == "E_FORK" else logging.WARNING
        LOG.log(level, "refused", extra={"code": error.code, "chain": candidate.chain, "node": node})
        return Answer(candidate.hash, REFUSED, code=error.code)

    def _first(self, group: Group, chain: str, seq: int) -> int:
        found = group.places.get((chain, seq))
        if found is None:
            with self._database.read() as connection:
                found = log.find_place(connection, chain, seq)
        if found is None:
            raise ValueError(f"no record at {chain} {seq}")
        return found[0]

    def _took_over(self, group: Group) -> None:
        """The group is durable: the arrays, the events and the size follow."""
        self.county.matrix.add(group.effects)
        self.events.extend(group.events)
        if self.oldest is None and (group.gained or group.placed):
            self.oldest = time.monotonic()
        if self._placer is not None:
            self.durable = self.county.size
            self._metrics.log_size.set(self.durable)

    def _measure(self, deliveries: Sequence[Deliver], flat: Sequence[Candidate], began: float) -> None:
        if not flat:
            return
        self._metrics.commit_size.observe(len(flat))
        self._metrics.commit_seconds.observe(time.perf_counter() - began)
        for job in deliveries:
            self._metrics.durable_seconds.observe(time.monotonic() - job.since)
