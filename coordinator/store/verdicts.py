"""What self-checks of all processes found: rows are added, the newest row of a part holds; an empty code is good."""

from coordinator.store.database import Database

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
