"""Exports after a new statement: a declaration over the earlier one is no row of the elected and certifies nothing."""

import csv
from pathlib import Path

import pytest

from coordinator.exports.cdf_results import _status
from coordinator.exports.package import FORMATS, Wish, export
from coordinator.exports.progress import Progress
from coordinator.exports.reading import read_published
from tests.forms.village import publish, superseded_village


def package(folder: Path, *, again: bool) -> Path:
    export(publish(superseded_village(again=again), folder / "public"), folder / "out", Wish(formats=tuple(FORMATS)))
    return folder / "out"


def rows(out: Path, table: str) -> list[dict[str, str]]:
    with (out / "csv" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["unit"] == "v1"]


@pytest.mark.parametrize("again", [False, True], ids=["superseded", "declared again"])
def test_only_a_declaration_over_the_current_statement_counts(tmp_path: Path, *, again: bool) -> None:
    """[DET-3]"""
    out = package(tmp_path, again=again)
    assert {row["declared"] for row in rows(out, "contests")} == {str(int(again))}
    chair = [(row["basis"], row["person"]) for row in rows(out, "elected") if row["contest"] == "chair"]
    assert chair == [("rules", "b"), *([("declaration", "b")] if again else [])]


@pytest.mark.parametrize("again", [False, True], ids=["superseded", "declared again"])
def test_figures_are_certified_by_a_declaration_that_stands(tmp_path: Path, *, again: bool) -> None:
    """[DET-3] of v1 alone: v2 is not counted in this county."""
    public = publish(superseded_village(again=again), tmp_path / "public")
    published = read_published(public, Progress())
    assert _status([published.county.units["v1"]]) == ("certified" if again else "unofficial-complete")
