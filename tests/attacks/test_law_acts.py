"""Each honest act of the law is VERIFIED: what the frauds of frauds_law_*.py do differently is what gives them away.

[DET-1] [DET-2] [DET-3] [STEP-1] [PROF-2] [PROF-4] [SEAL-6] [NAME-3] [VALID-1] [VALID-3] [VERIFY-5] [VERIFY-6]
"""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit
from tally_protocol.law.validity import judge
from tally_protocol.record.chain import Manifest
from tally_protocol.record.kinds import decode_record
from tests.attacks import frauds_law_declared, frauds_law_results, frauds_law_sealed
from tests.attacks.frauds_law_papers import one_person_in_two_posts, written_in
from tests.attacks.frauds_law_results import second_statement
from tests.attacks.frauds_law_table import honest_voters
from tests.attacks.law_acts import ONE, TWO, UNIT, decide, declared, determination, last, profile, rule, step
from tests.attacks.scene import Scene, run_here


def whole_way(scene: Scene) -> None:
    """Stated, determined, announced, reviewed, declared, filed, archived."""
    reviewed = step(scene, "reviewed", step(scene, "announced", determination(scene)))
    step(scene, "archived", step(scene, "filed", declared(scene, reviewed)))


def reasons_given(scene: Scene) -> None:
    """One member withdrew, and a court made another person chair."""
    reasons = (["chair", "+赵六", "court", "县人民法院判决"], ["member", "c", "withdrew", ""])
    declared(scene, reasons=reasons, chair=["+赵六"], member=["d"])


def declared_again(scene: Scene) -> None:
    """The declaration is filed, and another follows it when a member dies."""
    filed = step(scene, "filed", declared(scene))
    declared(scene, filed, (["member", "c", "death", ""],), member=["d"])


def voided(scene: Scene) -> None:
    """The committee voids the election; nothing more is asked of it, not even a determination."""
    step(scene, "voided", scene.forger.find("statement", UNIT), reason="票箱被抢")
    scene.forger.drop(scene.forger.find("names", UNIT), determination(scene))
    scene.forger.relink(UNIT)
    scene.forger.relink("c")


def table_with_steps(scene: Scene) -> None:
    """Polls closed, sorted, counted, interrupted, resumed; the other table is interrupted before it counts."""
    box = scene.forger.find("box", ONE)
    step(scene, "sorted", step(scene, "polls_closed", box, ONE), ONE)
    step(scene, "resumed", step(scene, "interrupted", scene.forger.find("batch", ONE), ONE, reason="停电"), ONE)
    step(scene, "resumed", step(scene, "interrupted", scene.forger.find("open", TWO), TWO, reason="停电"), TWO)


def determined_again(scene: Scene) -> None:
    """A second statement, and its own determination."""
    second_statement(scene)
    forger = scene.forger
    again = forger.after(last(scene, UNIT), forger.copy(determination(scene)))
    again.body["statement"] = [one for one in forger.chain(UNIT) if one.kind == "statement"][-1].token
    forger.relink("c")


def voters_recorded(scene: Scene) -> None:
    """The roll call is on the forms, with what follows from it."""
    honest_voters(scene, 125, 125)


def county_decides(scene: Scene) -> None:
    """The county decides what national law leaves open, and says so."""
    decide(scene, elected__base="valid", tie="fewer_against", female__method="top_woman_first")


def names_in_full(scene: Scene) -> None:
    """Votes roll down, and all names are opened for it."""
    profile(scene)["names"]["full"] = True
    decide(scene, roll_down=True)


def village_decides(scene: Scene) -> None:
    """A village decides some things for itself."""
    rule(scene, "tie", "fewer_against")
    rule(scene, "margin.most", 3)
    rule(scene, "avoidance.method", "highest_post_then_votes")
    scene.forger.find("unit").body["relations"] = [["d", "c", "spouse"]]


def committee_moves(scene: Scene) -> None:
    """After the count the committee of v1 gets another laptop: nothing that decides the result."""
    frauds_law_sealed.sealed_again(scene, node="node-2")


def two_profiles(scene: Scene) -> None:
    """The deputies are chosen by a profile of their own."""
    scene.forger.find("election").body["profiles"].append(deepcopy(profile(scene)) | {"id": "p2"})
    scene.forger.find("unit").body["contests"][2]["profile"] = "p2"


def written_in_for_another_post(scene: Scene) -> None:
    """A written-in person for chair is a candidate for member."""
    written_in(scene, 1)["candidate"] = "e"


