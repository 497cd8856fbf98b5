"""Forms from the desk: the same bytes as from the command, their hash in an act, and a sentence when one cannot be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from coordinator.board.facts import tally_of
from coordinator.centre.printing import Printer
from coordinator.centre.still_elected import still_elected
from coordinator.forms import making
from coordinator.forms.making import Filled, Made, Sources, Wish
from coordinator.forms.press import Press
from coordinator.forms.record import Scope, read_record
from coordinator.ledger.progress import UnitProgress
from tally_protocol.ids import Hash32
from tally_protocol.law.declared import Declared
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.ratio import Ratio
from tally_protocol.record.deciding import results_of
from tally_protocol.record.unit_kinds import Declaration
from tests.centre.desk import Browser, Desk, new_desk
from tests.coordinator.county import Bench, whole_count
from tests.coordinator.scene import run


@pytest.fixture
def printing(plain: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A counted and published county."""
    bench = Bench(plain.home, plain.world)
    for chain in whole_count(plain.world)[1]:
        bench.deliver(*chain)
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    bench.close()
    plain.printer = Printer(tmp_path / "public")
    plain.open()
    yield plain


def printed(browser: Browser, path: str, **body: object) -> tuple[bytes, str, str]:
    answer = browser.ask("POST", path, body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    name = answer.headers["content-disposition"].split('"')[1]
    return answer.content, answer.headers["x-form-sha256"], name


def test_a_form_of_the_desk_is_the_form_of_the_command(printing: Desk, tmp_path: Path) -> None:
    guide = printing.browser("gu")
    data, digest, name = printed(guide, "/api/units/v1/forms", form="statement")
    assert data.startswith(b"%PDF")
    assert sha256(data).hexdigest() == digest
    out = tmp_path / "out"
    status, said = run("form", "statement", "--public", str(tmp_path / "public"), "--unit", "v1", "--out", str(out))
    assert status == 0
    (line,) = [json.loads(line) for line in said.splitlines()]
    assert line["sha256"] == digest
    assert Path(line["file"]).name == name
    (form,) = guide.get("/api/units/v1")["forms"]
    assert (form["form"], form["sha256"], form["size"]) == ("statement", digest, line["size"])


def test_the_daily_report_holds_what_the_centre_knows(printing: Desk) -> None:
    browser = printing.browser("op")
    first = printed(browser, "/api/forms", form="daily", township="东乡")[1]
    browser.post("/api/units/v1/incidents", level="grave", title="断电")
    assert printed(browser, "/api/forms", form="daily", township="东乡")[1] != first
    for form in ("brief", "summary"):
        assert printed(browser, "/api/forms", form=form)[0].startswith(b"%PDF")
    kinds = [act.body["form"] for act in printing.journal.acts(0, 200) if act.act == "form"]
    assert kinds == ["daily", "daily", "brief", "summary"]


COUNTIES: dict[str, dict[str, tuple[str, ...]]] = {
    # too few villages a township: the desk shows the county
    "county": {"v1": ("清河县", "东乡"), "v2": ("清河县", "西乡"), "v3": ("清河县", "南乡"), "v4": ("清河县", "北乡")},
    # a level below the township
    "hamlets": {f"v{n}": ("清河县", "东乡" if n < 3 else "西乡", f"{n} 组") for n in (1, 2, 3, 4)},
    # two townships of one name, in a city above the counties
    "twins": {f"v{n}": ("大市", "清河县" if n < 3 else "白河县", "东乡") for n in (1, 2, 3, 4)},
    "no place": {f"v{n}": () for n in (1, 2, 3, 4)},
    "some without": {"v1": ("清河县", "东乡"), "v2": ("清河县", "东乡"), "v3": (), "v4": ()},
    "long names": {f"v{n}": ("甲" * 64 if n < 3 else "乙" * 64, "东" * 64) for n in (1, 2, 3, 4)},
}


def published_county(path: Path, towns: dict[str, tuple[str, ...]]) -> Desk:
    """Four villages, sealed and published, nobody has counted."""
    tables = (("v1", ("1",)), ("v2", ("1",)), ("v3", ("1",)), ("v4", ("1",)))
    desk = new_desk(path, towns=towns, places=tables)
    bench = Bench(desk.home, desk.world)
    publisher, _ = bench.publisher(path / "public")
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    bench.close()
    desk.printer = Printer(path / "public")
    desk.open()
    return desk


@pytest.mark.parametrize("most", [100, 1], ids=["few townships", "more townships than have a name of their own"])
@pytest.mark.parametrize("county", COUNTIES)
def test_whatever_the_desk_calls_a_township_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, county: str, most: int
) -> None:
    monkeypatch.setattr("coordinator.watch.stations.TOWNSHIPS_MOST", most)
    filled: list[Filled] = []

    def seen(wish: Wish, sources: Sources) -> Filled:
        filled.append(kept(wish, sources))
        return filled[-1]

    kept = making.fill
    monkeypatch.setattr(making, "fill", seen)
    desk = published_county(tmp_path, COUNTIES[county])
    try:
        browser = desk.browser("op")
        townships = browser.get("/api/reports/daily")["townships"]
        for one in townships:
            printed(browser, "/api/forms", form="daily", township=one["township"])
        # every village stands on the paper of its township, as on the screen
        assert [{line["id"] for line in paper.data["body"]["lines"]} for paper in filled] == [
            {unit["unit"] for unit in one["units"]} for one in townships
        ]
        titles = [paper.data["subject"] for paper in filled]
        assert titles == [one["township"] or desk.world.election.title for one in townships]
        assert browser.refused("/api/forms", form="daily", township="外乡") == 409
    finally:
        desk.close()


