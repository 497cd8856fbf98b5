"""Commands of the county centre's page: first accounts, a lost password, the journal, the reports.

They work beside a running page: each act is one short transaction under the database's lock.
"""

import contextlib
import json
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from coordinator.settings import CountyError, Home, guard
from coordinator.store.database import Database
from coordinator.store.stores import SQLITE, open_store

REFUSED: Final = 1
REASON_MOST: Final = 200
CentreOption = Annotated[
    str, typer.Option("--centre", envvar="CHANGPIAO_CENTRE", help="办公页面，空为不开 · the desk's page, empty = none")
]
SilentOption = Annotated[
    float,
    typer.Option(
        "--silent-after", min=1, envvar="CHANGPIAO_SILENT_AFTER",
        help="秒，无声即告警 · seconds until an open station without connection or record counts as silent",
    ),
]  # fmt: skip
HomeOption = Annotated[Path, typer.Option("--home", envvar="CHANGPIAO_HOME", help="县中心文件夹 · the county's folder")]
DatabaseOption = Annotated[
    str, typer.Option("--database", envvar="CHANGPIAO_DATABASE", help="同 serve · as for serve")
]


@contextlib.contextmanager
def _store(home: Path, url: str) -> Iterator[Database]:
    """The store."""
    with _said():
        store = open_store(Home(home), url, "centre")
        with contextlib.closing(store):
            yield store


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """What a person must repair is said, and ends the command."""
    try:
        yield
    except ImportError as error:
        typer.echo(f"tally-coordinator: error: 缺少程序库 {error.name}；请安装 changpiao[centre]", err=True)
        typer.echo(f"tally-coordinator: error: missing {error.name}; install changpiao[centre]", err=True)
        raise typer.Exit(REFUSED) from None
    except CountyError as error:
        typer.echo(f"tally-coordinator: error: {error.zh}", err=True)
        typer.echo(f"tally-coordinator: error: {error.en}", err=True)
        raise typer.Exit(REFUSED) from None


def centre_init(
    home: HomeOption,
    operator: Annotated[str, typer.Option("--operator", help="值班员账号 · account of the first operator")],
    authority: Annotated[str, typer.Option("--authority", help="负责人账号 · account of the second person")],
    source: Annotated[
        Path | None, typer.Option("--from", help="封存文件夹，转入校对签字 · the sealing folder, for its signed sheets")
    ] = None,
    database: DatabaseOption = SQLITE,
) -> None:
    """办公页面的密钥和头两个账号，初始口令只显示一次 · key and first two accounts; passwords are told once."""
    with _store(home, database) as store:
        from coordinator.centre.opening import FIRST_ROLES, first_people  # noqa: PLC0415 - the centre's libraries
        from tally_protocol.ids import is_id  # noqa: PLC0415

        if not (is_id(operator) and is_id(authority)) or operator == authority:
            raise CountyError("需要两个不同的账号，只含字母、数字、_ - .", "expected two ids of letters, digits, _ - .")
        found = first_people(Home(home), store, dict(zip((operator, authority), FIRST_ROLES, strict=True)))
        if source is not None:
            from coordinator.centre.assisting import Place, take_signoffs  # noqa: PLC0415

            take_signoffs(Place(source, Home(home), database), store)
        _tell_first([{"person": one.person, "role": one.role, "password": one.password} for one in found])
        typer.echo("初始口令只显示这一次，首次登录须更改 · told only now; to be changed at the first login", err=True)


def _tell_first(found: list[dict[str, str]]) -> None:
    """First passwords: at a terminal one person after the other, each alone; a program reads all lines."""
    apart = sys.stdin.isatty() and sys.stdout.isatty()
    for one in found:
        if apart:
            typer.prompt(
                f"只请 {one['person']} 看屏幕，按回车显示 · only {one['person']} looks now; Enter shows", "",
                show_default=False,
            )  # fmt: skip
        typer.echo(json.dumps(one))
        if apart:
            typer.prompt("记下后按回车，请下一位 · written down: Enter, next person", "", show_default=False)
            # the lines above a screen can be scrolled back to: they go, too
            typer.echo("\x1b[H\x1b[2J\x1b[3J", nl=False)


def centre_password(
    home: HomeOption,
    person: Annotated[str, typer.Argument(help="账号 · account")],
    reason: Annotated[str, typer.Argument(help="理由，写入日志 · why; kept in the journal")],
    database: DatabaseOption = SQLITE,
) -> None:
    """由管理员重设口令，写入日志 · a new first password by the administrator; it stands in the journal."""
    with _store(home, database) as store:
        from coordinator.centre.opening import reset_password  # noqa: PLC0415 - the centre's libraries

        if not reason.strip() or len(reason) > REASON_MOST:
            raise CountyError("请写明理由，不超过 200 字", "expected a reason of 1 to 200 characters")
        password = reset_password(Home(home), store, person, reason.strip())
        typer.echo(json.dumps({"person": person, "password": password}))


