"""What the sealing assistant does, step by step, on a sealing folder: nothing that the commands cannot do.

1 the election, 2 tables from Excel, 3 laptops with their codes, 4 proof sheets that villages sign, 5 sealing by two
persons. Every step says at once everything that is wrong, and what is right stays.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from coordinator.centre.acts import SYSTEM
from coordinator.centre.opening import FIRST_ROLES, First, first_people, open_journal
from coordinator.centre.refusals import Refused, conflict, missing
from coordinator.centre.signoffs import SignOff, add_signoff, read_signoffs, whole_digest
from coordinator.forms.proving import Planned, planned_unit, proof_digest
from coordinator.sealing.code_desk import SealingDesk
from coordinator.sealing.draft import Draft, Head
from coordinator.sealing.enrolments import print_codes
from coordinator.sealing.folder import read_folder, read_plan
from coordinator.sealing.making import init
from coordinator.sealing.problems import Problem, Problems, SealingFault
from coordinator.sealing.shipped import shipped, shipped_ids
from coordinator.sealing.workbooks.flaws import Flaw
from coordinator.sealing.workbooks.importing import import_workbooks
from coordinator.sealing.workbooks.template import make_template, rows_of_folder
from coordinator.settings import CountyError, Home
from coordinator.store.database import Database
from coordinator.store.stores import open_store
from tally_protocol.errors import ProtocolError
from tally_protocol.seal.enrolment import six_groups

Json = dict[str, Any]
ELECTION = "election.toml"
TABLES = ("units.csv", "contests.csv", "candidates.csv", "stations.csv", "boxes.csv", "relations.csv", "rules.csv")
PROOFS = ("candidates", "layout")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the assistant works: the sealing folder, and the home that it makes."""

    folder: Path
    home: Home
    database: str


