r"""The sealed part: papers, their salts, their commitment (spec/3) [BALLOT-1] [BALLOT-2] [BALLOT-4] [NAME-1].

`"changpiao/v1 sealed\\n" || secret || u16 papers || u16 width || rows || tail`. One SHAKE-256 call gives all salts, so
one paper can be opened to an auditor without showing another; the secret comes from the operating system and is passed
in. Rows keep the order of the mixed stack, because the audit must find the paper again; no public file carries one.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256, shake_256
from typing import Self

from tally_protocol import limits
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.fields import Reader, id_of, integer_of, parts_of, text_of
from tally_protocol.merkle.hashing import root_of
from tally_protocol.seal import canonical

MAGIC = b"changpiao/v1 sealed\n"
SALTS = b"changpiao/v1 salts\n"
NAME = b"changpiao/v1 name\n"
SALT = 16
SECRET = 32
_HEAD = len(MAGIC) + SECRET + 4


def salts_of(secret: bytes, papers: int) -> list[bytes]:
    """`papers` salts of 16 bytes."""
    stream = shake_256(SALTS + secret).digest(SALT * papers)
    return [stream[i : i + SALT] for i in range(0, SALT * papers, SALT)]


def row_leaves(secret: bytes, rows: bytes, papers: int, width: int) -> list[bytes]:
    """Leaf hashes H(0x02 || salt || row) of a matrix of `papers` x `width` bytes, in row order."""
    stream = shake_256(SALTS + secret).digest(SALT * papers)
    salted = zip(struct.iter_unpack(f"{SALT}s", stream), struct.iter_unpack(f"{width}s", rows), strict=True)
    return [sha256(b"\x02" + salt + row).digest() for (salt,), (row,) in salted]


def commit_name(salt: bytes, name: str) -> bytes:
    """The public commitment of a written-in name."""
    return sha256(NAME + salt + name.encode()).digest()


@dataclass(frozen=True, slots=True)
class SealedName:
    """A new entry of the register: its number, salt (16 bytes) and the name as written."""

    number: int
    salt: bytes
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """What travels beside a batch: `rows` is a matrix of `papers` x `width` bytes in row order."""

    secret: bytes
    papers: int
    width: int
    rows: bytes
    from_time: int
    to_time: int
    names: tuple[SealedName, ...] = ()
    adjudications: tuple[tuple[int, str, str], ...] = field(default=())

    def row_list(self) -> list[bytes]:
        """The rows one by one."""
        return [self.rows[i : i + self.width] for i in range(0, len(self.rows), self.width)]

    def root(self) -> bytes:
        """The Merkle root that the record commits to."""
        return root_of(row_leaves(self.secret, self.rows, self.papers, self.width))

    def encode(self) -> bytes:
        """The bytes; inverse of `decode`."""
        tail = canonical.encode(
            {
                "adjudications": [list(part) for part in self.adjudications],
                "from": self.from_time,
                "names": [[part.number, part.salt.hex(), part.name] for part in self.names],
                "to": self.to_time,
            }
        )
        return MAGIC + self.secret + struct.pack(">HH", self.papers, self.width) + self.rows + tail

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a sealed part; raises RuleViolation E_SEALED for anything that is not exactly one."""
        if len(data) > limits.SEALED_BYTES or len(data) < _HEAD or not data.startswith(MAGIC):
            raise RuleViolation("E_SEALED", "sealed part")
        papers, width = struct.unpack_from(">HH", data, _HEAD - 4)
        end = _HEAD + papers * width
        if not 1 <= papers <= limits.BATCH_PAPERS or not width or len(data) < end:
            raise RuleViolation("E_SEALED", "sealed part", expected="1 to 100 papers with all their rows")
        try:
            read = Reader(canonical.decode(data[end:]), "tail")
            value = cls(
                secret=data[len(MAGIC) : len(MAGIC) + SECRET],
                papers=papers,
                width=width,
                rows=data[_HEAD:end],
                adjudications=read.items("adjudications", _adjudication),
                from_time=read.time("from"),
                to_time=read.time("to"),
                names=read.items("names", _name, 0, limits.NAMES_PER_BATCH),
            )
            read.done()
        except Malformed as error:
            raise RuleViolation("E_SEALED", "tail", found=error.code) from error
        return value

    def check_names(self, first: int, commitments: Sequence[bytes]) -> None:
        """Raise E_SEALED unless the new names are numbered from `first` and open the commitments [BALLOT-4]."""
        found = [(part.number, commit_name(part.salt, part.name)) for part in self.names]
        if found != list(enumerate(commitments, first)):
            raise RuleViolation("E_SEALED", "names")


def _adjudication(value: object, where: str) -> tuple[int, str, str]:
    row, contest, reason = parts_of(value, where, 3)
    return (
        integer_of(row, where, 0, limits.BATCH_PAPERS - 1),
        id_of(contest, where),
        text_of(reason, where, limits.REASON_CODE_POINTS),
    )


def _name(value: object, where: str) -> SealedName:
    number, salt, name = parts_of(value, where, 3)
    if type(salt) is not str or len(salt) != 2 * SALT or set(salt) - set("0123456789abcdef"):
        raise Malformed("E_FIELD", where, expected="a salt of 32 hex digits")
    return SealedName(integer_of(number, where, 1, limits.NAMES_PER_CHAIN), bytes.fromhex(salt), text_of(name, where))
