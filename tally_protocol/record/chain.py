"""A station's chain as a state: what it holds, and whether the next record may follow (spec/3).

`check` decides and changes nothing; `apply` takes a checked record in. The station uses it on what it writes, the
county on what it receives. Serves [CHAIN-1] [CHAIN-2] [CHAIN-3] [CHAIN-4] [CHAIN-5] [CHAIN-6] [CHAIN-7] [STEP-1]
[RUN-1] [RUN-2] [NAME-1] [NAME-2] [FIX-1] [FIX-2] [CLOSE-1] [CLOSE-2] [FIND-1]. Signatures are checked elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from tally_protocol import limits
from tally_protocol.election.figures import Finding, add, check_figures, form_findings, subtract
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.shape import VALID, WRITTEN, Shape, shape
from tally_protocol.election.unit import Unit
from tally_protocol.errors import BrokenChain, Malformed, RuleViolation
from tally_protocol.ids import Hash32, StationId, station_chain
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import profiles_of
from tally_protocol.law.states import StationWord, next_station
from tally_protocol.record.kinds import StationBody
from tally_protocol.record.links import Links
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void, WriteIns
from tally_protocol.record.step_kind import Step

ZERO32 = Hash32(bytes(32))


@dataclass(frozen=True, slots=True)
class InForce:
    """A batch as it counts now; `figures` is None once it is voided."""

    hash: Hash32
    layout: str
    figures: tuple[int, ...] | None
    write_ins: WriteIns


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a chain stands on: the election, the unit in one version, the station's roster.

    `profiles` are the unit's by id, its own decisions applied.
    """

    election: Election
    election_hash: Hash32
    unit: Unit
    unit_hash: Hash32
    roster: Roster
    roster_hash: Hash32
    profiles: Mapping[str, Profile] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Find the profiles; RuleViolation E_MANIFEST, E_PROFILE for a unit that was never checked."""
        object.__setattr__(self, "profiles", profiles_of(self.election, self.unit))

    @property
    def profile(self) -> Profile:
        """The unit's own profile, which says who signs."""
        return self.profiles[self.unit.profile]

    def layout_profile(self, layout: str) -> Profile:
        """The profile by which the papers of a layout are judged and published [SEAL-6] [CUT-2]."""
        found = self.unit.layout(layout)
        contest = None if found is None else self.unit.contest(found.contests[0])
        if contest is None:
            raise RuleViolation("E_LAYOUT", f"unit {self.unit.id}", found=layout)
        return self.profiles[self.unit.profile_of(contest)]


