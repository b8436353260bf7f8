"""Which lines of the fleet's table are shown, in which order, and how many have which value."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from fer_controller.desk.board.lines import Line
from fer_controller.rollout.devices import selector

STATE, CLASS, MODEL, VERSION = "state", "class", "model", "version"
VALUE_OF: Mapping[str, Callable[[Line], str]] = {
    STATE: lambda line: line.state,
    CLASS: lambda line: line.device_class,
    MODEL: lambda line: line.model,
    VERSION: lambda line: line.version,
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
        found: list[Line] = []
        counted: Facets = {facet: Counter() for facet in VALUE_OF}
        labels: dict[str, Counter[str]] = {}
        for line in lines:
            if not all(test(line) for test in self._tests):
                continue
            failed = [facet for facet, values in self._wanted.items() if VALUE_OF[facet](line) not in values]
            for facet in failed if len(failed) == 1 else () if failed else VALUE_OF:
                counted[facet][VALUE_OF[facet](line)] += 1
            if not failed:
                found.append(line)
                for key, value in line.labels.items():
                    if key != selector.TITLE:
                        labels.setdefault(key, Counter())[value] += 1
        return found, counted, labels


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
