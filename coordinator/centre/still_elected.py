"""A candidate who is out since sealing and whom a result form would still print as elected. Pure.

The form is made of the public record alone, which knows nothing of the desk's journal: so the desk says it beforehand.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from coordinator.board.facts import decides, tally_of
from coordinator.ledger.progress import UnitProgress
from coordinator.results.declared import standing
from coordinator.settings import CountyError
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.profile import Profile

RESULT_FORMS = frozenset({"notice-16", "statement"})
_WHY = {
    "withdrew": ("本人退出", "withdrew"), "death": ("去世", "died"), "disqualified": ("不符合条件", "disqualified"),
    "court": ("裁定", "decision of a court"),
}  # fmt: skip


def still_elected(
    unit: UnitProgress, profiles: Mapping[str, Profile], out: list[dict[str, Any]]
) -> CountyError | None:
    """What to tell whoever prints the result; None where nobody who is out stands among those printed as elected.

    `out` is `out_candidates`: a proposal that is not confirmed yet is told too, the paper cannot be called back.
    """
    if not out or not decides(unit):
        return None
    found = list(_found(unit, profiles, out))
    if not found:
        return None
    named_zh, named = "；".join(zh for zh, _ in found), "; ".join(en for _, en in found)
    if standing(unit.declaration, unit.statement) is not None:
        return CountyError(
            f"{named_zh}：宣布当选的名单里仍有此人，本表会印作当选；请先核对宣布，或确认照印",
            f"{named}: the declaration still names this person, the form prints him as elected; check the declaration"
            " first, or print it as it is",
        )
    return CountyError(
        f"{named_zh}：尚未宣布当选，本表按计票结果会印作应当选；宣布时不宣布此人并写明理由，然后再印，或确认照印",
        f"{named}: nothing is declared yet, the form prints this person as elected by the rules; declare without him,"
        " with the reason, and print then, or print it as it is",
    )


def _found(
    unit: UnitProgress, profiles: Mapping[str, Profile], out: list[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    elected = {str(one.contest): set(one.elected) for one in decide_unit(unit.note, profiles, tally_of(unit)).results}
    stands = standing(unit.declaration, unit.statement)
    if stands is not None:
        elected |= {str(one.contest): set(one.elected) for one in stands.contests}
    for contest in unit.note.contests:
        names = {str(one.id): one.name for one in contest.candidates}
        for one in out:
            # who died is out of every post, by whatever post it was entered
            concerns = one["contest"] == contest.id or one["why"] == "death"
            if concerns and one["candidate"] in elected[contest.id]:
                zh, en = _WHY[one["why"]]
                name = names.get(one["candidate"], one["candidate"])
                open_zh, open_en = ("，待确认", ", not confirmed yet") if one["state"] == "open" else ("", "")
                yield f"{name}（{contest.title}，{zh}{open_zh}）", f"{name} ({contest.id}, {en}{open_en})"
