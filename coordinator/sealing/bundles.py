"""Certificates when an election is sealed: the CA, the server, each laptop's first one, and the folder carried there.

A first certificate lives until some hours after the day of the election, because nobody knows when its laptop connects
first; then it is exchanged for one that lives for hours [ACCESS-5]. The list of access acts goes on in the database
where the file beside the sealing folder ends [ACCESS-10].
"""

import datetime
import json
from pathlib import Path

from coordinator.access.acts import CERTIFICATE, Act
from coordinator.access.certificates import SERVER_NAME, Authority, facts
from coordinator.sealing.draft import Folder
from coordinator.settings import Home, write_private
from coordinator.store import acts as table
from coordinator.store.database import Database


def make_bundles(
    folder: Folder, home: Home, note: bytes, *, address: str, hosts: list[str]
) -> dict[str, bytes]:
    """Write `tls/` and the laptops' folders; gives each laptop's first certificate."""
    now = datetime.datetime.now(datetime.UTC)
    ca = Authority(folder.head.id, now)
    election_over = max(now, _end_of_day(folder.head.date))
    server = ca.server(hosts, election_over + datetime.timedelta(days=folder.limits.server_days))
    write_private(home.tls / "ca.key", ca.pair.key)
    (home.tls / "ca.pem").write_bytes(ca.pair.certificate)
    write_private(home.tls / "server.key", server.key)
    (home.tls / "server.pem").write_bytes(server.certificate)
    until = election_over + datetime.timedelta(hours=folder.limits.laptop_hours)
    made: dict[str, bytes] = {}
    for node, csr in folder.requests.nodes.items():
        bundle = home.bundles / node
        bundle.mkdir()
        made[node] = ca.laptop(node, csr, until)
        (bundle / "ca.pem").write_bytes(ca.pair.certificate)
        (bundle / "node.pem").write_bytes(made[node])
        (bundle / "election.note").write_bytes(note)
        county = {"address": address, "server_name": SERVER_NAME}
        (bundle / "county.json").write_text(json.dumps(county) + "\n", "utf-8")
        (bundle / "notes.bin").touch()
    return made


def keep_reception(source: Path, home: Home) -> None:
    """The reception's pair goes on in the home: its six groups stand on paper."""
    pair = [(name, source / "reception" / name) for name in ("server.key", "server.pem")]
    if all(path.exists() for _, path in pair):
        (home.path / "reception").mkdir(mode=0o700)
        for name, path in pair:
            write_private(home.path / "reception" / name, path.read_bytes())


def _end_of_day(date: str) -> datetime.datetime:
    """The end of the election's day everywhere on earth."""
    day = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.UTC)
    return day + datetime.timedelta(days=1, hours=12)


def enter_acts(store: Database, before: tuple[Act, ...], certificates: dict[str, bytes], now: int) -> None:
    """The acts of the sealing folder, then the first certificates, into the new store."""
    rows = [(act.id, act.time, act.act, act.node, act.text) for act in before]
    last = before[-1].id if before else 0
    for number, (node, pem) in enumerate(certificates.items(), start=last + 1):
        act = Act(number, now, CERTIFICATE, node, facts(pem, 1, "seal"))
        rows.append((act.id, act.time, act.act, act.node, act.text))
    with table.adding(store, last) as (_, add):
        add(rows)
