"""Random damage is never verified [VERIFY-1]; what MUST be tolerated in a checkpoint always is [CHECK-2]."""

from pathlib import Path
from random import Random
from shutil import rmtree

import pytest

from tally_protocol.log.checkpoint import parse_checkpoint_note
from tally_protocol.seal.note import SignatureLine, format_note
from tests.attacks.mutants import mutant
from tests.attacks.scene import Scene, run_here

QUICK, SLOW = 240, 100_000
CHUNK = 1000


def hunt(seeds: range, folder: Path) -> None:
    for seed in seeds:
        done, scene = mutant(seed)
        place = folder / str(seed)
        place.mkdir()
        verdict = run_here(scene.write(place), place)
        assert verdict.outcome != "VERIFIED", f"seed {seed}: {done}\n{verdict.text}"
        assert verdict.exit in (1, 2, 4), f"seed {seed}: {done}\n{verdict.text}"
        assert verdict.codes or verdict.exit == 4, f"seed {seed}: {done}\n{verdict.text}"
        rmtree(place)


@pytest.mark.parametrize("start", range(0, QUICK, 40))
def test_no_mutant_is_verified(tmp_path: Path, start: int) -> None:
    hunt(range(start, start + 40), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(QUICK, QUICK + SLOW, CHUNK))
def test_no_mutant_of_a_hundred_thousand_is_verified(tmp_path: Path, start: int) -> None:
    hunt(range(start, start + CHUNK), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_unknown_lines_and_their_order_change_nothing(tmp_path: Path, seed: int) -> None:
    dice = Random(f"grease {seed}")  # noqa: S311 - dice that can be thrown again, not a secret
    scene = Scene()
    files = scene.publish()
    note = parse_checkpoint_note(files["checkpoint"])
    grease = [
        SignatureLine(
            dice.choice(("witness.example", scene.world.origin, "日志", "x")), dice.randbytes(4), dice.randbytes(size)
        )
        for size in dice.sample((1, 8, 64, 72, 2428), dice.randrange(1, 5))
    ]
    lines = [*note.lines, *grease]
    dice.shuffle(lines)
    files["checkpoint"] = format_note(note.text, tuple(lines))
    verdict = run_here(scene.write(tmp_path), tmp_path)
    assert (verdict.outcome, verdict.found) == ("VERIFIED", ()), verdict.text
