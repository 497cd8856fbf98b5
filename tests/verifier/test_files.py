"""Damage to the files: flipped bytes, missing and forged tiles and bundles, checkpoints, sizes around a tile's width.

Serves [TILE-1], [TILE-2], [CHECK-1], [CHECK-2], [CHECK-3], [LOG-1], [LOG-2], [VERIFY-2], [NOTE-1].
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.conftest import Codes, Run
from tests.verifier.maker import Maker
from tests.verifier.signing import ORIGIN, again, fields_of, sha, tree
from verifier.tree import Levels

Edit = Callable[[bytes], bytes]


@pytest.fixture(scope="module", params=[78, 190])
def long_log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Maker, Path]:
    maker = Maker(pad=request.param).story()
    return maker, maker.publish(tmp_path_factory.mktemp("long"))


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_every_flipped_bit_of_a_checkpoint_is_noticed(honest: Path, tmp_path: Path, codes: Codes) -> None:
    """[CHECK-1], [CHECK-2]: except in the line of an unknown key, which is tolerated."""
    record = copied(honest / "pub", tmp_path / "pub")
    whole = (record / "checkpoint").read_bytes()
    grease = whole.rindex(f"— {ORIGIN} ".encode())
    places = [*range(200), *range(200, grease, 97)]
    for place in places:
        (record / "checkpoint").write_bytes(whole)
        flip(record / "checkpoint", place)
        code, found = codes(record)
        assert code in (1, 2), place
        assert found, place
    (record / "checkpoint").write_bytes(whole)
    flip(record / "checkpoint", len(whole) - 10)
    assert codes(record) == (0, set())


def test_every_flipped_byte_of_an_entry_is_noticed(honest: Path, maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """[TILE-2]: wherever it is, the root does not come out; the bundle is named, because the tiles still fit."""
    record = copied(honest / "pub", tmp_path / "pub")
    bundle = record / "tile/entries/000.p" / str(len(maker.entries))
    whole = bundle.read_bytes()
    start = sum(len(entry) + 2 for entry in maker.entries[:9])
    for place in range(start, start + len(maker.entries[9]) + 2, 7):
        bundle.write_bytes(whole)
        flip(bundle, place)
        code, found = codes(record)
        assert code == 1, place
        assert found & {"S1 E_BUNDLE", "S1 E_ROOT"}, place


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda data: data[:-1], "S1 E_BUNDLE"),
        (lambda data: data + b"\0\0", "S1 E_BUNDLE"),
        (lambda _: b"", "S1 E_BUNDLE"),
        (lambda data: b"\xff" + data[1:], "S1 E_BUNDLE"),
    ],
)
def test_a_bundle_of_wrong_length(
    edit: Edit, expected: str, honest: Path, maker: Maker, tmp_path: Path, codes: Codes
) -> None:
    record = copied(honest / "pub", tmp_path / "pub")
    bundle = record / "tile/entries/000.p" / str(len(maker.entries))
    bundle.write_bytes(edit(bundle.read_bytes()))
    code, found = codes(record)
    assert (code, expected in found) == (1, True)


def test_long_logs_are_verified(long_log: tuple[Maker, Path], codes: Codes) -> None:
    """Logs that need one, two and three bundles, and a second level of tiles."""
    assert len(long_log[0].entries) > 256
    assert codes(long_log[1]) == (0, set())
    assert codes(long_log[1], "--processes", 2) == (0, set())


def test_each_forged_tile_is_found(long_log: tuple[Maker, Path], tmp_path: Path, codes: Codes) -> None:
    """[TILE-1]: a tile with another hash, shorter, longer."""
    record = copied(long_log[1], tmp_path / "pub")
    for tile in sorted(path for path in record.glob("tile/[0-9]/**/*") if path.is_file()):
        whole = tile.read_bytes()
        for data in (bytes([whole[0] ^ 1]) + whole[1:], whole[:-32], whole + b"\0" * 32, whole[:-1]):
            tile.write_bytes(data)
            assert codes(record) == (1, {"S1 E_TILE"}), tile
        tile.write_bytes(whole)


def test_a_missing_file_is_incomplete_and_never_fraud(
    long_log: tuple[Maker, Path], tmp_path: Path, codes: Codes
) -> None:
    """[TILE-1], [VERIFY-1]: what is absent does not contradict anything, whichever file it is."""
    record = copied(long_log[1], tmp_path / "pub")
    for path in sorted(path for path in record.glob("**/*") if path.is_file()):
        data = path.read_bytes()
        path.unlink()
        code, found = codes(record)
        assert code == 2, (path, found)
        assert "C1 MISSING_FILE" in found
        assert found <= {"C1 MISSING_FILE", "C2 MISSING", "C3 MISSING", "C4 NOT_FINAL", "C5 NOT_FINAL"}
        path.write_bytes(data)


def test_a_full_file_stands_in_for_its_partial(tmp_path: Path, codes: Codes) -> None:
    """[TILE-1]: the log has grown past this checkpoint and dropped its partials."""
    grown = Maker(pad=190).story()
    grown.publish(tmp_path)
    (tmp_path / "checkpoint").write_bytes(grown.checkpoint(grown.entries[:500]))
    assert codes(tmp_path)[0] == 2  # not final, and the partial level 1 tile of that size is gone
    missing = tmp_path / "tile/1/000.p/1"
    missing.write_bytes((tmp_path / "tile/1/000.p/2").read_bytes()[:32])
    assert codes(tmp_path) == (2, {"C3 MISSING", "C4 NOT_FINAL"})


@pytest.mark.parametrize("leave", [[], ["key"], ["tile"], ["checkpoint"]])
def test_an_empty_or_absent_record_is_incomplete(leave: list[str], honest: Path, tmp_path: Path, codes: Codes) -> None:
    """[VERIFY-2], with and without an anchor; and whatever subset of a record is there, it is never VERIFIED."""
    record = copied(honest / "pub", tmp_path / "pub")
    for path in list(record.iterdir()):
        if path.name not in leave:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert codes(record)[0] == 2
    assert codes(tmp_path / "none")[0] == 2


def test_nothing_at_all_is_incomplete_without_an_anchor_too(tmp_path: Path, run: Run) -> None:
    assert run("verify", tmp_path)[0] == 2
    assert run("verify", tmp_path / "none")[0] == 2


def test_a_log_of_size_zero(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    maker.publish(tmp_path, [])
    assert codes(tmp_path) == (2, {"C2 MISSING"})


def test_the_first_entry_must_be_the_election(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """[LOG-1]."""
    maker.publish(tmp_path, maker.entries[1:])
    assert codes(tmp_path) == (1, {"S4 E_MANIFEST"})


def test_a_checkpoint_signed_by_another_log(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """[CHECK-2]: the election names the log's keys; whoever signs with others has not signed."""
    fields = fields_of(maker.entries[0])
    first = again(maker.entries[0], log={**fields["log"], "ed25519": fields["county_key"]})
    maker.publish(tmp_path, [first, *maker.entries[1:]])
    code, found = codes(tmp_path)
    assert (code, "A2 E_SIGNERS" in found) == (1, True)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda data: data.replace(b"\n", b"\n0", 1), "A2 E_NOTE"),
        (lambda data: data.replace(b"\n\n", b"\nextension\n\n"), "A2 E_NOTE"),
        (lambda data: b"\n".join(data.split(b"\n")[:5]) + b"\n", "A2 E_SIGNERS"),
        (lambda data: b"\n".join([*data.split(b"\n")[:4], *data.split(b"\n")[5:]]), "A2 E_SIGNERS"),
        (lambda data: data[:-2] + b"\n", "A2 E_B64"),
        (lambda _: b"", "A2 E_NOTE"),
        (lambda _: b"\xff\xfe", "A2 E_NOTE"),
    ],
)
def test_a_checkpoint_of_another_shape(edit: Edit, expected: str, honest: Path, tmp_path: Path, codes: Codes) -> None:
    record = copied(honest / "pub", tmp_path / "pub")
    path = record / "checkpoint"
    path.write_bytes(edit(path.read_bytes()))
    code, found = codes(record)
    assert (code, found & {expected}) == (1, {expected})


def test_a_checkpoint_of_another_root(maker: Maker, honest: Path, tmp_path: Path, codes: Codes) -> None:
    """[TILE-2]: properly signed, but not the tree of these entries."""
    record = copied(honest / "pub", tmp_path / "pub")
    (record / "checkpoint").write_bytes(maker.checkpoint(maker.entries, root=sha(b"another")))
    assert codes(record) == (1, {"S1 E_ROOT"})


def test_the_makers_tree_is_not_the_verifiers() -> None:
    """Two ways to one root: recursion here, levels there."""
    leaves = [sha(b"\0", bytes([i % 251, i // 251])) for i in range(600)]
    levels = Levels(b"".join(leaves))
    for size in (1, 2, 3, 255, 256, 257, 511, 512, 513, 599, 600):
        assert levels.root(size) == tree(leaves[:size])
