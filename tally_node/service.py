"""The station put together from its parts: home, keys, journal, sealed election, chains, uplink.

`Station.start` refuses to work with a journal that does not fit its chains (E_JOURNAL), with keys that others can
read (N_MODE) and without a sealed election (N_BUNDLE). Export needs none of that: `open_read_only`.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tally_node import certificate, handoff, installation
from tally_node.chains import Chains
from tally_node.committee import Committee
from tally_node.enrolment import make_certificate_request
from tally_node.journal import Delivered, Journal, Row, create, open_journal, open_read_only
from tally_node.keyring import Keyring, create_keyring, open_keyring
from tally_node.manifest import Manifest
from tally_node.outbox import CheckedReceipt, Outbox
from tally_node.renewal import Renewal
from tally_node.settings import Home, disk_reserve
from tally_node.table import Table
from tally_node.uplink import Uplink, Waiting
from tally_node.voice import NodeError
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, NodeId, StationChain, UnitChain, parse_chain, station_chain, unit_chain
from tally_protocol.law.notice import notice
from tally_protocol.law.profile_rules import profiles_of
from tally_protocol.log.proof import check_proof
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.receipt import read_receipt
from tally_protocol.seal.note import decode_base64


def init(path: Path, node: NodeId, passphrase: str) -> Home:
    """Make a home: label, keyring, empty journal. Dying half-way leaves a folder that init refuses and loading too."""
    home = Home(path)
    home.create(node)
    create_keyring(home.keyring, passphrase)
    create(home.journal, open_keyring(home.keyring, passphrase).row_key())
    return home


def now() -> int:
    """The laptop's clock in whole seconds: evidence, never order."""
    return int(time.time())


WAITING = Waiting(monotonic=time.monotonic, sleep=asyncio.sleep, uniform=secrets.SystemRandom().uniform)


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """One chain for a person: records made, acknowledged, receipted (counts), and why it stopped, if it did."""

    chain: str
    records: int
    acknowledged: int
    receipted: int
    stopped: str


