"""The settings: one class a section, and where their values come from."""

from fer_controller.settings.loading import load
from fer_controller.settings.sections import (
    ENV_DELIMITER,
    ENV_PREFIX,
    OPEN_ACCESS,
    ApiSettings,
    BrokerSettings,
    ClockSettings,
    FleetSettings,
    HttpSettings,
    IngestSettings,
    RegistrySettings,
    RetentionSettings,
    RolloutSettings,
    Section,
    Settings,
)

__all__ = [
    "ENV_DELIMITER",
    "ENV_PREFIX",
    "OPEN_ACCESS",
    "ApiSettings",
    "BrokerSettings",
    "ClockSettings",
    "FleetSettings",
    "HttpSettings",
    "IngestSettings",
    "RegistrySettings",
    "RetentionSettings",
    "RolloutSettings",
    "Section",
    "Settings",
    "load",
]
