"""npm packages over our log: @noble (Ed25519, ML-DSA-44: independent of OpenSSL) and @sigstore/verify."""

import subprocess
from pathlib import Path

import pytest

from tests.checkers.evidence import Evidence, count_lines
from tests.checkers.programs import npm
from tests.checkers.unusual import REFUSED, USUAL, Refused

pytestmark = [pytest.mark.network, pytest.mark.timeout(580)]
MOST_ENTRIES = 2000  # about 5 ms a signature: of longer records every n-th entry is taken


@pytest.fixture(scope="session")
def script(root: Path) -> Path:
    return npm(root / ".tools/checkers", Path(__file__).parent / "js/check.mjs")


def check(script: Path, evidence: Evidence, folder: Path) -> subprocess.CompletedProcess[str]:
    record, extras = evidence.laid_out(folder)
    words: list[str | Path] = ["node", script, record, extras, str(step_of(evidence))]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)


def step_of(evidence: Evidence) -> int:
    return max(1, -(-len(evidence.entries) // MOST_ENTRIES))


def accepted(script: Path, evidence: Evidence, folder: Path) -> None:
    done = check(script, evidence, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == [
        f"entries {len(evidence.entries)}",
        "post-quantum lines 1",
        f"proofs {sum(name.endswith('.tlog-proof') for name in evidence.extras)}",
        f"signatures {count_lines(evidence.entries[:: step_of(evidence)])}",
    ]


def test_noble_and_sigstore_accept_the_record(script: Path, evidence: Evidence, tmp_path: Path) -> None:
    """[NOTE-3] [KEY-2] [CHECK-1] [CHECK-2] [PROOF-1] Both lines of the checkpoint, every record, every tlog-proof."""
    accepted(script, evidence, tmp_path)


@pytest.mark.parametrize("usual", USUAL)
def test_noble_and_sigstore_accept_what_looks_unusual(script: Path, usual: object, tmp_path: Path) -> None:
    """[CHECK-2] [TILE-1] Unknown lines, shuffled; a full bundle for its partial one; outgrown partial ones."""
    assert callable(usual)
    accepted(script, usual(), tmp_path)


@pytest.mark.parametrize("case", [case for case in REFUSED if case.npm], ids=lambda case: case.name.replace(" ", "-"))
def test_noble_and_sigstore_refuse(script: Path, case: Refused, tmp_path: Path) -> None:
    done = check(script, case.make(), tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"REFUSED {case.npm}: "), done.stderr
