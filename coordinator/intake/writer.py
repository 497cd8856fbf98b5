"""The one thread that writes the record log: take what has arrived, decide, one transaction, then answer.

Natural group commit: while a group is on its way to the disk the next one gathers; a lone record leaves at once. If the
process dies on any line before `append` returns, nothing was answered and the laptops send again; after it, the
records are there and the laptops' second copies are duplicates [INTAKE-2]. A commit that fails ends the process: the
state in memory is then ahead of the disk, and only the disk counts.
"""

import logging
import queue
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from coordinator.intake.admission import Candidate, decide, judge_all, open_part, read
from coordinator.intake.jobs import (
    ACCEPTED,
    DUPLICATE,
    REFUSED,
    Answer,
    Answers,
    Append,
    Deliver,
    DiskNearlyFull,
    Job,
    Position,
    Where,
)
from coordinator.intake.refusals import RefusalBook
from coordinator.ledger.county import County
from coordinator.ledger.fold import Event, event_of
from coordinator.metrics import Metrics
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.tally.matrix import Effect
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, Hash32
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.deciding import determination_of
from tally_protocol.record.kinds import CountyBody, Receipt
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.record.sealing import Opener
from tally_protocol.record.signing import sign_record
from tally_protocol.record.station_kinds import Batch
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Names, Standings, Statement
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import parse_note

LOG = logging.getLogger("changpiao.intake")
GROUP_MOST = 256
DISK_RESERVE = 64 * 1024 * 1024


class _Group:
    """One transaction in the making."""

    def __init__(self) -> None:
        self.entries: list[log.Entry] = []
        self.sealed: list[tuple[int, bytes]] = []
        self.refusals: list[log.Refusal] = []
        self.forks: list[log.Fork] = []
        self.effects: list[Effect] = []
        self.events: list[Event] = []
        self.places: dict[tuple[str, int], bytes] = {}
        self.gained: dict[str, tuple[int, int, bytes]] = {}


