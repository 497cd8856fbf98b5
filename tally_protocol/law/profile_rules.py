"""What a profile must obey beyond its fields, and a unit's own decisions (spec/8) [PROF-2] [PROF-3] [PROF-4].

`profiles_of(election, unit)` gives every profile of a unit by id, its own decisions applied: what judging, deciding and
signing in that unit go by.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from tally_protocol.election.manifest import Election
from tally_protocol.election.unit import Unit, UnitRule
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.law.national import fixed_by
from tally_protocol.law.profile import Profile, values_of

# about the profile itself, and what each unit shares with the county: no law fixes these values, no unit changes them
UNGOVERNED = frozenset(
    {"decided_by", "id", "in_force", "law", "names", "publish", "signers", "source", "text", "title"}
)
UNCHANGEABLE = UNGOVERNED | {"electorate"}
_SCRUTINEERS = frozenset({"scrutineer", "chief_scrutineer"})


def governed_values(profile: Profile) -> dict[str, object]:
    """Path -> value of all that national law or a `decided_by` entry must stand behind [PROF-2]."""
    return {path: value for path, value in values_of(profile.to_body()) if _top(path) not in UNGOVERNED}


def _top(path: str) -> str:
    return path.partition(".")[0]


def check_profile(profile: Profile, threshold: int) -> None:
    """Raise RuleViolation E_PROFILE unless every value has a source and the profile is consistent [PROF-2] [PROF-3].

    村民委员会组织法 art. 18 and 城市居民委员会组织法 art. 19 (2025-10-28; VC-18, RC-19) and their like fix what
    `national` lists; a value that departs from it, or that national law leaves open, names who decided it.
    """
    where = f"profile {profile.id}"
    fixed = fixed_by(profile.law, profile.electorate)
    if fixed is None:
        asked = f"{profile.law}, {profile.electorate}"
        raise RuleViolation("E_PROFILE", where, expected="a national law that knows the electorate", found=asked)
    values = governed_values(profile)
    covers = {path for path, _ in profile.decided_by}
    for path, value in values.items():
        if path in fixed and same_value(value, fixed[path][0]):
            continue
        if not covers.intersection(_path_and_above(path)):
            raise RuleViolation("E_PROFILE", f"{where}: {path}", expected="national law's value, or who decided it")
    if dangling := covers - {name for path in values for name in _path_and_above(path)}:
        raise RuleViolation("E_PROFILE", f"{where}: decided_by", expected="a rule's path", found=min(dangling))
    signing = sum(role in _SCRUTINEERS for role in profile.roles("batch"))
    if signing < profile.scrutineers.per_batch_min:
        expected = f"{profile.scrutineers.per_batch_min} scrutineers"
        raise RuleViolation("E_PROFILE", f"{where}: signers.batch", expected=expected, found=signing)
    if profile.roll_down and not profile.names.full:
        raise RuleViolation("E_PROFILE", f"{where}: roll_down", expected="all written-in names opened (names.full)")
    if profile.publish.min_ballots_per_cell < threshold:
        least = profile.publish.min_ballots_per_cell
        raise RuleViolation("E_PROFILE", f"{where}: publish", expected=f"at least {threshold}", found=least)


def same_value(first: object, second: object) -> bool:
    """Whether two JSON values are equal; `true` is not 1, a list may be a tuple."""
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return list(first) == list(second)
    return type(first) is type(second) and first == second


def _path_and_above(path: str) -> list[str]:
    return list(accumulate(path.split("."), lambda above, name: f"{above}.{name}"))


def with_rules(profile: Profile, rules: Sequence[UnitRule], threshold: int) -> Profile:
    """The profile after a unit's own decisions; RuleViolation E_PROFILE if they may not be [PROF-4]."""
    if not rules:
        return profile
    changed = apply_rules(profile, tuple(rules))
    check_profile(changed, threshold)
    return changed


def apply_rules(profile: Profile, rules: tuple[UnitRule, ...]) -> Profile:
    """The profile with values replaced, read again strictly; its sources are not checked here [PROF-4].

    Never cached by value: a rule of 1 equals a rule of `true` in Python and is another one here.
    """
    body = profile.to_body()
    values = dict(values_of(body))
    decided = dict(profile.decided_by)
    for rule in rules:
        where = f"profile {profile.id}: {rule.path}"
        if rule.path not in values or _top(rule.path) in UNCHANGEABLE:
            raise RuleViolation("E_PROFILE", where, expected="a rule that a unit may decide")
        part = body
        *above, name = rule.path.split(".")
        for step in above:
            part = part[step]
        part[name] = list(rule.value) if isinstance(rule.value, tuple) else rule.value
        decided[rule.path] = rule.decided_by
    body["decided_by"] = [list(entry) for entry in sorted(decided.items())]
    try:
        return Profile.parse(body, f"profile {profile.id}")
    except Malformed as error:
        raise RuleViolation("E_PROFILE", error.where, expected=error.expected, found=error.code) from error


def profiles_of(election: Election, unit: Unit) -> Mapping[str, Profile]:
    """Every profile of a unit's contests and its own, by id; the unit's decisions change the unit's profile alone.

    For a unit that `check_unit` accepted; RuleViolation E_MANIFEST for a profile that the election lacks [SEAL-6].
    """
    found: dict[str, Profile] = {}
    for name in dict.fromkeys([unit.profile, *map(unit.profile_of, unit.contests)]):
        profile = election.profile(name)
        if profile is None:
            raise RuleViolation("E_MANIFEST", f"unit {unit.id}", expected="a profile of the election", found=name)
        found[name] = apply_rules(profile, unit.rules) if unit.rules and name == unit.profile else profile
    return found
