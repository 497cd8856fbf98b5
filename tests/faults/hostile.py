"""A laptop that lies: real keys and a real certificate in bad hands, talking to the county's real door.

It makes records that the honest program never makes and sends them over its own gRPC stream.
"""

import asyncio
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from grpc import aio

from tally_node.installation import county
from tally_node.keyring import open_keyring
from tally_node.service import Station
from tally_node.settings import Home
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.signing import sign_text
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import parse_note
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.faults.town import PASSPHRASE

GROUP = 16
OUTCOMES = {intake_pb2.OUTCOME_ACCEPTED: "ACCEPTED", intake_pb2.OUTCOME_DUPLICATE: "DUPLICATE"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A note and what goes beside it."""

    note: bytes
    sealed: bytes = b""


class Liar:
    """The keys of one laptop."""

    def __init__(self, home: Path, address: str) -> None:
        """Open its home."""
        self._home = home
        self._address = address
        self._keyring = open_keyring(Home(home).keyring, PASSPHRASE)

    @property
    def tls_key(self) -> ec.EllipticCurvePrivateKey:
        """The key of its certificate."""
        return self._keyring.tls_key()

    def parcels(self, chain: str) -> list[Parcel]:
        """What its journal holds of a chain."""
        station = Station.start(self._home, PASSPHRASE)
        found = [Parcel(row.note, row.sealed) for row in station.journal.records() if row.chain == chain]
        station.close()
        return found

    def second_open(self, unit: str, table: str) -> Parcel:
        """On a home that has counted nothing: an `open` with another nonce, properly signed."""
        station = Station.start(self._home, PASSPHRASE)
        station.table(unit, table).open("999999999999", 1_790_000_400)
        station.close()
        return self.parcels(f"s/{unit}/{table}")[0]

    def _signers(self, note: bytes) -> dict[str, tuple[str, Signer]]:
        """Station and officials of a record's chain by name, with the role of each; the station has none."""
        found = decode_record(note).links.chain.split("/")
        station = Station.start(self._home, PASSPHRASE)
        election = station.manifest.election.id
        unit = station.manifest.unit(found[1]).value
        entry = next(one for one in unit.stations if one.id == found[2])
        roster = station.manifest.roster_cited(entry.roster).value
        station.close()
        signers = [("", self._keyring.station_signer(election, unit.id, entry.id))]
        signers += [(one.role, self._keyring.person_signer(election, unit.id, one.id)) for one in roster.officials]
        return {one.name: (role, one) for role, one in signers}

    def altered(self, parcel: Parcel, change: Callable[[bytes], bytes], *, by: str = "") -> Parcel:
        """Another text under good signatures of the same people, or of the station and `by`, a role."""
        signers = self._signers(parcel.note)
        old = parse_note(parcel.note)
        text = change(old.text)
        assert text != old.text
        same = [signers[line.name][1] for line in old.lines]
        others = [one for role, one in signers.values() if role in ("", by)]
        return Parcel(sign_text(text, others if by else same), b"" if by else parcel.sealed)

    def by_strangers(self, parcel: Parcel) -> Parcel:
        """The same text under the same names with keys that nobody sealed."""
        old = parse_note(parcel.note)
        strangers = [Signer(line.name, Ed25519PrivateKey.generate()) for line in old.lines]
        return Parcel(sign_text(old.text, strangers), parcel.sealed)

    async def deliver(self, parcels: Sequence[Parcel], group: int = GROUP) -> list[str]:
        """Send them on one stream: the outcome or the refusal code of each, or the status that ended the stream."""
        codes: list[str] = []
        door = county(Home(self._home), self._keyring, self._address)
        credentials = grpc.ssl_channel_credentials(door.ca, door.key, door.certificate)
        # the honest program's own limits are not the liar's
        options = [("grpc.ssl_target_name_override", door.server_name), ("grpc.max_send_message_length", -1)]
        async with aio.secure_channel(door.address, credentials, options) as channel:
            call = intake_pb2_grpc.IntakeServiceStub(channel).Deliver()
            for start in range(0, len(parcels), group):
                await call.write(request(parcels[start : start + group]))
                answer = await asyncio.wait_for(call.read(), 60)
                if not isinstance(answer, intake_pb2.DeliverResponse):
                    return [(await call.code()).name]
                codes += [OUTCOMES.get(one.outcome, one.code) for one in answer.answers.answers]
            await call.done_writing()
        return codes


def request(parcels: Iterable[Parcel]) -> intake_pb2.DeliverRequest:
    """One group on the wire."""
    envelopes = [intake_pb2.Envelope(note=one.note, sealed=one.sealed) for one in parcels]
    return intake_pb2.DeliverRequest(group=intake_pb2.EnvelopeGroup(envelopes=envelopes))


def metrics(admin: str) -> dict[str, float]:
    """The county's series and their values."""
    with urllib.request.urlopen(f"http://{admin}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, _, value in (one.rpartition(" ") for one in lines if one[:1] != "#")}
