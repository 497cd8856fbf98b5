"""Area `json`: one fault a document [JSON-1] [JSON-2] [JSON-3] [JSON-4] [IDENT-2].

The faults are those that common parsers accept: every one of them was seen to pass some library's defaults.
"""

from collections.abc import Iterator

from tools.vectors.form import Vector, bad, good

GOOD = (
    ("empty", "the empty object is a document", b"{}"),
    ("plain", "keys in ascending order, no white space", '{"a":7,"b":"张"}'.encode()),
    ("nested", "objects, lists, booleans, strings", b'{"a":[1,[2,3],{"b":true}],"c":false,"d":""}'),
    ("number-largest", "2^53-1 is the largest integer", b'{"a":9007199254740991}'),
    ("number-smallest", "-(2^53-1) is the smallest integer", b'{"a":-9007199254740991}'),
    ("number-zero", "zero has one spelling", b'{"a":0}'),
    ("number-negative", "negative integers are allowed", b'{"a":-1}'),
    ("depth-16", "16 levels, the outermost object being the first", b'{"a":' + b"[" * 15 + b"]" * 15 + b"}"),
    (
        "depth-16-figures",
        "the deepest level is a flat list of integers",
        b'{"a":' + b"[" * 15 + b"1,2" + b"]" * 15 + b"}",
    ),
    ("depth-16-objects", "16 objects in each other", b'{"a":' * 15 + b"{}" + b"}" * 15),
    ("brackets-in-string", "brackets inside strings nest nothing", b'{"a":"' + b"[{" * 40 + b'"}'),
    ("escapes", "quotation mark and backslash are the only escapes", b'{"a":"\\"\\\\"}'),
    ("solidus", "a solidus stands as it is", b'{"a":"a/b"}'),
    ("key-longest", "a key has at most 32 characters", b'{"' + b"k" * 32 + b'":1}'),
    ("key-order-underscore", "underscore sorts between digits and letters, by bytes", b'{"a1":1,"a_":2,"aa":3}'),
    ("key-order-prefix", "a key sorts before its own continuation", b'{"a":1,"a0":2,"ab":3}'),
    ("name-middle-dot", "the middle dot of Uyghur and Tibetan names in Chinese", '{"a":"买买提·阿不都"}'.encode()),
    ("name-joiner", "U+200D is allowed: some scripts need it", '{"a":"\u0dc1\u0dca\u200d\u0dbb\u0dd3"}'.encode()),
    ("name-non-joiner", "U+200C is allowed", '{"a":"\u0645\u06cc\u200c\u062e"}'.encode()),
    ("name-uyghur", "letters from right to left need no override", '{"a":"ئابدۇللا"}'.encode()),
    ("name-tibetan", "Tibetan in NFC", '{"a":"བཀྲ་ཤིས"}'.encode()),
    ("name-mongolian", "Mongolian letters", '{"a":"ᠪᠠᠲᠤ"}'.encode()),
    ("name-plane-2", "characters beyond U+FFFF stand as four bytes", '{"a":"𬱖㛃䶮"}'.encode()),
    ("name-composed", "NFC: one code point", '{"a":"\u00e9"}'.encode()),
    ("name-nbsp", "U+00A0 is no control character", '{"a":"a\u00a0b"}'.encode()),
    ("name-spaces", "documents may hold a blank string; names may not", b'{"a":"  "}'),
)

