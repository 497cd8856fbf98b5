"""Starters to double-click: the assistant is there in the browser without a command line."""

import configparser
import os
import signal
import subprocess
import time
from pathlib import Path

from tests.together.conftest import program

STARTERS = Path(__file__).parents[2] / "deploy" / "assistant"
COMMAND = STARTERS / "sealing-assistant.command"


def test_a_double_click_opens_the_page_in_the_browser(tmp_path: Path) -> None:
    """The real program, started by the file; a browser that writes down what it was given."""
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}.part && mv {seen}.part {seen}\n')
    browser.chmod(0o755)
    paths = f"{Path(program('tally-coordinator')).parent}:{os.environ['PATH']}"
    given = os.environ | {"HOME": str(tmp_path), "PATH": paths, "BROWSER": str(browser)}
    process = subprocess.Popen(
        [COMMAND], env=given, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not seen.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    assert seen.read_text().startswith("http://127.0.0.1:")
    assert "/#" in seen.read_text()
    assert (tmp_path / "changpiao" / "folder").is_dir()


def test_where_nothing_is_installed_that_is_said(tmp_path: Path) -> None:
    found = subprocess.run(
        ["/bin/sh", COMMAND], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "请管理员先安装" in found.stdout


def test_the_other_starters_say_the_same() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(STARTERS / "sealing-assistant.desktop", "utf-8")
    assert COMMAND.name in entry["Desktop Entry"]["Exec"]
    batch = (STARTERS / "sealing-assistant.bat").read_bytes()
    # Windows reads a batch file with both characters at the end of a line
    assert batch.count(b"\r\n") == batch.count(b"\n") > 0
    assert b"tally-coordinator assistant --from ~/changpiao/folder --home ~/changpiao/county --open" in batch
