"""Bytes of the contract made by hand: canonical JSON, trees, keys, signed notes; from spec/ alone."""

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ZERO = "0" * 64
Fields = dict[str, Any]
ELECTION = "test-2026"
ORIGIN = "tally.example/test-2026"


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canon(fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def tree(leaves: list[bytes]) -> bytes:
    """RFC 6962, by its recursion."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha(b"\x01", tree(leaves[:split]), tree(leaves[split:]))


def key_of(label: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha(label.encode()))


def public(label: str) -> str:
    return key_of(label).public_key().public_bytes_raw().hex()


def name_of(label: str) -> str:
    return f"changpiao/{ELECTION}/{label}"


def key_id(name: str, key: bytes, kind: int = 1) -> bytes:
    return sha(name.encode(), b"\n", bytes((kind,)), key)[:4]


def vkey(name: str, label: str) -> str:
    raw = bytes.fromhex(public(label))
    return f"{name}+{key_id(name, raw).hex()}+{base64.b64encode(bytes((1,)) + raw).decode()}"


def sign_text(text: bytes, labels: Iterable[str]) -> bytes:
    lines = []
    for label in labels:
        name, key = name_of(label), key_of(label)
        raw = key_id(name, key.public_key().public_bytes_raw()) + key.sign(text)
        lines.append(f"— {name} {base64.b64encode(raw).decode()}\n".encode())
    return text + b"\n" + b"".join(lines)


def note(kind: str, fields: Fields, labels: Iterable[str]) -> bytes:
    return sign_text(f"changpiao/v1 {kind}\n{canon(fields)}\n".encode(), labels)


def text_of(entry: bytes) -> bytes:
    return entry[: entry.rindex(b"\n\n") + 1]


def hash_of(entry: bytes) -> str:
    return sha(text_of(entry)).hex()


def fields_of(entry: bytes) -> Fields:
    fields: Fields = json.loads(text_of(entry).split(b"\n")[1])
    return fields


def labels_of(entry: bytes) -> list[str]:
    lines = entry[entry.rindex(b"\n\n") + 2 : -1].decode().split("\n")
    return [line.split(" ")[1].removeprefix(f"changpiao/{ELECTION}/") for line in lines]


def again(entry: bytes, **changes: Any) -> bytes:
    """The same record with other fields, signed again by the same people: what a dishonest insider can make."""
    kind = entry.split(b"\n")[0].split(b" ")[1].decode()
    return note(kind, {**fields_of(entry), **changes}, labels_of(entry))


def commitment(salt: str, name: str) -> str:
    return sha(b"changpiao/v1 name\n", bytes.fromhex(salt), name.encode()).hex()
