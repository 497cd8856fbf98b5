r"""The enrolment desk after sealing: a certificate for a laptop whose own has expired or was revoked [ACCESS-3].

The sealed keys stay what they are. The request carries a new TLS key, a proof with a new code, and a signature of a
record-signing key that the manifest gives this very laptop, over `"changpiao/v1 certificate\n" || election || "\n" ||
node || "\n" || H(certificate request) in hex`: who has found a code sheet but not the laptop's keyring gets nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography import x509

from coordinator.access.acts import CERTIFICATE
from coordinator.access.certificates import facts, read_csr
from coordinator.access.credentials import read_authority, replace_private, utc
from coordinator.access.limits import HOUR, Limits
from coordinator.access.registry import Registry
from coordinator.sealing.requests import REQUEST_BYTES, Handed, read_handed
from coordinator.settings import CountyError, Home
from coordinator.store.acts import manifest_notes
from coordinator.store.database import Database
from tally_protocol.election.manifest import Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.fields import Reader, hash_of, parts_of
from tally_protocol.ids import station_chain, unit_chain
from tally_protocol.record.kinds import decode_record
from tally_protocol.seal.keys import verify_signature

PROOF = "changpiao/v1 certificate"
PROOFS_MOST = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a certificate, with everything in it checked but the code."""

    handed: Handed
    csr: x509.CertificateSigningRequest


def sealed_for(database: Database, node: str) -> Iterator[tuple[str, frozenset[bytes]]]:
    """The chains that the manifest gives a laptop, each with the keys that sign in it."""
    mark = f'"node":"{node}"'.encode()
    for note in manifest_notes(database):
        if mark not in note:
            continue
        body = decode_record(note).body
        if isinstance(body, Roster) and body.node == node:
            keys = {bytes(body.station_key), *(bytes(person.key) for person in body.officials)}
            yield station_chain(body.unit, body.station), frozenset(keys)
        elif isinstance(body, Unit) and body.node == node:
            yield unit_chain(body.id), frozenset(bytes(person.key) for person in body.committee)


def read_asked(data: bytes, where: str, election: str, database: Database) -> Asked:
    """Read a request for a certificate; Malformed, or RuleViolation E_IDENTITY if its keys are not this laptop's."""
    if len(data) > REQUEST_BYTES:
        raise Malformed("E_LIMIT", where, expected=f"at most {REQUEST_BYTES} bytes")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed("E_JSON", where, found=error) from None
    handed = read_handed(value, where)
    read = Reader(value, where)
    if read.id("election") != election:
        raise RuleViolation("E_ELECTION", where, expected=election)
    node, pem = read.id("node"), read.take("csr_pem", str)
    csr = read_csr(pem.encode(), election, node, where)
    proofs = [parts_of(item, f"{where}.proofs", 2) for item in read.list("proofs")[:PROOFS_MOST]]
    read.take("code_proof", str)
    read.done()
    known = frozenset[bytes]().union(*(keys for _, keys in sealed_for(database, node)))
    text = f"{PROOF}\n{election}\n{node}\n{sha256(pem.encode()).hexdigest()}".encode()
    if not proofs:
        raise RuleViolation("E_IDENTITY", where, expected="a proof of a sealed key", found="none")
    for key_text, signature in proofs:
        key = bytes(hash_of(key_text, where))
        if key not in known:
            raise RuleViolation("E_IDENTITY", where, expected="a key that the sealed election gives this laptop")
        if not verify_signature(key, text, _hex(signature)):
            raise RuleViolation("E_IDENTITY", where, expected="a proof that holds", found="another")
    return Asked(handed, csr)


def _hex(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""


def issue(home: Home, election: str, registry: Registry, asked: Asked, limits: Limits, now: float) -> Path:
    """Make the certificate of a confirmed request and put it into the laptop's bundle; gives its path.

    Durable in the list before the file is there: dying in between, the same confirmation makes another one.
    """
    node = asked.handed.node
    authority = read_authority(home, election, now)
    if authority is None:
        raise CountyError(
            f"{home.tls / 'ca.key'} 不在本机；请在保存它的机器上确认",
            f"{home.tls / 'ca.key'} is not here; confirm where it is kept",
        )
    certificate = authority.laptop(node, asked.csr, utc(now + limits.laptop_hours * HOUR))
    with registry.acting() as acting:
        if acting.state.laptop(node).confirmed != asked.handed.digest.hex():
            raise RuleViolation("E_IDENTITY", f"laptop {node}", expected="the request that was confirmed")
        acting.add(CERTIFICATE, node, facts(certificate, acting.state.next_generation(node), "code"))
    folder = home.bundles / node
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_private(folder / "node.pem", certificate)
    return folder / "node.pem"
