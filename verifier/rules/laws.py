"""The articles behind the rules, as the verifier's own copy of spec/laws.json in another layout (a test compares them).

Serves [OUTCOME-2]. Worked example: `article("VC-18")` is the organic law of villagers' committees, 第18条, its dates.
"""

from typing import Final, NamedTuple


class Article(NamedTuple):
    """One article: law, article, date of the text, in force since."""

    law: str
    article: str
    date: str
    in_force: str


_SECOND_HAND: Final = "（条文经二手资料，未逐字核对）"
# letters of the key -> law, date of the text, in force since, articles that are cited
_TEXTS: Final[dict[str, tuple[str, str, str, tuple[int, ...]]]] = {
    "VC": ("中华人民共和国村民委员会组织法", "2025-10-28", "2026-01-01", (8, 15, 16, 18, 19)),
    "RC": ("中华人民共和国城市居民委员会组织法", "2025-10-28", "2026-01-01", (8, 16, 18, 19, 20)),
    "EL": (
        "中华人民共和国全国人民代表大会和地方各级人民代表大会选举法",
        "2020-10-17",
        "2020-10-18",
        (42, 43, 44, 45),
    ),
    "CC": ("中华人民共和国民法典", "2020-05-28", "2021-01-01", (1045, 1259)),
    "PB": ("中国共产党基层组织选举工作条例" + _SECOND_HAND, "2020-07", "2020-07", (5, 24)),
    "ZJ": ("浙江省村民委员会选举办法", "2020-07-31", "2020-07-31", (21, 27, 28, 29, 30, 31, 32)),
    "SH": ("上海市村民委员会选举办法", "2020-09-25", "2020-09-25", (19, 20, 21)),
    "BJ": ("北京市村民委员会选举办法", "2012-09-28", "2012-11-01", (28, 29, 30)),
    "HN": ("河南省实施《中华人民共和国村民委员会组织法》办法", "2011-07-29", "2011-09-01", (25, 35, 36, 38)),
    "SD": ("山东省村民委员会选举办法（公告第72号，经二手资料）", "2011-01-14", "2011-01-14", (23, 25)),
    "GS": ("甘肃省村民委员会选举办法（经二手资料引文）", "2011", "2011", (27,)),
}
_QUORUM: Final = Article(_TEXTS["PB"][0], "法定人数条款，条号未核对", *_TEXTS["PB"][1:3])

ARTICLES: Final[dict[str, Article]] = {
    **{
        f"{letters}-{number}": Article(law, f"第{number}条", date, in_force)
        for letters, (law, date, in_force, numbers) in _TEXTS.items()
        for number in numbers
    },
    "PB-Q1": _QUORUM,
}


def cited(key: str) -> tuple[str, str]:
    """An article as people read it in Chinese and in English: law, article, dates."""
    text = ARTICLES[key]
    return (
        f"{text.law}{text.article}（{text.date}，{text.in_force} 起施行）",
        f"{key} {text.law} {text.article} ({text.date}, in force {text.in_force})",
    )
