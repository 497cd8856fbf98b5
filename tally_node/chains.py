"""The chains of this laptop as states, read from the journal and verified record by record; nothing else is believed.

`verify_all` runs at every start, with signatures, links, running totals and names: a journal that does not fit its
own signed chain is E_JOURNAL and nothing more is signed with it. `work` is the only way to add records: it makes them
durable together, and if anything goes wrong it forgets the states, so that the next use reads what really is there.
Serves [CHAIN-1] [CHAIN-2] [CHAIN-3] [SIGN-2] [SIGN-3] [SEAL-5] on the station's side.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tally_node.journal import Journal, Row
from tally_node.keyring import Keyring, fresh
from tally_node.manifest import Manifest, Recent
from tally_node.voice import NodeError
from tally_protocol.election.manifest import Official
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, Hash32, StationChain, UnitChain, parse_chain, station_chain, unit_chain
from tally_protocol.limits import RECORD_BYTES
from tally_protocol.record.ballots import SALT, SealedName, commit_name
from tally_protocol.record.chain import Manifest as ChainManifest
from tally_protocol.record.chain import StationState
from tally_protocol.record.kinds import Decoded, StationBody, UnitBody, decode_body, decode_record
from tally_protocol.record.sealing import Sealer
from tally_protocol.record.signing import check_committee_signers, check_station_signers, choose_signers, sign_text
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration, Names, Statement
from tally_protocol.seal.document import encode_text, record_hash
from tally_protocol.seal.keys import Signer

_STATION_BODIES = (Open, BoxCount, Batch, Void, Correction, Close, Step)
_UNIT_BODIES = (Statement, Names, Declaration, Step)
_NONCE = 12


class TableChain:
    """A station's chain with what only this laptop knows: the officials present, its written-in names."""

    def __init__(self, state: StationState, *, own: bool) -> None:
        """An empty chain."""
        self.state = state
        self.own = own
        self.present: tuple[Official, ...] = state.manifest.roster.officials
        self.names: dict[str, SealedName] = {}


