"""Papers speak of a community, a party branch, a district in its own words, not of a village."""

from pathlib import Path

import pytest

from coordinator import forms
from coordinator.forms.facts import unit_body
from coordinator.forms.kinds import KINDS, kind_of_all
from coordinator.forms.making import Sources, Wish, fill
from coordinator.forms.record import Record
from coordinator.forms.typesetting import Typesetter
from coordinator.sealing.shipped import shipped, shipped_ids
from tests.forms.village import publish, village, write_paperwork

TEMPLATES = Path(forms.__file__).parent / "templates"


def test_every_law_of_a_shipped_profile_has_its_words() -> None:
    assert {shipped(name).law for name in shipped_ids()} <= KINDS.keys()


@pytest.mark.parametrize(
    ("law", "committee", "chair", "own", "people"),
    [
        ("village_2026", "青石桥村村民选举委员会", "村民选举委员会主任", "本村", "村民"),
        ("residents_2026", "青石桥村居民选举委员会", "居民选举委员会主任", "本社区", "居民"),
        ("party_2020", "青石桥村党员大会", "大会主持人", "本党组织", "党员"),
        ("congress_2020", "青石桥村选举委员会", "选举委员会主任", "本选区", "选民"),
        ("another", "青石桥村选举委员会", "选举委员会主任", "本单位", "选民"),
    ],
)
def test_a_unit_is_spoken_of_as_what_it_is(
    record: Record, law: str, committee: str, chair: str, own: str, people: str
) -> None:
    found = unit_body(record.unit("v1").unit, law)
    assert (found["committee"], found["chair"]["zh"], found["own"]["zh"], found["people"]["zh"]) == (
        committee, chair, own, people,
    )  # fmt: skip
    assert all(found[name]["en"] for name in ("chair", "own", "people"))


def test_no_template_says_village_by_itself() -> None:
    said = {
        f"{path.name}: {line.strip()}"
        for path in TEMPLATES.glob("*.typ")
        for line in path.read_text("utf-8").splitlines()
        for word in ("村民", "本村", "的村", " 村：", "居民", "党员", "this village", "the villages")
        if word in line and not line.startswith("//")
    }
    assert said == set()


@pytest.mark.parametrize(
    ("laws", "zh", "en"),
    [
        (["village_2026"] * 2, "村", "villages"),
        (["residents_2026"], "社区", "communities"),
        (["village_2026", "residents_2026"], "村（社区）", "villages and communities"),
        (["party_2020", "village_2026"], "单位", "units"),
        (["congress_2020"], "选区", "districts"),
        ([], "单位", "units"),
    ],
)
def test_many_units_are_counted_as_what_they_are(laws: list[str], zh: str, en: str) -> None:
    assert kind_of_all(laws).units == (zh, en)


@pytest.mark.printed
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_a_community_has_its_words_on_paper(setter: Typesetter, tmp_path: Path, *, english: bool) -> None:
    folder = publish(village(values={"law": "residents_2026"}, counted=False), tmp_path / "public")
    sources = Sources(public=folder, paperwork=write_paperwork(tmp_path / "paperwork"))
    daily = fill(Wish(form="daily", township="东乡", english=english), sources)
    assert [line["zh"] for line in daily.data["body"]["turnouts"]] == ["结果已定的社区", "已报的社区"]
    assert {line["word"] for line in daily.data["body"]["turnouts"]} == {"社区"}
    notice = fill(Wish(form="notice-10", unit="v1", english=english), sources)
    assert notice.data["unit"]["own"] == {"zh": "本社区", "en": "this community"}
    for made in (daily, notice):
        assert setter.pdf(made.form.template, made.data, made.time).startswith(b"%PDF")
