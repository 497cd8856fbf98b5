"""Frauds at the table: counting out of its order, forms changed or read otherwise than they stand, findings hidden."""

from tests.attacks.book import Book
from tests.attacks.forger import Body
from tests.attacks.law_acts import ONE, TWO, determination, insist, step
from tests.attacks.scene import Scene

BOOK = Book()
RAIN = "停电"


def form(scene: Scene, chain: str = ONE) -> Body:
    """What a station's form says."""
    paper: Body = scene.forger.find("close", chain).body["paper"]
    return paper


@BOOK.fraud("E_STATE", like="C4")
def counted_while_interrupted(scene: Scene) -> None:
    """The count is interrupted, the people go home, and two batches are counted without them [STEP-1]."""
    step(scene, "interrupted", scene.forger.find("batch", ONE), ONE, reason=RAIN)


@BOOK.fraud("E_STATE", like="C4")
def closed_while_interrupted(scene: Scene) -> None:
    """A station closes although its count is interrupted [STEP-1]."""
    step(scene, "interrupted", scene.forger.find("batch", ONE, 2), ONE, reason=RAIN)


@BOOK.fraud("E_STATE", like="C4")
def voided_while_interrupted(scene: Scene) -> None:
    """A batch is taken back while nobody is there [STEP-1]."""
    step(scene, "interrupted", scene.forger.find("batch", TWO, 2), TWO, reason=RAIN)


@BOOK.fraud("E_STATE", like="C4")
def resumed_without_an_interruption(scene: Scene) -> None:
    """The count is resumed although nothing stopped it: something is being hidden [STEP-1]."""
    step(scene, "resumed", scene.forger.find("batch", ONE), ONE)


@BOOK.fraud("E_STATE", like="C4")
def interrupted_twice(scene: Scene) -> None:
    """An interruption inside an interruption, of which one resumption ends both [STEP-1]."""
    first = step(scene, "interrupted", scene.forger.find("batch", ONE), ONE, reason=RAIN)
    step(scene, "resumed", step(scene, "interrupted", first, ONE, reason=RAIN), ONE)


@BOOK.fraud("E_STATE", like="A12")
def polls_closed_after_counting_began(scene: Scene) -> None:
    """The polls are closed when the first batch is already counted [STEP-1]."""
    step(scene, "polls_closed", scene.forger.find("batch", ONE), ONE)


@BOOK.fraud("E_STATE", like="A12")
def polls_closed_after_sorting(scene: Scene) -> None:
    """The papers are sorted, and only then are the polls closed [STEP-1]."""
    sorted_first = step(scene, "sorted", scene.forger.find("open", ONE), ONE)
    step(scene, "polls_closed", sorted_first, ONE)


@BOOK.fraud("E_STATE", like="C4")
def sorted_twice(scene: Scene) -> None:
    """The sorted stack is sorted again [STEP-1]."""
    step(scene, "sorted", step(scene, "sorted", scene.forger.find("open", ONE), ONE), ONE)


@BOOK.fraud("E_STATE", like="C4")
def sorted_between_two_batches(scene: Scene) -> None:
    """The stack is sorted anew in the middle of the count [STEP-1]."""
    step(scene, "sorted", scene.forger.find("batch", ONE), ONE)


@BOOK.fraud("E_CLOSED", like="A12")
def interrupted_after_the_close(scene: Scene) -> None:
    """A closed station reports an interruption, to hold the result back [CHAIN-7]."""
    step(scene, "interrupted", scene.forger.find("close", ONE), ONE, reason=RAIN)


@BOOK.fraud("E_FIELD", like="C4")
def interrupted_without_a_word(scene: Scene) -> None:
    """A count is interrupted and resumed, and nobody says why [STEP-1]."""
    step(scene, "resumed", step(scene, "interrupted", scene.forger.find("batch", ONE), ONE), ONE)


@BOOK.fraud("E_FIELD", like="B3")
def table_files_the_election(scene: Scene) -> None:
    """A table files the election, which is the committee's to say [KIND-3]."""
    step(scene, "filed", scene.forger.find("batch", ONE), ONE)


@BOOK.fraud("E_SIGNERS", like="G7")
def polls_closed_by_the_laptop_alone(scene: Scene) -> None:
    """The station's key closes the polls without its chair [SIGN-2]."""
    step(scene, "polls_closed", scene.forger.find("open", ONE), ONE).signers.pop()


@BOOK.fraud("E_FINDING", like="A3")
def more_papers_than_voters_hidden(scene: Scene) -> None:
    """The roll call has 90 voters, the box 130 papers, and `close` keeps silent about it [FIND-1]."""
    form(scene)["voters"] = 90


@BOOK.fraud("E_FINDING", like="A3")
def more_voters_than_registered_hidden(scene: Scene) -> None:
    """Of 200 electors 230 voted, by the station's own form, and `close` keeps silent about it [FIND-1]."""
    form(scene)["voters"] = 230


@BOOK.fraud("E_FINDING", like="A3")
def one_finding_of_two_hidden(scene: Scene) -> None:
    """`close` confesses that voters and papers issued differ, not that more papers than voters came [FIND-1]."""
    form(scene)["voters"] = 129
    scene.forger.find("close", ONE).body["findings"] = ["F_VALID_INVALID", "F_VOTERS_ISSUED"]


@BOOK.fraud("E_FINDING", like="A3")
def proxies_beyond_the_papers_hidden(scene: Scene) -> None:
    """More proxies than papers issued, and `close` keeps silent about it [FIND-1]."""
    form(scene)["proxies"] = 131


@BOOK.fraud("E_SIG", like="D1")
def voters_changed_after_signing(scene: Scene) -> None:
    """One figure of a signed form is changed; tree and checkpoint are made to fit [NOTE-3]."""
    close = scene.forger.find("close", ONE)
    close.renote = lambda note: note.replace(b'"issued":130', b'"issued":190')


def honest_voters(scene: Scene, first: int, second: int) -> None:
    """Both stations of v1 record their voters, and the findings that follow."""
    for chain, voters in ((ONE, first), (TWO, second)):
        form(scene, chain)["voters"] = voters
        found = scene.forger.find("close", chain).body["findings"]
        codes = {"F_VOTERS_ISSUED"} | ({"F_COLLECTED_VOTERS"} if voters < 130 else set())
        scene.forger.find("close", chain).body["findings"] = sorted(codes | set(found))


@BOOK.fraud("E_OUTCOME", like="A3")
def too_many_papers_forgiven(scene: Scene) -> None:
    """The boxes hold 260 papers of 250 voters, and the county determines as if nothing were wrong [LAW-3]."""
    honest_voters(scene, 125, 125)
    insist(determination(scene))


@BOOK.fraud("E_OUTCOME", like="D3")
def voters_below_half_forgiven(scene: Scene) -> None:
    """190 of 400 electors voted by the roll call, and the county takes the papers for the voters [LAW-2]."""
    honest_voters(scene, 95, 95)
    insist(determination(scene))


@BOOK.fraud("E_OUTCOME", like="D3")
def electors_forgotten(scene: Scene) -> None:
    """The village has 600 electors, of whom 260 came; the county reckons with 400 as before [LAW-2]."""
    scene.forger.find("unit").body["registered"] = 600
    insist(determination(scene))
