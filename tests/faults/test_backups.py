"""An old backup is restored: store, lock, public folder, alone and together [PUB-1] [CHECK-3] [INTAKE-7].

What the county can see it refuses (E_LOCK_AHEAD) or repairs. If everything it has is old it cannot know: then the
proofs that laptops kept tell (E_SPLIT), which is why they keep them.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tally_protocol.errors import ProtocolError
from tests.faults.conftest import Served
from tests.faults.ledger import Settled
from tests.faults.rig import FEW, Rig
from tests.faults.town import Town
from tests.faults.verdict import check_whole, keep_receipts, verify

pytestmark = pytest.mark.fault
REFUSED = (("store",), ("lock",), ("store", "lock"), ("store", "public"))


def restore(rig: Rig, counted: Town, parts: tuple[str, ...]) -> bytes:
    """Put old parts in the place of new ones; gives the newest checkpoint that the world has seen."""
    seen = (counted.path / "public" / "checkpoint").read_bytes()
    for part in parts:
        if part == "public":
            shutil.rmtree(rig.public)
            shutil.copytree(counted.path / "old-public", rig.public)
        else:
            shutil.copy2(counted.path / "old-county" / f"{part}.db", rig.town.county / f"{part}.db")
    return seen


@pytest.mark.parametrize("parts", REFUSED[:FEW], ids="+".join)
def test_a_county_with_an_old_part_refuses_to_publish(counted: Town, tmp_path: Path, parts: tuple[str, ...]) -> None:
    """[PUB-1]"""
    with Rig(counted, tmp_path / "round") as rig:
        restore(rig, counted, parts)
        before = (rig.public / "checkpoint").read_bytes()
        code, said = rig.serve_once()
        assert code == 1, said
        assert "E_LOCK_AHEAD" in said
        assert "Traceback" not in said
        assert (rig.public / "checkpoint").read_bytes() == before


@pytest.mark.parametrize("parts", [("public",), ("lock", "public")], ids="+".join)
def test_what_the_store_can_give_again_is_repaired(counted: Town, tmp_path: Path, parts: tuple[str, ...]) -> None:
    """[PUB-2] [CHECK-3]"""
    with Rig(counted, tmp_path / "round") as rig:
        seen = restore(rig, counted, parts)
        code, said = rig.serve_once()
        assert code == 0, said
        Settled(rig).check_history([seen, (rig.public / "checkpoint").read_bytes()])
        check_whole(rig)


def test_if_all_is_old_the_kept_proofs_tell(counted: Town, tmp_path: Path) -> None:
    """Nothing is lost, because laptops deliver again; but if the log became another one, nobody is told VERIFIED."""
    with Rig(counted, tmp_path / "round") as rig:
        kept = keep_receipts(rig, tmp_path / "kept")
        seen = restore(rig, counted, ("store", "lock", "public"))
        tell(rig, kept, seen)


def tell(rig: Rig, kept: Path, seen: bytes) -> None:
    """Laptops deliver what the county lacks; whoever holds the newer proofs is told if the log is another one."""
    county = rig.start_county().wait_ready()
    for node in rig.town.nodes:
        # the session's lines are done; what the county lacks is delivered again
        assert rig.start_node(node).wait() == 0, rig.running[node].errors()
    assert county.stop() == 0, county.errors()
    check_whole(rig, promises=False)
    code, report = verify(rig, ballots=False, receipts=kept)
    try:
        Settled(rig).check_history([seen, (rig.public / "checkpoint").read_bytes()])
        same = True
    except (AssertionError, ProtocolError):
        same = False
    assert (code == 0) is same, report
    if not same:
        assert report["outcome"] in ("FAILED", "INCOMPLETE"), report


def old_public(rig: Rig, served: Served) -> bytes:
    """Put the old public folder in its place; gives the newest checkpoint that the world has seen."""
    shutil.rmtree(rig.public)
    shutil.copytree(served.town.path / "old-public", rig.public)
    return (served.town.path / "public" / "checkpoint").read_bytes()


@pytest.mark.xdist_group("served")
def test_a_server_with_an_old_database_refuses_to_publish(
    served: Served, tmp_path: Path, copy_of: Callable[[str], str]
) -> None:
    """[PUB-1]: its lock is as old as its records, the public folder is ahead of both."""
    with Rig(served.town, tmp_path / "round", copy_of(served.old)) as rig:
        before = (rig.public / "checkpoint").read_bytes()
        code, said = rig.serve_once()
        assert code == 1, said
        assert "E_LOCK_AHEAD" in said
        assert "Traceback" not in said
        assert (rig.public / "checkpoint").read_bytes() == before


@pytest.mark.xdist_group("served")
def test_a_server_gives_an_old_public_folder_again(
    served: Served, tmp_path: Path, copy_of: Callable[[str], str]
) -> None:
    """[PUB-2] [CHECK-3]"""
    with Rig(served.town, tmp_path / "round", copy_of(served.name)) as rig:
        seen = old_public(rig, served)
        code, said = rig.serve_once()
        assert code == 0, said
        Settled(rig).check_history([seen, (rig.public / "checkpoint").read_bytes()])
        check_whole(rig)


@pytest.mark.xdist_group("served")
def test_if_server_and_folder_are_old_the_kept_proofs_tell(
    served: Served, tmp_path: Path, copy_of: Callable[[str], str]
) -> None:
    """As with files: nothing is lost, and nobody who kept a proof is told VERIFIED of another log."""
    with Rig(served.town, tmp_path / "round", copy_of(served.old)) as rig:
        kept = keep_receipts(rig, tmp_path / "kept")
        tell(rig, kept, old_public(rig, served))
