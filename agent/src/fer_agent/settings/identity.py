"""The settings of the device's certificate."""

from typing import Optional

from fer_wire.paths import HomeFile
from fer_wire.tls import KeyFile, check_pair
from pydantic import Field, model_validator

from fer_agent.settings.section import Section

ANOTHER = (
    "make another with `fer-controller enroll DEVICE --replace --out FOLDER`, for identity.cert_file and "
    "identity.key_file"
)
"""What helps when a certificate is refused."""


class IdentitySettings(Section):
    """The device's certificate, for the broker and the controller alike."""

    cert_file: Optional[HomeFile] = Field(
        default=None,
        description="certificate and chain (PEM) as `fer-controller enroll` made them, for where broker.cert_file and "
        "update.cert_file are not set; the agent keeps it in its state folder, and renews it there",
    )
    key_file: KeyFile = None
    renew: bool = Field(
        default=True,
        description="ask the controller for the next certificate when a third of its life is left; needs "
        "update.controller_url",
    )
    new_key: bool = Field(default=True, description="make a new key at each renewal")

    @model_validator(mode="after")
    def _pair(self) -> "IdentitySettings":
        check_pair(self.cert_file, self.key_file)
        return self
