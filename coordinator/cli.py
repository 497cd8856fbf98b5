"""`tally-coordinator`: seal an election, serve it, look after it. Exit codes: 0 done, 1 refused, 64 usage, 70 a fault.

Standard output is the result, standard error is talk; every message is Chinese and English.
"""

import contextlib
import csv
import json
import logging
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from coordinator import tracing
from coordinator.commands import access, centre, copies, exports, forms, workbooks
from coordinator.commands import database as database_commands
from coordinator.desk import import_directly, import_running
from coordinator.ledger.rebuilding import rebuild
from coordinator.results.explaining import explanation
from coordinator.results.figures import Figures, read_ratio
from coordinator.results.findings import HEADER as FINDINGS
from coordinator.results.findings import finding_lines, finding_rows
from coordinator.results.outcomes import HEADER, outcome_rows
from coordinator.results.reading import read_unit
from coordinator.roles.running import Doors, last_words
from coordinator.roles.starting import serve as serve_role
from coordinator.roles.supervising import Plan, Supervisor
from coordinator.sealing.making import init as seal_election
from coordinator.sealing.problems import SealingFault
from coordinator.sealing.profile_sheet import sheet
from coordinator.sealing.shipped import shipped, shipped_ids, shipped_path
from coordinator.settings import CountyError, Home, InUse, guard, read_seed
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.postgres import is_postgres
from coordinator.store.stores import SQLITE, open_store
from coordinator.watch.logs import log_to_stderr
from coordinator.watch.stations import SILENT_AFTER
from tally_protocol.law.notice import notice
from tally_protocol.record.sealing import Opener

LOG = logging.getLogger("changpiao")
REFUSED: Final = 1
USAGE: Final = 64
USAGE_OF_LIBRARY: Final = 2
app = typer.Typer(help="县选举中心 · the county election centre", no_args_is_help=True, pretty_exceptions_enable=False)
HomeOption = Annotated[Path, typer.Option("--home", envvar="CHANGPIAO_HOME", help="县中心文件夹 · the county's folder")]
DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database", envvar="CHANGPIAO_DATABASE",
        help="sqlite:///（主文件夹内）或 · or postgresql+psycopg://USER@HOST/NAME",
    ),
]  # fmt: skip
PublicOption = Annotated[
    Path | None,
    typer.Option("--public", envvar="CHANGPIAO_PUBLIC", help="公开记录文件夹 · folder of the published record"),
]
ListenOption = Annotated[
    str, typer.Option("--listen", envvar="CHANGPIAO_LISTEN", help="设备连接 · laptops, mutual TLS")
]
AdminOption = Annotated[
    str, typer.Option("--admin", envvar="CHANGPIAO_ADMIN", help="管理端口 · /livez /readyz /metrics")
]
BoardOption = Annotated[
    str, typer.Option("--board", envvar="CHANGPIAO_BOARD", help="实况页，空为不开 · live page, empty = none")
]
TraceOption = Annotated[
    str, typer.Option("--trace", envvar="CHANGPIAO_TRACE", help="OTLP 地址，空为关 · OTLP collector, empty = off")
]
BoardUrlOption = Annotated[
    str,
    typer.Option("--board-url", envvar="CHANGPIAO_BOARD_URL", help="实况页对外地址 · the live page, seen from outside"),
]
RecordUrlOption = Annotated[
    str,
    typer.Option("--record-url", envvar="CHANGPIAO_RECORD_URL", help="公开记录对外地址 · the record, from outside"),
]
StandingsOption = Annotated[
    float, typer.Option("--standings", min=0.1, help="秒 · seconds between standings")
]


def fail(error: CountyError) -> typer.Exit:
    """Say what a person must repair."""
    typer.echo(f"tally-coordinator: error: {error.zh}", err=True)
    typer.echo(f"tally-coordinator: error: {error.en}", err=True)
    return typer.Exit(REFUSED)


@app.command()
def init(
    home: HomeOption,
    source: Annotated[Path, typer.Option("--from", help="封存文件夹 · the sealing folder (docs/sealing.md)")],
    address: Annotated[str, typer.Option("--address", help="设备连接的地址 · for laptops")] = "127.0.0.1:7443",
    database: DatabaseOption = SQLITE,
) -> None:
    """封存选举 · seal the election."""
    try:
        sealed = seal_election(Home(home), source, address, database)
    except SealingFault as fault:
        for problem in fault.problems:
            typer.echo(problem.text(), err=True)
        count = len(fault.problems)
        raise fail(CountyError(f"{count} 处问题，未封存任何内容", f"{count} problems; nothing was made")) from None
    except CountyError as error:
        raise fail(error) from None
    said = {"election": sealed.election, "authority": sealed.authority, "units": sealed.units}
    typer.echo(json.dumps(said | {"stations": sealed.stations}))


