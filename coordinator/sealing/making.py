"""`init`: from a folder without faults to a county's home, whole or not at all [SEAL-2] [SEAL-3] [LOG-1] [LOG-2].

Everything is made beside the home and moved there at the end: if the process dies on any line before the rename, there
is no home, and the next `init` starts anew with new keys.
"""

import contextlib
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from coordinator.sealing.bundles import enter_acts, keep_reception, make_bundles
from coordinator.sealing.draft import Folder, PublicKeys
from coordinator.sealing.folder import read_folder
from coordinator.sealing.notes import make_election, make_rosters, make_unit
from coordinator.sealing.printing import check_printable
from coordinator.sealing.problems import Problem, SealingFault
from coordinator.settings import CountyError, Home, sync_folder, write_seed
from coordinator.store import entries as log
from coordinator.store.stores import SQLITE, first_lock, new_stores
from coordinator.store.writing import enter_first
from tally_protocol.ids import Hash32
from tally_protocol.limits import RECORD_BYTES
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.signing import sign_record
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.keys import Signer, authority_name, vkey
from tally_protocol.seal.note import encode_base64, parse_note

PAGE = 2000


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed; `authority` is the vkey for the posters."""

    election: str
    authority: str
    units: int
    stations: int


def init(home: Home, source: Path, address: str, database: str = SQLITE) -> Sealed:
    """Read the folder and make the home; SealingFault with every problem, and then nothing was made.

    On a server the records go into its database before the home is complete: if the process dies in between, the next
    `init` says that the database already holds an election, and wants another one.
    """
    _refuse_used(home.path)
    folder = read_folder(source)
    check_printable(folder)
    host = address.rsplit(":", 1)[0].strip("[]")
    anchor = seal(folder, home.path, address=address, hosts=[host], database=database)
    # dying before this line: the reception shows a new certificate, whose groups are not those on the code sheets
    keep_reception(source, home)
    stations = sum(len(draft.stations) for draft in folder.drafts.values())
    return Sealed(folder.head.id, anchor, len(folder.drafts), stations)


def _refuse_used(target: Path) -> None:
    if target.exists() and any(target.iterdir()):
        raise CountyError(f"{target} 已存在且不为空；不覆盖任何选举", f"{target} is not empty; nothing done")


def seal(folder: Folder, target: Path, *, address: str, hosts: list[str], database: str = SQLITE) -> str:
    """Make the home at `target`; gives the authority's vkey. SealingFault if a note would be too long."""
    _refuse_used(target)
    work = target.with_name(target.name + ".making")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    home = Home(work)
    try:
        anchor = _make(folder, home, address=address, hosts=hosts, database=database)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    if target.exists():
        target.rmdir()
    work.rename(target)
    sync_folder(target.parent)
    return anchor


def _make(folder: Folder, home: Home, *, address: str, hosts: list[str], database: str) -> str:
    for part in (home.authority, home.keys, home.tls, home.bundles, home.inbox):
        part.mkdir(mode=0o700)
    authority, keys = _make_keys(folder, home)
    anchor = vkey(authority.name, authority.public)
    home.authority_vkey.write_text(anchor + "\n", "utf-8")
    election = make_election(folder, keys)
    note = sign_record("election", election, [authority])
    digest = record_hash(parse_note(note).text)
    if folder.own_limits:
        (home.path / "limits.toml").write_bytes(folder.own_limits)
    certificates = make_bundles(folder, home, note, address=address, hosts=hosts)
    with contextlib.closing(new_stores(home, database)) as stores:
        page: list[log.Entry] = []
        for index, (kind, entry) in enumerate(_notes(folder, home, authority, note, digest)):
            page.append(log.Entry(index, record_hash(parse_note(entry).text), leaf_hash(entry), "", 0, kind, entry))
            if len(page) == PAGE:
                enter_first(stores.store, page)
                page.clear()
        enter_first(stores.store, page)
        enter_acts(stores.store, folder.acts, certificates, int(time.time()))
        first_lock(stores.lock, election.origin)
    return anchor


def _make_keys(folder: Folder, home: Home) -> tuple[Signer, PublicKeys]:
    def new(path: Path) -> bytes:
        seed = secrets.token_bytes(32)
        write_seed(path, seed)
        return seed

    election = folder.head.id
    private = Ed25519PrivateKey.from_private_bytes(new(home.authority / "authority.key"))
    authority = Signer(authority_name(election), private)
    county = Ed25519PrivateKey.from_private_bytes(new(home.keys / "county.key"))
    first = Ed25519PrivateKey.from_private_bytes(new(home.keys / "log-ed25519.key"))
    second = MLDSA44PrivateKey.from_seed_bytes(new(home.keys / "log-mldsa44.key"))
    ballot = X25519PrivateKey.from_private_bytes(new(home.keys / "ballot.key"))
    return authority, PublicKeys(
        authority=Hash32(authority.public),
        ballot=Hash32(ballot.public_key().public_bytes_raw()),
        county=Hash32(county.public_key().public_bytes_raw()),
        log=Hash32(first.public_key().public_bytes_raw()),
        log_mldsa44=encode_base64(second.public_key().public_bytes_raw()),
    )


def _notes(
    folder: Folder, home: Home, authority: Signer, election: bytes, digest: Hash32
) -> Iterator[tuple[str, bytes]]:
    """Every sealed note in the order of the log, one unit in memory at a time; laptops' copies are written beside."""
    yield "election", election
    for unit, draft in folder.drafts.items():
        hashes: dict[str, Hash32] = {}
        rosters: list[tuple[str, bytes]] = []
        for roster in make_rosters(folder, unit, digest):
            note = sign_record("roster", roster, [authority])
            hashes[roster.station] = record_hash(parse_note(note).text)
            rosters.append((roster.node, note))
            yield "roster", note
        note = sign_record("unit", make_unit(folder, unit, digest, hashes), [authority])
        if max(len(note), *(len(part) for _, part in rosters)) > RECORD_BYTES:
            row = draft.row
            raise SealingFault(
                [Problem(row.file, row.line, f"单位 {unit} 超过 65535 字节", f"unit {unit} is too long: split it")]
            )
        yield "unit", note
        # a unit's committee needs all its rosters; a laptop with one of its tables needs the unit and that roster
        for node in {draft.node, *(node for node, _ in rosters)}:
            mine = [part for hosted, part in rosters if node in {hosted, draft.node}]
            with (home.bundles / node / "notes.bin").open("ab") as stream:
                for part in (*mine, note):
                    stream.write(len(part).to_bytes(4, "big") + part)
