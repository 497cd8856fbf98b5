"""The rule profiles that come with the program: `profiles/<id>.json`, one file a profile, every value with its source.

They are data, read and checked like any other profile [PROF-1] [PROF-2]. Local ones are dated examples of texts that
are older than the national law of 2025-10-28; none of them is offered as current law.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from tally_protocol.law.profile import Profile

FOLDER = Path(__file__).parent / "profiles"
DEFAULT = "cn-village-2026-national"


def shipped_ids() -> list[str]:
    """The ids of all shipped profiles, national ones first."""
    return sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda name: (not name.startswith("cn-"), name))


def shipped_path(name: str) -> Path | None:
    """The file of a shipped profile; None for any other name."""
    return FOLDER / f"{name}.json" if name in shipped_ids() else None


@lru_cache(maxsize=64)
def shipped(name: str) -> Profile:
    """A shipped profile; KeyError for any other name."""
    path = shipped_path(name)
    if path is None:
        raise KeyError(name)
    body: Any = json.loads(path.read_bytes())
    return Profile.parse(body, f"profile {name}")
