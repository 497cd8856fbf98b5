"""The working keys, each read by the role that needs it and checked against the sealed election."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from coordinator.publish.publisher import LogKeys
from coordinator.settings import CountyError, Home, read_seed
from tally_protocol.election.manifest import Election
from tally_protocol.record.sealing import Opener
from tally_protocol.seal.keys import Signer, county_name
from tally_protocol.seal.note import encode_base64


@dataclass(frozen=True, slots=True)
class CountyKeys:
    """All of them, for a process that does everything."""

    county: Signer
    log: LogKeys
    opener: Opener


def load_keys(home: Home, election: Election) -> CountyKeys:
    """Read every key; CountyError if one is missing, readable by others, or not the election's."""
    return CountyKeys(county_signer(home, election), log_keys(home, election), ballot_opener(home, election))


def county_signer(home: Home, election: Election) -> Signer:
    """For receipts and the county's own chain."""
    found = Signer(
        county_name(election.id), Ed25519PrivateKey.from_private_bytes(read_seed(home.keys / "county.key"))
    )
    _sealed("county.key", good=found.public == election.county_key)
    return found


def log_keys(home: Home, election: Election) -> LogKeys:
    """For checkpoints."""
    first = Signer(election.origin, Ed25519PrivateKey.from_private_bytes(read_seed(home.keys / "log-ed25519.key")))
    second = MLDSA44PrivateKey.from_seed_bytes(read_seed(home.keys / "log-mldsa44.key"))
    _sealed("log-ed25519.key", good=first.public == election.log_ed25519)
    _sealed(
        "log-mldsa44.key", good=encode_base64(second.public_key().public_bytes_raw()) == election.log_mldsa44
    )
    return LogKeys(first, second)


def ballot_opener(home: Home, election: Election) -> Opener:
    """For sealed papers."""
    ballot = X25519PrivateKey.from_private_bytes(read_seed(home.keys / "ballot.key"))
    _sealed("ballot.key", good=ballot.public_key().public_bytes_raw() == election.ballot_key)
    return Opener(ballot)


def _sealed(name: str, *, good: bool) -> None:
    if not good:
        raise CountyError(
            f"keys/{name} 不是本次选举封存的密钥", f"keys/{name} is not the key that the election note names"
        )
