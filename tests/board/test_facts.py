"""The board computes from frozen progress what the county computes from its chains: the same at every prefix."""

from coordinator.board.facts import decides, stage_of, tally_of
from coordinator.board.rows import VotersFrom, count_findings, outcomes_of, voters_of
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.result import Outcome
from tally_protocol.record import deciding
from tests.board.played import Played
from tests.committee import Committee
from tests.published import honest_story


def test_state_facts_and_findings_are_those_of_the_chains_after_every_entry() -> None:
    """[STAND-1] [FIND-2] [DET-1]: states, tally, findings, at each of the story's prefixes."""
    played = Played()
    for size in played.each():
        for unit, state in played.states().items():
            progress = played.fold.progress[unit]
            assert progress.shown is state.shown, (size, unit)
            assert tally_of(progress) == deciding.tally_of(state), (size, unit)
            assert decides(progress) == state.final
            found = findings(state.unit, state.profiles, deciding.tally_of(state))
            row = played.feed.rows()[unit]
            assert (row.findings, row.errors) == (len(found), sum(one.code.startswith("F_") for one in found))
            assert count_findings(progress, state.profiles) == (row.findings, row.errors)


def test_outcomes_stand_only_under_their_statement() -> None:
    played = Played().until()
    for unit, state in played.states().items():
        assert state.final
        results = tuple(result.outcome for result in deciding.results_of(state))
        assert outcomes_of(played.fold.progress[unit]) == results == played.feed.rows()[unit].outcomes
        assert Outcome.NOT_FINAL not in results


def test_a_correction_after_the_statement_takes_the_result_back() -> None:
    """A new head: the statement no longer stands on what the tables say [STATE-1]."""
    story = honest_story()
    desk = next(desk for desk in story.desks if desk.unit == "v2")
    before = len(story.world.entries)
    desk.correct(min(desk.state.batches), [bytes((0, 1, 0, 0, 1, 1, 0, 0))] * 65)
    played = Played(entries=list(story.world.entries)).until(before)
    assert decides(played.fold.progress["v2"])
    played.until()
    progress, state = played.fold.progress["v2"], played.states()["v2"]
    assert not decides(progress)
    assert tally_of(progress) == deciding.tally_of(state)
    assert stage_of(progress) is deciding.tally_of(state).stage
    committee = Committee(story.world, "v2", [desk])
    committee.state = state
    committee.statement()
    again = Played(entries=list(story.world.entries)).until()
    assert again.feed.rows()["v2"].outcomes == ()
    assert again.fold.progress["v2"].shown is again.states()["v2"].shown


def test_a_voided_election_says_so_in_every_contest() -> None:
    story = honest_story()
    desks = [desk for desk in story.desks if desk.unit == "v2"]
    committee = Committee(story.world, "v2", desks)
    committee.state = Played(entries=list(story.world.entries)).until().states()["v2"]
    committee.step("voided", "乡镇人民政府决定")
    played = Played(entries=list(story.world.entries)).until()
    row = played.feed.rows()["v2"]
    assert set(row.outcomes) == {Outcome.VOIDED}
    assert row.state.name == "VOIDED"


def test_voters_come_from_boxes_then_forms_and_papers_stand_in_for_them() -> None:
    played = Played()
    seen: list[tuple[int | None, VotersFrom]] = []
    for _ in played.each():
        progress = played.fold.progress.get("v1")
        if progress is not None and (not seen or seen[-1] != voters_of(progress)):
            seen.append(voters_of(progress))
    # the story's forms and boxes know no voters: what was counted on the first paper stands in at the end
    assert seen[0] == (None, VotersFrom.NOWHERE)
    assert seen[-1] == (tally_of(played.fold.progress["v1"]).totals[played.fold.units["v1"].layouts[0].id][0],
                        VotersFrom.PAPERS)  # fmt: skip
    told = honest_story()
    desk = told.world.desk("v1", "1")
    fresh = Played(entries=[*told.world.entries[:7], desk.open(), desk.box(issued=60, voters=58)]).until()
    assert voters_of(fresh.fold.progress["v1"]) == (58, VotersFrom.BOXES)
