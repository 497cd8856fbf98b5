"""Areas `checkpoint`, `proof`, `receipt` [CHECK-1] [CHECK-2] [PROOF-1] [RECEIPT-1]: signed over the whole log."""

import base64
import json
import struct
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tools.vectors.chain_records import receipt_body
from tools.vectors.forge import changed, find, hash_hex, sign, text_of
from tools.vectors.form import Json, Vector, bad, good, sure
from tools.vectors.papers import naive_root
from tools.vectors.standings import standing_county
from tools.vectors.trees import FIXTURE, leaf, path, station_entry

ORIGIN = "tally.example/2026-village"
SEED = sha256(b"log").digest()
ED = Ed25519PrivateKey.from_private_bytes(SEED)
ML = MLDSA44PrivateKey.from_seed_bytes(SEED)
ED_PUBLIC = ED.public_key().public_bytes_raw()
ML_PUBLIC = ML.public_key().public_bytes_raw()
TIME = 1_790_000_000
STORE = Path(__file__).with_name("mldsa_signatures.json")
PUBLISHED = (
    "— tally.example/2026-village PiTr042R1AcdIjJeiWw+Gh0Qua1nr3EO1GfXvrcFpSFQywESNyzfl41MYr5K"
    "V8sHPh6UmfWv+ThsGgIal+nMKEX+DA4="
)
WITNESS = (
    "— witness.example/w1 7Yw31gAAAABqsTuAFEyirPL8cFtuqLbPb0ZRZPLg66CEiGiWQelNnXzmlFMy"
    "z5ar+LQgcmTmfKTK4EvBvqpllwH8r3Fpk0KJsf6LDg=="
)
GREASE = "— grease.example/x AAAAAAECAwQ="


