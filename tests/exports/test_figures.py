"""CSV, Parquet, SQLite, Excel and NIST files agree with the verifier, figure by figure, on every record."""

import csv
import json
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from coordinator.exports import columns as at
from coordinator.exports.columns import Kind
from coordinator.exports.package import FORMATS, SQLITE, Wish, export
from tests.exports.conftest import Rows, verifier_table
from tests.properties.elections import Plan, play
from tests.properties.test_totals import plans
from tests.published import log_files, write_files

FOLDERS = count()
# a process of the verifier for every record: fewer of them than of other examples
FEW = max(8, settings.default.max_examples // 6) if settings.default is not None else 8
Json = dict[str, Any]


def totals_of_csv(package: Path) -> Rows:
    with (package / "csv" / "votes.csv").open(encoding="utf-8", newline="") as stream:
        return [[row["unit"], row["contest"], row["candidate"], row["votes"]] for row in csv.DictReader(stream)]


def totals_of_wide(package: Path) -> Rows:
    found = []
    with (package / "csv" / "wide.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            places = [name.rpartition("_")[2] for name in row if name.startswith("candidate_")]
            cells = [(row[f"candidate_{place}"], row[f"votes_{place}"]) for place in places]
            found += [[row["unit"], row["contest"], *pair] for pair in cells if pair[0]]
    return found


def totals_of_parquet(package: Path) -> Rows:
    table = pq.read_table(package / "parquet" / "votes.parquet", columns=["unit", "contest", "candidate", "votes"])
    return [[str(cell) for cell in row.values()] for row in table.to_pylist()]


def totals_of_sqlite(package: Path) -> Rows:
    with closing(sqlite3.connect(package / SQLITE)) as base:
        rows = base.execute("SELECT unit, contest, candidate, votes FROM votes ORDER BY rowid").fetchall()
    return [[str(cell) for cell in row] for row in rows]


def totals_of_excel(package: Path) -> Rows:
    book = openpyxl.load_workbook(package / "changpiao.xlsx", read_only=True)
    _, *rows = book["得票 votes"].iter_rows(values_only=True)
    places = [at.VOTES.place(name) for name in ("unit", "contest", "candidate", "votes")]
    return [[str(row[place]) for place in places] for row in rows]


def external(one: Json) -> str:
    return next(str(part["Value"]) for part in one["ExternalIdentifier"] if part["Type"] == "local-level")


def totals_of_cdf(package: Path) -> Rows:
    report: Json = json.loads((package / "cdf" / "results-1500-100.json").read_text("utf-8"))
    units = {one["@id"]: external(one) for one in report["GpUnit"] if one["Type"] == "village"}
    (election,) = report["Election"]
    candidates = {one["@id"]: external(one) for one in election.get("Candidate", [])}
    found = []
    for contest in election["Contest"]:
        for one in contest["ContestSelection"]:
            (votes,) = [
                part["Count"] for part in one["VoteCounts"] if part["GpUnitId"] in units and part["Type"] == "total"
            ]
            name = "+" if "CandidateIds" not in one else candidates[one["CandidateIds"][0]]
            found.append([units[contest["ElectionDistrictId"]], external(contest), name, str(votes)])
    return found


READERS = (
    totals_of_csv, totals_of_wide, totals_of_parquet, totals_of_sqlite, totals_of_excel, totals_of_cdf,
)  # fmt: skip


def test_every_format_agrees_with_the_verifier(record: Path, package: Path) -> None:
    expected = verifier_table("totals", record)
    assert len(expected) == 19
    for read in READERS:
        assert read(package) == expected, read.__name__


@pytest.mark.property
@pytest.mark.timeout(3000)
@settings(max_examples=FEW)
@given(plans)
def test_random_villages(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    """`totals` MUST recompute from the record alone: every export says the same [TOTALS-1]."""
    game = play(plan)
    world = game.story.world
    place = tmp_path_factory.getbasetemp() / f"villages-{next(FOLDERS)}"
    write_files(place / "public", log_files(world, world.entries))
    export(place / "public", place / "out", Wish(formats=tuple(FORMATS)))
    expected = verifier_table("totals", place / "public")
    assert {(u, c, p): int(v) for u, c, p, v in expected} == game.expected()
    for read in READERS:
        assert read(place / "out") == expected, read.__name__
    assert outcomes_of(place / "out") == verifier_table("outcomes", place / "public")
    assert findings_of(place / "out") == verifier_table("findings", place / "public")


def outcomes_of(package: Path) -> Rows:
    with closing(sqlite3.connect(package / SQLITE)) as base:
        contests = base.execute(
            "SELECT unit, contest, round, outcome, sensitive FROM contests ORDER BY rowid"
        ).fetchall()
        elected: dict[tuple[str, str], list[str]] = {}
        for unit, contest, person in base.execute(
            "SELECT unit, contest, person FROM elected WHERE basis = 'rules' ORDER BY unit, contest, line"
        ):
            elected.setdefault((unit, contest), []).append("_".join(person.split()))
    return [
        [unit, contest, str(place), outcome, " ".join(elected.get((unit, contest), [])), "true" if base else "false"]
        for unit, contest, place, outcome, base in contests
    ]


def findings_of(package: Path) -> Rows:
    with closing(sqlite3.connect(package / SQLITE)) as base:
        rows = base.execute("SELECT unit, station, code, expected, found FROM findings ORDER BY rowid").fetchall()
    return [[str(cell) for cell in row] for row in rows]


def test_outcomes_and_findings_are_the_verifiers(record: Path, package: Path) -> None:
    assert outcomes_of(package) == verifier_table("outcomes", record)
    assert findings_of(package) == verifier_table("findings", record)


def test_the_formats_hold_the_same_cells(package: Path) -> None:
    """Every table, every cell: SQLite, Parquet and CSV differ in nothing but types."""
    with closing(sqlite3.connect(package / SQLITE)) as base:
        for table in (*at.ALWAYS, *at.OF_BATCHES):
            rows = base.execute(f"SELECT * FROM {table.name} ORDER BY rowid").fetchall()  # noqa: S608 - our own words
            arrow = pq.read_table(package / "parquet" / f"{table.name}.parquet")
            assert arrow.column_names == [one.name for one in table.columns]
            plain = [
                tuple(
                    int(cell) if one.kind is Kind.FLAG and cell is not None else cell
                    for one, cell in zip(table.columns, row.values(), strict=True)
                )
                for row in arrow.to_pylist()
            ]
            assert plain == rows, table.name
            with (package / "csv" / f"{table.name}.csv").open(encoding="utf-8", newline="") as stream:
                _, *text = csv.reader(stream)
            assert text == [["" if cell is None else str(cell) for cell in row] for row in rows], table.name
            assert rows or table.name in {"changes"}


def test_sums_of_stations_and_batches_are_the_unit(package: Path) -> None:
    """What a station counted adds up to the unit, what its batches say adds up to the station."""
    with closing(sqlite3.connect(package / SQLITE)) as base:
        whole = base.execute(
            "SELECT unit, contest, candidate, votes, oppose, unclear, abstain FROM votes WHERE kind = 'printed'"
        ).fetchall()
        sums = "sum(votes), sum(oppose), sum(unclear), sum(abstain)"
        for table in ("station_votes", "batch_votes"):
            parts = base.execute(
                f"SELECT unit, contest, candidate, {sums} FROM {table} GROUP BY 1, 2, 3"  # noqa: S608 - our own words
            ).fetchall()
            assert sorted(parts) == sorted(whole), table
        (papers,) = base.execute("SELECT sum(papers) FROM units").fetchone()
        assert papers == 576
        assert base.execute("SELECT papers FROM places ORDER BY level").fetchall() == [(576,)] * 3


def test_a_record_in_the_middle_of_the_evening(tmp_path: Path) -> None:
    """Nothing is final: no outcome, no turnout, and the totals are those of the checkpoint."""
    from tests.published import Story  # noqa: PLC0415 - beside its use
    from tests.world import World  # noqa: PLC0415 - the same

    story = Story(World())
    story.stand()
    story.count("v1", "1")
    story.stand()
    write_files(tmp_path / "public", log_files(story.world, story.world.entries))
    export(tmp_path / "public", tmp_path / "out", Wish(formats=tuple(FORMATS)))
    expected = verifier_table("totals", tmp_path / "public")
    for read in READERS:
        assert read(tmp_path / "out") == expected, read.__name__
    with closing(sqlite3.connect(tmp_path / "out" / SQLITE)) as base:
        assert base.execute("SELECT DISTINCT outcome, voters FROM contests").fetchall() == [("not_final", None)]
        assert base.execute("SELECT unit, final, electors FROM units").fetchall() == [("v1", 0, None), ("v2", 0, None)]
        assert base.execute("SELECT count(*) FROM elected").fetchone() == (0,)
