"""The real program and the law: kill -9 around a determination, and what the commands print, running or at rest."""

import csv
import io
import json
import signal
import threading

import grpc
import pytest

from coordinator.intake.admission import Received
from coordinator.store import entries as log
from coordinator.store.stores import open_store
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.unit_kinds import Determination
from tests.committee import Committee
from tests.coordinator.county import envelopes, record, whole_count
from tests.coordinator.scene import Scene, group, run
from tests.world import VOTE_A, papers

pytestmark = pytest.mark.e2e


def determined(scene: Scene) -> list[bytes]:
    """The statement of every determination of the store, in order."""
    store = open_store(scene.home, scene.url)
    bodies = [decode_record(entry.note).body for entry in log.read_range(store, 0, log.size(store))]
    store.close()
    return [body.statement for body in bodies if isinstance(body, Determination)]


@pytest.mark.fault
@pytest.mark.parametrize("delay", [0.0, 0.002, 0.02])
def test_kill_9_around_a_determination_leaves_exactly_one(scene: Scene, delay: float) -> None:
    """[DET-1] [INTAKE-2]: wherever the process dies, the statement and its determination are both there or neither."""
    desk = scene.world.desk("v2", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    desk.close()
    committee = Committee(scene.world, "v2", [desk])
    statement = Received(committee.statement(), b"", "node-1")
    county = scene.serve()
    scene.laptop.talk(county.address, group(envelopes(scene.world, desk)))

    def deliver() -> None:
        try:
            scene.laptop.talk(county.address, group([statement]))
        except grpc.RpcError:
            return

    sending = threading.Thread(target=deliver)
    sending.start()
    sending.join(delay)
    assert county.end(signal.SIGKILL) == -signal.SIGKILL
    sending.join()
    store = open_store(scene.home, scene.url)
    stored = log.find_hash(store, record(statement.note)) is not None
    store.close()
    assert len(determined(scene)) == int(stored)
    county = scene.serve()
    scene.laptop.talk(county.address, group([statement]))
    assert county.end() == 0
    assert determined(scene) == [record(statement.note)]
    assert run("check", "--home", str(scene.home.path), url=scene.url)[0] == 0


def test_commands_read_a_running_county_and_one_at_rest(scene: Scene) -> None:
    """[OUTCOME-2]: the same words either way."""
    county = scene.serve()
    _, chains = whole_count(scene.world)
    scene.laptop.talk(county.address, *(group(chain) for chain in chains))
    home = ("--home", str(scene.home.path))
    asked = [
        ("outcomes", *home), ("notice", *home, "v1"), ("figures", *home), ("figures", *home, "--json"),
        ("explain", *home, "v1", "chair"), ("findings", *home), ("findings", *home, "--text"),
    ]  # fmt: skip
    running = [run(*arguments, url=scene.url) for arguments in asked]
    assert county.end() == 0
    assert [run(*arguments, url=scene.url) for arguments in asked] == running
    outcomes, notice, figures, integers, reasons, findings, meanings = running
    assert "2 x 121 > 260" in reasons[1]
    assert findings[1].startswith("unit,station,code,expected,found\nv1,1,")
    assert "107 F_VALID_INVALID" in meanings[1]
    assert run("explain", *home, "v1", "mayor", url=scene.url)[0] == 1
    assert "2/2 (100.00 %)" in figures[1].splitlines()[0]
    assert json.loads(integers[1])["units_final"] == {"part": 2, "whole": 2}
    assert run("figures", *home, "--before", "98 %", url=scene.url)[0] == 1
    rows = list(csv.reader(io.StringIO(outcomes[1])))
    assert rows[0] == ["unit", "contest", "round", "outcome", "elected", "base_sensitive"]
    assert [row[:2] for row in rows[1:]] == [[u, c] for u in ("v1", "v2") for c in ("chair", "member", "deputy")]
    assert rows[1][3:] == ["supplementary", "", "true"]
    assert notice[1].startswith("村v1 选举公告（第15号）")
    assert run("notice", *home, "v9", url=scene.url)[0] == 1


def test_the_shipped_profiles_are_printed() -> None:
    status, text = run("profiles")
    assert status == 0
    assert text.splitlines()[0].startswith("cn-party-branch-2020  ")
    status, text = run("profiles", "zhejiang-village-2020")
    assert "浙江第27条（2020-07-31）" in text
    status, text = run("profiles", "zhejiang-village-2020", "--json")
    assert text.startswith("{\n")
    assert run("profiles", "nowhere")[0] == 1
