"""A laptop for the station's tests: a real home made by the real commands' parts, enrolled and installed."""

import atexit
import base64
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tally_node.enrolment import make_request, read_plan
from tally_node.installation import install
from tally_node.journal import open_journal
from tally_node.keyring import open_keyring
from tally_node.service import Station, init
from tally_node.settings import Home
from tally_protocol.ids import NodeId
from tests.node.sealing import Sealing, plan
from tests.world import TIME

PASSPHRASE = "four quiet words"  # noqa: S105 - a test's own
VILLAGES = {"v1": ["1", "2"], "v2": ["1"]}
# village paper: status | chair a b + slot | member c d e + 2 slots
VOTE_A = bytes((0, 1, 0, 0, 1, 1, 0, 0, 0))
VOTE_B = bytes((0, 0, 1, 0, 0, 1, 1, 0, 0))
WRITTEN = bytes((0, 0, 0, 1, 1, 0, 0, 2, 0))
TORN = bytes((1, 1, 0, 0, 0, 0, 0, 0, 0))


def enrol(path: Path, node: str = "n1", units: dict[str, list[str]] | None = None) -> tuple[Home, dict[str, Any]]:
    """A new home and its enrolment request."""
    home = init(path, NodeId(node), PASSPHRASE)
    wanted = path.with_name(f"{path.name}-plan.json")
    wanted.write_text(json.dumps(plan(node, VILLAGES if units is None else units)))
    request = make_request(read_plan(wanted, node), open_keyring(home.keyring, PASSPHRASE))
    decoded: dict[str, Any] = json.loads(json.dumps(request))
    return home, decoded


def take_in(home: Home, sealing: Sealing, node: str = "n1", address: str = "localhost:1") -> None:
    """Install the county's bundle."""
    keyring = open_keyring(home.keyring, PASSPHRASE)
    bundle = sealing.bundle(home.path.with_name(f"{home.path.name}-bundle"), node, address)
    journal = open_journal(home.journal, keyring.row_key(), 0)
    install(home, journal, keyring, bundle, sealing.authority_vkey)
    journal.close()


_MADE: dict[str, tuple[Path, Sealing]] = {}


def laptop(path: Path, units: dict[str, list[str]] | None = None) -> tuple[Station, Sealing]:
    """One laptop that hosts everything, ready to count; homes of one plan are copies of one that was made for real."""
    key = json.dumps(units)
    if key not in _MADE:
        folder = Path(tempfile.mkdtemp(prefix="changpiao-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        home, request = enrol(folder / "home", units=units)
        sealing = Sealing([request])
        take_in(home, sealing)
        _MADE[key] = home.path, sealing
    made, sealing = _MADE[key]
    shutil.copytree(made, path)
    return Station.start(path, PASSPHRASE), sealing


def again(station: Station) -> Station:
    """The program started again on the same home."""
    station.close()
    return Station.start(station.home.path, PASSPHRASE)


def session_lines(
    units: dict[str, list[str]], papers: int = 120, name: str = "", *, declared: bool = False
) -> list[str]:
    """A whole count of every unit as a session file; `declared`: with steps and declarations."""
    lines: list[dict[str, object]] = [{"op": "session", "id": name}] if name else []
    for unit, stations in units.items():
        for station in stations:
            place = {"unit": unit, "station": station, "time": TIME}
            lines.append({"op": "open", **place, "nonce": "123456789012"})
            if declared:
                lines.append({"op": "step", **place, "step": "polls_closed"})
            lines.append({"op": "box", **place, "box": f"box-{station}", "collected": papers, "issued": papers})
            rows = ([VOTE_A, VOTE_B, WRITTEN, TORN] * papers)[:papers]
            lines.append(
                {"op": "papers", **place, "layout": "village", "rows": rows64(rows), "names": ["王小二", "李四"]}
            )
            lines.append({"op": "close", **place, "paper": {"collected": papers}})
        lines.append({"op": "statement", "unit": unit, "time": TIME})
        lines.append({"op": "names", "unit": unit, "time": TIME})
        if declared:
            lines.append({"op": "step", "unit": unit, "time": TIME, "step": "announced"})
            lines.append({"op": "declaration", "unit": unit, "time": TIME})
    return [json.dumps(line) for line in lines]


def rows64(rows: Sequence[bytes]) -> str:
    """Rows as a session file carries them."""
    return base64.b64encode(b"".join(rows)).decode()
