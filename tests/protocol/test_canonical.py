"""Canonical JSON against its own inverse and against another implementation of RFC 8785."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.errors import Malformed
from tally_protocol.seal.canonical import bad_text, decode, encode

MOST = 2**53 - 1
keys = st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True)
texts = st.text(max_size=20).filter(lambda text: not bad_text(text))
leaves = st.one_of(st.booleans(), st.integers(-MOST, MOST), texts, st.lists(st.integers(-MOST, MOST), max_size=8))
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))
objects = st.dictionaries(keys, values, max_size=6)


@pytest.mark.property
@given(objects)
def test_decode_is_the_inverse_of_encode(value: dict[str, Any]) -> None:
    """[JSON-4] There MUST be exactly one spelling."""
    assert decode(encode(value)) == value
    assert encode(decode(encode(value))) == encode(value)


@pytest.mark.property
@given(objects)
def test_we_spell_as_rfc8785_does(value: dict[str, Any]) -> None:
    assert encode(value) == rfc8785.dumps(value)


@pytest.mark.property
@given(objects, st.data())
def test_no_other_bytes_are_the_same_document(value: dict[str, Any], data: st.DataObject) -> None:
    """[JSON-4] What is accepted after a change of bytes is another document, and spelled canonically."""
    body = bytearray(encode(value))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(body))
    except Malformed as error:
        assert error.code in {"E_JSON", "E_NUM", "E_NAME", "E_NONCANON"}
        return
    assert encode(found) == bytes(body)
    assert (found == value) == (bytes(body) == encode(value))


@pytest.mark.property
@given(st.binary(max_size=64))
def test_any_bytes_give_a_code_or_a_document(data: bytes) -> None:
    """[JSON-1] Anything that is not JSON is `E_JSON`; nothing else is ever raised."""
    try:
        assert encode(decode(data)) == data
    except Malformed as error:
        assert error.code in {"E_JSON", "E_NUM", "E_NAME", "E_NONCANON"}


@pytest.mark.property
@given(objects, st.sampled_from([" ", "\n", "\t", "\r"]), st.data())
def test_white_space_between_tokens_is_refused(value: dict[str, Any], space: str, data: st.DataObject) -> None:
    """[JSON-4] No white space outside strings."""
    spelled = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":" + space)) + space
    with pytest.raises(Malformed, match="E_NONCANON"):
        decode(spelled.encode())
    assert data is not None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": 1.5}, "E_JSON"),
        ({"a": None}, "E_JSON"),
        ({"a": b"x"}, "E_JSON"),
        ({"a": 2**53}, "E_NUM"),
        ({"a": [1, -(2**53)]}, "E_NUM"),
        ({"a": "\u202e"}, "E_NAME"),
        ({"a": ["\u202e", 2**53]}, "E_NUM"),
        ({"a": ["\u202e", "\u200b"]}, "E_NAME"),
        ({"a": (((((((((((((((((1,),),),),),),),),),),),),),),),),)}, "E_JSON"),
    ],
)
def test_encode_refuses_what_decode_would(value: dict[str, Any], code: str) -> None:
    """[JSON-1] [JSON-2] [JSON-3] A producer never writes what a verifier must refuse."""
    with pytest.raises(Malformed) as caught:
        encode(value)
    assert caught.value.code == code


def test_a_tuple_is_spelled_as_a_list() -> None:
    assert encode({"a": (1, 2)}) == b'{"a":[1,2]}'


@pytest.mark.property
@given(st.integers())
def test_integers_are_exactly_those_of_a_double(number: int) -> None:
    """[JSON-2] Every number MUST be an integer within +-(2^53-1)."""
    document = b'{"a":' + str(number).encode() + b"}"
    if abs(number) <= MOST:
        assert decode(document) == {"a": number}
    else:
        with pytest.raises(Malformed, match="E_NUM"):
            decode(document)