class Station:
    """An opened home with a verified journal."""

    def __init__(self, home: Home, keyring: Keyring, journal: Journal) -> None:
        """Use `start`."""
        self.home = home
        self.keyring = keyring
        self.journal = journal
        self.manifest = Manifest(journal)
        self.chains = Chains(journal, self.manifest, keyring)

    @classmethod
    def start(cls, path: Path, passphrase: str) -> "Station":
        """Open keys and journal and verify every chain from its first record."""
        home = Home(path)
        home.node()
        keyring = open_keyring(home.keyring, passphrase)
        journal = open_journal(home.journal, keyring.row_key(), disk_reserve())
        try:
            station = cls(home, keyring, journal)
            station.chains.verify_all()
        except BaseException:
            journal.close()
            raise
        return station

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def table(self, unit: str, station: str) -> Table:
        """A counting table of this laptop."""
        if station_chain(unit, station) not in self.hosted():
            raise NodeError("N_NOT_OURS", station_chain(unit, station), expected="a station of this laptop")
        return Table(self.chains, unit, station)

    def committee(self, unit: str) -> Committee:
        """The committee of a unit of this laptop."""
        if unit_chain(unit) not in self.hosted():
            raise NodeError("N_NOT_OURS", unit_chain(unit), expected="a unit of this laptop")
        return Committee(self.chains, unit)

    def notice(self, unit: str) -> Iterator[str]:
        """Notice 15 of a unit in its newest installed version: how papers are judged, from the profiles that judge."""
        found = self.manifest.unit(unit).value
        return notice(found, profiles_of(self.manifest.election, found))

    def hosted(self) -> dict[ChainName, None]:
        """The chains that the sealed election gives to this laptop."""
        if self._hosted is None:
            self._hosted = dict.fromkeys(self._find_hosted())
        return self._hosted

    _hosted: dict[ChainName, None] | None = None

    def _find_hosted(self) -> Iterator[ChainName]:
        node = self.home.node()
        for unit in self.manifest.units():
            sealed = self.manifest.unit(unit).value
            for entry in sealed.stations:
                if self.manifest.has(entry.roster) and self.manifest.roster_cited(entry.roster).value.node == node:
                    yield station_chain(unit, entry.id)
            if sealed.node == node:
                yield unit_chain(unit)

    # delivery

    def outbox(self) -> Outbox:
        """What is owed to the county."""
        return Outbox(self.journal, chains=list(self.hosted()), read_receipt=self._read_receipt, now=now)

    def _read_receipt(self, note: bytes) -> CheckedReceipt:
        found = read_receipt(note, self.manifest.election, self.manifest.hash)
        return CheckedReceipt(found.chain, found.to_seq, found.head)

    def check_proof(self, row: Row, proof: bytes) -> None:
        """Whether a tlog-proof holds for a record of this journal [PROOF-1]."""
        found = self.journal.record(row.chain, row.seq)
        if found is None or found.hash != row.hash:
            raise ProtocolError("E_PROOF", f"{row.chain} {row.seq}")
        election = self.manifest.election
        mldsa = decode_base64(election.log_mldsa44.encode(), "election.log")
        check_proof(proof, found.note, election.origin, election.log_ed25519, mldsa)

    def uplink(
        self,
        outbox: Outbox,
        *,
        address: str | None = None,
        give_up: float | None = None,
        talk: Callable[[str], None] = lambda _: None,
        waiting: Waiting = WAITING,
    ) -> Uplink:
        """The stream to the county of the installed bundle; certificates are read at each connection."""
        return Uplink(
            outbox,
            lambda: installation.county(self.home, self.keyring, address).dial(),
            waiting,
            check_proof=self.check_proof,
            give_up=give_up,
            talk=talk,
            renewal=self._renewal(),
            trouble=self._certificate_trouble,
        )

    def _renewal(self) -> Renewal:
        def keep(pair: certificate.Pair) -> None:
            certificate.keep(self.home, self.keyring, pair)

        return Renewal(str(self.manifest.election.id), self.home.node(), certificate.new_key, keep)

    def certificate_request(self, key: ec.EllipticCurvePrivateKey) -> dict[str, object]:
        """A request for a certificate over a new TLS key, proved with the first key that the manifest gives us."""
        election, node = str(self.manifest.election.id), self.home.node()
        for name in self.hosted():
            chain = parse_chain(name)
            if isinstance(chain, StationChain):
                signer = self.keyring.station_signer(election, chain.unit, chain.station)
            elif isinstance(chain, UnitChain):
                member = self.manifest.unit(chain.unit).value.committee[0]
                signer = self.keyring.person_signer(election, chain.unit, member.id)
            else:
                continue
            return make_certificate_request(election, node, key, [signer])
        raise NodeError("N_NOT_OURS", node, expected="a station or unit of this laptop")

    def _certificate_trouble(self) -> str:
        """What this laptop itself can see in its certificate when the county does not answer; empty if nothing."""
        try:
            pair = certificate.current(self.home, self.keyring)
            if pair.expired(now()):
                return f"N_CERTIFICATE expired {pair.parsed.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
            if pair.not_yet(now()):
                return f"N_CERTIFICATE begins {pair.parsed.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: is the clock right"
        except (NodeError, ValueError):
            return "N_CERTIFICATE unreadable"
        return ""

    def status(self) -> list[ChainStatus]:
        """Every hosted chain that has records or trouble."""
        delivered, proved = self.journal.delivered(), self.journal.proved()
        lengths, refusals = self.journal.lengths(), self.journal.refusals()
        found = []
        for chain in self.hosted():
            known = delivered.get(chain, Delivered())
            receipted = max(known.receipted, proved.get(chain, -1))
            trouble = ""
            for where, seq, code, _, _ in refusals:
                # what has since been accepted or receipted is history, another history never is
                bound = receipted if code == "E_RECEIPT" else known.answered
                if where == chain and (code == "E_ROLLBACK" or seq > bound):
                    trouble = code
            if lengths.get(chain, 0) or trouble:
                counts = lengths.get(chain, 0), known.answered + 1, receipted + 1
                found.append(ChainStatus(chain, *counts, trouble))
        return found

    def take_over(self, path: Path) -> int:
        """Import chains of the same units from another laptop's hand-off file, each record verified as our own are."""
        taken = 0
        for envelope in handoff.read_file(path):
            found = decode_record(envelope.note)
            chain = parse_chain(found.links.chain)
            if (
                isinstance(chain, UnitChain)
                or not isinstance(chain, StationChain)
                or found.links.chain in self.hosted()
            ):
                continue
            taken += self._take_one(chain, found.links.chain, envelope)
        return taken

    def _take_one(self, chain: StationChain, name: ChainName, envelope: handoff.Envelope) -> int:
        found = decode_record(envelope.note)
        known = self.journal.record(name, found.links.seq)
        if known is not None:
            if known.hash != found.hash:
                raise NodeError("E_FORK", f"{name} {found.links.seq}")
            return 0
        with self.chains.work(name):
            self.journal.append(
                name, found.links.seq, kind=found.kind, digest=found.hash,
                note=envelope.note, sealed=envelope.sealed, own=False,
            )  # fmt: skip
            self.chains.forget(name)
            try:
                self.chains.table(chain.unit, chain.station)
            except NodeError as error:
                # what the reading of a journal calls damage is, here, a file that does not fit
                raise NodeError("N_FILE", error.where, expected=error.expected, found=error.found) from None
        return 1


def export(home: Home, path: Path) -> int:
    """Write all own records and their encrypted ballots to a hand-off file; needs no keys and no healthy journal."""
    journal = open_read_only(home.journal)
    try:
        rows = (handoff.Envelope(row.note, row.sealed) for row in journal.records() if row.own)
        return handoff.write_file(handoff.target(path, home.node()), rows)
    finally:
        journal.close()
