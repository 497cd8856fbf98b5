"""Why these persons are elected in a committee's contest: votes, shares, ties, women, relatives, rounds [OUTCOME-2]."""

from collections.abc import Iterator

from tally_protocol.election.unit import Unit
from tally_protocol.law.outcome import Decided, DecidedCommittee
from tally_protocol.law.persons import People
from tally_protocol.law.places import Place
from tally_protocol.law.profile_words import words_of
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.result import Outcome, Result
from tally_protocol.law.rounds import by_votes, has_chair, members_elected
from tally_protocol.law.sayings import Line, answered, because, compared, most_votes_win, named, person_words, stand_in


def seating_lines(unit: Unit, decided: Decided, one: DecidedCommittee, place: Place, result: Result) -> Iterator[Line]:
    """All lines from the votes to the next round."""
    people = decided.people
    yield from _votes(place, people)
    yield from _boundary(place, people)
    yield from _women(place, people)
    yield from _relatives(one, place, people)
    yield from _following(unit, decided, place, result)


def _votes(place: Place, people: People) -> Iterator[Line]:
    """Everybody's votes against the share, best first."""
    counted = place.counted
    ordered = [person for person in by_votes(place, place.votes, people) if person not in place.outside]
    if not counted.majorities:
        source = because(counted.profile, "tie")
        yield Line(f"得票多的当选，不要求比例（{source.zh}）", f"most votes win, no share is asked ({source.en})")
        for person in ordered:
            alone = str(place.votes[person])
            yield _person(place, person, people, Line(alone, alone))
    for share, path in zip(counted.majorities, _paths(place), strict=True):
        base = counted.known_base(share)
        zh, en = words_of(share.base)
        source, instead = because(counted.profile, f"{path}.num", f"{path}.base"), stand_in(share.base, base)
        yield Line(
            f"当选票数：以{zh} {base.value} 为基数{instead.zh}（{source.zh}）",
            f"votes to be elected: base {en} {base.value}{instead.en} ({source.en})",
        )
        for person in ordered:
            votes = place.votes[person]
            ratio, said = Ratio(votes, base.value), compared(share, votes, base.value)
            yield _person(place, person, people, Line(f"{ratio}；{said.zh}", f"{ratio}; {said.en}"))
        if share is place.eligible.share:
            break
    gone = people.paper_order(counted.contest.id, (person for person in place.outside if person in place.votes))
    if gone:
        yield Line(
            f"已当选较高职务或前轮已当选，本职务不再计：{named(people, gone)}",
            f"elected higher or in an earlier round, not asked here: {named(people, gone)}",
        )


def _paths(place: Place) -> tuple[str, ...]:
    """The profile's paths of the shares that the contest's rule asks, in order."""
    rule = place.counted.contest.rule
    paths = ("elected", "supplementary") if rule == "supplementary" else ("elected",)
    return paths[-len(place.counted.majorities) :] if place.counted.majorities else ()


def _person(place: Place, person: int, people: People, said: Line) -> Line:
    who, rolled = person_words(people, person), place.rolled.get(person, 0)
    added = Line(f"，其中较高职务转入 {rolled}", f", {rolled} of them rolled down") if rolled else Line("", "")
    return Line(f"  {who}：{said.zh}{added.zh}", f"  {who}: {said.en}{added.en}")


def _boundary(place: Place, people: People) -> Iterator[Line]:
    """How many may be elected, how many seats there are, and who is tied across the boundary."""
    seats, eligible = place.counted.contest.seats, len(place.eligible.ranked)
    source = most_votes_win(place.counted.profile)
    said = answered(f"{eligible} > {seats}", holds=eligible > seats)
    yield Line(
        f"够票的人多于名额的，得票多的当选：{said.zh}（{source.zh}）",
        f"if more are eligible than seats, most votes win: {said.en} ({source.en})",
    )
    if place.tied:
        source = because(place.counted.profile, "tie")
        yield Line(
            f"票数相等，争 {place.tied_seats} 个名额，再次投票：{named(people, place.tied)}（{source.zh}）",
            f"tied for {place.tied_seats} seats, a runoff: {named(people, place.tied)} ({source.en})",
        )


