"""A county of several processes: `up`, or roles started one by one, on a database of a test."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.coordinator.scene import PROGRAM, Scene

READY_WITHIN = 120.0
# a line of /metrics, for a code
FAULT = 'changpiao_fault{{code="{}"}} 1.0'
# what each role's pod is given of the sealed home (deploy/k8s/roles; tests/deploy/test_program.py compares)
POD_FILES: dict[str, tuple[str, ...]] = {
    "intake": ("keys/county.key", "keys/ballot.key", "tls/server.key", "tls/server.pem", "tls/ca.pem"),
    "sequencer": ("keys/county.key",),
    "publisher": ("keys/log-ed25519.key", "keys/log-mldsa44.key"),
    "board": (),
    "centre": ("keys/centre.key", "tls/centre.key", "tls/centre.pem"),
}


class Process:
    """One process of the program; its first line says that it is ready."""

    def __init__(self, scene: Scene, *words: str, name: str, settings: dict[str, str] | None = None) -> None:
        """`settings`: from the environment alone, as a pod has them; without, options for this scene."""
        self.log = scene.path / f"{name}.log"
        options = ["--home", str(scene.home.path), "--database", scene.url, "--public", str(scene.path / "public")]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("CHANGPIAO_")}
        command = [str(PROGRAM), *words, *(options if settings is None else [])]
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, env=None if settings is None else clean | settings
            )
        self.name = name

    def get(self, path: str) -> int:
        """The status of a page of the admin door."""
        with contextlib.closing(http.client.HTTPConnection(str(self.said["admin"]), timeout=10)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def ready(self) -> "Process":
        """Wait for its line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text("utf-8")[-3000:]
        self.said: dict[str, Any] = json.loads(line)
        self.address = str(self.said.get("address", ""))
        return self

    def send(self, number: int) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def end(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        self.send(number)
        status = self.process.wait(seconds)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def kill(self) -> None:
        """For the end of a test, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def role(scene: Scene, job: str, *words: str, name: str = "") -> Process:
    """One role, not waited for."""
    doors = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    return Process(scene, "serve", "--role", job, *doors, *words, name=name or job)


def up(scene: Scene, *words: str, intakes: int = 2) -> Process:
    """Everything on this machine, ready."""
    doors = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--intakes", str(intakes)]
    return Process(scene, "up", *doors, *words, name="up").ready()


def wait_until(true: Callable[[], bool], what: str, seconds: float = READY_WITHIN) -> None:
    """Poll; AssertionError when it takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s for: {what}"
        time.sleep(0.02)


def log_text(path: Path) -> str:
    """What a process said to its log."""
    return path.read_text("utf-8") if path.exists() else ""


def metrics(door: str) -> str:
    """What an admin door tells; nothing while there is none."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(door, timeout=10)
        connection.request("GET", "/metrics")
        body = connection.getresponse().read().decode()
        connection.close()
        return body
    return ""


def free_ports(count: int) -> int:
    """The first of so many free ports in a row; below those that the system gives for port 0."""
    for first in range(20000 + os.getpid() % 100 * 100, 32000, count):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + count):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no free ports")


def check_refused(code: str, home: Path, url: str, public: Path, log: Path) -> None:
    """A start that is refused by a code: in the log at once, then in a metric until a signal ends it with status 1."""
    door = f"127.0.0.1:{free_ports(1)}"
    command = [str(PROGRAM), "serve", "--home", str(home), "--public", str(public), "--database", url]
    command += ["--listen", "127.0.0.1:0", "--admin", door, "--fault-seconds", "60"]
    with log.open("ab") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
    try:
        wait_until(lambda: FAULT.format(code) in metrics(door), f"{code} in a metric of a refused start", 60)
        assert metrics(door).count('changpiao_fault{code="') == 3
        assert metrics(door).count("} 1.0") == 2, "the code and the version, no other code"
        assert f'"code": "{code}"' in log_text(log)
        process.terminate()
        said, _ = process.communicate(timeout=10)
        assert said == b"", "no line that says it is ready"
        assert process.returncode == 1
    finally:
        process.kill()
        process.wait()
