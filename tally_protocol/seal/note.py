"""C2SP signed notes: text, empty line, signature lines [NOTE-1] [NOTE-3].

`parse_note` and `format_note` are inverse. Example of a line: `— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tn...=`; the
base64 holds a 4-byte key id and the signature. Structure only: who may sign is `record/signing`.
"""

import binascii
import re
from dataclasses import dataclass

from tally_protocol.errors import Malformed
from tally_protocol.limits import RECORD_BYTES, SIGNATURE_LINES

_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line: key name, 4-byte key id, signature bytes (64 for Ed25519)."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note: the signed bytes (`text`, ending in a newline) and its lines in order."""

    text: bytes
    lines: tuple[SignatureLine, ...]


def parse_note(data: bytes, limit: int = RECORD_BYTES, lines: int = SIGNATURE_LINES) -> Note:
    """Take a note apart [NOTE-1]; raises Malformed E_LIMIT, E_NOTE or E_B64."""
    if len(data) > limit:
        raise Malformed("E_LIMIT", "note", expected=f"at most {limit} bytes", found=len(data))
    if _CONTROL.search(data) is not None:
        raise Malformed("E_NOTE", "note", found="a control character")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("E_NOTE", "note", found="bytes that are not UTF-8") from None
    cut = data.rfind(b"\n\n")
    if cut < 0 or not data.endswith(b"\n"):
        raise Malformed("E_NOTE", "note", expected="text, an empty line, signature lines")
    found = data[cut + 2 : -1].split(b"\n")
    if not 1 <= len(found) <= lines or not found[0]:
        raise Malformed("E_NOTE", "note", expected=f"1 to {lines} signature lines", found=len(found))
    return Note(data[: cut + 1], tuple(_parse_line(line) for line in found))


def _parse_line(line: bytes) -> SignatureLine:
    parts = line.split(b" ")
    if len(parts) != 3 or parts[0] != b"\xe2\x80\x94" or not parts[1] or b"+" in parts[1]:
        raise Malformed("E_NOTE", "signature line", expected="an em dash, a key name and base64")
    name = parts[1].decode()
    if not name.isascii() and any(character.isspace() for character in name):
        raise Malformed("E_NOTE", "signature line", found="white space in the key name")
    body = decode_base64(parts[2], "signature line")
    if len(body) < 5:
        raise Malformed("E_NOTE", "signature line", expected="a key id and a signature")
    return SignatureLine(name, body[:4], body[4:])


def decode_base64(text: bytes, where: str) -> bytes:
    """Standard base64 with padding in its one spelling, or Malformed E_B64."""
    try:
        body = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise Malformed("E_B64", where) from None
    # strict mode still takes spare bits that are not zero (AB== for AA==)
    if binascii.b2a_base64(body, newline=False) != text:
        raise Malformed("E_B64", where)
    return body


def encode_base64(body: bytes) -> str:
    """Standard base64 with padding; inverse of `decode_base64`."""
    return binascii.b2a_base64(body, newline=False).decode()


def format_line(line: SignatureLine) -> str:
    """The line without its newline."""
    return f"— {line.name} {encode_base64(line.key_id + line.signature)}"


def format_note(text: bytes, lines: tuple[SignatureLine, ...]) -> bytes:
    """Put a note together; inverse of `parse_note`."""
    return text + b"\n" + "".join(format_line(line) + "\n" for line in lines).encode()
