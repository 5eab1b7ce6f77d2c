"""From the first byte to ReadyForQuery, with a real pgBouncer 1.18 behind: what it would refuse does not reach it."""
from __future__ import annotations

import struct

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import (
    GSSENC_REQUEST,
    SSL_REQUEST,
    SYNC,
    RawClient,
    message,
    ready,
    startup_packet,
)

pytestmark = pytest.mark.timeout(120)


def refused(proxy, parameters: dict[str, str] = {}, packet: bytes | None = None) -> tuple[str, str, str]:
    """The one error that is the whole answer."""
    with RawClient(proxy.port) as client:
        client.send(packet or startup_packet({"user": "postgres"} | parameters))
        replies = client.read_to_end()
        assert replies.kinds == "E", replies
        return replies[0].error


@pytest.mark.parametrize("requests", [[SSL_REQUEST], [GSSENC_REQUEST], [GSSENC_REQUEST, SSL_REQUEST],
                                      [SSL_REQUEST, GSSENC_REQUEST]])
def test_encryption_is_declined(proxy, requests):
    with RawClient(proxy.port) as client:
        for request in requests:
            client.send(request)
            assert client.read(1) == b"N"
        assert ready(client).query("SELECT 1").rows == [[b"1"]]


def test_everything_in_one_write(proxy):
    with RawClient(proxy.port) as client:
        query = b"Q\0\0\0\x0dSELECT 1\0"
        client.send(SSL_REQUEST + startup_packet({"user": "postgres", "database": "postgres"}) + query)
        assert client.read(1) == b"N"
        assert client.read_until("Z").kinds[0] == "R"
        assert client.read_until("Z").rows == [[b"1"]]


def test_byte_by_byte(proxy):
    with RawClient(proxy.port) as client:
        for byte in startup_packet({"user": "postgres", "database": "postgres"}):
            client.send(bytes([byte]))
        assert client.read_until("Z").kinds[-1] == "Z"


def test_supported_parameters_arrive(proxy):
    with RawClient(proxy.port) as client:
        replies = client.start({"application_name": "relay test", "TimeZone": "Asia/Tokyo", "DateStyle": "German"})
        assert "N" not in replies.kinds
        assert client.query("SHOW TimeZone").rows == [[b"Asia/Tokyo"]]
        assert client.query("SHOW application_name").rows == [[b"relay test"]]


def test_supported_parameters_in_options_arrive(proxy, postgres):
    asked = {"application_name": "wins", "options": r"-c TimeZone=Asia/Tokyo --application-name=loses -cDateStyle=SQL,\ DMY"}
    with RawClient(proxy.port) as client, RawClient(postgres.port) as direct:
        for each in (client, direct):
            assert "N" not in each.start(asked).kinds
            assert each.query("SHOW TimeZone").rows == [[b"Asia/Tokyo"]]
            assert each.query("SHOW DateStyle").rows == [[b"SQL, DMY"]]
            assert each.query("SHOW application_name").rows == [[b"wins"]]


HARMLESS = {"jit": "off", "work_mem": "64MB", "extra_float_digits": "2"}
MATTER = {"search_path": "secret_schema", "role": "secret_role", "default_transaction_read_only": "on",
          "row_security": "off", "statement_timeout": "1s", "session_replication_role": "replica", "app.tenant": "secret"}


def stripped(proxy, parameters: dict[str, str], names: list[str]) -> None:
    with RawClient(proxy.port) as client:
        replies = client.start(parameters)
        assert replies.kinds.endswith("NZ")
        notice = replies[-2].fields
        assert (notice["S"], notice["C"]) == ("WARNING", "01000")
        assert notice["M"] == "ignored startup parameters: " + ", ".join(names)
        assert "secret" not in str(notice)
        assert client.query("SELECT 1").rows == [[b"1"]]
    lines = [line for line in proxy.logged().splitlines() if "jit" in line]
    assert len(lines) == 1 and "extra_float_digits" in lines[0]
    assert "secret" not in proxy.logged()


def test_harmless_parameters_are_stripped_with_a_warning(proxy):
    stripped(proxy, HARMLESS | {"options": "-c geqo=off"}, ["geqo", *HARMLESS])


def test_all_parameters_are_stripped_where_that_is_asked_for(start_proxy):
    proxy = start_proxy(startup_parameters_unsupported="strip")
    stripped(proxy, HARMLESS | MATTER, [*HARMLESS, *MATTER])


def test_parameters_that_matter_are_refused(proxy):
    assert refused(proxy, MATTER | HARMLESS) == ("FATAL", "0A000", "unsupported startup parameters: " + ", ".join(MATTER))
    for name in MATTER:
        assert refused(proxy, {name: "secret"}) == ("FATAL", "0A000", f"unsupported startup parameter: {name}")
        assert refused(proxy, {"options": f"-c jit=off -c {name}=secret"}) == \
            ("FATAL", "0A000", f"unsupported startup parameter: {name}")
    assert "secret" not in proxy.logged()


def test_options_that_postgresql_refuses(proxy, postgres):
    for options in ("-c jit", "--work-mem"):
        with RawClient(postgres.port) as direct:
            direct.send(startup_packet({"user": "postgres", "options": options}))
            native = direct.read_to_end()[-1].error
        assert refused(proxy, {"options": options}) == native


def test_unsupported_parameters_are_forwarded(start_proxy):
    proxy = start_proxy(startup_parameters_unsupported="forward")
    assert refused(proxy, {"jit": "off"}) == ("FATAL", "08P01", "unsupported startup parameter: jit")


