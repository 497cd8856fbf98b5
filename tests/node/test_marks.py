"""The marks grammar of the keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_node.marks import Paper, read_paper
from tally_node.voice import NodeError
from tally_protocol.election.shape import Shape, shape
from tally_protocol.election.unit import Unit
from tests.node.laptop import enrol
from tests.node.sealing import Sealing


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> tuple[Unit, Shape]:
    """The unit and the shape of its paper: status | chair a b + slot | member c d e + 2 slots."""
    unit = Sealing([enrol(tmp_path_factory.mktemp("marks") / "home")[1]]).units["v1"][0]
    return unit, shape(unit, "village")


@pytest.mark.parametrize(
    ("line", "row", "names"),
    [
        ("", (0,) * 9, ()),
        ("   ", (0,) * 9, ()),
        ("a | c d", (0, 1, 0, 0, 1, 1, 0, 0, 0), ()),
        ("-a ?b | ", (0, 2, 3, 0, 0, 0, 0, 0, 0), ()),
        ("a a | c", (0, 1, 0, 0, 1, 0, 0, 0, 0), ()),
        ("+王五 | +王五 +李四", (0, 0, 0, 1, 0, 0, 0, 1, 2), ("王五", "李四")),
        (" | +王五 +王五", (0, 0, 0, 0, 0, 0, 0, 1, 0), ("王五",)),
        ("!torn", (1, 0, 0, 0, 0, 0, 0, 0, 0), ()),
        ("!marked", (3, 0, 0, 0, 0, 0, 0, 0, 0), ()),
        ("!marked a | ?c +王五", (3, 1, 0, 0, 3, 0, 0, 1, 0), ("王五",)),
        ("!unstated", (5, 0, 0, 0, 0, 0, 0, 0, 0), ()),
    ],
)
def test_lines(village: tuple[Unit, Shape], line: str, row: tuple[int, ...], names: tuple[str, ...]) -> None:
    assert read_paper(line, *village) == Paper(bytes(row), names)


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "a | c | d",
        "z | c",
        "a -a | c",
        "-| c",
        "+王五 +李四 | c",
        "!ok",
        "!burnt",
        "! torn",
        "!torn a | c",
        "!marked a",
        "+ | c",
        "+\u202e王 | c",
    ],
)
def test_lines_that_are_not_recorded(village: tuple[Unit, Shape], line: str) -> None:
    with pytest.raises(NodeError) as caught:
        read_paper(line, *village)
    assert caught.value.code == "N_MARKS"


def test_an_error_never_repeats_what_stands_on_the_ballot(village: tuple[Unit, Shape]) -> None:
    with pytest.raises(NodeError) as caught:
        read_paper("secretname | c", *village)
    assert "secretname" not in str(caught.value)


@pytest.mark.property
@given(st.text(alphabet="abcdez+-?!| 王\t.", max_size=30))
def test_any_line_is_a_whole_paper_or_n_marks(village: tuple[Unit, Shape], line: str) -> None:
    try:
        paper = read_paper(line, *village)
    except NodeError as error:
        assert error.code == "N_MARKS"
        return
    assert len(paper.row) == village[1].width
