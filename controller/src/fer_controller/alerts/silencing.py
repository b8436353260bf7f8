"""Which findings a silence keeps from being raised, and until when."""

from collections.abc import Sequence

from fer_controller.alerts.rules import Finding, Rule
from fer_controller.alerts.view import View
from fer_controller.rollout.devices import selector
from fer_controller.store.alerts.records import Silence


class Quiet:
    """The silences that hold now."""

    def __init__(self, silences: Sequence[Silence], view: View) -> None:
        self._silences = [(each.rule, selector.parse(each.selector), each.until_at) for each in silences]
        self._view = view

    def covers(self, rule: Rule, finding: Finding) -> bool:
        """Whether one of them covers it; one with a selector covers what devices are found with."""
        return bool(self.until(rule.name, finding.device))

    def until(self, rule: str, device: str) -> str:
        """The last time at which one holds that covers this; empty where none does."""
        untils = (at for name, terms, at in self._silences if name in ("", rule) and self._selects(terms, device))
        return max(untils, default="")

    def _selects(self, terms: tuple[selector.Term, ...], device: str) -> bool:
        if not terms:
            return True
        facts = self._view.facts.get(device, {selector.DEVICE: device})
        return bool(device) and selector.matches(terms, facts)
