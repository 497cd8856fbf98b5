"""Node -> county -> public record -> verifier, over loopback gRPC, on the example county.

The expected totals are counted here from examples/qinghe/ballots.csv with a dozen lines of plain Python.
"""

import csv
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.together.conftest import EXAMPLE, program

pytestmark = pytest.mark.xdist_group("qinghe")


def rows(name: str) -> Iterator[dict[str, str]]:
    with (EXAMPLE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def expected_totals() -> dict[tuple[str, str, str], int]:
    most = {(row["unit"], row["contest"]): int(row["max_marks"]) for row in rows("contests.csv")}
    totals: Counter[tuple[str, str, str]] = Counter()
    for row in rows("candidates.csv"):
        totals[row["unit"], row["contest"], row["candidate"]] = 0
    written: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows("ballots.csv"):
        key = row["unit"], row["contest"]
        marks = set(row["marks"].split())
        approved = {mark for mark in marks if mark[0] not in "-?"}
        if row["status"] or len(approved) > most[key]:
            continue
        for mark in approved:
            if mark.startswith("+"):
                written[key][mark] += 1
            else:
                totals[(*key, mark)] += 1
    for key, names in written.items():
        for name, votes in names.items():
            totals[(*key, name if votes >= 3 else "+")] += votes
    return dict(totals)


def verify(played: Path, *options: str) -> tuple[int, dict[str, object]]:
    command = [program("tally-verifier"), "verify", str(played / "public"), "--quiet", "--json", "-", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_record_verifies_with_its_anchor_and_ballots(played: Path) -> None:
    status, report = verify(played, "--key", str(played / "authority.vkey"), "--ballots", str(played / "sealed"))
    assert (status, report["outcome"]) == (0, "VERIFIED"), report


def test_without_an_anchor_it_is_unanchored(played: Path) -> None:
    status, report = verify(played)
    assert (status, report["outcome"]) == (3, "UNANCHORED")


def test_one_signature_a_station_is_enough_in_heads_mode(played: Path) -> None:
    status, _ = verify(played, "--key", str(played / "authority.vkey"), "--signatures", "heads")
    assert status == 0


def test_totals_equal_a_plain_count_of_the_ballots(played: Path) -> None:
    command = [program("tally-verifier"), "totals", str(played / "public"), "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = {
        (row["unit"], row["contest"], row["candidate"]): int(row["votes"])
        for row in csv.DictReader(done.stdout.splitlines())
    }
    assert found == expected_totals()


def test_no_ballot_and_no_private_key_is_in_the_public_folder(played: Path) -> None:
    for path in (played / "public").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"PRIVATE" not in data
            assert b"changpiao/v1 sealed" not in data


def test_the_report_has_the_one_wrong_form(played: Path) -> None:
    """The box's form and, because its figures are the station's, the station's."""
    report = json.loads((played / "report.json").read_text("utf-8"))
    wrong = [entry for entry in report["findings"] if entry["code"].startswith("F_")]
    assert {(entry["code"], entry["unit"]) for entry in wrong} == {("F_BALANCE", wrong[0]["unit"])}
    assert report["problems"] == []
