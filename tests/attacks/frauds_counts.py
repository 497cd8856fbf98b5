"""Frauds on figures: running totals, sums, write-ins, corrections, voids, closes, small batches."""

from collections.abc import Sequence
from typing import Any

from tally_protocol.election.shape import shape
from tally_protocol.law.validity import judge
from tests.attacks.book import Book
from tests.attacks.scene import Scene
from tests.world import VOTE_A, papers

BOOK = Book()
ONE, TWO = "s/v1/1", "s/v1/2"
# the village paper's figures: papers, then `chair` (twelve integers, a, b), then `member`
CHAIR_WRITTEN, A_APPROVE, A_ABSTAIN, B_APPROVE, B_ABSTAIN = 12, 13, 16, 17, 20


def move(figures: list[int], *steps: tuple[int, int]) -> None:
    """Add to single figures."""
    for place, step in steps:
        figures[place] += step


def figures_of(scene: Scene, rows: Sequence[bytes]) -> list[int]:
    """What papers of the village layout come to."""
    unit = scene.world.units["v1"][0]
    return list(judge(shape(unit, "village"), rows, (), scene.world.profile).figures)


def body(scene: Scene, kind: str, chain: str = ONE, place: int = 0) -> dict[str, Any]:
    """The fields of a record on a chain."""
    return scene.forger.find(kind, chain, place).body


@BOOK.fraud("E_RUNNING", like="C6")
def running_total_raised(scene: Scene) -> None:
    """One vote more in one running total [RUN-1]."""
    move(body(scene, "batch", place=1)["running"], (A_APPROVE, 1))


@BOOK.fraud("E_RUNNING", like="C6")
def running_totals_traded(scene: Scene) -> None:
    """Three votes of one candidate become another's in the running total only: every sum still holds [RUN-1]."""
    move(body(scene, "batch", place=1)["running"], (A_APPROVE, 3), (A_ABSTAIN, -3), (B_APPROVE, -3), (B_ABSTAIN, 3))


@BOOK.fraud("E_RUNNING", like="C6")
def running_totals_start_above_zero(scene: Scene) -> None:
    """A pre-stuffed box: the first running total holds votes that no batch brought [RUN-1]."""
    move(body(scene, "batch")["running"], (0, 5), (1, 5), (B_APPROVE, 5), (A_ABSTAIN, 5))


@BOOK.fraud("E_RUNNING", like="A8")
def void_leaves_the_votes_in(scene: Scene) -> None:
    """A void takes a batch back, but its running total does not go down [RUN-2]."""
    before, void = body(scene, "batch", TWO, 1), body(scene, "void", TWO)
    void["running"] = list(before["running"])


@BOOK.fraud("E_RUNNING", like="A8")
def correction_counts_twice(scene: Scene) -> None:
    """A correction adds its figures instead of their difference [RUN-2]."""
    record = body(scene, "correction", TWO)
    record["running"] = [a + b for a, b in zip(body(scene, "batch", TWO, 3)["running"], record["figures"], strict=True)]


@BOOK.fraud("E_SUM", like="A2")
def vote_without_a_paper(scene: Scene) -> None:
    """A candidate gets an approval more than there are valid papers to carry it; all totals follow [FIG-2]."""
    move(body(scene, "batch")["figures"], (A_APPROVE, 1))
    scene.forger.add_up()


@BOOK.fraud("E_SUM", like="A2")
def paper_that_nobody_judged(scene: Scene) -> None:
    """A batch claims one paper more than its valid, blank and void papers [FIG-2]."""
    move(body(scene, "batch")["figures"], (0, 1))
    scene.forger.add_up()


@BOOK.fraud("E_SUM", like="A2")
def more_choices_than_a_paper_may_carry(scene: Scene) -> None:
    """Five abstentions become approvals although every paper has used its one choice [FIG-2]."""
    move(body(scene, "batch")["figures"], (B_APPROVE, 5), (B_ABSTAIN, -5))
    scene.forger.add_up()


