"""Frauds on the links of a station's chain: what is left out, added, moved, doubled, or comes from elsewhere."""

from tests.attacks.book import INCOMPLETE, Book
from tests.attacks.scene import Scene, story

BOOK = Book()
ONE, TWO = "s/v1/1", "s/v1/2"
OTHER_ELECTION = "other-test"


@BOOK.fraud("E_MANIFEST", like="E11")
def first_entry_dropped(scene: Scene) -> None:
    """The election note itself is left out, the log signed anew [LOG-1]."""
    scene.publish_as(scene.world.entries[1:])


@BOOK.fraud("E_GAP", also=("E_HEAD", "E_NONZERO"), like="C7")
def open_dropped(scene: Scene) -> None:
    """The record of the broken seal is left out [CHAIN-2]."""
    scene.forger.drop(scene.forger.find("open", ONE))


@BOOK.fraud("E_NONZERO", also=("E_MANIFEST",), like="C7")
def chain_starts_with_a_batch(scene: Scene) -> None:
    """A pre-stuffed box: the chain is renumbered so that it begins without `open` [CHAIN-4]."""
    scene.forger.drop(scene.forger.find("open", ONE))
    scene.forger.relink(ONE)
    scene.forger.add_up()


@BOOK.fraud("E_GAP", like="C3")
def middle_record_dropped(scene: Scene) -> None:
    """A batch vanishes from the middle of a chain [CHAIN-2]."""
    scene.forger.drop(scene.forger.find("batch", ONE, 1))


@BOOK.fraud("E_CHAIN", like="C3")
def middle_record_dropped_and_renumbered(scene: Scene) -> None:
    """A batch vanishes, the rest is renumbered, but still cites it [CHAIN-3]."""
    forger = scene.forger
    batch = forger.find("batch", ONE, 1)
    later = forger.chain(ONE)[forger.chain(ONE).index(batch) + 1 :]
    forger.drop(batch)
    for draft in later:
        draft.body["seq"] -= 1


@BOOK.fraud("NOT_FINAL", outcome=INCOMPLETE, like="C1")
def last_record_dropped(scene: Scene) -> None:
    """The last committee's names never reach the log; the final standings are made to fit."""
    scene.forger.drop(scene.forger.find("names", "u/v2"))


@BOOK.fraud("MISSING", outcome=INCOMPLETE, also=("NOT_FINAL",), like="C1")
def tail_with_close_cut_off(scene: Scene) -> None:
    """A station's last batch and its close are cut off, and what stood on them."""
    forger = scene.forger
    forger.drop(*forger.chain(ONE)[-2:], *forger.chain("u/v1"))


@BOOK.fraud("MISSING", outcome=INCOMPLETE, also=("NOT_FINAL",), like="C2")
def station_missing(scene: Scene) -> None:
    """A whole station never appears: not zero votes, but missing."""
    forger = scene.forger
    forger.drop(*forger.chain(ONE), *forger.chain("u/v1"))


@BOOK.fraud("E_HEAD", also=("MISSING",), like="C2")
def station_missing_but_stated(scene: Scene) -> None:
    """A whole station is left out, though the statement counts it [STATE-1]."""
    scene.forger.drop(*scene.forger.chain(ONE))


@BOOK.fraud("E_FORK", like="A9")
def two_records_for_one_place(scene: Scene) -> None:
    """The station signs two batches under one number; both are in the log [CHAIN-2]."""
    batch = scene.forger.find("batch", ONE)
    twin = scene.forger.after(batch, scene.forger.copy(batch))
    twin.body["time"] += 600


@BOOK.fraud("E_FORK", like="A4")
def record_added_in_the_middle(scene: Scene) -> None:
    """A further batch is slipped in; the records behind it keep their numbers [CHAIN-2]."""
    forger = scene.forger
    batch = forger.find("batch", ONE)
    extra = forger.after(batch, forger.copy(batch))
    extra.body |= {"seq": batch.body["seq"] + 1, "prev": batch.token}
    extra.body["running"] = [2 * number for number in batch.body["running"]]


@BOOK.fraud("E_GAP", also=("E_FORK",), like="C4")
def records_reordered(scene: Scene) -> None:
    """Two batches of a chain change places in the log [LOG-3]."""
    drafts = scene.forger.drafts
    first = drafts.index(scene.forger.find("batch", ONE))
    drafts[first], drafts[first + 1] = drafts[first + 1], drafts[first]


@BOOK.fraud("E_CHAIN", like="C4")
def records_reordered_and_renumbered(scene: Scene) -> None:
    """Two batches change places and numbers, their citations stay [CHAIN-3]."""
    drafts = scene.forger.drafts
    first = drafts.index(scene.forger.find("batch", ONE))
    one, two = drafts[first], drafts[first + 1]
    one.body["seq"], two.body["seq"] = two.body["seq"], one.body["seq"]
    drafts[first], drafts[first + 1] = two, one


@BOOK.fraud("E_DUP", like="C5")
def record_doubled(scene: Scene) -> None:
    """The very same batch is in the log twice, so that it might be counted twice [LOG-3]."""
    notes = scene.forger.notes()
    at = scene.forger.drafts.index(scene.forger.find("batch", "s/v2/1"))
    scene.publish_as([*notes[: at + 1], notes[at], *notes[at + 1 : -1]])


