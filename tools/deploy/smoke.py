"""Runs the unpacked image as a cluster would: uid 10001, read-only root, no capability, no new privileges, no shell.

The isolation is `unshare` and `setpriv` of the system, because no engine runs on a build machine; the order of mounts
is the one thing to read here.
"""

import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

UID = 10001
PROGRAMS = ("tally-coordinator", "tally-node", "tally-verifier", "tally-rehearsal")
FORBIDDEN = ("bin/sh", "bin/bash", "usr/bin/sh", "usr/bin/dash", "usr/bin/apt", "usr/bin/dpkg", "opt/changpiao/bin/pip")


class SmokeFailed(Exception):
    """One line that says what the image does wrong."""


def jailed(root: Path, settings: Any, out: Path, words: list[str], more: dict[Path, str]) -> list[str]:
    """The command that runs words inside the image."""
    at, quoted = shlex.quote(str(root)), shlex.quote(str(out))
    steps = [
        f"mount --bind {at} {at}",
        f"mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs {at}/tmp",  # noqa: S108 - the image's own
        f"mount -t tmpfs -o mode=755,nosuid tmpfs {at}/dev",
        *(
            f"touch {at}/dev/{name} && mount --bind /dev/{name} {at}/dev/{name}"
            for name in ("null", "urandom", "random")
        ),
        f"mount -t proc proc {at}/proc",
        f"mount --bind {quoted} {at}/county",
        *(f"mount --bind {shlex.quote(str(source))} {at}/{place}" for source, place in more.items()),
        *(f"mount -o remount,ro,bind {at}/{place}" for place in more.values()),
        f"mount -o remount,ro,bind {at}",
    ]
    told = [str(item) for item in settings["Env"]]
    # by full path: the image's PATH, set before, leads nowhere outside
    enter = [str(shutil.which("chroot")), f"--userspec={UID}:{UID}", "--groups=", str(root), *words]
    drop = [
        str(shutil.which("setpriv")),
        "--no-new-privs",
        "--bounding-set",
        "-all,+sys_chroot,+setuid,+setgid",
        *enter,
    ]
    script = " && ".join(steps) + " && exec " + shlex.join(["env", "-i", *told, *drop])
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "sh", "-c", script]


def smoke(root: Path, settings: Any, example: Path) -> Iterator[str]:
    """One line for each thing seen; SmokeFailed at the first that is wrong."""
    yield look(root, settings)
    with tempfile.TemporaryDirectory(prefix="changpiao-image-") as folder:
        out = Path(folder) / "county"
        out.mkdir()
        os.chown(out, UID, UID)
        Path(folder).chmod(0o755)

        def call(*words: str, **more: str) -> str:
            command = jailed(root, settings, out, list(words), {example: "public"} if more else {})
            done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
            if done.returncode:
                last = " | ".join((done.stderr or done.stdout).strip().splitlines()[-6:])
                raise SmokeFailed(f"{shlex.join(words)}: exit {done.returncode}: {last[-900:]}")
            return done.stdout

        entry = [*settings["Entrypoint"], *settings["Cmd"]]
        if "serve" not in call(*entry):
            raise SmokeFailed("the entry point does not show its help")
        for name in PROGRAMS:
            if f"{name}" not in call(f"/opt/changpiao/bin/{name}", "--help"):
                raise SmokeFailed(f"{name} --help says something else")
        yield f"{', '.join(PROGRAMS)} start as uid {UID} on a read-only root without capabilities"
        check_jail(call)
        call("/opt/changpiao/bin/tally-rehearsal", "run", "/public", "--out", "/county/demo", "--quiet", example="yes")
        if not (out / "demo/public/checkpoint").is_file():
            raise SmokeFailed("the rehearsal left no checkpoint")
        yield "an election was sealed, counted, published and verified inside the image"
        yield printed(root, call, out)
        yield serve(root, settings, out)


def printed(root: Path, call: Any, out: Path) -> str:
    """A form from the published record, where the image has fonts; a base of somebody's own may have none."""
    if not any((root / "usr/share/fonts").rglob("*.tt[cf]")):
        return "no fonts: forms are printed elsewhere"
    where = ["--public", "/county/demo/public", "--out", "/county/form.pdf"]
    call("/opt/changpiao/bin/tally-coordinator", "form", "summary", *where)
    if not (out / "form.pdf").read_bytes().startswith(b"%PDF-"):
        raise SmokeFailed("form made no PDF")
    return "a form was printed from the published record inside the image"