class StationState:
    """One station's chain. Written by one thread; readers see whole records only."""

    __slots__ = (
        "batches", "before", "boxes", "close", "close_seq", "head", "joined", "manifest", "next_seq", "paper",
        "register", "running", "state", "station", "votes",
    )  # fmt: skip

    def __init__(self, manifest: Manifest) -> None:
        """An empty chain; `manifest` holds the newest unit note until `open` freezes one."""
        self.manifest = manifest
        self.station: StationId = manifest.roster.station
        self.next_seq = 0
        self.head: Hash32 = ZERO32
        self.state = StationWord.NEW
        self.before = StationWord.NEW  # what an interruption interrupted
        self.close: Hash32 | None = None
        self.close_seq = 0
        self.paper: Mapping[str, int] = {}
        self.joined = False
        self.running: dict[str, tuple[int, ...]] = {}
        self.register: list[Hash32] = []
        self.votes: dict[tuple[str, int], int] = {}
        self.batches: dict[int, InForce] = {}
        self.boxes: dict[str, BoxCount] = {}

    @property
    def chain(self) -> str:
        """The chain's name."""
        return station_chain(self.manifest.unit.id, self.station)

    @property
    def opened(self) -> bool:
        """Whether the chain has its `open`."""
        return self.state is not StationWord.NEW

    @property
    def closed(self) -> bool:
        """Whether the chain has its `close`."""
        return self.close is not None

    def running_of(self, layout: str) -> tuple[int, ...]:
        """The running figures of a layout; E_LAYOUT if the unit does not have it."""
        found = self.running.get(layout)
        return shape(self.manifest.unit, layout).zeros if found is None else found

    def links(self, time: int) -> Links:
        """The chain fields of the record that would come next."""
        return Links(
            chain=station_chain(self.manifest.unit.id, self.station),
            election=self.manifest.election_hash,
            epoch=1,
            prev=self.head,
            seq=self.next_seq,
            time=time,
        )

    def check_links(self, links: Links) -> None:
        """Raise E_ELECTION, E_FORK, E_GAP or E_CHAIN [CHAIN-1] [CHAIN-2] [CHAIN-3]."""
        check_links(links, self.manifest.election_hash, self.next_seq, self.head)

    def check(self, body: StationBody) -> None:
        """Raise the code of the first rule that the record breaks as the next of this chain."""
        self.check_links(body.links)
        next_station(self.state, self.before, word_of(body), self.chain)
        match body:
            case Open():
                self._check_open(body)
            case BoxCount():
                self._check_box(body)
            case Batch():
                self._check_batch(body)
            case Void():
                self._check_void(body)
            case Correction():
                self._check_correction(body)
            case Close():
                check_close(self, body)
            case Step():
                pass
            case _:
                assert_never(body)

    def apply(self, body: StationBody, record: Hash32) -> None:
        """Take a checked record in; `record` is its hash."""
        self._move(word_of(body))
        match body:
            case Open() | Step():
                pass
            case BoxCount():
                self.boxes[body.box] = body
            case Batch():
                self._take(body, body.links.seq, record, ())
            case Correction():
                target = self.batches[body.target_seq]
                self._take(body.batch, body.target_seq, target.hash, target.write_ins)
            case Void():
                target = self.batches[body.target_seq]
                self.running[body.layout] = body.running
                self._move_votes(body.layout, body.write_ins)
                self.batches[body.target_seq] = InForce(target.hash, target.layout, None, ())
            case Close():
                self.close, self.close_seq = record, body.links.seq
                self.paper, self.joined = dict(body.paper), bool(body.joined_from or body.joined_to)
            case _:
                assert_never(body)
        self.next_seq += 1
        self.head = record

    def _move(self, word: str) -> None:
        following = next_station(self.state, self.before, word, self.chain)
        if following is StationWord.INTERRUPTED:
            self.before = self.state
        self.state = following

    def _take(self, batch: Batch, seq: int, record: Hash32, before: WriteIns) -> None:
        self.running[batch.layout] = batch.running
        self.register.extend(batch.names)
        self._move_votes(batch.layout, tuple((index, number, -votes) for index, number, votes in before))
        self._move_votes(batch.layout, batch.write_ins)
        self.batches[seq] = InForce(record, batch.layout, batch.figures, batch.write_ins)

    def _move_votes(self, layout: str, write_ins: WriteIns) -> None:
        if not write_ins:
            return
        contests = shape(self.manifest.unit, layout).contests
        for index, number, votes in write_ins:
            key = contests[index].contest, number
            self.votes[key] = self.votes.get(key, 0) + votes

    def _check_open(self, body: Open) -> None:
        manifest = self.manifest
        order = [str(person.id) for person in manifest.roster.officials]
        present = [order.index(name) if name in order else -1 for name in body.officials]
        if body.unit_note != manifest.unit_hash or body.roster != manifest.roster_hash:
            raise RuleViolation("E_MANIFEST", self.chain, expected="the newest unit note and its roster")
        if -1 in present or present != sorted(present):
            raise RuleViolation("E_MANIFEST", self.chain, expected="officials of the roster, in its order")

    def _check_box(self, body: BoxCount) -> None:
        box = next((box for box in self.manifest.unit.boxes if box.id == body.box), None)
        if box is None or box.station != self.station:
            raise RuleViolation("E_UNKNOWN_BOX", self.chain, found=body.box)

    def _check_batch(self, body: Batch) -> None:
        paper = self._check_figures(body)
        self._check_running(body.layout, body.figures, body.running)
        self.check_names(paper, body)

    def _check_figures(self, body: Batch) -> Shape:
        paper = shape(self.manifest.unit, body.layout)
        total = self.manifest.layout_profile(body.layout).ballot.overvote.compare == "total"
        check_figures(paper, body.figures, total=total)
        return paper

    def _check_running(self, layout: str, effect: Sequence[int], running: Sequence[int]) -> None:
        before = self.running_of(layout)
        if not len(running) == len(effect) == len(before):
            raise RuleViolation("E_FIGURES", self.chain, expected=len(before), found=len(running))
        if add(before, effect) != running:
            raise RuleViolation("E_RUNNING", self.chain)

    def check_names(self, paper: Shape, body: Batch) -> None:
        """Raise E_LIMIT, E_NAMES [NAME-1] or E_SUM [NAME-2]."""
        known = len(self.register) + len(body.names)
        if known > limits.NAMES_PER_CHAIN:
            raise Malformed("E_LIMIT", self.chain, expected=f"at most {limits.NAMES_PER_CHAIN} names")
        table = set(body.table)
        new = set(range(len(self.register) + 1, known + 1))
        used = {number for _, number, _ in body.write_ins}
        if not new <= table or not used <= table or max(table, default=0) > known:
            raise RuleViolation("E_NAMES", self.chain, expected="numbers of the register")
        check_write_ins(paper, body.figures, body.write_ins, self.chain)

    def _target(self, layout: str, target: Hash32, seq: int) -> InForce:
        found = self.batches.get(seq)
        if found is None or found.hash != target or found.layout != layout or found.figures is None:
            raise RuleViolation("E_TARGET", self.chain, expected="a batch of this chain and layout, not voided")
        return found

    def _check_void(self, body: Void) -> None:
        paper = shape(self.manifest.unit, body.layout)
        if len(body.effect) != paper.figures or len(body.running) != paper.figures:
            raise RuleViolation("E_FIGURES", self.chain, expected=paper.figures)
        target = self._target(body.layout, body.target, body.target_seq)
        back = tuple((index, number, -votes) for index, number, votes in target.write_ins)
        if body.effect != subtract(paper.zeros, target.figures or ()) or body.write_ins != back:
            raise RuleViolation("E_EFFECT", self.chain)
        self._check_running(body.layout, body.effect, body.running)

    def _check_correction(self, body: Correction) -> None:
        batch = body.batch
        paper = self._check_figures(batch)
        if len(body.effect) != paper.figures or len(batch.running) != paper.figures:
            raise RuleViolation("E_FIGURES", self.chain, expected=paper.figures)
        target = self._target(batch.layout, body.target, body.target_seq)
        if body.effect != subtract(batch.figures, target.figures or ()):
            raise RuleViolation("E_EFFECT", self.chain)
        self._check_running(batch.layout, body.effect, batch.running)
        self.check_names(paper, batch)


