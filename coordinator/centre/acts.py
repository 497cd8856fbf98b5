r"""Acts: everything that the centre does, as signed and chained notes (ADR 8). Pure.

The text of an act is `changpiao/v1 act\n`, one line of canonical JSON and a newline, signed as every other note. It
names the act before it by the hash of its text, so that none can be changed, dropped or put in between unnoticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from tally_protocol.errors import Malformed
from tally_protocol.fields import Reader
from tally_protocol.ids import Hash32
from tally_protocol.seal import canonical
from tally_protocol.seal.keys import Signer, check_line
from tally_protocol.seal.note import format_note, parse_note

TYPE_LINE = b"changpiao/v1 act\n"
FIRST = Hash32(bytes(32))
# who acts where no person is logged in: the program's own commands on the county's machine
SYSTEM = "-"
Body = Mapping[str, Any]


def centre_name(election: str) -> str:
    """Key name of the centre."""
    return f"changpiao/{election}/centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act; `body` holds the facts of its kind, never a password and never a ballot."""

    id: int
    act: str
    person: str
    time: int
    body: Body
    election: Hash32
    prev: Hash32

    @property
    def text(self) -> bytes:
        """The signed bytes; inverse of `read_text`."""
        whole = {
            "act": self.act, "body": dict(self.body), "election": self.election.hex(), "id": self.id,
            "person": self.person, "prev": self.prev.hex(), "time": self.time,
        }  # fmt: skip
        return TYPE_LINE + canonical.encode(whole) + b"\n"

    @property
    def hash(self) -> Hash32:
        """By which the next act names this one."""
        return Hash32(sha256(self.text).digest())

    @classmethod
    def read_text(cls, text: bytes) -> Self:
        """An act from its signed bytes; raises Malformed."""
        if not text.startswith(TYPE_LINE) or not text.endswith(b"\n"):
            raise Malformed("E_KIND", "act")
        read = Reader(canonical.decode(text[len(TYPE_LINE) : -1]), "act")
        found = cls(
            id=read.integer("id", 1),
            act=read.text("act"),
            person=read.text("person"),
            time=read.time(),
            body=read.take("body", dict),
            election=read.hash("election"),
            prev=read.hash("prev"),
        )
        read.done()
        return found


def sign_act(act: Act, signer: Signer) -> bytes:
    """The note of an act."""
    text = act.text
    return format_note(text, (signer.sign(text),))


def open_act(note: bytes, name: str, public: bytes) -> Act:
    """The act of a note under the centre's key; raises a ProtocolError."""
    parsed = parse_note(note)
    if len(parsed.lines) != 1:
        raise Malformed("E_NOTE", "act", expected="one signature")
    check_line(parsed.lines[0], name, public, parsed.text, "act")
    return Act.read_text(parsed.text)
