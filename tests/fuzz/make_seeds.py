"""Writes the seeds of the binary fuzz targets to tests/fuzz/corpus/. Run again after a change of their input's meaning."""

from pathlib import Path
from struct import pack

CORPUS = Path(__file__).parent / "corpus"


def message(kind: str, body: bytes) -> bytes:
    return kind.encode() + pack("!I", len(body) + 4) + body


def packet(code: int, body: bytes = b"") -> bytes:
    return pack("!II", len(body) + 8, code) + body


def options(pooler: int = 0, check: int = 0, statements: int = 0) -> bytes:
    """The end of an input of fuzz_session: see read_options.hpp."""
    return bytes([pooler | check << 2 | statements << 4]) + b"O"


PARSE = b"name\0select $1\0" + pack("!HI", 1, 25)
BIND = b"portal\0name\0" + pack("!HHHI", 1, 0, 1, 5) + b"value" + pack("!HH", 1, 0)
ERROR = b"SERROR\0VERROR\0C42P01\0Mno such table\0P8\0Fparse_relation.c\0L1\0RparserOpenTable\0\0"
PROXY_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CLIENT_FIRST, CLIENT_FINAL = b"n,,n=,r=theirs", b"c=biws,r=theirsours,p=" + b"A" * 43 + b"="
SERVER_FIRST, SERVER_FINAL = b"r=ourstheirs,s=c2FsdA==,i=1", b"v=" + b"A" * 43 + b"="
SECRET = b"SCRAM-SHA-256$1:c2FsdA==$" + b"A" * 43 + b"=:" + b"A" * 43 + b"="
ROW = pack("!H", 2) + b"".join(n + b"\0" + pack("!IHIHiH", 1, 1, 23, 4, -1, 0) for n in (b"a", b"b"))

SEEDS = {
    "fuzz_frames": [message("Q", b"select 1\0") + message("S", b""), message("d", b"x" * 300), b"Q\0\0\0\3"],
    "fuzz_frontend_messages": [PARSE, BIND, b"Sname\0", b"portal\0\0\0\0\1", b"select 1\0"],
    "fuzz_backend_messages": [ERROR, pack("!HII", 2, 23, 25), ROW, b"client_encoding\0UTF8\0", "é€🐘".encode()],
    "fuzz_proxy_header": [
        PROXY_SIGNATURE + pack("!BBH", 0x21, 0x11, 16) + b"abcdefgh" + pack("!HH", 1, 5432) + b"\4\0\1?",
        PROXY_SIGNATURE + pack("!BBH", 0x21, 0x21, 36) + b"x" * 32 + pack("!HH", 1, 5432),
        PROXY_SIGNATURE + pack("!BBH", 0x21, 0x31, 216) + b"/from".ljust(108, b"\0") + b"/to".ljust(108, b"\0"),
        PROXY_SIGNATURE + pack("!BBH", 0x20, 0x00, 0),
    ],
    "fuzz_sasl": [
        bytes([0, len(CLIENT_FIRST)]) + CLIENT_FIRST + CLIENT_FINAL,
        bytes([1, 55]) + b"SCRAM-SHA-256-PLUS\0" + pack("!I", 32) + b"p=tls-server-end-point,,n=,r=abc" + CLIENT_FINAL,
        bytes([2, len(SERVER_FIRST)]) + SERVER_FIRST + SERVER_FINAL,
        bytes([3, 0]) + b'; comment\n"user" "' + SECRET + b'"\n"a""b" "c"\n',
        bytes([3, 0]) + SECRET,
        bytes([3, 0]) + b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0",
    ],
    "fuzz_startup": [
        packet(3 << 16, b"user\0me\0client_encoding\0'utf-8'\0\0"),
        packet(3 << 16 | 2, b"user\0me\0_pq_.x\0y\0\0"),
        packet(80877102, pack("!II", 1, 2)),
        bytes([0, 0, 7, 1, 1, 2, 0, 0, 6, 6, 0, 0, 3, 0, 4]) + pack("!I", 3) + bytes([1, 3, 4]) + b"pwd\0",
    ],
    # Choices, read one by one: see read_options.hpp, scenario.cpp and raw_session.cpp.
    "fuzz_session": [
        bytes([1, 0, 0]) + bytes([15, 1, 2, 0, 16, 1, 4, 0, 8]),  # prepare as asyncpg does, then Bind, Execute, Sync
        bytes([1, 1, 7]) + bytes([19, 16, 1, 4, 0, 20, 0]),  # a transaction
        bytes([1, 0, 3]) + bytes([23, 1, 0, 21, 16, 1, 4, 1]),  # a row shape that has changed
        bytes([1, 0, 5]) + bytes([18, 1, 0, 4, 1, 1, 18, 0, 0, 1]),  # copies
        bytes([1, 0, 9]) + bytes([9, 17, 0, 9, 18, 0, 9, 21, 0]),  # PREPARE, EXECUTE, DEALLOCATE
        bytes([0, 1, 0, 0]) + bytes([2, 0, 9]) + b"a\0select\0" + bytes([3, 0, 0, 3, 20, 1]) + b"I",  # any bytes
        bytes([1, 0, 0]) + bytes([15, 1, 2, 0, 16, 1, 4, 0, 8]) + options(pooler=1, check=2),
        bytes([1, 0, 2]) + bytes([0, 1, 1, 0, 0, 2, 2, 0, 8, 16, 1, 4, 0]) + options(pooler=2, statements=1),
    ],
}


def main() -> None:
    for target, seeds in SEEDS.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for i, seed in enumerate(seeds, 1):
            (folder / f"seed_{i:02}").write_bytes(seed)


main()
