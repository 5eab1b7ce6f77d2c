"""TLS between client and pgsidecar: modes, direct negotiation, client certificates, hostile first bytes, reload."""
from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import ssl

import psycopg
import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import DEFAULTS, SSL_REQUEST, RawClient, Reply, query, startup_packet
from tests.integration.relay.sleepers import sleepers
from tests.integration.support.stack import StackError

pytestmark = pytest.mark.timeout(120)


def connect(proxy, **parameters) -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=proxy.port, user="postgres", dbname="postgres", autocommit=True,
                           connect_timeout=30, **parameters)


def works(proxy, **parameters) -> bool:
    """Whether a query is answered; a failure to connect is told by its text."""
    with connect(proxy, **parameters) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def refusal(proxy, **parameters) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        connect(proxy, **parameters)
    return str(caught.value)


def tls_context(protocol: str | None = "postgresql", **versions) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocol:
        context.set_alpn_protocols([protocol])
    for name, version in versions.items():
        setattr(context, name, version)
    return context


def first_message(stream: socket.socket) -> Reply:
    with stream.makefile("rb") as replies:
        kind = replies.read(1).decode()
        size = int.from_bytes(replies.read(4), "big")
        return Reply(kind, replies.read(size - 4))


class WireClient:
    """Does TLS by hand, so that it sees each record as it stands on the wire."""

    HEADER = 5

    def __init__(self, port: int, context: ssl.SSLContext):
        self._raw = RawClient(port)
        self._raw.send(SSL_REQUEST)
        assert self._raw.read(1) == b"S"
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out)
        self.lengths: list[int] = []  # of the records read since the handshake
        self._do(self._tls.do_handshake)
        self.lengths.clear()

    def __enter__(self) -> WireClient:
        return self

    def __exit__(self, *_) -> None:
        self._raw.close()

    def send(self, *messages: bytes) -> None:
        self._do(lambda: self._tls.write(b"".join(messages)))

    def read_until(self, end: bytes) -> bytes:
        got = b""
        while not got.endswith(end):
            got += self._do(lambda: self._tls.read(1 << 16))
        return got

    def _do(self, step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush()
                self._read_record()
            finally:
                self._flush()

    def _flush(self) -> None:
        if data := self._out.read():
            self._raw.send(data)

    def _read_record(self) -> None:
        header = self._raw.read(self.HEADER)
        assert len(header) == self.HEADER, "the connection has ended"
        length = int.from_bytes(header[3:], "big")
        self.lengths.append(length)
        self._in.write(header + self._raw.read(length))


READY = b"Z\0\0\0\5I"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_record_is_longer_than_postgresqls(start_tls_proxy, version):
    """libpq before 15.20 and 16.14 waits for the socket while the rest of a longer one is there already."""
    proxy = start_tls_proxy()
    with WireClient(proxy.port, tls_context(minimum_version=version, maximum_version=version)) as client:
        client.send(startup_packet(DEFAULTS))
        client.read_until(READY)
        client.send(query("SELECT repeat('x', 1000000), i FROM generate_series(1, 10) i"))
        assert len(client.read_until(READY)) > 10_000_000
        overhead = 64  # nonce, type and tag
        assert 8192 <= max(client.lengths) <= 8192 + overhead


def test_a_client_that_closes_is_noticed_behind_what_is_held(start_tls_proxy, postgres):
    proxy = start_tls_proxy(leave_timeout="1h")
    with WireClient(proxy.port, tls_context()) as client:
        client.send(startup_packet(DEFAULTS))
        client.read_until(READY)
        client.send(query("SELECT pg_sleep(600)"), query("SELECT 1"))
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
    eventually(lambda: sleepers(postgres) == 0, "it is cancelled")


@pytest.mark.parametrize("mode, sslmode", [("disable", "prefer"), ("allow", "disable"), ("allow", "require"),
                                           ("require", "require")])
def test_modes_that_agree(start_tls_proxy, mode, sslmode):
    proxy = start_tls_proxy(mode=mode)
    with connect(proxy, sslmode=sslmode) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.pgconn.ssl_in_use == (sslmode == "require")


def test_a_client_that_has_to_encrypt_is_told_so(start_tls_proxy):
    proxy = start_tls_proxy(mode="require")
    assert "connection requires SSL" in refusal(proxy, sslmode="disable")
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "postgres"}))
        assert client.read_message().error == ("FATAL", "28000", "connection requires SSL")


