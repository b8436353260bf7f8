"""A fleet whose devices are certificates of its own authority, with a real Mosquitto and a real HTTP server."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import commands
import requests
from certificates import HERE
from fer_controller import cli
from fer_controller.authority import certificates as x509
from fer_controller.authority.authority import Authority
from fer_controller.authority.certificates import Subject
from fer_controller.http.process import HttpProcess
from fer_controller.settings import Settings, load
from pairs import Pair
from real_broker import Mosquitto
from shipped_broker import with_certificates

LONG_AGO = datetime.now(UTC) - timedelta(days=400)


class CertifiedFleet:
    """The authority with its commands; broker and HTTP server run between enter and exit."""

    def __init__(self, folder: Path, access: str = "certificate") -> None:
        self.folder, self.out, self.db = folder, folder / "out", folder / "fleet.db"
        self.done("ca", "make")
        self.done("ca", "server", HERE, "--out", str(self.out))
        self.ca_file, server = self.out / "ca.crt", self.pair(HERE)
        self.settings: Settings = load(
            db=self.db,
            http={
                "listen": f"{HERE}:0", "access": access, "client_ca_file": self.ca_file, "cert_file": server.cert,
                "key_file": server.key,
            },
        )  # fmt: skip
        self.crl_file = self.settings.crl_file
        self.http = HttpProcess(self.settings)
        (broker := folder / "mosquitto").mkdir()
        self.broker: Mosquitto = with_certificates(broker, server, self.ca_file, self.crl_file)

    def __enter__(self) -> Self:
        self.http.__enter__()
        self.broker.start()
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        self.broker.stop()
        self.http.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Of the HTTP server."""
        return f"https://{HERE}:{self.http.port}"

    @property
    def broker_url(self) -> str:
        """Of the broker."""
        return f"mqtts://{HERE}:{self.broker.port}"

    def done(self, *arguments: str) -> str:
        """What a command of fer-controller printed."""
        ended = commands.ran(cli.run, [*arguments, "--db", str(self.db)])
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def pair(self, name: str) -> Pair:
        """The files of a certificate that was made."""
        return Pair(self.out / f"{name}.crt", self.out / f"{name}.key")

    def enrolled(self, device: str, *options: str) -> Pair:
        """A device's certificate."""
        self.done("enroll", device, "--out", str(self.out), *options)
        return self.pair(device)

    def service(self, name: str) -> Pair:
        """A program's certificate."""
        self.done("ca", "service", name, "--out", str(self.out))
        return self.pair(name)

    def issued(self, device: str, begun: datetime, days: int, file: str = "issued") -> Pair:
        """A certificate as the authority might have made it at another time, which the database does not know."""
        made = Authority(self.settings.authority_folder).issue(Subject(device), begun, days)
        pair = self.pair(file)
        pair.cert.write_bytes(made.chain)
        pair.key.write_bytes(made.key)
        return pair

    def expired(self, device: str) -> Pair:
        """One of long ago."""
        return self.issued(device, LONG_AGO, 365, "expired")

    def listed(self) -> list[dict[str, str]]:
        """What the database knows of certificates."""
        return [json.loads(line) for line in self.done("ca", "list", "--json").splitlines()]

    def ask(self, path: str, pair: "Pair | None" = None, token: str = "", body: "bytes | None" = None) -> int:
        """The status of an answer; 0 where the connection was cut, as at a handshake that fails."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        files = (str(pair.cert), str(pair.key)) if pair else None
        try:
            with requests.Session() as session:
                answer = session.request(
                    "GET" if body is None else "POST", self.url + path, headers=headers, data=body, cert=files,
                    verify=str(self.ca_file), timeout=30,
                )  # fmt: skip
                return answer.status_code
        except requests.exceptions.ConnectionError:
            return 0

    def serial_of(self, pair: Pair) -> str:
        """The number of a certificate."""
        return x509.serial_text(x509.read_certificate(pair.cert.read_bytes()).serial_number)

    def is_listed(self, pair: Pair) -> bool:
        """Whether a certificate stands on the list of those that are revoked."""
        issuer = Authority(self.settings.authority_folder).issuing.certificate
        return self.serial_of(pair) in (x509.revoked_in(self.crl_file.read_bytes(), issuer) or ())
