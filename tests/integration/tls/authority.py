"""Certificates made for a test: PEM files of an authority, of servers and of clients."""
from __future__ import annotations

from pathlib import Path

import trustme


class Authority:
    """Writes what it issues into `folder`."""

    def __init__(self, folder: Path, name: str = "ca"):
        self._authority = trustme.CA()
        self._folder = folder
        self.path = str(folder / f"{name}.pem")
        self._authority.cert_pem.write_to_path(self.path)

    def issue(self, *identities: str, common_name: str | None = None, file: str = "server") -> "Certificate":
        issued = self._authority.issue_cert(*identities, common_name=common_name)
        certificate, key = self._folder / f"{file}.crt", self._folder / f"{file}.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        key.chmod(0o600)
        return Certificate(str(certificate), str(key))


class Certificate:
    def __init__(self, certificate: str, key: str):
        self.certificate = certificate
        self.key = key
