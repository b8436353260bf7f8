"""The controller that commands ask from elsewhere."""

import re
from typing import Self

from fer_wire.origins import Origin
from fer_wire.tls import CaFile, CertFile, ClientFiles, KeyFile, check_pair
from pydantic import Field, SecretStr, field_validator, model_validator

from fer_controller.settings.section import Section


class ApiSettings(Section):
    """The remote controller that commands ask."""

    url: str | None = Field(
        default=None, description="http[s]://HOST:PORT of that controller; by default commands open the database"
    )
    token: SecretStr | None = Field(
        default=None,
        description="an operator's token (`fer-controller operators add`); best set in the environment",
    )
    ca_file: CaFile = None
    cert_file: CertFile = None
    key_file: KeyFile = None

    @property
    def files(self) -> ClientFiles:
        """The files of TLS for that controller."""
        return ClientFiles(self.ca_file, self.cert_file, self.key_file)

    @model_validator(mode="after")
    def _pair(self) -> Self:
        check_pair(self.cert_file, self.key_file)
        return self

    @field_validator("url")
    @classmethod
    def _spelt(cls, url: str | None) -> str | None:
        if not url:
            return None
        if not re.fullmatch(r"https?://[^/@?#]+(/[^?#]*)?", url):
            raise ValueError("expected http://HOST:PORT or https://HOST:PORT")
        Origin.of(url)
        return url.rstrip("/")

    @field_validator("token")
    @classmethod
    def _one_word(cls, token: SecretStr | None) -> SecretStr | None:
        if token and token.get_secret_value() and not re.fullmatch(r"[!-~]+", token.get_secret_value()):
            raise ValueError("expected the single word that `fer-controller operators add` printed")
        return token
