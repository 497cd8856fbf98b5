"""What a ballot paper tells the voter to do is what this paper has room for, and what its contests are about."""

from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.forms.making import Filled, Wish, fill_from
from coordinator.forms.record import Record
from coordinator.forms.sheets import ballots_body, tally_paper_body
from coordinator.forms.typesetting import Typesetter
from tally_protocol.election.unit import Candidate, Contest, Layout, Unit
from tally_protocol.fields import JsonObject
from tally_protocol.ids import CandidateId, ContestId, LayoutId
from tests.forms.looking import APPROVING, PPI, approve, difference, page_image, same_as_approved
from tests.profiles import profile

RECALL = Contest(
    id=ContestId("recall"), title="村民委员会主任", seats=1, max_marks=1, rule="recall",
    candidates=(Candidate(id=CandidateId("a"), name="张䶮", sex="f"),),
)  # fmt: skip


def unit_of(record: Record, *contests: Contest) -> Unit:
    layout = Layout(id=LayoutId("village"), contests=tuple(contest.id for contest in contests))
    return replace(record.unit("v1").unit, contests=contests, layouts=(layout,), boxes=())


def without_cells(record: Record) -> list[Contest]:
    return [replace(contest, write_ins=0) for contest in record.unit("v1").unit.contests]


def paper(record: Record, *contests: Contest, choices: tuple[str, ...] = ()) -> JsonObject:
    unit = unit_of(record, *contests)
    rules = profile(**({"ballot.choices": list(choices)} if choices else {}))
    found: JsonObject = ballots_body(unit, {unit.profile: rules})["papers"][0]
    return found


def test_an_empty_cell_is_named_where_there_is_one(record: Record) -> None:
    chair, member = record.unit("v1").unit.contests
    both = paper(record, chair, member)["how"]
    assert both["zh"] == "赞成的画“○”，反对的画“×”，弃权的不作记号；另选他人的，在空格内写姓名并画“○”"
    one = paper(record, replace(chair, write_ins=0), member)["how"]
    assert one == both
    none = paper(record, *without_cells(record))["how"]
    assert none == {"zh": "赞成的画“○”，反对的画“×”，弃权的不作记号", "en": "○ for, × against, nothing to abstain"}
    chosen = paper(record, *without_cells(record), choices=("choose",))["how"]
    assert chosen["zh"] == "选谁就在谁的空格内画“○”，不选的不作记号"
    assert "empty cell" not in chosen["en"]
    assert "在空格内写姓名" in paper(record, chair, member, choices=("choose", "write_in"))["how"]["zh"]


@pytest.mark.parametrize(
    ("choices", "zh", "en"),
    [
        (("abstain", "approve", "oppose"), "同意罢免的画“○”，不同意罢免的画“×”，弃权的不作记号", "nothing to abstain"),
        (("approve", "oppose"), "同意罢免的画“○”，不同意罢免的画“×”", "× against the recall"),
        (("approve",), "同意罢免的画“○”，不同意罢免的不作记号", "nothing if you are not for it"),
    ],
)
def test_a_recall_asks_whether_the_person_leaves(record: Record, choices: tuple[str, ...], zh: str, en: str) -> None:
    found = paper(record, RECALL, choices=choices)
    assert found["how"]["zh"] == zh
    assert found["how"]["en"].endswith(en)
    # no word of seats, of too many choices, of other persons
    assert not [rule for rule in found["rules"] if "应选" in rule["zh"] or "另选" in rule["zh"]]


def test_a_paper_of_both_says_which_is_which(record: Record) -> None:
    chair, _ = record.unit("v1").unit.contests
    how = paper(record, chair, replace(RECALL, title="罢免委员"))["how"]
    first, second = how["zh"].split("。")
    assert "赞成的画“○”" in first
    assert "在空格内写姓名" in first
    assert second == "罢免委员：同意罢免的画“○”，不同意罢免的画“×”，弃权的不作记号"
    assert "罢免委员: ○ for the recall" in how["en"]


def filled(record: Record, *contests: Contest, english: bool) -> Filled:
    made = fill_from(record, Wish(form="ballot", unit="v1", english=english), None)
    made.data["body"] = {"papers": [paper(record, *contests)]}
    return made


@pytest.mark.printed
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("kind", ["recall", "no-cell"])
def test_such_a_paper_looks_as_approved(
    record: Record, setter: Typesetter, noto: tuple[Path, ...], kind: str, *, english: bool
) -> None:
    contests = [RECALL] if kind == "recall" else without_cells(record)
    made = filled(record, *contests, english=english)
    (page,) = [page_image(png) for png in setter.pages(made.form.template, made.data, PPI)]
    name = f"ballot-{kind}-en-1" if english else f"ballot-{kind}-1"
    if APPROVING:
        approve(name, page)
    assert difference(name, page, same_fonts=same_as_approved(noto)) == ""


@pytest.mark.printed
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_a_tally_paper_has_lines_for_what_is_called(
    record: Record, setter: Typesetter, noto: tuple[Path, ...], *, english: bool
) -> None:
    """Both answers of a recall; no line for written names where the ballot paper has no cell."""
    made = fill_from(record, Wish(form="tally-paper", unit="v1", english=english), None)
    made.data["body"] = tally_paper_body(unit_of(record, RECALL, without_cells(record)[1]))
    pages = [page_image(png) for png in setter.pages(made.form.template, made.data, PPI)]
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        name = f"tally-paper-recall-en-{number}" if english else f"tally-paper-recall-{number}"
        if APPROVING:
            approve(name, page)
        assert difference(name, page, same_fonts=same_as_approved(noto)) == ""
