"""A world's entries as the published folder, the sealed archive and the receipts that an observer holds.

Test furniture. `honest_story()` plays the small county with its standings; `log_files` lays out any list of entries as
spec/5 says and signs the checkpoint with the world's log keys, whoever wrote the entries.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, Hash32
from tally_protocol.log.checkpoint import Checkpoint, mldsa_vkey, sign_checkpoint
from tally_protocol.log.proof import format_proof
from tally_protocol.log.results import ResultsTree, StationStanding, unit_standing
from tally_protocol.log.tiles import WIDTH, bundle_path, encode_bundle, tile_path, tiles_of
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.merkle.tree import inclusion_proof
from tally_protocol.record.kinds import Decoded, Receipt, decode_record
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.record.station_kinds import Batch, Close, Correction, Void
from tally_protocol.record.unit_kinds import Determination, Standings, Statement
from tally_protocol.seal.keys import vkey
from tests.committee import Committee, standings_body
from tests.world import BLANK, OVER, TIME, TORN, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers

Files = dict[str, bytes]
PUBLISHED = TIME + 1200  # the time of the checkpoint's ML-DSA line
RECEIVED = TIME + 600  # the time of every receipt


def tree_levels(entries: Sequence[bytes]) -> list[list[bytes]]:
    """Hashes of every level: leaves, then the roots of full runs of 256, and so on."""
    levels = [[leaf_hash(entry) for entry in entries]]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([root_of(below[i : i + WIDTH]) for i in range(0, len(below) - WIDTH + 1, WIDTH)])
    return levels


def tree_files(entries: Sequence[bytes]) -> Files:
    """Every tile and bundle that a tree of these entries implies [TILE-1]."""
    levels = tree_levels(entries)
    files = {}
    for level, number, width in tiles_of(len(entries)):
        first = number * WIDTH
        files[tile_path(level, number, width)] = b"".join(levels[level][first : first + width])
        if level == 0:
            files[bundle_path(number, width)] = encode_bundle(entries[first : first + width])
    return files


def signed_checkpoint(world: World, size: int, root: bytes, time: int = PUBLISHED) -> bytes:
    """A checkpoint under the world's log keys over whatever root is given."""
    return sign_checkpoint(Checkpoint(world.origin, size, root), world.log_signer, world.mldsa, time)


