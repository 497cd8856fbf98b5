"""The public log: files, bundles, checkpoints byte by byte, proofs that need no network."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.errors import Malformed, ProtocolError, RuleViolation
from tally_protocol.log.checkpoint import (
    Checkpoint,
    checkpoint_text,
    mldsa_key_id,
    mldsa_vkey,
    open_checkpoint,
    parse_checkpoint,
    parse_checkpoint_note,
    sign_checkpoint,
)
from tally_protocol.log.proof import check_proof, format_proof, parse_proof
from tally_protocol.log.tiles import encode_bundle, number_path, split_bundle, tile_path, tiles_grown, tiles_of
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier, inclusion_proof
from tally_protocol.seal.note import SignatureLine, encode_base64, format_note
from tests.world import TIME, World

WORLD = World()
MLDSA = WORLD.mldsa.public_key().public_bytes_raw()
KEYS = WORLD.origin, WORLD.log_signer.public, MLDSA
HEAD = WORLD.checkpoint()


def test_a_checkpoint_is_read_as_signed() -> None:
    """[CHECK-1] [CHECK-2] Three lines, an Ed25519 and an ML-DSA-44 line."""
    head = open_checkpoint(HEAD, *KEYS)
    assert head.size == len(WORLD.entries)
    assert parse_checkpoint(parse_checkpoint_note(HEAD)) == head
    assert checkpoint_text(head) == HEAD.partition(b"\n\n")[0] + b"\n"


def test_every_single_byte_of_a_checkpoint_counts() -> None:
    """[CHECK-2] A line of a known key that does not verify is `E_SIG`; one that became unknown is missing."""
    for place in range(len(HEAD)):
        # the long ML-DSA line is checked thinly: each try costs a verification
        if place > 500 and place % 37 and place < len(HEAD) - 10:
            continue
        changed = HEAD[:place] + bytes([HEAD[place] ^ 1]) + HEAD[place + 1 :]
        with pytest.raises(ProtocolError):
            open_checkpoint(changed, *KEYS)
    for cut in range(0, len(HEAD), 53):
        with pytest.raises(ProtocolError):
            open_checkpoint(HEAD[:cut], *KEYS)


def test_unknown_lines_are_tolerated() -> None:
    """[CHECK-2] Unknown lines, in any order, MUST be tolerated."""
    grease = SignatureLine("grease.example/x", b"abcd", b"anything")
    same_name = SignatureLine(WORLD.origin, b"abcd", b"anything")
    head = open_checkpoint(HEAD, *KEYS)
    signed = sign_checkpoint(head, WORLD.log_signer, WORLD.mldsa, TIME, [grease, same_name])
    assert open_checkpoint(signed, *KEYS) == head
    note = parse_checkpoint_note(signed)
    assert open_checkpoint(format_note(note.text, note.lines[::-1]), *KEYS) == head
    with pytest.raises(ValueError, match="positive"):
        sign_checkpoint(head, WORLD.log_signer, WORLD.mldsa, 0)


def test_a_time_out_of_range_is_no_signature() -> None:
    note = parse_checkpoint_note(HEAD)
    first, second = note.lines
    far = SignatureLine(second.name, second.key_id, struct.pack(">Q", 2**63) + second.signature[8:])
    with pytest.raises(ProtocolError, match="E_SIG"):
        open_checkpoint(format_note(note.text, (first, far)), *KEYS)


def test_the_vkey_of_the_second_key() -> None:
    text = mldsa_vkey(WORLD.origin, MLDSA)
    assert text == f"{WORLD.origin}+{mldsa_key_id(WORLD.origin, MLDSA).hex()}+{encode_base64(bytes([6]) + MLDSA)}"


@pytest.mark.property
@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_grown_tiles_are_those_that_differ(one: int, two: int) -> None:
    """[TILE-1] Every tile that the size implies, with exactly its width."""
    old, new = sorted((one, two))
    before, after = set(tiles_of(old)), set(tiles_of(new))
    assert set(tiles_grown(old, new)) == after - before
    assert sum(width for level, _, width in after if level == 0) == new


def test_paths() -> None:
    """[TILE-1] Files, as in C2SP tlog-tiles."""
    assert number_path(1_234_067) == "x001/x234/067"
    assert tile_path(1, 0, 17) == "tile/1/000.p/17"
    assert list(tiles_of(0)) == []


@pytest.mark.property
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20))
def test_bundles_are_read_as_written(entries: list[bytes]) -> None:
    """[TILE-1] Wrong bytes or length of a bundle is `E_BUNDLE`."""
    data = encode_bundle(entries)
    assert split_bundle(data, len(entries)) == entries
    for wrong, width in (
        (data[:-1], len(entries)),
        (data + b"\0", len(entries)),
        (data, len(entries) + 1),
        (data + b"\0\1x", len(entries)),
    ):
        with pytest.raises(Malformed, match="E_BUNDLE"):
            split_bundle(wrong, width)


def _proof(index: int) -> bytes:
    frontier = Frontier()
    stored = {(lv, i): node for note in WORLD.entries for lv, i, node in frontier.append(leaf_hash(note))}
    return format_proof(index, inclusion_proof(index, frontier.size, lambda lv, i: stored[lv, i]), HEAD)


def test_proofs_hold_for_every_entry_and_no_other() -> None:
    """[RECEIPT-4] [PROOF-1] A tlog-proof of any admitted record, checked offline."""
    for index, entry in enumerate(WORLD.entries):
        proof = _proof(index)
        found, head = check_proof(proof, entry, *KEYS)
        assert (found, head.size) == (index, len(WORLD.entries))
        parsed = parse_proof(proof)
        assert format_proof(parsed.index, parsed.path, parsed.checkpoint) == proof
        for other in WORLD.entries[:index]:
            with pytest.raises(RuleViolation, match="E_PROOF"):
                check_proof(proof, other, *KEYS)


def test_an_extra_line_is_read_over() -> None:
    proof = _proof(2)
    extra = proof.replace(b"index 2\n", b"extra AAAA\nindex 2\n", 1)
    assert check_proof(extra, WORLD.entries[2], *KEYS)[0] == 2
    for wrong in (b"extra AAA\nindex 2\n", b"extra AAAA\n", b"extra AAAA\nextra AAAA\nindex 2\n"):
        with pytest.raises(RuleViolation, match="E_PROOF"):
            check_proof(proof.replace(b"index 2\n", wrong, 1), WORLD.entries[2], *KEYS)
    for data in (b"", b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v1\n\n", proof.replace(b"\n", b"\n" * 70, 1)):
        with pytest.raises(RuleViolation, match="E_PROOF"):
            parse_proof(data)


def test_a_head_is_one_origin(root: object) -> None:
    """[LOG-1] Another origin is another log."""
    assert root is not None
    other = Checkpoint("log.example/other-test", 1, bytes(32))
    signed = sign_checkpoint(other, WORLD.log_signer, WORLD.mldsa, TIME)
    with pytest.raises(Malformed, match="E_NOTE"):
        open_checkpoint(signed, *KEYS)
