"""参选率 while a county counts: of villages whose result is fixed, and of all that have said how many voted.

The two differ all evening, so nothing shows one without the other and without its villages n/N. Screen and paper take
both from here: the same facts of a unit come from its chains and from its progress in the log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coordinator.forms.facts import pair
from coordinator.forms.kinds import Kind
from coordinator.results.electors import electors_of
from tally_protocol.election.unit import Unit
from tally_protocol.fields import JsonObject
from tally_protocol.law.composition import turnout_ratio
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.profile import Profile
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.tally import Stage, Tally

NOBODY = Ratio(0, 0)


@dataclass(frozen=True, slots=True)
class Turnout:
    """One village: `fixed` by its result, `told` by what its tables recorded so far; 0/0 where nothing is known."""

    fixed: Ratio
    told: Ratio


@dataclass(frozen=True, slots=True)
class Turnouts:
    """Many villages: sums of integers, and of how many villages each is."""

    fixed: Ratio
    told: Ratio
    fixed_units: Ratio
    told_units: Ratio

    def lines(self, kind: Kind) -> list[JsonObject]:
        """Both lines as a form prints them, in the words for these units."""
        zh, en = kind.units
        rows = (
            (f"结果已定的{zh}", f"{en} whose result is fixed", self.fixed, self.fixed_units),
            (f"已报的{zh}", f"{en} that have reported", self.told, self.told_units),
        )
        return [
            pair((said_zh, said_en)) | {
                "turnout": str(ratio) if ratio.whole else "", "units": f"{units.part}/{units.whole}", "word": zh,
            }
            for said_zh, said_en, ratio, units in rows
        ]  # fmt: skip


def turnout_of(unit: Unit, profiles: Mapping[str, Profile], tally: Tally, *, voided: bool) -> Turnout:
    """Of one village; a result that is fixed is also what the village has told."""
    if tally.stage is Stage.FINAL and not voided:
        fixed = turnout_ratio(unit, decide_unit(unit, profiles, tally))
        if fixed.whole:
            return Turnout(fixed, fixed)
    registered, voters = electors_of(unit, profiles), voters_told(unit, tally)
    if voters is None or not registered:
        return Turnout(NOBODY, NOBODY)
    return Turnout(NOBODY, Ratio(voters, registered))


def voters_told(unit: Unit, tally: Tally) -> int | None:
    """Persons who voted as far as recorded: all forms, else the boxes of the first paper, else the papers counted.

    The public page has the same rule (`board.rows.voters_of`), and a test holds them together.
    """
    forms = [one.paper.get("voters") for one in tally.stations if one.closed]
    known = [voters for voters in forms if voters is not None]
    if len(known) == len(tally.stations):
        return sum(known)
    first = unit.layouts[0].id
    asked = {box.id for box in unit.boxes if box.layout == first}
    told = [
        count["voters"] for one in tally.stations for name, count in one.boxes.items()
        if name in asked and "voters" in count
    ]  # fmt: skip
    if told:
        return sum(told)
    if len(forms) == len(tally.stations):
        return sum(one.running[first][0] for one in tally.stations)
    return None


def add_turnouts(found: Iterable[Turnout]) -> Turnouts:
    """Villages together: integers are added, percentages never."""
    all_of = list(found)
    whole = len(all_of)
    return Turnouts(
        fixed=sum((one.fixed for one in all_of), NOBODY),
        told=sum((one.told for one in all_of), NOBODY),
        fixed_units=Ratio(sum(bool(one.fixed.whole) for one in all_of), whole),
        told_units=Ratio(sum(bool(one.told.whole) for one in all_of), whole),
    )
