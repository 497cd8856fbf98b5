"""What the county tells Prometheus. Label children are kept, so the hot path makes no look-ups; no unit is a label.

No ballot content, no unit and no person in any name or label: per-unit progress belongs on the board.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """One registry for one county."""

    def __init__(self) -> None:
        """All series at zero."""
        self.registry = CollectorRegistry()
        place = self.registry
        self.accepted = Counter("changpiao_accepted", "records accepted", ["kind"], registry=place)
        self.refused = Counter("changpiao_refused", "records refused", ["code"], registry=place)
        self.duplicates = Counter("changpiao_duplicates", "records received again", registry=place)
        self.forks = Counter("changpiao_forks", "two different signed records for one place", registry=place)
        self.papers = Counter("changpiao_papers", "papers in accepted batches", registry=place)
        self.commit_size = Histogram(
            "changpiao_commit_records", "records in a commit group", buckets=SIZES, registry=place
        )
        self.commit_seconds = Histogram(
            "changpiao_commit_seconds", "deciding and committing a group", buckets=SECONDS, registry=place
        )
        self.durable_seconds = Histogram(
            "changpiao_received_to_durable_seconds", "from the wire to the disk", buckets=SECONDS, registry=place
        )
        self.published_seconds = Histogram(
            "changpiao_durable_to_published_seconds", "oldest new record until its checkpoint", buckets=SECONDS,
            registry=place,
        )  # fmt: skip
        self.determining = Histogram(
            "changpiao_determination_seconds", "deciding the outcomes of a unit", buckets=SECONDS, registry=place
        )
        self.undetermined = Counter(
            "changpiao_undetermined", "units whose outcome could not be computed", registry=place
        )
        self.log_size = Gauge("changpiao_log_size", "entries in the store", registry=place)
        self.published_size = Gauge("changpiao_published_size", "entries under the checkpoint", registry=place)
        self.streams = Gauge("changpiao_open_streams", "laptops connected", registry=place)
        self.checkpoints = Counter("changpiao_checkpoints", "checkpoints published", registry=place)
        self._accepted = {}
        self._refused = {}

    _accepted: dict[str, Counter]
    _refused: dict[str, Counter]

    def count_accepted(self, kind: str) -> None:
        """One more record of a kind."""
        child = self._accepted.get(kind)
        if child is None:
            child = self._accepted[kind] = self.accepted.labels(kind=kind)
        child.inc()

    def count_refused(self, code: str) -> None:
        """One more refusal with a code."""
        child = self._refused.get(code)
        if child is None:
            child = self._refused[code] = self.refused.labels(code=code)
        child.inc()

    def text(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)
