"""Every object is judged by a schema: core kinds by the API server's, custom ones by their operators', strictly."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import JOBS, OVERLAYS
from tests.deploy.mutations import DROP, Mutation
from tests.deploy.objects import of_kind, title
from tests.deploy.programs import CustomResources, Environment

pytestmark = pytest.mark.network
CUSTOM = ("postgresql.cnpg.io/", "cert-manager.io/", "monitoring.coreos.com/")
POD = "spec/template/spec"


def split(objects: list[Any]) -> tuple[list[Any], list[Any]]:
    """Core objects and custom ones; together everything."""
    custom = [item for item in objects if item["apiVersion"].startswith(CUSTOM)]
    return [item for item in objects if item not in custom], custom


@pytest.fixture(scope="module")
def core_judge(environment: Environment) -> Callable[[list[Any]], list[str]]:
    return lambda objects: environment.judge("core_schemas.py", objects)


@pytest.mark.parametrize("overlay", [*OVERLAYS, *JOBS])
def test_the_overlay_is_valid(
    overlay: str,
    rendered: dict[str, list[Any]],
    core_judge: Callable[[list[Any]], list[str]],
    resources_judge: CustomResources,
) -> None:
    core, custom = split(rendered[overlay])
    assert core_judge(core) == []
    assert resources_judge.faults(custom) == []
    assert core
    assert bool(custom) == (overlay not in JOBS)


WRONG_CORE = [
    Mutation("", "county", "Deployment/intake", "spec/replicaz", 2),
    Mutation("", "county", "Deployment/intake", "spec/replicas", "two"),
    Mutation("", "county", "Deployment/intake", f"{POD}/containers/0/readinessProb", {}),
    Mutation("", "county", "NetworkPolicy/dns", "spec/egress/0/ports/0/port", []),
    Mutation("", "county", "PodDisruptionBudget/intake", "spec/maxUnavailabel", 1),
    Mutation("", "county", "Service/intake", "spec/ports/0/port", DROP),
    Mutation("", "county", "Deployment/intake", "apiVersion", "apps/v2"),
]
WRONG_CUSTOM = [
    Mutation("", "county", "Cluster/database", "spec/instances", "three"),
    Mutation("", "county", "Cluster/database", "spec/stoage", {"size": "1Gi"}),
    Mutation("", "county", "Cluster/database", "spec/postgresql/synchronous/method", "some"),
    Mutation("", "county", "Cluster/database", "spec/managed/roles/0/passwordless", True),
    Mutation("", "county", "Certificate/intake-tls", "spec/issuerRef", DROP),
    Mutation("", "county", "Certificate/intake-tls", "spec/privateKey/sise", 256),
    Mutation("", "county", "PodMonitor/database", "spec/podMetricsEndpoints/0/intervall", "1s"),
    Mutation("", "county", "PodMonitor/database", "spec/podMetricsEndpoints/0/port", 9187),
    Mutation("", "county", "PrometheusRule/changpiao", "spec/groups/0/rules/0/exp", "1"),
    Mutation("", "county", "ScheduledBackup/database-nightly", "spec/schedul", ""),
]


def test_what_is_wrong_is_caught(
    rendered: dict[str, list[Any]], core_judge: Callable[[list[Any]], list[str]], resources_judge: CustomResources
) -> None:
    """All broken objects in one call of each judge: starting it is what takes the time."""
    for mutations, judge in ((WRONG_CORE, core_judge), (WRONG_CUSTOM, resources_judge.faults)):
        broken = []
        for number, mutation in enumerate(mutations):
            objects = [copy.deepcopy(item) for item in rendered["county"] if title(item) == mutation.target]
            (item,) = mutation.apply(objects)
            item["metadata"]["name"] = f"broken-{number}"
            broken.append(item)
        faults = judge(broken)
        missed = [str(m) for n, m in enumerate(mutations) if not any(f"/broken-{n}:" in fault for fault in faults)]
        assert missed == []


def test_the_alerts_in_the_cluster_are_the_alerts_of_the_file(
    root: Path, environment: Environment, rendered: dict[str, list[Any]]
) -> None:
    """`make alerts` makes one from the other."""
    (wanted,) = environment.parse((root / "deploy/alerts/changpiao.rules.yaml").read_text("utf-8"))
    for overlay in OVERLAYS:
        (rule,) = of_kind(rendered[overlay], "PrometheusRule")
        assert rule["spec"] == wanted, "run: .venv/bin/python -m tools.deploy.alerts"
