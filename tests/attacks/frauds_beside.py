"""Frauds beside the log: the sealed ballots, the receipts that people kept, the anchor itself."""

from hashlib import sha256

from tally_protocol.ids import Hash32
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.record.ballots import SealedPart
from tally_protocol.seal.keys import vkey
from tally_protocol.seal.note import format_note
from tests.attacks.book import FAILED, INCOMPLETE, UNANCHORED, VERIFIED, Book
from tests.attacks.forger import Draft
from tests.attacks.frauds_counts import A_ABSTAIN, A_APPROVE, B_ABSTAIN, B_APPROVE, move
from tests.attacks.frauds_files import flip
from tests.attacks.frauds_signers import impostor
from tests.attacks.scene import Scene, story
from tests.published import proof_of, receipts_of, signed_checkpoint, signed_receipt
from tests.world import VOTE_A, VOTE_B

BOOK = Book()
ONE = "s/v1/1"
FIVE_VOTES = ((A_APPROVE, -5), (A_ABSTAIN, 5), (B_APPROVE, 5), (B_ABSTAIN, -5))  # from a to b


def rows_replaced(scene: Scene, place: int, old: bytes, new: bytes) -> tuple[Draft, SealedPart]:
    """One paper of a batch in the archive is exchanged; the record stays as it is."""
    scene.with_ballots = True
    batch = scene.forger.find("batch", ONE, place)
    for at, (key, data) in enumerate(scene.parts["v1"]):
        if key.hex() == batch.token:
            part = SealedPart.decode(data)
            assert old in part.rows
            forged = SealedPart(
                secret=part.secret, papers=part.papers, width=part.width, rows=part.rows.replace(old, new, 1),
                from_time=part.from_time, to_time=part.to_time, names=part.names,
            )  # fmt: skip
            scene.parts["v1"][at] = key, forged.encode()
            return batch, forged
    raise AssertionError("no part for the batch")


@BOOK.fraud("E_COUNT", like="A2")
def votes_moved_in_the_public_record(scene: Scene) -> None:
    """All signers collude: five votes move, every figure follows. Only the papers tell [BALLOT-3]."""
    scene.with_ballots = True
    move(scene.forger.find("batch", ONE).body["figures"], *FIVE_VOTES)
    scene.forger.add_up()


@BOOK.fraud("E_SEALED", like="D9")
def paper_exchanged_in_the_archive(scene: Scene) -> None:
    """A paper in the sealed archive is replaced by another [BALLOT-1]."""
    rows_replaced(scene, 0, bytes(VOTE_A), bytes(VOTE_B))


@BOOK.fraud("E_COMMITMENT", like="D9")
def paper_exchanged_and_hash_renewed(scene: Scene) -> None:
    """A paper is replaced and the record's hash of the sealed part renewed; the root still commits [BALLOT-2]."""
    batch, part = rows_replaced(scene, 0, bytes(VOTE_A), bytes(VOTE_B))
    batch.body["sealed"] = sha256(part.encode()).hexdigest()


@BOOK.fraud("E_COUNT", like="D9")
def paper_exchanged_and_commitment_renewed(scene: Scene) -> None:
    """A paper is replaced, hash and commitment renewed; the figures are still the old ones [BALLOT-3]."""
    batch, part = rows_replaced(scene, 0, bytes(VOTE_A), bytes(VOTE_B))
    batch.body |= {"sealed": sha256(part.encode()).hexdigest(), "root": part.root().hex()}


@BOOK.fraud("E_COMMITMENT", like="B13")
def commitment_replaced(scene: Scene) -> None:
    """The record commits to other papers than were sealed [BALLOT-2]."""
    scene.with_ballots = True
    scene.forger.find("batch", ONE).body["root"] = "42" * 32


@BOOK.fraud("E_RANGE", like="B8")
def mark_that_no_paper_can_carry(scene: Scene) -> None:
    """A cell holds a code that the paper does not know [CELL-1]."""
    strange = (0, 9, *VOTE_A[2:])
    batch, part = rows_replaced(scene, 0, bytes(VOTE_A), bytes(strange))
    batch.body |= {"sealed": sha256(part.encode()).hexdigest(), "root": part.root().hex()}


