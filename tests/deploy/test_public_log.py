"""The public-log server's settings in a real nginx: read only, no query strings, no reader's address in the log."""

import http.client
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.network
TILE = "tile/0/000"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    log: Path

    def ask(self, path: str, method: str = "GET") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers={"Host": "log.example"})
        response = connection.getresponse()
        response.read()
        connection.close()
        return response


@pytest.fixture(scope="module")
def served(root: Path, nginx_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("public-log")
    public, scratch = folder / "public", folder / "scratch"
    for name in ("tile/0", "tile/0/001.p", "keys", ".git"):
        (public / name).mkdir(parents=True, exist_ok=True)
    scratch.mkdir()
    for name in (TILE, "tile/0/001.p/7", "keys/authority.vkey", "checkpoint", "checkpoint.tmp", ".git/config"):
        (public / name).write_bytes(b"bytes of " + name.encode())
    (folder / "outside").write_text("not public", "utf-8")
    (public / "link").symlink_to(folder / "outside")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # only places change; if a line of the file is not found, the test must not go on
    text = (root / "deploy/k8s/base/nginx.conf").read_text("utf-8")
    for old, new in {
        " /tmp/": f" {scratch}/", "listen 8081;": f"listen 127.0.0.1:{port};", "root /public;": f"root {public};",
        "/dev/stdout": f"{folder}/access.log", "error_log stderr": f"error_log {folder}/error.log",
    }.items():  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    settings = folder / "nginx.conf"
    # pytest's folders are for their owner alone, and as root nginx' workers would be somebody else
    user = "user root;\n" if os.geteuid() == 0 else ""
    settings.write_text(user + text, "utf-8")
    command: list[str | Path] = [
        nginx_path,
        "-p",
        str(folder),
        "-e",
        f"{folder}/error.log",
        "-g",
        "daemon off;",
        "-c",
        str(settings),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    server = Served(port, folder / "access.log")
    try:
        for _ in range(100):
            if process.poll() is not None:
                assert process.stderr is not None
                raise AssertionError(process.stderr.read().decode() + (folder / "error.log").read_text("utf-8"))
            try:
                server.ask("/livez")
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(10)
        if process.stderr is not None:
            process.stderr.close()


@pytest.mark.parametrize(
    ("path", "kept", "kind"),
    [
        ("/checkpoint", "no-cache", "text/plain; charset=utf-8"),
        ("/keys/authority.vkey", "no-cache", "text/plain; charset=utf-8"),
        (f"/{TILE}", "public, max-age=31536000, immutable", "application/octet-stream"),
        ("/tile/0/001.p/7", "public, max-age=60", "application/octet-stream"),
    ],
)
def test_a_file_of_the_record_is_served(path: str, kept: str, kind: str, served: Served) -> None:
    answer = served.ask(path)
    assert (answer.status, answer.headers["Cache-Control"], answer.headers["Content-Type"]) == (200, kept, kind)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"  # a verifier in a browser reads from anywhere
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Set-Cookie"] is None
    assert not re.search(r"\d", answer.headers["Server"])


@pytest.mark.parametrize("path", [f"/{TILE}?voter=1", "/checkpoint?", "/?x", "/livez?x"])
def test_a_query_string_is_refused(path: str, served: Served) -> None:
    assert served.ask(path).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_nothing_but_reading_is_possible(method: str, served: Served) -> None:
    assert served.ask("/checkpoint", method).status == 405


@pytest.mark.parametrize(
    "path", ["/", "/tile/", "/checkpoint.tmp", "/.git/config", "/link", "/../outside", "/tile/0/002", "/nothing"]
)
def test_what_is_not_the_record_is_not_there(path: str, served: Served) -> None:
    answer = served.ask(path)
    assert answer.status in {400, 403, 404}
    assert answer.headers["Cache-Control"] is None  # or a reader would remember that a tile is missing


def test_the_log_names_no_reader(served: Served) -> None:
    served.ask("/checkpoint")
    lines = served.log.read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"\S+ \d{3} ([A-Z]+|-) \S* \d+ [\d.]+", line)] == []
    for log in (served.log, served.log.with_name("error.log")):
        assert "127.0.0.1" not in log.read_text("utf-8")
    assert not any("/livez" in line for line in lines if " 200 " in line)  # probes are not news
