"""neighbourhood-ballots: real single ballots with up to k marks of n.

A place is a unit with one station and one contest. Source files: places.csv, options.csv, ballots.csv.gz. Seats are the
options that were selected.
"""

from collections import Counter
from pathlib import Path

from rehearsal.adapters.source import Converted, FolderWriter, read_rows


def convert_neighbourhood_ballots(source: Path, folder: Path, places: frozenset[str]) -> Converted:
    """Write the folder; an empty selection takes every place."""
    chosen: set[str] = set()
    seats: Counter[str] = Counter()
    for row in read_rows(source / "options.csv", ("place", "option", "selected")):
        seats[row["place"]] += row["selected"] == "1"
    with FolderWriter(folder, 0, "ballots.csv") as out:
        for row in read_rows(source / "places.csv", ("place", "name", "max_marks", "n_ballots")):
            unit = row["place"]
            if places and unit not in places:
                continue
            chosen.add(unit)
            out.row("units.csv", unit, row["name"], "")
            out.row(
                "contests.csv", unit, "1", "社区项目 · neighbourhood projects", max(1, seats[unit]), row["max_marks"]
            )
            out.row("stations.csv", unit, "1", "", "", "", "", "", "", row["n_ballots"], "", "")
        for row in read_rows(source / "options.csv", ("place", "option", "selected")):
            if row["place"] in chosen:
                out.row(
                    "candidates.csv", row["place"], "1", row["option"], f"{row['option']}号 · option {row['option']}"
                )
        for row in read_rows(source / "ballots.csv.gz", ("place", "ballot", "marks")):
            if row["place"] in chosen:
                out.row("ballots.csv", row["place"], "1", row["ballot"], "1", row["marks"], "")
        out.election("neighbourhood-test", "社区项目投票演练 · neighbourhood ballots rehearsal", "2022-10-01")
        return out.done()
