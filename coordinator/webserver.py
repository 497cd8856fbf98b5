"""A web server in a thread of its own, apart from the intake: the public page and the centre's page run in one each."""

import asyncio
import socket
import threading

import uvicorn


class WebServer:
    """uvicorn over a socket that is bound already, so that a taken port is found at start."""

    def __init__(self, name: str, bound: socket.socket, config: uvicorn.Config) -> None:
        """`name`: of the thread. Takes the socket over."""
        self._socket = bound
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.port = int(bound.getsockname()[1])

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End; open streams are cut."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
