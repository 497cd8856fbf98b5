"""One honest record for the whole room, and a way to run the verifier over it as a user does."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.maker import Maker
from verifier import plain

Run = Callable[..., tuple[int, str, str]]
Codes = Callable[..., tuple[int, set[str]]]


@pytest.fixture(scope="session")
def maker() -> Maker:
    return Maker().story()


@pytest.fixture(scope="session")
def honest(maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with pub/, sealed/ and key; never written to."""
    folder = tmp_path_factory.mktemp("honest")
    maker.publish(folder / "pub")
    maker.archive(folder / "sealed")
    (folder / "key").write_text(maker.anchor + "\n", "utf-8")
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the plain program in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", err)
        try:
            code = plain.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        return code, out.getvalue(), err.getvalue()

    return call


@pytest.fixture
def codes(run: Run, maker: Maker) -> Codes:
    """Verify with the right key: exit code and `check code` pairs."""

    def call(folder: Path, *more: object) -> tuple[int, set[str]]:
        code, out, _ = run("verify", folder, "--key", maker.anchor, "--json", "-", *more)
        report: dict[str, Any] = json.loads(out)
        assert report["exit_code"] == code
        return code, {f"{check['id']} {one['code']}" for check in report["checks"] for one in check["evidence"]}

    return call
