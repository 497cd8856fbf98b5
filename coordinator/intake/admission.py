"""May this record come in? Pure decisions in the order of spec/4; the writer does what they say.

Four steps over a commit group: `read` (bytes, identity, signatures), `open_part` (decrypt, commitment), `judge` (numpy,
the whole group at once), `decide` (one record after the other against its chain, then taken in). Serves [INTAKE-1]
[INTAKE-3] [INTAKE-5] [INTAKE-6] [CHAIN-1] [CHAIN-6] [STEP-1] [CUT-2] [BALLOT-1] [BALLOT-2] [BALLOT-3] [BALLOT-4]
[BALLOT-5] [DET-3].
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from coordinator.ledger.county import County, threshold_of
from coordinator.ledger.vetting import check_signers
from coordinator.tally.matrix import Effect
from coordinator.tally.planes import Papers, group_key, judge_group
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.shape import Shape, shape
from tally_protocol.election.unit import Unit
from tally_protocol.errors import Malformed, ProtocolError, RuleViolation
from tally_protocol.ids import Hash32
from tally_protocol.law.profile import Profile
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.kinds import ChainBody, Decoded, Receipt, decode_record
from tally_protocol.record.sealing import Opener
from tally_protocol.record.station_kinds import Batch, Correction
from tally_protocol.record.unit_kinds import Determination, Standings
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.note import parse_note

Counted = tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]
HashAt = Callable[[str, int], bytes | None]


@dataclass(frozen=True, slots=True)
class Received:
    """An envelope as it came. `node` is the laptop of the certificate, None for the county's own desk [INTAKE-6]."""

    note: bytes
    sealed: bytes
    node: str | None


class Candidate:
    """A received record on its way through the steps; `error` ends it, `late` waits for its turn in the order."""

    __slots__ = ("chain", "count", "decoded", "duplicate", "error", "hash", "late", "part", "received")

    def __init__(self, received: Received) -> None:
        """Nothing is known yet."""
        self.received = received
        self.decoded: Decoded | None = None
        self.chain = ""
        self.hash = Hash32(b"")
        self.error: ProtocolError | None = None
        self.duplicate = False
        self.part: SealedPart | None = None
        self.late: ProtocolError | None = None
        self.count: Counted | None = None


def read(received: Received, county: County, hash_at: HashAt) -> Candidate:
    """Bytes to a record of this election, from a laptop that may deliver it, with good signatures."""
    candidate = Candidate(received)
    try:
        _read(candidate, county, hash_at)
    except ProtocolError as error:
        candidate.error = error
        if not candidate.hash:
            candidate.hash = _hash_of(received.note)
    return candidate


def _hash_of(note: bytes) -> Hash32:
    """The hash by which the sender knows a record that cannot be decoded."""
    try:
        return record_hash(parse_note(note).text)
    except Malformed:
        return Hash32(sha256(note).digest())


def _read(candidate: Candidate, county: County, hash_at: HashAt) -> None:
    received = candidate.received
    decoded = candidate.decoded = decode_record(received.note)
    candidate.hash = decoded.hash
    # only kinds of chains come in this way; a receipt or a manifest note is E_KIND [LOG-4]
    links = decoded.links
    if links.election != county.election_hash:
        raise RuleViolation("E_ELECTION", links.chain)
    node = county.nodes.get(links.chain)
    if isinstance(decoded.body, Standings | Determination):
        # the county writes its own chain itself; nobody delivers for it
        raise RuleViolation("E_IDENTITY", links.chain)
    if node is None:
        raise RuleViolation("E_UNKNOWN_CHAIN", "chain")
    candidate.chain = links.chain
    if received.node is not None and received.node != node:
        raise RuleViolation("E_IDENTITY", links.chain, expected="the laptop that the manifest names")
    next_seq, _ = county.position(links.chain)
    if links.seq < next_seq and hash_at(links.chain, links.seq) == decoded.hash:
        candidate.duplicate = True
        return
    check_signers(decoded, county)
    if received.sealed and not isinstance(decoded.body, Batch | Correction):
        raise RuleViolation("E_SEALED", links.chain, expected="no ballots beside this kind")


def _batch_of(candidate: Candidate) -> Batch | None:
    """The batch fields of a record that carries papers."""
    body = candidate.decoded.body if candidate.decoded is not None else None
    if isinstance(body, Correction):
        return body.batch
    return body if isinstance(body, Batch) else None


