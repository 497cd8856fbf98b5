"""Areas `key`, `signature`, `vkey` [KEY-1] [KEY-2] [KEY-3]: what libraries accept and RFC 8032 does not mean."""

import base64
from collections.abc import Iterator
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tools.vectors.form import Vector, bad, good

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
# the seven y of the points of small order, two of them in a second, non-canonical spelling
SMALL = (
    ("one", "0100000000000000000000000000000000000000000000000000000000000000"),
    ("p-plus-one", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("minus-one", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("zero", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("order-8-a", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ("order-8-b", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
)
MESSAGE = b"changpiao vector\n"


def small_order() -> list[tuple[str, bytes]]:
    """The 14 encodings, by name."""
    found = []
    for name, text in SMALL:
        body = bytes.fromhex(text)
        found += [(name, body), (f"{name}-sign", body[:31] + bytes([body[31] | 0x80]))]
    return found


def private(name: str) -> Ed25519PrivateKey:
    """A key from its name."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def public(name: str) -> bytes:
    """Its public half."""
    return private(name).public_key().public_bytes_raw()


def _keys() -> Iterator[Vector]:
    for name, body in small_order():
        yield bad(
            "key", f"weak-{name}", "accepts one signature for every message", {"key_hex": body.hex()}, "E_WEAK_KEY"
        )
    for extra in (3, 18):
        body = (P + extra).to_bytes(32, "little")
        yield bad(
            "key", f"noncanonical-{extra}", f"y = p + {extra}: a second spelling", {"key_hex": body.hex()}, "E_WEAK_KEY"
        )
    for y in (2, 7):
        body = y.to_bytes(32, "little")
        yield bad("key", f"off-curve-{y}", f"no point has y = {y}", {"key_hex": body.hex()}, "E_WEAK_KEY")
    for length in (0, 31, 33):
        body = (public("k") + b"\0")[:length]
        yield bad("key", f"length-{length}", "a key has 32 bytes", {"key_hex": body.hex()}, "E_WEAK_KEY")
    for name in ("first", "second", "third"):
        yield good("key", f"good-{name}", "an ordinary key", {"key_hex": public(name).hex()})
    rfc = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    yield good("key", "good-rfc8032", "RFC 8032 7.1, test 1", {"key_hex": rfc})


def _signature(what: str, comment: str, signature: bytes, message: bytes = MESSAGE, key: bytes | None = None) -> Vector:
    given = {"key_hex": (key or public("first")).hex(), "message_hex": message.hex(), "signature_hex": signature.hex()}
    if what.startswith("good"):
        return good("signature", what, comment, given)
    return bad("signature", what, comment, given, "E_SIG")


def _signatures() -> Iterator[Vector]:
    right = private("first").sign(MESSAGE)
    yield _signature("good", "an ordinary signature", right)
    yield _signature("good-empty-message", "an empty message", private("first").sign(b""), b"")
    rfc = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    yield _signature("good-rfc8032", "RFC 8032 7.1, test 1", rfc, b"", key)
    scalar = int.from_bytes(right[32:], "little")
    raised = right[:32] + (scalar + L).to_bytes(32, "little")
    yield _signature("s-plus-l", "S + L is the same number to a lenient library", raised)
    yield _signature("s-is-l", "S = L", right[:32] + L.to_bytes(32, "little"))
    yield _signature("s-all-ones", "S far above L", right[:32] + b"\xff" * 32)
    for name, body in small_order():
        yield _signature(f"small-r-{name}", "R of small order", body + right[32:])
    yield _signature("short", "63 bytes", right[:63])
    yield _signature("long", "65 bytes", right + b"\0")
    yield _signature("empty", "no bytes", b"")
    yield _signature("other-message", "the signature of another message", private("first").sign(b"other"))
    yield _signature("other-key", "the signature of another key", private("second").sign(MESSAGE))
    yield _signature("bit-in-r", "one bit of R", bytes([right[0] ^ 1]) + right[1:])
    yield _signature("bit-in-s", "one bit of S", right[:40] + bytes([right[40] ^ 1]) + right[41:])
    yield _signature("halves-swapped", "S before R", right[32:] + right[:32])


def _vkeys() -> Iterator[Vector]:
    for what, text in (
        ("c2sp-example", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        ("golang-neumann", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
    ):
        name, _, _ = text.split("+", 2)
        yield _vkey(what, "published by C2SP and golang.org/x/mod", name, text)
    for name in ("changpiao/county-test/authority", "changpiao/county-test/v1/1", "日志.example/一"):
        what = {"日": "chinese"}.get(name[0], name.rsplit("/", 1)[1])
        yield _vkey(f"ours-{what}", "a key name of ours", name, None)


def _vkey(what: str, comment: str, name: str, published: str | None) -> Vector:
    key = base64.b64decode(published.split("+", 2)[2])[1:] if published else public(name)
    key_id = sha256(name.encode() + b"\n\x01" + key).digest()[:4].hex()
    body = base64.b64encode(b"\x01" + key).decode()
    text = published or f"{name}+{key_id}+{body}"
    digits = sha256(text.encode()).hexdigest()[:24]
    fingerprint = "-".join(digits[i : i + 4] for i in range(0, 24, 4))
    return good("vkey", what, comment, {"name": name, "key_hex": key.hex()}, {"vkey": text, "fingerprint": fingerprint})


def vectors() -> Iterator[Vector]:
    """Keys, signatures, verifier keys."""
    yield from _keys()
    yield from _signatures()
    yield from _vkeys()
