"""What others wrote into the database is judged before it counts: signatures, chain, rules [SIGN-2] [SIGN-3] [PUB-3].

A row that somebody inserted beside the programs has no signatures of its station. Whoever gives the log its order looks
before it does (`take_admitted`), and so does the publisher before it signs (`Vetting`): it holds no chain's state, but
it knows who may sign and how each new record must link to the one before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coordinator.ledger.county import County
from coordinator.ledger.rebuilding import take_stored
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.tally.matrix import Effect
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.chain import ZERO32
from tally_protocol.record.kinds import ChainBody, Decoded, Receipt, decode_record
from tally_protocol.record.links import Links
from tally_protocol.record.signing import (
    check_committee_signers,
    check_county_signer,
    check_manifest_signer,
    check_station_signers,
)
from tally_protocol.record.unit_kinds import Determination, Standings


def check_signers(decoded: Decoded, county: County) -> None:
    """The unit's own profile says who signs, at its tables and in its committee [SIGN-2] [SIGN-3]."""
    chain = decoded.links.chain
    if isinstance(decoded.body, Standings | Determination):
        check_county_signer(decoded.note, county.election)
        return
    if chain.startswith("u/"):
        state = county.units[chain[2:]]
        check_committee_signers(decoded.note, decoded.kind, county.election, state.unit, state.profile)
        return
    manifest = county.stations[chain].manifest
    check_station_signers(
        decoded.note, decoded.kind, county.election, manifest.unit, manifest.roster, manifest.profile
    )


def take_admitted(county: County, entry: log.Entry) -> tuple[ChainBody, Hash32, Effect | None]:
    """Take in what another process has admitted, judged as if it had just come; CountyError if it was not admitted.

    The county's own records are never among it: they get their place in the transaction that makes them.
    """
    try:
        decoded = decode_record(entry.note)
        body = decoded.body
        if isinstance(body, Election | Roster | Unit | Receipt | Standings | Determination):
            raise _forged(entry, "of no table and no committee")
        if (decoded.kind, decoded.hash, leaf_hash(entry.note)) != (entry.kind, entry.hash, entry.leaf):
            raise _forged(entry, "hash")
        check_signers(decoded, county)
        effect = take_stored(county, body, entry, strict=True)
    except (ProtocolError, KeyError) as error:
        raise _forged(entry, str(getattr(error, "code", "")) or "unknown chain") from None
    return body, decoded.hash, effect


ADMITTED_MOST: Final = 100_000
"""Notes remembered at most, about 40 MB; what comes beyond is judged twice."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A record that this process has decoded, found signed and taken in."""

    kind: str
    hash: Hash32
    links: Links


class Admitted:
    """What this very process has judged and the publisher beside it has not looked at yet.

    Kept under the hash of the whole note, signatures included: the publisher hashes what the database gives it now, so
    bytes that were altered or put in from outside are never found here and are judged in full. One thread remembers,
    another takes.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self._kept: dict[bytes, Judged] = {}

    def remember(self, leaf: bytes, judged: Judged) -> None:
        """Before the commit: if that fails, the bytes were judged all the same."""
        if len(self._kept) < ADMITTED_MOST:
            self._kept[leaf] = judged

    def take(self, leaf: bytes) -> Judged | None:
        """Once."""
        return self._kept.pop(leaf, None)


class Vetting:
    """The publisher's look at what it is about to sign."""

    def __init__(self, database: Database, county: County, admitted: Admitted | None = None) -> None:
        """`county`: its sealed notes are enough. `admitted`: of the writer in the same process, where there is one."""
        self._database = database
        self._county = county
        self._admitted = admitted if admitted is not None else Admitted()
        self._ends: dict[str, tuple[int, Hash32]] = {}
        self._upto = 0

    def check(self, start: int, end: int) -> None:
        """Entries start..end-1; CountyError E_SELF_CHECK at the first that nobody admitted."""
        if start < self._upto:
            # a round that was judged and never signed (a full disk): judge it anew, from what the store has before it
            self._ends.clear()
        self._upto = end
        self._look(log.read_range(self._database, start, end))

    def _look(self, found: Iterable[log.Entry]) -> None:
        for entry in found:
            try:
                self._one(entry)
            except (ProtocolError, KeyError) as error:
                raise _forged(entry, str(getattr(error, "code", "")) or "unknown chain") from None

    def _one(self, entry: log.Entry) -> None:
        judged = self._admitted.take(leaf_hash(entry.note))
        if judged is not None:
            if (judged.kind, judged.hash) != (entry.kind, entry.hash):
                raise _forged(entry, "hash")
            self._follow(entry, judged.links, judged.hash)
            return
        decoded = decode_record(entry.note)
        if (decoded.kind, decoded.hash) != (entry.kind, entry.hash):
            raise _forged(entry, "hash")
        if isinstance(decoded.body, Election | Roster | Unit):
            check_manifest_signer(decoded.note, self._county.election)
            return
        if isinstance(decoded.body, Receipt):
            raise _forged(entry, "a receipt in the log")
        check_signers(decoded, self._county)
        self._follow(entry, decoded.links, decoded.hash)

    def _follow(self, entry: log.Entry, links: Links, record: Hash32) -> None:
        """It comes directly behind the record before it in its chain."""
        if links.election != self._county.election_hash:
            raise _forged(entry, "another election")
        if (links.seq, links.prev) != self._end(links.chain, links.seq):
            raise _forged(entry, "chain")
        self._ends[links.chain] = links.seq + 1, record

    def _end(self, chain: str, seq: int) -> tuple[int, Hash32]:
        """Next seq and head before a record; of a chain not seen yet as the store has it."""
        known = self._ends.get(chain)
        if known is not None:
            return known
        if seq == 0:
            return 0, ZERO32
        with self._database.read() as connection:
            found = log.find_place(connection, chain, seq - 1)
        return (-1, ZERO32) if found is None else (seq, Hash32(found[1]))


def _forged(entry: log.Entry, what: str) -> CountyError:
    where = f"entry {entry.idx}" if entry.idx >= 0 else f"record {entry.id}"
    return CountyError(
        f"E_SELF_CHECK: 存储中的 {where} ({entry.kind}) 不是接收进来的 ({what})；未签名，停止发布。请停机并保留现场",
        f"E_SELF_CHECK: {where} ({entry.kind}) was never admitted ({what}); nothing signed, publishing stops."
        " Stop, keep the evidence",
    )
