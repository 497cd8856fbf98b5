"""Commands of the database: migrate, load, database-roles. The first two are run by the owner of its tables."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from coordinator.settings import CountyError, Home, guard
from coordinator.store.grants import give_rights, roles_sql
from coordinator.store.loading import load as load_home
from coordinator.store.postgres import Postgres, is_postgres
from coordinator.store.stores import SQLITE, migrate_stores

REFUSED = 1
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="CHANGPIAO_HOME", help="县中心文件夹 · the county's folder; SQLite needs it"),
]
DatabaseOption = Annotated[
    str, typer.Option("--database", envvar="CHANGPIAO_DATABASE", help="同 serve · as for serve")
]


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """What a person must repair is said, and ends the command."""
    try:
        yield
    except CountyError as error:
        for text in (error.zh, error.en):
            typer.echo(f"tally-coordinator: error: {text}", err=True)
        raise typer.Exit(REFUSED) from None


def needed(home: Path | None) -> Home:
    """The home of a command that cannot do without; CountyError if none was named."""
    if home is None:
        raise CountyError(
            "缺少 --home（或 CHANGPIAO_HOME）：县中心文件夹",
            "--home (or CHANGPIAO_HOME) is missing: the county's folder",
        )
    return Home(home)


def migrate(home: HomeOption = None, database: DatabaseOption = SQLITE) -> None:
    """数据库升级到本程序的版本并授予角色权限 · bring the database to this program's schema, give roles their rights."""
    with _said():
        if is_postgres(database):
            done = migrate_stores(None, database)
        else:
            place = needed(home)
            with guard(place):
                done = migrate_stores(place, database)
        for name, before, after in done:
            typer.echo(json.dumps({"database": name, "before": before, "after": after}))
        if is_postgres(database):
            # dying before this line: the tables are new, and no role sees what is new in them; run it again
            with contextlib.closing(Postgres(database, "migrate")) as server:
                typer.echo(json.dumps({"database": server.name, "roles": give_rights(server)}))


def load(home: HomeOption = None, database: DatabaseOption = SQLITE) -> None:
    """把封存好的选举装入数据库，一次 · a sealed election into the database, once; its home serves no more."""
    with _said():
        loaded = load_home(needed(home), database)
        typer.echo(json.dumps({"entries": loaded.entries, "acts": loaded.acts, "before": loaded.before}))


def database_roles() -> None:
    """PostgreSQL 最小权限角色（SQL）· least-privilege roles as SQL, for an administrator to run once after migrate."""
    typer.echo(roles_sql(), nl=False)


def add_to(app: typer.Typer) -> None:
    """Make them commands of the program."""
    app.command()(migrate)
    app.command()(load)
    app.command("database-roles")(database_roles)
