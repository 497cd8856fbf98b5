"""The enrolment desk before sealing: codes out, requests in, six groups compared [ACCESS-2] [ACCESS-3] [ACCESS-4].

The same steps serve files from a USB stick and the reception's network door: a request is taken with its code's proof,
then a person enters what the laptop's screen shows. Each step is an act in the list beside the sealing folder.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coordinator.access.acts import CODE, CONFIRM, REQUEST, WRONG, State, WrongCode, check_code
from coordinator.access.limits import DAY
from coordinator.access.registry import FileRegistry, Registry
from coordinator.sealing.problems import Problems
from coordinator.sealing.requests import Handed, Requests
from coordinator.sealing.tables import read_table
from coordinator.settings import CountyError
from tally_protocol.errors import ProtocolError, RuleViolation
from tally_protocol.ids import station_chain, unit_chain
from tally_protocol.seal.enrolment import CODE_DIGITS, code_key, same_groups, spell


@dataclass(frozen=True, slots=True)
class Printed:
    """A code for one laptop, to be printed now: it is kept nowhere [ACCESS-1]."""

    node: str
    code: str
    until: int
    chains: tuple[str, ...]


def hosts(folder: Path) -> dict[str, frozenset[str]]:
    """The chains that the tables of a sealing folder give to each laptop; faults are for `init` to say."""
    found: dict[str, set[str]] = {}
    problems = Problems()
    for row in read_table(folder, "units.csv", ("unit", "name", "node"), ("registered", "profile"), problems, levels=8):
        unit, node = row.id("unit"), row.id("node")
        if row.ok:
            found.setdefault(node, set()).add(unit_chain(unit))
    for row in read_table(folder, "stations.csv", ("unit", "station", "node"), ("registered",), problems):
        unit, station, node = row.id("unit"), row.id("station"), row.id("node")
        if row.ok:
            found.setdefault(node, set()).add(station_chain(unit, station))
    return {node: frozenset(chains) for node, chains in found.items()}


def print_codes(
    registry: Registry, election: str, laptops: Mapping[str, frozenset[str]], nodes: Iterable[str], days: float
) -> list[Printed]:
    """New codes; an older code of the same laptop is dead from now on, and its request with it."""
    made: list[Printed] = []
    with registry.acting() as acting:
        until = acting.now + int(days * DAY)
        for node in nodes:
            if node not in laptops:
                raise CountyError(
                    f"设备 {node} 没有承办任何计票点或单位", f"laptop {node} hosts nothing; expected one of the tables"
                )
            digits = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
            public = code_key(digits, election, node).public_key().public_bytes_raw().hex()
            chains = sorted(laptops[node])
            acting.add(CODE, node, {"key": public, "until": until, "chains": chains})
            made.append(Printed(node, spell(digits), until, tuple(chains)))
    return made


def needs_code(state: State, nodes: Iterable[str], now: int) -> list[str]:
    """The laptops that have neither an open code nor a request that was taken."""
    found = []
    for node in sorted(nodes):
        laptop = state.laptop(node)
        waiting = laptop.code is not None and laptop.code.state(now)[1] == "open"
        if not waiting and not laptop.request and not laptop.confirmed:
            found.append(node)
    return found


def take(registry: Registry, election: str, handed: Handed) -> bool:
    """Take a request with its code's proof; False if this very request was taken before.

    E_TOKEN or E_IDENTITY otherwise; a wrong proof is durable as a try before it is said.
    """
    refused: ProtocolError | None = None
    new = False
    with registry.acting() as acting:
        laptop = acting.state.laptop(handed.node)
        try:
            new = check_code(acting.state, election, handed.node, handed.digest, handed.proof, acting.now)
        except WrongCode as error:
            refused = error
            # the file that was read before is not another try
            if laptop.code is not None and handed.digest.hex() not in laptop.code.wrong:
                acting.add(WRONG, handed.node, {"key": laptop.code.key, "digest": handed.digest.hex()})
        if new and laptop.code is not None:
            _check_asked(handed, laptop.code.chains)
            acting.add(REQUEST, handed.node, {"digest": handed.digest.hex()})
    if refused is not None:
        raise refused
    return new


def _check_asked(handed: Handed, allowed: frozenset[str]) -> None:
    beyond = sorted(handed.chains - allowed)
    if beyond:
        raise RuleViolation(
            "E_IDENTITY", f"laptop {handed.node}", expected="only what its code was printed for", found=beyond[0]
        )


def confirm(registry: Registry, node: str, groups: str) -> bytes:
    """The groups that the laptop's screen shows, entered at the county; gives the request's digest.

    RuleViolation E_IDENTITY if they are another request's. The same confirmation again changes nothing.
    """
    with registry.acting() as acting:
        laptop = acting.state.laptop(node)
        waiting = bytes.fromhex(laptop.request or laptop.confirmed)
        if not waiting:
            raise CountyError(
                f"设备 {node} 没有待确认的登记申请；先执行 tally-coordinator requests",
                f"no request of laptop {node} waits; run tally-coordinator requests first",
            )
        if not same_groups(groups, waiting):
            raise RuleViolation(
                "E_IDENTITY", f"laptop {node}", expected="the six groups of the request that was taken",
                found="other groups: the request was exchanged on its way, or mistyped; do not confirm it",
            )
        if laptop.request:
            acting.add(CONFIRM, node, {"digest": laptop.request})
    return waiting


def check_confirmed(folder: Path, requests: Requests, problems: Problems, *, test: bool) -> None:
    """Every request that is to be sealed was confirmed [ACCESS-4]; a rehearsal that printed no codes may do without."""
    registry = FileRegistry(folder)
    if test and not registry.exists:
        return
    state = registry.state()
    for node, handed in requests.handed.items():
        laptop = state.laptop(node)
        if laptop.confirmed == handed.digest.hex():
            continue
        step = "confirm" if laptop.request == handed.digest.hex() else "requests"
        problems.add(
            handed.file, 0, f"设备 {node} 的登记申请未经登记码和六组数字确认；执行 tally-coordinator {step}",
            f"E_TOKEN: the request of laptop {node} is not confirmed: run tally-coordinator {step}",
        )  # fmt: skip
