"""The settings of models that are rolled out: where they come from, and who must have signed them."""

import re
from typing import Optional

from fer_wire.device.restart import MAX_CRASHES
from fer_wire.origins import Origin
from fer_wire.paths import HomeFile
from fer_wire.tls import CaFile, CertFile, KeyFile, check_pair
from pydantic import Field, SecretStr, field_validator, model_validator

from fer_agent.settings.section import Section


class UpdateSettings(Section):
    """Models that the controller rolls out."""

    controller_url: Optional[str] = Field(
        default=None,
        description="http[s]://HOST:PORT of the controller, for what a rollout names by path; without it only full "
        "URLs are downloaded",
    )
    token: Optional[SecretStr] = Field(
        default=None, description="this device's token at the controller, sent there and nowhere else"
    )
    ca_file: CaFile = None
    cert_file: CertFile = None
    key_file: KeyFile = None
    public_key: Optional[HomeFile] = Field(
        default=None,
        description="the controller's signing.pub (Ed25519, PEM), which signs the models; without it every update is "
        "refused",
    )
    keys_file: Optional[HomeFile] = Field(
        default=None,
        description="the fleet's list of keys (`fer-controller keys show --out FILE`), in place of public_key; the "
        "device follows the fleet to newer lists by itself, and takes signed orders alone",
    )
    cache_max_mb: float = Field(
        default=64.0, ge=1, description="models kept on disk, megabytes; those in use are never deleted"
    )
    retries: int = Field(default=5, ge=0, le=100, description="how often a failed download is retried")
    timeout_s: float = Field(default=30.0, gt=0, description="a download that is silent for this long is retried")
    max_crashes: int = Field(
        default=MAX_CRASHES,
        ge=1,
        le=100,
        description="crashes of the agent during a model's trial after which the model is given up",
    )

    @field_validator("controller_url")
    @classmethod
    def _origin(cls, url: Optional[str]) -> Optional[str]:
        if url is None:
            return None
        if not re.fullmatch(r"https?://[^/@?#]+/?", url):
            raise ValueError("expected http://HOST:PORT or https://HOST:PORT")
        Origin.of(url)
        return url.rstrip("/")

    @model_validator(mode="after")
    def _pair(self) -> "UpdateSettings":
        check_pair(self.cert_file, self.key_file)
        return self

    @field_validator("token")
    @classmethod
    def _one_word(cls, token: Optional[SecretStr]) -> Optional[SecretStr]:
        if token and not re.fullmatch(r"[!-~]+", token.get_secret_value()):
            raise ValueError(
                "expected the one word that `fer-controller enroll` printed, without spaces or line breaks"
            )
        return token
