"""Frauds on the county's determinations: a result altered in one field, left out, doubled, of another time or unit."""

from copy import deepcopy

from tally_protocol.seal.keys import key_id
from tally_protocol.seal.note import SignatureLine
from tests.attacks.book import INCOMPLETE, Book
from tests.attacks.law_acts import TWO, UNIT, add, determination, insist, last, result, step
from tests.attacks.scene import Scene, story
from tests.world import signer, signer_under

BOOK = Book()


@BOOK.fraud("E_OUTCOME", like="D3")
def winner_exchanged(scene: Scene) -> None:
    """The county declares the third of three for the second: every figure stays as it was [DET-2]."""
    result(scene, "member", elected=["d", "e"])


@BOOK.fraud("E_OUTCOME", like="D3")
def winners_in_another_order(scene: Scene) -> None:
    """The one with fewer votes is named first [DET-2]."""
    result(scene, "member", elected=["c", "d"])


@BOOK.fraud("E_OUTCOME", like="D3")
def winner_without_half(scene: Scene) -> None:
    """121 of 260 become a majority, with every other field made to fit [LAW-4]."""
    result(scene, "chair", elected=["a"], outcome="full", short=0, next=[], sensitive=False)


@BOOK.fraud("E_OUTCOME", like="D3")
def majority_of_the_valid_papers(scene: Scene) -> None:
    """The share is asked of the valid papers, 121 of 238, although the sealed base is the papers collected [LAW-4]."""
    result(scene, "chair", base="valid", base_value=238, elected=["a"], outcome="full", short=0, next=[])


@BOOK.fraud("E_OUTCOME", like="D3")
def stranger_elected(scene: Scene) -> None:
    """Somebody who is on no paper is among the elected [DET-2]."""
    result(scene, "member", elected=["d", "zz"])


@BOOK.fraud("E_OUTCOME", like="D3")
def turnout_forgiven(scene: Scene) -> None:
    """124 of 300 electors came for the deputies, and the county calls it a supplementary round [LAW-2]."""
    result(scene, "deputy", base="collected", base_value=124, outcome="supplementary", next=["x"])


@BOOK.fraud("E_OUTCOME", like="D3")
def turnout_denied(scene: Scene) -> None:
    """The county annuls an election that it does not like for want of turnout [LAW-2]."""
    result(scene, "member", base="none", base_value=0, elected=[], outcome="invalid_turnout", short=2)


@BOOK.fraud("E_OUTCOME", like="D3")
def unknown_instead_of_elected(scene: Scene) -> None:
    """The county pretends that a figure is missing, so that nobody is elected [DET-2]."""
    result(scene, "member", base="none", base_value=0, elected=[], outcome="not_known", short=2)


@BOOK.fraud("E_OUTCOME", like="D3")
def outcome_word_alone(scene: Scene) -> None:
    """A short contest is called full, nothing else is touched [DET-2]."""
    result(scene, "chair", outcome="full")


@BOOK.fraud("E_OUTCOME", like="D3")
def seat_left_empty(scene: Scene) -> None:
    """A seat that must be voted for again is called vacant [ROUND-3]."""
    result(scene, "chair", outcome="vacant", next=[])


@BOOK.fraud("E_OUTCOME", like="D3")
def stopping_allowed(scene: Scene) -> None:
    """The county says that the village may stop here, against its own profile [ROUND-3]."""
    result(scene, "chair", may_stop=True)


@BOOK.fraud("E_OUTCOME", like="D3")
def base_renamed(scene: Scene) -> None:
    """The base is called the papers issued, which happen to be as many [DET-2]."""
    result(scene, "chair", base="issued")


@BOOK.fraud("E_OUTCOME", like="D3")
def base_value_lowered(scene: Scene) -> None:
    """The base is one paper smaller than the papers counted [DET-2]."""
    result(scene, "member", base_value=259)


@BOOK.fraud("E_OUTCOME", like="D3")
def short_seat_denied(scene: Scene) -> None:
    """An empty seat is not counted as short [LAW-6]."""
    result(scene, "chair", short=0)


@BOOK.fraud("E_OUTCOME", like="D3")
def rival_kept_from_the_next_round(scene: Scene) -> None:
    """The second of the next round's two candidates is left out [ROUND-1]."""
    result(scene, "chair", next=["a"])


@BOOK.fraud("E_OUTCOME", like="D3")
def friend_let_into_the_next_round(scene: Scene) -> None:
    """A written-in person with eight votes gets into the next round, which is for two [ROUND-1]."""
    result(scene, "chair", next=["a", "b", "+赵六"])


