"""Why a contest came out as it did: its integers, each comparison, the rule and who stands behind it [OUTCOME-2].

Every line is made from the values by which the contest was decided (`decide_unit`), never from a second calculation, in
Chinese and English. A percentage appears only as n/N with its base (`Ratio`).
"""

from collections.abc import Iterator, Mapping

from tally_protocol.election.unit import Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.barriers import (
    asks_overcount,
    asks_turnout,
    hides_a_winner,
    is_possible,
    overcount_of,
    turnout_of,
)
from tally_protocol.law.counted import Counted
from tally_protocol.law.outcome import Decided, decide_unit
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_words import words_of
from tally_protocol.law.quantities import Unknown
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.result import Outcome, Result
from tally_protocol.law.sayings import Line, answered, because, compared, named, quantity_words, stand_in
from tally_protocol.law.seating_words import seating_lines
from tally_protocol.law.sensitivity import recalls_by_base, verdicts_by_base
from tally_protocol.law.sources import in_both
from tally_protocol.law.standing import recall_of
from tally_protocol.law.tally import Tally

RULES = {
    "election": "选举",
    "supplementary": "另行选举",
    "runoff": "再次投票",
    "nomination": "提名",
    "advisory": "推荐",
    "recall": "罢免",
}


def explain(unit: Unit, profiles: Mapping[str, Profile], tally: Tally, contest: ContestId) -> tuple[Line, ...]:
    """The lines for one contest of a final unit; KeyError for a contest that the unit does not have."""
    return explain_decided(unit, decide_unit(unit, profiles, tally), contest)


def explain_decided(unit: Unit, decided: Decided, contest: ContestId) -> tuple[Line, ...]:
    """The same from a decision that is already made."""
    return tuple(_lines(unit, decided, decided.counted[contest], decided.result_of(contest)))


def _lines(unit: Unit, decided: Decided, counted: Counted, result: Result) -> Iterator[Line]:
    yield from _head(counted)
    yield from _figures(counted)
    yield from _possible(counted)
    if is_possible(counted):
        yield from _valid_election(counted)
        yield from _unknown(counted, result)
        yield from _who(unit, decided, counted, result)
        yield from _bases(unit, decided, counted, result)
    yield _outcome(result)


def _head(counted: Counted) -> Iterator[Line]:
    contest, profile = counted.contest, counted.profile
    text_zh, text_en = in_both(profile.text)
    yield Line(
        f"{contest.title}：{RULES[contest.rule]}，第 {contest.round} 轮，应选 {contest.seats} 人",
        f"{contest.title} ({contest.id}): {contest.rule}, round {contest.round}, {contest.seats} seats",
    )
    yield Line(
        f"规则：{profile.title}（{profile.id}），{text_zh}，{profile.in_force} 起施行",
        f"rules: {profile.title} ({profile.id}), {text_en}, in force from {profile.in_force}",
    )


def _figures(counted: Counted) -> Iterator[Line]:
    """V, I and C are three numbers: each with where it stands."""
    known = counted.quantities
    lines = [
        quantity_words(one) for one in (known.registered, known.voters, known.issued, known.collected, known.valid)
    ]
    if "present" in {counted.profile.turnout.value, *(share.base for share in counted.majorities)}:
        lines.append(quantity_words(known.present))
    yield Line(f"数字：{'；'.join(line.zh for line in lines)}", f"figures: {'; '.join(line.en for line in lines)}")
    if known.void_boxes:
        names = " ".join(known.void_boxes)
        source = because(counted.profile, "overcount.scope")
        yield Line(f"无效票箱：{names}（{source.zh}）", f"void boxes: {names} ({source.en})")


def _possible(counted: Counted) -> Iterator[Line]:
    """What papers can have given: called votes against seats x valid papers."""
    valid = counted.quantities.valid.value
    if counted.marks <= counted.seats:
        holds = counted.marked <= counted.seats * valid
        said = answered(f"{counted.marked} <= {counted.seats} x {valid}", holds=holds)
        yield Line(
            f"全部得票能否出自有效票：{said.zh}（算术）", f"votes that valid papers can give: {said.en} (arithmetic)"
        )
    most = max(counted.votes.values(), default=0)
    if most > valid:
        said = answered(f"{most} <= {valid}", holds=False)
        yield Line(
            f"一人得票不多于有效票：{said.zh}（算术）", f"one person's votes, valid papers: {said.en} (arithmetic)"
        )


