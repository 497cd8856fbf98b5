"""Counters of one process as a Prometheus text file (`--metrics FILE`); no label names a village or a person."""

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, write_to_textfile


class Metrics:
    """What a process has done; a registry of its own, so that two in one test do not meet."""

    def __init__(self) -> None:
        """All zero."""
        self.registry = CollectorRegistry()
        self.papers = Counter("changpiao_node_papers", "Papers cut into batches", registry=self.registry)
        self.records = Counter("changpiao_node_records", "Records signed and durable", registry=self.registry)
        self.accepted = Counter("changpiao_node_accepted", "Records the county accepted", registry=self.registry)
        self.duplicates = Counter("changpiao_node_duplicates", "Records the county had", registry=self.registry)
        self.refused = Counter("changpiao_node_refused", "Chains stopped by a refusal", registry=self.registry)
        self.owed = Gauge("changpiao_node_owed_records", "Records not yet acknowledged", registry=self.registry)

    def write(self, path: Path) -> None:
        """Write the text file (temporary name, then rename)."""
        write_to_textfile(str(path), self.registry)
