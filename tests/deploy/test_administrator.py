"""docs/administrator.md names what the manifests ask of a person."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import JOBS, OVERLAYS
from tests.deploy.objects import containers, environment, of_kind, workloads
from tests.deploy.policy_state import BROUGHT


@pytest.fixture
def text(root: Path) -> str:
    return (root / "docs/administrator.md").read_text("utf-8")


def test_what_the_administrator_must_bring_is_on_the_page(text: str) -> None:
    made = set(re.findall(r"create secret (?:tls|generic) ([a-z-]+)", text))
    assert made == BROUGHT
    assert [name for name in (*OVERLAYS, *JOBS) if not re.search(rf"`{name}`|/{name}\b", text)] == []


def test_every_file_of_the_page_is_there(text: str, root: Path) -> None:
    paths = set(re.findall(r"\b((?:deploy|docs|tests)/[\w./-]*\w)", text))
    links = {f"docs/{target}" for target in re.findall(r"\]\(([\w./-]+?)(?:#[\w-]+)?\)", text)}
    assert {"deploy/k8s/overlays/county", "docs/runbook.md"} <= paths | links
    assert [path for path in sorted(paths | links) if not (root / path).exists()] == []


def test_no_size_is_given_before_it_is_measured(text: str) -> None:
    rows = [line for line in text.splitlines() if line.endswith("| not measured |")]
    assert rows
    assert [row for row in rows if re.search(r"\d", row)] == []


@pytest.mark.network
def test_settings_and_neighbours_are_on_the_page(text: str, rendered: dict[str, list[Any]]) -> None:
    objects = [item for name in (*OVERLAYS, *JOBS) for item in rendered[name]]
    settings = {key for item in workloads(objects) for _, box in containers(item) for key in environment(box)}
    labels = set(re.findall(r"'(changpiao-[a-z]+)': 'true'", str(of_kind(objects, "NetworkPolicy"))))
    assert labels == {"changpiao-monitoring", "changpiao-ingress"}
    assert sorted(name for name in settings | labels if name not in text) == []