@BOOK.fraud("E_SUM", like="A2")
def written_in_vote_for_nobody(scene: Scene) -> None:
    """`written` exceeds the votes of the written-in entries [NAME-2]."""
    move(body(scene, "batch", place=1)["figures"], (CHAIR_WRITTEN, 1))
    scene.forger.add_up()


@BOOK.fraud("E_SUM", like="A2")
def written_in_entry_gains_a_vote(scene: Scene) -> None:
    """An entry of the register gets a vote that no contest has [NAME-2]."""
    body(scene, "batch", place=1)["write_ins"][0][2] += 1


@BOOK.fraud("E_FIGURES", like="A6")
def figures_cut_short(scene: Scene) -> None:
    """The last candidate's figures are left out [FIG-1]."""
    body(scene, "batch")["figures"] = body(scene, "batch")["figures"][:-4]


@BOOK.fraud("E_FIGURES", like="B5")
def batch_under_another_layout(scene: Scene) -> None:
    """A batch of the village paper is declared one of the deputies' paper [FIG-1]."""
    body(scene, "batch", place=1)["layout"] = "deputies"


@BOOK.fraud("E_LAYOUT", like="B5")
def batch_under_an_unknown_layout(scene: Scene) -> None:
    """A batch names a kind of paper that the unit does not have [CHAIN-6]."""
    body(scene, "batch", place=1)["layout"] = "township"


@BOOK.fraud("E_LAYOUT", like="B5")
def write_in_for_a_contest_not_on_the_paper(scene: Scene) -> None:
    """Written-in votes go to a contest that the layout does not have [CHAIN-6]."""
    body(scene, "batch", place=1)["write_ins"][1][0] = 7


@BOOK.fraud("E_UNKNOWN_BOX", like="A11")
def box_of_another_station(scene: Scene) -> None:
    """A station reconciles a box that is not its own [CHAIN-6]."""
    body(scene, "box")["box"] = "box-2"


@BOOK.fraud("E_UNKNOWN_BOX", like="A11")
def box_nobody_sealed(scene: Scene) -> None:
    """A mobile box turns up that the unit note does not name [CHAIN-6]."""
    body(scene, "box")["box"] = "mobile-7"


@BOOK.fraud("E_RANGE", like="B8")
def negative_figure(scene: Scene) -> None:
    """A candidate loses votes: minus one against plus one elsewhere [KIND-1]."""
    move(body(scene, "batch")["figures"], (B_APPROVE, -1), (A_APPROVE, 1))


@BOOK.fraud("E_RANGE", like="B8")
def figure_beyond_every_village(scene: Scene) -> None:
    """A count above the greatest one allowed [KIND-1]."""
    body(scene, "box")["issued"] = 1_000_000_001


@BOOK.fraud("E_FIELD", like="I5")
def exact_time_in_public(scene: Scene) -> None:
    """A batch tells its time to the second, which ties papers to people who just voted [KIND-2]."""
    body(scene, "batch", place=1)["time"] += 61


@BOOK.fraud("E_PRIVACY", like="I5")
def batch_below_the_threshold(scene: Scene) -> None:
    """Twenty papers are published as a batch of their own [CUT-2]."""
    body(scene, "batch")["figures"] = figures_of(scene, papers(20, VOTE_A))
    scene.forger.add_up()


@BOOK.fraud("E_NAMES", like="B10")
def entry_that_the_register_lacks(scene: Scene) -> None:
    """Votes go to a register number that nobody entered [NAME-1]."""
    record = body(scene, "batch", place=1)
    record["table"] = [1, 9]
    record["write_ins"] = [[0, 1, 4], [1, 9, 4]]


@BOOK.fraud("E_NAMES", like="B10")
def new_entry_hidden_from_the_table(scene: Scene) -> None:
    """A new entry of the register is left out of the batch's table [NAME-1]."""
    record = body(scene, "batch", place=1)
    record["table"] = [1]
    record["write_ins"] = [[0, 1, 4], [1, 1, 4]]