def check_jail(call: Any) -> None:
    """The jail is one: what a cluster forbids is forbidden here too."""
    code = (
        "import os, pathlib\n"
        "lines = pathlib.Path('/proc/self/status').read_text().splitlines()\n"
        "status = dict(line.split(':\\t', 1) for line in lines if ':\\t' in line)\n"
        "assert os.getuid() == os.getgid() == 10001, os.getuid()\n"
        "assert int(status['CapEff'], 16) == int(status['CapPrm'], 16) == 0, status['CapEff']\n"
        "assert status['NoNewPrivs'] == '1'\n"
        "for place in ('/', '/opt/changpiao', '/etc', '/public'):\n"
        "    try:\n"
        "        pathlib.Path(place, 'probe').write_bytes(b'')\n"
        "    except OSError:\n"
        "        continue\n"
        "    raise SystemExit(place + ' can be written')\n"
        "pathlib.Path('/tmp/probe').write_bytes(b'')\n"
    )
    call("/opt/changpiao/bin/python", "-I", "-c", code)


def look(root: Path, settings: Any, owner: int = 0) -> str:
    """What is in the image, and what is not; every file must be the owner's."""
    if settings.get("User") != f"{UID}:{UID}":
        raise SmokeFailed(f"the image runs as {settings.get('User')}")
    present = [name for name in FORBIDDEN if (root / name).exists()]
    if present:
        raise SmokeFailed(f"the image holds {', '.join(present)}")
    for path in root.rglob("*"):
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            continue
        if status.st_mode & (stat.S_ISUID | stat.S_ISGID):
            raise SmokeFailed(f"{path.relative_to(root)} is setuid")
        if status.st_mode & stat.S_IWOTH and path.relative_to(root) != Path("tmp"):
            raise SmokeFailed(f"{path.relative_to(root)} can be written by anyone")
        if status.st_uid != owner:
            raise SmokeFailed(f"{path.relative_to(root)} belongs to {status.st_uid}, expected {owner}")
    return "no shell, no package manager, no setuid file; every file is root's"


def serve(root: Path, settings: Any, out: Path) -> str:
    """The sealed county opens its doors, is ready, tells its metrics, and ends on SIGTERM with 0."""
    shutil.rmtree(out / "served", ignore_errors=True)
    county = Path("/county", "demo", "work", "county")
    home = ["--home", str(county), "--public", "/county/served"]
    doors = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--board", "127.0.0.1:0"]
    words = [*settings["Entrypoint"], "serve", *home, *doors]
    process = subprocess.Popen(
        jailed(root, settings, out, words, {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        if not line:
            raise SmokeFailed(f"serve did not start: {process.communicate(timeout=20)[1][-600:]}")
        admin = json.loads(line)["admin"]
        began = time.monotonic()
        ready = metrics = ""
        while time.monotonic() - began < 20 and not ready:
            with urllib.request.urlopen(f"http://{admin}/readyz", timeout=5) as answer:
                ready = answer.read().decode()
        with urllib.request.urlopen(f"http://{admin}/metrics", timeout=5) as answer:
            metrics = answer.read().decode()
        if "changpiao_log_size" not in metrics:
            raise SmokeFailed("the metrics are missing")
        # unshare waits for the program and gives its exit code; the program is its only grandchild
        stop(process.pid)
        status = process.wait(60)
    finally:
        process.kill()
        process.communicate()
    if status != 0:
        raise SmokeFailed(f"serve ended with {status} after SIGTERM")
    if not (out / "served/checkpoint").is_file():
        raise SmokeFailed("serve published nothing")
    return "serve opened a sealed county, was ready, told its metrics, and ended with 0 on SIGTERM"


def stop(parent: int) -> None:
    """SIGTERM to the program under `unshare`, which is the one child of it."""
    child = int(Path(f"/proc/{parent}/task/{parent}/children").read_text("utf-8").split()[0])
    os.kill(child, signal.SIGTERM)
