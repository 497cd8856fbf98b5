"""Frauds of committee and table on what they say and when: declarations without a reason, steps out of order."""

from tests.attacks.book import Book
from tests.attacks.law_acts import TWO, UNIT, declared, last, step
from tests.attacks.scene import Scene, story

BOOK = Book()
SICK, RULED = "本人书面放弃", "县人民法院判决"


# --- who is elected by the committee's word, and why


@BOOK.fraud("E_DECLARATION", like="D3")
def loser_declared(scene: Scene) -> None:
    """The committee declares the third instead of the second and gives no reason [DET-3]."""
    declared(scene, member=["d", "e"])


@BOOK.fraud("E_DECLARATION", like="D3")
def winner_silently_dropped(scene: Scene) -> None:
    """An elected member is not declared; nobody says why [DET-3]."""
    declared(scene, member=["d"])


@BOOK.fraud("E_DECLARATION", like="D3")
def one_reason_for_two_differences(scene: Scene) -> None:
    """Why one is missing is said, why another is there is not [DET-3]."""
    declared(scene, reasons=(["member", "c", "withdrew", SICK],), member=["d", "e"])


@BOOK.fraud("E_DECLARATION", like="D3")
def seat_of_the_disqualified_given_to_the_next(scene: Scene) -> None:
    """One member is disqualified, and the third takes the seat instead of a further round [DET-3]."""
    reasons = (["member", "c", "disqualified", RULED], ["member", "e", "other", "依次递补"])
    declared(scene, reasons=reasons, member=["d", "e"])


@BOOK.fraud("E_DECLARATION", like="D3")
def stranger_declared(scene: Scene) -> None:
    """Somebody without a vote or a name on any paper is declared, with a reason that sounds good [DET-3]."""
    declared(scene, reasons=(["chair", "zz", "court", RULED],), chair=["zz"])


@BOOK.fraud("E_DECLARATION", like="D3")
def stranger_written_in(scene: Scene) -> None:
    """The declared person is written in by the committee alone: no paper bears the name [DET-3]."""
    declared(scene, reasons=(["chair", "+钱七", "court", RULED],), chair=["+钱七"])


@BOOK.fraud("E_DECLARATION", like="D3")
def candidate_of_another_post_declared(scene: Scene) -> None:
    """A candidate for member becomes chair without a single vote for it [DET-3]."""
    declared(scene, reasons=(["chair", "d", "other", RULED],), chair=["d"])


@BOOK.fraud("E_DECLARATION", like="D3")
def two_winners_for_one_seat(scene: Scene) -> None:
    """Both candidates become chair, each with a reason [DET-3]."""
    reasons = (["chair", "a", "court", RULED], ["chair", "b", "court", RULED])
    declared(scene, reasons=reasons, chair=["a", "b"])


@BOOK.fraud("E_DECLARATION", like="D3")
def one_person_on_two_seats(scene: Scene) -> None:
    """One member is declared twice, so that the second seat is hers too [DET-3]."""
    declared(scene, reasons=(["member", "c", "withdrew", SICK],), member=["d", "d"])


@BOOK.fraud("E_DECLARATION", like="D3")
def reason_for_nothing(scene: Scene) -> None:
    """A reason is given against somebody who is declared all the same: a stain for the record [DET-3]."""
    declared(scene, reasons=(["member", "c", "disqualified", "未说明"],))


@BOOK.fraud("E_DECLARATION", like="D3")
def reason_against_a_loser(scene: Scene) -> None:
    """A reason is given for one who was neither elected nor declared [DET-3]."""
    declared(scene, reasons=(["member", "e", "disqualified", "未说明"],))


@BOOK.fraud("E_DECLARATION", like="D3")
def two_reasons_for_one(scene: Scene) -> None:
    """Two reasons are given where one must stand, so that each reader finds his own [DET-3]."""
    reasons = (["member", "c", "death", ""], ["member", "c", "withdrew", SICK])
    declared(scene, reasons=reasons, member=["d"])


@BOOK.fraud("E_DECLARATION", like="D3")
def reasons_in_another_order(scene: Scene) -> None:
    """The reasons do not stand in the order of the contests [DET-3]."""
    reasons = (["member", "c", "withdrew", SICK], ["chair", "a", "court", RULED])
    declared(scene, reasons=reasons, chair=["a"], member=["d"])


@BOOK.fraud("E_FIELD", like="D3")
def reason_of_their_own(scene: Scene) -> None:
    """The reason is a word that no law knows [DET-3]."""
    declared(scene, reasons=(["member", "c", "unloved", SICK],), member=["d"])


@BOOK.fraud("E_DECLARATION", like="D3")
def contest_not_declared(scene: Scene) -> None:
    """The declaration is silent about the contest that failed [DET-3]."""
    declared(scene).body["contests"].pop()


@BOOK.fraud("E_DECLARATION", like="D3")
def contests_declared_in_another_order(scene: Scene) -> None:
    """The contests are declared in another order than the unit's [DET-3]."""
    declared(scene).body["contests"].reverse()


@BOOK.fraud("E_DECLARATION", like="B5")
def declaration_of_another_village(scene: Scene) -> None:
    """The declaration cites the statement of the neighbours [DET-3]."""
    declared(scene).body["statement"] = scene.forger.find("statement", "u/v2").token


@BOOK.fraud("E_DECLARATION", like="A8")
def declaration_of_an_old_statement(scene: Scene) -> None:
    """A second statement was made, and the committee declares the first [DET-3]."""
    forger = scene.forger
    first = forger.find("statement", UNIT)
    again = forger.after(forger.find("names", UNIT), forger.copy(first))
    opened = forger.after(again, forger.copy(forger.find("names", UNIT)))
    opened.body["statement"] = again.token
    declared(scene, opened)


