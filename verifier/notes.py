"""Signed notes, verifier keys, and the reading of one record from its bytes.

Serves [NOTE-1], [NOTE-2], [NOTE-3], [KEY-3] and the key names of spec/2.
Worked example: `read_record(data).kind == "batch"`; its `hash` is `H(text)` in hex.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from verifier.decode.grammar import read_object, read_thoroughly
from verifier.decode.kinds import KINDS
from verifier.decode.shapes import canonical_base64
from verifier.findings.codes import Refused

MAX_NOTE: Final = 65_535
_CONTROLS: Final = bytes(i for i in range(32) if i != 10)
_LINE: Final = re.compile(r"— ([^\s+]+) ([^ \n]+)")
_TYPE: Final = re.compile(rb"changpiao/v1 ([a-z]+)")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{4}(?:-[0-9a-f]{4}){5}")


@dataclass(frozen=True, slots=True)
class Line:
    """One signature line: the pair (name, key id) says whose, the rest is the signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """Text with its final line end, and the signature lines in their order."""

    text: bytes
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: kind, fields as the table of kinds has checked them, hash of the text in hex."""

    kind: str
    fields: dict[str, object]
    hash: str
    note: Note


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with the name it signs under."""

    name: str
    key: bytes
    key_id: bytes

    @classmethod
    def of(cls, name: str, key: bytes) -> "Signer":
        """Name a key; its id follows from both."""
        return cls(name, key, key_id(name, key))


def key_id(name: str, key: bytes, kind: int = 1) -> bytes:
    """`H(NAME || 0x0A || type || key)[0:4]`."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + key).digest()[:4]


def vkey_of(name: str, key: bytes, kind: int = 1) -> str:
    """Spell a verifier key."""
    return f"{name}+{key_id(name, key, kind).hex()}+{base64.b64encode(bytes((kind,)) + key).decode()}"


def fingerprint_of(vkey: str) -> str:
    """First 12 bytes of `H(vkey)` as six groups of four hex digits."""
    digits = hashlib.sha256(vkey.encode()).hexdigest()[:24]
    return "-".join(digits[i : i + 4] for i in range(0, 24, 4))


def is_fingerprint(text: str) -> bool:
    """Whether a text is spelled as a fingerprint."""
    return bool(_FINGERPRINT.fullmatch(text))


def parse_vkey(text: str) -> tuple[str, bytes]:
    """Name and Ed25519 key of a vkey; a key id that does not belong to them is refused."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or any(char.isspace() for char in text):
        raise Refused("E_FIELD", "NAME+key id+base64", "another shape")
    raw = canonical_base64(parts[2])
    if len(raw) != 33 or raw[0] != 1 or key_id(parts[0], raw[1:]).hex() != parts[1]:
        raise Refused("E_FIELD", "an Ed25519 verifier key whose key id fits", "another")
    return parts[0], raw[1:]


def split_note(data: bytes) -> Note:
    """Take a note apart; structure only [NOTE-1]."""
    if len(data) > MAX_NOTE:
        raise Refused("E_LIMIT", f"at most {MAX_NOTE} bytes", f"{len(data)} bytes")
    if len(data.translate(None, _CONTROLS)) != len(data):
        raise Refused("E_NOTE", "no control characters", "a control character")
    cut = data.rfind(b"\n\n")
    if cut < 0 or not data.endswith(b"\n") or cut + 2 == len(data):
        raise Refused("E_NOTE", "text, an empty line, signature lines", "another shape")
    try:
        data[:cut].decode()
        rows = data[cut + 2 : -1].decode().split("\n")
    except UnicodeDecodeError:
        raise Refused("E_NOTE", "valid UTF-8", "invalid bytes") from None
    if len(rows) > 16:
        raise Refused("E_NOTE", "1 to 16 signature lines", str(len(rows)))
    return Note(data[: cut + 1], tuple([_signature_line(row) for row in rows]))


def _signature_line(row: str) -> Line:
    match = _LINE.fullmatch(row)
    if match is None:
        raise Refused("E_NOTE", "'— NAME BASE64'", "a line of another shape")
    name, text = match.groups()
    try:
        raw = binascii.a2b_base64(text)
    except ValueError:
        raise Refused("E_B64", "canonical base64", "other characters or length") from None
    if binascii.b2a_base64(raw, newline=False).decode() != text:
        raise Refused("E_B64", "canonical base64", "another spelling of the same bytes")
    if len(raw) < 5:
        raise Refused("E_NOTE", "key id and signature", f"{len(raw)} bytes")
    return Line(name, raw[:4], raw[4:])


def read_record(data: bytes) -> Record:
    """Note, type line, JSON, fields, in this order; no signature and no context is looked at."""
    note = split_note(data)
    text = note.text
    first = text.find(b"\n")
    if text.find(b"\n", first + 1) != len(text) - 1:  # exactly two lines [NOTE-2]
        raise Refused("E_NOTE", "type line and one line of JSON", "another number of lines")
    match = _TYPE.fullmatch(text[:first])
    shape = KINDS.get(match.group(1).decode()) if match else None
    if match is None or shape is None:
        raise Refused("E_KIND", "changpiao/v1 and a kind of this version", "another type line")
    document = text[first + 1 : -1]
    fields = read_object(document)
    try:
        shape(fields, "")
    except Refused:
        read_thoroughly(document.decode())  # a fault of the JSON itself is named first
        raise
    # [NOTE-3] the signed bytes and the hashed bytes are the text with its final line end
    return Record(match.group(1).decode(), fields, hashlib.sha256(text).hexdigest(), note)
