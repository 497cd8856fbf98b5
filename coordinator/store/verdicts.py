"""What self-checks of all processes found: rows are added, the newest row of a part holds; an empty code is good."""

from coordinator.settings import CountyError
from coordinator.store.database import Database

# no self-check looks at it: `restore` says it, `catch-up` takes it back
RESTORED = "restored"
_NEWEST = """SELECT v.part, v.code FROM verdicts v
    JOIN (SELECT part, max(id) AS id FROM verdicts GROUP BY part) n ON n.id = v.id"""


def newest(database: Database) -> dict[str, str]:
    """Part -> code of its newest verdict."""
    with database.read() as connection:
        rows = connection.exec_driver_sql(_NEWEST).all()
    return {str(part): str(code) for part, code in rows}


def add(database: Database, time: int, role: str, part: str, code: str, detail: str) -> None:
    """One more, durable."""
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO verdicts (time, role, part, code, detail) VALUES (?, ?, ?, ?, ?)",
            (time, role, part, code, detail),
        )


def mark_restored(database: Database, time: int) -> None:
    """Say that a store comes from a backup: nothing is admitted, ordered or signed before it has caught up."""
    add(database, time, "restore", RESTORED, "E_LOCK_AHEAD", "not yet compared with the public record")


def mark_caught_up(database: Database, time: int) -> None:
    """It stands where the public record stands, or ahead."""
    if newest(database).get(RESTORED):
        add(database, time, "catch-up", RESTORED, "", "")


def refuse_restored(database: Database) -> None:
    """CountyError for a store that was restored and has not caught up: working on it would begin a second history."""
    if newest(database).get(RESTORED):
        raise CountyError(
            "E_LOCK_AHEAD: 存储由旧备份恢复，尚未与已公开的检查点核对；拒绝发布。请执行 tally-coordinator catch-up"
            " --from-public 公开记录（或镜像），再启动；其余记录和密封选票由各设备补送",
            "E_LOCK_AHEAD: the store was restored from a backup and may be behind the published checkpoint; publishing"
            " refused. Run tally-coordinator catch-up --from-public FOLDER (public record or mirror), start again."
            " What is missing then laptops deliver by themselves",
        )
