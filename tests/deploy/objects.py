"""Reads rendered manifests: what is a workload, which containers it has, whom a selector selects."""

from collections.abc import Iterable, Iterator
from typing import Any

Object = dict[str, Any]
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}
LASTING = {"Deployment", "StatefulSet", "DaemonSet"}


def of_kind(objects: Iterable[Object], *kinds: str) -> list[Object]:
    """The objects of some kinds."""
    return [item for item in objects if item["kind"] in kinds]


def title(item: Object) -> str:
    """Kind and name, as in every finding."""
    return f"{item['kind']}/{item['metadata']['name']}"


def workloads(objects: Iterable[Object]) -> list[Object]:
    """Everything that makes pods, but the operator's own."""
    return [item for item in objects if item["kind"] in WORKLOADS]


def pod(workload: Object) -> Object:
    """The pod template's spec."""
    spec = workload["spec"]
    if workload["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: Object = spec["template"]["spec"]
    return found


def pod_labels(workload: Object) -> dict[str, str]:
    """The labels of the pods."""
    spec = workload["spec"]
    if workload["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: dict[str, str] = spec["template"]["metadata"].get("labels", {})
    return found


def component(workload: Object) -> str:
    """The role of the pods."""
    return pod_labels(workload).get("app.kubernetes.io/component", "")


def containers(workload: Object) -> Iterator[tuple[str, Object]]:
    """Every container with its name in full."""
    spec = pod(workload)
    for part in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(part, []):
            yield f"{title(workload)}: {container['name']}", container


def lasting_containers(workload: Object) -> Iterator[tuple[str, Object]]:
    """The containers that run until they are stopped."""
    if workload["kind"] in LASTING:
        for container in pod(workload)["containers"]:
            yield f"{title(workload)}: {container['name']}", container


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a label selector takes these labels; an empty one takes all."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for wanted in selector.get("matchExpressions", []):
        have = labels.get(wanted["key"])
        match wanted["operator"]:
            case "In":
                good = have in wanted["values"]
            case "NotIn":
                good = have not in wanted["values"]
            case "Exists":
                good = have is not None
            case "DoesNotExist":
                good = have is None
            case operator:
                raise ValueError(f"unknown operator {operator}")
        if not good:
            return False
    return True


def environment(container: Object) -> dict[str, str]:
    """Plain variables of a container."""
    return {item["name"]: item["value"] for item in container.get("env", []) if "value" in item}


def volumes(workload: Object) -> dict[str, Object]:
    """Volumes by name."""
    return {item["name"]: item for item in pod(workload).get("volumes", [])}


def secrets_of(volume: Object) -> dict[str, list[str] | None]:
    """Secret -> the keys taken from it, None for all."""
    if "secret" in volume:
        source = volume["secret"]
        items = source.get("items")
        return {source["secretName"]: [item["key"] for item in items] if items else None}
    found: dict[str, list[str] | None] = {}
    for source in volume.get("projected", {}).get("sources", []):
        if "secret" in source:
            items = source["secret"].get("items")
            found[source["secret"]["name"]] = [item["key"] for item in items] if items else None
    return found
