"""Frauds that nothing noticed when single checks of the verifier were taken out: now none of those can be lost."""

from dataclasses import replace

from tally_protocol.merkle.hashing import root_of
from tally_protocol.record.kinds import Receipt, decode_record
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.seal.note import SignatureLine, format_note, parse_note
from tests.attacks.book import INCOMPLETE, UNSEALED, Book
from tests.attacks.forger import Draft
from tests.attacks.frauds_signers import impostor
from tests.attacks.scene import Scene, story
from tests.published import proof_of, signed_checkpoint, tree_levels
from tests.world import public, seed

BOOK = Book()
ONE, TWO, UNIT = "s/v1/1", "s/v1/2", "u/v1"


def cite_another_election(draft: Draft) -> None:
    """A record that belongs to another election."""
    draft.body["election"] = story(name="other-test").world.election_hash.hex()


@BOOK.fraud("E_MANIFEST", like="E11")
def open_under_a_roster_that_the_unit_does_not_cite(scene: Scene) -> None:
    """The unit note cites the old roster, a newer one is in the log, the station opens under that [CHAIN-5]."""
    forger = scene.forger
    first = forger.find("roster")
    newer = forger.after(forger.find("unit"), forger.copy(first))
    newer.body |= {"version": 2, "prev": first.token}
    forger.find("open", ONE).body["roster"] = newer.token


@BOOK.fraud("E_MANIFEST", like="E11")
def officials_present_in_another_order(scene: Scene) -> None:
    """`open` lists the officials in another order than the roster [CHAIN-5]."""
    scene.forger.find("open", ONE).body["officials"].reverse()


@BOOK.fraud("E_MANIFEST", like="E11")
def official_present_that_no_roster_knows(scene: Scene) -> None:
    """`open` says that somebody was present who is not on the roster [CHAIN-5]."""
    scene.forger.find("open", ONE).body["officials"].append("visitor")


@BOOK.fraud("E_NAMES", like="B10")
def table_longer_than_the_register(scene: Scene) -> None:
    """A batch's table names an entry that nobody made, though no vote goes to it [NAME-1]."""
    scene.forger.find("batch", ONE, 1).body["table"].append(9)


@BOOK.fraud("E_NAMES", like="B10")
def votes_for_an_entry_outside_the_table(scene: Scene) -> None:
    """Votes go to an entry of the register that this batch's table does not name [NAME-1]."""
    body = scene.forger.find("batch", TWO, 3).body
    (contest, _, votes), second = body["write_ins"]
    body["write_ins"] = [[contest, 1, votes], second]


@BOOK.fraud("E_SUM", like="A2")
def entry_with_more_votes_than_papers(scene: Scene) -> None:
    """With two slots one name gets more votes than there are valid papers [NAME-2]."""
    scene.forger.find("unit").body["contests"][0] |= {"max_marks": 2, "write_ins": 2}
    body = scene.forger.find("batch", ONE, 1).body
    valid = body["figures"][1]
    body["figures"][9] = body["write_ins"][0][2] = valid + 1
    scene.forger.add_up()


@BOOK.fraud("E_LAYOUT", also=("E_HEAD",), like="B5")
def joined_with_a_paper_that_is_not(scene: Scene) -> None:
    """`close` says that papers of an unknown kind went to the other table [CHAIN-6]."""
    scene.forger.find("close", ONE).body["joined_to"] = [["township", "2"]]


@BOOK.fraud("E_UNKNOWN_CHAIN", also=("E_HEAD",), like="C2")
def joined_with_a_table_that_is_not(scene: Scene) -> None:
    """`close` says that papers went to a table that nobody sealed [CHAIN-6]."""
    scene.forger.find("close", ONE).body["joined_to"] = [["village", "9"]]


@BOOK.fraud("E_LAYOUT", like="B5")
def person_opened_for_a_post_that_is_not(scene: Scene) -> None:
    """A written-in person is opened for a contest that the unit does not have [CHAIN-6]."""
    scene.forger.find("names", UNIT).body["persons"][0]["contest"] = "mayor"


@BOOK.fraud("E_MANIFEST", also=UNSEALED, like="E6")
def person_called_like_a_station(scene: Scene) -> None:
    """A committee member has a station's id, so that his key would pass for the station's name [SEAL-4]."""
    scene.forger.find("unit").body["committee"][1]["id"] = "1"


