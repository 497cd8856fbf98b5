"""The watch of real processes: edits noticed at the start and while it runs; names of metrics, logs, traces."""

import json
import logging
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from coordinator import tracing
from coordinator.intake.jobs import Deliver
from coordinator.metrics import Metrics
from coordinator.settings import CountyError
from coordinator.store.postgres import is_postgres
from coordinator.watch.logs import JsonLines
from coordinator.watch.stations import Stations, townships
from tests.coordinator.county import Bench, envelopes, whole_count
from tests.coordinator.processes import FAULT, Process, check_refused, role, wait_until
from tests.coordinator.scene import PROGRAM, Scene, group, new_scene, until_published
from tests.world import VOTE_A, World, papers

pytestmark = pytest.mark.e2e

SWAPPED = (
    "UPDATE sealed SET blob = (SELECT blob FROM sealed ORDER BY record DESC LIMIT 1)"
    " WHERE record = (SELECT min(record) FROM sealed)"
)
LEAF = "UPDATE records SET leaf = hash WHERE kind = 'batch'"
DELETED = "DELETE FROM records WHERE id = (SELECT min(id) FROM records WHERE kind = 'batch')"


def edit(scene: Scene, statement: str) -> None:
    if is_postgres(scene.url):
        url = make_url(scene.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as server:
            # the keys between tables switched off, as an owner can
            server.execute("SET session_replication_role = replica")
            assert server.execute(statement.encode()).rowcount
        return
    file = sqlite3.connect(scene.home.store, timeout=20)
    assert file.execute(statement).rowcount
    file.commit()
    file.close()


def deliver(scene: Scene, address: str) -> bytes:
    """A table with two batches; gives the hash of its last record."""
    desk = scene.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A), ())
    desk.batch(papers(61, VOTE_A), ())
    scene.laptop.talk(address, group(envelopes(scene.world, desk)))
    return desk.state.head


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.startswith("{")]


def test_edits_are_noticed_while_it_runs_and_at_the_start(scene: Scene) -> None:
    """Within a cycle: code in the log, metric, not ready, nothing more is signed; and the next start says it too."""
    county = scene.serve()
    until_published(scene, county, deliver(scene, county.address))
    edit(scene, SWAPPED)
    began = time.monotonic()
    wait_until(lambda: "changpiao_selfcheck_failed 1.0" in county.get("/metrics")[1], "the self-check", 60)
    assert time.monotonic() - began < 60
    assert FAULT.format("E_SELF_CHECK") in county.get("/metrics")[1]
    wait_until(lambda: county.get("/readyz")[0] == 503, "not ready", 10)
    shown = (scene.path / "public" / "checkpoint").read_bytes()
    assert "E_SELF_CHECK" in {line.get("code") for line in lines(scene.path / "county.log")}
    county.end(signal.SIGKILL)
    again = scene.serve()
    wait_until(lambda: "changpiao_selfcheck_failed 1.0" in again.get("/metrics")[1], "the first cycle", 20)
    desk = scene.world.desk("v1", "2")
    desk.open()
    scene.laptop.talk(again.address, group(envelopes(scene.world, desk)))
    time.sleep(2)
    assert (scene.path / "public" / "checkpoint").read_bytes() == shown
    again.end(signal.SIGKILL)
    # what the start itself reads it refuses
    edit(scene, LEAF)
    # without a while for its last words it ends at once
    command = [str(PROGRAM), "serve", "--home", str(scene.home.path), "--public", str(scene.path / "public")]
    command += ["--database", scene.url, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert '"code": "E_SELF_CHECK"' in done.stderr


@pytest.mark.parametrize("statement", [LEAF, DELETED], ids=["edited", "deleted"])
def test_what_a_start_refuses_is_in_a_metric(scene: Scene, statement: str) -> None:
    """What the start itself reads it refuses; its code stays long enough to be scraped, and nothing is signed."""
    county = scene.serve()
    until_published(scene, county, deliver(scene, county.address))
    assert county.end() == 0
    shown = (scene.path / "public" / "checkpoint").read_bytes()
    edit(scene, statement)
    check_refused("E_SELF_CHECK", scene.home.path, scene.url, scene.path / "public", scene.path / "refused.log")
    assert (scene.path / "public" / "checkpoint").read_bytes() == shown


@pytest.fixture
def server_scene(tmp_path: Path, postgres_url: str) -> Iterator[Scene]:
    with new_scene(tmp_path, postgres_url) as made:
        yield made


def series(text: str) -> set[str]:
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}


def samples(text: str) -> set[str]:
    found = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line and line[0] != "#"}
    for end in ("_bucket", "_count", "_sum"):
        found |= {name.removesuffix(end) for name in found if name.endswith(end)}
    return found


