"""Who may do what: every endpoint has a policy, or the page does not start (ADR 8).

The policy says which roles, whether the unit in the address must be the person's own, whether it changes anything (then
the session's CSRF word is wanted), how often it may be asked, and how long its body may be. What needs two persons is
proposed and confirmed by `POST /api/proposals...`; `coordinator/centre/proposals.py` says by whom.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coordinator.centre.people import AUTHORITY, GUIDE, OPERATOR, SUPERVISOR
from coordinator.settings import CountyError

SCREEN = "screen"
ANYONE = frozenset({"", OPERATOR, GUIDE, SUPERVISOR, AUTHORITY, SCREEN})
PEOPLE = frozenset({OPERATOR, GUIDE, SUPERVISOR, AUTHORITY})
LOOKERS = PEOPLE | {SCREEN}
READERS = frozenset({OPERATOR, SUPERVISOR, AUTHORITY})
DESK = frozenset({OPERATOR})
FIELD = frozenset({OPERATOR, GUIDE})
SECONDS = frozenset({OPERATOR, AUTHORITY})
KIB = 1024
# requests a second and at once; `page` counts by address (a page is some thirty files, and a room of desks may have one
# address), the others by session
RATES: Mapping[str, tuple[float, float]] = {
    "page": (100.0, 1000.0), "login": (1.0, 40.0), "read": (10.0, 60.0), "write": (2.0, 40.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Of one endpoint; `first`: also for a person who must first change the password."""

    roles: frozenset[str]
    own: bool = False
    writes: bool = False
    rate: str = "read"
    most: int = 16 * KIB
    first: bool = False


def _page() -> Policy:
    return Policy(roles=ANYONE, rate="page", first=True)


def _enters() -> Policy:
    # no session yet, so no CSRF word: the gate wants JSON of our own origin
    return Policy(roles=ANYONE, rate="login", most=4 * KIB, first=True)


def _looks(roles: frozenset[str] = PEOPLE, *, own: bool = False, first: bool = False) -> Policy:
    return Policy(roles=roles, own=own, first=first)


def _does(roles: frozenset[str], *, own: bool = False, first: bool = False, most: int = 16 * KIB) -> Policy:
    return Policy(roles=roles, own=own, writes=True, rate="write", most=most, first=first)


POLICIES: Mapping[str, Policy] = {
    "GET /": _page(),
    "GET /static/{name}": _page(),
    "GET /texts/{name}": _page(),
    "POST /api/login": _enters(),
    "POST /api/screen": _enters(),
    "GET /api/me": Policy(roles=ANYONE, first=True),
    "POST /api/logout": _does(LOOKERS, first=True),
    "POST /api/password": _does(PEOPLE, first=True),
    "POST /api/totp": _does(PEOPLE),
    "POST /api/totp/confirm": _does(PEOPLE),
    "GET /api/now": _looks(LOOKERS),
    "GET /api/units/{unit}": _looks(own=True),
    "GET /api/incidents": _looks(),
    "POST /api/incidents": _does(DESK),
    "POST /api/units/{unit}/incidents": _does(FIELD, own=True),
    "POST /api/incidents/{incident}/acknowledge": _does(DESK),
    "POST /api/incidents/{incident}/note": _does(FIELD),
    "POST /api/incidents/{incident}/level": _does(DESK),
    "POST /api/incidents/{incident}/close": _does(DESK),
    "GET /api/complaints": _looks(READERS),
    "POST /api/complaints": _does(DESK),
    "POST /api/complaints/{complaint}/answer": _does(DESK),
    "POST /api/complaints/{complaint}/close": _does(DESK),
    "GET /api/objections": _looks(READERS),
    "POST /api/objections": _does(DESK),
    "GET /api/proposals": _looks(READERS),
    "POST /api/proposals": _does(SECONDS, most=256 * KIB),
    "GET /api/keeping": _looks(READERS),
    "POST /api/proposals/{proposal}/confirm": _does(SECONDS),
    "POST /api/proposals/{proposal}/reject": _does(SECONDS),
    "POST /api/proposals/{proposal}/take-back": _does(SECONDS),
    "GET /api/units/{unit}/candidates/{candidate}/without": _looks(READERS, own=True),
    "GET /api/plan": _looks(),
    "POST /api/plan": _does(DESK, most=256 * KIB),
    "POST /api/order": _does(DESK),
    "POST /api/units/{unit}/check": _does(FIELD, own=True),
    "POST /api/units/{unit}/observers": _does(FIELD, own=True),
    "POST /api/units/{unit}/proof": _does(FIELD, own=True),
    "POST /api/units/{unit}/key": _does(DESK, own=True),
    "GET /api/forms": _looks(),
    "POST /api/forms": _does(DESK),
    "POST /api/units/{unit}/forms": _does(FIELD, own=True),
    "GET /api/people": _looks(READERS),
    "POST /api/people": _does(DESK, most=256 * KIB),
    "POST /api/people/{person}/units": _does(DESK, most=256 * KIB),
    "POST /api/people/{person}/end": _does(DESK),
    "POST /api/people/{person}/password": _does(DESK),
    "GET /api/screens": _looks(READERS),
    "POST /api/screens": _does(DESK),
    "POST /api/screens/{screen}/revoke": _does(DESK),
    "GET /api/acts": _looks(READERS),
    "GET /api/reports/daily": _looks(READERS),
    "GET /api/reports/summary": _looks(READERS),
}


def check_policies(endpoints: Iterable[str], policies: Mapping[str, Policy] = POLICIES) -> None:
    """CountyError unless every endpoint (`GET /path`) has a policy, and every policy an endpoint."""
    there = set(endpoints)
    for name in sorted(there ^ policies.keys()):
        what = "a policy for this endpoint" if name in there else "an endpoint for this policy"
        raise CountyError(
            f"接口 {name} 没有权限规定，办公页面不启动；这是程序缺陷，请报告",
            f"{name}: expected {what}, found none; the desk does not start; a defect of the program, report it",
        )
    for name, policy in policies.items():
        changes = policy.writes or policy.rate == "login"
        if policy.rate not in RATES or (policy.own and "{unit}" not in name) or changes == name.startswith("GET "):
            raise CountyError(
                f"接口 {name} 的权限规定自相矛盾；这是程序缺陷，请报告",
                f"{name}: expected a policy that fits its address, found {policy}; a defect of the program, report it",
            )
