"""The whole way: workbook -> sealing folder and plans -> laptops enrol -> the county seals. Real programs all along."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coordinator.sealing.workbooks.importing import import_workbooks
from coordinator.sealing.workbooks.template import make_template
from tests.workbooks.conftest import GOOD, NAME, V1, V2

HEAD = """id = "qinghe-test"
title = "清和县换届选举（演练）"
date = "2026-11-28"
test = true
origin = "log.test.example/qinghe-test"
profiles = ["cn-village-2026-national"]
"""
ROLES = ("chair", "chief_scrutineer", "scrutineer", "teller", "caller")


def staff() -> list[dict[str, str]]:
    """Everybody whom the national profile wants to sign, at every table and in every committee."""
    tables = [(line["unit"], line["station"]) for line in GOOD["stations"]]
    people = [
        {"unit": unit, "station": station, "person": f"{role}-{station}", "role": role}
        for unit, station in tables
        for role in ROLES
    ]
    return people + [
        {"unit": unit, "person": f"wy-{role}", "role": role} for unit in (V1, V2) for role in ("chair", "member")
    ]


def run(name: str, *words: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / name), *words], capture_output=True, text=True, check=False, timeout=240,
        stdin=subprocess.DEVNULL, env=os.environ | {"CHANGPIAO_PASSPHRASE": "correct horse"},
    )  # fmt: skip
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@pytest.mark.timeout(600)
def test_what_was_imported_is_sealed(tmp_path: Path) -> None:
    folder = tmp_path / "sealing"
    folder.mkdir()
    (folder / "election.toml").write_text(HEAD, "utf-8")
    data = make_template({**GOOD, "officials": staff()})
    found = import_workbooks([(NAME, data)], folder, fonts=lambda _: ())
    assert (found.flaws, found.questions) == ([], [])
    (folder / "enrolments").mkdir()
    for plan in sorted((folder / "plans").iterdir()):
        home = str(tmp_path / plan.stem)
        run("tally-node", "init", "--home", home, "--node", plan.stem)
        request = folder / "enrolments" / plan.name
        run("tally-node", "enrol", "--home", home, "--plan", str(plan), "--out", str(request))
    said = json.loads(run("tally-coordinator", "init", "--home", str(tmp_path / "county"), "--from", str(folder)))
    assert (said["units"], said["stations"]) == (2, 3)
