r"""A record's text: type line and canonical JSON [NOTE-2]; its hash [NOTE-3].

`encode_text("open", body)` is `changpiao/v1 open\\n{...}\\n`; `decode_text` is its inverse.
"""

from hashlib import sha256
from typing import Any

from tally_protocol.errors import Malformed
from tally_protocol.ids import Hash32
from tally_protocol.seal import canonical

TYPE = "changpiao/v1 "
KINDS = frozenset(
    {
        "election", "unit", "roster", "open", "box", "batch", "void", "correction", "close", "step", "statement",
        "names", "declaration", "determination", "standings", "receipt",
    }
)  # fmt: skip


def encode_text(kind: str, body: dict[str, Any]) -> bytes:
    """The signed bytes of a record."""
    return f"{TYPE}{kind}\n".encode() + canonical.encode(body) + b"\n"


def decode_text(text: bytes) -> tuple[str, dict[str, Any]]:
    """Kind and JSON object of a text of exactly two lines; raises Malformed E_NOTE, E_KIND or a JSON code."""
    lines = text.split(b"\n")
    if len(lines) != 3 or lines[2]:
        raise Malformed("E_NOTE", "text", expected="a type line and one line of JSON", found=len(lines) - 1)
    return decode_kind(lines[0]), canonical.decode(lines[1])


def decode_kind(line: bytes) -> str:
    """The kind that a type line names, or Malformed E_KIND."""
    kind = line.decode().removeprefix(TYPE)
    if kind not in KINDS or not line.startswith(TYPE.encode()):
        raise Malformed("E_KIND", "type line")
    return kind


def record_hash(text: bytes) -> Hash32:
    """The hash by which records cite each other."""
    return Hash32(sha256(text).digest())
