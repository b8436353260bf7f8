"""The settings: one class a section, where their values come from, and how they are printed."""

from fer_agent.settings.sections import (
    AUTO,
    DEFAULT_FPS,
    ON_PUBACK,
    BrokerSettings,
    CameraSettings,
    EmotionSettings,
    EventSettings,
    FacesSettings,
    HomeAssistantSettings,
    Precision,
    Settings,
    SpoolSettings,
    TelemetrySettings,
    UpdateSettings,
    cameras_from,
)

__all__ = [
    "AUTO",
    "DEFAULT_FPS",
    "ON_PUBACK",
    "BrokerSettings",
    "CameraSettings",
    "EmotionSettings",
    "EventSettings",
    "FacesSettings",
    "HomeAssistantSettings",
    "Precision",
    "Settings",
    "SpoolSettings",
    "TelemetrySettings",
    "UpdateSettings",
    "cameras_from",
]
