"""The vectors of the law in this process, so that a mistake in a rule is noticed here too (tools/mutants). [CONV-1]"""

import json
from pathlib import Path

import pytest

from verifier.checks.conformance import AREAS
from verifier.findings.codes import Refused

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"


@pytest.mark.parametrize("area", ["outcome", "findings", "declaration", "profile", "rules", "validity"])
def test_vectors_of_the_law(area: str) -> None:
    paths = sorted(VECTORS.glob(f"{area}-*.json"))
    assert len(paths) >= 20
    for path in paths:
        vector = json.loads(path.read_text("utf-8"))
        try:
            found: dict[str, object] = {"ok": AREAS[area](vector["input"])}
        except Refused as refused:
            found = {"error": refused.code}
        assert found == vector["expect"], path.name