NOT_JSON = (
    ("nothing", "no bytes at all", b""),
    ("white-space-only", "a space is no document", b" "),
    ("null", "null is not a value here", b'{"a":null}'),
    ("null-in-list", "neither in a list", b'{"a":[1,null]}'),
    ("top-list", "the document is an object", b"[1]"),
    ("top-string", "the document is an object", b'"a"'),
    ("top-number", "the document is an object", b"7"),
    ("top-null", "the document is an object", b"null"),
    ("key-twice", "the last of two equal keys would win in most parsers", b'{"a":1,"a":2}'),
    ("key-twice-same-value", "also with equal values", b'{"a":1,"a":1}'),
    ("key-twice-escaped", "the second spelling of a key is the same key", b'{"a":1,"\\u0061":2}'),
    ("key-twice-deep", "in every object", b'{"a":[{"b":1,"b":2}]}'),
    ("key-upper", "keys are lower case", b'{"A":1}'),
    ("key-empty", "a key has a letter", b'{"":1}'),
    ("key-digit-first", "a key begins with a letter", b'{"1a":1}'),
    ("key-underscore-first", "a key begins with a letter", b'{"_a":1}'),
    ("key-hyphen", "no hyphen in keys", b'{"a-b":1}'),
    ("key-too-long", "33 characters", b'{"' + b"k" * 33 + b'":1}'),
    ("key-chinese", "keys are ASCII", '{"票":1}'.encode()),
    ("key-line-end", "a line end after the key's last letter is part of the key", b'{"a\\n":1}'),
    ("depth-17", "17 levels", b'{"a":' + b"[" * 16 + b"]" * 16 + b"}"),
    ("depth-17-figures", "a flat list of integers on level 17", b'{"a":' + b"[" * 16 + b"1,2" + b"]" * 16 + b"}"),
    ("depth-17-object", "an object on level 17", b'{"a":' * 16 + b"{}" + b"}" * 16),
    ("depth-bomb", "20,000 open brackets must not exhaust a stack", b'{"a":' + b"[" * 20_000),
    ("depth-bomb-closed", "3,000 brackets, all closed", b'{"a":' + b"[" * 3_000 + b"]" * 3_000 + b"}"),
    ("nan", "NaN is no JSON", b'{"a":NaN}'),
    ("infinity", "Infinity is no JSON", b'{"a":Infinity}'),
    ("minus-infinity", "-Infinity is no JSON", b'{"a":-Infinity}'),
    ("number-plus", "a plus sign is no JSON", b'{"a":+1}'),
    ("number-leading-zero", "a leading zero is no JSON", b'{"a":01}'),
    ("number-minus-leading-zero", "nor after a minus", b'{"a":-01}'),
    ("number-hex", "no hexadecimal numbers", b'{"a":0x10}'),
    ("number-underscore", "1_000 is read by int() of Python", b'{"a":1_000}'),
    ("number-full-width", "full-width digits are read by int() of Python", '{"a":\uff11\uff12}'.encode()),
    ("number-bare-minus", "a minus alone", b'{"a":-}'),
    ("number-bare-fraction", "a fraction without its integer", b'{"a":.5}'),
    ("number-open-fraction", "a fraction without digits", b'{"a":1.}'),
    ("number-open-exponent", "an exponent without digits", b'{"a":1e}'),
    ("comma-last", "a comma before the end", b'{"a":1,}'),
    ("comma-last-list", "a comma before the end of a list", b'{"a":[1,]}'),
    ("comma-missing", "no comma between members", b'{"a":1"b":2}'),
    ("colon-missing", "no colon", b'{"a"1}'),
    ("quote-single", "strings stand in double quotation marks", b"{'a':1}"),
    ("key-unquoted", "keys are strings", b"{a:1}"),
    ("comment", "no comments", b'{"a":1/**/}'),
    ("open-object", "the object does not end", b'{"a":1'),
    ("open-string", "the string does not end", b'{"a":"b}'),
    ("closed-twice", "something follows", b'{"a":1}}'),
    ("two-documents", "a second document", b"{}{}"),
    ("true-upper", "literals are lower case", b'{"a":True}'),
    ("escape-unknown", "an escape that JSON does not have", b'{"a":"\\x41"}'),
    ("escape-short", "three digits", b'{"a":"\\u004"}'),
    ("control-raw", "a raw control character in a string", b'{"a":"\x01"}'),
    ("line-end-raw", "a raw line end in a string", b'{"a":"b\nc"}'),
    ("tab-raw", "a raw tab in a string", b'{"a":"\t"}'),
    ("bom", "a byte order mark before the document", b'\xef\xbb\xbf{"a":1}'),
    ("utf-16", "another encoding", '{"a":1}'.encode("utf-16")),
    ("utf8-overlong", "an overlong form of /", b'{"a":"\xc0\xaf"}'),
    ("utf8-surrogate", "a surrogate encoded in UTF-8", b'{"a":"\xed\xa0\x80"}'),
    ("utf8-cut", "a character cut in the middle", b'{"a":"\xe5\xbc"}'),
    ("utf8-beyond", "beyond U+10FFFF", b'{"a":"\xf4\x90\x80\x80"}'),
    ("nbsp-between", "U+00A0 is no white space of JSON", '{"a":\u00a01}'.encode()),
)

