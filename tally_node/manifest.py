"""The sealed election as this laptop has it installed: election, its units and rosters, each checked again when read.

The notes lie in the journal (`install` puts them there), so nothing need fit into memory: thousands of units are read
one by one, a few hundred stay at hand. Every note must carry the authority's signature alone [SIGN-1] and cite the
election [CHAIN-1]; the authority is the one that `install` was given or showed.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tally_node.journal import Journal
from tally_node.voice import NodeError
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.limits import STATIONS_PER_UNIT
from tally_protocol.seal.document import decode_text, record_hash
from tally_protocol.seal.keys import VerifierKey, authority_name, check_line
from tally_protocol.seal.note import parse_note

AUTHORITY = "authority"
# three of the largest units [CONV-2]: a table is cut with its unit's other tables in view
KEPT = 3 * STATIONS_PER_UNIT
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sealed(Generic[T]):
    """A checked manifest note: its value and the hash by which records cite it."""

    value: T
    hash: Hash32


class Recent(Generic[T]):
    """A small memory of what was read last; forgetting costs a second reading, nothing else."""

    def __init__(self, most: int = KEPT) -> None:
        """Keep at most so many."""
        self._most = most
        self._kept: OrderedDict[object, T] = OrderedDict()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """The kept value, or a new one."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    def forget(self, key: object) -> None:
        """Drop one value."""
        self._kept.pop(key, None)


def check_authority(note: bytes, election: str, authority: bytes) -> tuple[str, dict[str, object], Hash32]:
    """Kind, body and hash of a note that the authority alone has signed [SIGN-1]."""
    parsed = parse_note(note)
    kind, body = decode_text(parsed.text)
    if len(parsed.lines) != 1:
        raise NodeError("E_SIGNERS", kind, expected="the authority's signature alone", found=len(parsed.lines))
    check_line(parsed.lines[0], authority_name(election), authority, parsed.text, kind)
    return kind, body, record_hash(parsed.text)


class Manifest:
    """Reads the installed notes."""

    def __init__(self, journal: Journal) -> None:
        """Read and check the election note; N_BUNDLE if nothing is installed."""
        note = journal.manifest("election")
        authority = journal.setting(AUTHORITY)
        if note is None or authority is None:
            raise NodeError("N_BUNDLE", "election", expected="tally-node install with the county's bundle")
        self._journal = journal
        self._authority = bytes.fromhex(authority)
        text = parse_note(note).text
        election = Election.from_body(decode_text(text)[1])
        check_authority(note, election.id, self._authority)
        self.election = election
        self.hash = record_hash(text)
        self._units: Recent[Sealed[Unit]] = Recent()
        self._rosters: Recent[Sealed[Roster]] = Recent()
        self._installed: set[Hash32] = set()

    @property
    def authority(self) -> VerifierKey:
        """The anchor."""
        return VerifierKey(authority_name(self.election.id), self._authority)

    def _checked(self, note: bytes | None, kind: str, where: str) -> tuple[dict[str, object], Hash32]:
        if note is None:
            raise NodeError("N_NOT_OURS", where)
        try:
            found, body, digest = check_authority(note, self.election.id, self._authority)
        except ProtocolError as error:
            raise NodeError("E_JOURNAL", f"manifest {where}", found=error) from None
        if found != kind or body.get("election") != self.hash.hex():
            raise NodeError("E_JOURNAL", f"manifest {where}", expected=f"a {kind} note of this election")
        return body, digest

    def unit(self, unit: str) -> Sealed[Unit]:
        """The newest installed unit note; N_NOT_OURS if there is none."""

        def read() -> Sealed[Unit]:
            body, digest = self._checked(self._journal.manifest("unit", unit), "unit", f"unit {unit}")
            return Sealed(Unit.from_body(body), digest)

        return self._units.get(unit, read)

    def unit_cited(self, digest: Hash32) -> Sealed[Unit]:
        """The unit note that an `open` cites; its chain keeps it [SEAL-5]."""

        def read() -> Sealed[Unit]:
            body, found = self._checked(self._journal.manifest_by_hash(digest), "unit", f"unit {digest.hex()[:12]}")
            return Sealed(Unit.from_body(body), found)

        return self._units.get(digest, read)

    def roster_cited(self, digest: Hash32) -> Sealed[Roster]:
        """The roster that a unit note or an `open` cites."""

        def read() -> Sealed[Roster]:
            note = self._journal.manifest_by_hash(digest)
            body, found = self._checked(note, "roster", f"roster {digest.hex()[:12]}")
            return Sealed(Roster.from_body(body), found)

        return self._rosters.get(digest, read)

    def has(self, digest: Hash32) -> bool:
        """Whether a note is installed here: rosters of tables that other laptops host need not be."""
        if digest not in self._installed:
            if self._journal.manifest_by_hash(digest) is None:
                return False
            self._installed.add(digest)
        return True

    def units(self) -> list[str]:
        """Ids of all installed units, in order of installation."""
        return [unit for unit, _ in self._journal.manifest_ids("unit")]

    def stations(self) -> list[tuple[str, str]]:
        """Unit and station of all installed rosters."""
        return self._journal.manifest_ids("roster")
