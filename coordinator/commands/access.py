"""Commands of access: codes, requests, confirm, reception, revoke, laptops, server-certificate.

They work beside a running county: each act is one short transaction that every process reads within seconds.
"""

import asyncio
import contextlib
import json
import logging
import signal
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from coordinator.access.acts import REVOKE, Laptop
from coordinator.access.certificates import KeyPair, certificate_groups
from coordinator.access.credentials import read_authority, utc, write_server
from coordinator.access.limits import DAY
from coordinator.sealing.code_desk import Desk, Taken, open_desk, requests_in
from coordinator.sealing.enrolments import Printed, needs_code, print_codes
from coordinator.sealing.reception import Reception, open_reception, reception_pair
from coordinator.settings import CountyError, Home, write_private
from coordinator.store.stores import SQLITE
from tally_protocol.codes import sentence
from tally_protocol.errors import ProtocolError
from tally_protocol.seal.enrolment import six_groups

REFUSED: Final = 1
REASON_MOST: Final = 200
FromOption = Annotated[
    Path | None, typer.Option("--from", help="封存文件夹，封存前用 · the sealing folder, before init")
]
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="CHANGPIAO_HOME", help="县中心文件夹，封存后用 · the county's folder, afterwards"),
]
DatabaseOption = Annotated[
    str, typer.Option("--database", envvar="CHANGPIAO_DATABASE", help="同 serve · as for serve")
]
NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help="设备编号 · id of the laptop")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · JSON lines for programs")]


