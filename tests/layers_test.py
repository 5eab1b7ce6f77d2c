"""Layers: a file includes only what its layer may know, and every header compiles alone.

A header that is the first include of a source or a test is compiled alone by the build; for the others this asks the
compiler.
"""
from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# layer: (its own and lower layers, libraries)
LAYERS = {
    "protocol": (("protocol",), ("boost/system",)),
    "proxy/auth": (("protocol", "proxy/auth"), ("openssl",)),
    "proxy/sql": (("protocol", "proxy/sql"), ()),
    "proxy/statements": (("protocol", "proxy/sql", "proxy/statements"), ()),
    "proxy/link": (("protocol", "proxy/sql", "proxy/statements", "proxy/link"), ()),
    "proxy/startup": (("protocol", "proxy/auth", "proxy/startup"), ()),
    "proxy/session": (("protocol", "proxy/sql", "proxy/statements", "proxy/link", "proxy/startup", "proxy/session"), ()),
    "proxy/config": (("proxy/config",), ("yaml-cpp", "CLI")),
    "proxy/net": (("protocol", "proxy/auth", "proxy/sql", "proxy/statements", "proxy/link", "proxy/startup",
                   "proxy/session", "proxy/config", "proxy/net"), ("boost", "openssl", "spdlog", "fmt", "systemd")),
    "proxy/admin": (("protocol", "proxy/auth", "proxy/statements", "proxy/session", "proxy/config", "proxy/net",
                     "proxy/admin"), ("boost", "nlohmann", "prometheus")),
    "proxy/check": (("protocol", "proxy/config", "proxy/net", "proxy/check"), ("boost", "CLI", "libpq-fe.h", "nlohmann")),
}
# The grammar, SASLprep and connection strings stand behind one file each.
LIBRARIES_OF_FILES = {
    "proxy/sql/sql_grammar.cpp": ("pg_query",),
    "proxy/auth/sasl_prep.cpp": ("stringprep.h",),
    "proxy/config/conninfo.cpp": ("libpq-fe.h",),
}
# What the pure layers must not know of the standard library.
IMPURE = {"chrono", "condition_variable", "ctime", "fstream", "future", "iostream", "mutex", "thread"}
PURE = ("protocol", "proxy/auth", "proxy/sql", "proxy/statements", "proxy/link", "proxy/startup", "proxy/session")


def layer_of(path: str) -> str | None:
    return next((layer for layer in LAYERS if path.startswith(layer + "/")), None)


def is_standard(name: str) -> bool:
    return "/" not in name and not name.endswith((".h", ".hpp"))


def violations(file: Path) -> list[str]:
    path = file.relative_to(SRC).as_posix()
    layer = layer_of(path)
    if layer is None:
        return []
    own, libraries = LAYERS[layer]
    libraries += LIBRARIES_OF_FILES.get(path, ())
    found = []
    for bracket, name in INCLUDE.findall(file.read_text()):
        if bracket == '"':
            allowed = layer_of(name) in own
        elif is_standard(name):
            allowed = layer not in PURE or name not in IMPURE
        else:
            posix = layer not in PURE and name.endswith(".h") and name != "libpq-fe.h"
            allowed = posix or name.startswith(tuple(libraries))
        if not allowed:
            found.append(f"{path} includes {name}, which is not for {layer}")
    return found


def compiled_by_the_build() -> set[str]:
    """Headers that are the first include of a source or a test."""
    sources = [source for folder in (SRC, ROOT / "tests") for source in folder.rglob("*.cpp")]
    return {first[2] for source in sources if (first := INCLUDE.search(source.read_text()))}


def compiles_alone(compiler: str, header: Path) -> subprocess.CompletedProcess[str]:
    command = [compiler, "-std=c++20", "-fsyntax-only", f"-I{SRC}", "-x", "c++", "-"]
    source = f'#include "{header.relative_to(SRC)}"\n'
    return subprocess.run(command, input=source, capture_output=True, text=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--compiler", default="c++")
    compiler = arguments.parse_args().compiler

    files = sorted(f for f in SRC.rglob("*") if f.suffix in (".hpp", ".cpp"))
    problems = [problem for file in files for problem in violations(file)]
    headers = [f for f in files if f.suffix == ".hpp"]
    for header in headers:
        if "#pragma once" not in header.read_text():
            problems.append(f"{header.relative_to(SRC)} has no #pragma once")
    built = compiled_by_the_build()
    others = [header for header in headers if header.relative_to(SRC).as_posix() not in built]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, compiled in zip(others, pool.map(lambda h: compiles_alone(compiler, h), others)):
            if compiled.returncode != 0:
                problems.append(f"{header.relative_to(SRC)} does not compile alone:\n{compiled.stderr}")
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(files)} files, {len(headers)} headers, {len(problems)} problems")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
