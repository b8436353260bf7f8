"""The settings that devices may be told, and what holds on one of them."""

from fer_wire.reported import SettingsInForce
from fer_wire.tuning import SETTINGS_FROM_AFAR, Setting

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.errors import RequestError
from fer_controller.operations.operation import Nothing
from fer_controller.operations.settings import (
    AFAR,
    DEFAULT,
    DEVICE_SETTINGS,
    SETTINGS_LIST,
    DeviceSettingAnswer,
    DeviceSettingsQuery,
    SettingAnswer,
)
from fer_controller.rollout.devices.candidate import report


@ANSWERS.carries_out(SETTINGS_LIST)
def settings(_context: Context, _asked: Nothing) -> list[SettingAnswer]:
    """All of them, by section."""
    return [SettingAnswer(**each._asdict()) for each in SETTINGS_FROM_AFAR.values()]


@ANSWERS.carries_out(DEVICE_SETTINGS)
def device_settings(context: Context, asked: DeviceSettingsQuery) -> list[DeviceSettingAnswer]:
    """As the device reported them last; raises RequestError where it never did."""
    context.expect([asked.device])
    known = context.stores.upgraded
    said = report(asked.device, known.rollouts.desired.reported_by(asked.device))
    if said is None or said.settings is None:
        raise RequestError(
            f"{asked.device} has reported no settings; its agent is too old for them, or was not heard of yet."
        )
    rollouts = known.rollouts.rollouts_like(said.settings.rollout) if said.settings.rollout else []
    by = next((row.created_by for row in rollouts if row.id == said.settings.rollout), None)
    return [_one(each, said.settings, by) for each in SETTINGS_FROM_AFAR.values()]


def _one(setting: Setting, found: SettingsInForce, by: str | None) -> DeviceSettingAnswer:
    name = setting.name
    own, from_afar = found.own.get(name), found.afar.get(name)
    value = own.value if own else setting.default if from_afar is None else from_afar
    return DeviceSettingAnswer(
        name=name,
        value=value,
        source=own.source if own else DEFAULT if from_afar is None else AFAR,
        rollout=(found.rollout or None) if from_afar is not None else None,
        by=by if from_afar is not None else None,
        from_afar=from_afar if own else None,
    )
