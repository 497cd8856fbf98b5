"""When each laptop's connection was last seen, by the database's clock: one clock for all processes of a county."""

from collections.abc import Sequence

from coordinator.store.database import Database

_NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
_NOW_PG = "extract(epoch FROM clock_timestamp())::bigint"
_SEEN = f"""INSERT INTO presence (node, seen) VALUES (?, {_NOW})
    ON CONFLICT (node) DO UPDATE SET seen = excluded.seen"""  # noqa: S608 - our own words
# in one order, so that two intakes never wait for each other in a circle
_SEEN_PG = f"""INSERT INTO presence (node, seen)
    SELECT node, {_NOW_PG} FROM unnest(?::text[]) AS t (node) ORDER BY node
    ON CONFLICT (node) DO UPDATE SET seen = greatest(presence.seen, excluded.seen)"""  # noqa: S608 - our own words


def note_present(database: Database, nodes: Sequence[str]) -> None:
    """These laptops are connected now."""
    if not nodes:
        return
    with database.write() as connection:
        if database.postgres:
            connection.exec_driver_sql(_SEEN_PG, (sorted(nodes),))
        else:
            connection.exec_driver_sql(_SEEN, [(node,) for node in sorted(nodes)])


def seconds_since(database: Database) -> dict[str, int]:
    """How long ago each laptop was seen."""
    now = _NOW_PG if database.postgres else _NOW
    with database.read() as connection:
        rows = connection.exec_driver_sql(f"SELECT node, {now} - seen FROM presence").all()  # noqa: S608 - our words
    return {str(node): int(seconds) for node, seconds in rows}
