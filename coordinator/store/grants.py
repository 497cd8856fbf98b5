"""The least-privilege roles of a PostgreSQL county, as SQL for its administrator to read and run."""

from pathlib import Path

ROLES = Path(__file__).with_name("roles.sql")


def roles_sql() -> str:
    """The text; it may be run again at any time, and must be after each `migrate`."""
    return ROLES.read_text("utf-8")
