"""What the record says of a unit, as the templates want it: integers, and a share only with its two integers."""

from collections.abc import Iterable
from typing import Final

from coordinator.forms.kinds import Pair, kind_of
from coordinator.results.declared import elected_in, standing
from tally_protocol.election.shape import CONTEST_FIGURES, PER_CANDIDATE, WRITTEN, shape
from tally_protocol.election.unit import Contest, Unit
from tally_protocol.fields import JsonObject
from tally_protocol.law.explanation import RULES
from tally_protocol.law.outcome import Decided
from tally_protocol.law.quantities import Known, Quantity
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.result import Outcome, Result
from tally_protocol.law.tally import Tally
from tally_protocol.record.unit_chain import UnitState

# why a contest of a paper did not count, in the words of the clerks
CLASSES: Final[dict[str, Pair]] = {
    "valid": ("有效", "valid"),
    "blank": ("弃权（空白）", "abstention (blank)"),
    "over": ("多选", "over-vote"),
    "duplicate": ("一人多职", "one person in two posts"),
    "illegible": ("无法辨认", "illegible"),
    "unpaired": ("另选不合规定", "write-in without an opposed candidate"),
    "torn": ("残缺", "torn"),
    "not_official": ("非本次选票", "not the official paper"),
    "marked": ("另作记号", "extra mark"),
    "unidentifiable": ("不能认定", "unidentifiable"),
    "unstated": ("其他无效", "void, no reason stated"),
}
VOID: Final = tuple(name for name in CLASSES if name not in {"valid", "blank"})
OUTCOMES_EN: Final[dict[Outcome, str]] = {
    Outcome.VOIDED: "election void", Outcome.NOT_FINAL: "not final", Outcome.IMPOSSIBLE: "impossible figures",
    Outcome.NOT_KNOWN: "cannot be decided", Outcome.INVALID_TURNOUT: "turnout too low, to be run again",
    Outcome.INVALID_OVERCOUNT: "more papers than allowed, to be run again", Outcome.ADVISORY: "recommended",
    Outcome.NOMINATED: "nominated", Outcome.PASSED: "recall passed", Outcome.NOT_PASSED: "recall not passed",
    Outcome.RUNOFF: "runoff", Outcome.WOMEN_SUPPLEMENTARY: "supplementary round for the women's seat",
    Outcome.VACANT: "vacancy", Outcome.SUPPLEMENTARY: "supplementary round", Outcome.FULL: "all seats filled",
}  # fmt: skip


def pair(words: Pair) -> JsonObject:
    """Two languages for a template."""
    return {"zh": words[0], "en": words[1]}


def unit_body(unit: Unit, law: str) -> JsonObject:
    """A unit as every form names it."""
    kind = kind_of(law)
    zh, en = kind.committee
    return {
        "id": unit.id, "name": unit.name, "place": " ".join(unit.place), "committee": f"{unit.name}{zh}",
        "committee_en": en, "version": unit.version, "own": pair(kind.own), "chair": pair(kind.chair),
        "people": pair(kind.people),
    }  # fmt: skip


def contest_body(contest: Contest) -> JsonObject:
    """A contest as it was sealed."""
    return {
        "id": contest.id,
        "title": contest.title,
        "seats": contest.seats,
        "max_marks": contest.max_marks,
        "round": contest.round,
        "rule": {"zh": RULES[contest.rule], "en": contest.rule},
        "slots": contest.write_ins,
        "female_only": contest.female_only,
        "candidates": [{"name": one.name, "sex": sex_word(one.sex)} for one in contest.candidates],
    }


def sex_word(sex: str | None) -> str:
    """As lists print it."""
    return {"f": "女", "m": "男"}.get(sex or "", "")


def known(quantity: Quantity) -> int | None:
    """A quantity, or None where nobody recorded it."""
    return quantity.value if isinstance(quantity, Known) else None


def forms_sum(tally: Tally, name: str) -> int | None:
    """A figure of the tables' forms, added up; None unless every table has it."""
    if all(name in one.paper for one in tally.stations):
        return sum(one.paper[name] for one in tally.stations)
    return None