def b64(body: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(body).decode()


def mldsa(message: bytes) -> bytes:
    """The kept signature of a message; a new one, kept from now on, if there is none that verifies."""
    kept: dict[str, str] = json.loads(STORE.read_text("utf-8")) if STORE.exists() else {}
    name = sha256(message).hexdigest()
    try:
        body = base64.b64decode(kept[name])
        ML.public_key().verify(body, message)
    except (KeyError, InvalidSignature):
        body = ML.sign(message)
        kept[name] = b64(body)
        STORE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
    return body


def ed_line(text: str) -> str:
    """The log's Ed25519 line."""
    key_id = sha256(ORIGIN.encode() + b"\n\x01" + ED_PUBLIC).digest()[:4]
    return f"— {ORIGIN} {b64(key_id + ED.sign(text.encode()))}"


def ml_line(size: int, root: bytes, time: int = TIME, name: str = ORIGIN, start: int = 0) -> str:
    """The log's ML-DSA-44 line."""
    origin = name.encode()
    message = (
        b"subtree/v1\n\0"
        + bytes([len(origin)])
        + origin
        + struct.pack(">QB", time, len(origin))
        + origin
        + struct.pack(">QQ", start, size)
        + root
    )
    key_id = sha256(ORIGIN.encode() + b"\n\x06" + ML_PUBLIC).digest()[:4]
    return f"— {ORIGIN} {b64(key_id + struct.pack('>Q', time) + mldsa(message))}"


def head_text(size: int, root: str) -> str:
    """The three lines."""
    return f"{ORIGIN}\n{size}\n{root}\n"


def note(text: str, *lines: str) -> str:
    """A note."""
    return text + "\n" + "".join(line + "\n" for line in lines)


@lru_cache(maxsize=1)
def _signed() -> tuple[str, str, str]:
    text = head_text(300, FIXTURE[300])
    return text, ed_line(text), ml_line(300, base64.b64decode(FIXTURE[300]))


def _given(data: str | bytes) -> Json:
    raw = data.encode() if isinstance(data, str) else data
    return {"note_hex": raw.hex(), "origin": ORIGIN, "ed25519_hex": ED_PUBLIC.hex(), "mldsa44_b64": b64(ML_PUBLIC)}


def _good_heads() -> Iterator[Vector]:
    text, first, second = _signed()
    sure(first == PUBLISHED, "the published Ed25519 line")
    value = {"size": 300, "root_hex": base64.b64decode(FIXTURE[300]).hex()}
    for what, comment, lines in (
        ("published", "the fixture's head: its Ed25519 line is published", (first, second)),
        ("shuffled", "the lines may come in any order", (second, first)),
        ("cosigned", "a witness's line is tolerated", (first, second, WITNESS)),
        ("cosigned-between", "anywhere", (WITNESS, first, GREASE, second)),
        ("grease", "a line of a key that nobody knows", (GREASE, first, second)),
        (
            "same-name-other-key",
            "the same name with another key id is an unknown key",
            (first, second, f"— {ORIGIN} AAAAAAEC"),
        ),
    ):
        yield good("checkpoint", f"good-{what}", comment, _given(note(text, *lines)), value)
    empty = base64.b64decode(FIXTURE[0])
    zero = head_text(0, FIXTURE[0])
    yield good(
        "checkpoint",
        "good-empty-log",
        "a log without entries",
        _given(note(zero, ed_line(zero), ml_line(0, empty))),
        {"size": 0, "root_hex": empty.hex()},
    )


def _bad_heads() -> Iterator[Vector]:
    text, first, second = _signed()
    root = base64.b64decode(FIXTURE[300])
    for what, comment, changed_text in (
        ("extension", "an extension line", text + "extension\n"),
        ("leading-zero", "a size with a leading zero", text.replace("\n300\n", "\n0300\n")),
        ("size-plus", "a size with a sign", text.replace("\n300\n", "\n+300\n")),
        ("size-space", "a size with a space", text.replace("\n300\n", "\n 300\n")),
        ("size-full-width", "a size in full-width digits", text.replace("\n300\n", "\n\uff13\uff10\uff10\n")),
        ("size-negative", "a negative size", text.replace("\n300\n", "\n-300\n")),
        ("size-empty", "no size", text.replace("\n300\n", "\n\n")),
        ("root-missing", "no root", text.rsplit("\n", 2)[0] + "\n"),
        ("root-31", "a root of 31 bytes", text.replace(FIXTURE[300], b64(root[:31]))),
        ("root-33", "a root of 33 bytes", text.replace(FIXTURE[300], b64(root + b"\0"))),
        ("root-spare-bits", "a second spelling of the root", text.replace("9ZQ=", "9ZR=")),
        ("root-hex", "the root in hex", text.replace(FIXTURE[300], root.hex())),
    ):
        data = note(changed_text, ed_line(changed_text), second)
        yield bad("checkpoint", what, comment, _given(data), "E_NOTE")
    for what, comment, lines, code in (
        ("no-mldsa", "the ML-DSA-44 line is missing", (first,), "E_SIGNERS"),
        ("no-ed25519", "the Ed25519 line is missing", (second,), "E_SIGNERS"),
        ("only-witness", "nobody of the log", (WITNESS, GREASE), "E_SIGNERS"),
        ("bad-ed25519", "a bit of the Ed25519 line", (_flip(first), second), "E_SIG"),
        ("bad-mldsa", "a bit of the ML-DSA-44 line", (first, _flip(second)), "E_SIG"),
        ("bad-beside-good", "a bad line beside the good one", (first, second, _flip(first)), "E_SIG"),
        ("mldsa-short", "an ML-DSA-44 line of 2,419 bytes", (first, _cut(second)), "E_SIG"),
        ("mldsa-time-0", "an ML-DSA-44 line without a time", (first, ml_line(300, root, 0)), "E_SIG"),
        ("mldsa-other-size", "the ML-DSA-44 line of another size", (first, ml_line(299, root)), "E_SIG"),
        ("mldsa-other-root", "the ML-DSA-44 line of another root", (first, ml_line(300, bytes(32))), "E_SIG"),
        ("mldsa-subtree", "the ML-DSA-44 line of a subtree", (first, ml_line(300, root, start=256)), "E_SIG"),
        ("mldsa-other-time", "a time that was not signed", (first, _retime(second)), "E_SIG"),
        ("ed25519-short", "an Ed25519 line of 63 bytes", (_cut(first), second), "E_SIG"),
    ):
        yield bad("checkpoint", what, comment, _given(note(text, *lines)), code)
    foreign = text.replace(ORIGIN, ORIGIN + "x", 1)
    data = note(foreign, ed_line(foreign), second)
    yield bad("checkpoint", "other-origin", "another log's head", _given(data), "E_NOTE")
    other = head_text(301, FIXTURE[300])
    yield bad(
        "checkpoint", "text-changed", "another size under the same lines", _given(note(other, first, second)), "E_SIG"
    )
    both = note(text, first, second)
    yield bad(
        "checkpoint", "carriage-returns", "line ends of two characters", _given(both.replace("\n", "\r\n")), "E_NOTE"
    )
    yield bad("checkpoint", "cut", "cut in the last line", _given(both[:-1]), "E_NOTE")
    yield bad("checkpoint", "empty", "no bytes", _given(""), "E_NOTE")
    spare = both + "— grease.example/x AAAAAAF=\n"
    yield bad("checkpoint", "base64", "a second spelling in a line of nobody", _given(spare), "E_B64")


def _body(line: str) -> tuple[str, bytes]:
    head, _, body = line.rpartition(" ")
    return head, base64.b64decode(body)


def _flip(line: str) -> str:
    head, body = _body(line)
    return f"{head} {b64(body[:40] + bytes([body[40] ^ 1]) + body[41:])}"


def _cut(line: str) -> str:
    head, body = _body(line)
    return f"{head} {b64(body[:-1])}"


def _retime(line: str) -> str:
    head, body = _body(line)
    return f"{head} {b64(body[:4] + struct.pack('>Q', TIME + 1) + body[12:])}"


def _proofs() -> Iterator[Vector]:
    text, first, second = _signed()
    leaves = [leaf(station_entry(i)) for i in range(300)]
    sure(naive_root(leaves) == base64.b64decode(FIXTURE[300]), "the published root of 300")
    head = note(text, first, second)

    def proof(
        index: int | str, hashes: list[bytes], checkpoint: str = head, header: str = "c2sp.org/tlog-proof@v1"
    ) -> str:
        return f"{header}\nindex {index}\n" + "".join(b64(part) + "\n" for part in hashes) + "\n" + checkpoint

    def given(data: str, index: int = 17) -> Json:
        base = _given(head)
        del base["note_hex"]
        return {"proof_hex": data.encode().hex(), "entry_hex": station_entry(index).hex(), **base}

    for index in (0, 17, 299):
        data = proof(index, path(index, leaves))
        yield good("proof", f"good-{index}", "a receipt that needs no network", given(data, index), {"index": index})
    right = path(17, leaves)
    shuffled = proof(17, right, note(text, GREASE, second, first))
    yield good("proof", "good-checkpoint-lines", "the checkpoint stands verbatim", given(shuffled), {"index": 17})
    good_one = proof(17, right)
    for what, comment, data, code in (
        ("short", "a hash is missing", proof(17, right[:-1]), "E_PROOF"),
        ("long", "a hash too many", proof(17, [*right, right[0]]), "E_PROOF"),
        ("other-index", "another index", proof(18, right), "E_PROOF"),
        ("index-beyond", "an index beyond the log", proof(300, right), "E_PROOF"),
        ("hash-changed", "a hash is another", proof(17, [bytes(32), *right[1:]]), "E_PROOF"),
        ("header", "another version", proof(17, right, header="c2sp.org/tlog-proof@v2"), "E_PROOF"),
        ("index-leading-zero", "one spelling of the index", proof("017", right), "E_PROOF"),
        ("index-negative", "a negative index", proof("-17", right), "E_PROOF"),
        ("hash-31", "a hash of 31 bytes", proof(17, [right[0][:31], *right[1:]]), "E_PROOF"),
        ("hash-base64", "a second spelling of a hash", good_one.replace("=\n", "\n", 1), "E_PROOF"),
        ("no-index", "no index line", good_one.replace("index 17\n", ""), "E_PROOF"),
        (
            "checkpoint-unsigned",
            "a checkpoint without the log's lines",
            proof(17, right, note(text, GREASE)),
            "E_SIGNERS",
        ),
        (
            "checkpoint-forged",
            "a checkpoint with a bad line",
            proof(17, right, note(text, _flip(first), second)),
            "E_SIG",
        ),
    ):
        yield bad("proof", what, comment, given(data), code)
    yield bad("proof", "other-entry", "the proof of another entry", given(good_one, 18), "E_PROOF")


def _receipts() -> Iterator[Vector]:
    entries = standing_county()
    county_key = "changpiao/county-test/county"
    body = receipt_body(entries)
    right = sign(text_of("receipt", body), [county_key])
    election = entries[0].hex()
    given = {"note_hex": right.hex(), "election_note_hex": election}
    value = {name: body[name] for name in ("chain", "from", "to", "head")}
    yield good("receipt", "good", "a whole chain is durable", given, value)
    unit = dict(body, chain="u/v1", to=0, head=hash_hex(entries[find(entries, "statement")]))
    yield good(
        "receipt",
        "good-unit-chain",
        "a committee's record",
        {**given, "note_hex": sign(text_of("receipt", unit), [county_key]).hex()},
        {**value, "chain": "u/v1", "to": 0, "head": unit["head"]},
    )
    text = text_of("receipt", body)
    for what, comment, data, code in (
        (
            "signed-by-authority",
            "only the county gives receipts",
            sign(text, ["changpiao/county-test/authority"]),
            "E_SIGNERS",
        ),
        ("signed-twice", "one line", sign(text, [county_key] * 2), "E_SIGNERS"),
        ("signed-by-other-county", "another election's county", sign(text, ["changpiao/other/county"]), "E_SIGNERS"),
        (
            "signature",
            "the signature of another receipt",
            text + b"\n" + sign(text_of("receipt", unit), [county_key]).rpartition(b"\n\n")[2],
            "E_SIG",
        ),
        (
            "election",
            "a receipt of another election",
            changed(right, lambda b: b.update(election="f" * 64)),
            "E_ELECTION",
        ),
        ("field", "a further field", changed(right, lambda b: b.update(x=1)), "E_UNKNOWN_FIELD"),
    ):
        yield bad("receipt", what, comment, {**given, "note_hex": data.hex()}, code)


def vectors() -> Iterator[Vector]:
    """Checkpoints, proofs, receipts."""
    yield from _good_heads()
    yield from _bad_heads()
    yield from _proofs()
    yield from _receipts()
