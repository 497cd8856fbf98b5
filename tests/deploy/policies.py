"""All rules by name, so that a mutation can say which one must catch it."""

from collections.abc import Callable, Iterator

from tests.deploy import policy_network, policy_pods, policy_state
from tests.deploy.objects import Object

Rule = Callable[[list[Object]], Iterator[str]]
POLICIES: dict[str, Rule] = {
    "security": policy_pods.security,
    "probes": policy_pods.probes,
    "resources": policy_pods.resources,
    "images": policy_pods.images,
    "doors": policy_pods.doors,
    "files": policy_pods.files,
    "restarts": policy_pods.restarts,
    "budgets": policy_pods.budgets,
    "place": policy_pods.place,
    "default-deny": policy_network.default_deny,
    "ingress": policy_network.ingress,
    "egress": policy_network.egress,
    "directions": policy_network.directions,
    "secrets": policy_state.secrets,
    "keys": policy_state.keys,
    "certificates": policy_state.certificates,
    "database": policy_state.database,
    "sessions": policy_state.sessions,
    "references": policy_state.references,
    "watching": policy_state.watching,
}
