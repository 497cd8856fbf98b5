"""The plain port for machines: /livez /readyz /metrics. No ballots, no names; meant for a private network.

It opens before anything is read, so that `/livez` answers while the log is rebuilt. livez: the process runs and its
event loop turns. readyz: the doors are open and nothing ends; a leader that waits in line is ready. It cannot sit on
the gRPC port, because probes show no client certificate.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from coordinator.metrics import LastWords, Metrics


class AdminServer:
    """Serves in a thread of its own."""

    def __init__(
        self, host: str, port: int, metrics: Metrics | LastWords, ready: Callable[[], bool],
        live: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        """Bind at once, so that a taken port is found at start."""

        class Handler(BaseHTTPRequestHandler):
            server_version = "changpiao"
            sys_version = ""
            timeout = 10

            def do_GET(self) -> None:
                match self.path:
                    case "/livez":
                        self._answer(good=live())
                    case "/readyz":
                        self._answer(good=ready())
                    case "/metrics":
                        self._send(200, metrics.text(), "text/plain; version=0.0.4; charset=utf-8")
                    case _:
                        self._send(404, b"not found\n")

            def _answer(self, *, good: bool) -> None:
                self._send(200 if good else 503, b"ok\n" if good else b"not ready\n")

            def _send(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Probes are not news."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="admin", daemon=True)
        self._host = host

    @property
    def address(self) -> str:
        """Where it listens, with the port that was bound."""
        return f"{self._host}:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
