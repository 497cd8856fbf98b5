"""The NIST files fit the formats, as we read them; and against the published schemas where somebody gives these."""

import copy
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from coordinator.exports.package import SQLITE, Wish, export
from tally_protocol.election.unit import Unit
from tests.exports.cdf_shape import record_faults, result_faults
from tests.published import Story, log_files, write_files
from tests.world import World, papers

Json = dict[str, Any]
SCHEMAS = {
    "results-1500-100.json": "NIST_V2_election_results_reporting.json",
    "definitions-1500-103.json": "NIST_V0_cast_vote_records.json",
}


@pytest.fixture(scope="module")
def documents(package: Path) -> dict[str, Json]:
    return {name: json.loads((package / "cdf" / name).read_text("utf-8")) for name in SCHEMAS}


def test_they_fit_as_we_read_the_formats(documents: dict[str, Json]) -> None:
    assert result_faults(documents["results-1500-100.json"]) == []
    assert record_faults(documents["definitions-1500-103.json"]) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("Format", "village-level"), ("Status", None), ("Issuer", ""), ("GeneratedDate", "today"), ("More", 1),
        ("SequenceStart", "1"), ("@type", "ElectionReport"), ("GpUnit", {}),
    ],
)  # fmt: skip
def test_the_check_notices(documents: dict[str, Json], place: str, value: object) -> None:
    spoilt = copy.deepcopy(documents["results-1500-100.json"])
    if value is None:
        del spoilt[place]
    else:
        spoilt[place] = value
    assert result_faults(spoilt)


def test_the_check_notices_what_is_cited_and_not_there(documents: dict[str, Json]) -> None:
    spoilt = copy.deepcopy(documents["results-1500-100.json"])
    spoilt["GpUnit"] = [one for one in spoilt["GpUnit"] if one["@id"] != "u1.s1"]
    assert any("u1.s1 is cited" in fault for fault in result_faults(spoilt))
    spoilt = copy.deepcopy(documents["results-1500-100.json"])
    spoilt["Election"][0]["Contest"][0]["ElectionDistrictId"] = "u1.c1.p1"
    assert result_faults(spoilt)


def test_no_vote_of_a_single_ballot_is_in_the_records_file(documents: dict[str, Json]) -> None:
    text = json.dumps(documents["definitions-1500-103.json"])
    assert "CVRSnapshot" not in text
    assert '"CVR"' not in text
    assert "Votes" not in text.replace("VotesAllowed", "")


def test_station_and_batch_counts_are_those_of_the_tables(documents: dict[str, Json], package: Path) -> None:
    """Every VoteCounts of every level, not only the village's total."""
    report = documents["results-1500-100.json"]
    names = {one["@id"]: one for one in report["GpUnit"]}
    (election,) = report["Election"]
    persons = {one["@id"]: one["ExternalIdentifier"][0]["Value"] for one in election["Candidate"]}
    found: dict[tuple[str, ...], int] = {}
    for contest in election["Contest"]:
        for one in contest["ContestSelection"]:
            for part in one["VoteCounts"]:
                unit, *below = part["GpUnitId"].split(".")
                if not below or "CandidateIds" not in one:
                    continue
                station = names[f"{unit}.{below[0]}"]["ExternalIdentifier"][0]["Value"]
                batch = below[1].removeprefix("b") if len(below) > 1 else ""
                key = (
                    names[unit]["ExternalIdentifier"][0]["Value"], station, batch,
                    contest["ExternalIdentifier"][0]["Value"], persons[one["CandidateIds"][0]],
                    part.get("OtherType", "votes").split()[0],
                )  # fmt: skip
                found[key] = part["Count"]
    expected: dict[tuple[str, ...], int] = {}
    with closing(sqlite3.connect(package / SQLITE)) as base:
        for table, batch in (("station_votes", "''"), ("batch_votes", "seq")):
            for row in base.execute(
                f"SELECT unit, station, {batch}, contest, candidate, votes, oppose, unclear, abstain"  # noqa: S608
                f" FROM {table}"
            ):
                for word, votes in zip(("votes", "oppose", "unclear", "abstain"), row[5:], strict=True):
                    if votes or word == "votes":
                        expected[(*map(str, row[:5]), word)] = votes
    assert found == expected


@pytest.mark.parametrize(("counted", "status"), [(0, "pre-election"), (1, "unofficial-partial")])
def test_status_before_the_end(tmp_path: Path, counted: int, status: str) -> None:
    story = Story(World())
    if counted:
        story.count("v1", "1")
    write_files(tmp_path / "public", log_files(story.world, story.world.entries))
    export(tmp_path / "public", tmp_path / "out", Wish(formats=("cdf",)))
    report = json.loads((tmp_path / "out" / "cdf" / "results-1500-100.json").read_text("utf-8"))
    assert report["Status"] == status
    assert result_faults(report) == []


class Recall(World):
    """The third post is a recall of one person, who may be kept or not."""

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        unit = super()._unit(name, stations)
        *others, last = unit.contests
        recall = replace(last, rule="recall", candidates=last.candidates[:1])
        return replace(unit, contests=(*others, recall))


def test_a_recall_is_a_retention_contest(tmp_path: Path) -> None:
    world = Recall()
    desk = world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, (0, 1)) + papers(25, (0, 2)) + papers(5, (0, 0)), layout="deputies")
    write_files(tmp_path / "public", log_files(world, world.entries))
    export(tmp_path / "public", tmp_path / "out", Wish(formats=("cdf",)))
    report = json.loads((tmp_path / "out" / "cdf" / "results-1500-100.json").read_text("utf-8"))
    assert result_faults(report) == []
    assert record_faults(json.loads((tmp_path / "out" / "cdf" / "definitions-1500-103.json").read_text("utf-8"))) == []
    recall = report["Election"][0]["Contest"][2]
    assert recall["@type"] == "ElectionResults.RetentionContest"
    assert [one["VoteCounts"][0]["Count"] for one in recall["ContestSelection"]] == [60, 25]


@pytest.mark.network
@pytest.mark.parametrize("name", SCHEMAS)
def test_against_the_published_schemas(documents: dict[str, Json], name: str) -> None:
    """`make cdf DATA=folder`: the files of NIST's two repositories, which are not ours to keep here."""
    folder = os.environ.get("CHANGPIAO_CDF", "")
    assert folder, "CHANGPIAO_CDF: name the folder that holds " + " and ".join(SCHEMAS.values())
    schema = json.loads((Path(folder) / SCHEMAS[name]).read_text("utf-8"))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(documents[name])] == []
    spoilt = {key: value for key, value in documents[name].items() if key != "GeneratedDate"}
    assert list(checker.iter_errors(spoilt))
