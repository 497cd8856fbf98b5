"""What stands on a form, before it is set: figures, lists, refusals. No font is needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.forms.catalogue import FORMS, Subject
from coordinator.forms.making import Sources, Wish, fill, fill_from
from coordinator.forms.paperwork import Paperwork
from coordinator.forms.proving import proof_digest
from coordinator.forms.record import Record, Scope, read_record
from coordinator.forms.reports import summary_rows
from coordinator.forms.stamp import chinese_date, chinese_time
from coordinator.results.figures import Figures
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tally_protocol.law.composition import Composition, TwoBodies
from tally_protocol.law.ratio import Ratio
from tests.forms.village import publish, superseded_village, village, write_paperwork

PRINTED = [name for name, form in FORMS.items() if form.subject is not Subject.FOLDER]


def body(record: Record, form: str, paperwork: Paperwork | None = None, **wish: object) -> JsonObject:
    asked = Wish(form=form, unit="v1", township="东乡", **wish)  # type: ignore[arg-type]
    found: JsonObject = fill_from(record, asked, paperwork).data["body"]
    return found


def pairs(value: object) -> Iterator[JsonObject]:
    """Every object that says something in Chinese."""
    if isinstance(value, dict):
        if "zh" in value:
            yield value
        for part in value.values():
            yield from pairs(part)
    elif isinstance(value, list):
        for part in value:
            yield from pairs(part)


@pytest.mark.parametrize("form", PRINTED)
def test_every_form_says_what_it_is_and_where_it_comes_from(
    record: Record, paperwork: Paperwork, form: str
) -> None:
    filled = fill_from(record, Wish(form=form, unit="v1", township="东乡"), paperwork)
    data, stamp = filled.data, filled.data["stamp"]
    assert data["election"]["id"] == "county-test"
    assert data["watermark"] == {"zh": "演练", "en": "REHEARSAL"}
    assert stamp["size"] == record.checkpoint.size == filled.record_size
    assert stamp["root"] == record.checkpoint.root.hex()
    assert all(len(one["head"]) == 64 for one in stamp["heads"])
    assert stamp["heads"]
    assert stamp["qr"].startswith("<svg")
    assert [one for one in pairs(data) if not one.get("en") and one["zh"]] == []


def test_a_result_cites_the_chain_of_its_unit_and_other_forms_the_sealed_note(
    record: Record, paperwork: Paperwork
) -> None:
    def head(form: str) -> str:
        filled = fill_from(record, Wish(form=form, unit="v1"), paperwork)
        return str(filled.data["stamp"]["heads"][0]["head"])

    assert head("statement") == head("notice-16") == record.units["v1"].head.hex()
    assert head("notice-10") == head("ballot") == record.versions["v1"].hex()


def test_the_statement_is_what_was_counted(record: Record) -> None:
    found = body(record, "statement")
    chair, member = found["contests"]
    assert found["papers"] == {"registered": 300, "voters": 260, "issued": 260, "collected": 260}
    assert found["turnout"] == "260/300 (86.67 %)"
    assert [(row["name"], row["votes"], row["elected"]) for row in chair["rows"]] == [
        ("张䶮", 191, True), ("买买提·阿不都", 46, False), ("王小二", 8, False),
    ]  # fmt: skip
    assert chair["rows"][0]["share"] == "191/260 (73.46 %)"
    assert (chair["valid"], chair["blank"], chair["void"]) == (245, 6, 9)
    assert chair["valid"] + chair["blank"] + chair["void"] == chair["collected"] == 260
    assert member["elected"] == ["欧阳春草", "陈𬭎"]
    assert found["declared"]
    assert [one["counted"] for one in found["tally"]["tables"]] == [[130], [130]]
    assert [one["batches"] for one in found["tally"]["tables"]] == [2, 2]


def test_before_the_declaration_the_winners_are_those_of_the_rules(tmp_path: Path) -> None:
    open_record = read_record(publish(village(declared=False), tmp_path), Scope(unit="v1"))
    found = body(open_record, "notice-16")
    assert not found["declared"]
    assert found["contests"][0]["elected"] == ["张䶮"]


def test_a_declaration_over_an_earlier_statement_names_no_winner_and_gives_no_reason(tmp_path: Path) -> None:
    """[DET-3] after the correction the rules name another chair; the old declaration explains nothing of it."""
    found = body(read_record(publish(superseded_village(), tmp_path / "old"), Scope(unit="v1")), "notice-16")
    assert not found["declared"]
    assert found["contests"][0]["elected"] == ["买买提·阿不都"]
    assert [one["reasons_declared"] for one in found["contests"]] == [[], []]
    renewed_record = read_record(publish(superseded_village(again=True), tmp_path / "new"), Scope(unit="v1"))
    renewed = body(renewed_record, "notice-16")
    assert renewed["declared"]


@pytest.mark.parametrize("form", ["notice-16", "statement"])
def test_no_result_form_of_a_count_that_still_runs(record: Record, form: str) -> None:
    with pytest.raises(CountyError) as caught:
        fill_from(record, Wish(form=form, unit="v2"), None)
    assert "结果未定" in caught.value.zh
    assert "not fixed" in caught.value.en


def test_a_tally_sheet_is_printed_at_any_time_and_says_so(record: Record) -> None:
    found = fill_from(record, Wish(form="tally-sheet", unit="v2"), None).data["body"]
    assert not found["final"]
    assert found["papers"]["collected"] is None
    assert found["contests"][0]["collected"] == 0


def test_a_real_election_has_no_watermark(tmp_path: Path) -> None:
    real = read_record(publish(village(id="county-2026", test=False, counted=False), tmp_path), Scope(unit="v1"))
    assert fill_from(real, Wish(form="ballot", unit="v1"), None).data["watermark"] is None


def test_ballots_follow_the_sealed_layout(record: Record) -> None:
    (paper,) = body(record, "ballot")["papers"]
    assert [contest["title"] for contest in paper["contests"]] == ["村民委员会主任", "村民委员会委员"]
    assert [one["name"] for one in paper["contests"][1]["candidates"]] == ["陈𬭎", "欧阳春草", "何𫖯"]
    assert "×" in paper["how"]["zh"]
    assert any("多于应选名额" in rule["zh"] for rule in paper["rules"])
    with pytest.raises(CountyError, match="village"):
        body(record, "ballot", layout="deputies")


def test_rolls_have_the_names_or_empty_lines(record: Record, paperwork: Paperwork) -> None:
    first, second = body(record, "roll-call", paperwork)["sheets"]
    assert [row["name"] for row in first["rows"]] == ["田大山", "田远行", "石小溪", "石外出"]
    assert first["rows"][0]["held"] == ["田远行"]
    assert second["rows"][2]["name"] == "龚䶮"
    assert [sheet["blank"] for sheet in body(record, "roll-call")["sheets"]] == [60, 60]
    assert len(body(record, "roll-call", paperwork, station="2")["sheets"]) == 1
    with pytest.raises(CountyError, match="station 7"):
        body(record, "roll-call", paperwork, station="7")


def test_the_daily_report_has_a_line_a_village(record: Record) -> None:
    found = body(record, "daily", remarks={"v2": "停电半小时"})
    assert [(line["name"], line["final"], line["remark"]) for line in found["lines"]] == [
        ("青石桥村", True, ""), ("白鹭湾村", False, "停电半小时"),
    ]  # fmt: skip
    assert found["total"]["final"] == "1/2 (50.00 %)"
    assert found["total"]["turnout"] == "260/300 (86.67 %)"
    assert (found["total"]["papers"], found["total"]["batches"], found["total"]["findings"]) == (260, 4, 0)
    with pytest.raises(CountyError, match="township"):
        fill_from(record, Wish(form="daily", township="西乡"), None)


def seeds() -> Figures:
    """The figures that the summaries of the field print (notes A, H, I, J of the reference)."""
    return Figures(
        final=Ratio(12, 12),
        outcomes=(),
        composition=Composition(
            bodies=TwoBodies(party=603, committee=540, both_heads=16, cross=195),
            women=Ratio(139, 540), units_with_a_woman=Ratio(138, 138), first_round_full=Ratio(10, 12),
            both_heads=Ratio(35, 36), turnout=Ratio(12863, 13067),
        ),
    )  # fmt: skip


def test_the_figures_of_the_field_are_reproduced() -> None:
    said = {row["en"]: row["value"] for row in summary_rows(seeds(), Ratio(211, 224))}
    assert said["persons in both bodies together"] == "603 + 540 - 16 - 195 = 932"
    assert said["turnout"] == "12863/13067 (98.44 %)"
    assert said["full in the first round"] == "10/12 (83.33 %)"
    assert said["one head of both bodies"] == "35/36 (97.22 %)"
    assert "211/224 (94.20 %)" in said["turnout and last term's"]
    # a percentage never stands without its two integers
    assert all("/" in value for value in said.values() if "%" in value)


@pytest.mark.parametrize(
    ("changed", "form", "said"),
    [
        ({"places": "unit,kind,name,opens,closes\nv1,会场,大院,8:00,12:00\nv1,,大院,,9\n"}, "notice-10",
         ["places.csv:2", "places.csv:3", "开箱计票"]),
        ({"places": "unit,kind,name,opens,closes\nv1,中心会场,大院,8:00,12:00\n"}, "notice-10", ["开箱计票"]),
        ({"staff": "unit,role,name,station\nv1,监票人,田大山,9\n"}, "notice-11", ["staff.csv:2", "没有 9", "1、2"]),
        ({"staff": "unit,role\nv1,监票人\n"}, "notice-11", ["staff.csv:1", "name"]),
        ({"mobile": "unit,name,reason,box\nv2,田老根,年老,1\n"}, "notice-12", ["没有单位 v1"]),
        ({"proxies": "unit,voter,holder\nv1,甲,丁\nv1,乙,丁\nv1,丙,丁\nv1,戊,丁\n"}, "notice-13", ["丁", "4", "3"]),
    ],
)  # fmt: skip
def test_private_tables_are_checked_with_file_and_line(
    record: Record, tmp_path: Path, changed: dict[str, str], form: str, said: list[str]
) -> None:
    with pytest.raises(CountyError) as caught:
        body(record, form, Paperwork(write_paperwork(tmp_path, **changed)))
    assert [one for one in said if one not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(form="notice-17"), "notice-16"),
        (Wish(form="statement"), "--unit"),
        (Wish(form="daily"), "--township"),
        (Wish(form="proof", unit="v1"), "--from"),
        (Wish(form="notice-12", unit="v1"), "--paperwork"),
        (Wish(form="ballot", unit="v1", link="javascript:alert(1)"), "http"),
        (Wish(form="ballot", unit="v9"), "v9"),
    ],
)
def test_a_wish_that_cannot_be_met_says_what_to_do(public: Path, wish: Wish, said: str) -> None:
    with pytest.raises(CountyError) as caught:
        fill(wish, Sources(public=public))
    assert said in caught.value.zh
    assert said in caught.value.en


def test_a_link_is_in_the_code_and_on_the_paper(public: Path) -> None:
    filled = fill(Wish(form="statement", unit="v1", link="https://county.example/v1"), Sources(public=public))
    plain = fill(Wish(form="statement", unit="v1"), Sources(public=public))
    assert filled.data["stamp"]["link"] == "https://county.example/v1"
    assert filled.data["stamp"]["qr"] != plain.data["stamp"]["qr"]


def test_dates_and_times_are_those_of_the_village() -> None:
    assert chinese_date("2026-01-05") == "2026年1月5日"
    assert chinese_time(1_790_000_400) == "2026年9月21日 22:20"


def test_a_proof_has_another_digest_for_one_other_character() -> None:
    first, _ = village(counted=False).units["v1"]
    second, _ = village(counted=False, chair="张奕").units["v1"]
    assert proof_digest(first, "candidates") != proof_digest(second, "candidates")
    assert proof_digest(first, "layout") == proof_digest(second, "layout")


CENTRE = {
    "day": "2026-09-21", "acts": 41, "acts_head": "ab" * 32,
    "townships": [{"units": [
        {"unit": "v1", "key": True, "incidents_today": 2, "incidents_open": 1},
        {"unit": "v2", "key": False, "incidents_today": 0, "incidents_open": 0},
    ]}],
    "incidents": {"levels": {"general": 2, "serious": 0, "grave": 1}, "open": 1,
                  "acknowledged": {"part": 2, "whole": 3}, "in_time": {"part": 1, "whole": 2}},
    "complaints": {"received": 4, "all": 8, "answered": {"part": 3, "whole": 8}, "late": 1},
    "key_units": {"part": 1, "whole": 2}, "observed_units": {"part": 2, "whole": 2}, "observers": 5,
    "proofread_units": {"part": 2, "whole": 2}, "objections": {"decided": {"part": 0, "whole": 0}},
}  # fmt: skip


def test_what_the_centre_knows_is_added_and_changes_no_figure(record: Record) -> None:
    with_it = body(record, "daily", remarks={"v1": "停电"}, centre=CENTRE)
    without = body(record, "daily")
    assert [line["remark"] for line in with_it["lines"]] == ["重点村；今日事件 2；未结 1；停电", ""]
    assert "一般 2，较重 0，严重 1；已确认 2/3 (66.67 %)；全部未结 1" in with_it["more"][0]["zh"]
    assert "3/8 (37.50 %)" in with_it["more"][1]["en"]
    assert "ab" * 32 in with_it["more"][2]["zh"]
    assert with_it["total"] == without["total"]
    assert without["more"] == []
    rows = {row["en"]: row["value"] for row in body(record, "summary", centre=CENTRE)["more"]}
    assert rows["key villages"] == "1/2 (50.00 %)"
    assert rows["objections decided"] == "0/0"
    brief = body(record, "brief", centre=CENTRE, issue=7, before=Ratio(211, 224))
    assert {row["en"]: row["value"] for row in brief["more"]} == rows
    assert (brief["issue"], body(record, "brief")["issue"]) == (7, "")
    assert "第 41 条" in brief["journal"][0]["zh"]
    assert body(record, "brief")["more"] == body(record, "brief")["journal"] == []
    assert [row["value"] for row in brief["rows"] if "last term" in row["en"]] == [
        "260/300 (86.67 %); 211/224 (94.20 %); -7.53"
    ]
    assert (rows["open incidents"], rows["complaints late"]) == ("1/3 (33.33 %)", "1/8 (12.50 %)")
    for form in ("brief", "summary"):
        with pytest.raises(CountyError, match="centre-report"):
            body(record, form, centre={"acts": 1})
    with pytest.raises(CountyError, match="centre-report"):
        body(record, "daily", centre={"townships": [{"units": [{"unit": "v1"}]}]})
