"""What a paper counts, cell by cell, and the register of written-in names.

Serves [VALID-1] to [VALID-5], [CELL-1], [FIG-1], [FIG-2], [NAME-1], [NAME-2], [CONV-2].
"""

from typing import Any

import pytest

from tests.verifier.lawcases import contest, given
from tests.verifier.profiles import profile
from verifier.ballots import count_papers
from verifier.chain.station import StationChain
from verifier.decode.layouts import HEAD, VERDICTS, WRITTEN, Layout, layouts_of
from verifier.findings.codes import Refused

# chief: a, b, one slot; vice: a (the same person), c, one slot; member: a of another name, no slot
POSTS = [
    contest("chief", {"a": 0, "b": 0}, max_marks=1, write_ins=1, names={"a": "甲"}),
    contest("vice", {"a": 0, "c": 0}, max_marks=1, write_ins=1, names={"a": "甲"}),
    contest("member", {"a": 0, "d": 0}, max_marks=2, write_ins=0, seats=2, names={"a": "乙"}),
]
PAPER: Layout = layouts_of(given(POSTS)["unit_json"])["L"]


def verdicts(row: str, **ballot: Any) -> str:
    """The word of each contest for one paper; every paper of a layout counts once in each."""
    figures, _ = count_papers(PAPER, [bytes.fromhex(row)] * 2, [4, 9], profile(**ballot)["ballot"])
    total = ballot.get("ballot__overvote__compare") == "total"
    layouts_of(given(POSTS)["unit_json"], {"p"} if total else ())["L"].check(figures)
    assert figures[0] == 2
    return " ".join(VERDICTS[figures[start : start + WRITTEN].index(2)] for start in PAPER.starts)


# status, chief a b slot, vice a c slot, member a d
TABLE: list[tuple[str, dict[str, Any], str]] = [
    ("00 010000 000100 0101", {}, "valid valid valid"),  # the member a is somebody else
    ("00 000000 000000 0000", {}, "blank blank blank"),
    ("00 020000 000300 0000", {}, "valid valid blank"),  # a mark that is no approval is a mark
    # step 1: the status
    ("01 010000 000100 0101", {}, "torn torn torn"),
    ("02 010100 000100 0101", {}, "not_official not_official not_official"),
    ("03 010000 000100 0101", {}, "marked marked marked"),
    ("03 010000 000100 0101", {"ballot__extra_mark": "ignore"}, "valid valid valid"),
    ("03 010100 000100 0000", {"ballot__extra_mark": "part"}, "over valid blank"),
    ("04 010000 000100 0101", {"ballot__extra_mark": "ignore"}, "unidentifiable unidentifiable unidentifiable"),
    ("05 010000 000100 0101", {"ballot__extra_mark": "ignore"}, "unstated unstated unstated"),
    # step 2: unclear marks
    ("00 030000 000100 0000", {"ballot__illegible": "ballot"}, "illegible illegible illegible"),
    ("00 010100 000100 0003", {"ballot__illegible": "ballot"}, "illegible illegible illegible"),  # before over
    ("00 030000 000100 0000", {}, "valid valid blank"),
    # step 3: too many
    ("00 010100 000100 0000", {}, "over valid blank"),
    ("00 010001 000100 0000", {}, "over valid blank"),  # a written name is an approval
    ("00 010100 000100 0000", {"ballot__overvote__scope": "ballot"}, "over over over"),
    ("00 010100 000100 0000", {"ballot__overvote__compare": "total"}, "valid valid blank"),  # 3 of 4 in all
    ("00 010101 000101 0000", {"ballot__overvote__compare": "total"}, "over over over"),  # 5 of 4
    ("00 010100 000100 0001", {"ballot__overvote__compare": "total"}, "valid valid valid"),
    ("00 010100 000100 0101", {"ballot__overvote__compare": "total", "ballot__overvote__scope": "post"},
     "over over over"),
    # step 4: one person in two posts
    ("00 010000 010000 0000", {}, "duplicate duplicate duplicate"),
    ("00 010000 010000 0000", {"ballot__dup_post": "columns"}, "duplicate duplicate blank"),
    ("00 010000 010000 0000", {"ballot__dup_post": "highest_only"}, "valid blank blank"),
    ("00 010000 020000 0000", {}, "valid valid blank"),  # opposed there
    ("00 010000 000000 0100", {}, "valid blank valid"),
    ("00 000001 000001 0000", {}, "duplicate duplicate duplicate"),  # one written name in two posts
    ("00 000001 000002 0000", {}, "valid valid blank"),
    ("00 000001 000001 0000", {"ballot__dup_post": "columns"}, "duplicate duplicate blank"),
    ("00 000001 000001 0000", {"ballot__dup_post": "highest_only"}, "valid blank blank"),
    ("00 010100 010000 0000", {"ballot__dup_post": "columns"}, "over duplicate blank"),  # whatever step 3 decided
    ("00 010100 010000 0000", {}, "over duplicate duplicate"),
    ("00 010100 010000 0000", {"ballot__dup_post": "highest_only"}, "over blank blank"),
    ("00 010000 010200 0000", {"ballot__dup_post": "highest_only"}, "valid valid blank"),
    # step 5: a written name needs somebody opposed
    ("00 000001 000000 0000", {"ballot__write_in": "needs_oppose"}, "unpaired blank blank"),
    ("00 020001 000000 0000", {"ballot__write_in": "needs_oppose"}, "valid blank blank"),
    ("00 000001 000001 0000", {"ballot__write_in": "needs_oppose", "ballot__dup_post": "highest_only"},
     "unpaired blank blank"),
    ("00 000001 020001 0000", {"ballot__write_in": "needs_oppose", "ballot__dup_post": "highest_only"},
     "unpaired valid blank"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "ballot", "expected"), TABLE)
