"""Frauds by spelling: one record, two readings. Each is properly signed as it is spelled.

[JSON-1] [JSON-2] [JSON-3] [JSON-4] [NOTE-1] [NOTE-2] [KIND-1]
"""

import re
from collections.abc import Callable

from tests.attacks.book import Book
from tests.attacks.scene import Scene

BOOK = Book()
ONE, TWO = "s/v1/1", "s/v1/2"


def respell(scene: Scene, change: Callable[[bytes], bytes], kind: str = "box", chain: str = ONE) -> None:
    """Change the text before it is signed; the change must take."""

    def checked(text: bytes) -> bytes:
        changed = change(text)
        assert changed != text
        return changed

    scene.forger.find(kind, chain).respell = checked


def renote(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    """Change the note after it is signed."""

    def checked(note: bytes) -> bytes:
        changed = change(note)
        assert changed != note
        return changed

    scene.forger.find("box", ONE).renote = checked


def _json(code: str, name: str, old: bytes, new: bytes, story: str) -> None:
    def commit(scene: Scene) -> None:
        respell(scene, lambda text: text.replace(old, new, 1))

    commit.__name__, commit.__doc__ = name, story
    BOOK.fraud(code, like="B1" if code in ("E_NONCANON", "E_NAME") else "B12")(commit)


for _case in (
    ("E_NONCANON", "json_with_a_space", b'"issued":130', b'"issued": 130', "A space after a colon [JSON-4]."),
    ("E_NONCANON", "json_with_a_space_at_the_end", b"}\n", b"} \n", "A space after the document [JSON-4]."),
    (
        "E_NONCANON", "json_keys_in_another_order", b'"proxies":3,"seq":1', b'"seq":1,"proxies":3',
        "Two keys change places [JSON-4].",
    ),
    ("E_NONCANON", "json_escaped_letter", b'"box-1"', b'"\\u0062ox-1"', "A letter is escaped [JSON-4]."),
    ("E_NONCANON", "json_escaped_slash", b'"s/v1/1"', b'"s\\/v1/1"', "A slash is escaped [JSON-4]."),
    ("E_NONCANON", "json_escaped_key", b'"issued"', b'"\\u0069ssued"', "A letter of a key is escaped [JSON-4]."),
    ("E_NUM", "json_number_with_a_fraction", b'"issued":130', b'"issued":130.0', "130.0 for 130 [JSON-2]."),
    ("E_NUM", "json_number_with_an_exponent", b'"issued":130', b'"issued":13e1', "13e1 for 130 [JSON-2]."),
    ("E_NUM", "json_minus_zero", b'"spoiled":5', b'"spoiled":-0', "Minus zero [JSON-2]."),
    ("E_NUM", "json_number_beyond_53_bits", b'"issued":130', b'"issued":9007199254740993', "2^53 + 1 [JSON-2]."),
    ("E_NUM", "json_infinite_number", b'"issued":130', b'"issued":1e400', "A number that becomes infinity [JSON-2]."),
    ("E_JSON", "json_leading_zero", b'"issued":130', b'"issued":0130', "A zero in front [JSON-1]."),
    ("E_JSON", "json_plus_sign", b'"issued":130', b'"issued":+130', "A plus in front [JSON-1]."),
    ("E_JSON", "json_wide_digits", b'"issued":130', '"issued":\uff11\uff13\uff10'.encode(), "Wide digits [JSON-1]."),
    ("E_JSON", "json_underscore_in_a_number", b'"issued":130', b'"issued":1_30', "1_30 for 130 [JSON-1]."),
    ("E_JSON", "json_not_a_number", b'"issued":130', b'"issued":NaN', "NaN, which Python reads [JSON-1]."),
    ("E_JSON", "json_null", b'"issued":130', b'"issued":null', "null for not known [JSON-1]."),
    ("E_JSON", "json_duplicate_key", b'"issued":130', b'"issued":130,"issued":131', "The same key twice [JSON-1]."),
    ("E_JSON", "json_trailing_comma", b"}\n", b",}\n", "A comma before the end [JSON-1]."),
    ("E_JSON", "json_two_documents", b"}\n", b"}{}\n", "A second document behind the first [JSON-1]."),
    ("E_JSON", "json_byte_order_mark", b"\n{", b"\n\xef\xbb\xbf{", "A byte order mark [JSON-1]."),
    ("E_JSON", "json_comment", b'"issued":130', b'"issued":130/**/', "A comment [JSON-1]."),
    ("E_JSON", "json_nested_too_deep", b"{", b'{"a":' + b"[" * 16 + b"]" * 16 + b",", "Depth seventeen [JSON-1]."),
    ("E_JSON", "json_a_list_at_the_top", b"\n{", b"\n[{", "Not an object [JSON-1]."),
    ("E_NAME", "name_not_in_nfc", b'"box-1"', '"be\u0301"'.encode(), "An accent that stands apart [JSON-3]."),
    ("E_NAME", "name_with_a_compatibility_letter", b'"box-1"', '"\uf9e1"'.encode(), "U+F9E1 looks like 李 [JSON-3]."),
    ("E_NAME", "name_written_backwards", b'"box-1"', '"\u202ebox"'.encode(), "A right-to-left override [JSON-3]."),
    ("E_NAME", "name_with_an_isolate", b'"box-1"', '"\u2067box\u2069"'.encode(), "A direction isolate [JSON-3]."),
    ("E_NAME", "name_with_a_zero_width_space", b'"box-1"', '"box\u200b-1"'.encode(), "A zero-width space [JSON-3]."),
    ("E_NAME", "name_with_an_escape_sequence", b'"box-1"', '"\x9b31mbox"'.encode(), "A terminal code [JSON-3]."),
    ("E_NAME", "name_with_an_escaped_control", b'"box-1"', b'"\\u001b[31m"', "An escaped control character [JSON-3]."),
    ("E_NAME", "name_with_a_lone_surrogate", b'"box-1"', b'"\\ud800"', "Half a character [JSON-3]."),
    ("E_UNKNOWN_FIELD", "field_added", b'"issued":130', b'"issued":130,"jumped":1', "A field of no kind [KIND-1]."),
    ("E_FIELD", "field_missing", b'"box":"box-1",', b"", "A field is left out [KIND-1]."),
    ("E_FIELD", "field_of_another_type", b'"issued":130', b'"issued":"130"', "A figure as text [KIND-1]."),
    ("E_FIELD", "truth_for_a_figure", b'"issued":130', b'"issued":true', "true, which Python counts as 1 [KIND-1]."),
    ("E_KIND", "version_of_the_future", b"changpiao/v1 ", b"changpiao/v2 ", "Another version [NOTE-2]."),
    ("E_KIND", "kind_reserved", b"/v1 box\n", b"/v1 recount\n", "A kind of later versions [NOTE-2]."),
    ("E_KIND", "kind_with_a_space", b"/v1 box\n", b"/v1 box \n", "A space behind the kind [NOTE-2]."),
    ("E_KIND", "kind_in_capitals", b"/v1 box\n", b"/v1 Box\n", "The kind in capitals [NOTE-2]."),
    ("E_NOTE", "text_of_three_lines", b"}\n", b"}\n{}\n", "A third line of text [NOTE-2]."),
    ("E_NOTE", "text_with_carriage_returns", b"\n", b"\r\n", "Line ends of another system [NOTE-1]."),
    ("E_NOTE", "text_with_an_extra_empty_line", b"}\n", b"}\n\n", "An empty line more [NOTE-2]."),
    ("E_NOTE", "text_with_a_tab", b'"issued":130', b'"issued":\t130', "A tab between tokens [NOTE-1]."),
    ("E_NOTE", "text_not_utf8", b"box-1", b"box-\xff", "A byte that is not UTF-8 [NOTE-1]."),
):  # fmt: skip
    _json(*_case)


@BOOK.fraud("E_FIELD", like="B1")
def hash_in_capitals(scene: Scene) -> None:
    """A citation in upper-case hexadecimal [KIND-1]."""
    respell(scene, lambda text: re.sub(rb'(?<="prev":")[0-9a-f]+', lambda found: found[0].upper(), text))


@BOOK.fraud("E_NOTE", like="B1")
def note_with_carriage_returns(scene: Scene) -> None:
    """The signature lines end like those of another system [NOTE-1]."""
    renote(scene, lambda note: note[:-1] + b"\r\n")


@BOOK.fraud("E_NOTE", like="B1")
def note_with_an_empty_line_at_the_end(scene: Scene) -> None:
    """An empty line follows the signatures [NOTE-1]."""
    renote(scene, lambda note: note + b"\n")


@BOOK.fraud("E_NOTE", like="B1")
def note_without_its_last_line_end(scene: Scene) -> None:
    """The last line end is missing [NOTE-1]."""
    renote(scene, lambda note: note[:-1])


@BOOK.fraud("E_NOTE", like="B1")
def note_with_a_hyphen(scene: Scene) -> None:
    """A signature line begins with a hyphen instead of the dash [NOTE-1]."""
    renote(scene, lambda note: note.replace("\n\n— ".encode(), b"\n\n- "))


@BOOK.fraud("E_NOTE", like="B1")
def note_with_two_spaces(scene: Scene) -> None:
    """Two spaces before the signature [NOTE-1]."""
    renote(scene, lambda note: note.replace(b"/1 ", b"/1  "))


@BOOK.fraud("E_SIGNERS", like="B1")
def line_doubled_in_the_note(scene: Scene) -> None:
    """The last signature line stands twice [SIGN-4]."""
    renote(scene, lambda note: note + note[note.rindex("— ".encode()) :])


@BOOK.fraud("E_B64", like="B12")
def base64_with_spare_bits(scene: Scene) -> None:
    """The base64 of a signature has spare bits set: AB== for AA== [NOTE-1]."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    renote(scene, lambda note: note[:-3] + letters[letters.index(note[-3]) ^ 1 :][:1] + note[-2:])


@BOOK.fraud("E_B64", like="B12")
def base64_without_padding(scene: Scene) -> None:
    """The base64 of a signature lacks its padding [NOTE-1]."""
    renote(scene, lambda note: note[:-2] + b"\n")