def word_of(body: StationBody) -> str:
    """A record as the table of states names it: its kind, a step with its word [STEP-1]."""
    match body:
        case Open():
            return "open"
        case BoxCount():
            return "box"
        case Batch():
            return "batch"
        case Void():
            return "void"
        case Correction():
            return "correction"
        case Close():
            return "close"
        case Step():
            return f"step {body.step}"
        case _:
            assert_never(body)


def check_links(links: Links, election: Hash32, next_seq: int, head: Hash32) -> None:
    """Raise E_ELECTION, E_FORK, E_GAP or E_CHAIN unless a record comes next [CHAIN-1] [CHAIN-2] [CHAIN-3]."""
    if links.election != election:
        raise RuleViolation("E_ELECTION", links.chain)
    if links.seq < next_seq:
        raise BrokenChain("E_FORK", links.chain, expected=f"seq {next_seq}", found=links.seq)
    if links.seq > next_seq:
        raise BrokenChain("E_GAP", links.chain, expected=f"seq {next_seq}", found=links.seq)
    if links.prev != head:
        raise BrokenChain("E_CHAIN", links.chain, expected="the hash of the chain's previous record")


def check_write_ins(paper: Shape, figures: Sequence[int], write_ins: WriteIns, where: str) -> None:
    """Raise E_LAYOUT or E_SUM unless the entries' votes make up each contest's `written` [NAME-2]."""
    sums = [0] * len(paper.contests)
    for index, _, votes in write_ins:
        if index >= len(sums):
            raise RuleViolation("E_LAYOUT", where, expected=f"contest index below {len(sums)}", found=index)
        sums[index] += votes
        if votes > figures[paper.contests[index].figure + VALID]:
            raise RuleViolation("E_SUM", where, expected="at most the valid papers")
    for contest, total in zip(paper.contests, sums, strict=True):
        if total != figures[contest.figure + WRITTEN]:
            raise RuleViolation("E_SUM", where, expected=figures[contest.figure + WRITTEN], found=total)


def closing_figures(state: StationState) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Running figures of every layout in unit order."""
    return tuple((layout.id, state.running_of(layout.id)) for layout in state.manifest.unit.layouts)


def closing_write_ins(state: StationState) -> tuple[tuple[str, int, int], ...]:
    """(contest, register number, votes in force) by contest in unit order, then number."""
    order = {str(contest.id): i for i, contest in enumerate(state.manifest.unit.contests)}
    rows = [(contest, number, votes) for (contest, number), votes in state.votes.items() if votes]
    return tuple(sorted(rows, key=lambda row: (order[row[0]], row[1])))


def closing_findings(state: StationState, paper: Mapping[str, int], *, joined: bool) -> tuple[str, ...]:
    """The codes that belong into `close` for what the form says, ascending [CLOSE-2] [FIND-1]."""
    return tuple(sorted({code for code, _, _ in station_findings(state, paper, joined=joined)}))


def station_findings(state: StationState, paper: Mapping[str, int], *, joined: bool) -> tuple[Finding, ...]:
    """Rules 101 to 110 for what a form says, against what the chain has counted so far."""
    unit = state.manifest.unit
    first = shape(unit, unit.layouts[0].id)
    running = state.running_of(first.layout)
    return form_findings(
        paper,
        layouts=len(unit.layouts),
        contests=len(unit.contests),
        joined=joined,
        papers=running[0],
        valid=running[first.contests[0].figure + VALID],
    )


def check_close(state: StationState, body: Close) -> None:
    """Raise E_LAYOUT, E_TOTAL [CLOSE-1] or E_FINDING [CLOSE-2] [FIND-1]."""
    unit = state.manifest.unit
    for layout, station in body.joined_from + body.joined_to:
        if unit.layout(layout) is None or unit.station(station) is None or station == state.station:
            raise RuleViolation("E_LAYOUT", state.chain, expected="a layout and another station of the unit")
    counted = closing_figures(state), closing_write_ins(state), len(state.batches), len(state.register)
    if counted != (body.running, body.write_ins, body.batches, body.names):
        raise RuleViolation("E_TOTAL", state.chain, expected="what the chain adds up to")
    joined = bool(body.joined_from or body.joined_to)
    if body.findings != closing_findings(state, dict(body.paper), joined=joined):
        raise RuleViolation("E_FINDING", state.chain)