@BOOK.fraud("E_TARGET", like="A8")
def void_of_a_record_that_is_not(scene: Scene) -> None:
    """A void names a hash that no batch of the chain has [FIX-1]."""
    body(scene, "void", TWO)["target"] = "cd" * 32


@BOOK.fraud("E_TARGET", like="A8")
def void_names_the_wrong_place(scene: Scene) -> None:
    """A void's hash and number name different records [FIX-1]."""
    body(scene, "void", TWO)["target_seq"] = 2


@BOOK.fraud("E_TARGET", like="A8")
def batch_voided_twice(scene: Scene) -> None:
    """The same batch is taken back a second time, with the nothing that is left of it [FIX-1]."""
    forger = scene.forger
    void = forger.find("void", TWO)
    again = forger.after(void, forger.copy(void))
    again.body |= {"effect": [0] * len(void.body["effect"]), "write_ins": []}
    forger.relink(TWO)
    forger.add_up()


@BOOK.fraud("E_TARGET", like="A8")
def correction_of_a_voided_batch(scene: Scene) -> None:
    """A correction brings a voided batch back to life [FIX-1]."""
    voided = scene.forger.find("batch", TWO, 1)
    body(scene, "correction", TWO).update(target=voided.token, target_seq=voided.body["seq"])


@BOOK.fraud("E_EFFECT", like="A8")
def void_takes_too_little_back(scene: Scene) -> None:
    """A void leaves two votes of its batch in every total [FIX-2]."""
    move(body(scene, "void", TWO)["effect"], (B_APPROVE, 2), (B_ABSTAIN, -2))
    scene.forger.add_up()


@BOOK.fraud("E_EFFECT", like="A8")
def void_keeps_a_written_in_vote(scene: Scene) -> None:
    """A void does not take all written-in votes back [FIX-2]."""
    body(scene, "void", TWO)["write_ins"][0][2] += 1


@BOOK.fraud("E_EFFECT", like="A8")
def correction_with_a_gift(scene: Scene) -> None:
    """A correction's effect is not the difference of its figures; all totals follow the effect [FIX-2]."""
    move(body(scene, "correction", TWO)["effect"], (A_APPROVE, 10), (A_ABSTAIN, -10))
    scene.forger.add_up()


@BOOK.fraud("E_TOTAL", also=("E_HEAD",), like="D3")
def close_with_other_totals(scene: Scene) -> None:
    """The station's final sheet shows other totals than its chain [CLOSE-1]."""
    move(body(scene, "close")["running"][0][1], (A_APPROVE, 7), (A_ABSTAIN, -7))


@BOOK.fraud("E_TOTAL", also=("E_HEAD",), like="A5")
def close_forgets_a_batch(scene: Scene) -> None:
    """`close` counts fewer batches than the chain has [CLOSE-1]."""
    body(scene, "close")["batches"] -= 1


@BOOK.fraud("E_TOTAL", also=("E_HEAD",), like="D3")
def close_forgets_a_name(scene: Scene) -> None:
    """`close` counts fewer written-in entries than the register has [CLOSE-1]."""
    body(scene, "close")["names"] -= 1


@BOOK.fraud("E_TOTAL", also=("E_HEAD",), like="D3")
def close_gives_an_entry_more_votes(scene: Scene) -> None:
    """`close` shows other written-in votes than are in force [CLOSE-1]."""
    body(scene, "close")["write_ins"][0][2] += 3


@BOOK.fraud("E_FINDING", also=("E_HEAD",), like="A3")
def finding_swept_under_the_table(scene: Scene) -> None:
    """The form does not balance, and `close` keeps silent about it [CLOSE-2]."""
    body(scene, "close")["findings"] = []


@BOOK.fraud("E_FINDING", also=("E_HEAD",), like="A3")
def finding_invented(scene: Scene) -> None:
    """`close` cries more papers than issued where there are none, to cast doubt [CLOSE-2]."""
    body(scene, "close")["findings"] = ["F_COLLECTED_ISSUED", "F_VALID_INVALID"]
