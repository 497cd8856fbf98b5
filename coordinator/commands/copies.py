"""Commands for backups and bad days: `backup`, `restore`, `catch-up`, `rebuild` (docs/administrator.md)."""

import json
from pathlib import Path
from typing import Annotated

import typer

from coordinator.backup.catching_up import catch_up, rebuild_from
from coordinator.backup.saving import backup, restore
from coordinator.settings import CountyError, Home
from coordinator.store.stores import SQLITE

REFUSED = 1
HomeOption = Annotated[Path, typer.Option("--home", envvar="CHANGPIAO_HOME", help="县中心文件夹 · the county's folder")]
DatabaseOption = Annotated[
    str, typer.Option("--database", envvar="CHANGPIAO_DATABASE", help="sqlite:/// · or postgresql+psycopg://...")
]
PublicOption = Annotated[
    Path, typer.Option("--from-public", help="公开记录或镜像 · the public record or a mirror of it")
]


def _fail(error: CountyError) -> typer.Exit:
    typer.echo(f"tally-coordinator: error: {error.zh}", err=True)
    typer.echo(f"tally-coordinator: error: {error.en}", err=True)
    return typer.Exit(REFUSED)


def backup_command(
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", help="新文件夹 · a new folder")],
    database: DatabaseOption = SQLITE,
) -> None:
    """在线备份存储和锁 · copy store and lock while the county works; keys are not in it."""
    try:
        typer.echo(json.dumps(backup(Home(home), out, database)))
    except CountyError as error:
        raise _fail(error) from None


def restore_command(
    home: HomeOption,
    source: Annotated[Path, typer.Option("--from", help="备份文件夹 · a folder made by backup")],
    database: DatabaseOption = SQLITE,
) -> None:
    """恢复备份 · put a backup in the place of a lost store; catch-up must follow before anything starts."""
    try:
        typer.echo(json.dumps(restore(Home(home), source, database)))
    except CountyError as error:
        raise _fail(error) from None
    typer.echo("下一步 · next: tally-coordinator catch-up --from-public FOLDER", err=True)


def catch_up_command(home: HomeOption, public: PublicOption, database: DatabaseOption = SQLITE) -> None:
    """由公开记录补齐存储 · bring a restored store up to what was published; all processes at rest."""
    try:
        typer.echo(json.dumps(catch_up(Home(home), public, database).to_json()))
    except CountyError as error:
        raise _fail(error) from None


def rebuild_command(home: HomeOption, public: PublicOption, database: DatabaseOption = SQLITE) -> None:
    """县机器全毁：由公开记录重建 · a new store from the public record; the home holds keys/ and tls/."""
    try:
        typer.echo(json.dumps(rebuild_from(Home(home), public, database).to_json()))
    except CountyError as error:
        raise _fail(error) from None
    typer.echo("撤销不在公开记录中，请重新 revoke · revocations are not public: revoke again who was revoked", err=True)


def add_to(app: typer.Typer) -> None:
    """The four commands."""
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)
    app.command("catch-up")(catch_up_command)
    app.command("rebuild")(rebuild_command)
