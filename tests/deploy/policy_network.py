"""Rules for the network: nothing is allowed unless said, and each thing is said once."""

from collections.abc import Iterator

from tests.deploy.objects import Object, component, containers, of_kind, pod_labels, selects, title, workloads

DATABASE_PORTS = (5432, 8000, 9187)  # PostgreSQL, the operator's status port, metrics
FORBIDDEN_SOURCES: tuple[Object | None, ...] = ({}, None)
# component -> the ports it may call outside itself, the resolver apart
CALLS: dict[str, set[int]] = {
    "all": set(), "public-log": set(), "intake": {5432}, "sequencer": {5432}, "publisher": {5432}, "board": {5432},
    "centre": {5432}, "schema": {5432}, "database": {5432, 8000, 443, 6443},
}  # fmt: skip


def listeners(objects: list[Object]) -> Iterator[tuple[str, dict[str, str], int]]:
    """Everything that listens: name, labels of its pods, port."""
    for workload in workloads(objects):
        for place, container in containers(workload):
            for port in container.get("ports", []):
                yield place, pod_labels(workload), port["containerPort"]
    for cluster in of_kind(objects, "Cluster"):
        for number in DATABASE_PORTS:
            yield title(cluster), {"cnpg.io/cluster": cluster["metadata"]["name"]}, number


def policies(objects: list[Object], direction: str) -> list[Object]:
    """Policies that open something in a direction."""
    return [item for item in of_kind(objects, "NetworkPolicy") if item["spec"].get(direction)]


def ports(policy: Object, direction: str) -> list[int | None]:
    """Ports that a policy opens; None stands for all of them."""
    return [
        port.get("port") for rule in policy["spec"].get(direction, []) for port in rule.get("ports", [{"port": None}])
    ]


def default_deny(objects: list[Object]) -> Iterator[str]:
    """One policy takes every pod and allows nothing, both ways."""
    if not workloads(objects) or not of_kind(objects, "Namespace"):
        return  # a job of its own lives in a namespace that an overlay has fenced
    closed = [
        item
        for item in of_kind(objects, "NetworkPolicy")
        if item["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ]
    if len(closed) != 1:
        yield f"{len(closed)} policies deny everything, expected 1"


def ingress(objects: list[Object]) -> Iterator[str]:
    """Each listening port is opened by exactly one policy, and each opened port is listened at."""
    if not of_kind(objects, "Namespace"):
        return
    doors = list(listeners(objects))
    for place, labels, number in doors:
        openers = [
            title(item)
            for item in policies(objects, "ingress")
            if selects(item["spec"]["podSelector"], labels) and number in ports(item, "ingress")
        ]
        if len(openers) != 1:
            yield f"{place}: port {number} is opened by {openers}, expected exactly one policy"
    for policy in policies(objects, "ingress"):
        mine = {place: labels for place, labels, _ in doors if selects(policy["spec"]["podSelector"], labels)}
        pods = {tuple(sorted(labels.items())) for labels in mine.values()}
        for opened in ports(policy, "ingress"):
            listening = {tuple(sorted(labels.items())) for _, labels, door in doors if door == opened}
            if not pods or pods - listening:
                yield f"{title(policy)}: opens port {opened} where nothing listens"
        for rule in policy["spec"]["ingress"]:
            if any(
                source in FORBIDDEN_SOURCES or source == {"namespaceSelector": {}} for source in rule.get("from", [{}])
            ):
                yield f"{title(policy)}: lets anybody in without saying so"


def egress(objects: list[Object]) -> Iterator[str]:
    """Each pod calls the resolver and what its role needs, each by exactly one policy; all else is refused."""
    if not of_kind(objects, "Namespace"):
        return
    callers = [(title(item), component(item), pod_labels(item)) for item in workloads(objects)]
    callers += [
        (title(item), "database", {"cnpg.io/cluster": item["metadata"]["name"]}) for item in of_kind(objects, "Cluster")
    ]
    for place, role, labels in callers:
        called = [
            number
            for item in policies(objects, "egress")
            if selects(item["spec"]["podSelector"], labels)
            for number in ports(item, "egress")
        ]
        wanted = [53, 53, *CALLS.get(role, set())]
        if sorted(called, key=str) != sorted(wanted, key=str):
            yield f"{place}: may call {sorted(called, key=str)}, expected {sorted(wanted, key=str)}"
    for policy in policies(objects, "egress"):
        for rule in policy["spec"]["egress"]:
            if not rule.get("to") or any(target in FORBIDDEN_SOURCES for target in rule["to"]):
                yield f"{title(policy)}: lets out to anywhere without saying so"


def directions(objects: list[Object]) -> Iterator[str]:
    """A policy names the directions that it speaks of: a forgotten one would be guessed."""
    for policy in of_kind(objects, "NetworkPolicy"):
        said = set(policy["spec"].get("policyTypes", []))
        used = {name for name in ("Ingress", "Egress") if name.lower() in policy["spec"]}
        if not said or (used and said != used):
            yield f"{title(policy)}: policyTypes {sorted(said)}, rules for {sorted(used)}"
