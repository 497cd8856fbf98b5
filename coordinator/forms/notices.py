"""The bodies of public notices 10 to 16 (选举公告): sealed facts, private tables, the result of the record."""

from typing import Final

from coordinator.forms.facts import contest_body, known, pair, result_body
from coordinator.forms.kinds import Pair
from coordinator.forms.paperwork import PLACE_KINDS, Cells, Paperwork, check_proxies, place_kind
from coordinator.results.outcomes import outcome_before_results
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tally_protocol.law.composition import turnout_ratio
from tally_protocol.law.notice import paper_rules
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.result import Outcome
from tally_protocol.law.sources import source_words
from tally_protocol.law.states import UnitWord
from tally_protocol.record.deciding import tally_of
from tally_protocol.record.unit_chain import UnitState

Columns = tuple[tuple[str, str, str], ...]
# a list that is posted: what is said above it, and its columns (cell, Chinese, English)
_LISTS: Final[dict[str, tuple[str, Pair, Pair, Columns]]] = {
    "notice-12": (
        "mobile.csv",
        ("流动票箱投票人名单", "Voters of the mobile ballot boxes"),
        (
            "下列选民因行动不便等原因不能到站投票，经审核同意使用流动票箱投票。对名单有异议的，请在选举日前向我会提出",
            "These voters cannot come to the polling place and will vote at a mobile box. Objections before the day",
        ),
        (
            ("name", "姓名", "name"), ("reason", "原因", "reason"), ("box", "票箱", "box"),
            ("household", "户", "household"),
        ),
    ),
    "notice-13": (
        "proxies.csv",
        ("委托投票名单", "Proxies"),
        (
            "下列选民书面委托他人代为投票，经审核同意。受托人凭委托投票证领取选票，按委托人的意愿填写",
            "These voters have given a written proxy. A proxy holder gets a paper against the certificate",
        ),
        (("voter", "委托人", "voter"), ("holder", "受托人", "proxy holder"), ("relation", "关系", "relation")),
    ),
    "notice-14": (
        "writers.csv",
        ("代写人名单", "Ghost-writers"),
        (
            "不能自己填写选票的选民，可以请下列代写人按本人的意愿代写。代写人不得违背选民的意愿，不得泄露其选择",
            "A voter who cannot write may ask one of these persons, who write what they are told and keep it secret",
        ),
        (("name", "姓名", "name"), ("place", "地点", "place")),
    ),
}


def list_body(form: str, state: UnitState, paperwork: Paperwork) -> JsonObject:
    """Notices 12, 13, 14: a list of persons; columns that no row fills are left out."""
    name, title, words, columns = _LISTS[form]
    rows = paperwork.rows(name, state.unit)
    if form == "notice-13":
        check_proxies(rows, state.unit, state.profile)
    used = [column for column in columns if any(row.get(column[0]) for row in rows)]
    limit = state.profile.proxy.limit
    held = pair((f"每人接受委托不得超过 {limit} 人", f"nobody holds more than {limit} proxies"))
    return {
        "about": pair(title),
        "words": pair(words),
        "extra": held if form == "notice-13" else None,
        "columns": [{"key": key, "zh": zh, "en": en} for key, zh, en in used],
        "rows": [{key: row.get(key, "") for key, _, _ in used} for row in rows],
    }


def places_body(state: UnitState, paperwork: Paperwork) -> JsonObject:
    """Notice 10: when and where is voted, the routes of the mobile boxes, where and when the boxes are opened."""
    rows = [_place(row) for row in paperwork.rows("places.csv", state.unit)]
    voting = [row for row in rows if row["word"] not in {"mobile", "count"}]
    counting = [row for row in rows if row["word"] == "count"]
    if not voting or not counting:
        raise CountyError(
            f"places.csv 里单位 {state.unit.id} 应有投票地点和一行“开箱计票”（地点和时间）",
            f"places.csv: unit {state.unit.id} needs a polling place and a row of kind count (where and when)",
        )
    return {
        "law": state.profile.text,
        "contests": [contest_body(contest) for contest in state.unit.contests],
        "voting": voting,
        "mobile": [row for row in rows if row["word"] == "mobile"],
        "counting": counting,
    }


