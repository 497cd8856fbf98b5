"""[ACCESS-1] [ACCESS-2] [ACCESS-4]: the spelling of codes, the key of a code, the digest of a request, six groups."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.errors import Malformed
from tally_protocol.seal import enrolment
from tally_protocol.seal.enrolment import (
    code_holds,
    code_key,
    prove_code,
    read_code,
    request_digest,
    same_groups,
    six_groups,
    spell,
)

CODE = "3141592653589793238462643383279502884197"
codes = st.text("0123456789", min_size=40, max_size=40)


@pytest.mark.property
@given(codes)
def test_a_code_is_read_back_as_it_was_spelled(digits: str) -> None:
    """[ACCESS-1]"""
    text = spell(digits)
    assert read_code(text) == digits
    assert read_code(text.replace(" ", "-")) == read_code(f"  {text.replace(' ', '')}\n") == digits
    full_width = text.translate({ord("0") + i: ord("０") + i for i in range(10)})  # noqa: RUF001 - as an IME types
    assert read_code(full_width.replace(" ", "\u3000")) == digits


def test_the_check_digit_is_damms() -> None:
    """The worked example of the literature: the check digit of 572 is 4; here as group 5 with the digits 72."""
    assert enrolment._check_digit(5, "72") == "4"  # noqa: SLF001 - a published value, below what a code needs
    assert spell(CODE) == "314150 926530 589793 323849 626434 383279 950283 841970"


@pytest.mark.property
@given(codes, st.integers(0, 47), st.integers(1, 9))
def test_one_mistyped_digit_is_found_and_its_group_named(digits: str, place: int, by: int) -> None:
    """[ACCESS-2] a slip of the hand is no try."""
    text = spell(digits).replace(" ", "")
    wrong = text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]
    with pytest.raises(Malformed) as refused:
        read_code(wrong)
    assert (refused.value.code, refused.value.where) == ("E_TOKEN", f"group {place // 6 + 1}")
    assert refused.value.found is None, "no digit of a code stands in an error"


@pytest.mark.property
@given(codes, st.integers(0, 47))
def test_neighbours_exchanged_within_a_group_are_found(digits: str, place: int) -> None:
    """[ACCESS-2]"""
    text = spell(digits).replace(" ", "")
    if place % 6 == 5 or text[place] == text[place + 1]:
        return
    wrong = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    with pytest.raises(Malformed):
        read_code(wrong)


@pytest.mark.parametrize("text", ["", "1" * 47, "1" * 49, "x" * 48, "٣" * 48, "1" * 47 + "½"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_code(text)
    assert refused.value.code == "E_TOKEN"


@pytest.mark.parametrize("digits", ["", "1" * 39, "a" * 40])
def test_only_a_code_is_spelled(digits: str) -> None:
    with pytest.raises(ValueError, match="40 digits"):
        spell(digits)


def test_the_key_of_a_code_is_the_example_of_the_spec(root: Path) -> None:
    """[ACCESS-1]: spec/9 states the spelling and the public key of one code."""
    spec = (root / "spec/9-access.md").read_text("utf-8")
    assert spell(CODE) in spec
    assert code_key(CODE, "qinghe-test", "n07").public_key().public_bytes_raw().hex() in spec


def test_a_proof_is_for_one_laptop_one_election_one_request() -> None:
    """[ACCESS-1] [ACCESS-2]: the public key is all the county needs, and another place makes another key."""
    digest = sha256(b"request").digest()
    public = code_key(CODE, "e-test", "n1").public_key().public_bytes_raw()
    proof = prove_code(CODE, "e-test", "n1", digest)
    assert code_holds(public, "e-test", "n1", digest, proof)
    assert not code_holds(public, "e-test", "n2", digest, proof)
    assert not code_holds(public, "e2-test", "n1", digest, proof)
    assert not code_holds(public, "e-test", "n1", sha256(b"another").digest(), proof)
    assert not code_holds(public, "e-test", "n1", digest, proof[:-1] + bytes([proof[-1] ^ 1]))
    others = {code_key(CODE, e, n).public_key().public_bytes_raw() for e, n in (("e", "n1"), ("e-test", "n2"))}
    assert public not in others
    assert CODE not in public.hex()


def test_the_digest_is_of_everything_but_the_proof() -> None:
    """[ACCESS-2]: order and spaces of the file do not count, one other character does."""
    request = {"node": "n1", "csr_pem": "-----BEGIN\n", "stations": [{"unit": "v1", "名": "张"}]}
    text = '{"csr_pem":"-----BEGIN\\n","node":"n1","stations":[{"unit":"v1","\\u540d":"\\u5f20"}]}'
    expected = sha256(b"changpiao/v1 enrolment request\n" + text.encode()).digest()
    assert request_digest(request) == expected
    assert request_digest(json.loads(json.dumps(request | {"code_proof": "00"}, indent=3))) == expected
    assert request_digest(request | {"node": "n2"}) != expected


def test_six_groups_are_compared_as_people_type_them() -> None:
    """[ACCESS-4]"""
    digest = bytes(range(32))
    text = six_groups(digest)
    assert [len(group) for group in text.split(" ")] == [5] * 6
    assert int(text.replace(" ", "")) == int.from_bytes(digest[:16], "big") % 10**30
    assert same_groups(text, digest)
    assert same_groups(text.replace(" ", "-") + "\n", digest)
    assert not same_groups(text[:-1], digest)
    assert not same_groups(text[:-1] + str((int(text[-1]) + 1) % 10), digest)
    assert six_groups(bytes(32)) == "00000 00000 00000 00000 00000 00000"
