"""The published record up to a signed checkpoint, as far as one form needs it: some units' chains, nothing else.

What is checked: the two signatures of the log under the checkpoint, the tree over every entry, the links and every rule
of the chains that are read. What is not: signatures of stations and officials; `tally-verifier verify` does that. Other
units' entries are hashed, never decoded, so that one village's form does not cost the county's whole evening.
"""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coordinator.ledger.county import County
from coordinator.settings import CountyError
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError, RuleViolation
from tally_protocol.ids import Hash32
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
from tally_protocol.record.kinds import ChainBody, Decoded, Receipt, decode_record
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Determination, Standings

# canonical JSON has one spelling, so the owner of a record is found without reading it
_CHAIN = re.compile(rb'"chain":"(?:[su]/([A-Za-z0-9_.-]+)|c)[/"]', re.ASCII)
_UNIT = re.compile(rb'"unit":"([A-Za-z0-9_.-]+)"', re.ASCII)
_NAMED = re.compile(rb'"(?:id|unit)":"([A-Za-z0-9_.-]+)"', re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units a form speaks of: one by id, many by id, those of a township by name, or all."""

    unit: str = ""
    township: str = ""
    units: frozenset[str] = frozenset()

    def wants(self, unit: Unit) -> bool:
        """Whether a sealed unit belongs to it; a township is any level of a place, or levels that follow each other.

        Ids go before the name: who groups villages has said which they are, the name is then a title alone.
        """
        if self.unit:
            return unit.id == self.unit
        if self.units:
            return unit.id in self.units
        place = unit.place
        ends = range(1, len(place) + 1)
        return not self.township or any(
            "/".join(place[begin:end]) == self.township for end in ends for begin in range(end)
        )

    def may_want(self, note: bytes) -> bool:
        """Whether a sealed note could be of a unit that is wanted, or of one of its tables, by its bytes alone."""
        if self.unit:
            return f'"id":"{self.unit}"'.encode() in note or f'"unit":"{self.unit}"'.encode() in note
        if self.units:
            return any(found.decode() in self.units for found in _NAMED.findall(note))
        # a table's note does not name the township
        return b'"station_key":' in note or self.township.rpartition("/")[2].encode() in note


@dataclass(slots=True, kw_only=True)
class Record:
    """A record read to a checkpoint; `units` in the order of the log, `time` as the log's second signature says."""

    election: Election
    election_hash: Hash32
    checkpoint: Checkpoint
    time: int
    units: dict[str, UnitState] = field(default_factory=dict)
    versions: dict[str, Hash32] = field(default_factory=dict)

    def unit(self, name: str) -> UnitState:
        """A unit's state; CountyError if the election does not have it."""
        if name not in self.units:
            raise CountyError(
                f"检查点 {self.checkpoint.size} 之前的记录里没有单位 {name}；请核对编号",
                f"the record up to checkpoint {self.checkpoint.size} has no unit {name}; check its id",
            )
        return self.units[name]


def read_record(folder: Path, scope: Scope, checkpoint: Path | None = None) -> Record:
    """Read the published folder up to its checkpoint, or up to one that was kept; CountyError for anything odd."""
    place = folder / "checkpoint" if checkpoint is None else checkpoint
    try:
        signed = place.read_bytes()
        claimed = parse_checkpoint(parse_checkpoint_note(signed))
        entries = _entries(folder, claimed.size)
        return _read(entries, signed, scope)
    except FileNotFoundError as error:
        raise CountyError(
            f"公开记录不完整：缺少 {error.filename}；请等待下一次发布，或换一个完整的副本",
            f"the published record is not whole: {error.filename} is missing; wait for the next round or take a mirror",
        ) from None
    except (ProtocolError, ValueError, KeyError) as error:
        raise CountyError(
            f"公开记录 {folder} 到检查点 {place.name} 读不通（{error}）；请执行 tally-verifier verify",
            f"the published record {folder} does not hold up to {place.name} ({error}); run tally-verifier verify",
        ) from error


def _entries(folder: Path, size: int) -> Iterator[bytes]:
    """The first `size` entries; the last bundle may have grown since."""
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        path = _bundle(folder, number, width)
        found = WIDTH if path.parent.suffix != ".p" else int(path.name)
        yield from split_bundle(path.read_bytes(), found)[:width]


def _bundle(folder: Path, number: int, width: int) -> Path:
    exact, full = folder / bundle_path(number, width), folder / bundle_path(number)
    if exact.exists():
        return exact
    if full.exists():
        return full
    # a wider partial one holds what a narrower one held
    wider = [path for path in (full.parent / f"{full.name}.p").glob("*") if path.name.isdigit()]
    return min((path for path in wider if int(path.name) > width), key=lambda path: int(path.name), default=exact)


def _read(entries: Iterator[bytes], signed: bytes, scope: Scope) -> Record:
    first = next(entries)
    decoded = decode_record(first)
    election = decoded.body
    if not isinstance(election, Election):
        raise RuleViolation("E_KIND", "entry 0", expected="the election", found=decoded.kind)
    mldsa = base64.b64decode(election.log_mldsa44)
    checkpoint = open_checkpoint(signed, election.origin, election.log_ed25519, mldsa)
    record = Record(
        election=election, election_hash=decoded.hash, checkpoint=checkpoint,
        time=signed_at(signed, election.origin, mldsa),
    )  # fmt: skip
    tree = Frontier()
    tree.append(leaf_hash(first))
    reader = _Reader(County(election, decoded.hash), scope)
    for entry in entries:
        tree.append(leaf_hash(entry))
        reader.take(entry)
    if tree.root() != checkpoint.root:
        raise RuleViolation("E_ROOT", "checkpoint", expected="the root of the entries")
    record.units |= reader.county.units
    record.versions |= reader.versions
    return record


class _Reader:
    """Decodes what the scope wants and lets the county take it, every rule checked."""

    def __init__(self, county: County, scope: Scope) -> None:
        """Nothing is read yet."""
        self.county = county
        self.versions: dict[str, Hash32] = {}
        self._scope = scope
        self._rosters: dict[Hash32, Roster] = {}
        self._wanted: Callable[[str], bool] = county.units.__contains__

    def take(self, entry: bytes) -> None:
        """The next entry of the log."""
        chained = _CHAIN.search(entry)
        if chained is None:
            if self._scope.may_want(entry):
                self._sealed(decode_record(entry))
            return
        if chained[1] is not None:
            if self._wanted(chained[1].decode()):
                self._chained(decode_record(entry))
            return
        named = _UNIT.search(entry)
        if named is not None and self._wanted(named[1].decode()):
            self._chained(decode_record(entry))

    def _sealed(self, decoded: Decoded) -> None:
        match decoded.body:
            case Roster():
                if not self._scope.unit or decoded.body.unit == self._scope.unit:
                    self._rosters[decoded.hash] = decoded.body
            case Unit() if self._scope.wants(decoded.body):
                self.county.add_unit(decoded.body, decoded.hash, self._rosters)
                self.versions[decoded.body.id] = decoded.hash
            case _:
                return

    def _chained(self, decoded: Decoded) -> None:
        body = decoded.body
        if isinstance(body, Election | Roster | Unit | Receipt | Standings):
            return
        chained: ChainBody = body
        if not isinstance(chained, Determination) or chained.unit in self.county.units:
            self.county.check(chained)
            self.county.take(chained, decoded.hash)