def _place(row: Cells) -> dict[str, str]:
    word = place_kind(row["kind"]) or "centre"
    zh, en = PLACE_KINDS[word]
    hours = row["opens"] if row["closes"] in {"", row["opens"], "-"} else f"{row['opens']}–{row['closes']}"
    return {
        "word": word, "zh": zh, "en": en, "name": row["name"], "hours": hours, "route": row.get("route", ""),
        "box": row.get("box", ""), "note": row.get("note", ""),
    }  # fmt: skip


def staff_body(state: UnitState, paperwork: Paperwork) -> JsonObject:
    """Notice 11: who does what, by role in the order of the file."""
    roles: dict[str, list[str]] = {}
    for row in paperwork.rows("staff.csv", state.unit):
        at = row.get("station", "")
        several = len(state.unit.stations) > 1
        roles.setdefault(row["role"], []).append(f"{row['name']}（{at}）" if at and several else row["name"])
    return {
        "roles": [{"role": role, "persons": [{"name": name} for name in names]} for role, names in roles.items()],
        "barred": pair(
            (
                "候选人及其配偶、父母、子女、兄弟姐妹不担任监票、唱票、计票工作",
                "candidates and their close relatives serve neither as scrutineers nor as callers or tellers",
            )
        ),
    }


def rules_body(state: UnitState) -> JsonObject:
    """Notice 15: how papers are judged, from the very profile that judges them."""
    papers = []
    for layout in state.unit.layouts:
        contests = [contest for contest in state.unit.contests if contest.id in layout.contests]
        profile = state.profiles[state.unit.profile_of(contests[0])]
        rules = [
            pair(words) | {"by": _in_chinese(source_words(profile, path)) if path else ""}
            for words, path in paper_rules(profile, contests)
        ]
        papers.append(
            {"titles": [contest.title for contest in contests], "profile": profile.title, "rules": rules}
        )
    return {"papers": papers}


def _in_chinese(said: str) -> str:
    """A source that is written in both languages, `中文 / English`, as a notice in Chinese quotes it."""
    zh, _, en = said.partition(" / ")
    return zh if en and " / " not in en else said


def final_state(state: UnitState, form: str) -> None:
    """CountyError unless the unit's result is fixed: a result form is never made of a count that still runs."""
    waiting = outcome_before_results(state)
    if waiting is Outcome.NOT_FINAL:
        raise CountyError(
            f"{state.unit.name}（{state.unit.id}）的结果未定（现为{state.shown.value}），不能打印 {form}；"
            "请等报告单签字、另选人公开后再印",
            f"unit {state.unit.id} is {state.shown.name}, its result is not fixed: {form} cannot be printed yet;"
            " wait for the signed statement and the opened names",
        )


def outcome_body(state: UnitState) -> JsonObject:
    """The result of a final unit: quantities, every contest with all its persons' votes."""
    if state.state is UnitWord.VOIDED:
        return {"voided": True, "contests": [], "declared": False, "turnout": "", "papers": {}}
    tally = tally_of(state)
    decided = decide_unit(state.unit, state.profiles, tally)
    first = decided.counted[state.unit.contests[0].id].quantities
    names = ("registered", "voters", "issued", "collected")
    ratio = turnout_ratio(state.unit, decided)
    contests = [result_body(state, decided, result, tally) for result in decided.results]
    return {
        "voided": False,
        "papers": {name: known(first.exact(name)) for name in names},
        "turnout": str(ratio) if ratio.whole else "",
        "contests": contests,
        "declared": any(contest["declared"] for contest in contests),
        "law": state.profile.text,
    }
