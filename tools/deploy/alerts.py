"""Writes deploy/k8s/base/alerts.yaml from deploy/alerts/changpiao.rules.yaml; a test in tests/deploy compares the two.

    python -m tools.deploy.alerts

The rules are indented, nothing else: no YAML library, and comments stay where they are.
"""

from pathlib import Path

HEAD = """\
# Made by tools/deploy/alerts.py from deploy/alerts/changpiao.rules.yaml; edit that one.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: changpiao
spec:
"""


def made(rules: str) -> str:
    """The PrometheusRule of a rule file."""
    body = rules[rules.index("groups:\n") :]
    return HEAD + "".join(f"  {line}" if line.strip() else line for line in body.splitlines(keepends=True))


if __name__ == "__main__":
    deploy = Path(__file__).resolve().parents[2] / "deploy"
    rules = (deploy / "alerts/changpiao.rules.yaml").read_text("utf-8")
    (deploy / "k8s/base/alerts.yaml").write_text(made(rules), "utf-8")
