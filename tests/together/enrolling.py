"""A county that enrols its laptops with codes, through the real programs; two laptops, four units, five tables."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rehearsal.casting import Cast, cast_nodes, enrolment_plan, rehearsal_id, write_sealing_folder
from rehearsal.folder import read_folder
from rehearsal.programs import program
from rehearsal.script import encode_line, unit_lines
from tests.coordinator.door import limits_file
from tests.faults.rig import County, free_port
from tests.faults.town import PASSPHRASE, nonces, write_folder
from tests.world import TIME


@dataclass
class Enrolling:
    """The sealing folder, the laptops' homes, the county's."""

    path: Path
    real: bool = False
    casts: tuple[Cast, ...] = ()
    county: County | None = None
    limits: dict[str, float] = field(default_factory=dict)
    port: int = 0

    def __post_init__(self) -> None:
        """Write the tables; nobody is enrolled."""
        write_folder(self.path / "folder")
        self.folder = read_folder(self.path / "folder", lambda _: None)
        self.casts = cast_nodes(self.folder.units, 2)
        self.election = rehearsal_id(self.folder.election.id)
        self.sealing, self.home, self.public = self.path / "sealing", self.path / "county", self.path / "public"
        write_sealing_folder(self.folder, self.casts, self.sealing)
        (self.sealing / "enrolments").mkdir(exist_ok=True)
        if self.real:
            # the rehearsal's folder made real: its marks are taken off [SEAL-1]
            self.election = "qinghe"
            text = (self.sealing / "election.toml").read_text("utf-8").replace("faults-test", self.election)
            text = text.replace("test = true", "test = false").replace(".test.example", ".example")
            (self.sealing / "election.toml").write_text(text.replace("rehearsal", "log"), "utf-8")
        if self.limits:
            limits_file(self.sealing / "limits.toml", **self.limits)
        self.port = free_port()
        for cast in self.casts:
            plan = enrolment_plan(self.election, cast)
            (self.path / f"{cast.node}-plan.json").write_text(json.dumps(plan), "utf-8")
            self.node(cast.node, "init", "--node", cast.node)

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(cast.node for cast in self.casts)

    def county_command(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """A command of the county's program."""
        done = subprocess.run(
            [*program("tally-coordinator"), *words], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    def node(self, node: str, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """A command of a laptop's program."""
        command = [*program("tally-node"), words[0], "--home", str(self.path / node), *words[1:]]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=240, check=False, stdin=subprocess.DEVNULL,
            env=os.environ | {"CHANGPIAO_PASSPHRASE": PASSPHRASE},
        )  # fmt: skip
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    @property
    def desk(self) -> tuple[str, str]:
        """The option that names the desk's place: the folder, or the home once there is one."""
        return ("--home", str(self.home)) if self.home.exists() else ("--from", str(self.sealing))

    def codes(self, *words: str) -> dict[str, str]:
        """New codes by laptop; written to files, as if typed from paper."""
        said = self.county_command("codes", *self.desk, "--json", *words).stdout
        found = {line["node"]: str(line["code"]) for line in map(json.loads, said.splitlines())}
        for node, code in found.items():
            (self.path / f"{node}.code").write_text(code + "\n", "utf-8")
        return found

    def enrol(self, node: str, code: str = "", name: str = "") -> Path:
        """The laptop's request on a USB stick; the groups of its screen stand beside."""
        out = self.path / f"{name or node}-request.json"
        out.unlink(missing_ok=True)
        file = self.path / f"{name or node}.code"
        if code:
            file.write_text(code, "utf-8")
        more = ("--code-file", str(file)) if file.exists() else ()
        plan = self.path / f"{node}-plan.json"
        said = json.loads(
            self.node(node, "enrol", "--plan", str(plan), "--out", str(out), "--json", *more).stdout.splitlines()[-1]
        )
        out.with_suffix(".groups").write_text(said["groups"], "utf-8")
        return out

    def ask_again(self, node: str) -> Path:
        """A request for a certificate, after sealing."""
        out = self.path / f"{node}-again.json"
        out.unlink(missing_ok=True)
        words = ("renew", "--out", str(out), "--code-file", str(self.path / f"{node}.code"), "--json")
        said = json.loads(self.node(node, *words).stdout.splitlines()[-1])
        out.with_suffix(".groups").write_text(said["groups"], "utf-8")
        return out

    def hand_in(self, request: Path, change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, Any]:
        """Carry a request to the county, perhaps changed on the way; what the desk says of it."""
        body = json.loads(request.read_text("utf-8"))
        change(body)
        inbox = (self.home if self.home.exists() else self.sealing) / "enrolments"
        inbox.mkdir(exist_ok=True)
        for old in inbox.glob("*.json"):
            if json.loads(old.read_text("utf-8"))["node"] == body["node"]:
                old.unlink()
        target = inbox / request.name
        target.write_text(json.dumps(body), "utf-8")
        done = subprocess.run(
            [*program("tally-coordinator"), "requests", *self.desk, "--json"], capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        return next(line for line in map(json.loads, done.stdout.splitlines()) if line["file"] == target.name)

    def confirm(self, node: str, request: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """What the laptop's screen shows, read to the county and entered there."""
        groups = request.with_suffix(".groups").read_text("utf-8")
        return self.county_command("confirm", *self.desk, node, *groups.split(), code=code)

    def enrol_without_codes(self) -> None:
        """As a rehearsal may, where codes are not what is tested."""
        for node in self.nodes:
            shutil.copy(self.enrol(node), self.sealing / "enrolments" / f"{node}.json")

    def seal(self, code: int = 0) -> str:
        """`init`, and the bundles to the laptops; gives what was said."""
        words = ("init", "--home", str(self.home), "--from", str(self.sealing), "--address", f"127.0.0.1:{self.port}")
        done = self.county_command(*words, code=code)
        if code == 0:
            anchor = (self.home / "authority" / "authority.vkey").read_text("utf-8").strip()
            for node in self.nodes:
                bundle = self.path / f"{node}-usb"
                shutil.copytree(self.home / "bundles" / node, bundle)
                self.node(node, "install", "--bundle", str(bundle), "--authority", anchor)
        return done.stdout + done.stderr

    def open_county(self) -> County:
        """Start the county and wait for its door."""
        self.county = County(self.home, self.public, self.port, self.path / f"county-{time.monotonic_ns()}")
        return self.county.wait_ready()

    def session(self, node: str) -> list[bytes]:
        """The laptop's whole count as lines."""
        digits = nonces()
        cast = next(cast for cast in self.casts if cast.node == node)
        lines = [encode_line({"op": "session", "id": "evening"})]
        for unit in cast.units:
            made = unit_lines(self.folder, unit, lambda _: None, lambda: TIME, partial(next, digits))
            lines += [encode_line(line) for line in made]
        return lines

    def count(self, node: str, *words: str, code: int = 0) -> dict[str, Any]:
        """Play the laptop's session; its summary."""
        path = self.path / f"{node}.jsonl"
        path.write_bytes(b"".join(self.session(node)))
        done = self.node(node, "session", str(path), *words, code=code)
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
        return said

    def acts(self) -> list[dict[str, Any]]:
        """The audit list."""
        return [json.loads(line) for line in self.county_command("laptops", *self.desk, "--acts").stdout.splitlines()]

    def end(self) -> None:
        """End what still runs."""
        if self.county is not None:
            self.county.kill()


def digits_of(code: str) -> str:
    return re.sub(r"\D", "", code)
