"""The targets that the settings name."""

from fer_controller.alerts.targets.target import Target
from fer_controller.alerts.targets.webhook import Webhook
from fer_controller.settings import AlertSettings


def targets(settings: AlertSettings) -> dict[str, Target]:
    """By their names; raises SettingsError for one that cannot be told at all."""
    found: dict[str, Target] = {name: Webhook(each, settings.timeout_s) for name, each in settings.webhooks.items()}
    if settings.targets:  # Apprise takes long to import
        from fer_controller.alerts.targets.by_apprise import AppriseTarget

        found |= {name: AppriseTarget(name, url.get_secret_value()) for name, url in settings.targets.items()}
    return found