def open_part(candidate: Candidate, opener: Opener) -> None:
    """Decrypt the papers and recompute their commitment; what is wrong is said when its turn comes (`late`)."""
    batch = _batch_of(candidate)
    if batch is None or candidate.error is not None or candidate.duplicate:
        return
    try:
        data = opener.open(candidate.received.sealed, candidate.hash)
        if sha256(data).digest() != batch.sealed:
            raise RuleViolation("E_SEALED", candidate.chain, expected="the sealed part that the record names")
        part = SealedPart.decode(data)
        candidate.part = part
        if part.papers != batch.figures[0]:
            raise RuleViolation("E_SEALED", candidate.chain, expected="as many papers as the figures say")
        if part.root() != batch.root:
            raise RuleViolation("E_COMMITMENT", candidate.chain)
    except ProtocolError as error:
        candidate.late = error


def judge_all(candidates: Sequence[Candidate], county: County) -> None:
    """Count every opened batch of the group, batches of equal papers in one operation [BALLOT-3]."""
    groups: dict[tuple[object, ...], list[Judging]] = {}
    for candidate in candidates:
        batch = _batch_of(candidate)
        if candidate.part is None or candidate.late is not None or batch is None:
            continue
        manifest = county.stations[candidate.chain].manifest
        try:
            paper = shape(manifest.unit, batch.layout)
            if candidate.part.width != paper.width:
                raise RuleViolation("E_SEALED", candidate.chain, expected="rows of the layout's width")
        except RuleViolation as error:
            candidate.late = error
            continue
        profile = manifest.layout_profile(batch.layout)
        judging = Judging(candidate, paper, candidate.part, batch.table, profile)
        groups.setdefault(group_key(paper, profile.ballot), []).append(judging)
    for group in groups.values():
        _judge(group)


@dataclass(frozen=True, slots=True)
class Judging:
    """One batch to count."""

    candidate: Candidate
    paper: Shape
    part: SealedPart
    table: tuple[int, ...]
    profile: Profile


def _judge(group: Sequence[Judging]) -> None:
    """The kernel is quicker than plain Python from one batch of a village's paper on."""
    papers = Papers()
    for one in group:
        papers.add(one.part.rows, one.part.papers, one.table)
    verdicts = judge_group(group[0].paper, papers, group[0].profile)
    for one, good, figures, names in zip(
        group, verdicts.in_range.tolist(), verdicts.figures.tolist(), verdicts.write_ins, strict=True
    ):
        if good:
            one.candidate.count = tuple(figures), names
        else:
            one.candidate.late = RuleViolation("E_RANGE", one.candidate.chain)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A record that was taken in, and what it adds to the totals."""

    body: ChainBody
    effect: Effect | None


def decide(candidate: Candidate, county: County, hash_at: HashAt) -> Admitted | None:
    """Check a record against its chain and take it in; None for a duplicate. Raises ProtocolError, changing nothing."""
    if candidate.error is not None:
        raise candidate.error
    decoded = candidate.decoded
    if decoded is None or candidate.duplicate:
        return None
    body = decoded.body
    links = decoded.links
    if isinstance(body, Election | Roster | Unit | Receipt):
        raise RuleViolation("E_KIND", links.chain)
    next_seq, _ = county.position(links.chain)
    if links.seq < next_seq and hash_at(links.chain, links.seq) == decoded.hash:
        # the first of the two came in the same group [INTAKE-3]
        return None
    county.check(body)
    batch = _batch_of(candidate)
    if batch is not None:
        state = county.stations[links.chain]
        if isinstance(body, Batch):
            cells = county.units[state.manifest.unit.id].cells
            cells.check(batch.layout, batch.figures[0], threshold_of(state, batch.layout))
        _check_papers(candidate, batch, len(state.register) + 1)
    return Admitted(body, county.take(body, decoded.hash))


def _check_papers(candidate: Candidate, batch: Batch, first_name: int) -> None:
    """The sealed part, its commitment, the count: in this order [BALLOT-1] [BALLOT-2] [BALLOT-3] [BALLOT-4]."""
    late = candidate.late
    if late is not None and late.code == "E_SEALED":
        raise late
    if candidate.part is not None:
        candidate.part.check_names(first_name, batch.names)
    if late is not None:
        raise late
    if candidate.count != (batch.figures, batch.write_ins):
        raise RuleViolation("E_COUNT", candidate.chain)