@BOOK.fraud("E_DECLARATION", like="C4")
def declared_before_the_names(scene: Scene) -> None:
    """The committee declares while the written-in names are still closed [DET-3]."""
    declared(scene, scene.forger.find("statement", UNIT))


@BOOK.fraud("E_SIGNERS", like="G7")
def declared_by_one_alone(scene: Scene) -> None:
    """The chair declares alone, without the member's signature [SIGN-3]."""
    declared(scene).signers.pop()


@BOOK.fraud("E_SIGNERS", like="G7")
def declared_by_the_county(scene: Scene) -> None:
    """The county declares in the committee's place [SIGN-3]."""
    declared(scene).signers = [scene.world.county]


@BOOK.fraud("E_ELECTION", election="county", like="C8")
def declaration_of_the_rehearsal(scene: Scene) -> None:
    """The declaration rehearsed a week before is put into the real election, signed again [CHAIN-1]."""
    declared(scene).body["election"] = story(0, "county-test").world.election_hash.hex()


@BOOK.fraud("E_SIGNERS", election="county", like="C8")
def declaration_signed_at_the_rehearsal(scene: Scene) -> None:
    """The real declaration bears the signatures that were made for the rehearsal [SIGN-4]."""
    draft, drill = declared(scene), Scene(0, "county-test")
    draft.signers = declared(drill).signers


# --- the committee's steps


@BOOK.fraud("E_STATE", like="C4")
def announced_before_the_statement(scene: Scene) -> None:
    """The result is announced before it is stated [STEP-1]."""
    step(scene, "announced", scene.forger.find("close", TWO))


@BOOK.fraud("E_STATE", like="C4")
def filed_without_a_declaration(scene: Scene) -> None:
    """The papers are filed although nobody was declared [STEP-1]."""
    step(scene, "filed", last(scene, UNIT))


@BOOK.fraud("E_STATE", like="C4")
def archived_before_it_is_filed(scene: Scene) -> None:
    """The declared result goes to the archive, past the file [STEP-1]."""
    step(scene, "archived", declared(scene))


@BOOK.fraud("E_STATE", like="C4")
def announced_after_the_review(scene: Scene) -> None:
    """The reviewed result is announced as if it were the first word of it [STEP-1]."""
    step(scene, "announced", step(scene, "reviewed", last(scene, UNIT)))


@BOOK.fraud("E_STATE", like="C4")
def announced_twice(scene: Scene) -> None:
    """The result is announced a second time without a new statement [STEP-1]."""
    step(scene, "announced", step(scene, "announced", last(scene, UNIT)))


@BOOK.fraud("E_STATE", like="C4")
def names_opened_after_the_review(scene: Scene) -> None:
    """The result is reviewed first, the written-in names are opened afterwards [STEP-1]."""
    step(scene, "reviewed", scene.forger.find("statement", UNIT))


@BOOK.fraud("E_STATE", like="C4")
def declared_out_of_the_archive(scene: Scene) -> None:
    """The archived result is declared once more, with another winner and a good reason [STEP-1]."""
    filed = step(scene, "filed", declared(scene))
    reasons = (["member", "c", "withdrew", SICK],)
    declared(scene, step(scene, "archived", filed), reasons, member=["d"])


@BOOK.fraud("E_STATE", like="A12")
def stated_out_of_the_archive(scene: Scene) -> None:
    """After the archive a new statement is made, as if the count were still open [STEP-1]."""
    forger = scene.forger
    archived = step(scene, "archived", step(scene, "filed", declared(scene)))
    forger.after(archived, forger.copy(forger.find("statement", UNIT)))
    forger.relink(UNIT)


@BOOK.fraud("E_STATE", like="A12")
def declared_after_it_was_voided(scene: Scene) -> None:
    """The election is void, and somebody is declared all the same [STEP-1]."""
    declared(scene, step(scene, "voided", last(scene, UNIT), reason="票箱被抢"))


@BOOK.fraud("E_STATE", like="A12")
def void_taken_back(scene: Scene) -> None:
    """A void election is brought back by a review [STEP-1]."""
    step(scene, "reviewed", step(scene, "voided", last(scene, UNIT), reason="票箱被抢"))


@BOOK.fraud("E_FIELD", like="A8")
def voided_without_a_word(scene: Scene) -> None:
    """An election is voided, and nobody says why [STEP-1]."""
    step(scene, "voided", last(scene, UNIT))


@BOOK.fraud("E_NAME", like="A8")
def voided_with_a_blank(scene: Scene) -> None:
    """The reason for voiding an election is three spaces [IDENT-2]."""
    step(scene, "voided", last(scene, UNIT), reason="　  ")


@BOOK.fraud("E_FIELD", like="C4")
def announced_with_a_reason(scene: Scene) -> None:
    """A remark against the loser is slipped into the announcement [STEP-1]."""
    step(scene, "announced", last(scene, UNIT), reason="落选者作弊")


@BOOK.fraud("E_FIELD", like="B3")
def step_of_a_table_on_the_committee_chain(scene: Scene) -> None:
    """The committee closes the polls, which is the tables' to say [KIND-3]."""
    step(scene, "polls_closed", last(scene, UNIT))


@BOOK.fraud("E_SIGNERS", like="G7")
def voided_by_the_second_member(scene: Scene) -> None:
    """A member alone voids the election, in the chair's place [SIGN-3]."""
    draft = step(scene, "voided", last(scene, UNIT), reason="票箱被抢")
    draft.signers = scene.forger.find("statement", UNIT).signers[1:]