@app.command()
def profiles(
    name: Annotated[str, typer.Argument(help="规则档案编号 · id of a profile")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="原样输出，供另存修改 · the file itself")] = False,
) -> None:
    """随附的规则档案 · the shipped rule profiles, or one with the source of every value."""
    if not name:
        for known in shipped_ids():
            typer.echo(f"{known}  {shipped(known).title}")
        return
    path = shipped_path(name)
    if path is None:
        raise fail(CountyError(f"没有随附的规则档案 {name}", f"no shipped profile {name}"))
    if as_json:
        typer.echo(path.read_text("utf-8"), nl=False)
        return
    for line in sheet(shipped(name)):
        typer.echo(line)


@contextlib.contextmanager
def _said(after: Callable[[CountyError], None] = lambda _error: None) -> Iterator[None]:
    """What a person must repair is said, and ends the command."""
    try:
        yield
    except CountyError as error:
        if error.code and logging.getLogger().handlers:
            LOG.critical(error.en, extra={"code": error.code})
        stop = fail(error)
        after(error)
        raise stop from None
    except OSError as error:
        # a port that is taken, a folder that cannot be written
        raise fail(CountyError(f"无法启动: {error}", f"cannot start: {error}")) from None


@app.command()
def serve(
    home: database_commands.HomeOption = None,
    public: PublicOption = None,
    listen: ListenOption = "127.0.0.1:7443",
    admin: AdminOption = "127.0.0.1:9464",
    board: BoardOption = "",
    board_export: Annotated[
        Path | None,
        typer.Option(
            "--board-export", envvar="CHANGPIAO_BOARD_EXPORT", help="实况页的静态副本 · static copy of the live page"
        ),
    ] = None,
    centre_page: centre.CentreOption = "",
    board_url: BoardUrlOption = "",
    record_url: RecordUrlOption = "",
    standings: StandingsOption = 10.0,
    stop_after: Annotated[float, typer.Option("--stop-after", min=0, help="秒后自停 · stop after seconds")] = 0.0,
    role: Annotated[
        str, typer.Option("--role", envvar="CHANGPIAO_ROLE", help="all intake sequencer publisher board centre")
    ] = "all",
    database: DatabaseOption = SQLITE,
    shared_port: Annotated[
        bool, typer.Option("--shared-port", help="本机多个 intake 共用端口 · several intakes on one port")
    ] = False,
    limits: Annotated[
        Path | None, typer.Option("--limits", envvar="CHANGPIAO_LIMITS", help="接入限额文件 · limits (docs/access.md)")
    ] = None,
    silent_after: centre.SilentOption = SILENT_AFTER,
    trace: TraceOption = "",
    fault_seconds: Annotated[
        float,
        typer.Option(
            "--fault-seconds", envvar="CHANGPIAO_FAULT_SECONDS", min=0,
            help="因故停止后管理端口保留代码的秒数 · seconds the admin door tells the code of a fault",
        ),
    ] = 30.0,
) -> None:
    """开门接收 · open the doors; one JSON line with the ports when ready."""
    log_to_stderr()
    doors = Doors(
        listen=listen, admin=admin, public=public, board=board, board_export=board_export,
        board_url=board_url, record_url=record_url, centre=centre_page,
        standings_seconds=standings, stop_after=stop_after, shared=shared_port, limits=limits,
        silent_after=silent_after, fault_seconds=fault_seconds,
    )  # fmt: skip
    with _said(lambda error: last_words(error, admin, doors, REFUSED)):
        tracing.start(trace, role)
        serve_role(role, None if home is None else Home(home), doors, database)


@app.command()
def up(
    home: HomeOption,
    public: PublicOption = None,
    intakes: Annotated[int, typer.Option("--intakes", min=1, max=64, help="接收进程数 · intake processes")] = 2,
    standbys: Annotated[
        int, typer.Option("--standbys", min=0, max=4, help="每个主进程的候补 · waiting in line for each leader")
    ] = 1,
    listen: ListenOption = "127.0.0.1:7443",
    admin: AdminOption = "127.0.0.1:9464",
    board: BoardOption = "",
    centre_page: centre.CentreOption = "",
    standings: StandingsOption = 10.0,
    database: DatabaseOption = SQLITE,
    silent_after: centre.SilentOption = SILENT_AFTER,
    trace: TraceOption = "",
) -> None:
    """一台机器上的全部角色 · every role on this machine; SIGHUP restarts one after the other, SIGTERM ends in order."""
    log_to_stderr()
    plan = Plan(
        home=home, public=public, intakes=intakes, standbys=standbys, listen=listen, admin=admin, board=board,
        standings=standings, database=database, centre=centre_page, silent_after=silent_after, trace=trace,
    )  # fmt: skip
    with _said():
        Supervisor(plan).run()


@app.command("import")
def import_command(
    home: HomeOption,
    file: Annotated[Path, typer.Argument(help="交接文件 · a hand-off file of tally-node export")],
    database: DatabaseOption = SQLITE,
) -> None:
    """导入交接文件 · take in a hand-off file, whether the county is running or at rest."""
    place = Home(home)
    with _said():
        try:
            with contextlib.nullcontext() if is_postgres(database) else guard(place):
                said = import_directly(place, file, database)
        except InUse:
            said = import_running(place, file)
    typer.echo(json.dumps(said))
    if said["refused"]:
        raise typer.Exit(REFUSED)


