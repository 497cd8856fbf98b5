"""village-heads: one seat and one mark a village, figures by polling station.

Source files: villages.csv, stations.csv, candidates.csv, votes.csv. `cast` is what the boxes gave (collected).
"""

from pathlib import Path

from rehearsal.adapters.source import Converted, FolderWriter, read_rows


def convert_village_heads(source: Path, folder: Path, counties: frozenset[str]) -> Converted:
    """Write the folder; an empty selection takes every county."""
    chosen: set[str] = set()
    registered: dict[str, int] = {}
    for row in read_rows(source / "stations.csv", ("vc", "station", "electors", "cast", "valid", "invalid")):
        registered[row["vc"]] = registered.get(row["vc"], 0) + int(row["electors"])
    with FolderWriter(folder, 2, "votes.csv") as out:
        for row in read_rows(source / "villages.csv", ("vc", "county", "town", "name", "seats")):
            if counties and row["county"] not in counties:
                continue
            unit = row["vc"]
            chosen.add(unit)
            out.row("units.csv", unit, row["name"], row["county"], row["town"], registered.get(unit, ""))
            out.row("contests.csv", unit, "1", "村里长 · village head", row["seats"], 1)
        for row in read_rows(source / "candidates.csv", ("vc", "no", "name")):
            if row["vc"] in chosen:
                out.row("candidates.csv", row["vc"], "1", row["no"], row["name"])
        for row in read_rows(source / "stations.csv", ("vc", "station", "electors", "cast", "valid", "invalid")):
            if row["vc"] in chosen:
                out.row(
                    "stations.csv",
                    row["vc"],
                    row["station"],
                    row["electors"],
                    "",
                    "",
                    "",
                    "",
                    "",
                    row["cast"],
                    row["valid"],
                    row["invalid"],
                )
        for row in read_rows(source / "votes.csv", ("vc", "station", "no", "votes")):
            if row["vc"] in chosen:
                out.row("votes.csv", row["vc"], row["station"], "1", row["no"], row["votes"])
        out.election("village-heads-test", "村里长选举演练 · village heads rehearsal", "2022-11-26")
        return out.done()
