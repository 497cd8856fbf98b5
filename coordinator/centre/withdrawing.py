"""A candidate withdraws or dies after sealing: what the sealed rules say happens then. Pure; nothing is guessed.

The papers are printed and the record is sealed, so nothing is taken out of either: what papers say is counted. What
changes is who may be declared, and that is told here line by line, with the rule and its source.
"""

from dataclasses import dataclass
from typing import Any

from coordinator.centre.state import State
from tally_protocol.election.unit import Contest
from tally_protocol.law.profile import Profile
from tally_protocol.law.sources import source_words

WHY = ("withdrew", "death", "disqualified", "court")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in both languages, and who stands behind it (empty: this product's own reading)."""

    zh: str
    en: str
    source: str = ""


def out_candidates(state: State, unit: str) -> list[dict[str, Any]]:
    """Candidates who are out by a confirmed proposal, or about to be by an open one."""
    found = []
    for one in state.proposals.all.values():
        if one.kind == "candidate_out" and one.matter["unit"] == unit and one.state in ("open", "confirmed"):
            names = ("contest", "candidate", "why", "day", "document")
            found.append({name: one.matter[name] for name in names} | {"proposal": one.id, "state": one.state})
    return found


def consequences(contest: Contest, profile: Profile, out: frozenset[str]) -> list[Line]:
    """What happens in a contest when the candidates `out` are no longer to be elected."""
    left = [one for one in contest.candidates if one.id not in out]
    named = "、".join(one.name for one in contest.candidates if one.id in out)
    lines = [
        Line(
            f"{named} 的姓名仍在已印选票上，选票不改、不重印；写给他的票照实计入，不转给别人",
            f"{named} stays on the printed papers, which are not changed; votes for the name are counted as they are"
            " and go to nobody else",
        ),
        _margin(contest, profile, len(left)),
    ]
    lines += _when_elected(profile, named)
    if not left and not contest.write_ins:
        lines.append(
            Line(
                "本职位已无人可选，也没有另选栏：投票前应由有权机关决定是否改期并重新封存新一版单位文件",
                "nobody is left in this contest and there is no write-in slot: the competent body decides before the"
                " vote whether to postpone it and to seal a new version of the unit",
            )
        )
    return lines


def _margin(contest: Contest, profile: Profile, left: int) -> Line:
    least, source = profile.margin.least, source_words(profile, "margin.least")
    seats = contest.seats
    if left - seats >= least:
        return Line(
            f"余 {left} 名候选人，应选 {seats} 名，差额 {left - seats}，不少于规则要求的 {least}：差额仍然成立",
            f"{left} candidates are left for {seats} seats, margin {left - seats}, at least the {least} that the rules"
            " ask for: the election stays contested",
            source,
        )
    if contest.write_ins:
        return Line(
            f"余 {left} 名候选人，应选 {seats} 名，差额 {left - seats}，少于规则要求的 {least}；"
            f"选票有 {contest.write_ins} 个另选栏，选民仍有选择。是否照常投票由选举委员会依法决定，并写明理由",
            f"{left} candidates are left for {seats} seats, margin {left - seats}, less than the {least} that the rules"
            f" ask for; the paper has {contest.write_ins} write-in slots, so voters still choose. Whether to go on is"
            " for the election committee, with its reason",
            source,
        )
    return Line(
        f"余 {left} 名候选人，应选 {seats} 名，差额 {left - seats}，少于规则要求的 {least}，选票也没有另选栏："
        "不再是差额选举，投票前须由有权机关决定补充候选人或改期，并重新封存",
        f"{left} candidates are left for {seats} seats, margin {left - seats}, less than the {least} that the rules ask"
        " for, and the paper has no write-in slot: no longer contested; before the vote the competent body decides on"
        " a further candidate or another day, and the unit is sealed anew",
        source,
    )


def _when_elected(profile: Profile, named: str) -> list[Line]:
    """If the votes would elect the one who is out: no next-in-line, the seat goes to a next round."""
    rule = profile.supplementary
    lines = [
        Line(
            f"如 {named} 的得票仍达到当选条件：规则计算照常给出，宣布当选时不宣布此人，写明理由；"
            "名额空缺，不由下一名递补",
            f"should {named} still reach the votes to be elected: the rules' result shows it, the declaration leaves"
            " the person out with the reason; the seat is empty and does not go to the next in order",
        ),
        Line(
            f"空缺名额另行选举：期限 {rule.deadline_days} 天，候选人至少 {rule.min_candidates} 名、"
            f"多于名额 {rule.margin} 名，得票不少于{_base(rule.base)[0]}的 {rule.num}/{rule.den}",
            f"a supplementary round fills it: within {rule.deadline_days} days, at least {rule.min_candidates}"
            f" candidates and {rule.margin} more than seats, {'more than' if rule.strict else 'at least'}"
            f" {rule.num}/{rule.den} of {_base(rule.base)[1]}",
            source_words(profile, "supplementary.num"),
        ),
    ]
    if profile.vacancy.allowed != "no":
        when = {"after": ("另行选举之后", "after the supplementary round"), "before": ("另行选举之前", "before one")}
        zh, en = when[profile.vacancy.allowed]
        lines.append(
            Line(
                f"依规则可以{zh}暂缺：已有成员不少于 {profile.vacancy.min_members} 名"
                + ("，且主任已选出" if profile.vacancy.needs_chair else ""),
                f"the rules allow the seat to stay empty {en}: with at least {profile.vacancy.min_members} members"
                + (" and the chair elected" if profile.vacancy.needs_chair else ""),
                source_words(profile, "vacancy.allowed"),
            )
        )
    return lines


def _base(base: str) -> tuple[str, str]:
    return {
        "collected": ("收回选票数", "the papers collected"), "due": ("应到人数", "those due"),
        "issued": ("发出选票数", "the papers issued"), "present": ("到会人数", "those present"),
        "registered": ("登记人数", "the registered"), "valid": ("有效票数", "the valid papers"),
        "voters": ("参加投票人数", "the voters"),
    }[base]  # fmt: skip