def test_every_role_tells_what_the_contract_says(server_scene: Scene, root: Path) -> None:
    """deploy/metrics.json: each series has a sample in each role that it is promised for; no label per village."""
    contract = json.loads((root / "deploy/metrics.json").read_text("utf-8"))["metrics"]
    jobs = {job: role(server_scene, job, "--board", "127.0.0.1:0") for job in ("sequencer", "publisher", "intake")}
    jobs["board"] = role(server_scene, "board", "--board", "127.0.0.1:0")
    try:
        for job, process in jobs.items():
            process.ready()
            promised = {metric["name"] for metric in contract if job in metric["roles"]}
            # a certificate towards this database there is none, and a server has its own disk;
            # nobody was refused yet
            promised -= {"changpiao_access_refused_total", "changpiao_access_streams_ended_total"}
            promised -= {"changpiao_certificate_expiry_timestamp_seconds"} if job != "intake" else set()
            promised -= {"changpiao_disk_free_bytes", "changpiao_disk_reserve_bytes"} if job == "intake" else set()
            get = server_scene_get(process)
            end = time.monotonic() + 30
            while promised - samples(get()) and time.monotonic() < end:
                time.sleep(0.2)
            text = get()
            assert (job, promised - samples(text)) == (job, set())
            assert "v1" not in text.replace("wire.v1", ""), "a village in a label"
            assert 'changpiao_refused_total{code="E_FORK"} 0.0' in text
    finally:
        for process in jobs.values():
            process.kill()


def server_scene_get(process: Process) -> Any:
    import http.client  # noqa: PLC0415

    def get() -> str:
        connection = http.client.HTTPConnection(str(process.said["admin"]), timeout=10)
        connection.request("GET", "/metrics")
        body = connection.getresponse().read().decode()
        connection.close()
        return body

    return get


def test_no_ballot_stands_in_a_log(scene: Scene) -> None:
    """Names on papers, marks, notes: of a whole count with refusals nothing of it is in the county's own words."""
    county = scene.serve()
    world = scene.world
    _, chains = whole_count(world)
    for chain in chains:
        scene.laptop.talk(county.address, group(chain))
    broken = chains[0][2]
    scene.laptop.talk(county.address, group([type(broken)(broken.note[:-40] + b"\n", b"noise", "node-1")]))
    county.end()
    text = (scene.path / "county.log").read_text("utf-8")
    for secret in ("王小二", "李四", "figures", "write_ins", "张三", broken.note[:60].decode()):
        assert secret not in text
    assert all(set(line) <= ALLOWED for line in lines(scene.path / "county.log"))
    assert text.count("\n") == len(lines(scene.path / "county.log")), "every line is JSON"


ALLOWED = {
    "time", "level", "event", "code", "chain", "node", "error", "role", "part", "entry", "seconds", "count", "said",
    "trace",
}  # fmt: skip


def test_an_error_s_words_stay_out_unless_we_wrote_them() -> None:
    """The text of an unknown error may hold a row; a line is one line whatever is in it."""
    record = logging.LogRecord("changpiao.x", logging.ERROR, "f", 1, "broken\u2028\nline", None, None)
    try:
        raise ValueError("王小二")
    except ValueError:
        record.exc_info = sys.exc_info()
    said = JsonLines().format(record)
    assert "王小二" not in said
    assert len(said.splitlines()) == 1
    assert json.loads(said)["error"] == "ValueError"


def test_silent_stations_by_township() -> None:
    """Open without connection and record for longer than the limit; a place that gathers villages is the label."""
    places = {f"v{n}": ("清河县", f"{'东西'[n % 2]}乡") for n in range(8)}
    assert set(townships(places).values()) == {"东乡", "西乡"}
    world, clock, seen = World(), [0.0], dict[str, float]()
    desk = world.desk("v1", "1")
    metrics = Metrics()
    stations = Stations(
        metrics, {desk.state.chain: desk.state}, seen=lambda: seen, nodes={desk.state.chain: "node-1"},
        monotonic=lambda: clock[0], silent_after=120,
    )  # fmt: skip

    def silent() -> float:
        stations.look()
        found = [line for line in metrics.text().decode().splitlines() if line.startswith("changpiao_silent_stations{")]
        return float(found[0].rsplit(" ", 1)[1])

    clock[0] = 1000
    assert silent() == 0, "sealed, not open"
    desk.open()
    assert silent() == 0, "a record has just come"
    clock[0] = 1121
    assert silent() == 1
    seen["node-1"] = 30
    assert silent() == 0, "its laptop is connected: a hundred papers take half an hour"
    seen["node-1"] = 200
    assert silent() == 1
    desk.batch(papers(60, VOTE_A), ())
    assert silent() == 0


def test_traces_hold_numbers_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off by default; on: a span for each commit, with counts."""
    from opentelemetry import trace  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: PLC0415

    kept = InMemorySpanExporter()
    tracing.start("", "all", kept)
    desk = bench.world.desk("v1", "1")
    desk.open()
    bench.one(envelopes(bench.world, desk)[0])
    assert kept.get_finished_spans() == ()
    tracing.start("http://127.0.0.1:1", "all", kept)
    try:
        desk.batch(papers(60, VOTE_A), ())
        found: list[object] = []
        bench.writer.process([Deliver(envelopes(bench.world, desk), found.append, 0.0)])
        wait_until(lambda: len(kept.get_finished_spans()) > 0, "a span", 20)
    finally:
        tracing.stop()
    (span, *_) = kept.get_finished_spans()
    assert (span.name, dict(span.attributes or {})) == ("commit", {"jobs": 1, "records": 2})
    assert trace is not None
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(CountyError, match="not installed"):
        tracing.start("http://127.0.0.1:1", "all")