def figures_body(unit: Unit, contest: Contest, tally: Tally) -> JsonObject:
    """How the papers of a contest were judged, and the marks of each candidate, as counted so far."""
    layout = next(one for one in unit.layouts if contest.id in one.contests)
    place = next(one for one in shape(unit, layout.id).contests if one.contest == contest.id)
    figures = tally.totals[layout.id]
    own = dict(zip(CONTEST_FIGURES, figures[place.figure : place.candidate_figure], strict=True))
    rows = []
    for number, candidate in enumerate(contest.candidates):
        at = place.candidate_figure + PER_CANDIDATE * number
        approve, oppose, unclear, abstain = figures[at : at + PER_CANDIDATE]
        rows.append(
            {
                "name": candidate.name, "sex": sex_word(candidate.sex), "approve": approve, "oppose": oppose,
                "abstain": abstain, "unclear": unclear,
            }
        )  # fmt: skip
    return contest_body(contest) | {
        "collected": figures[0],
        "valid": own["valid"],
        "blank": own["blank"],
        "void": sum(own[name] for name in VOID),
        "reasons": [pair(CLASSES[name]) | {"count": own[name]} for name in VOID if own[name]],
        "written": figures[place.figure + WRITTEN],
        "rows": rows,
    }


def result_body(state: UnitState, decided: Decided, result: Result, tally: Tally) -> JsonObject:
    """A decided contest: every person's votes, who is elected by the rules and by the committee's declaration."""
    contest = decided.counted[result.contest].contest
    counted = decided.counted[result.contest]
    elected = elected_in(standing(state.declared, state.statement), contest.id)
    body = figures_body(state.unit, contest, tally)
    names = set(result.elected if elected is None else elected)
    opposed = counted.oppose
    rows = []
    for person in decided.people.paper_order(contest.id, counted.votes):
        reference, votes = decided.people.references[person], counted.votes[person]
        rows.append(
            {
                "name": decided.people.keys[person][1], "votes": votes, "oppose": opposed.get(person),
                "share": "" if not result.base_value else str(Ratio(votes, result.base_value)),
                "elected": reference in names, "written": person not in decided.people.standing[contest.id],
            }
        )  # fmt: skip
    rows.sort(key=lambda row: (not row["elected"], -int(str(row["votes"]))))
    return body | {
        "rows": rows,
        "hidden": counted.hidden,
        "outcome": {"zh": result.outcome.zh, "en": OUTCOMES_EN[result.outcome]},
        "base": base_words(result),
        "short": result.short,
        "elected": [row["name"] for row in rows if row["elected"]],
        "declared": elected is not None,
        "next": _names(decided, result.next or result.runoff),
        "reasons_declared": _reasons(state, decided, contest),
    }


def base_words(result: Result) -> JsonObject:
    """What a majority is asked of, with its number."""
    words = {
        "collected": ("收回选票", "papers collected"), "voters": ("参加投票人数", "voters"),
        "issued": ("发出选票", "papers issued"), "present": ("到会人数", "present"), "due": ("应到人数", "those due"),
        "valid": ("有效票", "valid papers"), "registered": ("登记人数", "registered"),
    }  # fmt: skip
    zh, en = words.get(result.base, ("", ""))
    return {"zh": zh, "en": en, "value": result.base_value}


def _names(decided: Decided, references: Iterable[str]) -> list[str]:
    return [decided.people.keys[decided.people.by_reference[one][0]][1] for one in references]


DECLARED_WORDS: Final[dict[str, Pair]] = {
    "avoidance": ("任职回避", "relatives may not serve together"), "court": ("裁定", "decision of a court"),
    "death": ("死亡", "death"), "disqualified": ("不符合条件", "not qualified"), "other": ("其他", "other"),
    "runoff": ("再次投票", "runoff"), "withdrew": ("本人退出", "withdrew"),
}  # fmt: skip


def _reasons(state: UnitState, decided: Decided, contest: Contest) -> list[JsonObject]:
    """Why the declaration differs from what the rules give, person by person."""
    stands = standing(state.declared, state.statement)
    if stands is None:
        return []
    return [
        pair(DECLARED_WORDS[reason.word]) | {"name": _names(decided, [reason.reference])[0], "note": reason.text}
        for reason in stands.reasons
        if reason.contest == contest.id
    ]
