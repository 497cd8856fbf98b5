"""Rules for keys, certificates, the database and who watches: who holds what, and how it is proved."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.deploy.objects import (
    Object,
    component,
    containers,
    environment,
    of_kind,
    pod_labels,
    secrets_of,
    selects,
    title,
    volumes,
    workloads,
)  # fmt: skip
from tests.deploy.policy_pods import different

# docs/adr/0007 and 0008: role -> Secret -> keys taken from it
KEYS: dict[str, dict[str, list[str] | None]] = {
    "intake": {
        "county-key": ["county.key"], "ballot-key": ["ballot.key"], "intake-tls": ["tls.key", "tls.crt", "ca.crt"],
        "database-intake": None,
    },
    "sequencer": {"county-key": ["county.key"], "database-sequencer": None},
    "publisher": {"log-keys": ["log-ed25519.key", "log-mldsa44.key"], "database-publisher": None},
    "board": {"database-board": None},
    "centre": {"centre-key": ["centre.key"], "centre-tls": ["tls.key", "tls.crt"], "database-centre": None},
    "schema": {"database-owner": None},
    "public-log": {},
    "all": {},  # its keys lie in the sealed home on the volume
}  # fmt: skip
# Secrets that the administrator makes from the home
BROUGHT = {"election-ca", "county-key", "ballot-key", "log-keys", "centre-key"}
ROLES = ("intake", "sequencer", "publisher", "board", "centre")
# of the database; no process logs in as a registrar, a person at the enrolment desk does (docs/access.md)
LOGINS = (*ROLES, "registrar")
SECRET_NAME = re.compile(r"PASS|SECRET|TOKEN|_KEY$|PRIVATE", re.IGNORECASE)


def secrets(objects: list[Object]) -> Iterator[str]:
    """Secrets are files, read-only, for the process alone; never a variable, never in a manifest."""
    for workload in workloads(objects):
        for place, container in containers(workload):
            if container.get("envFrom"):
                yield f"{place}: envFrom"
            for item in container.get("env", []):
                if "secretKeyRef" in item.get("valueFrom", {}):
                    yield f"{place}: {item['name']} comes from a Secret"
                elif SECRET_NAME.search(item["name"]) or urlsplit(str(item.get("value", ""))).password:
                    yield f"{place}: {item['name']} looks like a secret"
            words = [*container.get("command", []), *container.get("args", [])]
            yield from (f"{place}: {word} looks like a secret" for word in words if SECRET_NAME.search(word))
            for mount in container.get("volumeMounts", []):
                if secrets_of(volumes(workload).get(mount["name"], {})) and not mount.get("readOnly"):
                    yield f"{place}: {mount['mountPath']} is not read-only"
        for name, volume in volumes(workload).items():
            source: Object = volume.get("secret") or volume.get("projected") or {}
            mode = source.get("defaultMode")
            if secrets_of(volume) and mode != 0o440:
                yield f"{title(workload)}: volume {name} has mode {mode}, expected 0440 (root and the process)"
    for item in of_kind(objects, "Secret"):
        if item.get("data") or item.get("stringData"):
            yield f"{title(item)}: a secret in a manifest"


def keys(objects: list[Object]) -> Iterator[str]:
    """[I11] Each role holds exactly the keys of docs/adr/0007, by name."""
    for workload in workloads(objects):
        role = component(workload)
        found = {name: taken for volume in volumes(workload).values() for name, taken in secrets_of(volume).items()}
        wanted = KEYS.get(role)
        if found != wanted:
            yield f"{title(workload)}: holds {found}, expected {wanted}"
        mounted = {mount["name"] for _, item in containers(workload) for mount in item.get("volumeMounts", [])}
        yield from (f"{title(workload)}: volume {name} is nobody's" for name in volumes(workload).keys() - mounted)


def certificates(objects: list[Object]) -> Iterator[str]:
    """P-256 only (T1), short-lived, renewed long before the alert, for one use, by an Issuer that is here."""
    issuers = {item["metadata"]["name"] for item in of_kind(objects, "Issuer")}
    for item in of_kind(objects, "Certificate"):
        name, spec = title(item), item["spec"]
        private = spec.get("privateKey", {})
        yield from different(private, {"algorithm": "ECDSA", "size": 256, "encoding": "PKCS8"}, name)
        hours = {key: int(spec.get(key, "0h").removesuffix("h")) for key in ("duration", "renewBefore")}
        if hours["renewBefore"] < 168:
            yield f"{name}: renewed {hours['renewBefore']} hours before its end: the alert comes at 72"
        if spec["issuerRef"]["kind"] != "Issuer" or spec["issuerRef"]["name"] not in issuers:
            yield f"{name}: no Issuer {spec['issuerRef']['name']}"
        if spec.get("isCA"):
            continue
        yield from different(private, {"rotationPolicy": "Always"}, name)
        if not 0 < hours["duration"] <= 2160:
            yield f"{name}: lives {hours['duration']} hours, at most 2160"
        uses = set(spec.get("usages", []))
        if uses not in ({"digital signature", "server auth"}, {"digital signature", "client auth"}):
            yield f"{name}: usages {sorted(uses)}"
        if "server auth" in uses and not spec.get("dnsNames"):
            yield f"{name}: a server without a name"


def database(objects: list[Object]) -> Iterator[str]:
    """Two copies before an answer; TLS 1.3; roles by certificate, never by password; no statement in a log."""
    for cluster in of_kind(objects, "Cluster"):
        name, spec = title(cluster), cluster["spec"]
        owner = spec["bootstrap"]["initdb"]
        yield from different(owner, {"database": "changpiao", "owner": "changpiao_owner", "dataChecksums": True}, name)
        yield from different(spec, {"enableSuperuserAccess": False}, name)
        found = {role["name"]: role for role in spec["managed"]["roles"]}
        if found.keys() != {f"changpiao_{role}" for role in LOGINS}:
            yield f"{name}: roles {sorted(found)}"
        for role, settings in found.items():
            yield from different(settings, {"login": True, "disablePassword": True}, f"{name}: {role}")
            rights = {"superuser", "createdb", "createrole", "bypassrls", "replication", "inRoles", "passwordSecret"}
            yield from (f"{name}: {role} has {right}" for right in sorted(rights & settings.keys()))
        names = ",".join(f"changpiao_{role}" for role in ("owner", *LOGINS))
        if spec["postgresql"].get("pg_hba") != [f"hostssl changpiao {names} all cert", "host all all all reject"]:
            yield f"{name}: pg_hba lets in more than the roles by certificate"
        together = spec["postgresql"].get("synchronous", {})
        if together.get("dataDurability") != "required" or not 0 < together.get("number", 0) < spec["instances"] - 1:
            yield f"{name}: an answer may come before the second copy, or one loss stops intake"
        wanted = {
            "ssl_min_protocol_version": "TLSv1.3", "synchronous_commit": "on", "log_statement": "none",
            "log_min_duration_statement": "-1", "log_parameter_max_length_on_error": "0",
        }  # fmt: skip
        yield from different(spec["postgresql"].get("parameters"), wanted, name)


def sessions(objects: list[Object]) -> Iterator[str]:
    """Each role logs in as itself, with its certificate, and checks the server's name."""
    made = {item["spec"]["secretName"]: item["spec"] for item in of_kind(objects, "Certificate")}
    for workload in workloads(objects):
        role = component(workload)
        for place, container in containers(workload):
            told = environment(container)
            if container["name"] != "coordinator":
                continue
            if role != "schema":
                yield from different(told, {"CHANGPIAO_ROLE": role}, place)
            if role == "all":
                if "CHANGPIAO_DATABASE" in told:
                    yield f"{place}: the single process keeps its store in its home"
                continue
            user = "owner" if role == "schema" else role
            yield from session(told.get("CHANGPIAO_DATABASE", ""), user, place)
            secret = f"database-{user}"
            if of_kind(objects, "Cluster") and made.get(secret, {}).get("commonName") != f"changpiao_{user}":
                yield f"{place}: no certificate {secret} for changpiao_{user}"


