"""Many findings of one rule are one: an outage of a broker is one alert, not one for each device."""

from collections.abc import Sequence

from fer_controller.alerts.rules import Finding, Rule

ALL = ""
"""The subject of what is found of many."""
LEAST = 3
STAYS = 2
"""What is said of many stays so until fewer than this part of the number are left."""


def grouped(rule: Rule, found: Sequence[Finding], many: int, fleet: int, *, was_many: bool) -> list[Finding]:
    """The findings, or one for all of them where they are many for a fleet of this size."""
    least = min(many, max(LEAST, -(-fleet // 2)))
    if not rule.many or len(found) < (max(LEAST - 1, least // STAYS) if was_many else least):
        return list(found)
    devices = {each.device for each in found if each.device}
    is_shared = bool(rule.shared) and len(devices) * STAYS >= fleet
    names = ", ".join(sorted(each.subject for each in found)[:LEAST]) + (", …" if len(found) > LEAST else "")
    of, hint = (f" of {fleet:,}", f"; {rule.shared}") if is_shared else ("", "")
    return [Finding(ALL, f"{len(found):,}{of} {rule.many} ({names}){hint}.")]