@contextlib.contextmanager
def _desk(source: Path | None, home: Path | None, url: str) -> Iterator[Desk]:
    """The desk; what a person must repair is said, and ends the command. Audit lines go to standard error."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    try:
        with open_desk(source, home, url) as desk:
            yield desk
    except (CountyError, ProtocolError) as error:
        for text in _texts(error):
            typer.echo(f"tally-coordinator: error: {text}", err=True)
        raise typer.Exit(REFUSED) from None


def _texts(error: CountyError | ProtocolError) -> tuple[str, str]:
    if isinstance(error, CountyError):
        return error.zh, error.en
    zh = f"{error.code}: {sentence(error.code)[0]}；{error.where}；应为 {error.expected}；现为 {error.found}"
    return zh, str(error)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "minutes")


def codes(
    source: FromOption = None,
    home: HomeOption = None,
    database: DatabaseOption = SQLITE,
    node: Annotated[
        list[str] | None,
        typer.Option("--node", help="设备，可多次；缺省为所有尚无的 · laptops, default all that lack one"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="每台一页，写到此文件夹 · one page a laptop, here")] = None,
    reception_at: Annotated[
        str, typer.Option("--reception", help="网上登记处的地址，印在纸上 · address of the reception, for the paper")
    ] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """打印一次性登记码 · print one-time enrolment codes; they are kept nowhere."""
    with _desk(source, home, database) as desk:
        online = ""
        if reception_at:
            groups = certificate_groups(reception_pair(desk.folder, desk.registry.clock()).certificate)
            online = f"网上登记处 reception {reception_at}   {groups}\n"
        laptops = desk.hosts(node or [])
        wanted = node or needs_code(desk.registry.state(), laptops, int(desk.registry.clock()))
        if out is not None:
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for printed in print_codes(desk.registry, desk.election, laptops, wanted, desk.limits.code_days):
            if as_json:
                typer.echo(json.dumps({"node": printed.node, "code": printed.code, "until": printed.until}))
            elif out is None:
                typer.echo(_page(desk.election, printed) + online)
            else:
                (out / f"{printed.node}.txt").unlink(missing_ok=True)
                write_private(out / f"{printed.node}.txt", (_page(desk.election, printed) + online).encode())
        typer.echo(f"{len(wanted)} 份登记码 · {len(wanted)} codes", err=True)


def _page(election: str, printed: Printed) -> str:
    chains = " ".join(printed.chains[:40]) + (" ..." if len(printed.chains) > 40 else "")
    return (
        f"登记码 enrolment code   {election}   设备 laptop {printed.node}\n\n"
        f"    {printed.code}\n\n"
        f"有效至 valid until {_moment(printed.until)}，只能用一次 once only\n"
        f"承办 hosts: {chains}\n"
        "在该设备上运行 on the laptop: tally-node enrol（封存后 after sealing: tally-node renew）\n"
        "然后把设备屏幕上的六组数字报给县中心 · then tell the county the six groups on the laptop's screen\n"
        "登记码只交给承办人本人；遗失即告知县中心 · hand it over in person; if it is lost, tell the county\n"
    )


def requests(
    source: FromOption = None,
    home: HomeOption = None,
    database: DatabaseOption = SQLITE,
    *,
    as_json: JsonOption = False,
) -> None:
    """接收 enrolments/ 中的登记申请，显示六组数字 · take the requests in enrolments/, show their six groups."""
    refused = False
    with _desk(source, home, database) as desk:
        for taken in list(requests_in(desk)):
            refused |= bool(taken.fault[0])
            typer.echo(_row_json(desk, taken) if as_json else _row(desk, taken))
    if refused:
        raise typer.Exit(REFUSED)


def _row(desk: Desk, taken: Taken) -> str:
    if taken.fault[0] or taken.handed is None:
        return f"{taken.file}: {taken.fault[0]} / {taken.fault[1]}"
    handed = taken.handed
    confirmed = desk.registry.state().laptop(handed.node).confirmed == handed.digest.hex()
    word = "已确认 confirmed" if confirmed else "待确认 to be confirmed"
    return f"{handed.node}  {six_groups(handed.digest)}  {word}  ({taken.file})"


def _row_json(desk: Desk, taken: Taken) -> str:
    said: dict[str, object] = {"file": taken.file}
    if taken.fault[0]:
        said |= {"code": taken.code, "zh": taken.fault[0], "en": taken.fault[1]}
    elif taken.handed is not None:
        handed = taken.handed
        confirmed = desk.registry.state().laptop(handed.node).confirmed == handed.digest.hex()
        said |= {"node": handed.node, "groups": six_groups(handed.digest), "confirmed": confirmed}
    return json.dumps(said, ensure_ascii=False)


def confirm(
    node: NodeArgument,
    groups: Annotated[list[str], typer.Argument(help="设备屏幕上的六组数字 · the six groups on the laptop's screen")],
    source: FromOption = None,
    home: HomeOption = None,
    database: DatabaseOption = SQLITE,
) -> None:
    """核对六组数字并确认登记 · compare the six groups and confirm; E_IDENTITY if they differ."""
    with _desk(source, home, database) as desk:
        made = desk.confirm(node, " ".join(groups))
        typer.echo(f"{node}: 已确认 confirmed" + (f"，证书 certificate: {made}" if made is not None else ""))


def revoke(
    node: NodeArgument,
    reason: Annotated[str, typer.Argument(help="理由，写入记录 · why; kept in the list")],
    home: HomeOption = None,
    database: DatabaseOption = SQLITE,
) -> None:
    """撤销一台设备的接入，数秒内生效 · revoke a laptop's access; in force within seconds, without a restart."""
    with _desk(None, home, database) as desk:
        if not reason.strip() or len(reason) > REASON_MOST:
            raise CountyError("请写明理由，不超过 200 字", "expected a reason of 1 to 200 characters")
        if not desk.hosts([node]) and node not in desk.registry.state().laptops:
            raise CountyError(f"选举文件中没有设备 {node}", f"the sealed election names no laptop {node}")
        with desk.registry.acting() as acting:
            if not acting.state.laptop(node).revoked:
                acting.add(REVOKE, node, {"reason": reason})
        typer.echo(
            f"{node}: 已撤销；恢复须重新登记（codes、requests、confirm）"
            " · revoked; only a new enrolment lets it in again"
        )


