"""The three sources of real data, converted and laid out; skipped by name where the data folder is absent.

The folder is CHANGPIAO_DATA, or shared/data beside the checkout.
"""

import csv
import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from rehearsal.adapters.neighbourhood_ballots import convert_neighbourhood_ballots
from rehearsal.adapters.source import SourceUnusable
from rehearsal.adapters.stations_2019 import convert_stations, electors, known
from rehearsal.adapters.village_heads import convert_village_heads
from rehearsal.notes import Finding
from tests.rehearsal.folders import told


@pytest.fixture
def data(root: Path) -> Path:
    folder = Path(os.environ.get("CHANGPIAO_DATA", root.parent / "shared/data"))
    if not folder.is_dir():
        pytest.skip(f"REAL DATA NOT TESTED: no folder {folder} (set CHANGPIAO_DATA)")
    return folder


def test_village_heads_of_one_county_give_the_official_totals(data: Path, tmp_path: Path) -> None:
    source = data / "village-heads-2022"
    convert_village_heads(source, tmp_path, frozenset({"嘉義縣"}))
    county = told(tmp_path)
    assert (len(county.folder.units), len(county.tables)) == (357, 532)
    assert county.codes().keys() == {"W_COLUMN_UNKNOWN"}
    assert sum(len(papers.stack) for table in county.tables for papers in table.papers) == 284_092
    with (source / "official_totals.csv").open(encoding="utf-8", newline="") as file:
        official = {(row["vc"], "1", row["no"]): int(row["votes"]) for row in csv.DictReader(file)}
    totals = county.totals()
    assert totals == {key: official[key] for key in totals}


def test_neighbourhood_ballots_give_the_official_totals(data: Path, tmp_path: Path) -> None:
    source = data / "neighbourhood-ballots-2022"
    convert_neighbourhood_ballots(source, tmp_path, frozenset())
    city = told(tmp_path)
    assert city.codes().keys() == {"W_COLUMN_UNKNOWN"}
    with (source / "options.csv").open(encoding="utf-8", newline="") as file:
        official = {(row["place"], "1", row["option"]): int(row["official_votes"]) for row in csv.DictReader(file)}
    assert city.totals() == official


def test_every_dirty_station_of_a_province_is_reported_and_none_is_lost(data: Path, tmp_path: Path) -> None:
    """Counted a second way, from the source itself."""
    source = data / "stations-2019"
    convert_stations(source, tmp_path, frozenset({"GORONTALO"}))
    province = told(tmp_path)
    units = {unit.id: unit for unit in province.folder.units}
    expected: Counter[str] = Counter()
    stations = 0
    with gzip.open(source / "stations.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["village"] not in units:
                continue
            stations += 1
            form = {
                key: int(row[key])
                for key in ("reg_m", "reg_f", "cand1", "cand2", "valid", "invalid", "cast")
                if row[key] not in {"", "-1"}
            }
            if {"valid", "invalid", "cast"} <= form.keys() and form["valid"] + form["invalid"] != form["cast"]:
                expected["F_VALID_INVALID"] += 1
            if {"cand1", "cand2", "valid"} <= form.keys() and form["cand1"] + form["cand2"] != form["valid"]:
                expected["F_VOTES_VALID"] += 1
            if {"reg_m", "reg_f", "cast"} <= form.keys() and form["cast"] > form["reg_m"] + form["reg_f"]:
                expected["F_COLLECTED_REGISTERED"] += 1
    findings = Counter(entry.code for entry in province.said if isinstance(entry, Finding))
    assert stations == len(province.tables) > 3000
    assert {code: findings[code] for code in expected} == expected
    assert all(expected[code] for code in ("F_VALID_INVALID", "F_VOTES_VALID", "F_COLLECTED_REGISTERED"))
    assert len(province.left_out()) == findings["F_VOTES_OVER"] > 0


def test_a_register_that_is_not_given_is_not_known() -> None:
    assert [known("-1"), known(""), known("0")] == ["", "", "0"]
    assert [electors("10", "12"), electors("-1", "12"), electors("", "")] == ["22", "", ""]


def test_a_source_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stations.csv").write_text("vc,station\n1,1\n", encoding="utf-8")
    with pytest.raises(SourceUnusable, match=r"stations\.csv: columns missing"):
        convert_village_heads(tmp_path, tmp_path / "out", frozenset())
    with pytest.raises(SourceUnusable, match=r"places\.csv|options\.csv"):
        convert_neighbourhood_ballots(tmp_path, tmp_path / "out", frozenset())
