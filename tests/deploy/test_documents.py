"""The documents: links lead somewhere, settings are accepted, messages are really sent."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from .tools import ROOT, check_configuration, validate_kubernetes

DOCS = ROOT / "docs"
OURS = [DOCS / f"{name}.md" for name in
        ("deployment", "supabase", "azure", "rds-proxy", "pgbouncer", "troubleshooting", "drivers")]
OTHERS_MESSAGES = [  # where the messages that are not ours come from
    Path("/usr/sbin/pgbouncer"), Path("/usr/lib/postgresql/15/bin/postgres"),
    *(Path("/usr/lib/x86_64-linux-gnu") / name for name in ("libcrypto.so.3", "libc.so.6"))]
LONG_ENOUGH = 6  # characters of a piece of a message that can be looked for


def by_name(file: Path) -> str:
    return file.name


@pytest.mark.parametrize("file", [*OURS, ROOT / "README.md"], ids=by_name)
def test_links_lead_somewhere(file):
    for target in re.findall(r"\]\(([^)]+)\)", file.read_text()):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        found = (file.parent / path).resolve() if path else file
        assert found.exists(), target
        if anchor:
            assert anchor in map(slug, re.findall(r"^#+ (.*)$", found.read_text(), re.M)), target


@pytest.mark.parametrize("file", OURS, ids=by_name)
def test_settings_are_accepted(file, tmp_path):
    documents = [document for block in blocks(file, "yaml") for document in yaml.safe_load_all(block)]
    for document in documents:
        text = document.get("data", {}).get("pgsidecar.yaml") or ("upstream" in document and yaml.safe_dump(document))
        if text:
            check_configuration(with_certificate(text, tmp_path), tmp_path)


def test_manifest_of_the_five_minutes_is_valid(tmp_path):
    (manifest,) = (block for block in blocks(DOCS / "deployment.md", "yaml") if "kind: Deployment" in block)
    validate_kubernetes(manifest, tmp_path)


@pytest.mark.parametrize("file", OURS, ids=by_name)
def test_keys_and_variables_are_there(file):
    reference = yaml.safe_load((ROOT / "config/pgsidecar.reference.yaml").read_text())
    sections = {name for name, value in reference.items() if isinstance(value, dict)}
    for section, key in re.findall(r"`([a-z_]+)\.([a-z_]+)(?:: [^`]*)?`", file.read_text()):
        if section in sections:
            assert key in reference[section], f"{section}.{key}"


def messages() -> list[str]:
    """The first columns that hold one quotation and nothing else; a SQLSTATE alone is no message."""
    quoted = re.findall(r"^\| `([^`]*)` \|", (DOCS / "troubleshooting.md").read_text(), re.M)
    return [message for message in quoted if len(message) > len("57P01")]


@pytest.fixture(scope="module")
def sent() -> str:
    """Our string literals, those in pieces put together, and everybody else's."""
    ours = "\n".join(file.read_text() for file in sorted((ROOT / "src").rglob("*.[ch]pp")))
    joined = re.sub(r'"\s*\n\s*"', "", ours).replace('\\"', '"')
    others = [file.read_bytes().decode("latin-1") for file in OTHERS_MESSAGES]
    return "\n".join([joined, *others])


@pytest.mark.parametrize("message", messages())
def test_message_is_really_sent(sent, message):
    pieces = [piece.strip(' "():') for piece in message.split("…")]
    looked_for = [piece for piece in pieces if len(piece) >= LONG_ENOUGH]
    assert looked_for
    for piece in looked_for:
        assert piece in sent, piece


def test_every_error_of_ours_is_explained():
    """Those that a client can meet: an error has a SQLSTATE in front of its text."""
    source = "\n".join(file.read_text() for file in sorted((ROOT / "src").rglob("*.cpp")))
    joined = re.sub(r'"\s*\n\s*"', "", source)
    text = r'"((?:[^"\\]|\\.){10,})"'
    errors = re.findall(rf'(?:refuse\(|sasl_refusal ?\{{)\s*"[0-9A-Z]{{5}}",\s*{text}', joined)
    errors += re.findall(rf"\.message =\s*{text}", joined)
    assert len(errors) > 30
    explained = (DOCS / "troubleshooting.md").read_text()
    for error in errors:
        assert error.replace('\\"', '"').strip(' ":') in explained, error


def test_alerts_and_panels_that_are_named_are_there():
    dashboard = (ROOT / "deploy/grafana/dashboard.json").read_text()
    for title in re.findall(r"panel \*(.*?)\*", (DOCS / "troubleshooting.md").read_text()):
        assert f'"title": "{title}"' in dashboard


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text(), re.M | re.S)


def slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def with_certificate(text: str, folder: Path) -> str:
    return re.sub(r"/etc/pgsidecar/(\S+\.crt)", rf"{folder}/\1", text)