def test_a_client_that_insists_is_refused_where_there_is_none(start_tls_proxy):
    assert "server does not support SSL" in refusal(start_tls_proxy(mode="disable"), sslmode="require")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_first_words_that_come_with_the_end_of_the_handshake(start_tls_proxy, version):
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = tls_context(minimum_version=version, maximum_version=version).wrap_bio(received, to_send)
    with RawClient(start_tls_proxy(mode="require").port) as client:

        def turn(step):
            """One step of TLS that needs to hear more; what it says is left to send."""
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    client.send(to_send.read())
                    received.write(client.socket.recv(65536))

        client.send(SSL_REQUEST)
        assert client.read(1) == b"S"
        turn(tls.do_handshake)
        tls.write(startup_packet({"user": "postgres", "database": "postgres"}))
        client.send(to_send.read())  # with the client's Finished, where that is the last word (TLS 1.3)
        assert turn(lambda: tls.read(1)) == b"R"


def test_the_certificate_is_the_servers(start_tls_proxy, authority, other_authority):
    proxy = start_tls_proxy(mode="require")
    assert works(proxy, sslmode="verify-full", sslrootcert=authority.path)
    assert "certificate verify failed" in refusal(proxy, sslmode="verify-ca", sslrootcert=other_authority.path)


def test_direct_negotiation(start_tls_proxy):
    assert works(start_tls_proxy(mode="require"), sslmode="require", sslnegotiation="direct")


def test_direct_negotiation_names_the_protocol(start_tls_proxy):
    proxy = start_tls_proxy(mode="require")
    with socket.create_connection(("127.0.0.1", proxy.port), 30) as plain:
        with tls_context(protocol=None).wrap_socket(plain) as stream:
            stream.sendall(startup_packet({"user": "postgres"}))
            assert first_message(stream).error[1] == "08P01"
    with socket.create_connection(("127.0.0.1", proxy.port), 30) as plain:
        with pytest.raises(ssl.SSLError):
            tls_context("http/1.1").wrap_socket(plain)


def test_old_versions_of_tls_are_refused(start_tls_proxy):
    proxy = start_tls_proxy(mode="require", client_tls_minimum_version="1.3")
    assert works(proxy, sslmode="require", sslnegotiation="direct")
    with socket.create_connection(("127.0.0.1", proxy.port), 30) as plain:
        with pytest.raises(ssl.SSLError):
            tls_context(maximum_version=ssl.TLSVersion.TLSv1_2).wrap_socket(plain)


def test_nothing_is_taken_that_came_before_tls(start_tls_proxy):
    """What an attacker on the way puts behind the SSLRequest would be taken for the client's (CVE-2021-23214)."""
    proxy = start_tls_proxy(mode="allow")
    with RawClient(proxy.port) as client:
        client.send(SSL_REQUEST + startup_packet({"user": "postgres"}))
        assert client.read(1) == b"S"
        assert client.read_message().error == ("FATAL", "08P01", "received unencrypted data after SSL request")


def test_a_handshake_that_never_comes_is_given_up(start_tls_proxy):
    proxy = start_tls_proxy(mode="allow", login_timeout="500ms")
    with RawClient(proxy.port) as client:
        client.send(SSL_REQUEST)
        assert client.read(1) == b"S"
        assert client.read(1) == b""
    with RawClient(proxy.port) as client:
        client.send(b"\x16")
        assert client.read(1) == b""
    assert works(proxy, sslmode="require")


def test_garbage_instead_of_a_handshake(start_tls_proxy):
    proxy = start_tls_proxy(mode="allow", log_level="debug")
    with RawClient(proxy.port) as client:
        client.send(SSL_REQUEST)
        assert client.read(1) == b"S"
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(OSError):  # it may have been reset by then
            client.socket.shutdown(socket.SHUT_WR)
            client.read_to_end()
    assert works(proxy, sslmode="require")
    assert "TLS with the client: " in proxy.logged()


