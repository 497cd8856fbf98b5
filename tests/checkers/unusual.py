"""Records that look unusual and must pass, and records with one thing wrong that must not (test furniture).

`REFUSED` is what both foreign programs are put to: a change and the stage at which each of them must stop. A stage of
None: that program does not look at this file at all (golang/mod knows no ML-DSA; the npm packages read no tiles).
"""

from collections.abc import Callable
from dataclasses import dataclass

from tally_protocol.log.checkpoint import Checkpoint, sign_checkpoint
from tally_protocol.log.tiles import WIDTH, bundle_path, tile_path
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.seal.note import SignatureLine
from tests.checkers.evidence import Evidence, count_lines, evidence_over, extras_of, made, world
from tests.published import PUBLISHED, Files, log_files


def greased() -> Evidence:
    """Lines of keys that nobody knows before, between and after the log's, one under the log's name [CHECK-2]."""
    known = made()
    head = Checkpoint(world().origin, len(known.entries), root_of([leaf_hash(entry) for entry in known.entries]))
    grease = [SignatureLine("grease.example/x", b"abcd", bytes(64)), SignatureLine(world().origin, b"abcd", bytes(99))]
    signed = sign_checkpoint(head, world().log_signer, world().mldsa, PUBLISHED, grease)
    text, _, lines = signed.partition(b"\n\n")
    ed25519, mldsa44, foreign, namesake = lines.splitlines(keepends=True)
    shuffled = text + b"\n\n" + foreign + mldsa44 + namesake + ed25519
    return changed(known, "checkpoint", lambda _: shuffled)


def full_for_partial() -> Evidence:
    """An older head over files that have grown: partial bundle and tile are gone, full ones stand in [TILE-1]."""
    known, size = made(), 600
    files = {name: data for name, data in known.files.items() if name != "checkpoint"}
    more = log_files(world(), [*known.entries, *(entry + b"\n" for entry in known.entries[:200])])
    last = size // WIDTH
    for full in (tile_path(0, last), bundle_path(last)):
        files = {name: data for name, data in files.items() if not name.startswith(f"{full}.p/")}
        files[full] = more[full]
    files["checkpoint"] = known.extras[f"older/{size}.checkpoint"]
    entries = known.entries[:size]
    return Evidence(
        files=files, extras=extras_of(entries, files["checkpoint"]), entries=entries, signatures=count_lines(entries)
    )


def outgrown() -> Evidence:
    """A log that signed at smaller sizes leaves narrower files beside those of the newest size [TILE-1]."""
    known = made()
    older: Files = {}
    for size in (9, 99, 2 * WIDTH + 99):  # the last one's width, 99, sorts after the newest width, 1xx
        older |= log_files(world(), known.entries[:size])
    return Evidence(
        files=older | known.files, extras=known.extras, entries=known.entries, signatures=known.signatures
    )


USUAL = (greased, full_for_partial, outgrown)


def changed(known: Evidence, name: str, change: Callable[[bytes], bytes]) -> Evidence:
    """The same evidence with one file changed, wherever it lies."""
    place = "files" if name in known.files else "extras"
    files: Files = getattr(known, place)
    data = change(files[name])
    assert data != files[name]
    parts = {"files": known.files, "extras": known.extras, place: {**files, name: data}}
    return Evidence(files=parts["files"], extras=parts["extras"], entries=known.entries, signatures=known.signatures)


def last_partial(full: str) -> str:
    """The only partial file of the newest size beside where the full one will stand."""
    (name,) = (name for name in made().files if name.startswith(f"{full}.p/"))
    return name


def flipped(name: str, place: int) -> Evidence:
    """One bit of one file."""
    return changed(made(), name, lambda data: flip(data, place))


def flip(data: bytes, place: int) -> bytes:
    """The lowest bit of the byte at `place`, counted from the end if negative."""
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def badly_signed_record() -> Evidence:
    """The log itself honestly contains an entry whose own signature does not hold: only the note check can see it."""
    entries = list(made().entries)
    entries[300] = respelled(entries[300], 3)
    return evidence_over(entries)


def respelled(data: bytes, number: int) -> bytes:
    """One letter in the middle of the base64 that ends a line: well-formed, but other bytes."""
    lines = data.split(b"\n")
    line = lines[number]
    start = max(line.rfind(b" "), line.rfind(b"+")) + 1
    place = (start + len(line)) // 2
    lines[number] = line[:place] + (b"B" if line[place : place + 1] == b"A" else b"A") + line[place + 1 :]
    return b"\n".join(lines)


def line_changed(name: str, number: int) -> Evidence:
    """`respelled` in one file."""
    return changed(made(), name, lambda data: respelled(data, number))


def other_view() -> Evidence:
    """The same key signed another history: entry 7 is another one in the checkpoint's tree (a split view) [CHECK-3]."""
    entries = [*made().entries[:7], made().entries[7] + b"\n", *made().entries[8:]]
    head = log_files(world(), entries)["checkpoint"]
    return changed(made(), "checkpoint", lambda _: head)


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing wrong, and who must stop where."""

    name: str
    make: Callable[[], Evidence]
    go: str | None
    npm: str | None


PROOF = "proofs/255.tlog-proof"
REFUSED = (
    Refused("size in the checkpoint", lambda: flipped("checkpoint", len(world().origin) + 1), "checkpoint", "ed25519"),
    Refused("root in the checkpoint", lambda: line_changed("checkpoint", 2), "checkpoint", "ed25519"),
    Refused("Ed25519 line", lambda: line_changed("checkpoint", 4), "checkpoint", "ed25519"),
    Refused("ML-DSA-44 line", lambda: line_changed("checkpoint", 5), None, "mldsa44"),
    Refused("log.vkey", lambda: line_changed("log.vkey", 0), "checkpoint", "ed25519"),
    Refused("key of the ML-DSA-44 line", lambda: line_changed("keys/log-mldsa44.vkey", 0), None, "mldsa44"),
    Refused("another history", other_view, "root", None),
    Refused("byte in a full bundle", lambda: flipped("tile/entries/001", 5000), "root", "notes"),
    Refused("byte in the last bundle", lambda: flipped(last_partial(bundle_path(2)), -9), "root", "proofs"),
    Refused("a bundle cut off", lambda: changed(made(), "tile/entries/001", lambda d: d[:-1]), "bundles", "bundles"),
    Refused("leaf in a full tile", lambda: flipped("tile/0/001", 32 * 100), "inclusion", None),
    Refused("leaf in a partial tile", lambda: flipped(last_partial(tile_path(0, 2)), 5), "inclusion", None),
    Refused("inner tile", lambda: flipped("tile/1/000.p/2", 40), "inclusion", None),
    Refused("a tile cut off", lambda: changed(made(), "tile/0/001", lambda d: d[:-1]), "inclusion", None),
    Refused("a bad signature in the log", badly_signed_record, "notes", "notes"),
    Refused("a signer nobody knows", lambda: changed(made(), "keys.txt", first_line_gone), "notes", "notes"),
    Refused("hash in a tlog-proof", lambda: line_changed(PROOF, 2), "proofs", "proofs"),
    Refused("hash too few in a tlog-proof", lambda: changed(made(), PROOF, third_line_gone), "proofs", "proofs"),
    Refused("hash in a consistency proof", lambda: line_changed("older/257.proof", 1), "consistency", None),
    Refused("signature of an older head", lambda: line_changed("older/257.checkpoint", 4), "consistency", None),
)


def first_line_gone(data: bytes) -> bytes:
    return data.partition(b"\n")[2]


def third_line_gone(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(lines[:2] + lines[3:])
