"""Which lines of the fleet's table are shown, in which order, and how many have which value."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter

from fer_controller.desk.board.lines import Line
from fer_controller.rollout.devices import selector

STATE, CLASS, MODEL, VERSION = "state", "class", "model", "version"
VALUE_OF: Mapping[str, Callable[[Line], str]] = {
    STATE: attrgetter("state"),
    CLASS: attrgetter("device_class"),
    MODEL: attrgetter("model"),
    VERSION: attrgetter("version"),
}
"""What facets count."""
Test = Callable[[Line], bool]
Facets = dict[str, Counter[str]]
UNKNOWN = ("", None)


class Sieve:
    """Passes lines that satisfy a text, a selector, further tests, and one of the values wanted of each facet."""

    def __init__(
        self, text: str, terms: tuple[selector.Term, ...], wanted: Mapping[str, Collection[str]], *further: Test
    ) -> None:
        """Of a facet without wanted values any will do."""
        self._tests: list[Test] = list(further)
        if text.strip():
            self._tests.append(_holding(text.strip().lower()))
        if terms:
            self._tests.append(lambda line: selector.matches(terms, facts(line)))
        self._wanted = {facet: frozenset(values) for facet, values in wanted.items() if values}

    def passed(self, lines: Iterable[Line]) -> tuple[list[Line], Facets, dict[str, Counter[str]]]:
        """The lines that pass, in their order; by facet and by label: how many have which value.

        A facet counts what passes all but its own test, so that it shows what choosing another value would bring.
        """
        passing = list(lines)
        for test in self._tests:
            passing = list(filter(test, passing))
        found = self._chosen(passing, *self._wanted)
        counted = {
            facet: Counter(map(value_of, self._chosen(passing, *(self._wanted.keys() - {facet}))))
            for facet, value_of in VALUE_OF.items()
        }
        return found, counted, _labels(found)

    def _chosen(self, lines: list[Line], *facets: str) -> list[Line]:
        """Those that have a wanted value of each of these facets."""
        for facet in facets:
            value_of, values = VALUE_OF[facet], self._wanted[facet]
            lines = [line for line in lines if value_of(line) in values]
        return lines


def _labels(lines: Iterable[Line]) -> dict[str, Counter[str]]:
    """By label, but for the title, which is a device's own: how many of these have which value."""
    labels: dict[str, Counter[str]] = {}
    pairs = Counter(chain.from_iterable(line.labels.items() for line in lines))
    for (key, value), count in pairs.items():
        if key != selector.TITLE:
            labels.setdefault(key, Counter())[value] = count
    return labels


def facts(line: Line) -> dict[str, str]:
    """What a selector is compared with, as in a rollout of a classifier."""
    name, _, rest = line.model.partition("@")
    built_in = {
        selector.CLASS: line.device_class,
        selector.DEVICE: line.device,
        selector.MODEL: name,
        selector.VERSION: rest.partition("/")[0],
    }
    return {**line.labels, **built_in}


def ordered(lines: list[Line], by: Callable[[Line], object], *, descending: bool) -> list[Line]:
    """Sorted by what is not known last, and alike by name."""
    known: list[Line] = [line for line in lines if by(line) not in UNKNOWN]
    rest = [line for line in lines if by(line) in UNKNOWN]
    return sorted(known, key=by, reverse=descending) + rest  # type: ignore[arg-type]


def most(counter: Counter[str], number: int) -> dict[str, int]:
    """Those of most devices, without what is not known; alike by name."""
    known: Iterator[tuple[str, int]] = ((value, count) for value, count in counter.items() if value)
    return dict(sorted(known, key=lambda each: (-each[1], each[0]))[:number])


def _holding(text: str) -> Test:
    def holds(line: Line) -> bool:
        return (
            text in line.device.lower()
            or text in line.model.lower()
            or any(text in value.lower() for value in line.labels.values())
        )

    return holds
