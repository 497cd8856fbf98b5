"""Notice 15, the invalid-ballot rules of a unit, written from the very profile that judges its papers [VALID-1].

Paper and program cannot differ: each sentence stands for one value, and names who decided it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tally_protocol.election.unit import Contest, Unit
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_words import Pair, words_of
from tally_protocol.law.sources import source_pair

_SENTENCES: Final[dict[str, dict[str, Pair]]] = {
    "ballot.overvote.scope": {
        "ballot": ("整张选票无效", "the whole paper is void"),
        "post": ("该职务一栏无效，其余各栏有效", "that post is void, the others count"),
    },
    "ballot.dup_post": {
        "ballot": (
            "同一张选票上选同一人任两项以上职务的，整张选票无效",
            "a paper that chooses one person for two or more posts is void as a whole",
        ),
        "columns": (
            "同一张选票上选同一人任两项以上职务的，涉及的各栏无效，其余各栏有效",
            "where one person is chosen for two or more posts, these posts are void, the others count",
        ),
        "highest_only": (
            "同一张选票上选同一人任两项以上职务的，只计最高一项职务，其余各项不计",
            "where one person is chosen for two or more posts, only the highest post counts for that person",
        ),
    },
    "ballot.illegible": {
        "ballot": ("有无法辨认之处的，整张选票无效", "a paper with an illegible mark is void as a whole"),
        "part": (
            "无法辨认的部分无效，能够辨认的部分仍然有效；全部无法辨认的，整张无效",
            "what is illegible is void, the rest counts; wholly illegible papers are void",
        ),
    },
    "ballot.extra_mark": {
        "ballot": ("画有选票规定以外的记号的，整张选票无效", "a paper with any other mark is void as a whole"),
        "part": (
            "画有选票规定以外的记号的，所涉及的部分无效，其余部分有效",
            "where there is any other mark, what it touches is void, the rest counts",
        ),
        "ignore": ("画有选票规定以外的记号的，不影响效力", "any other mark does not matter"),
    },
    "ballot.blank": {
        "abstain": (
            "某职务一栏未作任何选择的，该栏视为弃权：不给任何人计票，仍计入收回选票总数",
            "a post without any choice is an abstention: no votes, but the paper stays in the papers collected",
        ),
        "invalid": (
            "某职务一栏未作任何选择的，该栏无效：不给任何人计票，仍计入收回选票总数",
            "a post without any choice is invalid: no votes, but the paper stays in the papers collected",
        ),
    },
    "ballot.write_in": {
        "free": ("可以在空格内另选他人，另选的人计入所选人数", "other persons may be written in and count as choices"),
        "needs_oppose": (
            "反对一名候选人，才可以另选一人；另选人数多于反对人数的，该职务一栏无效",
            "a person may be written in only for each candidate opposed; with more, that post is void",
        ),
    },
    "ballot.name_variants": {
        "adjudicate": (
            "姓名写法不同但能够确认其人的有效；难以确认的，由监票人提交村民选举委员会决定，并作记录",
            "other spellings of a name count if the person is certain; doubtful ones go to the committee, on record",
        )
    },
}
_ALWAYS: Final[tuple[Pair, ...]] = (
    ("不是本次选举发出的选票无效", "papers that were not issued for this election are void"),
    ("撕毁、残缺以致不能认定的选票无效", "torn or incomplete papers that cannot be read are void"),
    ("不能认定所选何人的选票无效", "papers that do not tell who is chosen are void"),
)
_BASES: Final[dict[str, Pair]] = {
    "collected": ("无效票和弃权票计入选票总数", "void and blank papers stay in the total that a majority is asked of"),
}


def notice(unit: Unit, profiles: Mapping[str, Profile]) -> Iterator[str]:
    """The lines of the notice; one part for each kind of paper."""
    yield f"{unit.name} 选举公告（第15号）：无效选票的认定"
    yield f"Notice 15 of {unit.name}: how papers are judged"
    for place, layout in enumerate(unit.layouts, 1):
        contests = [contest for contest in unit.contests if contest.id in layout.contests]
        profile = profiles[unit.profile_of(contests[0])]
        yield ""
        titles = [contest.title for contest in contests]
        yield f"{place}. 选票 {'、'.join(titles)} · paper {', '.join(titles)}"
        yield f"   规则 rules: {profile.title}（{profile.id}）"
        for number, (pair, path) in enumerate(paper_rules(profile, contests), 1):
            yield f"   ({number}) {pair[0]}。"
            yield f"       {pair[1]}."
            if path:
                said = " · ".join(dict.fromkeys(source_pair(profile, path)))
                yield f"       依据 by: {said}"


def paper_rules(profile: Profile, contests: list[Contest]) -> Iterator[tuple[Pair, str]]:
    """What decides on a paper of these contests: a sentence in both languages, and the profile's path behind it."""
    zh, en = words_of(profile.ballot.choices)
    yield (f"对每名候选人可以：{zh}", f"for each candidate one may: {en}"), "ballot.choices"
    for pair in _ALWAYS:
        yield pair, ""
    yield _overvote(profile, contests), "ballot.overvote.scope"
    for path in ("ballot.dup_post", "ballot.illegible", "ballot.extra_mark", "ballot.write_in", "ballot.name_variants"):
        if (path == "ballot.dup_post" and len(contests) == 1) or (
            path == "ballot.write_in" and not any(contest.write_ins for contest in contests)
        ):
            continue
        yield _SENTENCES[path][str(profile.value_at(path))], path
    yield _SENTENCES["ballot.blank"][profile.ballot.blank], "ballot.blank"
    zh, en = words_of(profile.elected.base)
    stays = _BASES.get(profile.elected.base, (f"当选的过半数以{zh}计算", f"a majority is asked of: {en}"))
    yield stays, "elected.base"


def _overvote(profile: Profile, contests: list[Contest]) -> Pair:
    zh, en = _SENTENCES["ballot.overvote.scope"][profile.ballot.overvote.scope]
    if profile.ballot.overvote.compare == "total":
        most = sum(contest.max_marks for contest in contests)
        return (
            f"所选人数合计多于 {most} 人的，整张选票无效；等于或少于的有效",
            f"a paper that chooses more than {most} persons in all is void as a whole; as many or fewer count",
        )
    most_zh = "、".join(f"{contest.title} {contest.max_marks} 人" for contest in contests)
    most_en = ", ".join(f"{contest.title} {contest.max_marks}" for contest in contests)
    return (
        f"所选人数多于应选名额（{most_zh}）的，{zh}；等于或少于的有效",
        f"where more are chosen than may be ({most_en}), {en}; as many or fewer count",
    )
