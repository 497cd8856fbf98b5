"""golang/mod's sumdb/note and sumdb/tlog, the code that Go's own checksum database is checked with, over our log."""

import subprocess
from pathlib import Path

import pytest

from tests.checkers.evidence import EVERY, Evidence
from tests.checkers.programs import Go, go
from tests.checkers.unusual import REFUSED, USUAL, Refused, flipped

pytestmark = [pytest.mark.network, pytest.mark.timeout(580)]
SOURCE = Path(__file__).parent / "go/main.go"


@pytest.fixture(scope="session")
def compiler(root: Path) -> Go:
    return go(root / ".tools/checkers")


@pytest.fixture(scope="session")
def program(compiler: Go) -> Path:
    return compiler.built(SOURCE)


def check(program: Path, evidence: Evidence, folder: Path, every: int = EVERY) -> subprocess.CompletedProcess[str]:
    record, extras = evidence.laid_out(folder)
    words: list[str | Path] = [program, record, extras, str(every)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)


def accepted(program: Path, evidence: Evidence, folder: Path) -> dict[str, int]:
    done = check(program, evidence, folder)
    assert (done.returncode, done.stderr) == (0, "")
    return {what: int(count) for what, _, count in (line.rpartition(" ") for line in done.stdout.splitlines())}


def expected(evidence: Evidence) -> dict[str, int]:
    """What the program must say that it looked at: counts of our own, so that a check of nothing is noticed."""
    size = len(evidence.entries)
    tiles, width = 0, size
    while width:
        tiles += -(-width // 256)
        width //= 256
    return {
        "entries": size,
        "inclusions": len({*range(0, size, EVERY), size - 1}),
        "tiles": tiles,
        "signatures": evidence.signatures,
        "proofs": sum(name.endswith(".tlog-proof") for name in evidence.extras),
        "older heads": sum(name.endswith(".checkpoint") for name in evidence.extras),
    }


def test_golang_mod_accepts_the_record(program: Path, evidence: Evidence, tmp_path: Path) -> None:
    """[NOTE-1] [KEY-3] [LOG-1] [TILE-1] [TILE-2] [CHECK-1] [CHECK-3] [PROOF-1] Everything that it can see holds."""
    found = accepted(program, evidence, tmp_path)
    assert found == expected(evidence)
    assert found["proofs"] >= 1


@pytest.mark.parametrize("usual", USUAL)
def test_golang_mod_accepts_what_looks_unusual(program: Path, usual: object, tmp_path: Path) -> None:
    """[CHECK-2] [TILE-1] Unknown lines in any order; a full file in place of its partial one; outgrown partial ones."""
    assert callable(usual)
    evidence = usual()
    assert accepted(program, evidence, tmp_path) == expected(evidence)


@pytest.mark.parametrize("case", [case for case in REFUSED if case.go], ids=lambda case: case.name.replace(" ", "-"))
def test_golang_mod_refuses(program: Path, case: Refused, tmp_path: Path) -> None:
    done = check(program, case.make(), tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"REFUSED {case.go}: "), done.stderr


def test_tiles_that_no_proof_needs_are_compared_too(program: Path, tmp_path: Path) -> None:
    """[TILE-1] golang/mod authenticates only what a proof asks for; our program computes the other tiles."""
    done = check(program, flipped("tile/0/001", 32 * 100), tmp_path, every=10**6)
    assert done.returncode == 1
    assert done.stderr.startswith("REFUSED tiles: tile/0/001 "), done.stderr


def test_the_program_is_formatted(compiler: Go) -> None:
    """As gofmt writes it, for whoever knows Go."""
    gofmt = compiler.compiler.resolve().parent / "gofmt"
    done = subprocess.run([gofmt, "-l", SOURCE], capture_output=True, text=True, check=True)
    assert done.stdout == ""
