"""Keys under names: what is refused, and that verifier keys are read back as written."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.errors import Malformed
from tally_protocol.seal.keys import (
    SMALL_ORDER,
    VerifierKey,
    authority_name,
    check_public_key,
    county_name,
    is_weak_key,
    parse_vkey,
    person_name,
    station_name,
    verify_signature,
    vkey,
)
from tests.world import signer

GOOD = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def test_there_are_fourteen_small_order_encodings() -> None:
    """[KEY-1] One of the 14 small-order encodings MUST be refused."""
    assert len(SMALL_ORDER) == 14
    assert all(is_weak_key(body) for body in SMALL_ORDER)


@pytest.mark.property
@given(st.binary(min_size=32, max_size=32))
def test_keys_of_private_keys_are_good(secret: bytes) -> None:
    """[KEY-1] A public key made from a private key passes."""
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    assert check_public_key(public) == public
    key = VerifierKey("a/b", public)
    assert parse_vkey(key.text) == key
    assert len(key.fingerprint) == 29


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E_NOTE"),
        ("a+b", "E_NOTE"),
        (GOOD.replace("example.com/foo", ""), "E_NOTE"),
        (GOOD.replace("530d903a", "530D903A"), "E_NOTE"),
        (GOOD.replace("530d903a", "530d903b"), "E_NOTE"),
        (GOOD.replace("foo", "bar"), "E_NOTE"),
        (GOOD + "=", "E_B64"),
        (GOOD[:-4], "E_NOTE"),
        (vkey("weak", bytes([1]) + bytes(31)), "E_WEAK_KEY"),
    ],
)
def test_a_vkey_has_one_spelling(text: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_vkey(text)
    assert caught.value.code == code


@pytest.mark.property
@given(st.binary(max_size=80), st.binary(min_size=64, max_size=64))
def test_a_random_signature_never_holds(message: bytes, signature: bytes) -> None:
    """[KEY-2] A signature MUST be exactly 64 bytes with S < L and verify."""
    assert not verify_signature(signer("a").public, message, signature)


def test_key_names() -> None:
    """[KEY-3] A key signs under the one name that its owner has."""
    assert authority_name("e") == "changpiao/e/authority"
    assert county_name("e") == "changpiao/e/county"
    assert person_name("e", "u", "p") == station_name("e", "u", "p") == "changpiao/e/u/p"