def session(url: str, user: str, place: str) -> Iterator[str]:
    """One address of a database."""
    parts, folder = urlsplit(url), "/run/changpiao/database"
    asked: Any = {key: values[0] for key, values in parse_qs(parts.query).items()}
    wanted = {
        "sslmode": "verify-full", "sslrootcert": f"{folder}/ca.crt", "sslcert": f"{folder}/tls.crt",
        "sslkey": f"{folder}/tls.key",
    }  # fmt: skip
    yield from different(asked, wanted, place)
    reached = (parts.scheme, parts.username, parts.hostname, parts.port, parts.path)
    expected = ("postgresql+psycopg", f"changpiao_{user}", "database-rw", 5432, "/changpiao")
    if reached != expected:
        yield f"{place}: database {reached}, expected {expected}"


def references(objects: list[Object]) -> Iterator[str]:
    """What is mounted exists, is made by a Certificate, or is on the administrator's list."""
    if not of_kind(objects, "Namespace"):
        return
    there = {
        kind: {item["metadata"]["name"] for item in of_kind(objects, kind)}
        for kind in ("ConfigMap", "PersistentVolumeClaim")
    }
    made = {item["spec"]["secretName"] for item in of_kind(objects, "Certificate")}
    for issuer in of_kind(objects, "Issuer"):
        secret = issuer["spec"].get("ca", {}).get("secretName")
        if secret and secret not in made | BROUGHT:
            yield f"{title(issuer)}: nobody makes {secret}"
    for workload in workloads(objects):
        for volume in volumes(workload).values():
            for secret in secrets_of(volume):
                if secret not in made | BROUGHT:
                    yield f"{title(workload)}: nobody makes the Secret {secret}"
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and claim not in there["PersistentVolumeClaim"]:
                yield f"{title(workload)}: no volume {claim}"
            config = volume.get("configMap", {}).get("name")
            if config and config not in there["ConfigMap"]:
                yield f"{title(workload)}: no ConfigMap {config}"
    for cluster in of_kind(objects, "Cluster"):
        for secret in cluster["spec"]["certificates"].values():
            if secret not in made:
                yield f"{title(cluster)}: nobody makes the Secret {secret}"


def watching(objects: list[Object]) -> Iterator[str]:
    """Every coordinator is scraped on its admin port, often enough for the alerts; the alerts are there."""
    if not of_kind(objects, "Namespace"):
        return
    monitors = of_kind(objects, "PodMonitor")
    for workload in of_kind(objects, "Deployment"):
        if pod_labels(workload)["app.kubernetes.io/name"] != "tally-coordinator":
            continue
        ends = [
            end
            for item in monitors
            if selects(item["spec"]["selector"], pod_labels(workload))
            for end in item["spec"]["podMetricsEndpoints"]
        ]
        if [end.get("port") for end in ends] != ["admin"]:
            yield f"{title(workload)}: is scraped {len(ends)} times"
        yield from (f"{title(workload)}: scraped every {end['interval']}" for end in ends if end["interval"] != "10s")
    if not any(item["spec"]["groups"] for item in of_kind(objects, "PrometheusRule")):
        yield "no alerts"
    if of_kind(objects, "Cluster") and len(monitors) < 2:
        yield "the database is not scraped"