@app.command("export-ballots")
def export_ballots(
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", help="封存选票档案 · the sealed archive")],
    database: DatabaseOption = SQLITE,
) -> None:
    """导出选票（绝不公开）· decrypt the sealed ballots into an archive; never publish it."""
    try:
        opener = Opener(X25519PrivateKey.from_private_bytes(read_seed(Home(home).keys / "ballot.key")))
        store = open_store(Home(home), database)
    except CountyError as error:
        raise fail(error) from None
    folder = out / "units"
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    with contextlib.closing(store):
        for unit in log.units(store):
            with (folder / f"{unit}.sealed").open("wb") as file:
                for record, blob in log.sealed_parts(store, unit):
                    part = opener.open(blob, record)
                    file.write(record + struct.pack(">I", len(part)) + part)


@app.command()
def status(home: HomeOption, database: DatabaseOption = SQLITE) -> None:
    """存储概况 · what the store holds."""
    with _reading(home, database) as store:
        typer.echo(json.dumps(log.counts(store), ensure_ascii=False))


@app.command()
def check(home: HomeOption, database: DatabaseOption = SQLITE) -> None:
    """自检：由存储重算全部累计 · read the whole log again, every rule, and compare the totals."""
    with _reading(home, database) as store:
        rebuilt = rebuild(store, strict=True)
        compared = rebuilt.county.check_arrays()
    typer.echo(f"{rebuilt.county.size} 条记录，{compared} 个合计相符 · entries, totals equal")


@contextlib.contextmanager
def _reading(home: Path, database: str) -> Iterator[Database]:
    """The store of a running or resting county; a fault is said and ends the command."""
    try:
        store = open_store(Home(home), database)
        try:
            yield store
        finally:
            store.close()
    except CountyError as error:
        raise fail(error) from None


@app.command()
def outcomes(home: HomeOption, database: DatabaseOption = SQLITE) -> None:
    """依规则的结果（CSV）· what the rules give for every contest, as the verifier prints it."""
    with _reading(home, database) as store:
        county = rebuild(store).county
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(HEADER)
    table.writerows(outcome_rows(county.units.values()))


@app.command()
def explain(
    home: HomeOption,
    unit: Annotated[str, typer.Argument(help="单位编号 · id of the unit")],
    contest: Annotated[str, typer.Argument(help="职位编号，空为全部 · id of a contest, all if left out")] = "",
    database: DatabaseOption = SQLITE,
) -> None:
    """说明结果如何得出：数字、比较、规则、依据 · why a contest came out as it did."""
    with _reading(home, database) as store:
        for line in explanation(read_unit(store, unit), contest):
            typer.echo(line)


@app.command("findings")
def findings_command(
    home: HomeOption,
    text: Annotated[bool, typer.Option("--text", help="附说明 · what each means, what to check first")] = False,
    database: DatabaseOption = SQLITE,
) -> None:
    """核对各表（CSV）· findings on forms, boxes and contests, as the verifier prints them."""
    with _reading(home, database) as store:
        units = list(rebuild(store).county.units.values())
    if not text:
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(FINDINGS)
        table.writerows(finding_rows(units))
        return
    for line in finding_lines(units):
        typer.echo(line)


@app.command()
def figures(
    home: HomeOption,
    before: Annotated[str, typer.Option("--before", help="上届参选 投票/登记 · last term's turnout")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="整数，供报表程序 · integers for programs")] = False,
    database: DatabaseOption = SQLITE,
) -> None:
    """报表构成数字，一律 n/N · composition figures for reports, always n/N."""
    with _reading(home, database) as store:
        last = read_ratio(before) if before else None
        found = Figures.of(rebuild(store).county.units.values())
    if as_json:
        typer.echo(json.dumps(found.to_json(last)))
        return
    for line in found.lines(last):
        typer.echo(line)


@app.command("notice")
def notice_command(
    home: HomeOption,
    unit: Annotated[str, typer.Argument(help="单位编号 · id of the unit")],
    database: DatabaseOption = SQLITE,
) -> None:
    """公告第15号：无效选票的认定 · the invalid-ballot rules of a unit, from its own profile."""
    with _reading(home, database) as store:
        state = read_unit(store, unit)
    for line in notice(state.unit, state.profiles):
        typer.echo(line)


access.add_to(app)
database_commands.add_to(app)
copies.add_to(app)
centre.add_to(app)
exports.add_to(app)
workbooks.add_to(app)
forms.add_to(app)


def main() -> None:
    """Run the program; a wrong command line is 64 (EX_USAGE) as in the other programs, not the library's 2."""
    try:
        app(prog_name="tally-coordinator")
    except SystemExit as stop:
        sys.exit(USAGE if stop.code == USAGE_OF_LIBRARY else stop.code)
