"""Notice 15 and the sources of a profile's values, as people read them [VALID-1] [PROF-2]."""

from dataclasses import replace

import pytest

from tally_protocol.law.notice import notice
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_words import share_words, words_of
from tally_protocol.law.sources import source_of, source_pair, source_words
from tests.profiles import profile_body
from tests.world import World


def changed(**values: object) -> str:
    """Notice 15 of v1 under a profile with other values."""
    world = World(values={path.replace("__", "."): value for path, value in values.items()})
    unit, _ = world.units["v1"]
    return "\n".join(notice(unit, {"p1": world.profile}))


@pytest.mark.parametrize(
    ("path", "value", "zh", "en"),
    [
        ("ballot__overvote__scope", "post", "委员 2 人）的，该职务一栏无效", "委员 2), that post is void"),
        ("ballot__overvote__scope", "ballot", "的，整张选票无效；等于或少于的有效", "the whole paper is void"),
        ("ballot__overvote__compare", "total", "合计多于 3 人", "more than 3 persons in all"),
        ("ballot__dup_post", "columns", "涉及的各栏无效", "these posts are void"),
        ("ballot__dup_post", "highest_only", "只计最高一项职务", "only the highest post"),
        ("ballot__illegible", "ballot", "有无法辨认之处的，整张选票无效", "illegible mark is void as a whole"),
        ("ballot__extra_mark", "ignore", "不影响效力", "does not matter"),
        ("ballot__extra_mark", "part", "所涉及的部分无效", "what it touches is void"),
        ("ballot__write_in", "needs_oppose", "反对一名候选人，才可以另选一人", "only for each candidate opposed"),
        ("ballot__blank", "invalid", "该栏无效", "a post without any choice is invalid"),
        ("elected__base", "valid", "以有效票数计算", "valid papers"),
    ],
)
def test_notice_15_says_what_the_profile_does(path: str, value: str, zh: str, en: str) -> None:
    """[VALID-1] [VALID-2] [VALID-3] [VALID-4]: one sentence a value, in both languages."""
    text = changed(**{path: value})
    assert zh in text
    assert en in text


def test_notice_15_has_a_part_for_each_paper() -> None:
    """Papers of one post say nothing about two posts, papers without slots nothing about written-in persons."""
    first, second = changed().split("\n\n")[1:]
    assert "主任、委员" in first
    assert "同一人任两项" in first
    assert "另选他人，另选的人" in first
    assert "代表" in second
    assert "同一人任两项" not in second
    assert "另选的人" not in second
    assert first.count("依据 by: ") == 9
    assert "无法辨认" in second
    assert second.count("依据 by: ") == 7


def test_one_post_with_slots_is_enough_to_speak_of_them() -> None:
    world = World()
    unit, _ = world.units["v1"]
    chair, *others = unit.contests
    half = replace(unit, contests=(replace(chair, write_ins=0), *others))
    assert "另选他人，另选的人" in "\n".join(notice(half, {"p1": world.profile}))


def test_notice_15_word_by_word() -> None:
    """The head, the numbers and the indentation of one part."""
    lines = changed(ballot__overvote__scope="ballot").split("\n")
    assert lines[:7] == [
        "村v1 选举公告（第15号）：无效选票的认定",
        "Notice 15 of 村v1: how papers are judged",
        "",
        "1. 选票 主任、委员 · paper 主任, 委员",
        "   规则 rules: 村民委员会选举（p1）",
        "   (1) 对每名候选人可以：弃权、赞成、反对、另选他人。",
        "       for each candidate one may: abstain, approve, oppose, write in.",
    ]
    assert lines[8] == "   (2) 不是本次选举发出的选票无效。"
    assert "2. 选票 代表 · paper 代表" in lines


def decided(*entries: tuple[str, str], **values: object) -> Profile:
    """A profile with exactly these entries of `decided_by`."""
    body = profile_body(**{path.replace("__", "."): value for path, value in values.items()})
    return Profile.parse(body | {"decided_by": [list(entry) for entry in sorted(entries)]}, "profile")


def test_the_nearest_source_stands_behind_a_value() -> None:
    """An entry for the value itself, then national law, then an entry above; nobody where nobody need [PROF-2]."""
    profile = decided(("proxy", "章程"), ("proxy.limit", "村民会议"), ("ballot", "办法"), ("ballot.overvote", "细则"))
    assert source_of(profile, "proxy.limit") == ("decided_by", "村民会议")
    assert source_of(profile, "proxy.holder") == ("national", "VC-18")
    assert source_of(profile, "proxy.deadline_days") == ("decided_by", "章程")
    assert source_of(profile, "ballot.overvote.scope") == ("decided_by", "细则")
    assert source_of(profile, "ballot.blank") == ("decided_by", "办法")
    assert source_of(profile, "names.full") == ("", "")
    assert source_words(profile, "names.full") == ""
    assert source_words(profile, "proxy.holder") == "中华人民共和国村民委员会组织法第18条（2025-10-28）"
    assert source_pair(profile, "proxy.holder")[1] == "VC-18 中华人民共和国村民委员会组织法 第18条 (2025-10-28)"


def test_a_value_that_departs_from_national_law_is_not_national() -> None:
    profile = decided(("proxy", "旧办法"), proxy__holder="relative")
    assert source_of(profile, "proxy.holder") == ("decided_by", "旧办法")
    assert source_of(decided(proxy__holder="relative"), "proxy.holder") == ("", "")


def test_values_for_people() -> None:
    assert words_of(True) == ("是", "yes")
    assert words_of(False) == ("否", "no")
    assert words_of(3) == ("3", "3")
    assert words_of("runoff") == ("再次投票", "runoff")
    assert words_of("unheard of") == ("unheard of", "unheard of")
    assert words_of(("child", "spouse")) == ("子女、配偶", "child, spouse")
    assert words_of(["child"]) == ("子女", "child")
    assert share_words(1, 2, strict=True) == ("超过 1/2", "more than 1/2")
    assert share_words(1, 3, strict=False) == ("不少于 1/3", "at least 1/3")
