"""Frauds on what a paper counts and whom a written-in name means: papers judged by another rule than the sealed one."""

from tests.attacks.book import Book
from tests.attacks.forger import Body
from tests.attacks.frauds_counts import CHAIR_WRITTEN, move
from tests.attacks.law_acts import ONE, UNIT, decide
from tests.attacks.scene import Scene

BOOK = Book()
# a contest's twelve integers begin here in the village paper's figures
CHAIR, MEMBER = 1, 21
VALID, BLANK, OVER, TORN = 0, 1, 2, 6
APPROVE, ABSTAIN = 0, 3
A, B = CHAIR_WRITTEN + 1, CHAIR_WRITTEN + 5


def with_ballots(scene: Scene, seq: int = 1) -> list[int]:
    """The papers are shown to the observer; gives the figures of a batch of the first station."""
    scene.with_ballots = True
    figures: list[int] = scene.forger.find("batch", ONE, seq).body["figures"]
    return figures


def one_person_in_two_posts(scene: Scene) -> None:
    """In v1 the first candidate for member is the first candidate for chair: most papers approve her twice."""
    unit = scene.forger.find("unit").body
    first = unit["contests"][0]["candidates"][0]
    unit["contests"][1]["candidates"][0] = dict(first)


@BOOK.fraud("E_COUNT", like="A2")
def over_votes_counted(scene: Scene) -> None:
    """Three papers approve both candidates for chair; they are counted as valid votes for the second [VALID-2]."""
    figures = with_ballots(scene)
    move(figures, (CHAIR + OVER, -3), (CHAIR + VALID, 3), (B + APPROVE, 3), (A + ABSTAIN, 3))
    scene.forger.add_up()


@BOOK.fraud("E_COUNT", like="A2")
def blanks_counted_as_valid(scene: Scene) -> None:
    """Three blank papers are called valid papers without a choice, which raises the base [VALID-4]."""
    figures = with_ballots(scene)
    move(figures, (CHAIR + BLANK, -3), (CHAIR + VALID, 3), (A + ABSTAIN, 3), (B + ABSTAIN, 3))
    scene.forger.add_up()


@BOOK.fraud("E_COUNT", like="A2")
def torn_papers_counted(scene: Scene) -> None:
    """Five torn papers are counted for the chair that they mark [VALID-1]."""
    figures = with_ballots(scene, 0)
    move(figures, (CHAIR + TORN, -5), (CHAIR + VALID, 5), (A + APPROVE, 5), (B + ABSTAIN, 5))
    scene.forger.add_up()


@BOOK.fraud("E_COUNT", like="A2")
def valid_votes_struck_as_over_votes(scene: Scene) -> None:
    """Ten valid papers for the second are struck as over-votes [VALID-2]."""
    figures = with_ballots(scene)
    move(figures, (CHAIR + OVER, 10), (CHAIR + VALID, -10), (B + APPROVE, -10), (A + ABSTAIN, -10))
    scene.forger.add_up()


@BOOK.fraud("E_COUNT", like="A2")
def over_vote_spoils_one_post_only(scene: Scene) -> None:
    """The sealed rule voids the whole paper for an over-vote; the table voids the one contest [VALID-3]."""
    with_ballots(scene)
    decide(scene, ballot__overvote__scope="ballot")


@BOOK.fraud("E_COUNT", like="A2")
def over_votes_compared_post_by_post(scene: Scene) -> None:
    """The sealed rule compares all marks with all seats; the table strikes each contest alone [VALID-2]."""
    with_ballots(scene)
    decide(scene, ballot__overvote__compare="total")


@BOOK.fraud("E_COUNT", like="A2")
def written_in_without_an_opposed_candidate(scene: Scene) -> None:
    """The sealed rule asks to oppose a candidate before another is written in; nobody did, and all count [VALID-3]."""
    with_ballots(scene)
    decide(scene, ballot__write_in="needs_oppose")


@BOOK.fraud("E_COUNT", like="A2")
def person_in_two_posts_counted_twice(scene: Scene) -> None:
    """Papers that approve one person for two posts are void by the sealed rule, and all are counted [VALID-3]."""
    with_ballots(scene)
    one_person_in_two_posts(scene)


@BOOK.fraud("E_COUNT", like="A2")
def person_in_two_posts_counted_in_both_columns(scene: Scene) -> None:
    """The sealed rule voids the two contests that name one person; the table counts both [VALID-3]."""
    with_ballots(scene)
    decide(scene, ballot__dup_post="columns")
    one_person_in_two_posts(scene)


@BOOK.fraud("E_COUNT", like="A2")
def person_in_two_posts_counted_in_the_lower_too(scene: Scene) -> None:
    """The sealed rule counts a person in the highest post alone; the table counts both [VALID-3]."""
    with_ballots(scene)
    decide(scene, ballot__dup_post="highest_only")
    one_person_in_two_posts(scene)


# --- whom a written-in name means


def written_in(scene: Scene, place: int = 0) -> Body:
    """An opened person of v1: 王小二 and 赵六 for chair, 李四 for member."""
    person: Body = scene.forger.find("names", UNIT).body["persons"][place]
    return person


@BOOK.fraud("E_NAMES", like="B10")
def written_in_votes_for_a_candidate_of_the_post(scene: Scene) -> None:
    """Four votes for somebody else are said to mean the second candidate for the same post [NAME-3]."""
    written_in(scene)["candidate"] = "b"


@BOOK.fraud("E_NAMES", like="B10")
def written_in_votes_for_nobody_known(scene: Scene) -> None:
    """A written-in person is said to be a candidate whom the village does not have [NAME-3]."""
    written_in(scene)["candidate"] = "zz"


@BOOK.fraud("E_NAMES", like="B10")
def written_in_votes_for_a_neighbour(scene: Scene) -> None:
    """A written-in person is said to be a candidate whose id two persons of the village have [NAME-3]."""
    scene.forger.find("unit").body["contests"][2]["candidates"][0]["id"] = "d"
    written_in(scene)["candidate"] = "d"


@BOOK.fraud("E_NAMES", like="B10")
def written_in_votes_for_one_who_stands_here_too(scene: Scene) -> None:
    """The candidate who is meant stands for the same post as well, and would get the votes twice [NAME-3]."""
    one_person_in_two_posts(scene)
    written_in(scene, 2)["candidate"] = "a"