class Assistant:
    """The steps; one person at one machine."""

    def __init__(self, place: Place) -> None:
        """The folder may be empty; CountyError if the home is there already."""
        if place.home.path.exists():
            raise CountyError(
                f"{place.home.path} 已存在：选举已封存，请用 serve", f"{place.home.path} exists: sealed, use serve"
            )
        place.folder.mkdir(parents=True, exist_ok=True)
        self._place = place
        # first passwords that their persons have not read yet; told once each, kept nowhere else
        self._first: dict[str, First] = {}

    @property
    def folder(self) -> Path:
        """The sealing folder."""
        return self._place.folder

    def state(self) -> Json:
        """Everything that the page shows, and everything that is wrong."""
        problems = Problems()
        head: Head | None = None
        drafts: dict[str, Draft] = {}
        if (self.folder / ELECTION).exists() and (self.folder / "units.csv").exists():
            try:
                head, drafts = read_plan(self.folder, problems)
            except SealingFault as fault:
                problems.found = fault.problems
        signed = {(one.unit, one.what): one for one in read_signoffs(self.folder)}
        units = []
        if head is not None and not problems.found:
            plan = Planned(head, drafts)
            units = [self._unit(plan, name, signed) for name in sorted(drafts)]
        return {
            "election": None if not (self.folder / ELECTION).exists() else self._election(),
            "profiles": [{"id": name, "title": shipped(name).title} for name in shipped_ids()],
            "tables": {name: _rows(self.folder / name) for name in TABLES if (self.folder / name).exists()},
            "problems": [_problem(one) for one in problems.found],
            "units": units,
            "laptops": self._laptops(),
            "sealed": self._place.home.path.exists(),
            "first": [{"person": one.person, "role": one.role} for one in self._first.values()],
        }

    def _unit(self, plan: Planned, name: str, signed: dict[tuple[str, str], SignOff]) -> Json:
        unit = planned_unit(plan, name)
        digests = {what: proof_digest(unit, what) for what in PROOFS}
        return {
            "unit": name, "name": unit.name, "digests": digests,
            "signed": {what: (name, what) in signed and signed[name, what].digest == digests[what] for what in PROOFS},
        }  # fmt: skip

    def _election(self) -> Json:
        try:
            found = tomllib.loads((self.folder / ELECTION).read_text("utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            return {}
        return {key: value if isinstance(value, (bool, int, list)) else str(value) for key, value in found.items()}

    def _laptops(self) -> list[Json]:
        try:
            desk = SealingDesk(self.folder)
            state, now = desk.registry.state(), int(desk.registry.clock())
            return [
                {
                    "node": node, "chains": len(chains),
                    "code": "/".join(code.state(now)) if (code := state.laptop(node).code) is not None else "",
                    "requested": bool(state.laptop(node).request), "confirmed": bool(state.laptop(node).confirmed),
                }
                for node, chains in sorted(desk.hosts([]).items())
            ]
        except (CountyError, OSError):
            return []

    def set_election(self, asked: Json) -> Json:
        """Write election.toml; what is wrong with it is told by the state."""
        before = self._election() if (self.folder / ELECTION).exists() else {"profiles": []}
        if not isinstance(known := before.get("profiles"), list):
            raise conflict(
                f"{ELECTION} 读不懂，未改动；请先更正这个文件",
                f"{ELECTION} cannot be read and was left as it is; mend it first",
            )
        for name in asked["profiles"]:
            if name not in shipped_ids() and name not in known:
                raise missing(f"没有随附的规则档案 {name}", f"no shipped profile {name}")
        words = ("id", "title", "date", "test", "origin")
        lines = [f"{key} = {json.dumps(asked[key], ensure_ascii=False)}" for key in words]
        # the page asks for one profile; what a person wrote into the file besides stays: more profiles, the threshold
        further = [one for one in known[1:] if one not in asked["profiles"]]
        lines.append(f"profiles = {json.dumps([*asked['profiles'], *further], ensure_ascii=False)}")
        if "threshold" in before:
            lines.append(f"threshold = {json.dumps(before['threshold'])}")
        (self.folder / ELECTION).write_text("\n".join(lines) + "\n", "utf-8")
        return self.state()

    def template(self) -> bytes:
        """The workbook to fill in, with what is there already."""
        return make_template(rows_of_folder(self.folder) if (self.folder / "units.csv").exists() else None)

    def workbooks(self, files: Sequence[tuple[str, bytes]], *, replace: bool) -> Json:
        """Take workbooks in; nothing is written if anything is wrong."""
        try:
            done = import_workbooks(files, self.folder, replace=replace)
        except CountyError as error:
            raise Refused(422, error.zh, error.en) from None
        return {
            "flaws": [_flaw(one) for one in done.flaws], "questions": [_flaw(one) for one in done.questions],
            "repairs": len(done.repairs), "written": done.written, "rows": done.rows,
        }  # fmt: skip

    def print_code(self, node: str) -> Json:
        """A one-time code for a laptop, told once."""
        desk = self._desk()
        hosts = desk.hosts([node])
        if node not in hosts:
            raise missing(f"没有设备 {node}", f"there is no laptop {node}")
        found = list(print_codes(desk.registry, desk.election, hosts, [node], desk.limits.code_days))
        return {"node": node, "code": found[0].code, "until": found[0].until}

    def enrolments(self, files: Sequence[tuple[str, bytes]]) -> Json:
        """Take laptops' requests from their USB sticks; gives the six groups to compare by telephone."""
        desk, taken = self._desk(), []
        place = self.folder / "enrolments"
        place.mkdir(exist_ok=True)
        for name, data in files:
            one = desk.take(data, name)
            if one.fault[0] or one.handed is None:
                taken.append({"file": name, "zh": one.fault[0], "en": one.fault[1]})
                continue
            (place / f"{one.handed.node}.json").write_bytes(data)
            taken.append({"file": name, "node": one.handed.node, "groups": six_groups(one.handed.digest)})
        return {"taken": taken}

    def confirm(self, node: str, groups: str) -> Json:
        """The six groups that the laptop's screen shows."""
        try:
            self._desk().confirm(node, groups)
        except (ProtocolError, CountyError) as error:
            raise conflict(f"核对不符：{error}", f"it does not fit: {error}") from None
        return {"done": True}

    def sign(self, one: SignOff) -> Json:
        """Enter a signed sheet; Refused 409 if it was printed from something else."""
        state = self.state()
        now = next((unit["digests"][one.what] for unit in state["units"] if unit["unit"] == one.unit), "")
        add_signoff(self.folder, replace(one, digest=whole_digest(one.digest, now)))
        return {"done": True}

    def unsigned(self) -> Json:
        """Villages that have not signed both sheets as they are now: told, no bar (a village may be unreachable)."""
        units = self.state()["units"]
        return {"part": sum(not all(unit["signed"].values()) for unit in units), "whole": len(units)}

    def check(self) -> list[Json]:
        """Everything that `init` would refuse."""
        try:
            read_folder(self.folder)
        except SealingFault as fault:
            return [_problem(one) for one in fault.problems]
        return []

    def seal(self, address: str, persons: tuple[str, str]) -> Json:
        """Seal, make the first two accounts, take the sign-offs into the journal."""
        place = self._place
        if _own(address) and not self._election().get("test"):
            raise Refused(
                422,
                f"{address} 只有本机能连；请填各设备能访问到的地址，它会写进每台设备的资料包和县中心的证书",
                f"only this machine can reach {address}; enter the address that the laptops reach: it is sealed into"
                " every laptop's bundle and the county's certificate",
            )
        try:
            sealed = init(place.home, place.folder, address, place.database)
        except SealingFault as fault:
            problems = [_problem(one) for one in fault.problems]
            no = conflict(f"{len(problems)} 处问题，未封存", f"{len(problems)} problems; nothing was sealed")
            no.more = {"problems": problems}
            raise no from None
        store = open_store(place.home, place.database)
        try:
            found = first_people(place.home, store, dict(zip(persons, FIRST_ROLES, strict=True)))
            self._first = {one.person: one for one in found}
            take_signoffs(place, store)
        finally:
            store.close()
        return {
            "election": sealed.election, "authority": sealed.authority, "units": sealed.units,
            "home": str(place.home.path),
        }  # fmt: skip

    def first_password(self, person: str) -> Json:
        """The first password of one of the two, who alone looks at the screen; told once."""
        found = self._first.pop(person, None)
        if found is None:
            raise missing(f"{person} 的初始口令已显示过", f"the first password of {person} was shown already")
        return {"person": found.person, "password": found.password}

    def _desk(self) -> SealingDesk:
        return SealingDesk(self.folder)


def take_signoffs(place: Place, store: Database) -> int:
    """Acts for the sheets that were signed before sealing; gives how many."""
    journal, _, _ = open_journal(place.home, store)
    found = read_signoffs(place.folder)
    if found:
        with journal.acting(SYSTEM) as acting:
            for one in found:
                acting.add(
                    "proof", unit=one.unit, what=one.what, digest=one.digest, signed_by=one.signed_by, day=one.day
                )
    return len(found)


def _own(address: str) -> bool:
    """Whether an address means the machine that it is used on."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return host.casefold().rstrip(".") == "localhost"


def _rows(path: Path) -> int:
    return max(0, len(path.read_text("utf-8").splitlines()) - 1)


def _problem(one: Problem) -> Json:
    return {"file": one.file, "line": one.line, "zh": one.zh, "en": one.en}


def _flaw(one: Flaw) -> Json:
    spot = one.spot
    return {
        "workbook": spot.workbook, "sheet": spot.sheet, "row": spot.row, "column": spot.letter, "zh": one.zh,
        "en": one.en,
    }  # fmt: skip
