"""Real elections through the whole pipeline, compared with their official totals: `make real DATA=folder`.

Each case converts a data folder, plays it with `tally-rehearsal run`, verifies the record with `tally-verifier`
(ballots included), and compares `tally-verifier totals`, `outcomes` and `findings` with figures that come from the
data alone: the double majority of every village, the dirt of every station. Everything is a program of its own; a case
that differs prints the first differences and the tool ends with 1. `--part county` takes a county-sized part.
"""

import argparse
import csv
import gzip
import io
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COUNTY = "嘉義縣"
PROVINCE = "MALUKU UTARA"
PLACES = ("1", "2", "3")
Totals = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Case:
    """One real election: how to convert it, what its totals must be, the table to ask for, what must hold of it."""

    name: str
    convert: list[str]
    official: Callable[[Path], Totals]
    table: str
    check: Callable[[Path, Path, Path], list[str]]


def program(name: str) -> str:
    """One of our programs, beside this Python."""
    return str(Path(sys.executable).parent / name)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file, gzipped or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


def timed(command: list[str], output: Path | None = None) -> float:
    """Run a program, show it, and return its seconds; a failure ends the tool."""
    began = time.monotonic()
    if output is None:
        done = subprocess.run(command, check=False)
    else:
        with output.open("wb") as file:
            done = subprocess.run(command, stdout=file, check=False)
    if done.returncode:
        raise SystemExit(f"run_real: {' '.join(command)}: exit {done.returncode}")
    return time.monotonic() - began


def village_official(counties: tuple[str, ...]) -> Callable[[Path], Totals]:
    """official_totals.csv, a second official channel."""

    def read(data: Path) -> Totals:
        folder = data / "village-heads-2022"
        chosen = {row["vc"] for row in rows(folder / "villages.csv") if not counties or row["county"] in counties}
        official = rows(folder / "official_totals.csv")
        return {(row["vc"], row["no"]): int(row["votes"]) for row in official if row["vc"] in chosen}

    return read


def ballots_official(places: tuple[str, ...]) -> Callable[[Path], Totals]:
    """options.csv: official totals of every option."""

    def read(data: Path) -> Totals:
        options = rows(data / "neighbourhood-ballots-2022" / "options.csv")
        return {
            (row["place"], row["option"]): int(row["official_votes"])
            for row in options
            if not places or row["place"] in places
        }

    return read


def stations_of(data: Path) -> list[dict[str, str]]:
    """The province's stations as transcribed."""
    folder = data / "stations-2019"
    villages = {row["village"] for row in rows(folder / "villages.csv.gz") if row["prov_name"] == PROVINCE}
    return [row for row in rows(folder / "stations.csv.gz") if row["village"] in villages]


def count(text: str) -> int | None:
    """A figure of the data: empty = no form, -1 = not given."""
    return int(text) if text not in {"", "-1"} else None


def fits(row: dict[str, str]) -> bool:
    """Whether the votes of a station can be laid out as papers with one mark each."""
    valid, votes = count(row["valid"]), [count(row["cand1"]) or 0, count(row["cand2"]) or 0]
    return min(votes) >= 0 and (valid is None or sum(votes) <= valid)


def stations_official(data: Path) -> Totals:
    """Sums of the stations whose votes can be laid out; the others must be listed in the report."""
    totals: Totals = Counter()
    for row in stations_of(data):
        for candidate in ("1", "2"):
            totals[row["village"], candidate] += (count(row[f"cand{candidate}"]) or 0) if fits(row) else 0
    return totals


def dirty(row: dict[str, str]) -> set[str]:
    """The codes that the report must have for a station, computed from the data alone."""
    cast, valid, invalid = (count(row[name]) for name in ("cast", "valid", "invalid"))
    men, women = count(row["reg_m"]), count(row["reg_f"])
    votes = [count(row["cand1"]), count(row["cand2"])]
    codes = set()
    if None not in {cast, valid, invalid} and valid + invalid != cast:  # type: ignore[operator]
        codes.add("F_VALID_INVALID")
    if cast is not None and men is not None and women is not None and cast > men + women:
        codes.add("F_COLLECTED_REGISTERED")
    if valid is not None and None not in votes and sum(votes) != valid:  # type: ignore[arg-type]
        codes.add("F_VOTES_OVER" if sum(votes) > valid else "F_VOTES_VALID")  # type: ignore[arg-type]
    return codes