NUMBERS = (
    ("fraction", "7.0 equals 7 in most languages", b'{"a":7.0}'),
    ("fraction-half", "no fractions", b'{"a":0.5}'),
    ("exponent", "7e0 equals 7", b'{"a":7e0}'),
    ("exponent-upper", "1E2", b'{"a":1E2}'),
    ("exponent-huge", "1e400 is read as infinity by Python", b'{"a":1e400}'),
    ("minus-zero", "-0 equals 0", b'{"a":-0}'),
    ("minus-zero-fraction", "-0.0", b'{"a":-0.0}'),
    ("too-large", "2^53", b'{"a":9007199254740992}'),
    ("too-large-odd", "2^53+1 is no double", b'{"a":9007199254740993}'),
    ("too-small", "-2^53", b'{"a":-9007199254740992}'),
    ("u64", "2^64-1", b'{"a":18446744073709551615}'),
    ("5000-digits", "5,000 digits must not cost quadratic time", b'{"a":' + b"9" * 5000 + b"}"),
    ("in-list", "one bad number among good figures", b'{"a":[1,2,3.0,4]}'),
    ("too-large-in-list", "one too large among good figures", b'{"a":[1,9007199254740992]}'),
    ("before-name", "E_NUM comes before E_NAME", '{"a":"\u202e","b":1.0}'.encode()),
    ("before-spelling", "E_NUM comes before E_NONCANON", b'{"a": 1.0}'),
)

FORBIDDEN = (
    "\x7f",
    "\x80",
    "\x85",
    "\x9f",
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\u200b",
    "\u2060",
    "\ufeff",
)
NAMES = (
    ("not-nfc", "e and a combining acute: NFD", '{"a":"e\u0301"}'.encode()),
    ("not-nfc-hangul", "Hangul in parts", '{"a":"\u1112\u1161\u11ab"}'.encode()),
    ("compatibility-ideograph", "U+F9E1 becomes U+674E under NFC", '{"a":"\uf9e1"}'.encode()),
    ("combining-order", "combining marks out of order", '{"a":"a\u0301\u0323"}'.encode()),
    ("escaped-line-end", "a line end by escape", b'{"a":"b\\nc"}'),
    ("escaped-null", "U+0000 by escape", b'{"a":"\\u0000"}'),
    ("escaped-surrogate", "a lone surrogate by escape", b'{"a":"\\ud800"}'),
    ("escaped-low-surrogate", "a lone low surrogate by escape", b'{"a":"\\udc00"}'),
    ("escaped-bidi", "an override by escape", b'{"a":"\\u202e"}'),
    ("in-list", "in a list", '{"a":["b","\u200b"]}'.encode()),
    ("before-spelling", "E_NAME comes before E_NONCANON", '{"a": "\u202e"}'.encode()),
)

SPELLINGS = (
    ("space-after-colon", "white space outside strings", b'{"a": 1}'),
    ("space-after-comma", "white space outside strings", b'{"a":1, "b":2}'),
    ("space-first", "white space before", b' {"a":1}'),
    ("line-end-last", "white space after", b'{"a":1}\n'),
    ("carriage-return", "white space after", b'{"a":1}\r'),
    ("tab-inside", "white space inside", b'{\t"a":1}'),
    ("space-in-empty-list", "white space in an empty list", b'{"a":[ ]}'),
    ("key-order", "keys out of order", b'{"b":1,"a":2}'),
    ("key-order-deep", "in every object", b'{"a":{"c":1,"b":2}}'),
    ("key-order-length", "shorter does not mean earlier", b'{"b":1,"aa":2}'),
    ("escape-solidus", "a solidus escaped", b'{"a":"\\/"}'),
    ("escape-letter", "a letter escaped", b'{"a":"\\u0041"}'),
    ("escape-chinese", "\\u5f20 for 张", b'{"a":"\\u5f20"}'),
    ("escape-quote", "\\u0022 for a quotation mark", b'{"a":"\\u0022"}'),
    ("escape-backslash", "\\u005c for a backslash", b'{"a":"\\u005c"}'),
    ("escape-pair", "a surrogate pair for one character", b'{"a":"\\ud84b\\udcd6"}'),
    ("escape-key", "a key escaped", b'{"\\u0061":1}'),
)


def vectors() -> Iterator[Vector]:
    """Every document."""
    for what, comment, data in GOOD:
        yield good("json", what, comment, {"doc_hex": data.hex()})
    for what, comment, data in NOT_JSON:
        yield bad("json", f"bad-{what}", comment, {"doc_hex": data.hex()}, "E_JSON")
    for what, comment, data in NUMBERS:
        yield bad("json", f"number-{what}", comment, {"doc_hex": data.hex()}, "E_NUM")
    for what, comment, data in NAMES:
        yield bad("json", f"name-{what}", comment, {"doc_hex": data.hex()}, "E_NAME")
    for character in FORBIDDEN:
        point = f"u{ord(character):04x}"
        data = f'{{"a":"x{character}y"}}'.encode()
        yield bad(
            "json", f"name-{point}", f"U+{point[1:].upper()} misleads a reader", {"doc_hex": data.hex()}, "E_NAME"
        )
    for what, comment, data in SPELLINGS:
        yield bad("json", f"spelling-{what}", comment, {"doc_hex": data.hex()}, "E_NONCANON")
