"""What the agent publishes of a series: smoothing, temperatures and event policy are the agent's own."""

from collections.abc import Iterator
from dataclasses import dataclass

from fer_agent.emotion.smooth import Smoother
from fer_agent.emotion.temperature import Temperatures, tempered
from fer_agent.events.policy import EventPolicy
from fer_agent.inference.arrays import Probabilities
from fer_agent.settings import EventSettings
from fer_wire import EMOTIONS

from tracks.answers import Series
from tracks.visits import FPS

TRACK = 1


@dataclass(frozen=True)
class Published:
    """One event of a visit, and the emotion that the face showed then; emotions are places in EMOTIONS."""

    at_s: float
    kind: str
    emotion: int
    confidence: float
    yaw_degrees: float
    label: int

    @property
    def is_right(self) -> bool:
        """Whether it names what was shown."""
        return self.emotion == self.label


def smoothed(series: Series, smoothing_s: float) -> Iterator[Probabilities]:
    """What the agent makes of each frame."""
    smoother = Smoother(smoothing_s)
    for at_s, answer in zip(series.at_s, series.probabilities, strict=True):
        yield smoother.update(TRACK, answer, at_s)


def events(
    series: Series, smoothing_s: float, policy: EventSettings, temperatures: Temperatures
) -> Iterator[Published]:
    """The events of the series in their order, the track's end left out."""
    decides = EventPolicy(policy)
    for place, known in enumerate(smoothed(series, smoothing_s)):
        at_s = series.at_s[place]
        for each in decides.update(TRACK, tempered(known, temperatures), at_s):
            confidence, emotion = each.probabilities[each.emotion], EMOTIONS.index(each.emotion)
            yield Published(at_s, each.kind, emotion, confidence, series.yaw_degrees[place], series.labels[place])


def repeated(series: Series, for_s: float) -> Series:
    """A picture's series, which ends where it began, over and over for so long."""
    places = [step % len(series.labels) for step in range(int(for_s * FPS))]
    return _taken(series, places, [step / FPS for step in range(len(places))])


def followed(first: Series, second: Series) -> Series:
    """One series, and then another, as if one face changed; their frames come at FPS."""
    both = Series(
        f"{first.name} → {second.name}",
        labels=first.labels + second.labels,
        probabilities=first.probabilities + second.probabilities,
        yaw_degrees=first.yaw_degrees + second.yaw_degrees,
    )
    return _taken(both, list(range(len(both.labels))), [step / FPS for step in range(len(both.labels))])


def _taken(series: Series, places: list[int], at_s: list[float]) -> Series:
    return Series(
        series.name,
        at_s,
        [series.labels[place] for place in places],
        [series.probabilities[place] for place in places],
        yaw_degrees=[series.yaw_degrees[place] for place in places],
    )
