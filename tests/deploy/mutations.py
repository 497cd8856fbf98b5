"""Broken manifests: one small fault each, and the policy that must catch it.

Made from a rendered overlay by a path: `("county", "Deployment/intake", "spec/template/spec/hostNetwork", True)`.
A part of a path is a key, an index, or `name=x` for the list item with that name; `+` appends; `DROP` removes.
"""

import copy
from dataclasses import dataclass
from typing import Any

from tests.deploy.objects import Object, title

DROP = object()
POD = "spec/template/spec"
BOX = f"{POD}/containers/name=coordinator"
WEB = f"{POD}/containers/name=web"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault."""

    policy: str
    overlay: str
    target: str
    path: str
    value: Any

    def __str__(self) -> str:
        """The test's name."""
        value = "gone" if self.value is DROP else str(self.value)[:24]
        return f"{self.policy}: {self.overlay} {self.target} {self.path.removeprefix(POD).strip('/')} {value}".rstrip()

    def apply(self, objects: list[Object]) -> list[Object]:
        """The broken copy."""
        broken = copy.deepcopy(objects)
        if self.target == "+":
            return [*broken, copy.deepcopy(self.value)]
        (item,) = [item for item in broken if title(item) == self.target]
        if not self.path:
            return [other for other in broken if other is not item]
        *parts, last = self.path.split("/")
        place: Any = item
        for part in parts:
            place = place[_key(place, part)]
        if last == "+":
            place.append(self.value)
        elif self.value is DROP:
            del place[_key(place, last)]
        else:
            place[_key(place, last)] = self.value
        return broken


def _key(place: Any, part: str) -> Any:
    part = part.replace("~", "/")
    if not isinstance(place, list):
        return part
    if "=" in part:
        key, value = part.split("=")
        (index,) = [index for index, item in enumerate(place) if item[key] == value]
        return index
    return int(part)


def _some(policy: str, *faults: tuple[str, str, str, Any]) -> list[Mutation]:
    return [Mutation(policy, *fault) for fault in faults]


def named(kind: str, name: str, spec: Object | None = None, **more: Any) -> Object:
    """A small object."""
    found: Object = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "changpiao"}, **more}
    return found | ({"spec": spec} if spec is not None else {})


ELSEWHERE = {"matchLabels": {"a": "b"}}
LOG_KEYS = {"secret": {"name": "log-keys"}}
OPEN_ALL = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}
SECOND = {
    "podSelector": {},
    "policyTypes": ["Ingress"],
    "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 7443}]}],
}
STRANGE = {
    "podSelector": {},
    "policyTypes": ["Ingress"],
    "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 22}]}],
}
OUT = {
    "podSelector": {"matchLabels": {"app.kubernetes.io/component": "board"}},
    "policyTypes": ["Egress"],
    "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}],
}