def stations_check(data: Path, out: Path, table: Path) -> list[str]:
    """Every dirty station is in the report and, with its form's codes, in the findings of the record."""
    report = json.loads((out / "report.json").read_text("utf-8"))
    found: dict[tuple[str, str], set[str]] = {}
    for entry in [*report["findings"], *report["left_out"]]:
        found.setdefault((entry["unit"], entry["station"]), set()).add(entry["code"])
    recomputed: dict[tuple[str, str], set[str]] = {}
    for row in rows(table):
        recomputed.setdefault((row["unit"], row["station"]), set()).add(row["code"])
    joined = {(join["unit"], join[side]) for join in report["joins"] for side in ("station", "joined_to")}
    stations = stations_of(data)
    wrong, seen = [], 0
    for row in stations:
        key, codes = (row["village"], row["tps"]), dirty(row)
        seen += bool(codes)
        if missing := codes - found.get(key, set()):
            wrong.append(f"station {key}: not in the report: {sorted(missing)}")
        listed = recomputed.get(key, set())
        if codes & FORM != listed & FORM:
            wrong.append(f"station {key}: form {sorted(codes & FORM)}, findings {sorted(listed & FORM)}")
        # votes that are not the form's valid papers: fewer leave papers blank, more are left out. Where a form says 0
        # valid, 0 are counted, and the form alone is wrong
        counted = codes - FORM and count(row["valid"]) and key not in joined
        if (counted and "F_COUNTED_VALID" not in listed) or (codes and not listed):
            wrong.append(f"station {key}: {sorted(codes)} in the data, {sorted(listed)} in the findings")
    if report["counts"]["stations"] != len(stations):
        wrong.append(f"stations: {len(stations)} in the data, {report['counts']['stations']} in the report")
    print(f"  stations {len(stations)}, dirty {seen}, each reported and found again in the record: {not wrong}")
    return wrong


FORM = {"F_VALID_INVALID", "F_COLLECTED_REGISTERED"}


def double_majority(electors: int, cast: int, base: int, votes: dict[str, int]) -> tuple[str, str]:
    """村委会组织法第18条 for one seat and one mark, by integers alone: more than half vote, more than half for one."""
    if 2 * cast <= electors:
        return "invalid_turnout", ""
    elected = [name for name, count in votes.items() if 2 * count > base]
    return ("full" if elected else "supplementary"), " ".join(elected)


def villages_expected(data: Path) -> tuple[dict[str, tuple[str, str, str]], int]:
    """Village -> outcome, elected, whether collected and valid as base differ; and the ties at the top."""
    folder = data / "village-heads-2022"
    sums: dict[str, Counter[str]] = {}
    votes: dict[str, Counter[str]] = {}
    for row in rows(folder / "stations.csv"):
        sums.setdefault(row["vc"], Counter()).update({name: int(row[name]) for name in ("electors", "cast", "valid")})
    for row in rows(folder / "votes.csv"):
        votes.setdefault(row["vc"], Counter())[row["no"]] += int(row["votes"])
    expected: dict[str, tuple[str, str, str]] = {}
    ties = 0
    for village, sum_of in sums.items():
        first, other = (
            double_majority(sum_of["electors"], sum_of["cast"], sum_of[base], votes[village])
            for base in ("cast", "valid")
        )
        expected[village] = (*first, "true" if first != other else "false")
        top = sorted(votes[village].values())[-2:]
        ties += len(top) == 2 and top[0] == top[1]
    return expected, ties


def villages_check(data: Path, out: Path, table: Path) -> list[str]:
    """The outcome of every village under the national double majority, decided a second time from the data."""
    expected, ties = villages_expected(data)
    found = {row["unit"]: (row["outcome"], row["elected"], row["base_sensitive"]) for row in rows(table)}
    wrong = [
        f"{village}: {expected.get(village)} from the data, {row} from the record"
        for village, row in found.items()
        if expected.get(village) != row
    ]
    if (units := json.loads((out / "report.json").read_text("utf-8"))["counts"]["units"]) != len(found):
        wrong.append(f"{units} villages in the report, {len(found)} with an outcome")
    counts = Counter(outcome for outcome, _, _ in found.values())
    words = ("full", "supplementary", "invalid_turnout", "runoff", *sorted(counts))
    print("  outcomes: " + ", ".join(f"{word} {counts[word]}" for word in dict.fromkeys(words)))
    # with one mark a paper two persons cannot both have more than half: a tie at the top is never a runoff
    print(f"  ties at the top in the whole data: {ties}")
    differ = sorted(village for village, row in found.items() if row[2] == "true")
    print(f"  outcome changes with the base (collected, valid): {len(differ)} villages: {' '.join(differ[:10])}")
    print(f"  decided again from the data: {len(found)} villages, {len(wrong)} differences", flush=True)
    return wrong