@BOOK.fraud("E_ELECTION", like="B4")
def standings_of_another_election(scene: Scene) -> None:
    """Standings cite another election [CHAIN-1]."""
    cite_another_election(scene.forger.find("standings", place=1))


@BOOK.fraud("E_ELECTION", also=UNSEALED, like="B4")
def unit_of_another_election(scene: Scene) -> None:
    """A unit note cites another election [CHAIN-1]."""
    cite_another_election(scene.forger.find("unit", place=1))


@BOOK.fraud("E_DUP", like="C5")
def standings_doubled(scene: Scene) -> None:
    """The very same standings are in the log twice [LOG-3]."""
    notes = scene.forger.notes()
    scene.publish_as([*notes, notes[-1]])


@BOOK.fraud("E_SIG", like="D3")
def standings_forged(scene: Scene) -> None:
    """Standings bear the county's name and key id, not its signature [SIGN-3]."""
    draft = scene.forger.find("standings", place=2)
    stranger = impostor(scene.world.county.name)
    draft.resign = lambda lines: [SignatureLine(lines[0].name, lines[0].key_id, stranger.sign(b"x\n").signature)]


@BOOK.fraud("E_ORDER", also=("E_MANIFEST",), like="E11")
def second_election_note(scene: Scene) -> None:
    """Another election note, properly signed, appears later in the log [LOG-1] [LOG-2]."""
    forger = scene.forger
    second = forger.copy(forger.find("election"))
    second.body["title"] = "另一场选举"
    forger.after(forger.find("unit", place=1), second)


@BOOK.fraud("E_ORDER", like="E11")
def roster_after_its_unit(scene: Scene) -> None:
    """A first roster comes after the unit note that should have cited it [LOG-2]."""
    forger = scene.forger
    late = forger.after(forger.find("unit"), forger.copy(forger.find("roster")))
    late.body |= {"station": "3", "station_key": public("late station").hex()}


def receipt(scene: Scene) -> Receipt:
    """What station 1 was promised."""
    body = decode_record(scene.honest_receipts()["s-v1-1.receipt"]).body
    assert isinstance(body, Receipt)
    return body


@BOOK.fraud("E_RECEIPT", like="D4")
def receipt_forged_under_the_right_key_id(scene: Scene) -> None:
    """A receipt bears the county's name and key id, not its signature [SIGN-3]."""
    note = parse_note(scene.honest_receipts()["s-v1-1.receipt"])
    line = note.lines[0]
    stranger = impostor(line.name).sign(b"x\n").signature
    scene.receipts = {"a.receipt": format_note(note.text, (SignatureLine(line.name, line.key_id, stranger),))}


@BOOK.fraud("E_RECEIPT", like="B4")
def receipt_that_cites_another_election(scene: Scene) -> None:
    """The county signs a receipt for another election's record [CHAIN-1]."""
    other = replace(receipt(scene), election=story(name="other-test").world.election_hash)
    scene.receipts = {"a.receipt": sign_receipt(other, scene.world.county)}


@BOOK.fraud("E_RECEIPT", like="D4")
def receipt_from_later_than_to(scene: Scene) -> None:
    """A receipt covers records from a later one to an earlier one [RECEIPT-1]."""
    scene.receipts = {"a.receipt": sign_receipt(replace(receipt(scene), from_seq=9), scene.world.county)}


@BOOK.fraud("E_RECEIPT", like="B3")
def standings_offered_as_a_receipt(scene: Scene) -> None:
    """Standings, which the county signed too, are held up as a receipt [NOTE-2]."""
    scene.receipts = {"a.receipt": scene.world.entries[-1]}


@BOOK.fraud("MISSING", outcome=INCOMPLETE, like="E3")
def proof_from_a_newer_log(scene: Scene) -> None:
    """Somebody holds a proof under a larger checkpoint: this folder is older, which is no contradiction [CHECK-3]."""
    notes = [*scene.forger.notes(), seed("a later entry")]
    checkpoint = signed_checkpoint(scene.world, len(notes), root_of(tree_levels(notes)[0]))
    scene.receipts = {"9.proof": proof_of(notes, 9, checkpoint)}