SECURITY = _some(
    "security",
    ("county", "Deployment/intake", f"{POD}/securityContext/runAsNonRoot", False),
    ("county", "Deployment/intake", f"{POD}/securityContext/runAsUser", 0),
    ("county", "Deployment/board", f"{POD}/securityContext/seccompProfile", {"type": "Unconfined"}),
    ("county", "Deployment/publisher", f"{POD}/securityContext/fsGroup", DROP),
    ("county", "Deployment/publisher", f"{POD}/securityContext", DROP),
    ("county", "Deployment/intake", f"{BOX}/securityContext/readOnlyRootFilesystem", False),
    ("county", "Deployment/intake", f"{BOX}/securityContext/allowPrivilegeEscalation", DROP),
    ("county", "Deployment/intake", f"{BOX}/securityContext/privileged", True),
    ("county", "Deployment/intake", f"{BOX}/securityContext/capabilities", {"drop": ["NET_RAW"]}),
    ("county", "Deployment/intake", f"{BOX}/securityContext/capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
    ("county", "Deployment/intake", f"{BOX}/securityContext/runAsUser", 0),
    ("demo", "Deployment/all", f"{POD}/initContainers/0/securityContext", DROP),
    ("demo", "Deployment/all", f"{WEB}/securityContext/readOnlyRootFilesystem", DROP),
    ("schema", "Job/schema", f"{BOX}/securityContext", DROP),
    ("province", "Deployment/public-log", f"{POD}/automountServiceAccountToken", True),
    ("province", "Deployment/public-log", f"{POD}/enableServiceLinks", DROP),
    ("province", "Deployment/public-log", f"{POD}/serviceAccountName", "default"),
    ("county", "Deployment/intake", f"{POD}/hostNetwork", True),
    ("county", "Deployment/intake", f"{POD}/hostPID", True),
    ("county", "Deployment/intake", f"{POD}/volumes/+", {"name": "host", "hostPath": {"path": "/"}}),
    ("county", "Deployment/intake", f"{BOX}/ports/0/hostPort", 7443),
    ("county", "ServiceAccount/changpiao", "automountServiceAccountToken", DROP),
    ("county", "+", "", named("RoleBinding", "any")),
)
RUNNING = [
    *_some(
        "probes",
        ("county", "Deployment/intake", f"{BOX}/livenessProbe", DROP),
        ("county", "Deployment/intake", f"{BOX}/startupProbe", DROP),
        ("county", "Deployment/intake", f"{BOX}/readinessProbe", {"grpc": {"port": 7443}}),
        ("county", "Deployment/intake", f"{BOX}/readinessProbe/httpGet/path", "/livez"),
        ("county", "Deployment/intake", f"{BOX}/startupProbe/failureThreshold", 3),
        ("demo", "Deployment/all", f"{WEB}/readinessProbe", {"exec": {"command": ["true"]}}),
    ),
    *_some(
        "resources",
        ("county", "Deployment/intake", f"{BOX}/resources/limits/memory", DROP),
        ("county", "Deployment/intake", f"{BOX}/resources/requests/cpu", DROP),
        ("county", "Deployment/intake", f"{BOX}/resources/limits/cpu", "1"),
        ("county", "Deployment/public-log", f"{WEB}/resources", DROP),
        ("demo", "Deployment/all", f"{POD}/initContainers/0/resources", DROP),
        ("county", "Cluster/database", "spec/resources/limits", DROP),
    ),
    *_some(
        "images",
        ("county", "Deployment/intake", f"{BOX}/image", "changpiao"),
        ("county", "Deployment/intake", f"{BOX}/image", "registry.example:5000/changpiao"),
        ("county", "Deployment/intake", f"{BOX}/image", "changpiao:latest"),
        ("county", "Deployment/intake", f"{BOX}/image", "changpiao:stable"),
        ("county", "Deployment/intake", f"{BOX}/imagePullPolicy", "Always"),
        ("demo", "Deployment/all", f"{POD}/initContainers/0/image", "busybox"),
        ("province", "Cluster/database", "spec/imageName", "postgresql:latest"),
    ),
    *_some(
        "doors",
        ("county", "Deployment/intake", f"{BOX}/ports/name=grpc/containerPort", 443),
        ("county", "Deployment/intake", f"{BOX}/ports/+", {"name": "debug", "containerPort": 5678}),
        ("county", "Deployment/intake", f"{BOX}/env/name=CHANGPIAO_ADMIN/value", "0.0.0.0:7480"),
        ("county", "Deployment/intake", f"{BOX}/env/name=CHANGPIAO_LISTEN", DROP),
        ("county", "Deployment/intake", f"{BOX}/env/name=CHANGPIAO_LISTEN/value", "127.0.0.1:7443"),
        ("county", "Deployment/centre", f"{BOX}/env/name=CHANGPIAO_CENTRE/value", "0.0.0.0:8080"),
        ("county", "Service/board", "spec/ports/0/targetPort", "http"),
        ("county", "Service/board", "spec/selector/app.kubernetes.io~component", "wall"),
    ),
    *_some(
        "files",
        ("county", "Deployment/intake", f"{POD}/volumes/name=tmp/emptyDir", {}),
        ("county", "Deployment/intake", f"{BOX}/volumeMounts/name=county/readOnly", DROP),
        ("county", "Deployment/public-log", f"{WEB}/volumeMounts/name=public/readOnly", DROP),
        ("county", "Deployment/centre", f"{BOX}/volumeMounts/name=public/readOnly", DROP),
        ("demo", "Deployment/all", f"{WEB}/volumeMounts/name=public/readOnly", False),
        ("county", "Deployment/board", f"{BOX}/volumeMounts/+", {"name": "database", "mountPath": "/x"}),
    ),
    *_some(
        "restarts",
        ("county", "Deployment/intake", "spec/strategy/rollingUpdate/maxUnavailable", 1),
        ("county", "Deployment/intake", "spec/strategy", DROP),
        ("demo", "Deployment/all", "spec/strategy", {"type": "RollingUpdate"}),
        ("county", "Deployment/intake", f"{BOX}/lifecycle", DROP),
        ("county", "Deployment/intake", f"{POD}/terminationGracePeriodSeconds", 30),
        ("county", "Deployment/intake", f"{POD}/terminationGracePeriodSeconds", DROP),
        ("county", "Deployment/intake", f"{POD}/topologySpreadConstraints", DROP),
        ("county", "Deployment/intake", f"{POD}/topologySpreadConstraints/0/whenUnsatisfiable", "ScheduleAnyway"),
        ("county", "Deployment/intake", f"{POD}/topologySpreadConstraints/0/labelSelector", ELSEWHERE),
        ("county", "Deployment/intake", f"{POD}/topologySpreadConstraints/0/matchLabelKeys", []),
        ("county", "Deployment/intake", "spec/selector/matchLabels/app.kubernetes.io~component", "board"),
    ),
    *_some(
        "budgets",
        ("county", "PodDisruptionBudget/publisher", "", None),
        ("county", "PodDisruptionBudget/centre", "", None),
        ("county", "PodDisruptionBudget/intake", "spec/maxUnavailable", 2),
        ("county", "PodDisruptionBudget/intake", "spec/selector/matchLabels/app.kubernetes.io~component", "board"),
        ("county", "PodDisruptionBudget/intake", "spec/selector/matchLabels/app.kubernetes.io~component", "wall"),
        ("county", "Deployment/board", "spec/replicas", 1),
        ("county", "Cluster/database", "spec/enablePDB", False),
    ),
    *_some(
        "place",
        ("county", "Namespace/changpiao", "metadata/labels", {"pod-security.kubernetes.io/enforce": "baseline"}),
        ("county", "Deployment/intake", "metadata/namespace", "default"),
        ("schema", "Job/schema", "metadata/namespace", DROP),
        ("county", "Deployment/intake", "metadata/name", "Intake"),
    ),
]  # fmt: skip
NETWORK = [
    *_some(
        "default-deny",
        ("county", "NetworkPolicy/default-deny", "", None),
        ("demo", "NetworkPolicy/default-deny", "spec/policyTypes", ["Ingress"]),
        ("county", "NetworkPolicy/default-deny", "spec/podSelector", {"matchLabels": {"a": "b"}}),
        ("county", "NetworkPolicy/default-deny", "spec/ingress", [{}]),
    ),
    *_some(
        "ingress",
        ("county", "NetworkPolicy/intake", "", None),
        ("county", "NetworkPolicy/admin", "", None),
        ("county", "NetworkPolicy/centre", "", None),
        ("county", "NetworkPolicy/centre", "spec/ingress/0/from", DROP),
        ("county", "NetworkPolicy/database", "", None),
        ("county", "NetworkPolicy/database-metrics", "spec/podSelector/matchLabels", {"cnpg.io/cluster": "other"}),
        ("county", "+", "", named("NetworkPolicy", "open", OPEN_ALL)),
        ("county", "+", "", named("NetworkPolicy", "second", SECOND)),
        ("county", "+", "", named("NetworkPolicy", "strange", STRANGE)),
        ("county", "NetworkPolicy/admin", "spec/ingress/0/from", DROP),
        ("county", "NetworkPolicy/board", "spec/ingress/0/from", [{"namespaceSelector": {}}]),
        ("county", "NetworkPolicy/board", "spec/podSelector", {}),
        ("province", "Deployment/board", f"{BOX}/ports/+", {"name": "debug", "containerPort": 5678}),
    ),
    *_some(
        "egress",
        ("county", "NetworkPolicy/dns", "", None),
        ("county", "NetworkPolicy/to-database", "", None),
        ("county", "NetworkPolicy/to-database", "spec/podSelector", {}),
        ("county", "+", "", named("NetworkPolicy", "out", OUT)),
        ("demo", "+", "", named("NetworkPolicy", "out", OUT | {"podSelector": {}})),
        ("county", "NetworkPolicy/to-database", "spec/egress/0/to", DROP),
        ("county", "NetworkPolicy/to-database", "spec/egress/0/ports", DROP),
    ),
    *_some(
        "directions",
        ("county", "NetworkPolicy/intake", "spec/policyTypes", DROP),
        ("county", "NetworkPolicy/to-database", "spec/policyTypes", ["Ingress"]),
        ("county", "NetworkPolicy/intake", "spec/policyTypes", ["Ingress", "Egress"]),
    ),
]  # fmt: skip
URL = "postgresql+psycopg://changpiao_intake@database-rw:5432/changpiao?sslmode=require"
FROM_SECRET = {"name": "X", "valueFrom": {"secretKeyRef": {"name": "county-key", "key": "county.key"}}}
STATE = [
    *_some(
        "secrets",
        ("county", "Deployment/intake", f"{BOX}/env/+", FROM_SECRET),
        ("county", "Deployment/intake", f"{BOX}/env/+", {"name": "DB_PASSWORD", "value": "x"}),
        ("county", "Deployment/intake", f"{BOX}/env/+", {"name": "URL", "value": "postgresql://a:b@c/d"}),
        ("county", "Deployment/intake", f"{BOX}/envFrom", [{"secretRef": {"name": "county-key"}}]),
        ("county", "Deployment/intake", f"{BOX}/args", ["serve", "--token", "x"]),
        ("county", "Deployment/intake", f"{BOX}/volumeMounts/name=database/readOnly", DROP),
        ("county", "Deployment/intake", f"{POD}/volumes/name=database/secret/defaultMode", DROP),
        ("county", "Deployment/publisher", f"{POD}/volumes/name=county/projected/defaultMode", 0o444),
        ("county", "+", "", named("Secret", "keys", data={"county.key": "eA=="})),
    ),
    *_some(
        "keys",
        ("county", "Deployment/board", f"{POD}/volumes/name=database/secret/secretName", "database-publisher"),
        ("county", "Deployment/intake", f"{POD}/volumes/name=county/projected/sources/+", LOG_KEYS),
        ("county", "Deployment/centre", f"{POD}/volumes/name=county/projected/sources/+", LOG_KEYS),
        ("county", "Deployment/centre", f"{POD}/volumes/name=county/projected/sources/1", DROP),
        ("county", "Deployment/sequencer", f"{POD}/volumes/name=county/projected/sources/0/secret/items", DROP),
        ("county", "Deployment/public-log", f"{POD}/volumes/+", {"name": "k", "secret": {"secretName": "log-keys"}}),
        ("county", "Deployment/board", f"{POD}/volumes/+", {"name": "k", "emptyDir": {}}),
        ("schema", "Job/schema", f"{POD}/volumes/name=database/secret/secretName", "database-intake"),
    ),
    *_some(
        "certificates",
        ("county", "Certificate/intake-tls", "spec/privateKey", {"algorithm": "Ed25519", "encoding": "PKCS8"}),
        ("county", "Certificate/intake-tls", "spec/privateKey/size", 384),
        ("county", "Certificate/intake-tls", "spec/privateKey/algorithm", "RSA"),
        ("county", "Certificate/intake-tls", "spec/privateKey", DROP),
        ("county", "Certificate/intake-tls", "spec/privateKey/rotationPolicy", "Never"),
        ("county", "Certificate/database-ca", "spec/privateKey/size", 521),
        ("county", "Certificate/intake-tls", "spec/usages", ["any"]),
        ("county", "Certificate/database-intake", "spec/usages", ["digital signature", "client auth", "server auth"]),
        ("county", "Certificate/intake-tls", "spec/duration", "87600h"),
        ("county", "Certificate/intake-tls", "spec/renewBefore", "24h"),
        ("county", "Certificate/intake-tls", "spec/dnsNames", DROP),
        ("county", "Certificate/intake-tls", "spec/issuerRef/name", "letsencrypt"),
        ("county", "Issuer/election-ca", "", None),
    ),
    *_some(
        "database",
        ("county", "Cluster/database", "spec/enableSuperuserAccess", True),
        ("county", "Cluster/database", "spec/managed/roles/0/superuser", True),
        ("county", "Cluster/database", "spec/managed/roles/0/inRoles", ["pg_write_all_data"]),
        ("county", "Cluster/database", "spec/managed/roles/0/disablePassword", DROP),
        ("county", "Cluster/database", "spec/managed/roles/3", DROP),
        ("county", "Cluster/database", "spec/managed/roles/+", {"name": "backdoor", "login": True}),
        ("county", "Cluster/database", "spec/postgresql/pg_hba/1", DROP),
        ("county", "Cluster/database", "spec/postgresql/pg_hba/0", "hostssl all all all scram-sha-256"),
        ("county", "Cluster/database", "spec/postgresql/synchronous", DROP),
        ("county", "Cluster/database", "spec/postgresql/synchronous/dataDurability", "preferred"),
        ("county", "Cluster/database", "spec/instances", 2),
        ("county", "Cluster/database", "spec/postgresql/parameters/ssl_min_protocol_version", "TLSv1.2"),
        ("county", "Cluster/database", "spec/postgresql/parameters/log_statement", "all"),
        ("county", "Cluster/database", "spec/postgresql/parameters/synchronous_commit", "off"),
        ("county", "Cluster/database", "spec/bootstrap/initdb/dataChecksums", False),
    ),
    *_some(
        "sessions",
        ("county", "Deployment/intake", f"{BOX}/env/name=CHANGPIAO_DATABASE/value", URL),
        ("county", "Deployment/intake", f"{BOX}/env/name=CHANGPIAO_DATABASE", DROP),
        ("county", "Deployment/intake", f"{BOX}/env/name=CHANGPIAO_ROLE/value", "sequencer"),
        ("county", "Certificate/database-intake", "spec/commonName", "changpiao_owner"),
        ("county", "Certificate/database-board", "", None),
        ("county", "Deployment/centre", f"{BOX}/env/name=CHANGPIAO_DATABASE/value", URL),
        ("demo", "Deployment/all", f"{BOX}/env/+", {"name": "CHANGPIAO_DATABASE", "value": "sqlite://"}),
        ("schema", "Job/schema", f"{BOX}/env/0/value", URL),
    ),
    *_some(
        "references",
        ("county", "Certificate/intake-tls", "", None),
        ("county", "Certificate/centre-tls", "", None),
        ("county", "Certificate/database-replication", "", None),
        ("county", "PersistentVolumeClaim/public", "", None),
        ("county", "Issuer/election-ca", "spec/ca/secretName", "nobody"),
        ("county", "Deployment/public-log", f"{POD}/volumes/name=public-log/configMap/name", "public-log"),
        ("county", "Deployment/board", f"{POD}/volumes/name=database/secret/secretName", "nobody"),
    ),
    *_some(
        "watching",
        ("county", "PodMonitor/tally-coordinator", "", None),
        ("county", "PodMonitor/database", "", None),
        ("county", "PodMonitor/tally-coordinator", "spec/podMetricsEndpoints/0/interval", "60s"),
        ("county", "PodMonitor/tally-coordinator", "spec/podMetricsEndpoints/0/port", "grpc"),
        ("demo", "PrometheusRule/changpiao", "spec/groups", []),
    ),
]  # fmt: skip
MUTATIONS = [*SECURITY, *RUNNING, *NETWORK, *STATE]
