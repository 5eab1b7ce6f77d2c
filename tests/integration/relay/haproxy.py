"""HAProxy as a load balancer on 127.0.0.1, in TCP mode."""
from __future__ import annotations

from tests.integration.support.daemon import Daemon, accepts
from tests.integration.support.stack import program

CONFIG = """
global
    maxconn {connections}
    nbthread 1
defaults
    mode tcp
    {defaults}
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen balancer
    bind 127.0.0.1:{port} {bind_options}
    server one 127.0.0.1:{upstream} {server_options}
"""


class HAProxy(Daemon):
    """`bind_options`, such as accept-proxy, and `server_options`, such as send-proxy-v2, are HAProxy's own.
    So is a line of `defaults`; it takes as many `connections` at a time."""

    def __init__(self, upstream: int, bind_options: str = "", server_options: str = "", connections: int = 200,
                 defaults: str = ""):
        super().__init__("haproxy", None, None, unprivileged=False)
        self._config = CONFIG.format(port=self.port, upstream=upstream, bind_options=bind_options,
                                     server_options=server_options, connections=connections, defaults=defaults)

    def start(self) -> None:
        file = self.directory / "haproxy.cfg"
        file.write_text(self._config)
        self._start_process([program("haproxy"), "-db", "-f", str(file)], lambda: accepts(self.port))

    def __enter__(self) -> HAProxy:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.remove()
