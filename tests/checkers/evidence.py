"""What other people's programs are given: a published folder, the vkeys of its signers, proofs (test furniture).

`made()` plays the small county until full tiles exist; `CHANGPIAO_RECORD=folder` adds a real published folder. Beside
the folder lies `extras/`, which is no part of the publication:

    extras/keys.txt                    one Ed25519 vkey a line: whoever may sign by the sealed manifests
    extras/proofs/<index>.tlog-proof   receipts for single entries
    extras/older/<size>.checkpoint     an earlier head of the same log ...
    extras/older/<size>.proof          ... and the base64 lines of the consistency proof to the newest one
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.log.checkpoint import parse_checkpoint, parse_checkpoint_note
from tally_protocol.log.tiles import WIDTH, bundle_path, split_bundle
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.merkle.tree import ReadHash, consistency_proof
from tally_protocol.record.kinds import decode_record
from tally_protocol.seal.keys import authority_name, county_name, person_name, vkey
from tally_protocol.seal.note import encode_base64
from tests.published import Files, honest_story, log_files, proof_of, signed_checkpoint
from tests.world import TIME, World

FILLERS = 600  # two full bundles and a partial one
OLDER = (1, 7, 255, 256, 257, 600)
GIVEN = "CHANGPIAO_RECORD"
EVERY = 17  # inclusion is checked for every 17th entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Published files, extras and, read by the producer's own code, what the checkers must find in them."""

    files: Files
    extras: Files
    entries: tuple[bytes, ...]
    signatures: int

    def laid_out(self, folder: Path) -> tuple[Path, Path]:
        """Write both folders; returns (record, extras)."""
        for part, files in (("record", self.files), ("extras", self.extras)):
            for name, data in files.items():
                target = folder / part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        return folder / "record", folder / "extras"


@lru_cache(maxsize=1)
def world() -> World:
    """The small county with its long log; equal in every run but for the ML-DSA signatures."""
    return honest_story(FILLERS).world


@lru_cache(maxsize=1)
def made() -> Evidence:
    """The record over that county."""
    return evidence_over(world().entries)


def evidence_over(entries: Sequence[bytes]) -> Evidence:
    """A record over any entries, signed by the log of `world()`."""
    files = log_files(world(), entries)
    leaves = [leaf_hash(entry) for entry in entries]
    extras = extras_of(entries, files["checkpoint"])
    for size in (size for size in OLDER if size < len(entries)):
        path = consistency_proof(size, len(entries), reader(leaves))
        extras[f"older/{size}.checkpoint"] = signed_checkpoint(world(), size, root_of(leaves[:size]), TIME)
        extras[f"older/{size}.proof"] = "".join(encode_base64(part) + "\n" for part in path).encode()
    return Evidence(files=files, extras=extras, entries=tuple(entries), signatures=count_lines(entries))


def extras_of(entries: Sequence[bytes], checkpoint: bytes) -> Files:
    """Keys and receipts: the first and last entry, both sides of the first bundle's end, one in the middle."""
    places = {0, WIDTH - 1, WIDTH, len(entries) // 2, len(entries) - 1}
    proofs = {
        f"proofs/{index}.tlog-proof": proof_of(entries, index, checkpoint) for index in places if index < len(entries)
    }
    return {"keys.txt": "".join(f"{key}\n" for key in sorted(set(signers(entries)))).encode(), **proofs}


def reader(leaves: Sequence[bytes]) -> ReadHash:
    """Complete subtrees, hashed anew at every call."""
    return lambda level, number: root_of(leaves[number << level : (number + 1) << level])


def count_lines(entries: Sequence[bytes]) -> int:
    """Signature lines of all entries: a checker that found fewer has not looked."""
    return sum(entry.count("\n— ".encode()) for entry in entries)


def signers(entries: Sequence[bytes]) -> Iterator[str]:
    """Vkeys of authority, county, stations, officials and committees, from the sealed manifests [KEY-3]."""
    election = ""
    for entry in entries:
        body = decode_record(entry).body
        if isinstance(body, Election):
            election = body.id
            yield vkey(authority_name(election), body.authority)
            yield vkey(county_name(election), body.county_key)
        elif isinstance(body, Roster):
            yield vkey(person_name(election, body.unit, body.station), body.station_key)
            for person in body.officials:
                yield vkey(person_name(election, body.unit, person.id), person.key)
        elif isinstance(body, Unit):
            for person in body.committee:
                yield vkey(person_name(election, body.id, person.id), person.key)


@lru_cache(maxsize=1)
def given() -> Evidence | None:
    """The real published folder that CHANGPIAO_RECORD names, if it names one; every full bundle and the last one."""
    if not os.environ.get(GIVEN):
        return None
    folder = Path(os.environ[GIVEN])
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    size = parse_checkpoint(parse_checkpoint_note(files["checkpoint"])).size
    entries: list[bytes] = []
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        entries += split_bundle(files[bundle_path(start // WIDTH, width)], width)
    return Evidence(
        files=files, extras=extras_of(entries, files["checkpoint"]),
        entries=tuple(entries), signatures=count_lines(entries),
    )  # fmt: skip