def judged_anew(scene: Scene) -> None:
    """Every batch is counted by the rules that are sealed, and all totals follow."""
    forger = scene.forger
    notes = dict(zip((draft.token for draft in forger.drafts), forger.notes(), strict=True))
    election = decode_record(notes[forger.find("election").token]).body
    parts = {key.hex(): part for desk in scene.story.desks for key, part in desk.sealed.items()}
    in_force: dict[str, list[int]] = {}
    for draft in forger.drafts:
        unit_id, body = draft.chain.split("/")[1:2], draft.body
        if draft.kind in ("batch", "correction"):
            note = next(one for one in forger.drafts if one.kind == "unit" and [one.body["id"]] == unit_id)
            unit = decode_record(notes[note.token]).body
            assert isinstance(unit, Unit)
            rules = Manifest(election, None, unit, None, None, None).layout_profile(body["layout"])  # type: ignore[arg-type]
            rows, width = parts[draft.token].rows, parts[draft.token].width
            papers = [rows[start : start + width] for start in range(0, len(rows), width)]
            body["figures"] = list(judge(shape(unit, body["layout"]), papers, tuple(body["table"]), rules).figures)
            before = in_force.get(body.get("target", ""), [0] * len(body["figures"]))
            in_force[body.get("target", draft.token)] = body["figures"]
            if draft.kind == "correction":
                body["effect"] = [a - b for a, b in zip(body["figures"], before, strict=True)]
        elif draft.kind == "void":
            body["effect"] = [-figure for figure in in_force[body["target"]]]
    forger.add_up("v1")
    forger.add_up("v2")


def over_vote_voids_the_paper(scene: Scene) -> None:
    """The sealed rule voids the whole paper, and so does the table."""
    decide(scene, ballot__overvote__scope="ballot")
    judged_anew(scene)


def person_in_two_posts_voids_the_paper(scene: Scene) -> None:
    """One person stands for two posts, and papers that approve her twice are void."""
    one_person_in_two_posts(scene)
    judged_anew(scene)


def person_in_two_posts_counts_in_the_higher(scene: Scene) -> None:
    """One person stands for two posts, and counts in the higher one alone."""
    decide(scene, ballot__dup_post="highest_only")
    one_person_in_two_posts(scene)
    judged_anew(scene)


HONEST = (
    whole_way, reasons_given, declared_again, voided, table_with_steps, determined_again, voters_recorded,
    county_decides, names_in_full, village_decides, committee_moves, two_profiles, written_in_for_another_post,
    over_vote_voids_the_paper, person_in_two_posts_voids_the_paper, person_in_two_posts_counts_in_the_higher,
)  # fmt: skip


@pytest.mark.parametrize("act", HONEST, ids=lambda act: act.__name__)
def test_an_honest_act_is_verified(tmp_path: Path, act: Callable[[Scene], None]) -> None:
    scene = Scene()
    act(scene)
    scene.with_ballots = True
    verdict = run_here(scene.write(tmp_path), tmp_path)
    assert (verdict.outcome, verdict.found) == ("VERIFIED", ()), f"{act.__doc__}\n{verdict.text}"


def test_what_the_acts_change_is_what_the_law_gives() -> None:
    def said(act: Callable[[Scene], None]) -> dict[str, tuple[str, list[str]]]:
        scene = Scene()
        act(scene)
        found = determination(scene)
        body = decode_record(scene.forger.notes()[scene.forger.drafts.index(found)]).body
        return {one.contest: (one.outcome.value, list(one.elected)) for one in body.contests}  # type: ignore[union-attr]

    rest: dict[str, tuple[str, list[str]]] = {"deputy": ("invalid_turnout", [])}
    assert said(lambda _: None) == rest | {"chair": ("supplementary", []), "member": ("full", ["d", "c"])}
    assert said(county_decides)["chair"] == ("full", ["a"])
    assert said(voters_recorded)["member"] == ("invalid_overcount", [])
    assert said(village_decides)["member"] == ("supplementary", ["d"])


LAW_FRAUDS = (
    frauds_law_results.winner_exchanged, frauds_law_results.determined_twice,
    frauds_law_results.determination_of_a_village_that_is_not, frauds_law_declared.loser_declared,
    frauds_law_sealed.village_lowers_its_signatures,
)  # fmt: skip


@pytest.mark.parametrize("mode", [("--processes", "2"), ("--signatures", "heads"), ("--unit", "v1")], ids=" ".join)
@pytest.mark.parametrize("commit", LAW_FRAUDS, ids=lambda commit: commit.__name__)
def test_a_fraud_on_the_law_is_found_in_every_mode(
    tmp_path: Path, commit: Callable[[Scene], None], mode: tuple[str, str]
) -> None:
    scene = Scene()
    commit(scene)
    scene.options += mode
    assert run_here(scene.write(tmp_path), tmp_path).outcome == "FAILED"
