"""Frauds on the checkpoint: its text, its two signatures, its spelling [CHECK-1] [CHECK-2]."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tally_protocol.log.checkpoint import (
    Checkpoint,
    checkpoint_text,
    parse_checkpoint,
    parse_checkpoint_note,
    sign_checkpoint,
)
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import Note, SignatureLine, format_note
from tests.attacks.book import INCOMPLETE, VERIFIED, Book
from tests.attacks.frauds_files import flip
from tests.attacks.frauds_signers import impostor
from tests.attacks.scene import Scene
from tests.published import PUBLISHED
from tests.world import seed, signer_under

BOOK = Book()


def resigned(
    scene: Scene,
    change: Callable[[Checkpoint], Checkpoint] = lambda head: head,
    ed25519: Signer | None = None,
    mldsa: MLDSA44PrivateKey | None = None,
    grease: tuple[SignatureLine, ...] = (),
) -> None:
    """Change the head and sign it again, with the log's own keys unless others are given."""
    files, world = scene.publish(), scene.world
    head = change(parse_checkpoint(parse_checkpoint_note(files["checkpoint"])))
    files["checkpoint"] = sign_checkpoint(
        head, ed25519 or world.log_signer, mldsa or world.mldsa, PUBLISHED, grease
    )


def relined(scene: Scene, change: Callable[[Note], tuple[SignatureLine, ...]]) -> None:
    """Keep the text, replace the lines."""
    files = scene.publish()
    note = parse_checkpoint_note(files["checkpoint"])
    files["checkpoint"] = format_note(note.text, change(note))


def respelled(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    """Change the text as bytes and sign it as it then is (the ML-DSA line covers numbers, not spelling)."""
    files, world = scene.publish(), scene.world
    note = parse_checkpoint_note(files["checkpoint"])
    text = change(note.text)
    files["checkpoint"] = format_note(text, (world.log_signer.sign(text), note.lines[1]))


@BOOK.fraud("E_ROOT", also=("E_STANDINGS",), like="E2")
def checkpoint_over_another_root(scene: Scene) -> None:
    """The log signs a root that its entries do not have [TILE-2]."""
    resigned(scene, lambda head: Checkpoint(head.origin, head.size, flip(head.root, 0)))


@BOOK.fraud("E_SIG", also=("E_ROOT",), like="E2")
def root_altered_under_the_signature(scene: Scene) -> None:
    """The root in the text is replaced, the signatures stay [CHECK-2]."""
    relined(scene, lambda note: note.lines)
    files = scene.publish()
    note = parse_checkpoint_note(files["checkpoint"])
    head = parse_checkpoint(note)
    other = checkpoint_text(Checkpoint(head.origin, head.size, flip(head.root, 0)))
    files["checkpoint"] = format_note(other, note.lines)


@BOOK.fraud("E_SIG", also=("E_ROOT",), like="E2")
def ed25519_line_renewed_alone(scene: Scene) -> None:
    """The root is replaced and only the Ed25519 line renewed: the ML-DSA line speaks of the old tree [CHECK-2]."""
    files = scene.publish()
    note = parse_checkpoint_note(files["checkpoint"])
    head = parse_checkpoint(note)
    text = checkpoint_text(Checkpoint(head.origin, head.size, flip(head.root, 0)))
    files["checkpoint"] = format_note(text, (scene.world.log_signer.sign(text), note.lines[1]))


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, also=("MISSING", "NOT_FINAL"), like="E8")
def size_larger_than_the_log(scene: Scene) -> None:
    """The checkpoint promises an entry more than is there: what it implies is missing."""
    resigned(scene, lambda head: Checkpoint(head.origin, head.size + 1, head.root))


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, also=("MISSING", "NOT_FINAL"), like="E3")
def size_smaller_than_the_log(scene: Scene) -> None:
    """An older size is signed; the partial files of that size are not there."""
    resigned(scene, lambda head: Checkpoint(head.origin, head.size - 1, head.root))


@BOOK.fraud("E_MANIFEST", like="E11")
def checkpoint_of_another_log(scene: Scene) -> None:
    """The checkpoint bears another log's name [LOG-1]."""
    other = signer_under("log.example/other", "log")
    resigned(scene, lambda head: Checkpoint("log.example/other", head.size, head.root), ed25519=other)


@BOOK.fraud("E_SIGNERS", like="G8")
def ed25519_line_missing(scene: Scene) -> None:
    """Only the ML-DSA line is there [CHECK-2]."""
    relined(scene, lambda note: note.lines[1:])


@BOOK.fraud("E_SIGNERS", like="G8")
def mldsa_line_missing(scene: Scene) -> None:
    """Only the Ed25519 line is there [CHECK-2]."""
    relined(scene, lambda note: note.lines[:1])


