"""Frauds on who signs: wrong keys, missing and additional people, forged lines, weak keys.

[SIGN-1] [SIGN-2] [SIGN-3] [SIGN-4] [KEY-1] [KEY-2] [KEY-3]
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tally_protocol.seal.keys import Signer, authority_name, county_name, key_id, person_name
from tally_protocol.seal.note import SignatureLine
from tests.attacks.book import UNSEALED, Book
from tests.attacks.scene import Scene
from tests.world import seed, signer

BOOK = Book()
ONE, TWO = "s/v1/1", "s/v1/2"
ELECTION = "county-test"
IDENTITY = bytes([1, *bytes(31)])
# R = the base point, S = 1: holds for every message under the identity key
FORGED_FOR_IDENTITY = bytes.fromhex("58" + "66" * 31) + (1).to_bytes(32, "little")
ORDER = 2**252 + 27742317777372353535851937790883648493


def person(name: str, unit: str = "v1") -> Signer:
    """A key of the unit."""
    return signer(person_name(ELECTION, unit, name))


def impostor(name: str) -> Signer:
    """Somebody else's key under a name."""
    return Signer(name, Ed25519PrivateKey.from_private_bytes(seed(f"impostor {name}")))


@BOOK.fraud("E_SIGNERS", like="D2")
def signed_by_another_station(scene: Scene) -> None:
    """Station 2 signs station 1's batch [SIGN-2]."""
    scene.forger.find("batch", ONE, 1).signers[0] = person("2")


@BOOK.fraud("E_SIGNERS", like="D2")
def signed_by_another_official(scene: Scene) -> None:
    """The caller signs where the scrutineer must [SIGN-2]."""
    scene.forger.find("batch", ONE, 1).signers[1] = person("caller-1")


@BOOK.fraud("E_SIGNERS", like="D2")
def signed_by_a_scrutineer_of_another_station(scene: Scene) -> None:
    """A scrutineer signs, but one of the other station's roster [SIGN-2]."""
    scene.forger.find("batch", ONE, 1).signers[1] = person("scrutineer-2")


@BOOK.fraud("E_SIGNERS", like="D2")
def signed_by_the_authority(scene: Scene) -> None:
    """The election committee's own key signs a batch: it has no right to count [KEY-3]."""
    scene.forger.find("batch", ONE, 1).signers[:] = [signer(authority_name(ELECTION))]


@BOOK.fraud("E_SIGNERS", like="D2")
def authority_beside_the_station(scene: Scene) -> None:
    """The authority signs in the scrutineer's place [KEY-3]."""
    scene.forger.find("batch", ONE, 1).signers[1] = signer(authority_name(ELECTION))


@BOOK.fraud("E_SIGNERS", like="D2")
def signed_by_the_county(scene: Scene) -> None:
    """The county writes a batch of its own [KEY-3]."""
    scene.forger.find("batch", ONE, 1).signers[0] = signer(county_name(ELECTION))


@BOOK.fraud("E_SIGNERS", like="D2")
def unknown_signer(scene: Scene) -> None:
    """A line of a key that nobody knows stands beside the right ones [SIGN-4]."""
    scene.forger.find("batch", ONE, 1).signers.append(impostor("example.org/witness"))


@BOOK.fraud("E_SIGNERS", like="A8")
def signer_too_many(scene: Scene) -> None:
    """One official more than the profile demands signs [SIGN-2]."""
    scene.forger.find("batch", ONE, 1).signers.append(person("teller-1"))


@BOOK.fraud("E_SIGNERS", like="A8")
def scrutineer_missing(scene: Scene) -> None:
    """A batch without the scrutineer's line [SIGN-2]."""
    scene.forger.find("batch", ONE, 1).signers.pop()


@BOOK.fraud("E_SIGNERS", like="A8")
def correction_without_quorum(scene: Scene) -> None:
    """A correction that only the chair signed [SIGN-2]."""
    del scene.forger.find("correction", TWO).signers[2:]


@BOOK.fraud("E_SIGNERS", like="D2")
def station_line_missing(scene: Scene) -> None:
    """Only people signed, the station did not [SIGN-2]."""
    scene.forger.find("batch", ONE, 1).signers.pop(0)


@BOOK.fraud("E_SIGNERS", like="B1")
def signatures_in_another_order(scene: Scene) -> None:
    """The lines of a close change places: another spelling of one record [SIGN-2]."""
    draft = scene.forger.find("close", ONE)
    draft.signers[1], draft.signers[2] = draft.signers[2], draft.signers[1]


@BOOK.fraud("E_SIGNERS", like="B1")
def signature_line_doubled(scene: Scene) -> None:
    """The scrutineer's line stands twice [SIGN-4]."""
    draft = scene.forger.find("batch", ONE, 1)
    draft.signers.append(draft.signers[1])


@BOOK.fraud("E_SIGNERS", like="G1")
def same_name_another_key(scene: Scene) -> None:
    """A stranger signs under the station's name with a key of his own [KEY-3]."""
    draft = scene.forger.find("batch", ONE, 1)
    draft.signers[0] = impostor(draft.signers[0].name)


