"""The articles behind the rules: the producers' copy of `spec/laws.json` (spec/8).

`article("VC-18").zh` is "中华人民共和国村民委员会组织法第18条（2025-10-28）". A house test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a law: its number as the law writes it, the date of the text, the date of its force."""

    law: str
    article: str
    date: str
    in_force: str

    @property
    def zh(self) -> str:
        """As the county prints it."""
        return f"{self.law}{self.article}（{self.date}）"

    @property
    def en(self) -> str:
        """The same for readers of English: the law's own name, its article and the date of its text."""
        return f"{self.law} {self.article} ({self.date})"


_VILLAGE = "中华人民共和国村民委员会组织法"
_RESIDENTS = "中华人民共和国城市居民委员会组织法"
_CONGRESS = "中华人民共和国全国人民代表大会和地方各级人民代表大会选举法"
_CIVIL = "中华人民共和国民法典"
_PARTY = "中国共产党基层组织选举工作条例（条文经二手资料，未逐字核对）"
_ZHEJIANG = "浙江省村民委员会选举办法"
_SHANGHAI = "上海市村民委员会选举办法"
_BEIJING = "北京市村民委员会选举办法"
_HENAN = "河南省实施《中华人民共和国村民委员会组织法》办法"
_SHANDONG = "山东省村民委员会选举办法（公告第72号，经二手资料）"
_GANSU = "甘肃省村民委员会选举办法（经二手资料引文）"

ARTICLES: Mapping[str, Article] = MappingProxyType(
    {
        "VC-8": Article(_VILLAGE, "第8条", "2025-10-28", "2026-01-01"),
        "VC-15": Article(_VILLAGE, "第15条", "2025-10-28", "2026-01-01"),
        "VC-16": Article(_VILLAGE, "第16条", "2025-10-28", "2026-01-01"),
        "VC-18": Article(_VILLAGE, "第18条", "2025-10-28", "2026-01-01"),
        "VC-19": Article(_VILLAGE, "第19条", "2025-10-28", "2026-01-01"),
        "RC-8": Article(_RESIDENTS, "第8条", "2025-10-28", "2026-01-01"),
        "RC-16": Article(_RESIDENTS, "第16条", "2025-10-28", "2026-01-01"),
        "RC-18": Article(_RESIDENTS, "第18条", "2025-10-28", "2026-01-01"),
        "RC-19": Article(_RESIDENTS, "第19条", "2025-10-28", "2026-01-01"),
        "RC-20": Article(_RESIDENTS, "第20条", "2025-10-28", "2026-01-01"),
        "EL-42": Article(_CONGRESS, "第42条", "2020-10-17", "2020-10-18"),
        "EL-43": Article(_CONGRESS, "第43条", "2020-10-17", "2020-10-18"),
        "EL-44": Article(_CONGRESS, "第44条", "2020-10-17", "2020-10-18"),
        "EL-45": Article(_CONGRESS, "第45条", "2020-10-17", "2020-10-18"),
        "CC-1045": Article(_CIVIL, "第1045条", "2020-05-28", "2021-01-01"),
        "CC-1259": Article(_CIVIL, "第1259条", "2020-05-28", "2021-01-01"),
        "PB-5": Article(_PARTY, "第5条", "2020-07", "2020-07"),
        "PB-24": Article(_PARTY, "第24条", "2020-07", "2020-07"),
        "PB-Q1": Article(_PARTY, "法定人数条款，条号未核对", "2020-07", "2020-07"),
        "ZJ-21": Article(_ZHEJIANG, "第21条", "2020-07-31", "2020-07-31"),
        "ZJ-27": Article(_ZHEJIANG, "第27条", "2020-07-31", "2020-07-31"),
        "ZJ-28": Article(_ZHEJIANG, "第28条", "2020-07-31", "2020-07-31"),
        "ZJ-29": Article(_ZHEJIANG, "第29条", "2020-07-31", "2020-07-31"),
        "ZJ-30": Article(_ZHEJIANG, "第30条", "2020-07-31", "2020-07-31"),
        "ZJ-31": Article(_ZHEJIANG, "第31条", "2020-07-31", "2020-07-31"),
        "ZJ-32": Article(_ZHEJIANG, "第32条", "2020-07-31", "2020-07-31"),
        "SH-19": Article(_SHANGHAI, "第19条", "2020-09-25", "2020-09-25"),
        "SH-20": Article(_SHANGHAI, "第20条", "2020-09-25", "2020-09-25"),
        "SH-21": Article(_SHANGHAI, "第21条", "2020-09-25", "2020-09-25"),
        "BJ-28": Article(_BEIJING, "第28条", "2012-09-28", "2012-11-01"),
        "BJ-29": Article(_BEIJING, "第29条", "2012-09-28", "2012-11-01"),
        "BJ-30": Article(_BEIJING, "第30条", "2012-09-28", "2012-11-01"),
        "HN-25": Article(_HENAN, "第25条", "2011-07-29", "2011-09-01"),
        "HN-35": Article(_HENAN, "第35条", "2011-07-29", "2011-09-01"),
        "HN-36": Article(_HENAN, "第36条", "2011-07-29", "2011-09-01"),
        "HN-38": Article(_HENAN, "第38条", "2011-07-29", "2011-09-01"),
        "SD-23": Article(_SHANDONG, "第23条", "2011-01-14", "2011-01-14"),
        "SD-25": Article(_SHANDONG, "第25条", "2011-01-14", "2011-01-14"),
        "GS-27": Article(_GANSU, "第27条", "2011", "2011"),
    }
)


def article(key: str) -> Article:
    """The article of a key; KeyError for one that spec/laws.json does not have."""
    return ARTICLES[key]
