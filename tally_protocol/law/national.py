"""What each national law fixes: `spec/national.json` as Python [PROF-2]; a test compares the two.

Law key -> electorate -> path -> (value, article); a path that is not here is open in national law. The laws are
村民委员会组织法, 城市居民委员会组织法 (both 2025-10-28), 选举法 (2020-10-17) and, second hand, the party's rules of
2020-07; the articles with their dates are in `spec/laws.json`.
"""

from collections.abc import Mapping
from types import MappingProxyType

Fixed = Mapping[str, tuple[object, str]]

_CLOSE_KIN = ("child", "grandchild", "grandparent", "parent", "sibling", "spouse")


def _share(name: str, num: int, den: int, strict: bool, article: str) -> dict[str, tuple[object, str]]:
    return {f"{name}.num": (num, article), f"{name}.den": (den, article), f"{name}.strict": (strict, article)}


def _double_majority(elected: str, nominated: str, recalled: str) -> dict[str, tuple[object, str]]:
    """双过半, a third in the supplementary round, more candidates than seats, recall: villages and residents alike."""
    return {
        "avoidance.relations": (_CLOSE_KIN, "CC-1045"),
        "margin.least": (1, nominated),
        "recall.base": ("voters", recalled),
        "turnout.of": ("registered", elected),
        "turnout.value": ("voters", elected),
        **_share("elected", 1, 2, True, elected),
        **_share("recall", 1, 2, True, recalled),
        **_share("supplementary", 1, 3, False, elected),
    }


def _proxies(article: str) -> dict[str, tuple[object, str]]:
    return {
        "proxy.allowed": (True, article),
        "proxy.candidates": (False, article),
        "proxy.holder": ("any", article),
        "proxy.limit": (3, article),
    }


_RESIDENTS = _double_majority("RC-19", "RC-18", "RC-20")
_RESIDENTS_DIRECT = _RESIDENTS | _proxies("RC-19") | _share("turnout", 1, 2, True, "RC-19")

NATIONAL: Mapping[str, Mapping[str, Fixed]] = MappingProxyType(
    {
        "congress_2020": {
            "person": {
                "ballot.overvote.scope": ("ballot", "EL-44"),
                "elected.base": ("voters", "EL-45"),
                "electorate": ("person", "EL-44"),
                "overcount.base": ("voters", "EL-44"),
                "overcount.scope": ("election", "EL-44"),
                "proxy.allowed": (True, "EL-42"),
                "proxy.holder": ("any", "EL-42"),
                "proxy.limit": (3, "EL-42"),
                "supplementary.min_candidates": (2, "EL-45"),
                "tie": ("runoff", "EL-45"),
                "turnout.of": ("registered", "EL-45"),
                "turnout.value": ("voters", "EL-45"),
                **_share("elected", 1, 2, True, "EL-45"),
                **_share("supplementary", 1, 3, False, "EL-45"),
                **_share("turnout", 1, 2, True, "EL-45"),
            },
        },
        "party_2020": {
            "member": {"electorate": ("member", "PB-5"), "proxy.allowed": (False, "PB-24")},
        },
        "residents_2026": {
            "household": _RESIDENTS_DIRECT | {"electorate": ("household", "RC-16")},
            "person": _RESIDENTS_DIRECT | {"electorate": ("person", "RC-16")},
            "representative": _RESIDENTS
            | _share("turnout", 2, 3, True, "RC-19")
            | {"electorate": ("representative", "RC-16"), "proxy.allowed": (False, "RC-19")},
        },
        "village_2026": {
            "person": _double_majority("VC-18", "VC-18", "VC-19")
            | _proxies("VC-18")
            | _share("turnout", 1, 2, True, "VC-18")
            | {"electorate": ("person", "VC-16")},
        },
    }
)


def fixed_by(law: str, electorate: str) -> Fixed | None:
    """What a law fixes for an electorate; None if the law is unknown or does not know the electorate."""
    return NATIONAL.get(law, {}).get(electorate)
