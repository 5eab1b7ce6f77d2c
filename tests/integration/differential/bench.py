"""The two sides of one worker: its databases, its movers and its eye on the servers."""

from .client import Connection
from .compare import Outcome, compare
from .conversation import DirectConversation, ProxiedConversation
from .databases import Database, wait_for_exit
from .kept import fault_of_server
from .movers import Customer, Mover, Neighbour
from .script import Script
from .servers import OwnServers, Pool
from .wire import EOF, Message, error_fields


class Bench:
    """`pgbouncer_port` None: pgsidecar stands straight in front of PostgreSQL."""

    def __init__(self, postgres_port: int, pgbouncer_port: int | None, sidecar_port: int, worker: int):
        self.sidecar_port, self.postgres_port = sidecar_port, postgres_port
        self.pooled = pgbouncer_port is not None
        self.direct = Database(postgres_port, f"direct_{worker}")
        self.proxied = Database(postgres_port, f"proxied_{worker}")
        self.version = int(self.direct.control.query("show server_version_num")[0]["server_version_num"]) // 10000
        self.looks = 0
        self.movers = self._start_movers(pgbouncer_port or postgres_port)
        if pgbouncer_port is None:
            self.servers = OwnServers(self.proxied, self.movers)
        else:
            self.servers = Pool(pgbouncer_port, self.proxied.name, self.movers)

    def close(self) -> None:
        for mover in self.movers:
            mover.stop()
        for mover in self.movers:
            mover.join(5)
            self.looks += mover.looks

    def run(self, script: Script) -> Outcome:
        direct = self._run_direct(script)
        direct_state = self.direct.snapshot()
        self.direct.reset(direct_state)
        if fault := fault_of_server(direct.replies):
            return Outcome(direct, direct, kept=[fault])
        self.servers.begin()
        session = Connection(self.sidecar_port, self.proxied.name, parameters=script.parameters)
        proxied = ProxiedConversation(
            session, script, self.proxied.elsewhere, direct=direct, look_at_pool=self.servers.in_between
        ).play()
        outcome = compare(script, direct, proxied, self.version)
        outcome.differences += self.servers.at_rest(_fatal(direct.replies))
        proxied_state = self.proxied.snapshot()
        if proxied_state != direct_state:
            outcome.differences.append("the databases differ:" + _difference(direct_state, proxied_state))
        self.proxied.reset(proxied_state)
        for mover in self.movers:
            outcome.differences += mover.take_failures()
        return outcome

    def _run_direct(self, script: Script):
        connection = Connection(self.postgres_port, self.direct.name, parameters=script.parameters)
        transcript = DirectConversation(
            connection, script, self.direct.elsewhere, waits_for_client=self.direct.waits_for_client
        ).play()
        wait_for_exit(connection.pid)
        return transcript

    def _start_movers(self, port: int) -> list[Mover]:
        where = "the pooler" if self.pooled else "PostgreSQL"
        movers = [
            Neighbour(port, self.proxied.name, f"a client of {where}"),
            Customer(self.sidecar_port, self.proxied.name, "another client of the proxy"),
        ]
        for mover in movers:
            mover.start()
        return movers


def _fatal(replies: list[Message]) -> bool:
    return (
        bool(replies)
        and replies[-1].type == EOF
        and any(r.type == "E" and error_fields(r.body).get("V") != "ERROR" for r in replies)
    )


def _difference(direct: list[dict], proxied: list[dict]) -> str:
    lines = [f"\n    only directly: {row}" for row in direct if row not in proxied]
    return "".join(lines + [f"\n    only through the pooler: {row}" for row in proxied if row not in direct])