class Writer:
    """Owns the county's state and the store's write side."""

    def __init__(
        self,
        database: Database,
        county: County,
        *,
        opener: Opener,
        signer: Signer,
        metrics: Metrics,
        now: Callable[[], int] = lambda: int(time.time()),
        fatal: Callable[[BaseException], None],
    ) -> None:
        """`fatal` is called once if a commit fails; nothing is written or answered afterwards."""
        self._database = database
        self.county = county
        self._opener = opener
        self._signer = signer
        self._metrics = metrics
        self._now = now
        self._fatal = fatal
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._refusals = RefusalBook(log.refusals_kept(database))
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.events: deque[Event] = deque()
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

    def put(self, job: Deliver | Where | Append) -> None:
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
            LOG.critical("the writer stopped", extra={"error": type(error).__name__}, exc_info=error)
            self._fatal(error)

    def _round(self) -> bool:
        """One group; False when told to stop."""
        jobs: list[Deliver | Where | Append] = []
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

    def process(self, jobs: Sequence[Deliver | Where | Append]) -> None:
        """Decide and commit a group of jobs, then answer each."""
        deliveries = [job for job in jobs if isinstance(job, Deliver)]
        began = time.perf_counter()
        if deliveries and shutil.disk_usage(self._database.path.parent).free < DISK_RESERVE:
            LOG.error("E_DISK", extra={"code": "E_DISK"})
            for job in deliveries:
                job.reply(DiskNearlyFull())
            jobs, deliveries = [job for job in jobs if not isinstance(job, Deliver)], []
        group = _Group()
        candidates = [
            [read(envelope, self.county, self._hash_at) for envelope in job.envelopes] for job in deliveries
        ]
        flat = [candidate for part in candidates for candidate in part]
        for candidate in flat:
            open_part(candidate, self._opener)
        judge_all(flat, self.county)
        answers, positions = self._in_turn(jobs, candidates, group)
        appended = [self._standings(job, group) for job in jobs if isinstance(job, Append)]
        receipts = self._receipts(group)
        self._commit(group, receipts)
        self._measure(deliveries, flat, began)
        for job, part, found in zip(deliveries, candidates, answers, strict=True):
            job.reply(Answers(tuple(found), self._receipts_for(part, found, receipts)))
        for reply, index in appended:
            reply(index)
        for answer, found_at in positions:
            answer(found_at)

    def _in_turn(
        self, jobs: Sequence[Deliver | Where | Append], candidates: Sequence[Sequence[Candidate]], group: _Group
    ) -> tuple[list[list[Answer]], list[tuple[Callable[[list[Position]], None], list[Position]]]]:
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
                positions.append((job.reply, [Position(chain, *self.county.position(chain)) for chain in job.chains]))
        return answers, positions

    def _hash_at(self, chain: str, seq: int) -> bytes | None:
        with self._database.read() as connection:
            found = log.find_place(connection, chain, seq)
        return None if found is None else found[1]

    def _decide(self, candidate: Candidate, group: _Group) -> Answer:
        def hash_at(chain: str, seq: int) -> bytes | None:
            return group.places.get((chain, seq)) or self._hash_at(chain, seq)

        index = self.county.size
        try:
            admitted = decide(candidate, self.county, hash_at)
        except ProtocolError as error:
            return self._refuse(candidate, error, group)
        if admitted is None:
            self._metrics.duplicates.inc()
            return Answer(candidate.hash, DUPLICATE)
        body, received = admitted.body, candidate.received
        kind = candidate.decoded.kind if candidate.decoded is not None else ""
        self._enter(group, index, kind, candidate.hash, received.note, body.links.chain, body.links.seq)
        group.events.append(event_of(index, kind, body, candidate.hash))
        if received.sealed:
            group.sealed.append((index, received.sealed))
        if admitted.effect is not None:
            group.effects.append(admitted.effect)
        if isinstance(body, Batch):
            self._metrics.papers.inc(body.figures[0])
        self._metrics.count_accepted(kind)
        first = group.gained.get(body.links.chain, (body.links.seq, 0, b""))[0]
        group.gained[body.links.chain] = first, body.links.seq, candidate.hash
        if isinstance(body, Statement | Names):
            self._determine(self.county.units[body.links.chain[2:]], group)
        return Answer(candidate.hash, ACCEPTED, index=index)

    def _enter(
        self, group: _Group, index: int, kind: str, record: Hash32, note: bytes, chain: str, seq: int
    ) -> None:
        group.entries.append(log.Entry(index, record, leaf_hash(note), chain, seq, kind, note))
        group.places[chain, seq] = record

    def _refuse(self, candidate: Candidate, error: ProtocolError, group: _Group) -> Answer:
        """Keep it, count it, say why; the stream goes on [INTAKE-4]."""
        received, now = candidate.received, self._now()
        self._metrics.count_refused(error.code)
        node = received.node or ""
        refusal = log.Refusal(
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
                log.Fork(links.chain, links.seq, first, candidate.hash, now, received.note, received.sealed)
            )
        level = logging.ERROR if error.code == "E_FORK" else logging.WARNING
        LOG.log(level, "refused", extra={"code": error.code, "chain": candidate.chain, "node": node})
        return Answer(candidate.hash, REFUSED, code=error.code)

    def _first(self, group: _Group, chain: str, seq: int) -> int:
        for entry in group.entries:
            if (entry.chain, entry.seq) == (chain, seq):
                return entry.idx
        with self._database.read() as connection:
            found = log.find_place(connection, chain, seq)
        if found is None:
            raise ValueError(f"no record at {chain} {seq}")
        return found[0]

    def _standings(self, job: Append, group: _Group) -> tuple[Callable[[int], None], int]:
        """Give `standings` its place in the county's chain and sign it [STAND-1]."""
        body = Standings(
            links=self.county.county_links(self._now()),
            results=Hash32(job.results),
            root=Hash32(job.root),
            size=job.size,
            totals=tuple(sorted(job.totals.items())),
        )
        return job.reply, self._write("standings", body, group)

    def _determine(self, state: UnitState, group: _Group) -> None:
        """If a unit has just become final: say what the rules give for it, in the same commit [DET-1] [DET-2]."""
        if not state.awaits_determination:
            return
        try:
            with self._metrics.determining.time():
                body = determination_of(state, self.county.county_links(self._now()))
        except Exception as error:
            # a fault in the rules must not stop what other units deliver: the record stands, every verifier says
            # INCOMPLETE of the unit, and the next start tries again (`settle`)
            self._metrics.undetermined.inc()
            fault = type(error).__name__
            LOG.critical("not determined", extra={"chain": state.chain, "error": fault}, exc_info=error)
            return
        self._write("determination", body, group)

    def _write(self, kind: str, body: CountyBody, group: _Group) -> int:
        """Sign a record of the county's own chain and give it the next place in the log."""
        index = self.county.size
        note = sign_record(kind, body, [self._signer])
        record = record_hash(parse_note(note).text)
        self.county.take(body, record)
        self._enter(group, index, kind, record, note, body.links.chain, body.links.seq)
        group.events.append(event_of(index, kind, body, record))
        self._metrics.count_accepted(kind)
        return index

    def settle(self) -> None:
        """Append determinations that are due [DET-1]; none is, unless one could not be computed when its time came."""
        group = _Group()
        for state in self.county.units.values():
            self._determine(state, group)
        self._commit(group, {})

    def _receipts(self, group: _Group) -> dict[str, tuple[int, bytes]]:
        """One cumulative receipt for each chain that gained records [RECEIPT-1]."""
        now = self._now()
        receipts = {}
        for chain, (first, last, head) in group.gained.items():
            receipt = Receipt(
                chain=ChainName(chain),
                election=self.county.election_hash,
                epoch=1,
                from_seq=first,
                head=Hash32(head),
                time=now,
                to_seq=last,
            )
            receipts[chain] = last, sign_receipt(receipt, self._signer)
        return receipts

    def _receipts_for(
        self, part: Sequence[Candidate], answers: Sequence[Answer], receipts: dict[str, tuple[int, bytes]]
    ) -> tuple[bytes, ...]:
        """Receipts of the chains in a delivery; for a duplicate the newest stored one, should the first be lost."""
        found = {}
        for candidate, answer in zip(part, answers, strict=True):
            if answer.outcome == REFUSED or candidate.chain in found:
                continue
            new = receipts.get(candidate.chain)
            if new is not None:
                found[candidate.chain] = new[1]
                continue
            with self._database.read() as connection:
                stored = log.receipt_of(connection, candidate.chain)
            if stored is not None:
                found[candidate.chain] = stored
        return tuple(found.values())

    def _commit(self, group: _Group, receipts: dict[str, tuple[int, bytes]]) -> None:
        if not group.entries and not group.refusals and not group.forks:
            return
        rows = [(chain, last, note) for chain, (last, note) in receipts.items()]
        log.append(
            self._database,
            log.Commit(
                entries=group.entries, sealed=group.sealed, refusals=group.refusals, forks=group.forks, receipts=rows
            ),
        )
        # from here on the group is on the disk; a death below loses only answers
        self.county.matrix.add(group.effects)
        self.events.extend(group.events)
        if self.oldest is None and group.gained:
            self.oldest = time.monotonic()
        self.durable = self.county.size
        self._metrics.log_size.set(self.durable)

    def _measure(self, deliveries: Sequence[Deliver], flat: Sequence[Candidate], began: float) -> None:
        if not flat:
            return
        self._metrics.commit_size.observe(len(flat))
        self._metrics.commit_seconds.observe(time.perf_counter() - began)
        for job in deliveries:
            self._metrics.durable_seconds.observe(time.monotonic() - job.since)

