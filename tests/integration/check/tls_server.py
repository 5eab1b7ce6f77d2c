"""A PostgreSQL that asks for TLS and passwords, as providers' do."""
from __future__ import annotations

from pathlib import Path

from tests.integration.support.stack import Postgres
from tests.integration.tls.authority import Authority
from tests.integration.tls.conftest import owned_by_servers

USER = "postgres.project"
PASSWORD = "s@cret/with:all?of%it"
QUOTED = "s%40cret%2Fwith%3Aall%3Fof%25it"


def start(folder: Path, authority: Authority) -> Postgres:
    """Its certificate is for localhost alone."""
    for above in (folder, *folder.parents):
        if str(above).startswith("/tmp/"):
            above.chmod(0o755)
    files = owned_by_servers(authority.issue("localhost", file="postgres"), folder)
    server = Postgres(hba="local all all trust\nhostssl all all all scram-sha-256\nhost all postgres all trust\n",
                      settings={"ssl": "on", "ssl_cert_file": files.certificate, "ssl_key_file": files.key})
    server.start()
    server.psql(f"""CREATE ROLE "{USER}" LOGIN PASSWORD '{PASSWORD}'; GRANT CREATE ON DATABASE postgres TO "{USER}" """)
    return server


def url(server: Postgres, query: str, login: str = f"{USER}:{QUOTED}", host: str = "localhost") -> str:
    return f"postgresql://{login}@{host}:{server.port}/postgres?{query}"
