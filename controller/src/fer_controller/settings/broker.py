"""The settings of the MQTT broker: where it is, and the logins of the controller's two connections."""

from typing import Self

from fer_wire.broker import BrokerConnection
from fer_wire.names import Name
from fer_wire.paths import HomeFile
from pydantic import Field, SecretStr, model_validator

WEEK_S = 7 * 24 * 3600


class BrokerSettings(BrokerConnection):
    """The MQTT broker."""

    client_id: str = Field(
        default="",
        max_length=64,
        description="name of the session at the broker; by default made from host and database",
    )
    share: Name | None = Field(
        default=None,
        description="name of the group of controllers among which the broker divides events and telemetry (shared "
        "subscriptions of MQTT 5); each needs a login of its own where the broker allows one session per login",
    )
    session_expiry_s: int = Field(
        default=WEEK_S,
        ge=0,
        le=2**32 - 1,
        description="how long the broker keeps messages for the controller while it is offline; with share it keeps "
        "none, so that the other members get them",
    )
    receive_maximum: int = Field(
        default=4000, ge=1, le=65535, description="messages that the broker sends before it waits for acknowledgements"
    )
    rollouts_username: str | None = Field(
        default=None,
        description="user name of the second connection, which publishes desired states; by default that of the first, "
        "but a broker that gives one session to each login needs one of its own",
    )
    rollouts_password: SecretStr | None = Field(
        default=None, description="its password; by default that of the first; better set in the environment"
    )
    rollouts_cert_file: HomeFile | None = Field(
        default=None, description="client certificate (PEM) of the second connection; by default that of the first"
    )
    rollouts_key_file: HomeFile | None = Field(
        default=None, description="its private key (PEM); by default in rollouts_cert_file"
    )

    @property
    def kept_s(self) -> int:
        """How long the broker keeps the session: that of a member of a share ends with its connection."""
        return 0 if self.share else self.session_expiry_s

    @property
    def for_rollouts(self) -> Self:
        """The same broker with the login of the second connection."""
        changed: dict[str, object] = {"share": None}
        if self.rollouts_username is not None:
            changed |= {"username": self.rollouts_username, "password": self.rollouts_password or self.password}
        if self.rollouts_cert_file is not None:
            changed |= {"cert_file": self.rollouts_cert_file, "key_file": self.rollouts_key_file}
        return self.model_copy(update=changed)

    @model_validator(mode="after")
    def _second_pair(self) -> Self:
        if self.rollouts_key_file is not None and self.rollouts_cert_file is None:
            raise ValueError("rollouts_key_file is the key of a certificate; set rollouts_cert_file, too")
        return self
