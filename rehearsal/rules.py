"""The words of the law that a folder may use: shipped rule profiles, rules of a contest, degrees of kinship.

Pure. The profiles themselves ship with the county (docs/sealing.md); a rehearsal knows them by their ids, and a test
compares the list with what is shipped. Kinship is declared, never guessed: an unknown word becomes `other` and is
reported.
"""

from typing import Final

from rehearsal.idents import ProfileId

DEFAULT_PROFILE: Final = ProfileId("cn-village-2026-national")
SAID_DEFAULT: Final = frozenset({"", "default"})
"""How a folder says that it leaves the profile to us; anything else is an id."""

SHIPPED: Final = frozenset(
    {
        "beijing-village-2012",
        "cn-party-branch-2020",
        "cn-residents-2026-household",
        "cn-residents-2026-person",
        "cn-residents-2026-representative",
        "cn-township-congress-2020",
        "cn-village-2026-national",
        "example-roll-down-village",
        "henan-village-2011",
        "shandong-village-2011",
        "shanghai-village-2020",
        "zhejiang-village-2020",
    }
)

RULES: Final = ("election", "supplementary", "runoff", "nomination", "advisory", "recall")
"""Rules of a contest (spec 1-election.md, `rule`)."""

DECLARED: Final = frozenset({"election", "supplementary", "runoff"})
"""Rules under which somebody is elected, so that the committee declares it (spec 8-law.md, `declaration`)."""

RELATIONS: Final = ("child", "grandchild", "grandparent", "other", "parent", "sibling", "spouse")
"""Words of the record (spec 8-law.md)."""

UNKNOWN_RELATION: Final = "other"

_CHINESE: Final[dict[str, str]] = {
    "spouse": "夫妻 夫妇 配偶 爱人 丈夫 妻子 夫 妻",
    "parent": "父母 父亲 母亲 父 母 父子 父女 母子 母女 养父 养母 继父 继母",
    "child": "子女 儿女 儿子 女儿 子 女 养子 养女 继子 继女",
    "sibling": "兄弟姐妹 兄弟姊妹 兄弟 姐妹 姊妹 兄妹 姐弟 兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹",
    "grandparent": "祖父母 外祖父母 祖父 祖母 外祖父 外祖母 爷爷 奶奶 外公 外婆 姥爷 姥姥 祖孙",
    "grandchild": "孙子女 外孙子女 孙子 孙女 外孙 外孙女",
    "other": "其他 其他亲属 亲属 亲戚",
}
_WORDS: Final = {word: word for word in RELATIONS} | {
    word: relation for relation, words in _CHINESE.items() for word in words.split()
}


def default_rule(turn: int) -> str:
    """Return what a contest of this round is where the folder does not say: a later round fills missing seats."""
    return "election" if turn == 1 else "supplementary"


def relation_word(text: str) -> str | None:
    """Return the record's word for a declared relation, Chinese or English; None if it is not known."""
    return _WORDS.get(text.strip())
