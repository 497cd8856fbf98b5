"""Why a contest came out as it did: each comparison with its integers, the rule, its source and date.

Serves [OUTCOME-2]. Every line is a pair, Chinese and English; the numbers are those that decided, not copies of words.
Worked example: `compared({"num": 1, "den": 2, "strict": True}, 300, 600) == "2 x 300 > 600: no"`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from verifier.decode.cases import Case, Result
from verifier.decode.kinds import SEATED_RULES
from verifier.decode.layouts import Contest
from verifier.decode.national import fixed_by
from verifier.decode.profiles import covers, values_of
from verifier.rules.committee import Post
from verifier.rules.laws import cited
from verifier.rules.measures import (
    SHARED_BASES,
    Measures,
    Share,
    asks_overcount,
    asks_turnout,
    base_value,
    reaches,
    shares_of,
)
from verifier.rules.outcome import Docket, docket_of, results_of, seat_all
from verifier.rules.people import People

Line = tuple[str, str]

OUTCOMES: Final[Mapping[str, str]] = {
    "voided": "选举无效",
    "not_final": "未完成",
    "impossible": "数字不可能",
    "not_known": "无法判定",
    "invalid_turnout": "参选未过半，重新选举",
    "invalid_overcount": "收回多于应有，重新选举",
    "advisory": "推荐",
    "nominated": "提名",
    "passed": "罢免通过",
    "not_passed": "罢免未通过",
    "runoff": "再次投票",
    "women_supplementary": "妇女名额另行选举",
    "vacant": "缺额",
    "supplementary": "另行选举",
    "full": "选满",
}
BASES: Final[Mapping[str, str]] = {
    "collected": "收回选票",
    "valid": "有效票",
    "registered": "登记选民",
    "due": "应到人数",
    "issued": "发出选票",
    "present": "到会人数",
    "voters": "投票人数",
}
RULES: Final[Mapping[str, str]] = {
    "election": "选举",
    "supplementary": "另行选举",
    "runoff": "再次投票",
    "nomination": "提名",
    "advisory": "推荐",
    "recall": "罢免",
}
# the articles behind "most votes win", by national law; a law that is not here leaves it to the profile's text
MOST_VOTES: Final[Mapping[str, str]] = {"village_2026": "VC-18", "residents_2026": "RC-19", "congress_2020": "EL-45"}


def compared(share: Share, value: int, base: int, words: tuple[str, str] = ("yes", "no")) -> str:
    """A share held against its base, with its integers."""
    right = f"{share['num']} x {base}" if share["num"] != 1 else str(base)
    sign = ">" if share["strict"] else ">="
    return f"{share['den']} x {value} {sign} {right}: {words[not reaches(share, value, base)]}"


CHINESE: Final = ("是", "否")


def _both(share: Share, value: int, base: int) -> Line:
    return compared(share, value, base, CHINESE), compared(share, value, base)


def _more(left: int, right: int) -> Line:
    """Whether one integer is more than another."""
    said = f"{left} > {right}"
    return f"{said}: {CHINESE[left <= right]}", f"{said}: {'yes' if left > right else 'no'}"


def spoken(text: str) -> Line:
    """A profile's text in each language: `中文 / English` is split, a Chinese end after `；` stays Chinese.

    A sealed text that names a field says something to nobody: readers see what the field holds.
    """
    chinese, slash, rest = text.partition(" / ")
    if slash and " / " not in rest:
        english, stop, end = rest.partition("；")
        chinese = chinese + stop + end
    else:
        chinese = english = text
    field, words = "见 decided_by", "见各项依据"
    return chinese.replace(field, words), english.replace(field, words)


def _decider(path: str, text: str) -> Line:
    """Whoever decided; a reader of Chinese is not shown our path, a reader of English finds the value by it."""
    chinese, english = spoken(text)
    return chinese, f"{path}: {english}"


def source_of(profile: Mapping[str, Any], part: str) -> Line:
    """Who fixed a part of a profile: articles of national law with their dates, and whoever `decided_by` names."""
    fixed = fixed_by(profile["law"], profile["electorate"]) or {}
    articles: list[Line] = []
    others: list[Line] = []
    for path, value in values_of(dict(profile)):
        if covers(part, path):
            national = fixed.get(path)
            if national is not None and national[0] == value:
                articles.append(cited(national[1]))
            else:
                others += [_decider(entry, text) for entry, text in profile["decided_by"] if covers(entry, path)]
    found = list(dict.fromkeys(articles + others)) or [spoken(str(profile["text"]))]
    return "；".join(dict.fromkeys(zh for zh, _ in found)), "; ".join(dict.fromkeys(en for _, en in found))


def explain(case: Case, contest: Contest) -> Iterator[Line]:
    """All lines for one contest of a final unit."""
    docket = docket_of(case)
    posts, _ = seat_all(docket)
    result = results_of(docket)[case.contests.index(contest)]
    profile, measures = case.profile_of(contest), docket.measures[contest.id]
    yield from _head(contest, profile)
    yield from _figures(measures, contest)
    yield from _validity(profile, contest, measures)
    if result["outcome"] == "impossible":
        yield (
            f"票数不可能：赞成和另选共 {measures.marks}，有效票 {measures.valid}，应选 {contest.seats}",
            f"the votes are impossible: {measures.marks} marks, {measures.valid} valid papers, {contest.seats} seats",
        )
    elif result["outcome"] not in ("invalid_turnout", "invalid_overcount"):
        yield from _votes(docket, posts.get(contest.id), contest)
    if contest.rule in SEATED_RULES and not posts[contest.id].stopped:
        yield from _seats(docket, posts[contest.id], profile)
    yield from _close(docket, contest, result)


def _head(contest: Contest, profile: Mapping[str, Any]) -> Iterator[Line]:
    rule = RULES[contest.rule]
    yield (
        f"职位 {contest.id} {contest.title}：{rule}，第 {contest.round} 轮，应选 {contest.seats} 人",
        f"contest {contest.id} {contest.title}: {contest.rule}, round {contest.round}, {contest.seats} seats",
    )
    zh, en = spoken(str(profile["text"]))
    yield (
        f"规则 {profile['id']}《{profile['title']}》，依据 {zh}，{profile['in_force']} 起施行",
        f"rules {profile['id']} ({profile['title']}), text {en}, in force {profile['in_force']}",
    )


def _figures(measures: Measures, contest: Contest) -> Iterator[Line]:
    names = {name: measures.base(name) for name in ("registered", "issued", "present", "collected", "valid")}
    names = {**names, "voters": measures.voters}
    chinese = "，".join(f"{BASES[name]} {'未记录' if value is None else value}" for name, value in names.items())
    english = ", ".join(f"{name} {'unknown' if value is None else value}" for name, value in names.items())
    yield f"数字：{chinese}，每票至多 {contest.max_marks} 人", f"figures: {english}, at most {contest.max_marks} marks"


def _validity(profile: Mapping[str, Any], contest: Contest, measures: Measures) -> Iterator[Line]:
    """Turnout and over-count, as far as they are asked."""
    if asks_turnout(profile, contest.rule):
        share, source = profile["turnout"], source_of(profile, "turnout")
        value, base = measures.turnout(share["value"]), measures.registered
        unknown = "无法判定", "not known"
        zh, en = unknown if value is None or base is None else _both(share, value, base)
        yield f"参选：{zh}（{source[0]}）", f"turnout: {en} ({source[1]})"
    if asks_overcount(profile, contest.rule):
        rule, source = profile["overcount"], source_of(profile, "overcount")
        allowed = measures.allowed(rule["base"])
        untested = f"{measures.papers} > ?: 未检验", f"{measures.papers} > ?: not tested"
        zh, en = untested if allowed is None else _more(measures.papers, allowed)
        yield f"收回多于应有：{zh}（{source[0]}）", f"over-count: {en} ({source[1]})"


def _votes(docket: Docket, post: Post | None, contest: Contest) -> Iterator[Line]:
    """What each person has, against each share that is asked."""
    profile, measures, people = docket.case.profile_of(contest), docket.measures[contest.id], docket.people
    votes = post.votes if post is not None and not post.stopped else people.votes[contest.id]
    shares = shares_of(profile, contest.rule)
    for share in shares:
        part = next(name for name in ("elected", "supplementary", "recall") if profile[name] is share)
        source, value = source_of(profile, part), base_value(measures, share)
        zh, en = ("超过", "more than") if share["strict"] else ("不少于", "at least")
        yield (
            f"得票须{zh}{BASES[share['base']]} {_known(value)} 的 {share['num']}/{share['den']}（{source[0]}）",
            f"votes must be {en} {share['num']}/{share['den']} of {share['base']} {_known(value)} ({source[1]})",
        )
    names = {ident: name for ident, name, _ in contest.printed}
    for who in sorted(people.by_paper(contest.id, votes), key=lambda one: -votes[one]):
        reference = people.references[who]
        shown = f"{reference} {names[reference]}" if reference in names else reference
        bases = [(share, base_value(measures, share)) for share in shares]
        lines = [_both(share, votes[who], base) for share, base in bases if base is not None]
        chinese = "".join(f"；{zh}" for zh, _ in lines)
        english = "".join(f"; {en}" for _, en in lines)
        yield f"{shown} 得票 {votes[who]}{chinese}", f"{shown}: votes {votes[who]}{english}"
    hidden = people.hidden[contest.id]
    if hidden:
        yield f"未公开姓名的另选票 {hidden}", f"written-in votes of names that are not opened: {hidden}"


def _known(value: int | None) -> str:
    return "?" if value is None else str(value)


def _seats(docket: Docket, post: Post, profile: Mapping[str, Any]) -> Iterator[Line]:
    """How the seats were given."""
    people, seats = docket.people, post.contest.seats
    key = MOST_VOTES.get(profile["law"])
    source = cited(key) if key else spoken(str(profile["text"]))
    many = len(post.eligible)
    zh, en = _more(many, seats)
    yield (
        f"够票 {many} 人，应选 {seats} 人：{zh}；多于应选时得票多的当选（{source[0]}）",
        f"enough votes: {many}, seats: {seats}; {en}; if more, most votes win ({source[1]})",
    )
    barred = {who for who in post.barred if post.votes.get(who)}
    yield from _listed(
        "已在较高职位或前一轮当选，不再计入", "elected in a higher post or an earlier round", people, barred
    )
    yield from _listed(
        f"近亲属回避（{source_of(profile, 'avoidance')[0]}）",
        f"close relatives of persons kept ({source_of(profile, 'avoidance')[1]})",
        people,
        post.removed,
    )
    yield from _listed(
        f"票数相等，再次投票选 {post.runoff_seats} 人（{source_of(profile, 'tie')[0]}）",
        f"equal votes, a runoff for {post.runoff_seats} seats ({source_of(profile, 'tie')[1]})",
        people,
        post.runoff,
    )
    if post.held:
        source = source_of(profile, "female")
        yield f"为妇女保留 {post.held} 席（{source[0]}）", f"{post.held} seat held for women ({source[1]})"


def _listed(chinese: str, english: str, people: People, who: Iterable[int]) -> Iterator[Line]:
    named = "、".join(people.named(sorted(who)))
    if named:
        yield f"{chinese}：{named}", f"{english}: {named}"


def _close(docket: Docket, contest: Contest, result: Result) -> Iterator[Line]:
    """Sensitivity and the result."""
    if result["base"] != "none":
        measures = docket.measures[contest.id]
        known = {base: measures.replacing(base) for base in SHARED_BASES}
        said = [(BASES[base], base, value) for base, value in known.items() if value is not None]
        chinese, english = (", ".join(f"{row[place]} {row[2]}" for row in said) for place in (0, 1))
        differs = bool(result["sensitive"])
        yield (
            f"换用其他基数（{chinese}）结果是否不同：{CHINESE[not differs]}",
            f"another outcome with another base ({english}): {'yes' if differs else 'no'}",
        )
    parts: Sequence[tuple[str, str, str]] = (
        ("elected", "当选", "elected"),
        ("next", "下一轮候选人", "candidates of the next round"),
        ("next_women", "妇女名额候选人", "candidates for women's seats"),
    )
    for name, chinese, english in parts:
        if result[name]:
            yield f"{chinese}：{'、'.join(result[name])}", f"{english}: {', '.join(result[name])}"
    if result["short"]:
        zh, en = ("可以缺额", "may stay empty") if result["may_stop"] else ("须另行选举", "must be filled")
        yield f"缺 {result['short']} 席，{zh}", f"{result['short']} seats open, {en}"
    yield f"结论：{OUTCOMES[result['outcome']]}", f"outcome: {result['outcome']}"
