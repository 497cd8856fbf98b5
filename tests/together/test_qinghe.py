"""Node -> county -> public record -> verifier, over loopback gRPC, on the example county.

The expected totals are counted here from examples/qinghe/ballots.csv with two dozen lines of plain Python, the expected
outcomes stand in tests/rehearsal/qinghe_outcomes.csv.
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


def counted_marks() -> Iterator[tuple[tuple[str, str], set[str]]]:
    """Unit and contest with the approvals of one paper that count.

    An over-vote voids the paper, in qh14 its post alone (its own decision); one person in two posts voids the paper.
    """
    most = {(row["unit"], row["contest"]): int(row["max_marks"]) for row in rows("contests.csv")}
    papers: defaultdict[tuple[str, str, str], dict[str, tuple[str, set[str]]]] = defaultdict(dict)
    for row in rows("ballots.csv"):
        approved = {mark for mark in row["marks"].split() if mark[0] not in "-?"}
        papers[row["unit"], row["station"], row["ballot"]][row["contest"]] = row["status"], approved
    for (unit, _, _), contests in papers.items():
        over = {contest for contest, (_, marks) in contests.items() if len(marks) > most[unit, contest]}
        chosen = Counter(mark for _, marks in contests.values() for mark in marks)
        whole = any(status for status, _ in contests.values()) or max(chosen.values(), default=0) > 1
        if whole or (over and unit != "qh14"):
            continue
        for contest, (_, marks) in contests.items():
            if contest not in over:
                yield (unit, contest), marks


def expected_totals() -> dict[tuple[str, str, str], int]:
    totals: Counter[tuple[str, str, str]] = Counter()
    for row in rows("candidates.csv"):
        totals[row["unit"], row["contest"], row["candidate"]] = 0
    written: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for key, marks in counted_marks():
        for mark in marks:
            if mark.startswith("+"):
                written[key][mark] += 1
            else:
                totals[(*key, mark)] += 1
    for key, names in written.items():
        for name, votes in names.items():
            # qh17 is Zhejiang: every name is opened
            totals[(*key, name if votes >= 3 or key[0] == "qh17" else "+")] += votes
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


def ask(played: Path, table: str) -> list[str]:
    command = [program("tally-verifier"), table, str(played / "public"), "--format", "csv"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()


def test_outcomes_are_those_of_the_table_worked_out_by_hand(played: Path) -> None:
    """[OUTCOME-1]; the record also has them, determined by the county and declared by each committee (I7, I8)."""
    table = EXAMPLE.parents[1] / "tests/rehearsal/qinghe_outcomes.csv"
    assert ask(played, "outcomes") == table.read_text("utf-8").splitlines()
    _, report = verify(played, "--key", str(played / "authority.vkey"))
    checks = {check["id"]: check for check in report["checks"]}  # type: ignore[attr-defined]
    units = len(list(rows("units.csv")))
    assert [checks[name]["state"] for name in ("C5", "I7", "I8")] == ["passed"] * 3
    assert checks["I7"]["objects"] == checks["I8"]["objects"] == units


def test_findings_name_the_wrong_forms_and_what_depends_on_the_base(played: Path) -> None:
    found = defaultdict(set)
    for row in csv.DictReader(ask(played, "findings")):
        found[row["code"]].add(row["unit"])
    assert found["F_BALANCE"] == found["F_BOX_BALANCE"] == {"qh13"}
    assert found["F_COLLECTED_VOTERS"] == found["F_BOX_COLLECTED_VOTERS"] == {"qh15"}
    assert found["W_BASE"] == {"qh04", "qh06", "qh11", "qh18", "qh19"}
    assert found["W_NO_WOMAN"] == {"qh06"}
    assert "W_ROUND_LIST" not in found


def test_no_ballot_and_no_private_key_is_in_the_public_folder(played: Path) -> None:
    for path in (played / "public").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"PRIVATE" not in data
            assert b"changpiao/v1 sealed" not in data


def test_the_report_has_the_wrong_forms(played: Path) -> None:
    """A box's form and, because its figures are the station's, the station's; and the paper too many of qh15."""
    report = json.loads((played / "report.json").read_text("utf-8"))
    wrong = [entry for entry in report["findings"] if entry["code"].startswith("F_")]
    assert {(entry["code"], entry["unit"]) for entry in wrong} == {
        ("F_BALANCE", "qh13"), ("F_COLLECTED_ISSUED", "qh15"), ("F_COLLECTED_VOTERS", "qh15"),
    }  # fmt: skip
    assert report["problems"] == []
