"""Our own rules over what an administrator would apply, and each rule seen to fail on a broken manifest [I11]."""

import ast
import inspect
import shutil
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.deploy import policy_network, policy_pods, policy_state
from tests.deploy.conftest import JOBS, OVERLAYS
from tests.deploy.mutations import MUTATIONS, Mutation
from tests.deploy.policies import POLICIES
from tests.deploy.programs import Environment

pytestmark = pytest.mark.network


@pytest.mark.parametrize("overlay", [*OVERLAYS, *JOBS])
@pytest.mark.parametrize("policy", POLICIES)
def test_the_overlay_keeps_the_policy(policy: str, overlay: str, rendered: dict[str, list[Any]]) -> None:
    assert list(POLICIES[policy](rendered[overlay])) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_broken_manifest_is_caught(mutation: Mutation, rendered: dict[str, list[Any]]) -> None:
    whole = rendered[mutation.overlay]
    broken = mutation.apply(whole)
    changed, findings = broken != whole, len(list(POLICIES[mutation.policy](broken)))
    assert changed, "the mutation changes nothing"
    assert findings > 0


def test_every_policy_is_seen_to_fail() -> None:
    assert {mutation.policy for mutation in MUTATIONS} == POLICIES.keys()


def test_every_finding_is_seen(rendered: dict[str, list[Any]]) -> None:
    """A line of a policy that no mutation reaches may say anything."""
    modules = (policy_pods, policy_network, policy_state)
    wanted = {
        (module.__file__, node.lineno)
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.JoinedStr | ast.Constant)
    }
    seen: set[tuple[str | None, int]] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for mutation in MUTATIONS:
            list(POLICIES[mutation.policy](mutation.apply(rendered[mutation.overlay])))
    finally:
        sys.settrace(before)
    assert len(wanted) > 40
    missed = sorted(f"{Path(str(file)).name}:{line}" for file, line in wanted - seen)
    assert missed == []


def test_the_overlays_hold_what_they_promise(rendered: dict[str, list[Any]]) -> None:
    """A policy over nothing would hold."""
    for overlay, expected in {
        "demo": {"all": 1},
        "county": {"intake": 2, "sequencer": 2, "publisher": 2, "board": 2, "centre": 2, "public-log": 2},
        "province": {"intake": 6, "sequencer": 3, "publisher": 3, "board": 4, "centre": 3, "public-log": 4},
    }.items():
        found = {
            item["metadata"]["name"]: item["spec"]["replicas"]
            for item in rendered[overlay]
            if item["kind"] == "Deployment"
        }
        assert found == expected
        clusters = [item for item in rendered[overlay] if item["kind"] == "Cluster"]
        assert len(clusters) == (overlay != "demo")


def test_an_image_is_set_by_its_tag_argument(root: Path, environment: Environment, tmp_path: Path) -> None:
    """`images:` of an overlay reaches every container and the database, and the version is the project's."""
    manifests = root / "deploy/k8s"
    overlay = tmp_path / "here"
    overlay.mkdir()
    (overlay / "kustomization.yaml").write_text(
        "resources: [../k8s/roles]\nimages:\n"
        + "".join(f"- {{name: {name}, newName: mirror.example/{name}, newTag: 9.9.9}}\n" for name in IMAGES),
        "utf-8",
    )
    shutil.copytree(manifests, tmp_path / "k8s")  # kustomize follows no link out of its root
    text = environment.kustomize(overlay)
    used = {
        line.split(":", 1)[1].strip()
        for line in text.splitlines()
        if line.strip(" -").startswith(("image:", "imageName:"))
    }
    assert used == {f"mirror.example/{name}:9.9.9" for name in IMAGES}


IMAGES = ("changpiao", "web", "database")


def test_the_overlays_name_the_version_of_this_checkout(root: Path, rendered: dict[str, list[Any]]) -> None:
    version = next(
        line for line in (root / "pyproject.toml").read_text("utf-8").splitlines() if line.startswith("version")
    )
    wanted = "changpiao:" + version.split('"')[1]
    for objects in rendered.values():
        images = {item["image"] for item in _containers(objects) if item["name"] == "coordinator"}
        assert images == {wanted}


def _containers(objects: list[Any]) -> list[Any]:
    return [
        box
        for item in objects
        if item["kind"] in {"Deployment", "Job"}
        for box in item["spec"]["template"]["spec"]["containers"]
    ]
