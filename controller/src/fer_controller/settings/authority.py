"""The settings of the fleet's own certificate authority."""

from fer_wire.paths import HomePath
from pydantic import Field

from fer_controller.settings.section import Section

LONGEST_DAYS = 3650


class AuthoritySettings(Section):
    """The fleet's own certificate authority, where there is one."""

    folder: HomePath | None = Field(
        default=None,
        description="its keys and certificates; by default beside the database: fleet.authority for fleet.db, "
        "NAME-authority for a file of another ending",
    )
    crl_file: HomePath | None = Field(
        default=None,
        description="where the list of revoked certificates is written, for Mosquitto's crlfile; by default "
        "revoked.crl in that folder",
    )
    device_days: int = Field(
        default=365, ge=1, le=LONGEST_DAYS, description="how long a device's certificate is valid; agents renew theirs"
    )
    server_days: int = Field(
        default=730,
        ge=1,
        le=LONGEST_DAYS,
        description="how long those of brokers, controllers and other programs are; nobody renews them but you",
    )
    renewals_a_day: int = Field(
        default=10, ge=1, description="certificates that one device may have made in a day by renewing"
    )