def log_files(world: World, entries: Sequence[bytes]) -> Files:
    """The whole published folder over these entries, under the keys of this world's log."""
    authority = vkey(world.authority.name, world.authority.public)
    second = mldsa_vkey(world.origin, world.mldsa.public_key().public_bytes_raw())
    return tree_files(entries) | {
        "checkpoint": signed_checkpoint(world, len(entries), root_of([leaf_hash(entry) for entry in entries])),
        "log.vkey": vkey(world.origin, world.log_signer.public).encode() + b"\n",
        "keys/log-mldsa44.vkey": second.encode() + b"\n",
        "keys/authority.vkey": authority.encode() + b"\n",
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder; returns the folder."""
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def authority_vkey(world: World) -> str:
    """The anchor that the authority prints on its posters."""
    return vkey(world.authority.name, world.authority.public)


def sealed_archive(parts: Mapping[str, Iterable[tuple[bytes, bytes]]]) -> Files:
    """The sealed ballots archive: by unit, (record hash, sealed part) in any order."""
    return {
        f"units/{unit}.sealed": b"".join(key + struct.pack(">I", len(part)) + part for key, part in found)
        for unit, found in parts.items()
    }


@dataclass
class Board:
    """Standings of a log, entry by entry, believing every record: what the county shows, honest or not."""

    tree: ResultsTree = field(default_factory=ResultsTree)
    units: dict[str, Unit] = field(default_factory=dict)
    records: dict[tuple[str, str], int] = field(default_factory=dict)
    heads: dict[tuple[str, str], bytes] = field(default_factory=dict)
    closed: set[tuple[str, str]] = field(default_factory=set)
    running: dict[tuple[str, str], dict[str, tuple[int, ...]]] = field(default_factory=dict)
    statements: dict[str, bytes] = field(default_factory=dict)

    def take(self, note: bytes) -> None:
        """The next entry; what cannot be read changes nothing."""
        try:
            decoded = decode_record(note)
        except ProtocolError:
            return
        if isinstance(decoded.body, Unit):
            self.units[decoded.body.id] = decoded.body
            self._stand(decoded.body.id)
        elif not isinstance(decoded.body, Election | Roster | Receipt | Standings | Determination):
            self._chained(decoded)

    def _chained(self, decoded: Decoded) -> None:
        body, parts = decoded.body, decoded.links.chain.split("/")
        if isinstance(body, Statement):
            self.statements[parts[1]] = decoded.hash
        elif len(parts) == 3:
            key = parts[1], parts[2]
            self.records[key] = self.records.get(key, 0) + 1
            self.heads[key] = decoded.hash
            running = self.running.setdefault(key, {})
            if isinstance(body, Batch | Void):
                running[body.layout] = body.running
            elif isinstance(body, Correction):
                running[body.batch.layout] = body.batch.running
            elif isinstance(body, Close):
                self.closed.add(key)
        self._stand(parts[1])

    def _stand(self, name: str) -> None:
        unit = self.units.get(name)
        if unit is None:
            return
        stations = {
            station: StationStanding(
                records=self.records[owner, station], head=self.heads[owner, station],
                closed=(owner, station) in self.closed, running=self.running[owner, station],
            )
            for owner, station in self.records if owner == name
        }  # fmt: skip
        try:
            self.tree.set_unit(unit.place, unit_standing(unit, stations, self.statements.get(name)))
        except ValueError:  # figures of another length: a forged record that no sum can hold
            return


@dataclass
class Story:
    """A played election: its world, its desks, its sealed parts by unit."""

    world: World
    desks: list[StationDesk] = field(default_factory=list)
    board: Board = field(default_factory=Board)
    standings: int = 0
    seen: int = 0

    @property
    def parts(self) -> dict[str, list[tuple[bytes, bytes]]]:
        """The sealed archive's contents."""
        found: dict[str, list[tuple[bytes, bytes]]] = {unit: [] for unit in self.world.units}
        for desk in self.desks:
            found[desk.unit] += [(key, part.encode()) for key, part in desk.sealed.items()]
        return found

    def stand(self) -> None:
        """The county appends standings over everything so far."""
        world = self.world
        for note in world.entries[self.seen :]:
            self.board.take(note)
        self.seen = len(world.entries)
        results, totals = self.board.tree.root()
        world.write_county("standings", standings_body(world, results, totals, self.seen))
        self.standings += 1

    def count(self, unit: str, station: str, fillers: int = 0) -> None:
        """One station's whole chain; `fillers` more box records make a long log."""
        desk = self.world.desk(unit, station)
        self.desks.append(desk)
        desk.open()
        for issued in range(130, 131 + fillers):
            desk.box(collected=130, delivered=issued + 20, issued=issued, proxies=3, spoiled=5, unused=15)
        desk.batch(papers(60, VOTE_A) + papers(5, TORN))
        desk.batch(papers(55, VOTE_B) + papers(4, WRITE_IN) + papers(3, OVER) + papers(3, BLANK), ["王小二", "李四"])
        desk.batch(papers(60, (0, 1, 0)) + papers(2, (5, 0, 0)), layout="deputies")
        first = desk.state.next_seq - 3
        if station == "2":
            desk.void(first + 1)
            desk.batch(papers(50, VOTE_B) + papers(8, WRITE_IN) + papers(7, BLANK), ["赵六", "李四"])
            desk.correct(first, papers(61, VOTE_A) + papers(4, TORN))
        desk.close(collected=130, issued=130, registered=200, valid=100, invalid=20)

    def state(self, unit: str) -> None:
        """The unit's statement, its opened names, the county's determination."""
        committee = Committee(self.world, unit, [desk for desk in self.desks if desk.unit == unit])
        committee.statement()
        committee.names()
        committee.determination()


def honest_story(fillers: int = 0, **options: object) -> Story:
    """Two units, three stations, a correction, a void, closes, statements, names, determinations, three standings."""
    story = Story(World(**options))  # type: ignore[arg-type]
    story.stand()
    story.count("v1", "1", fillers)
    story.count("v1", "2")
    story.stand()
    story.count("v2", "1")
    story.state("v1")
    story.state("v2")
    story.stand()
    return story


def receipts_of(world: World, entries: Sequence[bytes]) -> Files:
    """One cumulative receipt a chain over its newest record, under the county's key [RECEIPT-1]."""
    heads: dict[str, tuple[int, Hash32]] = {}
    for note in entries:
        decoded = decode_record(note)
        if decoded.kind not in ("election", "roster", "unit", "standings", "determination"):
            heads[decoded.links.chain] = decoded.links.seq, decoded.hash
    return {
        f"{chain.replace('/', '-')}.receipt": signed_receipt(world, chain, seq, head)
        for chain, (seq, head) in heads.items()
    }


def signed_receipt(world: World, chain: str, seq: int, head: Hash32) -> bytes:
    """The county's promise for records 0 to `seq` of a chain."""
    receipt = Receipt(
        chain=ChainName(chain), election=world.election_hash, epoch=1, from_seq=0, head=head, time=RECEIVED, to_seq=seq
    )
    return sign_receipt(receipt, world.county)


def proof_of(entries: Sequence[bytes], index: int, checkpoint: bytes) -> bytes:
    """A tlog-proof of one entry [RECEIPT-4]."""
    leaves = [leaf_hash(entry) for entry in entries]

    def read(height: int, number: int) -> bytes:
        return root_of(leaves[number << height : (number + 1) << height])

    return format_proof(index, inclusion_proof(index, len(entries), read), checkpoint)