def test_unsupported_parameters_are_rejected(start_proxy, pgbouncer):
    proxy = start_proxy(startup_parameters_unsupported="reject")
    assert refused(proxy, {"jit": "off"}) == ("FATAL", "08P01", "unsupported startup parameter: jit")
    with RawClient(proxy.port) as client:
        assert "N" not in client.start({"application_name": "x"}).kinds


def test_list_of_supported_parameters_is_a_setting(start_proxy):
    proxy = start_proxy(startup_parameters_supported="application_name,jit", startup_parameters_unsupported="reject")
    assert refused(proxy, {"jit": "off"})[2] == "unsupported startup parameter: jit", "pgBouncer's own words"
    assert refused(proxy, {"TimeZone": "UTC"})[2] == "unsupported startup parameter: TimeZone"


@pytest.mark.parametrize("encoding, shown", [("'utf-8'", b"UTF8"), ("latin1", b"LATIN1"), ("WINDOWS-1252", b"WIN1252")])
def test_client_encoding_is_spelt_as_the_server_does(proxy, encoding, shown):
    with RawClient(proxy.port) as client:
        replies = client.start({"client_encoding": encoding})
        statuses = dict(reply.body.split(b"\0")[:2] for reply in replies.of("S"))
        assert statuses[b"client_encoding"] == shown
        assert client.query("SHOW client_encoding").rows == [[shown]]


def test_texts_in_another_encoding_than_utf8_are_statements_too(proxy):
    with RawClient(proxy.port) as client:
        client.start({"client_encoding": "LATIN1"})
        client.send(message("P", b"a\0select 'caf\xe9'\0\0\0") + SYNC)
        assert client.read_until("Z").kinds == "1Z"
        client.send(message("B", b"\0a" + bytes(7)) + message("E", bytes(5)) + SYNC)
        assert client.read_until("Z").rows == [[b"caf\xe9"]]


def test_unknown_client_encoding(proxy):
    expected = 'invalid value for parameter "client_encoding": "klingon"'
    assert refused(proxy, {"client_encoding": "klingon"}) == ("FATAL", "22023", expected)


def test_replication_connection(proxy):
    assert refused(proxy, {"replication": "database"})[:2] == ("FATAL", "0A000")
    with RawClient(proxy.port) as client:
        assert "N" not in client.start({"replication": "off"}).kinds


@pytest.mark.parametrize("minor, options", [(2, {}), (0, {"_pq_.new": "on"}), (9999, {"_pq_.new": "1", "_pq_.old": ""})])
def test_newer_protocol_is_negotiated_down(proxy, minor, options):
    """Protocol 3.2 and protocol options are FATAL to pgBouncer 1.18."""
    with RawClient(proxy.port) as client:
        replies = client.start(options, minor)
        assert replies.kinds[0] == "v" and replies.kinds[-1] == "Z"
        names = b"".join(name.encode() + b"\0" for name in options)
        assert replies[0].body == struct.pack("!ii", 3 << 16, len(options)) + names
        assert client.query("SELECT 1").rows == [[b"1"]]


def test_newer_protocol_is_left_to_an_upstream_that_can(start_proxy, postgres):
    proxy = start_proxy(f"127.0.0.1:{postgres.port}", upstream_negotiates_protocol="true")
    with RawClient(proxy.port) as client, RawClient(postgres.port) as direct:
        through, native = (each.start({"_pq_.new": "1"}, 2) for each in (client, direct))
        assert through[0] == native[0] and through[0].kind == "v"
        assert client.query("SELECT 1").rows == [[b"1"]]


@pytest.mark.parametrize("packet, error", [
    (startup_packet({"user": "x"}, major=2), ("0A000", "unsupported frontend protocol 2.0: server supports 3.0 to 3.0")),
    (startup_packet({"database": "x"}), ("28000", "no PostgreSQL user name specified in startup packet")),
    (b"\0\0\0\x0d\0\3\0\0user\0", ("08P01", "invalid startup packet layout: expected terminator as last byte")),
    (b"GET / HTTP/1.1\r\n\r\n", ("08P01", "invalid length of startup packet")),
    (b"\0\0\0\7", ("08P01", "invalid length of startup packet")),
])
def test_malformed_packets(proxy, packet, error):
    assert refused(proxy, packet=packet) == ("FATAL", *error)


def test_client_that_says_nothing_is_given_up(start_proxy):
    proxy = start_proxy(login_timeout="300ms")
    with RawClient(proxy.port) as client:
        replies = client.read_to_end()
        assert [reply.error for reply in replies] == [("FATAL", "08006", "canceling authentication due to timeout")]


def test_logged_in_client_outlives_the_login_timeout(start_proxy):
    proxy = start_proxy(login_timeout="2s")
    with RawClient(proxy.port) as client, RawClient(proxy.port) as silent:
        ready(client)
        assert silent.read_to_end().kinds == "E"
        assert client.query("SELECT 1").rows == [[b"1"]]


def test_clients_that_leave_early_leave_nothing(proxy):
    before = proxy.idle_descriptors()
    packet = startup_packet({"user": "postgres", "database": "postgres"})
    for length in range(0, len(packet), 3):
        with RawClient(proxy.port) as client:
            client.send(packet[:length])
    eventually(lambda: proxy.descriptors() == before, "every connection is closed")
