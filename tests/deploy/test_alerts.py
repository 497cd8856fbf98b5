"""promtool's judgement of the alerts: well-formed, each one fires and clears in a test, and each test can fail."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.programs import Environment

pytestmark = pytest.mark.network
NEVER, ALWAYS = "vector(0) > 1", "vector(1)"


def promtool(path: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([path, *words], capture_output=True, text=True, timeout=120, check=False)


def test_the_rules_are_well_formed(root: Path, promtool_path: Path) -> None:
    done = promtool(promtool_path, "check", "rules", root / "deploy/alerts/changpiao.rules.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_fires_and_clears(root: Path, promtool_path: Path) -> None:
    done = promtool(promtool_path, "test", "rules", *unit_tests(root))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_test_that_fires_it_and_then_sees_it_clear(
    root: Path, environment: Environment, rules: list[dict[str, Any]]
) -> None:
    whole = set()
    for path in unit_tests(root):
        (document,) = environment.parse(path.read_text("utf-8"))
        for group in document["tests"]:
            fired: set[str] = set()
            for case in sorted(group["alert_rule_test"], key=lambda case: seconds(case["eval_time"])):
                if case.get("exp_alerts"):
                    fired.add(case["alertname"])
                elif case["alertname"] in fired:
                    whole.add(case["alertname"])
    assert whole == {rule["alert"] for rule in rules}


def test_a_spoilt_rule_fails_its_test(
    root: Path, rules: list[dict[str, Any]], promtool_path: Path, tmp_path: Path
) -> None:
    """An alert that never comes, and one that never goes, for each alert."""
    for path in unit_tests(root):
        shutil.copy(path, tmp_path / path.name)
    every = {rule["alert"] for rule in rules}
    for expression in (NEVER, ALWAYS):
        spoilt = [dict(rule, expr=expression) for rule in rules]
        # JSON is YAML
        text = json.dumps({"groups": [{"name": "all", "rules": spoilt}]})
        (tmp_path / "changpiao.rules.yaml").write_text(text, "utf-8")
        done = promtool(promtool_path, "test", "rules", *sorted(tmp_path.glob("*.test.yaml")))
        assert done.returncode == 1
        # one block a failed expectation
        assert set(re.findall(r"alertname: (\w+), time:", done.stdout + done.stderr)) == every, expression


def test_every_alert_says_how_bad_and_what_in_both_languages(rules: list[dict[str, Any]]) -> None:
    wrong = [
        rule["alert"]
        for rule in rules
        if not re.fullmatch(r"Changpiao[A-Z][A-Za-z]+", rule["alert"])
        or rule["labels"].get("severity") not in {"critical", "warning"}
        or rule["annotations"].keys() != {"summary", "summary_zh"}
        or not re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary_zh"])
    ]
    assert wrong == []


def unit_tests(root: Path) -> list[Path]:
    return sorted((root / "deploy/alerts").glob("*.test.yaml"))


def seconds(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]
