"""rules.csv: what a unit has decided for itself (一村一策), laid over its profile [PROF-4]."""

from pathlib import Path

from coordinator.sealing.contests import of_unit
from coordinator.sealing.draft import Draft, Head
from coordinator.sealing.problems import Problems
from coordinator.sealing.tables import Row, read_table
from tally_protocol.election.unit import RuleValue, UnitRule
from tally_protocol.errors import ProtocolError
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import governed_values, with_rules

MOST = 32
_BOOLEANS = {"true": True, "false": False}


def read_rules(path: Path, head: Head | None, drafts: dict[str, Draft], problems: Problems) -> None:
    """Every decision; the file may be missing. Values are read by the type that the profile's own value has."""
    if head is None or not (path / "rules.csv").exists():
        return
    rows = read_table(path, "rules.csv", ("unit", "path", "value", "decided_by"), (), problems)
    for row, draft in of_unit(rows, drafts):
        profile = head.profile(draft.profile)
        rule = None if profile is None else _read(row, profile)
        if rule is None:
            continue
        if rule.path in draft.rules:
            row.fault(f"{rule.path} 出现两次", f"{rule.path} twice")
            continue
        draft.rules[rule.path] = row, rule
    for draft in drafts.values():
        profile = head.profile(draft.profile)
        if profile is not None and draft.rules:
            _check(draft, profile, head.threshold)


def _read(row: Row, profile: Profile) -> UnitRule | None:
    path = row.text("path")
    known = governed_values(profile)
    if path not in known or path == "electorate":
        row.fault(
            f"path: {path[:60]!r} 不是村可以自行决定的一项；用 tally-coordinator profiles {profile.id} 查看",
            f"path: not a rule that a unit may decide; see `tally-coordinator profiles {profile.id}`",
        )
        return None
    value = _value(row, known[path])
    if value is None:
        return None
    try:
        plain = list(value) if isinstance(value, tuple) else value
        return UnitRule.parse([path, plain, row.text("decided_by")], "rule")
    except ProtocolError as error:
        row.fault(f"decided_by: 请写明由谁何时决定，1 至 200 字: {error}", f"decided_by: who decided it, when: {error}")
        return None


def _value(row: Row, present: object) -> RuleValue | None:
    """The cell as a value of the type of the profile's present one."""
    text = row.text("value")
    if not text:
        row.fault("value: 不能为空", "value: must not be empty")
        return None
    match present:
        case bool():
            if text in _BOOLEANS:
                return _BOOLEANS[text]
            row.fault(f"value: 应为 true 或 false，现为 {text[:40]!r}", "value: expected true or false")
            return None
        case int():
            return row.optional_count("value")
        case str():
            return text
        case _:
            return tuple(text.split())


def _check(draft: Draft, profile: Profile, threshold: int) -> None:
    """Note which decisions may not be; they leave the draft, so that nobody speaks of them again."""
    if len(draft.rules) > MOST:
        draft.row.fault(f"自行决定的规则多于 {MOST} 条", f"more than {MOST} rules of its own")
    together = _fault_of(profile, draft.own_rules, threshold)
    if together is None:
        return
    # which one is it? each is tried alone; if each alone may be, it is what they are together
    faults = {
        path: (row, error)
        for path, (row, rule) in draft.rules.items()
        if (error := _fault_of(profile, (rule,), threshold)) is not None
    }
    for path, (row, error) in faults.items():
        row.fault(f"这一项不能这样决定: {error}", f"the rule may not be so: {error}")
        del draft.rules[path]
    if not faults:
        draft.row.fault(f"rules.csv 中的各项合在一起不合规: {together}", f"the unit's rules together: {together}")
        draft.rules.clear()


def _fault_of(profile: Profile, rules: tuple[UnitRule, ...], threshold: int) -> ProtocolError | None:
    try:
        with_rules(profile, rules, threshold)
    except ProtocolError as error:
        return error
    return None
