"""Rules for every pod: fenced, probed, bounded, restarted without a pause. A rule gives its findings, one a line."""

import re
from collections.abc import Iterator
from typing import Any

from tests.deploy.objects import (
    Object,
    component,
    containers,
    environment,
    lasting_containers,
    of_kind,
    pod,
    pod_labels,
    selects,
    title,
    volumes,
    workloads,
)  # fmt: skip

UID = 10001
POD = {
    "runAsNonRoot": True, "runAsUser": UID, "runAsGroup": UID, "fsGroup": UID,
    "seccompProfile": {"type": "RuntimeDefault"},
}  # fmt: skip
CONTAINER = {
    "allowPrivilegeEscalation": False, "privileged": False, "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}  # fmt: skip
PORTS = {"grpc": 7443, "admin": 9464, "board": 8080, "public-log": 8081, "centre": 8090}
DOORS = {"CHANGPIAO_LISTEN": 7443, "CHANGPIAO_ADMIN": 9464, "CHANGPIAO_BOARD": 8080, "CHANGPIAO_CENTRE": 8090}
# what may be written, beside the scratch folder
WRITABLE = {"all": {"county", "public"}, "publisher": {"public"}}


def different(found: Any, wanted: Object, where: str) -> Iterator[str]:
    """What is not as it must be."""
    for key, value in wanted.items():
        have = (found or {}).get(key)
        if have != value:
            yield f"{where}: {key} is {have}, expected {value}"


def security(objects: list[Object]) -> Iterator[str]:
    """[I11] Non-root, read-only root, no capability, no privilege, seccomp, no token, nothing of the host."""
    for workload in workloads(objects):
        spec, name = pod(workload), title(workload)
        yield from different(spec.get("securityContext"), POD, name)
        yield from different(
            spec,
            {"automountServiceAccountToken": False, "enableServiceLinks": False, "serviceAccountName": "changpiao"},
            name,
        )  # fmt: skip
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(key):
                yield f"{name}: {key}"
        for volume in spec.get("volumes", []):
            if "hostPath" in volume:
                yield f"{name}: volume {volume['name']} is a path of the host"
        for place, container in containers(workload):
            yield from different(container.get("securityContext"), CONTAINER, place)
            extra = set(container.get("securityContext", {})) - CONTAINER.keys()
            if extra:
                yield f"{place}: securityContext also sets {sorted(extra)}"
            if any("hostPort" in port for port in container.get("ports", [])):
                yield f"{place}: hostPort"
    for account in of_kind(objects, "ServiceAccount"):
        yield from different(account, {"automountServiceAccountToken": False}, title(account))
    for kind in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"):
        for item in of_kind(objects, kind):
            yield f"{title(item)}: no process of ours talks to the cluster"


def probes(objects: list[Object]) -> Iterator[str]:
    """Every lasting container is probed over plain HTTP; the coordinator only on its admin port."""
    for workload in workloads(objects):
        for place, container in lasting_containers(workload):
            ours = container["name"] == "coordinator"
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                path = "/readyz" if ours and probe == "readinessProbe" else "/livez"
                wanted = {"path": path, "port": "admin" if ours else "public-log"}
                found = container.get(probe, {}).get("httpGet")
                if found != wanted:
                    yield f"{place}: {probe} asks {found}, expected {wanted}"
            start = container.get("startupProbe", {})
            if start.get("failureThreshold", 3) * start.get("periodSeconds", 10) < 30:
                yield f"{place}: the start may take no 30 seconds"


def resources(objects: list[Object]) -> Iterator[str]:
    """Requests and limits; no limit of CPU, which would only make answers late."""
    bounded = [item for workload in workloads(objects) for item in containers(workload)]
    bounded += [(title(item), item["spec"]) for item in of_kind(objects, "Cluster")]
    for place, container in bounded:
        found = container.get("resources", {})
        for part, names in (
            ("requests", {"cpu", "memory", "ephemeral-storage"}),
            ("limits", {"memory", "ephemeral-storage"}),
        ):
            if set(found.get(part, {})) != names:
                yield f"{place}: resources.{part} are {sorted(found.get(part, {}))}, expected {sorted(names)}"


def images(objects: list[Object]) -> Iterator[str]:
    """A fixed tag or a digest, set by the overlay; never whatever is newest."""
    found = [(place, item["image"]) for workload in workloads(objects) for place, item in containers(workload)]
    found += [(title(item), item["spec"]["imageName"]) for item in of_kind(objects, "Cluster")]
    for place, image in found:
        tag = image.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in image and (not tag or tag == "latest" or not tag[0].isdigit()):
            yield f"{place}: image {image} has no fixed tag"
    for workload in workloads(objects):
        for place, container in containers(workload):
            yield from different(container, {"imagePullPolicy": "IfNotPresent"}, place)


def doors(objects: list[Object]) -> Iterator[str]:
    """Ports as in docs/adr/0007, in the container, in its settings, and in the Services."""
    for workload in workloads(objects):
        names: set[str] = set()
        for place, container in containers(workload):
            ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
            names |= ports.keys()
            yield from (f"{place}: port {name} is {ports[name]}" for name in ports if PORTS.get(name) != ports[name])
            if container["name"] == "coordinator":
                told = {key: value for key, value in environment(container).items() if key in DOORS}
                yield from (
                    f"{place}: {key} is {value}" for key, value in told.items() if value != f"0.0.0.0:{DOORS[key]}"
                )
                if {DOORS[key] for key in told} != set(ports.values()):
                    yield f"{place}: listens at {sorted(told)}, but its ports are {sorted(ports)}"
        for service in of_kind(objects, "Service"):
            if selects({"matchLabels": service["spec"]["selector"]}, pod_labels(workload)):
                wrong = [port["targetPort"] for port in service["spec"]["ports"] if port["targetPort"] not in names]
                yield from (f"{title(service)}: {title(workload)} has no port {port}" for port in wrong)
    for service in of_kind(objects, "Service"):
        selector = {"matchLabels": service["spec"]["selector"]}
        if not any(selects(selector, pod_labels(workload)) for workload in workloads(objects)):
            yield f"{title(service)}: leads nowhere"


def files(objects: list[Object]) -> Iterator[str]:
    """Only what the role must write is writable; scratch space is bounded."""
    for workload in workloads(objects):
        for name, volume in volumes(workload).items():
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{title(workload)}: volume {name} has no sizeLimit"
        allowed = {"tmp"} | WRITABLE.get(component(workload), set())
        for place, container in containers(workload):
            mine = {"tmp"} if container["name"] == "web" else allowed
            for mount in container.get("volumeMounts", []):
                if not mount.get("readOnly") and mount["name"] not in mine:
                    yield f"{place}: may write {mount['mountPath']}"


def restarts(objects: list[Object]) -> Iterator[str]:
    """No pod goes before its successor is ready; each has time to say goodbye; copies are apart."""
    for workload in of_kind(objects, "Deployment"):
        name, spec, template = title(workload), workload["spec"], pod(workload)
        if not workload["spec"]["selector"]["matchLabels"].items() <= pod_labels(workload).items():
            yield f"{name}: does not select its own pods"
        for place, container in lasting_containers(workload):
            pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if pause < 3:
                yield f"{place}: stops before the Service has forgotten it"
            if template.get("terminationGracePeriodSeconds", 30) < pause + 30:
                yield f"{place}: has no 30 seconds to end"
        if spec["replicas"] == 1:
            yield from different(spec.get("strategy"), {"type": "Recreate"}, name)
            continue
        wanted = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
        yield from different(spec.get("strategy"), wanted, name)
        spread = {
            item["topologyKey"]: item
            for item in template.get("topologySpreadConstraints", [])
            if selects(item["labelSelector"], pod_labels(workload)) and "pod-template-hash" in item["matchLabelKeys"]
        }
        if spread.get("kubernetes.io/hostname", {}).get("whenUnsatisfiable") != "DoNotSchedule":
            yield f"{name}: its copies may lie on one node"


def budgets(objects: list[Object]) -> Iterator[str]:
    """Exactly one PodDisruptionBudget for each replicated workload, one pod at a time; none for nothing."""
    found = of_kind(objects, "PodDisruptionBudget")
    for workload in of_kind(objects, "Deployment", "StatefulSet"):
        mine = [item for item in found if selects(item["spec"]["selector"], pod_labels(workload))]
        if len(mine) != (workload["spec"]["replicas"] > 1):
            yield f"{title(workload)}: {len(mine)} budgets"
        for budget in mine:
            yield from different(budget["spec"], {"maxUnavailable": 1}, title(budget))
    for budget in found:
        if not any(selects(budget["spec"]["selector"], pod_labels(item)) for item in workloads(objects)):
            yield f"{title(budget)}: guards nothing"
    for cluster in of_kind(objects, "Cluster"):
        yield from different(cluster["spec"], {"enablePDB": True}, title(cluster))


def place(objects: list[Object]) -> Iterator[str]:
    """One namespace, and it takes only restricted pods."""
    names = {item["metadata"]["name"] for item in of_kind(objects, "Namespace")}
    for space in of_kind(objects, "Namespace"):
        wanted = {"pod-security.kubernetes.io/enforce": "restricted"}
        yield from different(space["metadata"].get("labels"), wanted, title(space))
    for item in objects:
        if item["kind"] != "Namespace":
            space = item["metadata"].get("namespace")
            if not space or (names and space not in names):
                yield f"{title(item)}: lies in namespace {space}"
        if not re.fullmatch(r"[a-z0-9-]+", item["metadata"]["name"]):
            yield f"{title(item)}: name"
