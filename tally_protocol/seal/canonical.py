r"""Canonical JSON: the one strict encoder and decoder of the producers [JSON-1] [JSON-2] [JSON-3] [JSON-4].

RFC 8785 restricted to objects with ASCII keys, NFC strings, integers within +-(2^53-1), booleans and arrays.
`encode({"b": 1, "a": "张"})` is `{"a":"张","b":1}`; `decode` is its inverse and accepts nothing else: it reads with the
standard library, refuses by hooks and a walk what JSON allows and we do not, encodes again and compares the bytes.
"""

import json
import re
import unicodedata
from typing import Any

from tally_protocol.errors import Malformed
from tally_protocol.limits import JSON_DEPTH

JsonObject = dict[str, Any]

INTEGER_LIMIT = 2**53 - 1
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
# [IDENT-2]: controls, line and paragraph separators, bidirectional overrides and isolates, zero-width, surrogates
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ud800-\udfff]")
_ONLY_INT = {int}
# field names of the commonest kinds: known good, so that the pattern runs on strangers alone
_FIELD_NAMES = frozenset(
    {
        "batches", "box", "chain", "closes", "election", "epoch", "evidence", "figures", "findings", "layout",
        "names", "paper", "prev", "root", "running", "sealed", "seq", "table", "time", "write_ins",
    }
)  # fmt: skip
_plain_decoder = json.JSONDecoder()
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)


def bad_text(text: str) -> bool:
    """Whether a string breaks [IDENT-2]: not NFC, or with a character that could mislead a reader."""
    if text.isascii():
        return not text.isprintable()
    return _FORBIDDEN.search(text) is not None or not unicodedata.is_normalized("NFC", text)


def encode(value: JsonObject) -> bytes:
    """The one spelling of an object, without a final newline; inverse of `decode`.

    The caller builds values from checked types; floats and null are programming errors here, found by the walk.
    """
    found = _walk(value)
    if found is not None:
        raise Malformed(found, "encode")
    return _encoder.encode(value).encode()


def decode(data: bytes) -> JsonObject:
    """Read one canonical JSON object, or raise Malformed E_JSON, E_NUM, E_NAME or E_NONCANON (in this order).

    Good documents take the short way: plain reading, one look at every value, encoding again and comparing catches all
    other spellings. Only what fails is read a second time, slowly, to name its fault.
    """
    try:
        value: Any = _plain_decoder.decode(data.decode())
        if type(value) is dict and _good(value, 1) and _encoder.encode(value).encode() == data:
            return value
    except (ValueError, RecursionError):
        pass
    return _decode_slowly(data)


def _good(value: Any, depth: int) -> bool:
    """Whether a value keeps [JSON-1] to [JSON-3], its keys' order and uniqueness aside (the comparison sees those)."""
    kind = type(value)
    if kind is str:
        return not bad_text(value)
    if kind is int:
        return bool(-INTEGER_LIMIT <= value <= INTEGER_LIMIT)
    if kind is list:
        if depth > JSON_DEPTH:
            return False
        # the hot case: flat arrays of figures
        if value and set(map(type, value)) == _ONLY_INT:
            low, high = min(value), max(value)
            return bool(low >= -INTEGER_LIMIT and high <= INTEGER_LIMIT)
        return all(_good(item, depth + 1) for item in value)
    if kind is dict:
        return depth <= JSON_DEPTH and all(
            (key in _FIELD_NAMES or _KEY.fullmatch(key)) and _good(item, depth + 1) for key, item in value.items()
        )
    return kind is bool


def _decode_slowly(data: bytes) -> JsonObject:
    try:
        value = _decoder.decode(data.decode("utf-8"))
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("E_JSON", "record", found=type(error).__name__) from None
    if type(value) is not dict:
        raise Malformed("E_JSON", "record", expected="an object")
    found = _walk(value)
    if found is not None:
        raise Malformed(found, "record")
    if _encoder.encode(value).encode() != data:
        raise Malformed("E_NONCANON", "record")
    return value


class _NotInteger:
    """Stands for a number token that is no allowed integer, until the walk has ruled out worse (E_JSON first)."""


_NOT_INTEGER = _NotInteger()


def _pairs(pairs: list[tuple[str, Any]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("E_JSON", "record", found="a key twice")
    for key in value:
        if _KEY.fullmatch(key) is None:
            raise Malformed("E_JSON", "record", found="a key that is not allowed")
    return value


def _constant(_: str) -> Any:
    raise Malformed("E_JSON", "record", found="NaN or infinity")


def _integer(digits: str) -> Any:
    if len(digits) > 17 or digits == "-0":
        return _NOT_INTEGER
    value = int(digits)
    return value if -INTEGER_LIMIT <= value <= INTEGER_LIMIT else _NOT_INTEGER


_decoder = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_constant=_constant,
    parse_float=lambda _: _NOT_INTEGER,
    parse_int=_integer,
    strict=True,
)


def _walk(value: Any, depth: int = 1) -> str | None:
    """The first code of [JSON-1] to [JSON-3] that a value breaks; the smallest in the order E_JSON, E_NUM, E_NAME."""
    kind = type(value)
    if kind is str:
        return "E_NAME" if bad_text(value) else None
    if kind is bool:
        return None
    if kind is int:
        return None if -INTEGER_LIMIT <= value <= INTEGER_LIMIT else "E_NUM"
    if kind is dict or kind is list or kind is tuple:
        if depth > JSON_DEPTH:
            return "E_JSON"
        worst: str | None = None
        for item in value.values() if kind is dict else value:
            # the hot case: flat arrays of small integers
            if type(item) is int and -INTEGER_LIMIT <= item <= INTEGER_LIMIT:
                continue
            found = _walk(item, depth + 1)
            if found is not None and (worst is None or _RANK[found] < _RANK[worst]):
                worst = found
        return worst
    return "E_NUM" if kind is _NotInteger else "E_JSON"


_RANK = {"E_JSON": 0, "E_NUM": 1, "E_NAME": 2}
