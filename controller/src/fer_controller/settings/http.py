"""How the controller serves models, API and page."""

import re
from typing import Literal, Self

from fer_wire.paths import HomeFile
from pydantic import Field, field_validator, model_validator

from fer_controller.settings.section import Section

OPEN_ACCESS, CERTIFICATE_ACCESS = "open", "certificate"


class HttpSettings(Section):
    """The HTTP server: models for devices, API and page for operators."""

    listen: str = Field(
        default="127.0.0.1:8780",
        description="HOST:PORT where models, API and page are served; port 0 picks a free one, empty turns it off",
    )
    access: Literal["token", "certificate", "open"] = Field(
        default="token",
        description="token: each device needs its own, or with client_ca_file a certificate (`fer-controller enroll`); "
        "certificate: devices need a certificate, operators their tokens; open: anybody may fetch models",
    )
    max_downloads: int = Field(
        default=32,
        ge=1,
        le=10_000,
        description="most downloads at once in this process, at most half of one device; others are told to wait",
    )
    max_connections: int = Field(
        default=512,
        ge=2,
        le=100_000,
        description="most connections at once; a peer that has as many as are free gets no more, and those that wait "
        "for a request make way",
    )
    max_mbytes_s: float = Field(default=0.0, ge=0, description="bandwidth of all downloads together; 0 is unlimited")
    session_hours: float = Field(
        default=12.0,
        gt=0,
        le=8760,
        description="how long the page stays signed in; less where its token expires or goes",
    )
    max_live: int = Field(
        default=64,
        ge=1,
        le=10_000,
        description="most pages and programs that follow the fleet live in this process, at most half of one operator",
    )
    cert_file: HomeFile | None = Field(default=None, description="certificate chain (PEM) for HTTPS; needs key_file")
    key_file: HomeFile | None = Field(default=None, description="private key (PEM) of the certificate")
    client_ca_file: HomeFile | None = Field(
        default=None,
        description="authority (PEM) whose certificates devices may show in place of a token, and renew: the ca.crt of "
        "`fer-controller enroll --out`; needs cert_file",
    )

    @field_validator("listen")
    @classmethod
    def _spelt(cls, listen: str) -> str:
        spelt = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s/:@]+):(\d{1,5})", listen)
        if listen and not (spelt and int(spelt[2]) < 65536):
            raise ValueError("expected HOST:PORT, or nothing")
        return listen

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file are given together, or not at all")
        if self.client_ca_file is not None and self.cert_file is None:
            raise ValueError("client_ca_file is for HTTPS; set cert_file and key_file, too")
        if self.access == CERTIFICATE_ACCESS and self.client_ca_file is None:
            raise ValueError("access is certificate; set client_ca_file to the authority that issues them")
        return self
