"""What the judges share: the rendered overlays as lists of objects, and where other people's programs are."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.programs import CustomResources, Environment, custom_resources, nginx, promtool

OVERLAYS = ("demo", "county", "province")
JOBS = ("schema",)


@pytest.fixture(scope="session")
def cache(root: Path) -> Path:
    return root / ".tools/deploy"


@pytest.fixture(scope="session")
def environment(root: Path) -> Environment:
    return Environment(root)


@pytest.fixture(scope="session")
def rendered(root: Path, environment: Environment) -> dict[str, list[Any]]:
    """Overlay -> its objects, as `kubectl kustomize` gives them."""
    place = root / "deploy/k8s"
    folders = [*(place / "overlays" / name for name in OVERLAYS), *(place / "jobs" / name for name in JOBS)]
    return {folder.name: environment.parse(environment.kustomize(folder)) for folder in folders}


@pytest.fixture(scope="session")
def resources_judge(cache: Path) -> CustomResources:
    return custom_resources(cache)


@pytest.fixture(scope="session")
def promtool_path(cache: Path) -> Path:
    return promtool(cache)


@pytest.fixture(scope="session")
def nginx_path(cache: Path) -> Path:
    return nginx(cache)


@pytest.fixture(scope="session")
def rules(root: Path, environment: Environment) -> list[dict[str, Any]]:
    """The alert rules, in order."""
    (document,) = environment.parse((root / "deploy/alerts/changpiao.rules.yaml").read_text("utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


@pytest.fixture(scope="session")
def contract(root: Path) -> dict[str, Any]:
    """deploy/metrics.json: what the programs tell Prometheus."""
    found: dict[str, Any] = json.loads((root / "deploy/metrics.json").read_text("utf-8"))
    return found