@BOOK.fraud("E_SEALED", like="D2")
def part_too_many(scene: Scene) -> None:
    """The archive holds papers that belong to no record [ARCHIVE-1]."""
    scene.with_ballots = True
    scene.parts["v1"].append((bytes(32), scene.parts["v1"][0][1]))


@BOOK.fraud("E_SEALED", also=("MISSING_BALLOTS",), like="C5")
def two_parts_for_one_record(scene: Scene) -> None:
    """The archive holds two sealed parts for one batch [ARCHIVE-1]."""
    scene.with_ballots = True
    scene.parts["v1"].append(scene.parts["v1"][0])


@BOOK.fraud("E_SEALED", like="C5")
def parts_exchanged(scene: Scene) -> None:
    """Two batches' papers change places in the archive [BALLOT-1]."""
    scene.with_ballots = True
    (one, first), (two, second), *_ = scene.parts["v1"]
    scene.parts["v1"][:2] = [(one, second), (two, first)]


@BOOK.fraud("MISSING_BALLOTS", outcome=INCOMPLETE, like="A5")
def part_missing(scene: Scene) -> None:
    """One batch's papers are not in the archive [ARCHIVE-1]."""
    scene.with_ballots = True
    scene.parts["v1"].pop(1)


@BOOK.fraud("MISSING_BALLOTS", outcome=INCOMPLETE, like="E10")
def archive_of_a_unit_missing(scene: Scene) -> None:
    """A unit's file is not in the archive [ARCHIVE-1]."""
    scene.with_ballots = True
    del scene.parts["v2"]


@BOOK.fraud("E_SEALED", like="F6")
def archive_of_an_unknown_unit(scene: Scene) -> None:
    """The archive holds a file of a unit that does not exist [ARCHIVE-1]."""
    scene.with_ballots = True
    scene.parts["v9"] = scene.parts["v2"][:1]


@BOOK.fraud("E_PROMISE", like="D4")
def batch_rewritten_after_its_receipt(scene: Scene) -> None:
    """Everybody colludes to rewrite a batch after the station had its receipt [RECEIPT-3]."""
    scene.receipts = scene.honest_receipts()
    move(scene.forger.find("batch", ONE).body["figures"], *FIVE_VOTES)
    scene.forger.add_up()


@BOOK.fraud("E_PROMISE", also=("MISSING", "NOT_FINAL"), like="D4")
def receipted_station_withheld(scene: Scene) -> None:
    """A station has receipts, but its chain never reaches the log [RECEIPT-3]."""
    scene.receipts = scene.honest_receipts()
    scene.forger.drop(*scene.forger.chain(ONE), *scene.forger.chain("u/v1"))


@BOOK.fraud("E_PROMISE", like="C5")
def two_receipts_for_one_place(scene: Scene) -> None:
    """The county promised two different records for one place of a chain [RECEIPT-3]."""
    scene.receipts = scene.honest_receipts()
    scene.receipts["second.receipt"] = signed_receipt(scene.world, ONE, 5, Hash32(bytes(32)))


@BOOK.fraud("E_RECEIPT", like="D4")
def receipt_forged(scene: Scene) -> None:
    """A receipt that the county did not sign."""
    scene.receipts = scene.honest_receipts()
    stranger = impostor(scene.world.county.name).sign(b"anything\n")
    name = "s-v1-1.receipt"
    text = scene.receipts[name].partition("\n— ".encode())[0]
    scene.receipts[name] = format_note(text, (stranger,))


@BOOK.fraud("E_RECEIPT", like="B4")
def receipt_of_another_election(scene: Scene) -> None:
    """A genuine receipt of another election is held against this log."""
    other = story(name="other-test").world
    scene.receipts = receipts_of(other, other.entries)


