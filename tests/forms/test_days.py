"""The day on a form: the unit's own, where its wave is not that of the sealed date."""

from pathlib import Path

import pytest

from coordinator.forms.catalogue import FORMS, Subject
from coordinator.forms.making import Wish, fill_from
from coordinator.forms.paperwork import Paperwork
from coordinator.forms.record import Record
from coordinator.settings import CountyError
from tests.forms.village import PAPERWORK, write_paperwork

LATER = "2026-12-05"
HEADER, *ROWS = PAPERWORK["places.csv"].splitlines()
OF_UNIT = [name for name, form in FORMS.items() if form.subject is Subject.UNIT]


def places(*days: str) -> str:
    """places.csv with a day in each row of v1; rows beyond those given say none."""
    filled = [*days, *[""] * (len(ROWS) - len(days))]
    lines = [f"{row},{day}" for row, day in zip(ROWS, filled, strict=True)]
    return "\n".join([f"{HEADER},day", *lines, f"v2,中心会场,村小学,8:00,12:00,,,,{LATER}"]) + "\n"


def day_of(record: Record, folder: Path, form: str, day: str = "", **changed: str) -> str:
    filled = fill_from(record, Wish(form=form, unit="v1", day=day), Paperwork(write_paperwork(folder, **changed)))
    election = filled.data["election"]
    year, month, date = election["iso"].split("-")
    assert election["date"] == f"{int(year)}年{int(month)}月{int(date)}日"
    return str(election["iso"])


@pytest.mark.parametrize("form", OF_UNIT)
def test_every_form_of_a_later_wave_has_its_own_day(record: Record, tmp_path: Path, form: str) -> None:
    sealed = record.election.date
    assert sealed != LATER
    assert day_of(record, tmp_path, form) == sealed
    assert day_of(record, tmp_path, form, places=places(LATER)) == LATER
    assert day_of(record, tmp_path, form, LATER, places=places(LATER, LATER)) == LATER
    # a result needs no private table: the plan's day alone, or the one that a person names, is enough
    if form != "notice-10":
        assert fill_from(record, Wish(form=form, unit="v1", day=sealed), Paperwork(tmp_path)).data["election"]["iso"]
        assert day_of(record, tmp_path, form, LATER) == LATER


def test_other_units_and_reports_keep_the_sealed_date(record: Record, tmp_path: Path) -> None:
    tables = Paperwork(write_paperwork(tmp_path, places=places(LATER)))
    assert tables.day(record.units["v2"].unit) == LATER
    brief = fill_from(record, Wish(form="brief"), tables).data["election"]
    assert brief["iso"] == record.election.date


@pytest.mark.parametrize(
    ("day", "table", "said"),
    [
        ("2026-12-06", places(LATER), [LATER, "2026-12-06", "places.csv"]),
        (LATER, PAPERWORK["places.csv"], [LATER, "places.csv", "day"]),
        ("", places(LATER, "2026-12-06"), ["places.csv:3", LATER, "2026-12-06"]),
        ("", places("5.12."), ["places.csv:2", "5.12."]),
        ("", places("2026-02-30"), ["places.csv:2", "2026-02-30"]),
        ("tomorrow", places(LATER), ["tomorrow"]),
    ],
    ids=["the plan has another", "the plan alone", "two days", "not a date", "no such date", "no such wish"],
)
def test_notice_10_is_not_printed_while_two_papers_differ(
    record: Record, tmp_path: Path, day: str, table: str, said: list[str]
) -> None:
    with pytest.raises(CountyError) as caught:
        day_of(record, tmp_path, "notice-10", day, places=table)
    for text in (caught.value.zh, *([caught.value.en] if "places.csv:" not in said[0] else [])):
        assert [one for one in said if one not in text] == []


def test_a_plan_of_the_sealed_date_needs_no_column(record: Record, tmp_path: Path) -> None:
    assert day_of(record, tmp_path, "notice-10", record.election.date) == record.election.date