def laptops(
    home: HomeOption = None,
    source: FromOption = None,
    database: DatabaseOption = SQLITE,
    acts: Annotated[bool, typer.Option("--acts", help="逐条列出全部操作 · every act, for the audit")] = False,
    *,
    as_json: JsonOption = False,
) -> None:
    """各设备的登记、证书和撤销 · codes, certificates and revocations of every laptop."""
    with _desk(source, home, database) as desk:
        if acts:
            for act in desk.registry.acts():
                line = {"id": act.id, "time": act.time, "act": act.act, "node": act.node} | dict(act.body)
                typer.echo(json.dumps(line, ensure_ascii=False))
            return
        state, now = desk.registry.state(), int(desk.registry.clock())
        for node, laptop in sorted(state.laptops.items()):
            until = max((one.until for one in state.issued.values() if one.node == node), default=0)
            said = _said(laptop, until, now)
            if as_json:
                typer.echo(json.dumps({"node": node} | said, ensure_ascii=False))
            else:
                typer.echo(f"{node}  " + "  ".join(f"{name} {value}" for name, value in said.items() if value != ""))


def _said(laptop: Laptop, until: int, now: int) -> dict[str, object]:
    code = "/".join(laptop.code.state(now)) if laptop.code is not None else ""
    return {
        "code": code,
        "tries": len(laptop.code.wrong) if laptop.code is not None else 0,
        "confirmed": bool(laptop.confirmed),
        "certificate_until": _moment(until) if until else "",
        "revoked": laptop.revoked,
        "reason": laptop.reason if laptop.revoked else "",
    }


def server_certificate(
    home: HomeOption = None,
    address: Annotated[str, typer.Option("--address", help="设备连接的地址 · for laptops")] = "127.0.0.1:7443",
    database: DatabaseOption = SQLITE,
) -> None:
    """换发县中心服务器证书，不需重启 · a new server certificate; running processes take it without a restart."""
    with _desk(None, home, database) as desk:
        place, now = Home(desk.folder), desk.registry.clock()
        authority = read_authority(place, desk.election, now)
        if authority is None:
            raise CountyError(f"{place.tls / 'ca.key'} 不在本机", f"{place.tls / 'ca.key'} is not here")
        host = address.rpartition(":")[0].strip("[]") or address
        until = utc(now + desk.limits.server_days * DAY)
        write_server(place, authority.server([host], until))
        typer.echo(f"{place.tls / 'server.pem'}: {_moment(until.timestamp())}")


def reception(
    listen: Annotated[str, typer.Option("--listen", help="地址:端口 · where laptops hand in")] = "127.0.0.1:7444",
    source: FromOption = None,
    home: HomeOption = None,
    database: DatabaseOption = SQLITE,
) -> None:
    """网上登记处：接收申请、发放资料包；只在登记日开 · hand in and collect over the network; SIGTERM closes it."""
    with _desk(source, home, database) as desk:
        pair = reception_pair(desk.folder, desk.registry.clock())
        try:
            asyncio.run(_receive(desk, listen, pair))
        except OSError as error:
            raise CountyError(f"无法启动: {error}", f"cannot start: {error}") from None


async def _receive(desk: Desk, listen: str, pair: KeyPair) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server, port = await open_reception(Reception(desk, time.monotonic), listen, pair)
    address = f"{listen.rpartition(':')[0]}:{port}"
    typer.echo(json.dumps({"address": address, "groups": certificate_groups(pair.certificate)}))
    sys.stdout.flush()
    await stop.wait()
    await server.stop(5)


def add_to(app: typer.Typer) -> None:
    """Make them commands of the program."""
    for command in (codes, requests, confirm, reception, revoke, laptops):
        app.command()(command)
    app.command("server-certificate")(server_certificate)