@BOOK.fraud("E_SIG", like="D2")
def forged_under_the_right_key_id(scene: Scene) -> None:
    """A stranger's signature under the station's name and key id [KEY-2]."""
    draft = scene.forger.find("batch", ONE, 1)
    stranger = impostor(draft.signers[0].name)

    def forge(lines: list[SignatureLine]) -> list[SignatureLine]:
        fake = stranger.sign(b"anything\n").signature
        return [SignatureLine(lines[0].name, lines[0].key_id, fake), *lines[1:]]

    draft.resign = forge


@BOOK.fraud("E_SIG", like="B3")
def signature_of_another_record(scene: Scene) -> None:
    """The genuine lines of another batch stand under this one [NOTE-3]."""
    donor = scene.forger.find("batch", ONE, 2)
    lines = [who.sign(b"changpiao/v1 batch\n{}\n") for who in donor.signers]
    scene.forger.find("batch", ONE, 1).resign = lambda _: lines


@BOOK.fraud("E_SIG", like="B1")
def signature_with_a_second_spelling(scene: Scene) -> None:
    """S becomes S + L: the same signature for a careless checker [KEY-2]."""

    def stretch(lines: list[SignatureLine]) -> list[SignatureLine]:
        first = lines[0]
        s = int.from_bytes(first.signature[32:], "little") + ORDER
        return [SignatureLine(first.name, first.key_id, first.signature[:32] + s.to_bytes(32, "little")), *lines[1:]]

    scene.forger.find("batch", ONE, 1).resign = stretch


@BOOK.fraud("E_SIG", also=("E_CHAIN",), like="D1")
def altered_after_signing(scene: Scene) -> None:
    """One digit of a signed box record changes; tree and checkpoint are made to fit [NOTE-3]."""
    scene.forger.find("box", ONE).renote = lambda note: note.replace(b'"issued":130', b'"issued":131')


@BOOK.fraud("E_SIGNERS", like="G7")
def statement_signed_by_one_alone(scene: Scene) -> None:
    """One member alone declares the unit's result [SIGN-3]."""
    scene.forger.find("statement", "u/v1").signers.pop()


@BOOK.fraud("E_SIGNERS", like="G7")
def statement_signed_by_a_station(scene: Scene) -> None:
    """A station's officials sign the committee's statement [SIGN-3]."""
    scene.forger.find("statement", "u/v1").signers[:] = [person("chair-1"), person("scrutineer-1")]


@BOOK.fraud("E_SIGNERS", like="D3")
def standings_signed_by_the_log(scene: Scene) -> None:
    """The log operator, not the county, signs standings [SIGN-3]."""
    scene.forger.find("standings", place=1).signers[:] = [scene.world.log_signer]


@BOOK.fraud("E_SIGNERS", also=UNSEALED, like="E11")
def unit_note_signed_by_the_county(scene: Scene) -> None:
    """The county seals a unit by itself [SIGN-1]."""
    scene.forger.find("unit").signers[:] = [signer(county_name(ELECTION))]


@BOOK.fraud("E_SIG", like="E11")
def election_note_forged(scene: Scene) -> None:
    """The election note bears the authority's name but not its signature [SIGN-1]."""

    def forge(lines: list[SignatureLine]) -> list[SignatureLine]:
        fake = impostor(lines[0].name).sign(b"anything\n").signature
        return [SignatureLine(lines[0].name, lines[0].key_id, fake)]

    scene.forger.find("election").resign = forge


def _everybody(scene: Scene, name: str) -> None:
    """Who has the identity as key lets anybody sign for him, any number of times."""

    def forge(lines: list[SignatureLine]) -> list[SignatureLine]:
        fake = SignatureLine(name, key_id(name, IDENTITY), FORGED_FOR_IDENTITY)
        return [fake if line.name == name else line for line in lines]

    for draft in scene.forger.drafts:
        draft.resign = forge


@BOOK.fraud("E_WEAK_KEY", also=UNSEALED, like="F9")
def weak_key_of_an_official(scene: Scene) -> None:
    """The scrutineer's key is the identity, and anybody signed for him [KEY-1]."""
    scene.forger.find("roster").body["officials"][2]["key"] = IDENTITY.hex()
    _everybody(scene, person_name(ELECTION, "v1", "scrutineer-1"))


@BOOK.fraud("E_WEAK_KEY", also=UNSEALED, like="F9")
def weak_key_of_a_station(scene: Scene) -> None:
    """A station's key is the identity [KEY-1]."""
    scene.forger.find("roster").body["station_key"] = IDENTITY.hex()
    _everybody(scene, person_name(ELECTION, "v1", "1"))


@BOOK.fraud("E_WEAK_KEY", also=UNSEALED, like="F9")
def weak_key_of_a_committee_member(scene: Scene) -> None:
    """A committee member's key is the identity [KEY-1]."""
    scene.forger.find("unit").body["committee"][1]["key"] = IDENTITY.hex()
    _everybody(scene, person_name(ELECTION, "v1", "second"))


@BOOK.fraud("E_WEAK_KEY", like="F9")
def weak_key_of_the_county(scene: Scene) -> None:
    """The county's key is the identity [KEY-1]."""
    scene.forger.find("election").body["county_key"] = IDENTITY.hex()
    _everybody(scene, county_name(ELECTION))
