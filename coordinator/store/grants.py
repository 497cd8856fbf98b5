"""The least-privilege roles of a PostgreSQL county: made by an administrator, given their rights by each `migrate`.

A role that is missing stops the giving of rights: half a set of rights is nobody's policy. A server without any of
them is a bench or a county under one account; there is nothing to give.
"""

from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from coordinator.settings import CountyError
from coordinator.store.postgres import Postgres

MAKING = Path(__file__).with_name("roles.sql")
GRANTS = Path(__file__).with_name("grants.sql")
ROLES: Final = tuple(f"changpiao_{job}" for job in ("intake", "sequencer", "publisher", "board", "centre", "registrar"))
_THERE = "SELECT rolname FROM pg_roles WHERE rolname = ANY(?)"


def roles_sql() -> str:
    """Roles and rights as text, for an administrator to read and run; it may be run again at any time."""
    return MAKING.read_text("utf-8") + "\n" + GRANTS.read_text("utf-8")


def give_rights(database: Postgres) -> tuple[str, ...]:
    """Give every role its rights, take all others away, in one transaction; gives the roles, none if none is there."""
    try:
        with database.write() as connection:
            there = {str(name) for (name,) in connection.exec_driver_sql(_THERE, (list(ROLES),))}
            missing = [name for name in ROLES if name not in there]
            if not there:
                return ()
            if missing:
                raise _missing(database.name, missing)
            connection.exec_driver_sql(GRANTS.read_text("utf-8"))
    except SQLAlchemyError as error:
        found = str(getattr(error, "orig", error)).split("\n", 1)[0]
        raise CountyError(
            f"{database.name}：授予角色权限失败：{found}；请以表的所有者身份执行 migrate",
            f"{database.name}: giving the roles their rights failed: {found}; run migrate as the owner of the tables",
        ) from error
    return ROLES


def _missing(where: str, missing: list[str]) -> CountyError:
    names = ", ".join(missing)
    return CountyError(
        f"{where}：缺少数据库角色 {names}，应有 {len(ROLES)} 个；没有授予任何权限。请先建立角色"
        "（tally-coordinator database-roles，或集群的 managed.roles），再执行 migrate",
        f"{where}: the database roles {names} are missing, expected all {len(ROLES)}; no right was given. Make them"
        " (tally-coordinator database-roles, or managed.roles of the cluster), then run migrate again",
    )
