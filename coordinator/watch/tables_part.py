"""The small tables by which processes agree: schema, leaders' numbers, the number beside the signed head."""

from collections.abc import Callable, Iterator, Mapping

from coordinator.metrics import LEADERS
from coordinator.settings import CountyError
from coordinator.store import checking
from coordinator.store.database import Database
from coordinator.store.migrating import EXPECTED


class TablesPart:
    """For any process."""

    def __init__(
        self, database: Database, *, leads: Mapping[str, int] | None = None, lock_fence: Callable[[], int] | None = None
    ) -> None:
        """`leads`: jobs that this process leads, with its number; `lock_fence` where it may compare that too."""
        self.name = "leaders" if leads else "schema"
        self._database = database
        self._leads = dict(leads or {})
        self._lock_fence = lock_fence

    def slices(self) -> Iterator[int]:
        """One look."""
        found = checking.schema(self._database)
        if found != [EXPECTED]:
            raise _other_schema(found)
        yield 1
        if self._leads:
            fences = checking.fences(self._database)
            for job, number in self._leads.items():
                if fences.get(job) != number:
                    raise _wrong(f"leaders {job}", number, fences.get(job))
            if self._lock_fence is not None and (beside := self._lock_fence()) > self._leads[LEADERS[1]]:
                raise _wrong("lock fence", f"at most {self._leads[LEADERS[1]]}", beside)
            yield len(fences)


def _wrong(what: str, expected: object, found: object) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: {what} 应为 {expected}，现为 {found}；数据库被改动过，停止发布并保留现场",
        f"E_SELF_CHECK: {what}: expected {expected}, found {found}; the database was edited, publishing stops",
    )


def _other_schema(found: list[str]) -> CountyError:
    """Also after an honest `migrate` under a running process: what this one would write may not fit any more."""
    return CountyError(
        f"E_SELF_CHECK: alembic_version 应为 {EXPECTED}，现为 {found}；数据库被改动过，或进程未停就执行了 migrate；"
        "停止发布。升级须先停下全部进程（docs/administrator.md），否则保留现场",
        f"E_SELF_CHECK: alembic_version: expected {EXPECTED}, found {found}; the database was edited, or migrated under"
        " a running process; publishing stops. Upgrade with all processes at rest, or else keep the evidence",
    )