@BOOK.fraud("", outcome=VERIFIED)
def honest_receipts_and_proofs(scene: Scene) -> None:
    """The untouched record with archive, receipts and proofs of every entry: nothing to complain about [PROOF-1]."""
    scene.with_ballots = True
    notes = scene.forger.notes()
    checkpoint = scene.publish()["checkpoint"]
    scene.receipts = scene.honest_receipts()
    scene.receipts |= {f"{index}.proof": proof_of(notes, index, checkpoint) for index in range(len(notes))}


@BOOK.fraud("E_PROOF", like="B13")
def proof_of_another_place(scene: Scene) -> None:
    """A proof names another index than the one it was made for [PROOF-1]."""
    notes = scene.forger.notes()
    proof = proof_of(notes, 9, scene.publish()["checkpoint"])
    scene.receipts = {"9.proof": proof.replace(b"index 9\n", b"index 10\n")}


@BOOK.fraud("E_PROOF", like="B13")
def proof_one_hash_short(scene: Scene) -> None:
    """A proof has not the length that index and size imply [PROOF-1]."""
    lines = proof_of(scene.forger.notes(), 9, scene.publish()["checkpoint"]).split(b"\n")
    scene.receipts = {"9.proof": b"\n".join(lines[:3] + lines[4:])}


@BOOK.fraud("E_SPLIT", like="E1")
def proof_against_another_history(scene: Scene) -> None:
    """Somebody holds a proof under a checkpoint of the same log that conflicts with the published one [CHECK-3]."""
    root = flip(bytes(32), 0)
    other = signed_checkpoint(scene.world, 30, root)
    scene.receipts = {"9.proof": proof_of(scene.forger.notes()[:30], 9, other)}


@BOOK.fraud("E_SPLIT", like="E1")
def proof_from_the_other_view(scene: Scene) -> None:
    """The log showed somebody a whole other history, sound in itself, and published this one [CHECK-3]."""
    notes = scene.forger.notes()
    other = [*notes[:9], notes[10], *notes[11:30]]
    checkpoint = signed_checkpoint(scene.world, len(other), root_of([leaf_hash(note) for note in other]))
    scene.receipts = {"9.proof": proof_of(other, 9, checkpoint)}


@BOOK.fraud("", outcome=UNANCHORED, like="F3")
def no_anchor(scene: Scene) -> None:
    """The observer has no key but the one that the record brings along."""
    scene.anchor = None


@BOOK.fraud("E_ANCHOR", outcome=FAILED, like="F3")
def wrong_anchor(scene: Scene) -> None:
    """The authority's printed key is another [VERIFY-7]."""
    scene.anchor = Scene(name="other-test").anchor


@BOOK.fraud("E_ANCHOR", outcome=FAILED, like="F3")
def right_key_under_another_name(scene: Scene) -> None:
    """The printed key's name is that of another election [VERIFY-7]."""
    scene.anchor = vkey("changpiao/other-test/authority", scene.world.authority.public)


@BOOK.fraud("E_RUNNING", like="F3")
def contradiction_without_an_anchor(scene: Scene) -> None:
    """A contradiction counts even where no anchor was given [VERIFY-1]."""
    move(scene.forger.find("batch", ONE, 1).body["running"], (A_APPROVE, 1))
    scene.anchor = None


@BOOK.fraud("NOT_FINAL", outcome=UNANCHORED, like="F3")
def incomplete_without_an_anchor(scene: Scene) -> None:
    """Without an anchor an incomplete record is first of all unanchored [VERIFY-1]."""
    scene.forger.drop(*scene.forger.chain("u/v1"))
    scene.anchor = None


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, also=("MISSING", "NOT_FINAL"), like="E10", fillers=560)
def proofs_beside_withheld_files(scene: Scene) -> None:
    """A bundle and its tile are withheld: proofs cannot be checked, nobody is accused of a split [CHECK-3]."""
    notes = scene.forger.notes()
    files = scene.publish()
    scene.receipts = {f"{index}.proof": proof_of(notes, index, files["checkpoint"]) for index in (3, 300, 590)}
    del files["tile/entries/001"], files["tile/0/001"]
