"""The end of every round: the verifier's verdict on the published record, and the totals it finds there."""

import contextlib
import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

from coordinator.cli import export_ballots
from tests.faults.ledger import Settled
from tests.faults.rig import Rig
from tests.faults.town import UNITS
from verifier.checks import commands
from verifier.findings.report import Report


def _silent(_report: Report, _stream: Any) -> None:
    """Reports are read as JSON."""


def verify(rig: Rig, *, ballots: bool = True, receipts: Path | None = None) -> tuple[int, dict[str, Any]]:
    """Exit code and report of the verifier, run on the public folder with the anchor."""
    sealed = rig.path / "sealed"
    if ballots:
        export_ballots(rig.town.county, sealed, rig.url)
    out = rig.path / "verdict.json"
    code = commands.verify(
        str(rig.public), key=str(rig.town.authority), ballots=str(sealed) if ballots else "",
        receipts=str(receipts) if receipts else "", processes=1, json_to=str(out), quiet=True, render=_silent,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {}
    return code, report


def totals(rig: Rig) -> dict[tuple[str, str, str], int]:
    """What `tally-verifier totals` finds in the public folder alone."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        code = commands.table(str(rig.public), "totals", processes=1, render=_silent)
    assert code == 0, code
    rows = csv.DictReader(text.getvalue().splitlines())
    return {(row["unit"], row["contest"], row["candidate"]): int(row["votes"]) for row in rows}


def keep_receipts(rig: Rig, folder: Path) -> Path:
    """Write every laptop's receipts and proofs to a folder, as `tally-node receipts --out` does."""
    folder.mkdir(exist_ok=True)
    for node in rig.town.nodes:
        connection = sqlite3.connect(f"{(rig.town.home(node) / 'journal.db').as_uri()}?mode=ro", uri=True)
        for chain, upto, note in connection.execute("SELECT chain, upto, note FROM receipts"):
            (folder / f"{chain.replace('/', '_')}.{upto}.receipt").write_bytes(note)
        for chain, seq, proof in connection.execute("SELECT chain, seq, proof FROM proofs"):
            (folder / f"{chain.replace('/', '_')}.{seq}.tlog-proof").write_bytes(proof)
        connection.close()
    return folder


def check_whole(rig: Rig, *, promises: bool = True) -> None:
    """Every paper counted exactly once, every promise kept, VERIFIED with ballots and receipts."""
    code, report = verify(rig, receipts=keep_receipts(rig, rig.path / "receipts") if promises else None)
    assert (code, report["outcome"]) == (0, "VERIFIED"), report
    assert totals(rig) == rig.town.totals
    assert set(Settled(rig).check_determinations()) == set(UNITS)