@BOOK.fraud("E_CHAIN")
def previous_hash_wrong(scene: Scene) -> None:
    """A record cites something else than the record before it [CHAIN-3]."""
    scene.forger.find("batch", ONE, 1).body["prev"] = "ab" * 32


@BOOK.fraud("E_EPOCH", like="C9")
def new_epoch(scene: Scene) -> None:
    """A chain goes on under an epoch that version 1 does not know."""
    scene.forger.find("batch", ONE, 1).body["epoch"] = 2


@BOOK.fraud("E_CLOSED", like="A12")
def batch_after_close(scene: Scene) -> None:
    """A late batch: everything adds up, but the count was closed [CHAIN-7]."""
    forger = scene.forger
    forger.after(forger.find("close", ONE), forger.copy(forger.find("batch", ONE)))
    forger.relink(ONE)
    forger.add_up()


@BOOK.fraud("E_CLOSED", like="A12")
def second_close(scene: Scene) -> None:
    """A station closes twice [CHAIN-7]."""
    forger = scene.forger
    close = forger.find("close", ONE)
    forger.after(close, forger.copy(close))
    forger.relink(ONE)
    forger.add_up()


@BOOK.fraud("E_NONZERO", like="C9")
def second_open(scene: Scene) -> None:
    """The box is opened a second time [CHAIN-4]."""
    forger = scene.forger
    first = forger.find("open", ONE)
    forger.after(first, forger.copy(first))
    forger.relink(ONE)
    forger.add_up()


@BOOK.fraud("E_ELECTION", like="B4")
def record_of_another_election(scene: Scene) -> None:
    """A genuine batch of another election is put into this log [CHAIN-1]."""
    other = story(name=OTHER_ELECTION).world.entries
    notes = scene.forger.notes()
    scene.publish_as([*notes[:-1], other[9]])


@BOOK.fraud("E_ELECTION", like="B4")
def record_cites_another_election(scene: Scene) -> None:
    """The right people sign a batch that cites another election [CHAIN-1]."""
    scene.forger.find("batch", ONE, 1).body["election"] = story(name=OTHER_ELECTION).world.election_hash.hex()


@BOOK.fraud("E_ELECTION", like="C8", election="county")
def rehearsal_record_in_the_real_election(scene: Scene) -> None:
    """A batch of the rehearsal is counted in the real election [CHAIN-1]."""
    scene.publish_as([*scene.forger.notes()[:-1], story().world.entries[9]])


@BOOK.fraud("E_ELECTION", like="C8")
def real_record_in_the_rehearsal(scene: Scene) -> None:
    """A batch of the real election is put into the rehearsal [CHAIN-1]."""
    scene.publish_as([*scene.forger.notes()[:-1], story(name="county").world.entries[9]])


@BOOK.fraud("E_TEST", like="C8")
def rehearsal_passed_as_real(scene: Scene) -> None:
    """The rehearsal's election note is signed again without its mark, everything else made to fit [SEAL-1]."""
    scene.forger.find("election").body["test"] = False


@BOOK.fraud("E_TEST", like="C8", election="county")
def real_passed_as_rehearsal(scene: Scene) -> None:
    """The real election is declared a rehearsal afterwards [SEAL-1]."""
    scene.forger.find("election").body["test"] = True


@BOOK.fraud("E_ANCHOR", like="C8")
def rehearsal_shown_to_who_holds_the_real_key(scene: Scene) -> None:
    """The whole rehearsal is published in the place of the real election [VERIFY-7]."""
    scene.anchor = Scene(name="county").anchor


@BOOK.fraud("E_UNKNOWN_CHAIN", like="C2")
def station_nobody_sealed(scene: Scene) -> None:
    """A further station opens a chain that the manifest does not know [CHAIN-6]."""
    first = scene.forger.find("open", ONE)
    ghost = scene.forger.after(first, scene.forger.copy(first))
    ghost.body["chain"] = "s/v1/9"


@BOOK.fraud("E_UNKNOWN_CHAIN", like="C2")
def unit_nobody_sealed(scene: Scene) -> None:
    """A village that is not in the manifest reports [CHAIN-6]."""
    first = scene.forger.find("open", ONE)
    ghost = scene.forger.after(first, scene.forger.copy(first))
    ghost.body["chain"] = "s/v9/1"


@BOOK.fraud("E_FIELD", also=("E_GAP",), like="B3")
def batch_on_the_committees_chain(scene: Scene) -> None:
    """A batch claims a place on the unit's own chain [KIND-3]."""
    scene.forger.find("batch", ONE, 2).body["chain"] = "u/v1"


@BOOK.fraud("E_KIND", like="B3")
def receipt_in_the_log(scene: Scene) -> None:
    """A receipt, which promises, is logged as if it were a record [LOG-4]."""
    receipt = scene.honest_receipts()["s-v1-1.receipt"]
    scene.publish_as([*scene.forger.notes()[:-1], receipt])