def test_validity(row: str, ballot: dict[str, Any], expected: str) -> None:
    assert verdicts(row, **ballot) == expected


def test_two_names_of_one_post_need_two_opposed() -> None:
    """[VALID-2], [VALID-3]: distinct register numbers count; the same twice is one."""
    one = contest("a", {"x": 0, "y": 0}, max_marks=2, write_ins=2)
    layout = layouts_of(given([one])["unit_json"])["L"]
    ballot = profile(ballot__write_in="needs_oppose")["ballot"]
    for row, verdict in (("0002000102", "unpaired"), ("0002020102", "valid"), ("0002000101", "valid")):
        figures, _ = count_papers(layout, [bytes.fromhex(row)], [4, 9], ballot)
        assert VERDICTS[figures[1 : 1 + WRITTEN].index(1)] == verdict, row


def test_valid_contests_add_to_candidates_and_names() -> None:
    """[VALID-5]: approve, oppose, unclear, abstain; each distinct written-in entry one vote."""
    one = contest("a", {"x": 0, "y": 0, "z": 0, "w": 0}, max_marks=3, write_ins=3)
    layout = layouts_of(given([one])["unit_json"])["L"]
    row = bytes.fromhex("00 01020300 020201")
    figures, write_ins = count_papers(layout, [row] * 3, [4, 9], profile()["ballot"])
    layout.check(figures)
    first = 1 + HEAD
    assert figures[first:] == [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3]
    assert figures[1 + WRITTEN] == 6
    assert write_ins == [[0, 4, 3], [0, 9, 3]]
    over, nothing = count_papers(layout, [bytes.fromhex("00 01010000 020201")], [4, 9], profile()["ballot"])
    assert (over[3], sum(over[first:]), nothing) == (1, 0, [])


def test_what_highest_only_takes_away_adds_to_nobody() -> None:
    row = bytes.fromhex("00 010000 010000 0000")
    figures, _ = count_papers(PAPER, [row], [4], profile(ballot__dup_post="highest_only")["ballot"])
    assert figures[PAPER.starts[0] + HEAD] == 1
    assert sum(figures[PAPER.starts[1] + HEAD : PAPER.starts[2]]) == 0


@pytest.mark.parametrize("row", ["06" + "00" * 8, "00 040000" + "00" * 5, "00 000003" + "00" * 5, "01" + "ff" * 8])
def test_a_byte_that_the_cell_does_not_know(row: str) -> None:
    """[CELL-1], also on a void paper."""
    with pytest.raises(Refused, match="E_RANGE"):
        count_papers(PAPER, [bytes.fromhex(row)], [4, 9], profile()["ballot"])


def test_the_most_approvals_of_a_contest() -> None:
    """[FIG-2]: `max_marks` x valid, or with `compare` `total` the marks of the whole paper x valid."""
    unit = given(POSTS)["unit_json"]
    figures = [1, *[1, *[0] * 11, 1, 0, 0, 0, 1, 0, 0, 0], *[0, 1, *[0] * 18], *[0, 1, *[0] * 18]]
    with pytest.raises(Refused, match="E_SUM"):
        layouts_of(unit)["L"].check(figures)
    layouts_of(unit, {"p"})["L"].check(figures)
    four = [1, *[1, *[0] * 10, 1, 1, 0, 0, 0, 1, 0, 0, 0], *[0, 1, *[0] * 18], *[0, 1, *[0] * 18]]
    layouts_of(unit, {"p"})["L"].check(four)
    unit["contests"][2]["max_marks"] = 1
    layouts_of(unit, {"p"})["L"].check(four)  # three marks of three
    unit["contests"] = unit["contests"][:2]
    unit["layouts"][0]["contests"] = ["chief", "vice"]
    with pytest.raises(Refused, match="E_SUM"):
        layouts_of(unit, {"p"})["L"].check(four[:41])


def test_a_layout_has_one_profile() -> None:
    """[SEAL-6]."""
    unit = given([contest("a", {"x": 1}), contest("b", {"y": 1}, profile="q")])["unit_json"]
    with pytest.raises(Refused, match="E_MANIFEST"):
        layouts_of(unit)
    unit["layouts"] = [{"contests": ["a"], "id": "L"}, {"contests": ["b"], "id": "M"}]
    assert [layout.profile for layout in layouts_of(unit).values()] == ["p", "q"]


@pytest.mark.parametrize(
    ("register", "new", "write_ins", "code"),
    [
        (1999, 2, [], "E_LIMIT"),  # names_per_chain
        (0, 1, [[0, 1, 1], [1, 1, 4]], "E_SUM"),  # one entry, more votes than valid papers, though the sums are right
        (0, 1, [[0, 1, 1], [3, 1, 1]], "E_LAYOUT"),
    ],
)
def test_the_register_of_written_in_names(register: int, new: int, write_ins: list[list[int]], code: str) -> None:
    """[NAME-1], [NAME-2], [CONV-2]."""
    chain = StationChain("s/v1/a", "v1", "a", register=["00" * 32] * register)
    figures = [3, 3, *[0] * 10, 1, *[0] * 8, 3, *[0] * 10, 4, *[0] * 28]
    figures = figures[: PAPER.length]
    table = list(range(register + 1, register + new + 1))
    with pytest.raises(Refused, match=code):
        chain._check_names(  # noqa: SLF001 - no small paper has these figures
            PAPER, {"figures": figures, "names": ["00" * 32] * new, "table": table, "write_ins": write_ins}
        )