class Chains:
    """Reads, verifies and extends chains."""

    def __init__(self, journal: Journal, manifest: Manifest, keyring: Keyring) -> None:
        """Nothing is read yet."""
        self.journal = journal
        self.manifest = manifest
        self._keyring = keyring
        self._papers = ChaCha20Poly1305(keyring.paper_key())
        self._sealer = Sealer(keyring.ephemeral(), manifest.election.ballot_key)
        self._tables: Recent[TableChain] = Recent()
        self._units: Recent[UnitState] = Recent()
        self._signers: Recent[Signer] = Recent(4096)

    def verify_all(self) -> int:
        """Verify every chain of the journal ; gives the number of records; E_JOURNAL at the first misfit."""
        lengths = self.journal.lengths()
        for chain in sorted(lengths):
            match parse_chain(chain):
                case StationChain(unit, station):
                    self.table(unit, station)
                case UnitChain(unit):
                    self.committee(unit)
                case other:
                    raise NodeError("E_JOURNAL", chain, found=type(other).__name__)
        return sum(lengths.values())

    # reading

    def table(self, unit: str, station: str) -> TableChain:
        """A station's chain as the journal has it."""
        return self._tables.get(station_chain(unit, station), lambda: self._read_table(unit, station))

    def _read_table(self, unit: str, station: str) -> TableChain:
        chain = station_chain(unit, station)
        first = self.journal.record(chain, 0)
        table = TableChain(StationState(self._chain_manifest(unit, station, first)), own=first is None or first.own)
        for row in self.journal.records(chain):
            self._replay(table, row)
        self._read_names(chain, table)
        return table

    def _chain_manifest(self, unit: str, station: str, first: Row | None) -> ChainManifest:
        """What the chain stands on: the notes that its `open` cites, or the newest ones before it [SEAL-5]."""
        if first is None:
            sealed = self.manifest.unit(unit)
            entry = sealed.value.station(station)
            if entry is None:
                raise NodeError("N_NOT_OURS", station_chain(unit, station))
            roster = self.manifest.roster_cited(entry.roster)
        else:
            body = self.decoded(first).body
            if not isinstance(body, Open):
                raise NodeError("E_JOURNAL", f"{first.chain} 0", expected="open", found=first.kind)
            sealed = self.manifest.unit_cited(body.unit_note)
            roster = self.manifest.roster_cited(body.roster)
        return ChainManifest(
            self.manifest.election, self.manifest.hash, sealed.value, sealed.hash, roster.value, roster.hash
        )

    def decoded(self, row: Row) -> Decoded:
        """The record of a row, if the note spells what the row says; E_JOURNAL otherwise."""
        where = f"{row.chain} {row.seq}"
        try:
            found = decode_record(row.note)
            links = found.links
        except ProtocolError as error:
            raise NodeError("E_JOURNAL", where, found=error) from None
        if (found.kind, found.hash, links.chain, links.seq) != (row.kind, row.hash, row.chain, row.seq):
            raise NodeError("E_JOURNAL", where, expected="the record that the note spells")
        return found

    def _replay(self, table: TableChain, row: Row) -> None:
        found = self.decoded(row)
        body, state = found.body, table.state
        if not isinstance(body, _STATION_BODIES):
            raise NodeError("E_JOURNAL", f"{row.chain} {row.seq}", found=found.kind)
        made = state.manifest
        try:
            check_station_signers(found.note, found.kind, made.election, made.unit, made.roster, made.profile)
            state.check(body)
        except ProtocolError as error:
            raise NodeError("E_JOURNAL", f"{row.chain} {row.seq}", found=error) from None
        state.apply(body, found.hash)
        if isinstance(body, Open):
            table.present = _present(table.state, body.officials)

    def _read_names(self, chain: ChainName, table: TableChain) -> None:
        for number, sealed in self.journal.names(chain):
            data = self.open_private(sealed, "register", chain, "", number)
            entry = SealedName(number, data[:SALT], data[SALT:].decode())
            known = table.state.register
            if number > len(known) or commit_name(entry.salt, entry.name) != known[number - 1]:
                raise NodeError("E_JOURNAL", f"{chain} register {number}", expected="a name that the chain commits to")
            table.names[entry.name] = entry
        if table.own and len(table.names) != len(table.state.register):
            count = len(table.state.register)
            raise NodeError("E_JOURNAL", f"{chain} register", expected=count, found=len(table.names))

    def committee(self, unit: str) -> UnitState:
        """A unit's own chain, over the present states of all its stations."""
        sealed = self.manifest.unit(unit)
        stations = {str(entry.id): self.table(unit, entry.id).state for entry in sealed.value.stations}
        state = self._units.get(unit_chain(unit), lambda: self._read_committee(unit))
        state.stations = stations
        return state

    def _read_committee(self, unit: str) -> UnitState:
        sealed = self.manifest.unit(unit)
        state = UnitState(self.manifest.election, self.manifest.hash, sealed.value, sealed.hash, {})
        for row in self.journal.records(unit_chain(unit)):
            found = self.decoded(row)
            where = f"{row.chain} {row.seq}"
            if not isinstance(found.body, _UNIT_BODIES):
                raise NodeError("E_JOURNAL", where, found=found.kind)
            links = found.body.links
            if (links.prev, links.seq, links.election) != (state.head, state.next_seq, self.manifest.hash):
                raise NodeError("E_JOURNAL", where, expected="the record after the one before")
            try:
                # what an old statement cites may since have been corrected: links, signatures and the order of states
                # are what stays true
                check_committee_signers(found.note, found.kind, self.manifest.election, sealed.value, state.profile)
                state.apply(found.body, found.hash)
            except ProtocolError as error:
                raise NodeError("E_JOURNAL", where, found=error) from None
        return state

    # writing

    @contextmanager
    def work(self, *chains: ChainName) -> Iterator[None]:
        """Records made inside become durable together when the block ends, or none of them does."""
        try:
            with self.journal.write():
                yield
        except BaseException:
            # the states may be ahead of the journal: forget them, the next use reads again
            for chain in chains:
                self.forget(chain)
            raise

    def forget(self, chain: ChainName) -> None:
        """Read a chain again at its next use."""
        self._tables.forget(chain)
        self._units.forget(chain)

    def add_station_record(self, table: TableChain, kind: str, body: StationBody, sealed: bytes = b"") -> Hash32:
        """Check, sign, encrypt and keep the next record of a station chain; inside `work`."""
        table.state.check(body)
        made = table.state.manifest
        people = choose_signers(table.present, made.profile.roles(kind))
        if people is None:
            raise NodeError("E_SIGNERS", table.state.chain, expected=" ".join(made.profile.roles(kind)))
        text = _spelled(kind, body)
        signers = [self.station_signer(made.unit, table.state.station, made.roster.station_key)]
        note = sign_text(text, [*signers, *(self.person_signer(made.unit, person) for person in people)])
        digest = _fitting(note, text, kind)
        blob = self._sealer.encrypt(sealed, digest, fresh(_NONCE)) if sealed else b""
        self.journal.append(body.links.chain, body.links.seq, kind=kind, digest=digest, note=note, sealed=blob)
        table.state.apply(body, digest)
        return digest

    def add_unit_record(self, state: UnitState, kind: str, body: UnitBody) -> Hash32:
        """Check, sign and keep the next record of a unit chain; inside `work`."""
        state.check(body)
        people = choose_signers(state.unit.committee, state.profile.roles(kind))
        if people is None:
            raise NodeError("E_SIGNERS", state.chain, expected=" ".join(state.profile.roles(kind)))
        text = _spelled(kind, body)
        note = sign_text(text, [self.person_signer(state.unit, person) for person in people])
        digest = _fitting(note, text, kind)
        self.journal.append(body.links.chain, body.links.seq, kind=kind, digest=digest, note=note, sealed=b"")
        state.apply(body, digest)
        return digest

    def add_names(self, table: TableChain, entries: Iterable[SealedName]) -> None:
        """Keep new written-in names and their salts, encrypted; inside `work`, before their record."""
        chain = ChainName(table.state.chain)
        for entry in entries:
            data = entry.salt + entry.name.encode()
            self.journal.add_name(chain, entry.number, self.seal_private(data, "register", chain, "", entry.number))
            table.names[entry.name] = entry

    def station_signer(self, unit: Unit, station: str, public: bytes) -> Signer:
        """The station's key, if the roster names the one of this laptop."""
        election = self.manifest.election.id
        signer = self._signers.get(
            ("s", unit.id, station), lambda: self._keyring.station_signer(election, unit.id, station)
        )
        return _ours(signer, public)

    def person_signer(self, unit: Unit, person: Official) -> Signer:
        """A person's key, if the sealed election names the one of this laptop."""
        election = self.manifest.election.id
        signer = self._signers.get(
            ("p", unit.id, person.id), lambda: self._keyring.person_signer(election, unit.id, person.id)
        )
        return _ours(signer, person.key)

    # private rows: papers and names at rest

    def seal_private(self, data: bytes, table: str, chain: str, layout: str, number: int) -> bytes:
        """Encrypt what rests in the journal, bound to its place; inverse of `open_private`."""
        nonce = fresh(_NONCE)
        return nonce + self._papers.encrypt(nonce, data, _place(table, chain, layout, number))

    def open_private(self, blob: bytes, table: str, chain: str, layout: str, number: int) -> bytes:
        """Decrypt; E_JOURNAL if it was not written here for this place."""
        try:
            return self._papers.decrypt(blob[:_NONCE], blob[_NONCE:], _place(table, chain, layout, number))
        except (InvalidTag, ValueError):
            raise NodeError("E_JOURNAL", f"{chain} {table} {layout} {number}") from None


def _spelled(kind: str, body: StationBody | UnitBody) -> bytes:
    """The text to sign, read once as the county will read it: what it would refuse is never signed [KIND-1]."""
    fields = body.to_body()
    decode_body(kind, fields)
    return encode_text(kind, fields)


def _fitting(note: bytes, text: bytes, kind: str) -> Hash32:
    """The record's hash, if the whole note is small enough [NOTE-1]."""
    if len(note) > RECORD_BYTES:
        raise NodeError("E_LIMIT", kind, expected=f"at most {RECORD_BYTES} bytes", found=len(note))
    return record_hash(text)


def _place(table: str, chain: str, layout: str, number: int) -> bytes:
    return sha256(f"{table}\n{chain}\n{layout}\n{number}".encode()).digest()


def _ours(signer: Signer, public: bytes) -> Signer:
    if signer.public != public:
        raise NodeError("N_NOT_OURS", signer.name, expected="the key of this laptop in the sealed election")
    return signer


def _present(state: StationState, officials: Sequence[str]) -> tuple[Official, ...]:
    return tuple(person for person in state.manifest.roster.officials if person.id in officials)
