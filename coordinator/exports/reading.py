"""A published record up to its checkpoint, as the state of every chain: tiles and `checkpoint`, nothing else.

What is checked: the two signatures of the log under the checkpoint, the tree over every entry, the links and every
rule of every chain. What is not: the signatures of stations and officials, and the anchor: that is the work of
`tally-verifier verify`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coordinator.exports.progress import Progress
from coordinator.ledger.county import County
from coordinator.settings import CountyError
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError, RuleViolation
from tally_protocol.ids import Hash32, station_chain
from tally_protocol.log.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_checkpoint_note,
    signed_at,
)
from tally_protocol.log.tiles import WIDTH, bundle_path, split_bundle
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier
from tally_protocol.record.chain import Manifest, StationState
from tally_protocol.record.kinds import ChainBody, Decoded, Receipt, decode_record
from tally_protocol.record.station_kinds import Batch, Correction, Void
from tally_protocol.record.unit_kinds import Determination, Standings
from tally_protocol.seal.note import decode_base64

READING: Final = ("读取记录", "reading records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A batch that was counted again or taken back: `papers` is what that added to the papers counted."""

    unit: str
    station: str
    seq: int
    kind: str
    target_seq: int
    layout: str
    papers: int
    reason: str


@dataclass(slots=True)
class Published:
    """A record read to its checkpoint; `time` is the one that the log's ML-DSA line states."""

    county: County
    checkpoint: Checkpoint
    time: int
    changes: list[Change] = field(default_factory=list)

    @property
    def election(self) -> Election:
        """The sealed election."""
        return self.county.election


def read_published(folder: Path, progress: Progress) -> Published:
    """Read everything; CountyError for a folder that cannot be read or does not hold together."""
    try:
        return _read(folder, progress)
    except ProtocolError as error:
        raise CountyError(
            f"{error.code}: 公开记录 {folder} 读不通: {error}；请用 tally-verifier verify 查明，换一份完整的副本再导出",
            f"{error.code}: the record in {folder} does not hold: {error}; run tally-verifier verify, use a whole copy",
        ) from error
    except FileNotFoundError as error:
        raise CountyError(
            f"公开记录不完整：缺少 {error.filename}；请给出含 checkpoint 与 tile/ 的公开文件夹",
            f"the record is not whole: {error.filename} is missing; name the folder that holds checkpoint and tile/",
        ) from None


def _read(folder: Path, progress: Progress) -> Published:
    data = (folder / "checkpoint").read_bytes()
    said = parse_checkpoint(parse_checkpoint_note(data))
    edge = Frontier()
    entries = _entries(folder, said.size, edge)
    first = decode_record(next(entries, b""))
    if not isinstance(first.body, Election):
        raise RuleViolation("E_MANIFEST", "entry 0", expected="an election note")
    election = first.body
    mldsa = decode_base64(election.log_mldsa44.encode(), "election.log.mldsa44")
    checkpoint = open_checkpoint(data, election.origin, election.log_ed25519, mldsa)
    county = County(election, first.hash)
    county.size = 1
    published = Published(county, checkpoint, signed_at(data, election.origin, mldsa))
    rosters: dict[Hash32, Roster] = {}
    for entry in progress.count(entries, said.size - 1, *READING):
        _take(published, decode_record(entry), rosters)
    if edge.root() != checkpoint.root:
        raise RuleViolation("E_ROOT", "checkpoint", expected="the root of the entries")
    return published


def _entries(folder: Path, size: int, edge: Frontier) -> Iterator[bytes]:
    """The first `size` entries in order; their hashes go into `edge`."""
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        path = folder / bundle_path(number, width)
        try:
            entries = split_bundle(path.read_bytes(), width)
        except FileNotFoundError:
            full = folder / bundle_path(number)
            if not full.exists():
                raise
            # the log has grown since the checkpoint was read: a full file stands in for a partial one [TILE-1]
            entries = split_bundle(full.read_bytes(), WIDTH)[:width]
        for entry in entries:
            edge.append(leaf_hash(entry))
            yield entry


def _take(published: Published, decoded: Decoded, rosters: dict[Hash32, Roster]) -> None:
    county, body = published.county, decoded.body
    match body:
        case Roster():
            rosters[decoded.hash] = body
            county.size += 1
        case Unit():
            _take_unit(county, body, decoded.hash, rosters)
            county.size += 1
        case Election() | Receipt():
            raise RuleViolation("E_KIND", f"entry {county.size}", found=decoded.kind)
        case _:
            _check_place(county, body)
            county.check(body)
            county.take(body, decoded.hash)
            if isinstance(body, Correction | Void):
                published.changes.append(_change(body))


def _check_place(county: County, body: ChainBody) -> None:
    """Whether the record is the next of a chain that the election has."""
    links = body.links
    if isinstance(body, Standings | Determination):
        expected: tuple[int, bytes] = county.next_seq, county.head
    elif links.chain in county.nodes:
        expected = county.position(links.chain)
    else:
        raise RuleViolation("E_UNKNOWN_CHAIN", links.chain)
    if (links.seq, links.prev) != expected or links.election != county.election_hash:
        raise RuleViolation("E_CHAIN", links.chain, expected=f"seq {expected[0]}", found=links.seq)


def _take_unit(county: County, unit: Unit, record: Hash32, rosters: dict[Hash32, Roster]) -> None:
    """A unit, or its newer version: a table that has opened stays with the one that it cites [SEAL-5]."""
    missing = [entry.id for entry in unit.stations if entry.roster not in rosters]
    if missing:
        raise RuleViolation("E_MANIFEST", f"unit {unit.id}", expected=f"the roster of station {missing[0]}")
    known = county.units.get(unit.id)
    if known is None:
        county.add_unit(unit, record, rosters)
        return
    tables = dict(known.stations)
    for entry in unit.stations:
        if entry.id not in tables or not tables[entry.id].opened:
            roster = rosters[entry.roster]
            manifest = Manifest(county.election, county.election_hash, unit, record, roster, entry.roster)
            chain = station_chain(unit.id, entry.id)
            tables[entry.id] = county.stations[chain] = StationState(manifest)
            county.nodes[chain] = roster.node
    known.stations = tables
    known.renew(unit, record)


def _change(body: Correction | Void) -> Change:
    _, unit, station = body.links.chain.split("/")
    batch: Batch | Void = body.batch if isinstance(body, Correction) else body
    return Change(
        unit=unit, station=station, seq=body.links.seq, kind="correction" if isinstance(body, Correction) else "void",
        target_seq=body.target_seq, layout=batch.layout, papers=body.effect[0], reason=body.reason,
    )  # fmt: skip
