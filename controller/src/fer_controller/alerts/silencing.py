"""Which findings a silence keeps from being raised."""

from collections.abc import Sequence

from fer_controller.alerts.rules import Finding, Rule
from fer_controller.alerts.view import View
from fer_controller.rollout.devices import selector
from fer_controller.store.alerts.records import Silence


class Quiet:
    """The silences that hold now."""

    def __init__(self, silences: Sequence[Silence], view: View) -> None:
        self._silences = [(each.rule, selector.parse(each.selector)) for each in silences]
        self._view = view

    def covers(self, rule: Rule, finding: Finding) -> bool:
        """Whether one of them covers it; one with a selector covers what devices are found with."""
        return any(name in ("", rule.name) and self._selects(terms, finding) for name, terms in self._silences)

    def _selects(self, terms: tuple[selector.Term, ...], finding: Finding) -> bool:
        if not terms:
            return True
        facts = self._view.facts.get(finding.device, {selector.DEVICE: finding.device})
        return bool(finding.device) and selector.matches(terms, facts)