@BOOK.fraud("E_SIG", like="G8")
def ed25519_line_bad(scene: Scene) -> None:
    """One bit of the Ed25519 signature flips [CHECK-2]."""
    relined(scene, lambda note: (_bent(note.lines[0], 10), note.lines[1]))


@BOOK.fraud("E_SIG", like="G8")
def mldsa_line_bad(scene: Scene) -> None:
    """One bit of the ML-DSA signature flips [CHECK-2]."""
    relined(scene, lambda note: (note.lines[0], _bent(note.lines[1], 900)))


@BOOK.fraud("E_SIG", like="E3")
def mldsa_time_altered(scene: Scene) -> None:
    """The time of the ML-DSA line is moved to make an old head look fresh [CHECK-2]."""
    relined(scene, lambda note: (note.lines[0], _bent(note.lines[1], 7)))


@BOOK.fraud("E_SIGNERS", like="G8")
def signed_by_another_log(scene: Scene) -> None:
    """Both lines are somebody else's under the log's name [CHECK-2]."""
    stranger = MLDSA44PrivateKey.from_seed_bytes(seed("another log"))
    resigned(scene, ed25519=impostor(scene.world.origin), mldsa=stranger)


@BOOK.fraud("E_NOTE", like="E7")
def extension_line(scene: Scene) -> None:
    """A fourth line of text, which the ML-DSA line does not cover [CHECK-1]."""
    respelled(scene, lambda text: text + b"winner a\n")


@BOOK.fraud("E_NOTE", like="E7")
def size_with_a_leading_zero(scene: Scene) -> None:
    """The size is spelled with a zero in front [CHECK-1]."""
    respelled(scene, lambda text: text.replace(b"\n36\n", b"\n036\n"))


@BOOK.fraud("E_NOTE", like="E7")
def size_in_full_width_digits(scene: Scene) -> None:
    """The size is spelled in full-width digits, which careless parsers read [CHECK-1]."""
    respelled(scene, lambda text: text.replace(b"\n36\n", "\n\uff13\uff16\n".encode()))


@BOOK.fraud("E_NOTE", like="E7")
def root_with_spare_bits(scene: Scene) -> None:
    """The root's base64 has spare bits set: a second spelling of the same root [CHECK-1]."""

    def spare(text: bytes) -> bytes:
        place = text.index(b"=\n") - 1
        letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return text[:place] + letters[letters.index(text[place]) + 1 :][:1] + text[place + 1 :]

    respelled(scene, spare)


@BOOK.fraud("E_NOTE", like="E7")
def checkpoint_with_carriage_returns(scene: Scene) -> None:
    """The checkpoint has the line ends of another system [NOTE-1]."""
    files = scene.publish()
    files["checkpoint"] = files["checkpoint"].replace(b"\n", b"\r\n")


@BOOK.fraud("E_NOTE", like="E8")
def checkpoint_cut_off(scene: Scene) -> None:
    """The checkpoint breaks off in its second signature [NOTE-1]."""
    files = scene.publish()
    files["checkpoint"] = files["checkpoint"][:-100]


@BOOK.fraud("E_NOTE", like="F4")
def checkpoint_empty(scene: Scene) -> None:
    """The checkpoint is a file of no bytes [NOTE-1]."""
    scene.publish()["checkpoint"] = b""


@BOOK.fraud("E_B64", like="B12")
def signature_with_spare_bits(scene: Scene) -> None:
    """The Ed25519 line's base64 has spare bits set [NOTE-1]."""
    files = scene.publish()
    head, line, rest = files["checkpoint"].partition(b"=\n\xe2\x80\x94")  # the first padded line before another line
    assert line
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spare = letters[letters.index(head[-1]) ^ 1 :][:1]
    files["checkpoint"] = head[:-1] + spare + line + rest


@BOOK.fraud("", outcome=VERIFIED, like="E7")
def unknown_lines_beside_the_logs(scene: Scene) -> None:
    """Cosignatures of witnesses nobody here knows are no fault: they MUST be tolerated [CHECK-2]."""
    witness = impostor("witness.example")
    resigned(scene, grease=(witness.sign(b"whatever\n"), impostor(scene.world.origin).sign(b"else\n")))


@BOOK.fraud("", outcome=VERIFIED, like="E7")
def lines_in_another_order(scene: Scene) -> None:
    """The order of a checkpoint's lines means nothing [CHECK-2]."""
    relined(scene, lambda note: note.lines[::-1])


def _bent(line: SignatureLine, place: int) -> SignatureLine:
    return SignatureLine(line.name, line.key_id, flip(line.signature, place))
