"""A signature of a record, verified by hand: openssl and coreutils, as an observer types it."""

import subprocess
from pathlib import Path

from tally_protocol.record.kinds import decode_record
from tests.checkers.evidence import Evidence, made
from tests.checkers.unusual import flip, respelled

SCRIPT = Path(__file__).parent / "openssl.sh"
KINDS = {
    "election", "roster", "unit", "open", "box", "batch", "void", "correction", "close", "statement", "names",
    "standings",
}  # fmt: skip


def holds(note: bytes, key: str, folder: Path) -> bool:
    path = folder / "record.note"
    path.write_bytes(note)
    done = subprocess.run(["sh", SCRIPT, path, key], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in {0, 1}, f"openssl could not run: {done.stderr}"
    said = "Signature Verified Successfully" in done.stdout
    assert said is (done.returncode == 0), done.stdout + done.stderr
    return said


def first_signer(note: bytes, keys: list[str]) -> str:
    name = note.partition("\n\n— ".encode())[2].split(b" ")[0].decode()
    (key,) = [key for key in keys if key.startswith(f"{name}+")]
    return key


def test_openssl_verifies_one_record_of_each_kind(evidence: Evidence, tmp_path: Path) -> None:
    """[NOTE-3] [KEY-2] The signed bytes are the text with its final newline."""
    keys = evidence.extras["keys.txt"].decode().split()
    kinds: dict[str, bytes] = {}
    for entry in evidence.entries:
        kinds.setdefault(decode_record(entry).kind, entry)
    # a real record may stand in the middle of its count
    assert kinds.keys() >= (KINDS if evidence is made() else {"election", "roster", "unit"})
    assert [kind for kind, note in kinds.items() if not holds(note, first_signer(note, keys), tmp_path)] == []


def test_openssl_refuses_a_flipped_byte(tmp_path: Path) -> None:
    keys, note = made().extras["keys.txt"].decode().split(), made().entries[0]
    key = first_signer(note, keys)
    assert holds(note, key, tmp_path)
    assert not holds(flip(note, 200), key, tmp_path)
    assert not holds(respelled(note, 3), key, tmp_path)
    other = next(line for line in keys if line.split("+")[2] != key.split("+", 2)[2])
    stranger = key.rpartition("+")[0] + "+" + other.split("+", 2)[2]
    assert not holds(note, stranger, tmp_path)
