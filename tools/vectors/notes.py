"""Area `note` [NOTE-1] [NOTE-3]: every way to write a signed note wrongly, and what must be tolerated."""

import base64
from collections.abc import Iterator

from tools.vectors.form import Vector, bad, good

EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
LINE = EXAMPLE.split("\n\n")[1]
TEXT = "one\ntwo\n"
SHORT = "— k AAAAAAE=\n"  # key id 00000000, one byte of signature


def _expect(note: bytes) -> dict[str, object]:
    text, _, tail = note.rpartition(b"\n\n")
    lines = []
    for line in tail.decode().split("\n")[:-1]:
        _, name, body = line.split(" ")
        raw = base64.b64decode(body)
        lines.append([name, raw[:4].hex(), raw[4:].hex()])
    return {"text_hex": (text + b"\n").hex(), "lines": lines}


GOOD = (
    ("c2sp-example", "the published example of C2SP signed-note", EXAMPLE),
    ("three-lines", "several signers", TEXT + "\n" + LINE + SHORT + LINE.replace("/foo", "/bar")),
    (
        "grease",
        "a line of a key that nobody knows is structure like any other",
        TEXT + "\n" + LINE + "— grease//x w9HxewAB\n",
    ),
    ("doubled-line", "structure does not count signers; the record's signers do", TEXT + "\n" + LINE + LINE),
    ("sixteen-lines", "16 lines are the most", TEXT + "\n" + SHORT * 16),
    ("shortest-signature", "key id and one byte", TEXT + "\n" + SHORT),
    ("empty-lines-in-text", "the note is split at the last empty line", "a\n\nb\n\n" + SHORT),
    ("line-in-text", "a signature line above the last empty line is text", "a\n\n" + LINE + "\n" + SHORT),
    ("one-line-text", "the text may be one line", "a\n\n" + SHORT),
    ("text-begins-empty", "an empty line may come first", "\na\n\n" + SHORT),
    ("three-line-ends", "the last of two overlapping splits counts", "a\n\n\n" + SHORT),
    ("name-chinese", "a key name may have any letters", TEXT + "\n— 县/一 AAAAAAE=\n"),
    ("name-dash", "an em dash may be a key name", TEXT + "\n— — AAAAAAE=\n"),
    ("del-in-text", "U+007F is not below 0x20; the JSON inside refuses it", "a\x7fb\n\n" + SHORT),
    ("longest", "65,535 bytes", "x" * (65_535 - 2 - len(SHORT.encode())) + "\n\n" + SHORT),
)

BAD = (
    ("empty", "no bytes", ""),
    ("no-empty-line", "no empty line before the signatures", TEXT + LINE),
    ("no-lines", "no signature line", TEXT + "\n"),
    ("text-alone", "only a text", TEXT),
    ("no-last-line-end", "the last line does not end", EXAMPLE[:-1]),
    ("empty-line-after", "an empty line behind the signatures is the split, with no lines after it", EXAMPLE + "\n"),
    ("seventeen-lines", "17 lines", TEXT + "\n" + SHORT * 17),
    ("hyphen", "a hyphen in place of the em dash", TEXT + "\n" + LINE.replace("—", "-")),
    ("en-dash", "an en dash in place of the em dash", TEXT + "\n" + LINE.replace("—", "–")),
    ("no-space-after-dash", "no space after the dash", TEXT + "\n" + LINE.replace("— ", "—")),
    ("two-spaces", "two spaces after the dash", TEXT + "\n" + LINE.replace("— ", "—  ")),
    ("two-spaces-before-base64", "two spaces before the base64", TEXT + "\n" + LINE.replace(" Uw", "  Uw")),
    ("space-last", "a space behind the base64", TEXT + "\n" + LINE.replace("=\n", "= \n")),
    ("space-first", "a space before the dash", TEXT + "\n " + LINE),
    ("no-name", "no key name", TEXT + "\n—  AAAAAAE=\n"),
    ("name-alone", "a name without base64", TEXT + "\n— k\n"),
    ("name-plus", "a plus in the key name", TEXT + "\n— a+b AAAAAAE=\n"),
    ("name-nbsp", "U+00A0 in the key name", TEXT + "\n— a\u00a0b AAAAAAE=\n"),
    ("name-ideographic-space", "U+3000 in the key name", TEXT + "\n— a\u3000b AAAAAAE=\n"),
    ("name-line-separator", "U+2028 in the key name", TEXT + "\n— a\u2028b AAAAAAE=\n"),
    ("signature-empty", "a key id and no signature", TEXT + "\n— k AAAAAA==\n"),
    ("key-id-short", "three bytes in all", TEXT + "\n— k AAAA\n"),
    ("carriage-returns", "line ends of two characters", EXAMPLE.replace("\n", "\r\n")),
    ("carriage-return-in-text", "one carriage return in the text", "a\rb\n\n" + SHORT),
    ("tab", "a tab in the text", "a\tb\n\n" + SHORT),
    ("null", "U+0000 in the text", "a\0b\n\n" + SHORT),
    ("escape", "a terminal escape in the text", "a\x1b[2Jb\n\n" + SHORT),
    ("tab-in-line", "a tab in place of a space", TEXT + "\n—\tk AAAAAAE=\n"),
    ("text-behind-lines", "text behind the signatures", EXAMPLE + "more\n"),
)

BASE64 = (
    ("spare-bits", "AAAAAAF= and AAAAAAE= are the same bytes", "AAAAAAF="),
    ("no-padding", "no padding", "AAAAAAE"),
    ("too-much-padding", "padding twice", "AAAAAAE=="),
    ("url-alphabet", "the alphabet for addresses", "____AAE="),
    ("bad-character", "a character that base64 does not have", "AAAA!AE="),
    ("padding-inside", "padding in the middle", "AA==AAE="),
    ("full-width", "letters that only look like base64", "\uff21AAAAAE="),
)


def vectors() -> Iterator[Vector]:
    """Every note."""
    for what, comment, text in GOOD:
        note = text.encode()
        yield good("note", f"good-{what}", comment, {"note_hex": note.hex()}, _expect(note))
    for what, comment, text in BAD:
        yield bad("note", what, comment, {"note_hex": text.encode().hex()}, "E_NOTE")
    for what, comment, body in BASE64:
        note = f"{TEXT}\n— k {body}\n".encode()
        yield bad("note", f"base64-{what}", comment, {"note_hex": note.hex()}, "E_B64")
    latin = b"caf\xe9\n\n" + SHORT.encode()
    yield bad("note", "not-utf8", "Latin-1 in the text", {"note_hex": latin.hex()}, "E_NOTE")
    cut = b"a\n\n\xe2\x80 k AAAAAAE=\n"
    yield bad("note", "dash-cut", "an em dash cut in the middle", {"note_hex": cut.hex()}, "E_NOTE")
    surrogate = b"\xed\xa0\x80\n\n" + SHORT.encode()
    yield bad("note", "utf8-surrogate", "a surrogate encoded in UTF-8", {"note_hex": surrogate.hex()}, "E_NOTE")
    long = b"x" * (65_536 - 2 - len(SHORT.encode())) + b"\n\n" + SHORT.encode()
    yield bad("note", "too-long", "65,536 bytes", {"note_hex": long.hex()}, "E_LIMIT")
