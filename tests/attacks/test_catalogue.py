"""Every fraud of the catalogue against the verifier as an observer runs it.

[VERIFY-1] [VERIFY-2] [VERIFY-3] [VERIFY-4] [VERIFY-7] [CONV-1]
"""

from pathlib import Path

import pytest

from tests.attacks.book import EXITS, Fraud
from tests.attacks.catalogue import FRAUDS
from tests.attacks.scene import Scene, run_here, run_program

NAMED = {fraud.name: fraud for fraud in FRAUDS}


def test_the_catalogue_is_large_and_has_no_two_of_a_name() -> None:
    assert len(NAMED) == len(FRAUDS) >= 48
    assert all(len(fraud.story) > 10 for fraud in FRAUDS)


@pytest.mark.parametrize("fillers", [0, 560])
@pytest.mark.parametrize("election", ["county-test", "county"])
def test_the_untouched_record_is_verified(tmp_path: Path, election: str, fillers: int) -> None:
    scene = Scene(fillers, election)
    assert scene.forger.notes() == scene.world.entries, "the forger changes nothing by himself"
    scene.with_ballots = True
    scene.receipts = scene.honest_receipts()
    verdict = run_program(scene.write(tmp_path), tmp_path)
    assert (verdict.outcome, verdict.exit, verdict.found) == ("VERIFIED", 0, ()), verdict.text
    assert ("this is a rehearsal" in verdict.text) == (election == "county-test")  # [VERIFY-4]


@pytest.mark.parametrize("fraud", FRAUDS, ids=NAMED)
def test_the_fraud_is_named_by_its_code(tmp_path: Path, fraud: Fraud) -> None:
    verdict = run_here(fraud.scene().write(tmp_path), tmp_path)
    assert (verdict.outcome, verdict.exit) == (fraud.outcome, EXITS[fraud.outcome]), f"{fraud.story}\n{verdict.text}"
    wanted = {fraud.code} - {""}
    assert wanted <= verdict.codes, f"{fraud.story}\n{verdict.text}"
    assert verdict.codes <= wanted | fraud.also, f"{fraud.story}\n{verdict.text}"


# one fraud a chapter and outcome through a process of its own: what a person at a terminal sees
AS_A_PROGRAM = (
    "record-doubled", "running-totals-traded", "forged-under-the-right-key-id", "weak-key-of-the-county",
    "candidates-swapped-afterwards", "statement-missing", "all-tiles-forged", "folder-missing", "mldsa-line-bad",
    "base64-with-spare-bits", "part-missing", "proof-from-the-other-view", "no-anchor", "winner-exchanged",
    "loser-declared", "majority-lowered-silently", "rules-changed-after-the-count",
)  # fmt: skip


@pytest.mark.parametrize("name", AS_A_PROGRAM)
def test_the_program_says_the_same_with_its_exit_code(tmp_path: Path, name: str) -> None:
    fraud = NAMED[name]
    verdict = run_program(fraud.scene().write(tmp_path), tmp_path)
    assert (verdict.outcome, verdict.exit) == (fraud.outcome, EXITS[fraud.outcome])
    assert not fraud.code or fraud.code in verdict.text


def test_a_check_that_passes_without_the_anchor_is_still_only_unanchored(tmp_path: Path) -> None:
    verdict = run_here(NAMED["no-anchor"].scene().write(tmp_path), tmp_path)
    assert (verdict.outcome, verdict.found) == ("UNANCHORED", ())
