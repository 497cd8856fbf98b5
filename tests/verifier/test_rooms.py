"""The rooms by themselves: tokens of JSON, keys, proofs, the trees, work shared out over processes.

Serves [JSON-1], [JSON-2], [JSON-3], [JSON-4], [KEY-1], [KEY-2], [IDENT-1], [IDENT-2], [VALID-1] to [VALID-5], [CELL-1].
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.maker import Maker
from tests.verifier.signing import canon, key_of, sha, tree
from verifier.ballots import index_archive
from verifier.chain.route import route
from verifier.decode.grammar import read_object, read_thoroughly
from verifier.findings.codes import Refused
from verifier.notes import read_record, split_note
from verifier.signatures import GROUP_ORDER, SMALL_ORDER, Ed25519Keys, key_is_sound
from verifier.tree import check_consistency, check_inclusion, implied_paths, tile_number

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
VALUES = st.recursive(
    st.one_of(
        st.integers(-(2**53) + 1, 2**53 - 1),
        st.booleans(),
        st.text(alphabet='ab"\\唱票é·\u200c', max_size=6),
        st.lists(st.integers(0, 1000)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)


@pytest.mark.property
@given(DOCUMENTS)
def test_canonical_documents_are_read_alike_by_both_readers(document: dict[str, object]) -> None:
    """[JSON-4] `There MUST be exactly one spelling`: the quick and the thorough reader agree on what it means."""
    text = canon(document)
    assert read_object(text.encode()) == document == read_thoroughly(text)


@pytest.mark.property
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_quick_reader_never_takes_what_the_thorough_refuses(
    document: dict[str, object], dice: random.Random
) -> None:
    """Random damage to canonical text: both say the same, value or code."""
    text = list(canon(document))
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(text) + 1)
        text[place : place + dice.randint(0, 1)] = [dice.choice('{}[]:,"\\ 0123-+.eE\nabtrufalsn\u0301\u0007')]
    damaged = "".join(text)

    def said(read: object, argument: object) -> object:
        try:
            return read(argument)  # type: ignore[operator]
        except Refused as refused:
            return refused.code

    assert said(read_object, damaged.encode()) == said(read_thoroughly, damaged)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a":null}', "E_JSON"), ("[]", "E_JSON"), ('{"a":1,"a":2}', "E_JSON"), ('{"A":1}', "E_JSON"),
        ('{"a":01}', "E_JSON"), ('{"a":+1}', "E_JSON"), ('{"a":NaN}', "E_JSON"), ('{"a":1}x', "E_JSON"),
        ('{"a":"\\x"}', "E_JSON"), ('{"a":"\n"}', "E_JSON"), ("\ufeff{}", "E_JSON"), ("", "E_JSON"),
        ('{"a":[1,]}', "E_JSON"),
        ('{"a":' + "[" * 16 + "]" * 16 + "}", "E_JSON"), ('{"a":' + "[" * 30000, "E_JSON"),
        ('{"a":1.0}', "E_NUM"), ('{"a":1e3}', "E_NUM"), ('{"a":-0}', "E_NUM"), ('{"a":9007199254740992}', "E_NUM"),
        ('{"a":' + "9" * 6000 + "}", "E_NUM"),
        ('{"a":"e\u0301"}', "E_NAME"), ('{"a":"\u202e"}', "E_NAME"), ('{"a":"\\ud800"}', "E_NAME"),
        ('{"a":"\x7f"}', "E_NAME"),
        ('{ "a":1}', "E_NONCANON"), ('{"b":1,"a":1}', "E_NONCANON"), ('{"a":"\\u0041"}', "E_NONCANON"),
        ('{"a":"\\/"}', "E_NONCANON"),
        ('{"a":1.0,"b":"\u202e", "c":1}', "E_NUM"), ('{"b":"\u202e", "a":1}', "E_NAME"),
    ],
)  # fmt: skip
def test_the_first_broken_rule_is_named(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_object(text.encode())


def test_the_deepest_document_allowed() -> None:
    text = '{"a":' + "[" * 15 + "1" + "]" * 15 + "}"
    assert read_object(text.encode()) == read_thoroughly(text)


def test_every_flipped_byte_of_a_note_changes_its_reading(maker: Maker) -> None:
    """[NOTE-1], [NOTE-2]: refused, or read as something else; never the same record with other bytes in the text."""
    for entry in (maker.entries[7], maker.entries[10], maker.entries[-1]):
        honest = read_record(entry)
        for place in range(len(entry)):
            damaged = entry[:place] + bytes([entry[place] ^ 1]) + entry[place + 1 :]
            try:
                other = read_record(damaged)
            except Refused:
                continue
            assert (other.hash, other.note.lines) != (honest.hash, honest.note.lines), place


def test_notes_of_another_shape() -> None:
    """[NOTE-1]."""
    line = "— a AAAAAAA=\n"
    assert len(split_note(f"x\n\n{line * 16}".encode()).lines) == 16
    for text, code in (
        (f"x\n\n{line * 17}", "E_NOTE"), ("x\n\n", "E_NOTE"), (f"x\n{line}", "E_NOTE"), (f"x\r\n\n{line}", "E_NOTE"),
        ("x\n\n— a AAAAAAB=\n", "E_B64"), ("x\n\n— a AAAA\n", "E_NOTE"), ("x\n\n— a+b AAAAAAA=\n", "E_NOTE"),
        ("x\n\n— a\u3000b AAAAAAA=\n", "E_NOTE"), ("x\n\n- a AAAAAAA=\n", "E_NOTE"),
        ("x" * 65_535 + f"\n\n{line}", "E_LIMIT"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            split_note(text.encode())


def test_weak_keys_and_odd_signatures_are_refused() -> None:
    """[KEY-1], [KEY-2]: all 14 spellings, S + L, R of small order, keys off the curve or beyond p."""
    assert len(SMALL_ORDER) == 14
    assert not any(map(key_is_sound, SMALL_ORDER))
    assert not key_is_sound((2).to_bytes(32, "little"))  # not on the curve
    assert not key_is_sound((2**255 - 19 + 3).to_bytes(32, "little"))
    private = key_of("somebody")
    key, message = private.public_key().public_bytes_raw(), b"message"
    assert key_is_sound(key)
    signature = private.sign(message)
    keys = Ed25519Keys()
    assert keys.verify(key, signature, message)
    bigger = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not keys.verify(key, signature[:32] + bigger.to_bytes(32, "little"), message)
    assert not keys.verify(key, next(iter(SMALL_ORDER)) + signature[32:], message)
    assert not keys.verify(key, signature + b"\0", message)
    assert not keys.verify(key, signature, message + b"!")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21])
def test_proofs_hold_exactly_as_long_as_they_are(size: int) -> None:
    """[PROOF-1]: every index and every older size; one hash more or less is refused."""
    leaves = [sha(b"\0", bytes([i])) for i in range(size)]

    def inclusion(i: int, part: list[bytes]) -> list[bytes]:
        if len(part) == 1:
            return []
        half = 1 << ((len(part) - 1).bit_length() - 1)
        here, there = (part[:half], part[half:]) if i < half else (part[half:], part[:half])
        return [*inclusion(i if i < half else i - half, here), tree(there)]

    def consistency(m: int, part: list[bytes], *, whole: bool = True) -> list[bytes]:
        if m == len(part):
            return [] if whole else [tree(part)]
        half = 1 << ((len(part) - 1).bit_length() - 1)
        if m <= half:
            return [*consistency(m, part[:half], whole=whole), tree(part[half:])]
        return [*consistency(m - half, part[half:], whole=False), tree(part[:half])]

    root = tree(leaves)
    for i in range(size):
        proof = inclusion(i, leaves)
        check_inclusion(i, size, leaves[i], proof, root)
        for wrong in (proof[:-1], [*proof, root], [root, *proof[1:]]):
            if wrong != proof:
                with pytest.raises(Refused, match="E_PROOF"):
                    check_inclusion(i, size, leaves[i], wrong, root)
    for m in range(1, size + 1):
        proof, old = consistency(m, leaves), tree(leaves[:m])
        check_consistency(m, size, old, root, proof)
        with pytest.raises(Refused, match="E_PROOF"):
            check_consistency(m, size, old, root, [*proof, root])
        if m < size:
            with pytest.raises(Refused, match="E_PROOF"):
                check_consistency(m, size, root, root, proof)


def test_paths_of_tiles() -> None:
    assert [tile_number(n) for n in (5, 1234, 1234067)] == ["005", "x001/234", "x001/x234/067"]
    assert {"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"} <= set(implied_paths(70000))
    assert implied_paths(256) == ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]


def test_every_entry_goes_to_the_unit_that_its_fields_name(maker: Maker) -> None:
    """What shares out the work must agree with what the strict reader finds."""
    for entry in maker.entries:
        record, way = read_record(entry), route(entry)
        assert way.kind.decode() == record.kind
        chain = str(record.fields.get("chain", ""))
        own = record.fields.get("unit") or (record.fields.get("id") if record.kind == "unit" else "")
        unit = chain.split("/")[1] if "/" in chain else str(own or "")
        assert (way.chain, way.unit.decode()) == (chain, unit)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_an_archive_is_indexed_in_any_pieces(chunk: int) -> None:
    parts = [(sha(bytes([i])), bytes(i * 5)) for i in range(6)]
    data = b"".join(key + len(part).to_bytes(4, "big") + part for key, part in parts)
    places = index_archive(iter([data[i : i + chunk] for i in range(0, len(data), chunk)]))
    for key, part in parts:
        offset, size = places[key.hex()]
        assert data[offset : offset + size] == part
    with pytest.raises(Refused, match="E_SEALED"):
        index_archive(iter([data[:-1]]))
