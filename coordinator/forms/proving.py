"""校对单 before sealing: the sheet that a village signs, with the digests of what it signs.

A digest is over what will be sealed, not over the printed file: a sheet made anew with another font has the same
digest, a list with one other character has not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from coordinator.forms.catalogue import Form
from coordinator.forms.facts import unit_body
from coordinator.forms.sheets import proof_body
from coordinator.forms.stamp import chinese_date
from coordinator.sealing.draft import Draft, Head
from coordinator.sealing.folder import read_plan
from coordinator.sealing.notes import unit_of
from coordinator.sealing.problems import Problems, SealingFault
from coordinator.settings import CountyError
from tally_protocol.election.unit import Unit
from tally_protocol.fields import JsonObject
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import with_rules
from tally_protocol.record.chain import ZERO32
from tally_protocol.seal import canonical

# who counts and who signs the note stands on no sheet: it comes with the enrolment, after the village has signed
NOT_ON_THE_SHEET: Final = frozenset({"committee", "election", "node", "prev", "version"})


def proof_digest(unit: Unit, what: str) -> str:
    """`candidates`: all that the sheet says of the unit; `layout`: which posts stand on which paper, by which rules.

    Whatever a unit note will hold is covered unless it is named above: a digest of chosen fields promised that nothing
    had changed while a seat for women, a profile or the number of electors had.
    """
    body = unit.to_body()
    if what == "candidates":
        said = {name: part for name, part in body.items() if name not in NOT_ON_THE_SHEET | {"layouts"}}
        # the hash of a table's roster is known with the enrolment
        said["stations"] = [{name: part for name, part in one.items() if name != "roster"} for one in body["stations"]]
    else:
        profiles = {str(contest.id): unit.profile_of(contest) for contest in unit.contests}
        said = {"layouts": body["layouts"], "profiles": profiles, "rules": body["rules"]}
    return _digest(unit, what, said)


def rules_digest(unit: Unit, head: Head, profiles: Mapping[str, Profile]) -> str:
    """What the sheet prints and no unit note holds: the profiles themselves, by which papers are judged, and the head.

    A note names its profiles by id, so that a profile file may change under a signed name; this digest does not.
    """
    used = sorted({unit.profile_of(contest) for contest in unit.contests} | {unit.profile})
    election = {"date": head.date, "id": head.id, "test": head.test, "title": head.title}
    return _digest(unit, "rules", {"election": election, "profiles": [profiles[name].to_body() for name in used]})


def _digest(unit: Unit, what: str, said: JsonObject) -> str:
    return sha256(canonical.encode({"name": unit.name, "said": said, "unit": unit.id, "what": what})).hexdigest()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sealing folder would print, whoever has enrolled."""

    head: Head
    drafts: dict[str, Draft]


def planned(path: Path) -> Planned:
    """The folder's tables, if they have no fault; CountyError with every one."""
    problems = Problems()
    try:
        head, drafts = read_plan(path, problems)
        problems.raise_any()
    except SealingFault as fault:
        lines = "\n".join(problem.text() for problem in fault.problems)
        count = len(fault.problems)
        raise CountyError(
            f"封存文件夹有 {count} 处问题，未打印：\n{lines}",
            f"{count} problems in the sealing folder; nothing was printed:\n{lines}",
        ) from None
    if head is None:
        raise AssertionError("a missing head is a problem")
    return Planned(head, drafts)


def planned_unit(plan: Planned, name: str) -> Unit:
    """The unit as it would be sealed now, without its committee; the hashes of what is not signed yet are zero."""
    draft = plan.drafts.get(name)
    if draft is None:
        raise CountyError(f"封存文件夹里没有单位 {name}", f"the sealing folder has no unit {name}")
    return unit_of(name, draft, (), ZERO32, dict.fromkeys(draft.stations, ZERO32))


def proof_data(form: Form, plan: Planned, name: str, *, english: bool) -> JsonObject:
    """The data of a proof sheet; the watermark says that its papers are no papers."""
    unit, head = planned_unit(plan, name), plan.head
    profiles = {one.id: with_rules(one, unit.rules, head.threshold) if one.id == unit.profile and unit.rules else one
                for one in head.profiles}  # fmt: skip
    law = profiles[unit.profile].law
    return {
        "form": {"id": form.id, "zh": form.zh, "en": form.en, "number": form.number},
        "election": {
            "id": head.id, "title": head.title, "date": chinese_date(head.date), "iso": head.date, "test": head.test,
        },
        "english": english,
        "watermark": {"zh": "校对样张", "en": "PROOF"},
        "unit": unit_body(unit, law),
        "subject": f"{unit.name}（{unit.id}）",
        "body": proof_body(unit, profiles),
        "digests": {what: proof_digest(unit, what) for what in ("candidates", "layout")}
        | {"rules": rules_digest(unit, head, profiles)},
    }  # fmt: skip
