"""The roll-call sheet: what the private tables lack is empty lines, and no proxy is given to two people of one name."""

from pathlib import Path

import pytest

from coordinator.forms.making import Wish, fill_from
from coordinator.forms.paperwork import Paperwork
from coordinator.forms.record import Record
from coordinator.forms.typesetting import Typesetter
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tests.forms.looking import APPROVING, PPI, approve, difference, page_image, same_as_approved
from tests.forms.village import write_paperwork

HEAD = "unit,station,number,name,household,note\n"
TWINS = (
    f"{HEAD}v1,1,1,田大山,001,\nv1,1,2,田远行,001,外出\nv1,1,3,石小溪,002,\nv1,1,4,田大山,017,\n"
    "v1,2,1,林青禾,103,\nv1,2,2,林在外,103,外出\nv1,2,3,石小溪,104,\n"
)
PROXIES = (
    "unit,voter,holder,relation\nv1,田远行,田大山,父子\nv1,石外出,石小溪,姐弟\nv1,林在外,林青禾,同村村民\n"
    "v1,石出门,石小溪,\nv1,林在外,林晴禾,\n"
)


def sheets(record: Record, folder: Path, station: str = "", **tables: str) -> list[JsonObject]:
    paperwork = Paperwork(write_paperwork(folder, **tables))
    wish = Wish(form="roll-call", unit="v1", station=station)
    found: list[JsonObject] = fill_from(record, wish, paperwork).data["body"]["sheets"]
    return found


@pytest.mark.parametrize("rows", ["", "v2,甲,乙,\n"])
def test_a_village_without_proxies_has_a_roll(record: Record, tmp_path: Path, rows: str) -> None:
    first, second = sheets(record, tmp_path, proxies=f"unit,voter,holder,relation\n{rows}")
    assert [row["name"] for row in first["rows"]] == ["田大山", "田远行", "石小溪", "石外出"]
    assert [row["held"] for row in [*first["rows"], *second["rows"]]] == [[]] * 7


@pytest.mark.parametrize("rows", ["", "v2,1,1,甲,,\n", None])
def test_a_village_without_a_roll_has_empty_lines(record: Record, tmp_path: Path, rows: str | None) -> None:
    folder = write_paperwork(tmp_path, roll=f"{HEAD}{rows}")
    if rows is None:
        (folder / "roll.csv").unlink()
    found = fill_from(record, Wish(form="roll-call", unit="v1"), Paperwork(folder)).data["body"]["sheets"]
    assert [(sheet["rows"], sheet["blank"], sheet["unsure"]) for sheet in found] == [([], 60, [])] * 2


def test_a_faulty_roll_is_still_refused(record: Record, tmp_path: Path) -> None:
    with pytest.raises(CountyError, match=r"roll\.csv:2"):
        sheets(record, tmp_path, roll=f"{HEAD}v1,9,1,田大山,,\n")


def test_proxies_of_a_name_that_stands_twice_are_given_to_nobody(record: Record, tmp_path: Path) -> None:
    first, second = sheets(record, tmp_path, roll=TWINS, proxies=PROXIES)
    assert [(row["name"], row["held"], (row["unsure"] or {}).get("zh", "")) for row in first["rows"]] == [
        ("田大山", [], "重名！见表下"), ("田远行", [], ""), ("石小溪", [], "重名！见表下"),
        ("田大山", [], "重名！见表下"),
    ]  # fmt: skip
    # two tables call one name: its proxies are on one sheet, the other one says where
    assert [(row["name"], row["held"], (row["unsure"] or {}).get("zh", "")) for row in second["rows"]] == [
        ("林青禾", ["林在外"], ""), ("林在外", [], ""), ("石小溪", [], "重名！见计票点 1 表下"),
    ]  # fmt: skip
    assert [(one["holder"], one["voters"], one["why"]["zh"]) for one in first["unsure"]] == [
        ("田大山", ["田远行"], "名册上有重名"), ("石小溪", ["石外出", "石出门"], "名册上有重名"),
    ]  # fmt: skip
    assert first["unsure"][1]["lines"] == [
        {"station": "1", "number": "3", "household": "002"}, {"station": "2", "number": "3", "household": "104"},
    ]  # fmt: skip
    # a holder whom no roll has is not lost either: on the sheet of who gave the proxy
    assert [(one["holder"], one["voters"], one["why"]["zh"]) for one in second["unsure"]] == [
        ("林晴禾", ["林在外"], "名册上没有此人"),
    ]  # fmt: skip
    assert all(one["unsure"]["en"] for one in first["rows"] if one["unsure"])
    assert sheets(record, tmp_path, station="2", roll=TWINS, proxies=PROXIES) == [second]


@pytest.mark.printed
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_a_roll_with_two_of_one_name_looks_as_approved(
    record: Record, setter: Typesetter, noto: tuple[Path, ...], tmp_path: Path, *, english: bool
) -> None:
    tables = Paperwork(write_paperwork(tmp_path, roll=TWINS, proxies=PROXIES))
    made = fill_from(record, Wish(form="roll-call", unit="v1", english=english), tables)
    name = "roll-call-twins-en" if english else "roll-call-twins"
    pages = [page_image(png) for png in setter.pages(made.form.template, made.data, PPI)]
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        if APPROVING:
            approve(f"{name}-{number}", page)
        assert difference(f"{name}-{number}", page, same_fonts=same_as_approved(noto)) == ""