def _women(place: Place, people: People) -> Iterator[Line]:
    profile = place.counted.profile
    if place.counted.contest.female_only:
        source = because(profile, "female.method")
        yield Line(f"妇女名额：只计妇女（{source.zh}）", f"a seat for women: only women are asked ({source.en})")
    if not place.women_step:
        return
    source = because(profile, "female.method", "female.on_fail")
    elected = [person for person in place.elected if people.is_woman(person)]
    if place.held:
        yield Line(
            f"没有够票的妇女：留 {place.held} 名另行选举妇女（{source.zh}）",
            f"no woman is eligible: {place.held} seat is held for a women's round ({source.en})",
        )
    elif elected:
        yield Line(
            f"应当有妇女成员，当选妇女：{named(people, elected)}（{source.zh}）",
            f"a woman must be a member; elected: {named(people, elected)} ({source.en})",
        )
    else:
        yield Line(f"应当有妇女成员，尚未选出（{source.zh}）", f"a woman must be a member; none yet ({source.en})")


def _relatives(one: DecidedCommittee, place: Place, people: People) -> Iterator[Line]:
    if not (place.removed or place.families or place.filled):
        return
    source = because(place.counted.profile, "avoidance.method", "avoidance.relations")
    kept = {person for other in one.places for person in other.elected} | one.committee.sitting
    for person in people.paper_order(place.counted.contest.id, place.removed):
        who = person_words(people, person)
        near = named(people, sorted(one.committee.relatives.get(person, frozenset()) & kept))
        yield Line(
            f"回避：{who} 与 {near} 是近亲属，退出（{source.zh}）",
            f"avoidance: {who} leaves, a close relative of {near} ({source.en})",
        )
    for family in place.families:
        yield Line(
            f"回避：{named(people, family)} 是近亲属且票数相等，争 1 个名额再次投票（{source.zh}）",
            f"avoidance: {named(people, family)} are relatives with equal votes, a runoff for one seat ({source.en})",
        )
    if place.filled:
        source = because(place.counted.profile, "avoidance.fill")
        yield Line(
            f"依次递补：{named(people, place.filled)}（{source.zh}）",
            f"next in order: {named(people, place.filled)} ({source.en})",
        )


def _following(unit: Unit, decided: Decided, place: Place, result: Result) -> Iterator[Line]:
    """What is left: the next round, its candidates, or a seat that may stay empty."""
    profile = place.counted.profile
    for seats, persons, zh, en in (
        (place.short, result.next, "另行选举", "supplementary round"),
        (place.held, result.next_women, "妇女名额另行选举", "women's supplementary round"),
    ):
        if seats and result.outcome is not Outcome.VACANT:
            rule = profile.supplementary
            count = max(seats + rule.margin, rule.min_candidates)
            source = because(profile, "supplementary.margin", "supplementary.min_candidates")
            sum_ = f"max({seats} + {rule.margin}, {rule.min_candidates}) = {count}"
            yield Line(
                f"{zh}：缺 {seats} 名，候选人 {sum_} 名：{' '.join(persons) or '–'}（{source.zh}）",
                f"{en}: {seats} seats open, candidates {sum_}: {' '.join(persons) or '–'} ({source.en})",
            )
    if place.short and not place.counted.contest.female_only:
        yield _vacancy(unit, decided, place, result)


def _vacancy(unit: Unit, decided: Decided, place: Place, result: Result) -> Line:
    profile = place.counted.profile
    rule = profile.vacancy
    members = members_elected(unit, profile, decided.elected)
    source = because(profile, "vacancy.allowed", "vacancy.min_members", "vacancy.needs_chair")
    enough = answered(f"{members} >= {rule.min_members}", holds=members >= rule.min_members)
    zh, en = words_of(rule.allowed)
    chair = Line("", "")
    if rule.needs_chair:
        there = has_chair(unit, profile, decided.elected)
        chair = Line(answered("，主任已选出", holds=there).zh, answered(", chair elected", holds=there).en)
    answer = ("可以", "may") if result.may_stop else ("不可以", "may not")
    return Line(
        f"缺额{answer[0]}空着：规则“{zh}”，已选出 {enough.zh}{chair.zh}（{source.zh}）",
        f"the seat {answer[1]} stay empty: rule \"{en}\", elected {enough.en}{chair.en} ({source.en})",
    )
