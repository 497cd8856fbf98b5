"""Hand-off files: the same bytes out and in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_node.handoff import HEADER, Envelope, read_file, write_file
from tally_node.voice import NodeError


@pytest.mark.property
@given(st.lists(st.builds(Envelope, st.binary(max_size=300), st.binary(max_size=300)), max_size=8))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, envelopes: list[Envelope]) -> None:
    path = tmp_path_factory.mktemp("handoff") / "a.changpiao"
    assert write_file(path, envelopes) == len(envelopes)
    assert list(read_file(path)) == envelopes
    assert list(read_file(path.parent)) == envelopes


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    whole = tmp_path / "whole.changpiao"
    write_file(whole, [Envelope(b"note", b"sealed"), Envelope(b"second", b"")])
    data = whole.read_bytes()
    ends = {len(HEADER), len(HEADER) + 4 + 4 + 4 + 6, len(data)}
    for size in range(len(data)):
        cut = tmp_path / "cut"
        cut.write_bytes(data[:size])
        if size in ends:
            # a cut between two envelopes looks like a shorter file: the chain's own gaps show it
            list(read_file(cut))
            continue
        with pytest.raises(NodeError) as caught:
            list(read_file(cut))
        assert caught.value.code == "N_FILE"


def test_an_absurd_length_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.changpiao"
    path.write_bytes(HEADER + b"\xff\xff\xff\xff")
    with pytest.raises(NodeError) as caught:
        list(read_file(path))
    assert caught.value.code == "N_FILE"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_file(tmp_path / "a", [])
    with pytest.raises(NodeError) as caught:
        write_file(tmp_path / "a", [])
    assert caught.value.code == "N_EXISTS"
