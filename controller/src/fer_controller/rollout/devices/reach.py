"""Devices by their labels and names, which none can change itself: those that an operator is given, or looks at."""

from fer_controller.errors import RequestError
from fer_controller.rollout.devices import selector
from fer_controller.store.subjects import Subjects

SAID_BY_DEVICES = (selector.CLASS, selector.MODEL, selector.VERSION)


def limit(text: str) -> tuple[selector.Term, ...]:
    """The pairs of a selector; none for no limit. Raises RequestError, also for what devices say of themselves."""
    terms = selector.parse(text)
    for term in terms:
        if term.key in SAID_BY_DEVICES:
            raise RequestError(
                f"{term.key} is what devices say of themselves, and limits nothing here; use labels, or device=NAME."
            )
    return terms


def within(known: Subjects, text: str) -> frozenset[str]:
    """The names that a selector finds among all that were ever heard of, enrolled or labelled."""
    terms = limit(text)
    facts = {name: {selector.DEVICE: name} for name in known.devices.names()}
    for label in known.devices.labels():
        facts[label.device][label.key] = label.value
    return frozenset(name for name, told in facts.items() if selector.matches(terms, told))


def limiting_keys(known: Subjects) -> frozenset[str]:
    """The labels by which operators are limited: whoever changes them changes what those operators are given."""
    found = {term.key for each in known.tokens.operators() for term in limit(each.selector)}
    return frozenset(found - {selector.DEVICE})