def test_brief_and_summary_take_the_whole_report_and_what_a_person_knows(
    printing: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes: list[Wish] = []

    def seen(press: Press, wish: Wish, sources: Sources) -> Made:
        wishes.append(wish)
        return kept(press, wish, sources)

    kept = Press.print
    monkeypatch.setattr(Press, "print", seen)
    browser = printing.browser("op")
    browser.post("/api/units/v1/incidents", level="grave", title="断电")
    for form in ("brief", "summary"):
        printed(browser, "/api/forms", form=form, issue=7, before_voters=211, before_registered=224)
        printed(browser, "/api/forms", form=form)
        assert browser.refused("/api/forms", form=form, before_voters=225, before_registered=224) == 422
    assert [(wish.form, wish.issue, wish.before) for wish in wishes] == [
        ("brief", 7, Ratio(211, 224)), ("brief", 0, None), ("summary", 7, Ratio(211, 224)), ("summary", 0, None),
    ]  # fmt: skip
    for wish in wishes:
        # all incidents of the election, not those of a day
        assert wish.centre["incidents"]["levels"] == {"general": 0, "serious": 0, "grave": 1}
        assert wish.centre["key_units"] == {"part": 0, "whole": 2}


def test_what_cannot_be_printed_is_said_and_leaves_no_act(printing: Desk) -> None:
    browser = printing.browser("op")
    assert browser.refused("/api/units/v1/forms", form="notice-12") == 409
    assert browser.refused("/api/forms", form="daily", township="西乡") == 409
    assert browser.refused("/api/units/v1/forms", form="passport") == 422
    assert browser.refused("/api/units/v9/forms", form="ballot") == 404
    assert not [act for act in printing.journal.acts(0, 200) if act.act == "form"]
    assert browser.get("/api/forms")["prints"] is True


def test_notice_10_waits_until_plan_and_places_agree(printing: Desk, tmp_path: Path) -> None:
    """A village of the second wave: what calls people to the vote is never printed with another day than the plan's."""
    tables = tmp_path / "paperwork"
    tables.mkdir()
    printing.printer = Printer(tmp_path / "public", tables)
    printing.open()
    browser = printing.browser("op")
    path, later = "/api/units/v1/forms", "2026-12-05"

    def say(day: str) -> None:
        rows = f"v1,中心会场,村委会大院,8:00,12:00,{day}\nv1,开箱计票,村委会大院,12:30,-,{day}\n"
        (tables / "places.csv").write_text(f"unit,kind,name,opens,closes,day\n{rows}", "utf-8")

    say("")
    statement = printed(browser, path, form="statement")[1]
    first = printed(browser, path, form="notice-10")[1]
    browser.post("/api/plan", units=["v1"], body="party", wave=1, day="2026-11-01")
    assert printed(browser, path, form="notice-10")[1] == first, "another body's day is none of its business"
    browser.post("/api/plan", units=["v1"], body="committee", wave=2, day=later)
    answer = browser.ask("POST", path, {"form": "notice-10"})
    assert answer.status_code == 409
    assert later in answer.json()["error"]["zh"]
    assert "places.csv" in answer.json()["error"]["en"]
    assert printed(browser, path, form="statement")[1] != statement, "the plan's day stands on it"
    say("2026-12-06")
    assert browser.refused(path, form="notice-10") == 409
    say(later)
    assert printed(browser, path, form="notice-10")[1] != first


@pytest.mark.parametrize("form", ["notice-16", "statement"])
def test_a_result_with_somebody_who_is_out_is_printed_knowingly(printing: Desk, tmp_path: Path, form: str) -> None:
    operator, authority = printing.browser("op"), printing.browser("au")
    path = "/api/units/v1/forms"
    plain = printed(operator, path, form=form)[1]
    record = read_record(tmp_path / "public", Scope(unit="v1"))
    elected = {str(one.contest): one.elected for one in results_of(record.unit("v1"))}
    contest, person = next((name, str(found[0])) for name, found in elected.items() if found)
    stays = next(
        str(one.id) for one in record.unit("v1").unit.contests[0].candidates if one.id not in elected["chair"]
    )
    # who is not elected is no matter of this paper
    matter = {"kind": "candidate_out", "unit": "v1", "day": "2026-09-20", "document": "证明 3 号"}
    operator.post("/api/proposals", matter=matter | {"contest": "chair", "candidate": stays, "why": "withdrew"})
    assert printed(operator, path, form=form)[1] == plain
    out = matter | {"contest": contest, "candidate": person, "why": "death"}
    number = operator.post("/api/proposals", matter=out)["proposal"]
    for state in ("待确认", ""):
        error = operator.ask("POST", path, {"form": form}).json()["error"]
        assert (error["word"], "去世" in error["zh"], "died" in error["en"]) == ("warned", True, True)
        assert "尚未宣布" in error["zh"]
        assert (state in error["zh"], "not confirmed" in error["en"]) == (True, bool(state))
        found = {one["proposal"]: one for one in authority.get("/api/proposals")["proposals"]}
        if state:
            authority.post(f"/api/proposals/{number}/confirm", digest=found[number]["digest"])
    # other forms say nothing of a result; read once, it prints the very bytes of the public record
    assert printed(operator, path, form="ballot")[0].startswith(b"%PDF")
    assert printed(operator, path, form=form, warned=True)[1] == plain


def test_a_declaration_without_who_is_out_needs_no_warning(printing: Desk) -> None:
    """Declared without him: nothing to say. Declared with him all the same: said, in other words."""
    printing.follow()
    found = printing.view.unit("v1")
    assert found is not None
    stated, statement = found.stated, Hash32(found.statement or b"")
    assert stated is not None
    profiles = printing.view.profiles(found.note)
    results = decide_unit(found.note, profiles, tally_of(found)).results
    person = next(str(one.elected[0]) for one in results if one.elected)
    out = [{"contest": "chair", "candidate": person, "why": "death", "state": "confirmed"}]

    def declared(*left_out: str) -> UnitProgress:
        contests = tuple(
            Declared(contest=one.contest, elected=tuple(who for who in one.elected if who not in left_out))
            for one in results
        )
        body = Declaration(links=stated.links, contests=contests, reasons=(), statement=statement)
        return replace(found, declaration=body)

    assert still_elected(declared(person), profiles, out) is None
    warning = still_elected(declared(), profiles, out)
    assert warning is not None
    assert "宣布当选的名单里仍有此人" in warning.zh
    first = still_elected(found, profiles, out)
    assert first is not None
    assert "nothing is declared" in first.en
    assert still_elected(found, profiles, []) is None


def test_a_process_without_the_published_folder_says_so(plain: Desk) -> None:
    browser = plain.browser("op")
    assert browser.get("/api/forms")["prints"] is False
    assert browser.refused("/api/units/v1/forms", form="ballot") == 409