def test_client_certificates(start_tls_proxy, authority, other_authority):
    ours = authority.issue("client", common_name="postgres", file="client")
    theirs = other_authority.issue("client", common_name="postgres", file="stranger")
    proxy = start_tls_proxy(mode="require", client_tls_client_ca=authority.path,
                            client_tls_client_certificate="verify-ca")
    assert works(proxy, sslmode="require", sslcert=ours.certificate, sslkey=ours.key)
    assert refusal(proxy, sslmode="require", sslcert="/nonexistent")
    assert refusal(proxy, sslmode="require", sslcert=theirs.certificate, sslkey=theirs.key)


def test_client_certificates_say_who_the_client_is(start_tls_proxy, authority):
    proxy = start_tls_proxy(mode="require", client_tls_client_ca=authority.path,
                            client_tls_client_certificate="verify-full", client_tls_user_map="app=postgres")
    own = authority.issue("client", common_name="postgres", file="own")
    mapped = authority.issue("client", common_name="app", file="mapped")
    other = authority.issue("client", common_name="other", file="other-client")
    assert works(proxy, sslmode="require", sslcert=own.certificate, sslkey=own.key)
    assert works(proxy, sslmode="require", sslcert=mapped.certificate, sslkey=mapped.key)
    text = refusal(proxy, sslmode="require", sslcert=other.certificate, sslkey=other.key)
    assert 'certificate authentication failed for user "postgres"' in text


def shown(proxy) -> bytes:
    """The certificate that a new client is shown."""
    with socket.create_connection(("127.0.0.1", proxy.port), 30) as plain:
        with tls_context().wrap_socket(plain) as stream:
            return stream.getpeercert(binary_form=True)


@pytest.mark.parametrize("hint", ["signal", "file"])
def test_a_new_certificate_is_shown_without_a_restart(start_tls_proxy, authority, hint):
    used = authority.issue("localhost", file=f"used-{hint}")
    proxy = start_tls_proxy(mode="require", client_tls_certificate=used.certificate, client_tls_key=used.key)
    with connect(proxy, sslmode="require") as connection:
        before = shown(proxy)
        following = authority.issue("localhost", file=f"next-{hint}")
        shutil.move(following.key, used.key)
        shutil.move(following.certificate, used.certificate)
        if hint == "signal":
            proxy.signal(signal.SIGHUP)
        eventually(lambda: shown(proxy) != before, "the new certificate is shown")
        assert connection.execute("SELECT 1").fetchone() == (1,), "a session goes on"


def test_files_that_cannot_be_used_change_nothing(start_tls_proxy, authority):
    used = authority.issue("localhost", file="broken-later")
    proxy = start_tls_proxy(mode="require", client_tls_certificate=used.certificate, client_tls_key=used.key)
    before = shown(proxy)
    with open(used.certificate, "w") as file:
        file.write("-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n")
    proxy.signal(signal.SIGHUP)
    eventually(lambda: "client_tls.certificate" in proxy.logged(), "the log names the key")
    assert used.certificate in proxy.logged()
    assert shown(proxy) == before


def test_it_does_not_start_with_files_that_cannot_be_used(start_tls_proxy):
    with pytest.raises(StackError, match="client_tls.certificate: /nonexistent cannot be used"):
        start_tls_proxy(mode="allow", client_tls_certificate="/nonexistent")


def test_much_in_both_directions(start_tls_proxy):
    """Records that the socket does not take at once, on both sides."""
    proxy = start_tls_proxy(mode="require")
    line = b"0123456789abcdef" * 4096 + b"\n"
    with connect(proxy, sslmode="require") as connection, connection.transaction():
        connection.execute("CREATE TEMP TABLE much (line text) ON COMMIT DROP")
        with connection.cursor().copy("COPY much FROM STDIN") as copy:
            for _ in range(300):
                copy.write(line)
        assert connection.execute("SELECT count(*), sum(length(line)) FROM much").fetchone() == (300, 300 * 65536)
        with connection.cursor().copy("COPY much TO STDOUT") as copy:
            assert sum(len(data) for data in copy) == 300 * len(line)
