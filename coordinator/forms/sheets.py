"""The bodies of what lies on tables: tally sheet, ballot papers, box labels, proofs."""

from collections.abc import Mapping, Sequence
from typing import Final

from coordinator.forms.facts import CLASSES, contest_body, figures_body, forms_sum, pair, sex_word
from coordinator.forms.kinds import Pair
from coordinator.settings import CountyError
from tally_protocol import limits
from tally_protocol.election.unit import BallotBox, Contest, Layout, Unit
from tally_protocol.fields import JsonObject
from tally_protocol.law.notice import paper_rules
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_words import words_of
from tally_protocol.record.deciding import tally_of
from tally_protocol.record.unit_chain import UnitState

PAPERS: Final[dict[str, Pair]] = {
    "registered": ("登记人数", "registered"),
    "voters": ("参加投票人数", "voters"),
    "delivered": ("领到选票", "papers delivered"),
    "issued": ("发出选票", "papers issued"),
    "proxies": ("其中委托", "of these proxies"),
    "spoiled": ("写坏收回", "spoiled and exchanged"),
    "unused": ("剩余选票", "unused papers"),
    "collected": ("收回选票", "papers collected"),
}
BOX_KINDS: Final[dict[str, Pair]] = {
    "main": ("中心会场票箱", "box of the central polling place"),
    "station": ("投票站票箱", "box of a polling station"),
    "mobile": ("流动票箱", "mobile ballot box"),
}
# names beside each other on a ballot paper; the template has the same number
PER_LINE: Final = 6
RECALL: Final = "recall"


def tally_body(state: UnitState) -> JsonObject:
    """选票统计表: the papers of all tables, each table, and how every contest was judged so far."""
    tally = tally_of(state)
    unit = state.unit
    tables = []
    for entry, one in zip(unit.stations, tally.stations, strict=True):
        papers = {name: one.paper.get(name) for name in PAPERS}
        counted = [one.running[layout.id][0] for layout in unit.layouts]
        # a batch that was taken back is no longer in force
        batches = sum(found.figures is not None for found in state.stations[entry.id].batches.values())
        tables.append(
            {"id": entry.id, "papers": papers, "counted": counted, "batches": batches, "closed": one.closed}
        )
    return {
        "state": pair((state.shown.value, state.shown.name)),
        "final": state.final,
        "names": {name: pair(words) for name, words in PAPERS.items()},
        "papers": {name: forms_sum(tally, name) for name in PAPERS},
        "tables": tables,
        "classes": {name: pair(words) for name, words in CLASSES.items()},
        "contests": [figures_body(unit, contest, tally) for contest in unit.contests],
    }


def tally_paper_body(unit: Unit) -> JsonObject:
    """唱票计票纸: one sheet a post, to write 正 by hand where the laptop cannot; then called again from the papers."""
    return {
        "batch": limits.BATCH_PAPERS,
        "contests": [contest_body(contest) for contest in unit.contests],
        "classes": [pair(CLASSES[name]) for name in CLASSES],
    }


def ballots_body(unit: Unit, profiles: Mapping[str, Profile], only: str = "") -> JsonObject:
    """The papers of a unit, one a page, from the sealed layouts; `only` names one layout."""
    layouts = [layout for layout in unit.layouts if only in {"", layout.id}]
    if not layouts:
        known = "、".join(layout.id for layout in unit.layouts)
        raise CountyError(
            f"单位 {unit.id} 没有版式 {only}，只有 {known}", f"unit {unit.id} has no layout {only}, only {known}"
        )
    return {"papers": [_paper(unit, layout, profiles) for layout in layouts]}


