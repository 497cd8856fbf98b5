"""What the county tells Prometheus. Label children are kept, so the hot path makes no look-ups; no unit is a label.

No ballot content, no unit and no person in any name or label: per-unit progress belongs on the board. The names are a
contract (deploy/metrics.json): alerts, dashboard and runbook know them. One registry a process; what a process does not
know (a certificate it does not use, a volume it does not have) has no series rather than a false 0.
"""

import threading
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from tally_protocol.codes import TEXTS
from tally_protocol.seal.document import KINDS

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CALL = ("grpc_type", "grpc_service", "grpc_method")
LEADERS = ("sequencer", "publisher")
STATES = ("sealed", "open", "closed")
# what stops publishing until a person has acted; E_SPLIT ends the command `catch-up`, which nobody scrapes
FAULTS = ("E_SELF_CHECK", "E_LOCK", "E_LOCK_AHEAD")


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("changpiao")
    except PackageNotFoundError:
        return "unknown"


class Faults:
    """What stands against publishing, by code: each code has its own entry in the runbook."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Every code at 0, or nobody sees it rise."""
        gauge = Gauge(
            "changpiao_fault", "1 while a fault that a person must mend stands", ["code"], registry=registry
        )
        self._children = {code: gauge.labels(code=code) for code in FAULTS}
        self._own: set[str] = set()
        self._told: frozenset[str] = frozenset()
        self._turn = threading.Lock()

    def say(self, code: str) -> None:
        """Of this process, until it starts again."""
        with self._turn:
            self._own.add(code)
            self._show()

    def stand(self, codes: Iterable[str]) -> None:
        """All that stands in the table of verdicts, whoever found it; what is no longer there is over."""
        with self._turn:
            self._told = frozenset(codes)
            self._show()

    def _show(self) -> None:
        for code, child in self._children.items():
            child.set(code in self._own or code in self._told)


class LastWords:
    """The registry of a process that has been refused or has ended by a fault: no false 0 of what it no longer does."""

    def __init__(self, code: str) -> None:
        """The code, and which version says it."""
        self.registry = CollectorRegistry()
        Faults(self.registry).say(code)
        _build(self.registry)

    def text(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)


def _build(registry: CollectorRegistry) -> None:
    build = Gauge("changpiao_build_info", "always 1", ["version"], registry=registry)
    build.labels(version=program_version()).set(1)


class Metrics:
    """One registry for one process."""

    def __init__(self) -> None:
        """All series at zero."""
        # each counter's birthday would be a second series beside it
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._record()
        self._publication()
        self._calls()
        self._watch()

    def _record(self) -> None:
        place = self.registry
        accepted = Counter("changpiao_accepted", "records accepted", ["kind"], registry=place)
        refused = Counter("changpiao_refused", "records refused", ["code"], registry=place)
        # there from the start, or the first burst of a code is not seen to rise
        self._accepted = {kind: accepted.labels(kind=kind) for kind in sorted(KINDS - {"receipt"})}
        self._refused = {code: refused.labels(code=code) for code in TEXTS if code.startswith("E_")}
        self._refused_otherwise = refused
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
        self.streams = Gauge("changpiao_open_streams", "laptops connected", registry=place)
        self.owed = Gauge(
            "changpiao_sealed_owed", "batches whose sealed papers laptops have yet to deliver again", registry=place
        )

    def _publication(self) -> None:
        place = self.registry
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
        self.checkpoints = Counter("changpiao_checkpoints", "checkpoints published", registry=place)
        self.leader = Gauge(
            "changpiao_leader", "1 while this process leads, 0 while it waits", ["role"], registry=place
        )

    def _calls(self) -> None:
        place = self.registry
        self.calls_started = Counter("grpc_server_started", "calls begun", CALL, registry=place)
        self.calls_handled = Counter("grpc_server_handled", "calls ended", [*CALL, "grpc_code"], registry=place)
        self.messages_received = Counter(
            "grpc_server_msg_received", "messages received on streams", CALL, registry=place
        )
        self.messages_sent = Counter("grpc_server_msg_sent", "messages sent on streams", CALL, registry=place)
        self.calls_seconds = Histogram(
            "grpc_server_handling_seconds", "time of unary calls", CALL, buckets=SECONDS, registry=place
        )

    def _watch(self) -> None:
        place = self.registry
        self.database_up = Gauge(
            "changpiao_database_up", "1 if the last statement reached the database, 0 if not", registry=place
        )
        self.check_failed = Gauge(
            "changpiao_selfcheck_failed", "1 after stored bytes were not what was admitted", registry=place
        )
        self.check_completed = Gauge(
            "changpiao_selfcheck_completed_timestamp_seconds", "when the last whole self-check ended", registry=place
        )
        self.check_entries = Gauge(
            "changpiao_selfcheck_entries", "rows re-hashed in the running cycle", registry=place
        )
        self.silent = Gauge(
            "changpiao_silent_stations", "open stations not heard of for longer than the limit", ["township"],
            registry=place,
        )  # fmt: skip
        self.stations = Gauge("changpiao_stations", "stations by state", ["state"], registry=place)
        self.disk_free = Gauge("changpiao_disk_free_bytes", "free bytes of a file system", ["volume"], registry=place)
        self.disk_reserve = Gauge(
            "changpiao_disk_reserve_bytes", "below this nothing more is accepted or published", ["volume"],
            registry=place,
        )  # fmt: skip
        self.certificate_expiry = Gauge(
            "changpiao_certificate_expiry_timestamp_seconds", "end of a certificate in use", ["certificate"],
            registry=place,
        )  # fmt: skip
        self.faults = Faults(place)
        _build(place)

    def count_accepted(self, kind: str) -> None:
        """One more record of a kind."""
        self._accepted[kind].inc()

    def count_refused(self, code: str) -> None:
        """One more refusal with a code."""
        child = self._refused.get(code)
        if child is None:
            child = self._refused[code] = self._refused_otherwise.labels(code=code)
        child.inc()

    def text(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)
