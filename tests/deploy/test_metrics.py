"""deploy/metrics.json is the contract of names: the code keeps it, alerts use nothing else."""

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric

from coordinator.access.meters import Meters
from coordinator.metrics import Metrics
from tests.deploy.expressions import faults, series

TYPES = {"counter", "gauge", "histogram"}
ROLES = {"all", "intake", "sequencer", "publisher", "board", "centre"}


def exposed() -> dict[str, Metric]:
    """What the code registers, by the name in deploy/metrics.json."""
    metrics = Metrics()
    Meters(metrics.registry)
    found = metrics.registry.collect()
    return {metric.name + ("_total" if metric.type == "counter" else ""): metric for metric in found}


def test_the_contract_is_well_formed(contract: dict[str, Any]) -> None:
    names = [metric["name"] for metric in contract["metrics"]]
    assert len(set(names)) == len(names)
    for metric in contract["metrics"]:
        assert metric.keys() <= {"name", "type", "help", "labels", "roles", "note"}, metric
        assert metric["type"] in TYPES, metric
        assert metric["roles"], metric
        assert set(metric["roles"]) <= ROLES, metric
        assert metric["name"].endswith("_total") == (metric["type"] == "counter"), metric
        assert re.fullmatch(r"[a-z_]+", metric["name"]), metric
        # a label a village, a station or a person would be a series each, and personal data
        assert not {"unit", "village", "station", "node", "person", "candidate"} & set(metric["labels"]), metric


def test_the_code_exposes_nothing_beside_the_contract(contract: dict[str, Any]) -> None:
    known = {metric["name"]: metric for metric in contract["metrics"]}
    assert sorted(exposed().keys() - known.keys()) == [], "write it into deploy/metrics.json"
    for name, metric in exposed().items():
        assert metric.type == known[name]["type"], name
        labels = {label for sample in metric.samples for label in sample.labels} - {"le"}
        assert labels <= set(known[name]["labels"]), name


def test_the_code_exposes_all_that_the_contract_promises(contract: dict[str, Any]) -> None:
    assert {metric["name"] for metric in contract["metrics"]} - exposed().keys() == set()


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("sum(rate(changpiao_accepted_total[1m]))", None),
        ('max by (namespace) (changpiao_leader{role="sequencer"}) == 1', None),
        ("histogram_quantile(0.99, sum by (le) (rate(changpiao_commit_seconds_bucket[5m]))) > 5", None),
        ("max(changpiao_log_sise)", "changpiao_log_sise is not in deploy/metrics.json"),
        ("rate(changpiao_accepted[1m])", "changpiao_accepted is not in deploy/metrics.json"),
        ('changpiao_leader{rolle="x"}', "changpiao_leader has no label rolle"),
        ("sum by (village) (changpiao_log_size)", "no series here has the label village"),
        ("max_over_time(changpiao_log_size[1m])", None),
        ("rate(changpiao_log_size[1m])", "changpiao_log_size is a gauge with a window"),
        ("sum(changpiao_papers_total)", "changpiao_papers_total is a counter without rate or increase"),
        ("vector(1)", "uses no series at all"),
    ],
)
def test_an_expression_is_read(expression: str, fault: str | None, contract: dict[str, Any]) -> None:
    assert list(faults(expression, series(contract))) == ([fault] if fault else [])


@pytest.mark.network
def test_the_alerts_use_only_what_the_contract_names(contract: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    known = series(contract)
    assert [f"{rule['alert']}: {fault}" for rule in rules for fault in faults(rule["expr"], known)] == []


def test_the_operations_page_names_every_metric(root: Path, contract: dict[str, Any]) -> None:
    text = (root / "docs/operations.md").read_text("utf-8") + (root / "docs/administrator.md").read_text("utf-8")
    assert [metric["name"] for metric in contract["metrics"] if metric["name"] not in text] == []
