"""What national law fixes, as the verifier's own copy: law -> electorate -> path -> (value, article).

Serves [PROF-2]. The same facts as spec/national.json in another layout (a test compares them); a path that is not here
is open in national law, so whoever fixed it has to be named in `decided_by`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Fixed = tuple[object, str]  # value, key of the article in spec/laws.json
Paths = dict[str, Fixed]

CLOSE_RELATIVES: Final = ("child", "grandchild", "grandparent", "parent", "sibling", "spouse")  # CC-1045


def _share(at: str, num: int, den: int, article: str, *, strict: bool, **more: str) -> Paths:
    values: dict[str, object] = {"num": num, "den": den, "strict": strict, **more}
    return {f"{at}.{name}": (value, article) for name, value in values.items()}


def _proxies(article: str, **values: object) -> Paths:
    return {f"proxy.{name}": (value, article) for name, value in values.items()}


def _committee_law(vote: str, recall: str, margin: str) -> Paths:
    """What the two organic laws of 2026 have in common: double majority, one third, three proxies, recall."""
    return {
        "avoidance.relations": (list(CLOSE_RELATIVES), "CC-1045"),
        "margin.least": (1, margin),
        **_share("elected", 1, 2, vote, strict=True),
        **_share("supplementary", 1, 3, vote, strict=False),
        **_share("recall", 1, 2, recall, strict=True, base="voters"),
    }


def _residents(electorate: str, turnout: tuple[int, int], proxies: Paths) -> Paths:
    return {
        **_committee_law("RC-19", "RC-20", "RC-18"),
        **_share("turnout", *turnout, "RC-19", strict=True, of="registered", value="voters"),
        **proxies,
        "electorate": (electorate, "RC-16"),
    }


_THREE_PROXIES_NO_CANDIDATE: Final = _proxies("RC-19", allowed=True, candidates=False, holder="any", limit=3)

NATIONAL: Final[Mapping[str, Mapping[str, Mapping[str, Fixed]]]] = MappingProxyType(
    {
        "village_2026": {
            "person": {
                **_committee_law("VC-18", "VC-19", "VC-18"),
                **_share("turnout", 1, 2, "VC-18", strict=True, of="registered", value="voters"),
                **_proxies("VC-18", allowed=True, candidates=False, holder="any", limit=3),
                "electorate": ("person", "VC-16"),
            }
        },
        "residents_2026": {
            "person": _residents("person", (1, 2), _THREE_PROXIES_NO_CANDIDATE),
            "household": _residents("household", (1, 2), _THREE_PROXIES_NO_CANDIDATE),
            "representative": _residents("representative", (2, 3), _proxies("RC-19", allowed=False)),
        },
        "congress_2020": {
            "person": {
                "ballot.overvote.scope": ("ballot", "EL-44"),
                "electorate": ("person", "EL-44"),
                "overcount.base": ("voters", "EL-44"),
                "overcount.scope": ("election", "EL-44"),
                **_share("elected", 1, 2, "EL-45", strict=True, base="voters"),
                **_share("supplementary", 1, 3, "EL-45", strict=False),
                "supplementary.min_candidates": (2, "EL-45"),
                "tie": ("runoff", "EL-45"),
                **_share("turnout", 1, 2, "EL-45", strict=True, of="registered", value="voters"),
                **_proxies("EL-42", allowed=True, holder="any", limit=3),
            }
        },
        "party_2020": {"member": {"electorate": ("member", "PB-5"), **_proxies("PB-24", allowed=False)}},
    }
)


def fixed_by(law: str, electorate: str) -> Mapping[str, Fixed] | None:
    """What this law fixes for this electorate; None if it knows no such law or electorate."""
    return NATIONAL.get(law, {}).get(electorate)