def _valid_election(counted: Counted) -> Iterator[Line]:
    """Turnout and over-count, as far as the contest's rule asks them."""
    profile = counted.profile
    if asks_turnout(counted):
        source = because(profile, "turnout.num", "turnout.value", "turnout.of")
        found = turnout_of(counted)
        if isinstance(found, Unknown):
            zh, en = words_of(found.name)
            yield Line(f"参选：{zh}未记录，无法检验（{source.zh}）", f"turnout: {en} not recorded ({source.en})")
        else:
            said = compared(found.share, found.value.value, found.base.value)
            ratio, instead = Ratio(found.value.value, found.base.value), stand_in(profile.turnout.value, found.value)
            yield Line(
                f"参选：{ratio}；{said.zh}{instead.zh}（{source.zh}）",
                f"turnout: {ratio}; {said.en}{instead.en} ({source.en})",
            )
    if asks_overcount(counted):
        source = because(profile, "overcount.base", "overcount.scope")
        test = overcount_of(counted)
        if isinstance(test, Unknown):
            zh, en = words_of(test.name)
            yield Line(
                f"收回不多于应有：{zh}未记录，未检验（{source.zh}）",
                f"papers not more than allowed: {en} not recorded, not tested ({source.en})",
            )
        else:
            said = answered(f"{test.value.value} <= {test.limit.value}", holds=test.holds)
            instead = stand_in(profile.overcount.base, test.limit)
            yield Line(
                f"收回不多于应有：{said.zh}{instead.zh}（{source.zh}）",
                f"papers not more than allowed: {said.en}{instead.en} ({source.en})",
            )


def _unknown(counted: Counted, result: Result) -> Iterator[Line]:
    """Why a contest cannot be decided, beyond the turnout."""
    if result.outcome is not Outcome.NOT_KNOWN:
        return
    for share in counted.majorities:
        base = counted.base_of(share)
        if isinstance(base, Unknown):
            zh, en = words_of(base.name)
            yield Line(f"基数{zh}未记录，无法判定", f"the base is not recorded: {en}")
    if hides_a_winner(counted):
        most = min(counted.hidden, counted.profile.names.min_votes - 1)
        yield Line(
            f"未公布的另选票 {counted.hidden} 张，其中一人至多 {most} 票，可能够票，无法判定",
            f"{counted.hidden} written-in votes are not opened; one person may have {most} of them and reach the share",
        )


def _who(unit: Unit, decided: Decided, counted: Counted, result: Result) -> Iterator[Line]:
    if counted.contest.rule == "recall" and result.outcome in {Outcome.PASSED, Outcome.NOT_PASSED}:
        found = recall_of(counted)
        source = because(counted.profile, "recall.num", "recall.base")
        said = compared(found.share, found.value.value, found.base.value)
        ratio = Ratio(found.value.value, found.base.value)
        yield Line(f"同意罢免：{ratio}；{said.zh}（{source.zh}）", f"for the recall: {ratio}; {said.en} ({source.en})")
    if counted.contest.rule in {"nomination", "advisory"}:
        source = because(counted.profile, "nomination.margin")
        names = " ".join(result.next) or "–"
        seats, margin = counted.contest.seats, counted.profile.nomination.margin
        if counted.contest.rule == "nomination":
            yield Line(
                f"提名取得票最多的 {seats} + {margin} = {seats + margin} 名：{names}（{source.zh}）",
                f"nomination, the first {seats} + {margin} = {seats + margin} by votes: {names} ({source.en})",
            )
        else:
            yield Line(f"推荐，按得票排列：{names}", f"advice, by votes: {names}")
    for one in decided.committees:
        for place in one.places:
            if place.counted is counted and place.barrier is None:
                yield from seating_lines(unit, decided, one, place, result)


def _bases(unit: Unit, decided: Decided, counted: Counted, result: Result) -> Iterator[Line]:
    """What other bases would give: the profile's base decides, a difference is shown."""
    name = counted.contest.id
    for base, recalled in recalls_by_base(counted).items():
        yield _with_base(counted, base, recalled, "", differs=recalled is not result.outcome)
    for one in decided.committees:
        if any(place.counted is counted for place in one.places):
            own = decided.place_of(name)
            for base, verdicts in verdicts_by_base(unit, one.committee, one.places, decided.elected).items():
                if name in verdicts and own is not None:
                    found = verdicts[name]
                    who = named(decided.people, decided.people.paper_order(name, found.elected))
                    differs = found.outcome is not result.outcome or found.elected != frozenset(own.elected)
                    yield _with_base(counted, base, found.outcome, who, differs=differs)


def _with_base(counted: Counted, base: str, outcome: Outcome, who: str, *, differs: bool) -> Line:
    zh, en = words_of(base)
    value = quantity_words(counted.quantities.exact(base))
    mark_zh, mark_en = ("，与本结果不同", ", another result") if differs else ("，相同", ", the same")
    elected_zh, elected_en = (f"，当选 {who}", f", elected {who}") if who else ("", "")
    return Line(
        f"若以{zh}为基数（{value.zh}）：{outcome.zh}{elected_zh}{mark_zh}",
        f"with {en} as the base ({value.en}): {outcome.value}{elected_en}{mark_en}",
    )


def _outcome(result: Result) -> Line:
    elected = " ".join(result.elected) or "–"
    return Line(
        f"结果：{result.outcome.zh}；当选：{elected}；缺 {result.short} 名",
        f"outcome: {result.outcome.value}; elected: {elected}; {result.short} seats open",
    )
