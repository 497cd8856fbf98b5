"""Which role a process plays, by its name."""

from functools import partial
from typing import Final

from coordinator.roles.board import Board
from coordinator.roles.everything import Everything
from coordinator.roles.intake import Intake
from coordinator.roles.publisher import PublisherRole
from coordinator.roles.running import Doors, Post, Role, Running
from coordinator.roles.sequencer import SequencerRole
from coordinator.settings import CountyError, Home

ROLES: Final = ("all", "intake", "sequencer", "publisher", "board", "centre")


def serve(role: str, home: Home | None, doors: Doors, url: str) -> None:
    """Run a role until it is told to stop; `board` alone needs no home."""
    if role not in ROLES:
        raise CountyError(
            f"--role 应为 {' '.join(ROLES)} 之一，现为 {role}",
            f"--role: expected one of {' '.join(ROLES)}, found {role}",
        )
    if home is None and role != "board":
        raise CountyError(
            f"角色 {role} 缺少 --home（或 CHANGPIAO_HOME）：县中心文件夹",
            f"role {role}: --home (or CHANGPIAO_HOME) is missing: the county's folder",
        )
    Running(partial(_build, role, home, doors, url), doors).run()


def _build(role: str, home: Home | None, doors: Doors, url: str, post: Post) -> Role:
    if home is None:
        return Board(doors, url, post)
    match role:
        case "intake":
            return Intake(home, doors, url, post)
        case "sequencer":
            return SequencerRole(home, doors, url, post)
        case "publisher":
            return PublisherRole(home, doors, url, post)
        case "board":
            return Board(doors, url, post)
        case "centre":
            from coordinator.roles.centre import CentreRole  # noqa: PLC0415 - the extra `centre` has its libraries

            return CentreRole(home, doors, url, post)
        case _:
            return Everything(home, doors, url, post)
