"""Backup while the county works, and restore: two SQLite files and a sheet of hashes, from and to either database.

Keys are no part of it (docs/administrator.md). What is restored begins no work before it was compared with the public
record (`catching_up`): until then every start refuses, so that no second history is placed behind the old one.
"""

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from coordinator.settings import CountyError, Home, sync_folder
from coordinator.store import entries as log
from coordinator.store import verdicts
from coordinator.store.copying import copy_file, copy_from_server, copy_to_server
from coordinator.store.database import Database
from coordinator.store.migrating import EXPECTED, expect, try_migrate
from coordinator.store.postgres import Postgres, is_postgres
from coordinator.store.stores import SQLITE

FORMAT = "changpiao-backup/1"
SHEET, STORE, LOCK = "backup.json", "store.db", "lock.db"


def backup(home: Home, out: Path, url: str = SQLITE, now: Callable[[], float] = time.time) -> dict[str, object]:
    """Copy store and lock into a new folder; whole or not there at all. Gives what its sheet says."""
    if out.exists():
        raise CountyError(f"{out} 已存在；每次备份用新文件夹", f"{out} is there already; name a new folder")
    work = out.with_name(out.name + ".making")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        _copy(home, work, url)
        sheet = _sheet(work, int(now()))
        (work / SHEET).write_text(json.dumps(sheet, indent=2) + "\n", "utf-8")
        for path in work.iterdir():
            _sync(path)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    sync_folder(work)
    work.rename(out)
    sync_folder(out.parent)
    return sheet


def _copy(home: Home, work: Path, url: str) -> None:
    if is_postgres(url):
        with contextlib.closing(Postgres(url, "migrate")) as server:
            expect(server)
            copy_from_server(server, work / STORE, work / LOCK)
        return
    # the lock first: what it holds then is under records that the later copy of the store has
    for path, name in ((home.lock, LOCK), (home.store, STORE)):
        if not path.exists():
            raise CountyError(f"缺少数据库 {path}", f"missing database {path}")
        copy_file(path, work / name)


def _sheet(work: Path, now: int) -> dict[str, object]:
    with contextlib.closing(Database(work / STORE)) as store:
        expect(store)
        entries = log.size(store)
    # closed for good: no journal beside the files
    for name in (STORE, LOCK):
        for rest in ("-wal", "-shm"):
            (work / f"{name}{rest}").unlink(missing_ok=True)
    files = {name: {"sha256": _sha256(work / name), "bytes": (work / name).stat().st_size} for name in (STORE, LOCK)}
    return {"format": FORMAT, "schema": EXPECTED, "time": now, "entries": entries, "files": files}


def restore(home: Home, source: Path, url: str = SQLITE) -> dict[str, object]:
    """Put a backup in the place of a store that is lost; CountyError if there is one.

    A lock that is still there stays: it is at least as new as the copy's.
    """
    sheet = _read_sheet(source)
    if is_postgres(url):
        _restore_server(source, url)
        return sheet
    if home.store.exists():
        raise CountyError(
            f"{home.store} 已存在；不覆盖任何存储，请先把它移到别处作为证据",
            f"{home.store} is there; nothing is overwritten: move it away first, it is evidence",
        )
    _check_leftovers(home.store, *([] if home.lock.exists() else [home.lock]))
    with _working_copies(source, home.path / "restoring") as (store, lock):
        made = Database(home.staging) if home.staging.exists() else Database.create(home.staging)
        with contextlib.closing(made) as staging:
            try_migrate(staging, "staging")
        if not home.lock.exists():
            lock.rename(home.lock)
        # dying before this line: no store, and the next `restore` does all of it again
        store.rename(home.store)
        sync_folder(home.path)
    return sheet


def _check_leftovers(*files: Path) -> None:
    """SQLite does not tie a write-ahead file to its database: beside another one it would be played into that."""
    for file in files:
        for left in (file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            if left.exists():
                raise CountyError(
                    f"{left} 属于原来的数据库，留在这里会被写进恢复的库；请与原库一起移到别处",
                    f"{left} belongs to the old database and would be played into the restored one; move it away too",
                )


def _restore_server(source: Path, url: str) -> None:
    work = source.with_name(source.name + ".restoring")
    with contextlib.closing(Postgres(url, "migrate")) as server, _working_copies(source, work) as (store, lock):
        before, _ = try_migrate(server, "store", "staging", "lock")
        if before and log.size(server):
            raise CountyError(
                f"数据库 {server.name} 中已有选举；不覆盖，请另建数据库",
                f"the database {server.name} holds an election; nothing is overwritten, make another database",
            )
        with contextlib.closing(Database(store)) as here, contextlib.closing(Database(lock)) as beside:
            copy_to_server(here, beside, server)


@contextlib.contextmanager
def _working_copies(source: Path, work: Path) -> Iterator[tuple[Path, Path]]:
    """Store and lock of a backup, at today's schema, the store marked as restored; the backup itself stays as it is."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        for name, part in ((STORE, "store"), (LOCK, "lock")):
            shutil.copyfile(source / name, work / name)
            (work / name).chmod(0o600)
            with contextlib.closing(Database(work / name)) as database:
                try_migrate(database, part)
                if part == "store":
                    verdicts.mark_restored(database, int(time.time()))
            _sync(work / name)
        yield work / STORE, work / LOCK
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _read_sheet(source: Path) -> dict[str, object]:
    try:
        sheet = json.loads((source / SHEET).read_text("utf-8"))
        said = {name: str(sheet["files"][name]["sha256"]) for name in (STORE, LOCK)}
        found = {name: _sha256(source / name) for name in (STORE, LOCK)}
    except (OSError, ValueError, KeyError, TypeError):
        raise CountyError(f"{source} 不是完整的备份", f"{source} is not a whole backup") from None
    if sheet.get("format") != FORMAT or said != found:
        raise CountyError(
            f"备份 {source} 的文件与其清单不符；已损坏或被改动，请换一份",
            f"the files of the backup {source} are not those of its sheet: damaged or edited; use another one",
        )
    return dict(sheet)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
