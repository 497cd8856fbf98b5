"""The program is what the manifests think it is: its commands, its settings, its files, the time that its end takes.

What each pod is given is also enough: tests/coordinator/test_loading.py starts every role on exactly that.
"""

from typing import Any

import pytest
import typer

from coordinator.cli import app
from coordinator.roles.running import END_WITHIN
from coordinator.roles.starting import ROLES
from coordinator.store.grants import ROLES as LOGINS
from tests.coordinator.processes import POD_FILES
from tests.deploy.conftest import JOBS, OVERLAYS
from tests.deploy.objects import component, containers, environment, of_kind, pod, title, workloads

pytestmark = pytest.mark.network


@pytest.fixture
def coordinators(rendered: dict[str, list[Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every workload of ours with its container that runs the program."""
    return [
        (workload, container)
        for name in (*OVERLAYS, *JOBS)
        for workload in workloads(rendered[name])
        for _, container in containers(workload)
        if container["name"] == "coordinator"
    ]


def test_every_command_and_setting_is_the_programs(coordinators: list[tuple[Any, Any]]) -> None:
    commands: Any = typer.main.get_command(app)
    assert len(coordinators) >= 10
    for workload, container in coordinators:
        (word,) = container["args"]
        known = {parameter.envvar for parameter in commands.commands[word].params if parameter.envvar}
        told = environment(container)
        assert told.keys() <= known, title(workload)
        if word == "serve":
            assert told["CHANGPIAO_ROLE"] in ROLES


def test_what_no_setting_names_the_command_can_do_without(coordinators: list[tuple[Any, Any]]) -> None:
    """A required option that the manifest does not give would stop every pod."""
    commands: Any = typer.main.get_command(app)
    for workload, container in coordinators:
        needed = {one.envvar for one in commands.commands[container["args"][0]].params if one.required}
        assert needed <= environment(container).keys(), title(workload)
        assert component(workload) in ("board", "schema") or environment(container)["CHANGPIAO_HOME"]


def test_each_pod_has_the_files_that_its_role_runs_on(coordinators: list[tuple[Any, Any]]) -> None:
    compared = 0
    for workload, _ in coordinators:
        wanted = POD_FILES.get(component(workload))
        if wanted is None:
            continue
        given = {
            item["path"]
            for volume in pod(workload)["volumes"]
            for source in volume.get("projected", {}).get("sources", [])
            for item in source["secret"]["items"]
        }
        assert given == set(wanted), title(workload)
        compared += 1
    assert compared == 2 * len(POD_FILES), "county and province"


def test_an_end_fits_into_the_grace(coordinators: list[tuple[Any, Any]]) -> None:
    """SIGTERM comes after the pause of preStop; kubelet kills at the end of the grace."""
    for workload, container in coordinators:
        if workload["kind"] == "Job":
            continue
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert END_WITHIN + 2 <= pod(workload)["terminationGracePeriodSeconds"] - pause, title(workload)


def test_the_operator_makes_the_roles_that_migrate_gives_rights_to(rendered: dict[str, list[Any]]) -> None:
    """One missing, and the schema job gives no right to anybody."""
    for name in ("county", "province"):
        (cluster,) = of_kind(rendered[name], "Cluster")
        assert {role["name"] for role in cluster["spec"]["managed"]["roles"]} == set(LOGINS)