@BOOK.fraud("E_OUTCOME", like="D3")
def sensitivity_hidden(scene: Scene) -> None:
    """The county hides that another base would have elected somebody [LAW-8]."""
    result(scene, "chair", sensitive=False)


@BOOK.fraud("E_OUTCOME", like="D3")
def tie_invented(scene: Scene) -> None:
    """121 and 105 votes are called a tie, so that both run again [LAW-7]."""
    result(scene, "chair", outcome="runoff", runoff=["a", "b"], runoff_seats=1, next=[])


@BOOK.fraud("E_OUTCOME", like="D3")
def seat_held_for_a_woman(scene: Scene) -> None:
    """A seat is held for women where the rules hold none [POST-4]."""
    result(scene, "chair", held=1, short=0, next=[], next_women=["a"], outcome="women_supplementary")


@BOOK.fraud("E_OUTCOME", like="D3")
def list_of_women_invented(scene: Scene) -> None:
    """A list of women for a seat that is not held [ROUND-1]."""
    result(scene, "chair", next_women=["a"])


@BOOK.fraud("E_OUTCOME", like="D3")
def winner_called_a_relative(scene: Scene) -> None:
    """An elected member is removed for relatives that nobody declared [POST-5]."""
    result(scene, "member", elected=["d"], removed=["c"], short=1, outcome="supplementary", next=["e"])


@BOOK.fraud("E_OUTCOME", like="D3")
def contest_left_out(scene: Scene) -> None:
    """The determination is silent about one contest [DET-2]."""
    draft = determination(scene)
    draft.force["contests"] = draft.body["contests"][:2]


@BOOK.fraud("E_OUTCOME", like="D3")
def contests_in_another_order(scene: Scene) -> None:
    """The contests are not in the unit's order [DET-2]."""
    draft = determination(scene)
    draft.force["contests"] = draft.body["contests"][::-1]


@BOOK.fraud("E_FIELD", also=("NOT_FINAL",), like="D3")
def outcome_that_no_law_knows(scene: Scene) -> None:
    """The outcome is a word of the county's own [DET-2]."""
    result(scene, "chair", outcome="appointed")


@BOOK.fraud("E_FIELD", also=("NOT_FINAL",), like="D3")
def voided_by_the_county(scene: Scene) -> None:
    """The county voids a contest by its determination, which only a committee can [DET-1]."""
    result(scene, "chair", outcome="voided", base="none", base_value=0, sensitive=False, next=[])


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="G7")
def determination_withheld(scene: Scene) -> None:
    """The county never says who is elected in one village [DET-1]."""
    scene.forger.drop(determination(scene))
    scene.forger.relink("c")


@BOOK.fraud("E_GAP", also=("NOT_FINAL",), like="C3")
def determination_torn_out(scene: Scene) -> None:
    """A determination is cut out of the county's chain [CHAIN-2]."""
    scene.forger.drop(determination(scene))


@BOOK.fraud("E_OUTCOME", like="C5")
def determined_twice(scene: Scene) -> None:
    """A second determination of the same statement, word for word [DET-2]."""
    draft = determination(scene)
    scene.forger.after(draft, scene.forger.copy(draft))
    scene.forger.relink("c")


@BOOK.fraud("E_OUTCOME", like="D3")
def determined_twice_with_another_winner(scene: Scene) -> None:
    """The county thinks again and names somebody else for the same statement [DET-2]."""
    draft = determination(scene)
    again = insist(scene.forger.after(draft, scene.forger.copy(draft)))
    again.force["contests"][1]["elected"] = ["d", "e"]
    scene.forger.relink("c")


def second_statement(scene: Scene) -> None:
    """The committee states again what it stated, and opens the names again, after the determination."""
    forger = scene.forger
    statement, names = forger.find("statement", UNIT), forger.find("names", UNIT)
    later = forger.after(determination(scene), forger.copy(statement))
    opened = forger.after(later, forger.copy(names))
    opened.body["statement"] = later.token
    forger.relink(UNIT)


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="A8")
def determination_of_the_statement_before(scene: Scene) -> None:
    """A second statement is made, and only the first has a determination [DET-1]."""
    second_statement(scene)