def acts(
    home: HomeOption,
    check: Annotated[bool, typer.Option("--check", help="由头重算链和签名 · recompute chain and signatures")] = False,
    head: Annotated[
        str, typer.Option("--head", help="与日报上印的 编号:哈希 比较 · compare with number:hash of a printed report")
    ] = "",
    above: Annotated[int, typer.Option("--above", min=0, help="只列此编号之后 · only those above a number")] = 0,
    database: DatabaseOption = SQLITE,
) -> None:
    """工作日志：逐条列出，或核对 · the centre's journal: list it, or check it."""
    with _store(home, database) as store:
        from coordinator.centre.inspecting import check_journal, list_journal  # noqa: PLC0415 - the centre's libraries

        if check or head:
            typer.echo(json.dumps(check_journal(Home(home), store, head)))
            return
        for line in list_journal(Home(home), store, above):
            typer.echo(json.dumps(line, ensure_ascii=False))


def centre_report(
    home: HomeOption,
    what: Annotated[str, typer.Argument(help="daily 日报 或 · or summary 总结")],
    day: Annotated[str, typer.Option("--day", help="日期，缺省今天 · date, default today")] = "",
    database: DatabaseOption = SQLITE,
) -> None:
    """日报或总结的数字（JSON），供表格 · figures of the daily report or summary as JSON, for the forms."""
    with _store(home, database) as store:
        from coordinator.centre.inspecting import report  # noqa: PLC0415 - the centre's libraries

        found: dict[str, Any] = report(Home(home), store, what, day, int(time.time()))
        json.dump(found, sys.stdout, ensure_ascii=False)
        typer.echo()


def destroy_sealed(
    home: HomeOption,
    proposal: Annotated[str, typer.Argument(help="经两人确认的提议编号 · number of the confirmed proposal")],
    database: DatabaseOption = SQLITE,
) -> None:
    """销毁密封选票：须经两人确认且已到期，停机时执行 · destroy sealed ballots, confirmed by two, after their day."""
    with _store(home, database) as store:
        from coordinator.centre.destroying import destroy  # noqa: PLC0415 - the centre's libraries
        from coordinator.centre.opening import open_journal  # noqa: PLC0415

        with contextlib.nullcontext() if store.postgres else guard(Home(home)):
            journal, election, _ = open_journal(Home(home), store)
            for gone in destroy(journal, store, election.date, proposal):
                typer.echo(json.dumps({"unit": gone.unit, "parts": gone.parts, "digest": gone.digest}))


def assistant(
    source: Annotated[Path, typer.Option("--from", help="封存文件夹，可以是新的 · the sealing folder, may be new")],
    home: Annotated[Path, typer.Option("--home", help="将要生成的县中心文件夹 · the county's folder, to be made")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="本机端口 · port on this machine")] = 0,
    database: DatabaseOption = SQLITE,
    *,
    open_page: Annotated[bool, typer.Option("--open", help="在浏览器中打开 · open it in the browser")] = False,
) -> None:
    """封存助手：不用命令行，一页走完 · the sealing assistant: one page instead of commands, on this machine alone."""
    with _said():
        from coordinator.centre.assistant import Guarded, make_assistant  # noqa: PLC0415 - the centre's libraries
        from coordinator.centre.assisting import Assistant, Place  # noqa: PLC0415
        from coordinator.centre.server import CentreServer  # noqa: PLC0415

        guarded = Guarded(make_assistant(Assistant(Place(source, Home(home), database))))
        server = CentreServer("127.0.0.1", port, guarded)
        link = f"http://127.0.0.1:{server.port}/#{guarded.word}"
        typer.echo(json.dumps({"assistant": link}))
        sys.stdout.flush()
        server.start()
        if open_page:
            webbrowser.open(link)
        typer.echo("在浏览器中打开这个链接；Ctrl-C 结束 · open the link in a browser; Ctrl-C ends", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            for name in (signal.SIGINT, signal.SIGTERM):
                # a shell that starts it in the background has the interrupt ignored: nothing would ever end it
                signal.signal(name, signal.default_int_handler)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        server.stop()


def add_to(app: typer.Typer) -> None:
    """Put the commands on the program."""
    app.command("centre-init")(centre_init)
    app.command("centre-password")(centre_password)
    app.command()(acts)
    app.command("centre-report")(centre_report)
    app.command("destroy-sealed")(destroy_sealed)
    app.command()(assistant)
