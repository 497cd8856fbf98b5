"""The centre as the county runs it: role `centre` with its own rights on PostgreSQL, beside all others or in `all`."""

import http.client
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from coordinator.centre.server import BEHIND, is_secure
from coordinator.centre.signoffs import SignOff, add_signoff
from coordinator.settings import CountyError
from tests.coordinator.county import whole_count
from tests.coordinator.processes import Process, log_text, role, up, wait_until
from tests.coordinator.scene import Scene, group, new_scene, run
from tests.coordinator.test_database_roles import (
    READS,
    VERBS,
    allowed,
    grant,
    plain,
    server_url,  # noqa: F401 - a fixture
    statement,
    tables_of,
)
from tests.world import World

pytestmark = pytest.mark.e2e

MAY = READS | {
    "centre_acts": "SI", "centre_secrets": "SIU", "centre_sessions": "SIUD", "receipts": "S", "presence": "S",
    "verdicts": "S",
}  # fmt: skip


def test_the_role_may_do_what_it_needs_and_nothing_else(server_url: str) -> None:  # noqa: F811
    grant(server_url)
    tables = tables_of(server_url)
    with psycopg.connect(plain(server_url, "changpiao_centre")) as connection:
        found = {
            table: "".join(verb[0] for verb in VERBS if allowed(connection, statement(verb, table, column)))
            for table, column in tables.items()
        }
    assert {table: verbs for table, verbs in found.items() if verbs} == MAY


@pytest.fixture
def scene(server_url: str, tmp_path: Path) -> Iterator[Scene]:  # noqa: F811
    with new_scene(tmp_path, server_url, World()) as made:
        yield made


class Client:
    """A browser of a process: plain HTTP, a cookie, the CSRF word."""

    def __init__(self, url: str) -> None:
        self.host = url.removeprefix("http://").rstrip("/")
        self.headers = {"origin": f"http://{self.host}", "content-type": "application/json"}

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = connection.getresponse()
        cookie = answer.getheader("set-cookie")
        if cookie:
            self.headers["cookie"] = cookie.partition(";")[0]
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said

    def enter(self, person: str, first: str) -> None:
        assert self.ask("POST", "/api/login", {"person": person, "password": first})[0] == 200
        self.headers["x-centre-csrf"] = self.ask("GET", "/api/me")[1]["csrf"]
        changed = {"old": first, "new": f"{person} quiet river staple 9"}
        assert self.ask("POST", "/api/password", changed) == (200, {"done": True})


def accounts(scene: Scene) -> dict[str, str]:
    status, said = run(
        "centre-init", "--home", str(scene.home.path), "--operator", "wang", "--authority", "li", url=scene.url
    )
    assert status == 0
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["role"] for line in lines] == ["operator", "authority"]
    return {line["person"]: line["password"] for line in lines}


def test_a_centre_runs_beside_a_county_on_its_own_rights(scene: Scene, server_url: str) -> None:  # noqa: F811
    grant(server_url)
    first = accounts(scene)
    processes: list[Process] = []
    for job in ("sequencer", "publisher", "intake", "centre"):
        scene.url = make_url(server_url).set(username=f"changpiao_{job}").render_as_string(hide_password=False)
        processes.append(role(scene, job, *(["--centre", "127.0.0.1:0"] if job == "centre" else [])))
    try:
        for process in processes:
            process.ready()
        client = Client(processes[3].said["centre"])
        assert client.ask("GET", "/api/now")[0] == 401
        client.enter("wang", first["wang"])
        _, chains = whole_count(scene.world)
        for chain in chains:
            scene.laptop.talk(processes[2].address, group(chain))
        wait_until(
            lambda: all(unit["state"] == "DETERMINED" for unit in client.ask("GET", "/api/now")[1]["units"]), "results"
        )
        assert client.ask("POST", "/api/incidents", {"level": "grave", "title": "断电"})[0] == 200
        for process in (processes[3], *processes[:3]):
            assert process.end(signal.SIGTERM) == 0, log_text(process.log)
        assert "quiet river" not in log_text(processes[3].log)
    finally:
        for process in processes:
            process.kill()
    scene.url = server_url
    status, said = run("acts", "--home", str(scene.home.path), "--check", url=server_url)
    assert status == 0
    assert json.loads(said)["good"] is True
    status, listed = run("acts", "--home", str(scene.home.path), "--above", "5", url=server_url)
    assert [json.loads(line)["act"] for line in listed.splitlines()] == ["login", "password", "incident"]
    status, report = run("centre-report", "daily", "--home", str(scene.home.path), url=server_url)
    assert json.loads(report)["county"]["determined"] == {"part": 2, "whole": 2}
    status, report = run("centre-report", "summary", "--home", str(scene.home.path), url=server_url)
    assert json.loads(report)["results"]["units_final"] == {"part": 2, "whole": 2}


def test_up_has_a_centre_too(postgres_url: str, tmp_path: Path) -> None:
    with new_scene(tmp_path, postgres_url, World()) as scene:
        first = accounts(scene)
        county = up(scene, "--centre", "127.0.0.1:0", intakes=1)
        try:
            assert "centre" in [process["role"] for process in county.said["processes"]]
            client = Client(county.said["centre"])
            client.enter("wang", first["wang"])
            assert client.ask("GET", "/api/forms")[1]["prints"] is True
            assert county.end(signal.SIGTERM) == 0, log_text(county.log)
        finally:
            county.kill()


def test_the_commands_refuse_in_words(tmp_path: Path) -> None:
    with new_scene(tmp_path) as scene:
        home = ["--home", str(scene.home.path)]
        assert run("centre-init", *home, "--operator", "a", "--authority", "a")[0] == 1
        assert run("centre-init", *home, "--operator", "a b", "--authority", "c")[0] == 1
        # a page without accounts does not open
        assert Process(scene, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--centre", "127.0.0.1:0",
                       name="early").end(signal.SIGCONT) == 1  # fmt: skip
        sealing = tmp_path / "sealing"
        sealing.mkdir()
        add_signoff(sealing, SignOff("v1", "layout", "ab" * 32, "主任", "2026-09-10"))
        status, said = run("centre-init", *home, "--operator", "wang", "--authority", "li", "--from", str(sealing))
        assert status == 0
        first = {line["person"]: line["password"] for line in map(json.loads, said.splitlines())}
        assert json.loads(run("acts", *home, "--above", "5")[1])["act"] == "proof"
        assert run("centre-init", *home, "--operator", "x", "--authority", "y")[0] == 1
        status, said = run("centre-password", *home, "wang", "忘了口令")
        assert status == 0
        assert json.loads(said)["password"] != first["wang"]
        assert run("centre-password", *home, "nobody", "x")[0] == 1
        assert run("centre-password", *home, "wang", " ")[0] == 1
        assert run("acts", *home, "--head", "nonsense")[0] == 1
        assert run("centre-report", *home, "weekly")[0] == 1
        assert run("centre-report", *home, "daily", "--day", "heute")[0] == 1


def test_passwords_never_cross_a_network_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BEHIND, raising=False)
    assert is_secure(None, "127.0.0.1") is False
    assert is_secure(None, "::1") is False
    for host in ("0.0.0.0", "192.168.1.10", "centre.example", "::"):  # noqa: S104 - what must be refused
        with pytest.raises(CountyError, match="in the clear"):
            is_secure(None, host)
    monkeypatch.setenv(BEHIND, "1")
    assert is_secure(None, "192.168.1.10") is True
    assert tmp_path.exists()