@BOOK.fraud("E_OUTCOME", also=("NOT_FINAL",), like="A8")
def determination_for_an_old_statement(scene: Scene) -> None:
    """After a second statement the county determines the first one [DET-2]."""
    second_statement(scene)
    forger, draft = scene.forger, insist(determination(scene))
    forger.drop(draft)
    forger.after(last(scene, UNIT), draft)
    forger.relink("c")


@BOOK.fraud("E_OUTCOME", also=("NOT_FINAL",), like="B5")
def determination_of_another_village(scene: Scene) -> None:
    """The county's determination of one village cites the statement of the other [DET-2]."""
    insist(determination(scene, "v2"), statement=scene.forger.find("statement", UNIT).token)


@BOOK.fraud("E_OUTCOME", like="B5")
def determination_under_another_village_name(scene: Scene) -> None:
    """One village's results are entered under the other's name [DET-2]."""
    insist(determination(scene, "v2")).force["contests"] = deepcopy(determination(scene).body["contests"])


@BOOK.fraud("E_UNKNOWN_CHAIN", like="B5")
def determination_of_a_village_that_is_not(scene: Scene) -> None:
    """The county determines a village more than were sealed [CHAIN-6]."""
    draft = determination(scene)
    insist(scene.forger.after(draft, scene.forger.copy(draft)), unit="v9")
    scene.forger.relink("c")


def move_before(scene: Scene, kind: str) -> None:
    """The county determines before a record of the committee is there."""
    forger, draft = scene.forger, insist(determination(scene))
    forger.drop(draft)
    forger.drafts.insert(forger.drafts.index(forger.find(kind, UNIT)), draft)


@BOOK.fraud("E_OUTCOME", also=("NOT_FINAL",), like="C4")
def determined_before_the_statement(scene: Scene) -> None:
    """The county knows the result before the committee has stated it [DET-1]."""
    move_before(scene, "statement")


@BOOK.fraud("E_OUTCOME", also=("NOT_FINAL",), like="C4")
def determined_before_the_names(scene: Scene) -> None:
    """The county determines while the written-in names are still closed [DET-1]."""
    move_before(scene, "names")


@BOOK.fraud("E_OUTCOME", also=("NOT_FINAL",), like="A8")
def determined_over_heads_that_moved(scene: Scene) -> None:
    """A table has corrected since the statement; the county determines the statement all the same [DET-1]."""
    forger = scene.forger
    late = forger.copy(forger.find("correction", TWO))
    forger.after(forger.find("names", UNIT), late)
    forger.relink(TWO)
    late.body |= {"effect": [0] * len(late.body["effect"]), "table": [], "write_ins": [], "names": []}
    late.body["running"] = list(forger.find("close", TWO).body["running"][0][1])
    insist(determination(scene))


@BOOK.fraud("E_OUTCOME", like="D3")
def voided_village_determined(scene: Scene) -> None:
    """The committee voids the election, and the county determines it all the same [DET-1]."""
    step(scene, "voided", scene.forger.find("names", UNIT), reason="票箱被抢")
    insist(determination(scene))


@BOOK.fraud("E_SIGNERS", also=("NOT_FINAL",), like="B3")
def determination_by_the_committee(scene: Scene) -> None:
    """A committee signs its own determination in the county's place [SIGN-3]."""
    determination(scene).signers = [signer(f"changpiao/{scene.world.id}/v1/head")]


@BOOK.fraud("E_SIG", also=("NOT_FINAL",), like="B3")
def determination_under_a_false_key(scene: Scene) -> None:
    """The county's name, another key [SIGN-4]."""
    honest = scene.world.county
    determination(scene).signers = [signer_under(honest.name, "somebody else")]
    own = key_id(honest.name, honest.public)
    determination(scene).resign = lambda lines: [SignatureLine(honest.name, own, line.signature) for line in lines]


@BOOK.fraud("E_FIELD", like="B3")
def determination_on_the_committee_chain(scene: Scene) -> None:
    """A determination appears in the committee's chain, signed by the committee [KIND-3]."""
    draft = determination(scene)
    fields = {name: draft.body[name] for name in ("contests", "statement", "unit")}
    add(scene, "determination", UNIT, ("head",), last(scene, UNIT), **fields)


@BOOK.fraud("E_ELECTION", also=("NOT_FINAL",), election="county", like="C8")
def determination_of_the_rehearsal(scene: Scene) -> None:
    """The rehearsal's result is entered as the real one, signed again by the county [CHAIN-1]."""
    drill = story(0, "county-test").world.election_hash.hex()
    insist(determination(scene), election=drill)