def _paper(unit: Unit, layout: Layout, profiles: Mapping[str, Profile]) -> JsonObject:
    contests = [contest for contest in unit.contests if contest.id in layout.contests]
    profile = profiles[unit.profile_of(contests[0])]
    lines = sum(-(-(len(contest.candidates) + contest.write_ins) // PER_LINE) for contest in contests)
    recall = all(contest.rule == RECALL for contest in contests)
    # nobody can choose too many where one person is voted on
    wanted = {"ballot.dup_post", "ballot.write_in"} | (set() if recall else {"ballot.overvote.scope"})
    return {
        "layout": layout.id,
        "titles": [contest.title for contest in contests],
        "lines": lines,
        "contests": [contest_body(contest) for contest in contests],
        "how": pair(_marking(profile, contests)),
        "rules": [pair(words) for words, path in paper_rules(profile, contests) if path in wanted],
    }


def _marking(profile: Profile, contests: Sequence[Contest]) -> Pair:
    """How a choice is marked, by what the profile allows and this paper has: no word of a cell that is not there."""
    marks = profile.ballot.choices
    chosen = [contest for contest in contests if contest.rule != RECALL]
    recalled = [contest for contest in contests if contest.rule == RECALL]
    parts = []
    if chosen:
        parts.append(_choosing(marks, write_in=any(contest.write_ins for contest in chosen)))
    if recalled:
        zh, en = _recalling(marks)
        titles = "、".join(contest.title for contest in recalled)
        parts.append((f"{titles}：{zh}", f"{titles}: {en}") if chosen else (zh, en))
    return "。".join(zh for zh, _ in parts), ". ".join(en for _, en in parts)


def _choosing(marks: Sequence[str], *, write_in: bool) -> Pair:
    if "oppose" in marks:
        zh, en = "赞成的画“○”，反对的画“×”", "○ for, × against"
        if "abstain" in marks:
            zh, en = f"{zh}，弃权的不作记号", f"{en}, nothing to abstain"
        written = "; to choose another person, write the name in an empty cell, mark ○"
    else:
        zh = "选谁就在谁的空格内画“○”，不选的不作记号"
        en = "mark ○ for whom you choose and nothing for the others"
        written = "; write another person's name in an empty cell, mark ○"
    return (f"{zh}；另选他人的，在空格内写姓名并画“○”", en + written) if write_in else (zh, en)


def _recalling(marks: Sequence[str]) -> Pair:
    """罢免 is no choice between persons: ○ agrees that the person leaves the office."""
    if "oppose" not in marks:
        return "同意罢免的画“○”，不同意罢免的不作记号", "○ for the recall, nothing if you are not for it"
    zh, en = "同意罢免的画“○”，不同意罢免的画“×”", "○ for the recall, × against the recall"
    return (f"{zh}，弃权的不作记号", f"{en}, nothing to abstain") if "abstain" in marks else (zh, en)


def labels_body(unit: Unit) -> JsonObject:
    """A label for each box; CountyError for a unit without boxes in its note."""
    if not unit.boxes:
        raise CountyError(
            f"单位 {unit.id} 封存时没有列出票箱（boxes.csv）", f"unit {unit.id} was sealed without boxes (boxes.csv)"
        )
    return {"boxes": [_label(unit, box) for box in unit.boxes]}


def _label(unit: Unit, box: BallotBox) -> JsonObject:
    layout = unit.layout(box.layout)
    titles = [] if layout is None else [contest.title for contest in unit.contests if contest.id in layout.contests]
    return {"id": box.id, "station": box.station, "kind": pair(BOX_KINDS[box.kind]), "titles": titles}


def proof_body(unit: Unit, profiles: Mapping[str, Profile]) -> JsonObject:
    """What a village signs before sealing: every name, every number, and the paper as it will be printed."""
    return {
        "contests": [_proof_contest(contest, profiles[unit.profile_of(contest)]) for contest in unit.contests],
        "registered": unit.registered,
        "stations": [{"id": one.id, "registered": one.registered} for one in unit.stations],
        "boxes": [{"id": box.id, "station": box.station, "kind": pair(BOX_KINDS[box.kind])} for box in unit.boxes],
        "rules": [{"path": rule.path, "value": str(rule.value), "by": rule.decided_by} for rule in unit.rules],
        "relations": [{"first": _who(unit, one.first), "second": _who(unit, one.second),
                       "word": pair(words_of(one.word))} for one in unit.relations],
        "papers": ballots_body(unit, profiles)["papers"],
    }  # fmt: skip


def _who(unit: Unit, reference: str) -> str:
    """A person of the relations as people read it."""
    names = {str(one.id): one.name for contest in unit.contests for one in contest.candidates}
    return names.get(reference, reference.removeprefix("+"))


def _proof_contest(contest: Contest, profile: Profile) -> JsonObject:
    rows = [{"id": one.id, "name": one.name, "sex": sex_word(one.sex)} for one in contest.candidates]
    return contest_body(contest) | {"rows": rows, "profile": profile.title}
