"""stations: one two-candidate election as transcribed, station by station, with its real dirt.

Source files: villages.csv.gz, stations.csv.gz. Empty (no form) and -1 (not given) are both written as empty: not
known. The electors of a station are known only if both registers are. Impossible figures are copied as they stand.
"""

from pathlib import Path

from rehearsal.adapters.source import Converted, FolderWriter, read_rows

_PLACES = ("village", "name", "prov", "kec_name", "kab_name", "prov_name")
_FIGURES = ("village", "tps", "reg_m", "reg_f", "cand1", "cand2", "valid", "invalid", "cast")


def known(figure: str) -> str:
    """Return the figure, or '' where the source has none."""
    return "" if figure == "-1" else figure


def electors(men: str, women: str) -> str:
    """Return the electors of a station, or '' unless both registers are given."""
    men, women = known(men), known(women)
    return str(int(men) + int(women)) if men.isdecimal() and women.isdecimal() else ""


def convert_stations(source: Path, folder: Path, provinces: frozenset[str]) -> Converted:
    """Write the folder; an empty selection takes every province; a province is chosen by its name or its code."""
    chosen: set[str] = set()
    with FolderWriter(folder, 3, "votes.csv") as out:
        for row in read_rows(source / "villages.csv.gz", _PLACES):
            if provinces and row["prov_name"] not in provinces and row["prov"] not in provinces:
                continue
            unit = row["village"]
            chosen.add(unit)
            out.row("units.csv", unit, row["name"], row["prov_name"], row["kab_name"], row["kec_name"], "")
            out.row("contests.csv", unit, "1", "全国选举 · national election", 1, 1)
            out.row("candidates.csv", unit, "1", "1", "1号 · candidate 1")
            out.row("candidates.csv", unit, "1", "2", "2号 · candidate 2")
        for row in read_rows(source / "stations.csv.gz", _FIGURES):
            unit, station = row["village"], row["tps"]
            if unit not in chosen:
                continue
            out.row(
                "stations.csv",
                unit,
                station,
                electors(row["reg_m"], row["reg_f"]),
                "",
                "",
                "",
                "",
                "",
                known(row["cast"]),
                known(row["valid"]),
                known(row["invalid"]),
            )
            for candidate in ("1", "2"):
                if votes := known(row[f"cand{candidate}"]):
                    out.row("votes.csv", unit, station, "1", candidate, votes)
        out.election("stations-test", "投票站数据演练 · polling stations rehearsal", "2019-04-17")
        return out.done()
