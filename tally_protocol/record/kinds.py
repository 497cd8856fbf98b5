"""Every record kind as a frozen value, and the one strict decoder from note bytes [KIND-1] [KIND-2] [KIND-3].

`decode_record(note)` parses the note, the type line, the JSON and the fields; signatures and context come after
(`signing`, `chain`). `body.to_body()` is inverse to the field reading.
"""

from dataclasses import dataclass
from typing import Self, TypeAlias

from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader
from tally_protocol.ids import ChainName, CountyChain, Hash32, StationChain, UnitChain, parse_chain
from tally_protocol.record import station_kinds, unit_kinds
from tally_protocol.record.links import Links, read_epoch
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void
from tally_protocol.record.step_kind import Step, read_step
from tally_protocol.record.unit_kinds import Declaration, Determination, Names, Standings, Statement
from tally_protocol.seal.document import decode_text, record_hash
from tally_protocol.seal.note import Note, parse_note

StationBody: TypeAlias = Open | BoxCount | Batch | Void | Correction | Close | Step
UnitBody: TypeAlias = Statement | Names | Declaration | Step
CountyBody: TypeAlias = Determination | Standings
ChainBody: TypeAlias = StationBody | UnitBody | CountyBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The county's promise: records `from_seq`..`to_seq` of a chain are durable; `head` is the hash at `to_seq`."""

    chain: ChainName
    election: Hash32
    epoch: int
    from_seq: int
    head: Hash32
    time: int
    to_seq: int

    @classmethod
    def from_body(cls, body: JsonObject) -> Self:
        """Read the fields; raises Malformed."""
        read = Reader(body, "receipt")
        value = cls(
            chain=ChainName(read.take("chain", str)),
            election=read.hash("election"),
            epoch=read_epoch(read),
            from_seq=read.integer("from"),
            head=read.hash("head"),
            time=read.time(),
            to_seq=read.integer("to"),
        )
        read.done()
        parse_chain(value.chain, "receipt.chain")
        if value.from_seq > value.to_seq:
            raise Malformed("E_RANGE", "receipt.from", expected=f"at most {value.to_seq}")
        return value

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `from_body`."""
        return {
            "chain": self.chain,
            "election": self.election.hex(),
            "epoch": self.epoch,
            "from": self.from_seq,
            "head": self.head.hex(),
            "time": self.time,
            "to": self.to_seq,
        }


Body: TypeAlias = Election | Roster | Unit | ChainBody | Receipt


@dataclass(frozen=True, slots=True)
class Decoded:
    """A record as received: its note, kind, fields and hash. `body` is the class that belongs to `kind`."""

    note: Note
    kind: str
    body: Body
    hash: Hash32

    @property
    def links(self) -> Links:
        """The chain fields; a kind outside chains has none and raises Malformed E_KIND."""
        if isinstance(self.body, Election | Roster | Unit | Receipt):
            raise Malformed("E_KIND", "record", expected="a record of a chain", found=self.kind)
        return self.body.links


def decode_body(kind: str, body: JsonObject) -> Body:
    """The value of a kind from its JSON object; raises Malformed or RuleViolation."""
    match kind:
        case "election":
            return Election.from_body(body)
        case "roster":
            return Roster.from_body(body)
        case "unit":
            return Unit.from_body(body)
        case "receipt":
            return Receipt.from_body(body)
        case _:
            return _decode_chain_body(kind, body)


def _decode_chain_body(kind: str, body: JsonObject) -> ChainBody:
    read = Reader(body, kind)
    links = Links.read(read)
    owner = parse_chain(links.chain, f"{kind}.chain")
    value: ChainBody
    if kind == "step":
        value = read_step(read, links)
    elif kind in station_kinds.READERS:
        _check_owner(kind, isinstance(owner, StationChain))
        value = station_kinds.READERS[kind](read, links)
    elif kind in unit_kinds.UNIT_READERS:
        _check_owner(kind, isinstance(owner, UnitChain))
        value = unit_kinds.UNIT_READERS[kind](read, links)
    else:
        _check_owner(kind, isinstance(owner, CountyChain))
        value = unit_kinds.COUNTY_READERS[kind](read, links)
    read.done()
    return value


def _check_owner(kind: str, fits: bool) -> None:
    if not fits:
        raise Malformed("E_FIELD", f"{kind}.chain", expected="a chain that this kind belongs to")


def decode_text_body(text: bytes) -> tuple[str, Body]:
    """Kind and value of a record's text."""
    kind, body = decode_text(text)
    return kind, decode_body(kind, body)


def decode_record(data: bytes) -> Decoded:
    """Read note bytes into a record; raises Malformed, RuleViolation. No signature is checked here."""
    note = parse_note(data)
    kind, body = decode_text_body(note.text)
    return Decoded(note, kind, body, record_hash(note.text))
