"""Signed notes: inverse functions, and no byte of a signed note can be changed unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.errors import BadSignature, Malformed, ProtocolError
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.signing import check_station_signers, sign_text
from tally_protocol.seal.document import decode_text, encode_text, record_hash
from tally_protocol.seal.keys import Signer, check_line, key_id, verify_signature
from tally_protocol.seal.note import SignatureLine, decode_base64, encode_base64, format_note, parse_note
from tests.world import World, papers, signer

VOTE = (0, 1, 0, 0, 1, 1, 0, 0)
names = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="+"), min_size=1, max_size=12)
lines = st.builds(SignatureLine, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=64))
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(lambda text: (text + "\n").encode())


@pytest.mark.property
@given(texts, st.lists(lines, min_size=1, max_size=16))
def test_parse_is_the_inverse_of_format(text: bytes, some: list[SignatureLine]) -> None:
    """[NOTE-3] The signed bytes are the text with its final line end."""
    note = parse_note(format_note(text, tuple(some)))
    assert note.text == text
    assert note.lines == tuple(some)


@pytest.mark.property
@given(st.binary(max_size=80))
def test_base64_has_one_spelling(body: bytes) -> None:
    """[NOTE-1] base64 that is not canonical: `E_B64`."""
    text = encode_base64(body)
    assert decode_base64(text.encode(), "x") == body
    for other in (text + "=", text + "\n", " " + text, text.rstrip("=") + "?"):
        with pytest.raises(Malformed, match="E_B64"):
            decode_base64(other.encode(), "x")


def _check(note: bytes, world: World) -> None:
    """What admission looks at: structure, fields, exactly the right signers."""
    decoded = decode_record(note)
    manifest = world.manifest("v1", "1")
    check_station_signers(
        decoded.note, decoded.kind, manifest.election, manifest.unit, manifest.roster, world.profile
    )  # fmt: skip


def test_every_single_byte_of_a_signed_note_counts() -> None:
    """[SIGN-4] [KEY-2] Replaced, left out or doubled: no changed note of a record passes."""
    world = World()
    desk = world.desk("v1", "1")
    desk.open()
    note = desk.batch(papers(60, VOTE))
    _check(note, world)
    for place in range(len(note)):
        for other in (note[place] ^ 1, note[place] ^ 0x20):
            with pytest.raises(ProtocolError):
                _check(note[:place] + bytes([other]) + note[place + 1 :], world)
        with pytest.raises(ProtocolError):
            _check(note[:place] + note[place + 1 :], world)


def test_a_line_counts_for_one_key_alone() -> None:
    """[KEY-3] The same name with another key id is an unknown key."""
    text = b"hello\n"
    right, other = signer("name"), signer("other")
    (line,) = parse_note(sign_text(text, [right])).lines
    check_line(line, "name", right.public, text, "line")
    with pytest.raises(BadSignature, match="E_SIGNERS"):
        check_line(line, "name", other.public, text, "line")
    with pytest.raises(BadSignature, match="E_SIGNERS"):
        check_line(line, "other", right.public, text, "line")
    with pytest.raises(BadSignature, match="E_SIG:"):
        check_line(line, "name", right.public, b"other\n", "line")


def test_a_signature_is_of_a_kind_of_statement() -> None:
    """[NOTE-2] The type line is signed: a signature cannot be moved to another kind."""
    key = signer("name")
    line = key.sign(encode_text("open", {"a": 1}))
    assert verify_signature(key.public, encode_text("open", {"a": 1}), line.signature)
    assert not verify_signature(key.public, encode_text("close", {"a": 1}), line.signature)
    assert line.key_id == key_id("name", key.public)


def test_text_of_a_record() -> None:
    """[NOTE-2] Exactly two lines; the hash covers both [NOTE-3]."""
    text = encode_text("open", {"a": 1})
    assert text == b'changpiao/v1 open\n{"a":1}\n'
    assert decode_text(text) == ("open", {"a": 1})
    assert record_hash(text) != record_hash(encode_text("close", {"a": 1}))


def test_a_signer_keeps_its_key_to_itself() -> None:
    key = signer("name")
    assert isinstance(key, Signer)
    assert "private" not in repr(key).lower()