def nothing_more(_data: Path, _out: Path, table: Path) -> list[str]:
    """For elections whose totals say it all."""
    print(f"  outcomes: {dict(Counter(row['outcome'] for row in rows(table)))}")
    return []


def cases(part: str) -> list[Case]:
    """The cases of a part."""
    whole = part == "whole"
    counties = () if whole else (COUNTY,)
    places = () if whole else PLACES
    return [
        Case(
            "neighbourhood-ballots",
            ["neighbourhood-ballots", *(word for place in places for word in ("--place", place))],
            ballots_official(places),
            "outcomes",
            nothing_more,
        ),
        Case("stations", ["stations", "--province", PROVINCE], stations_official, "findings", stations_check),
        Case(
            "village-heads",
            ["village-heads", *(word for county in counties for word in ("--county", county))],
            village_official(counties),
            "outcomes",
            villages_check,
        ),
    ]


SOURCES = {
    "neighbourhood-ballots": "neighbourhood-ballots-2022",
    "stations": "stations-2019",
    "village-heads": "village-heads-2022",
}


def play(case: Case, data: Path, out: Path, nodes: int) -> list[str]:
    """Convert, play, verify, compare; returns what differs."""
    folder, result = out / f"{case.name}-folder", out / case.name
    print(f"== {case.name}", flush=True)
    source = data / SOURCES[case.name]
    convert = [program("tally-rehearsal"), "convert", case.convert[0], str(source), str(folder), *case.convert[1:]]
    seconds = {"convert": timed(convert)}
    run = [program("tally-rehearsal"), "run", str(folder), "--out", str(result), "--no-verify", "--nodes", str(nodes)]
    seconds["run"] = timed(run)
    verify = [program("tally-verifier"), "verify", str(result / "public"), "--key", str(result / "authority.vkey")]
    seconds["verify"] = timed([*verify, "--processes", "2"])
    seconds["verify heads"] = timed([*verify, "--processes", "2", "--signatures", "heads", "--quiet"])
    seconds["verify ballots"] = timed([*verify, "--processes", "2", "--ballots", str(result / "sealed"), "--quiet"])
    totals = out / f"{case.name}-totals.csv"
    seconds["totals"] = timed([program("tally-verifier"), "totals", str(result / "public"), "--format", "csv"], totals)
    table = out / f"{case.name}-{case.table}.csv"
    ask = [program("tally-verifier"), case.table, str(result / "public"), "--format", "csv"]
    seconds[case.table] = timed(ask, table)
    print("  seconds: " + ", ".join(f"{name} {value:.1f}" for name, value in seconds.items()), flush=True)
    return compare(totals, case.official(data)) + case.check(data, result, table)


def compare(path: Path, official: Totals) -> list[str]:
    """Differences between the recomputed totals and the official ones, both ways."""
    found = {(row["unit"], row["candidate"]): int(row["votes"]) for row in rows(path)}
    wrong = [
        f"{key}: official {official.get(key)}, recomputed {found.get(key)}"
        for key in sorted(official.keys() | found.keys())
        if official.get(key) != found.get(key)
    ]
    print(f"  totals: {len(official)} official figures, {len(official) - len(wrong)} equal", flush=True)
    return wrong


def main() -> int:
    """Run the cases; 0 = everything equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=("whole", "county"), default="county")
    parser.add_argument("--case", choices=sorted(SOURCES), action="append")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--nodes", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    wrong = []
    chosen = [case for case in cases(options.part) if not options.case or case.name in options.case]
    for case in chosen:
        wrong += [f"{case.name}: {line}" for line in play(case, options.data, options.out, options.nodes)]
    for line in wrong[:50]:
        print(line)
    print(f"{len(chosen)} elections, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
