"""Canonical JSON read by its tokens: every byte must belong to a known token, nothing is re-encoded and compared.

Serves [JSON-1], [JSON-2], [JSON-3], [JSON-4], [IDENT-2]. Two readers: a quick one that accepts only what is canonical
beyond doubt, and a thorough one that names the fault; the quick one never accepts what the thorough one refuses.
Worked example: `read_object(b'{"a":[1,2],"b":"x"}') == {"a": [1, 2], "b": "x"}`.
"""

import itertools
import json
import re
import unicodedata
from operator import itemgetter
from typing import Final

from verifier.findings.codes import Refused

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 16

# [IDENT-2] what no string may hold; surrogates stand here because `\ud800` can be spelled in JSON.
_FORBIDDEN_CLASS: Final = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ud800-\udfff"
_FORBIDDEN: Final = re.compile(f"[{_FORBIDDEN_CLASS}]")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")

_QUICK_INT: Final = r"(?:-?[1-9][0-9]{0,14}+|0)"
_QUICK: Final = re.compile(
    rf'(?:\[{_QUICK_INT}(?:,{_QUICK_INT})*+\]|[{{}}\[\]:,]|"(?:[^"\\{_FORBIDDEN_CLASS}]|\\["\\])*+"'
    rf"|{_QUICK_INT}(?![0-9.eE+-])|true|false)*+"
)
_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_PLAIN_ESCAPES: Final = re.compile(r'(?:[^\\]|\\["\\])*+')

_first = itemgetter(0)
_known_orders: set[tuple[str, ...]] = set()  # key orders already found canonical; bounded in _ordered


class _Thorough(Exception):
    """The quick reader does not take this document."""


def _ordered(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = tuple(map(_first, pairs))
    if keys not in _known_orders:
        if any(a >= b for a, b in itertools.pairwise(keys)) or not all(map(_KEY.fullmatch, keys)):
            raise _Thorough
        if len(_known_orders) < 4096:
            _known_orders.add(keys)
    return dict(pairs)


_QUICK_DECODER: Final = json.JSONDecoder(object_pairs_hook=_ordered)


def read_object(data: bytes) -> dict[str, object]:
    """Read one canonical JSON object; anything else is refused with the code of the first rule broken."""
    try:
        text = data.decode()
    except UnicodeDecodeError as fault:
        raise Refused("E_JSON", "UTF-8", f"byte {fault.start}") from None
    if _QUICK.fullmatch(text) and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        try:
            value = _QUICK_DECODER.decode(text)
        except (_Thorough, ValueError, RecursionError):
            return read_thoroughly(text)
        shallow = text.count("[") + text.count("{") <= MAX_DEPTH or _depth_without_lists(text) < MAX_DEPTH
        if type(value) is dict and shallow:
            return value
    return read_thoroughly(text)


_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|\[[-0-9,]*+\]|[^\[\]{}"]++')


def _depth_without_lists(text: str) -> int:
    """Greatest nesting when the brackets are known to match; lists of integers are left out, so at most one less."""
    deepest = depth = 0
    for char in _BRACKETS.sub("", text):
        depth += 1 if char in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class _Reader:
    """The thorough reader: own tokens, own stack, no recursion; collects the softer faults and reports in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.number_fault = ""
        self.name_fault = ""
        self.spelling_fault = ""

    def broken(self, expected: str) -> Refused:
        return Refused("E_JSON", expected, f"character {self.at}")

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match and match.end() > self.at:
            self.spelling_fault = self.spelling_fault or f"white space at character {self.at}"
            self.at = match.end()

    def string(self, *, key: bool = False) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.broken("a string")
        token = match.group()
        value: str = json.loads(token)
        if not key and (_FORBIDDEN.search(value) or not unicodedata.is_normalized("NFC", value)):
            self.name_fault = self.name_fault or f"string at character {self.at}"  # [JSON-3]
        if not _PLAIN_ESCAPES.fullmatch(token):
            self.spelling_fault = self.spelling_fault or f"escape in string at character {self.at}"
        self.at = match.end()
        return value

    def scalar(self) -> object:
        here = self.text[self.at : self.at + 1]
        if here == '"':
            return self.string()
        for word, value in (("true", True), ("false", False)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise self.broken("a value (null is not allowed)")
        token = match.group()
        digits = token.lstrip("-")
        if not digits.isdigit() or digits == "0" != token or len(digits) > 16 or abs(int(token)) > MAX_INTEGER:
            self.number_fault = self.number_fault or f"number at character {self.at}"  # [JSON-2]
            self.at = match.end()
            return 0
        self.at = match.end()
        return int(token)

    def key(self, holder: dict[str, object], last: str) -> str:
        start = self.at
        key = self.string(key=True)
        if not _KEY.fullmatch(key) or key in holder:
            self.at = start
            raise self.broken("a new key of the form [a-z][a-z0-9_]{0,31}")
        if key < last:
            self.spelling_fault = self.spelling_fault or f"key order at character {start}"
        self.space()
        if self.text[self.at : self.at + 1] != ":":
            raise self.broken("':'")
        self.at += 1
        self.space()
        return key

    def document(self) -> object:
        """Read one value with an explicit stack of open containers."""
        stack: list[dict[str, object] | list[object]] = []
        keys: list[str] = []
        self.space()
        while True:
            here = self.text[self.at : self.at + 1]
            value: object
            if here in ("{", "["):
                if len(stack) == MAX_DEPTH:
                    raise self.broken(f"nesting of at most {MAX_DEPTH}")
                self.at += 1
                self.space()
                opened: dict[str, object] | list[object] = {} if here == "{" else []
                if self.text[self.at : self.at + 1] != ("}" if here == "{" else "]"):
                    stack.append(opened)
                    keys.append(self.key(opened, "") if isinstance(opened, dict) else "")
                    continue
                self.at += 1
                value = opened
            else:
                value = self.scalar()
            finished = self._store(value, stack, keys)
            if finished is not None:
                self.space()
                if self.at != len(self.text):
                    raise self.broken("the end of the document")
                return finished[0]

    def _store(
        self, value: object, stack: list[dict[str, object] | list[object]], keys: list[str]
    ) -> tuple[object] | None:
        """Put a finished value into its container; close every container that ends here."""
        while stack:
            holder = stack[-1]
            if isinstance(holder, dict):
                holder[keys[-1]] = value
            else:
                holder.append(value)
            self.space()
            here = self.text[self.at : self.at + 1]
            if here == ",":
                self.at += 1
                self.space()
                if isinstance(holder, dict):
                    keys[-1] = self.key(holder, keys[-1])
                return None
            if here != ("}" if isinstance(holder, dict) else "]"):
                raise self.broken("',' or the end of the container")
            self.at += 1
            value = stack.pop()
            keys.pop()
        return (value,)


def read_thoroughly(text: str) -> dict[str, object]:
    """Read and name the fault; the first broken rule in the order E_JSON, E_NUM, E_NAME, E_NONCANON wins."""
    reader = _Reader(text)
    value = reader.document()
    if not isinstance(value, dict):
        raise Refused("E_JSON", "one JSON object", type(value).__name__)
    if reader.number_fault:
        raise Refused("E_NUM", "integers within +-(2^53-1) in their one spelling", reader.number_fault)
    if reader.name_fault:
        raise Refused("E_NAME", "NFC text without control or formatting characters", reader.name_fault)
    if reader.spelling_fault:
        raise Refused("E_NONCANON", "the one canonical spelling", reader.spelling_fault)
    return value


def quoted(text: str) -> str:
    """Spell a string canonically [JSON-4]; the inverse of reading one."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
