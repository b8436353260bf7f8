"""What the settings keep secret, so that it can be taken out of any text that leaves the device."""

from typing import Any, Callable, Iterator, Set
from urllib.parse import quote, unquote

from pydantic import BaseModel, SecretStr

from fer_agent.settings.source import HIDDEN, Source, secrets_in, without_secrets

SHORTEST = 4
"""A shorter password would be found in every other word; its whole address is hidden all the same."""


def hiding(settings: BaseModel) -> Callable[[str], str]:
    """A function that hides every token and password of these settings, and each camera's, in a text."""
    addresses = {text: without_secrets(text) for each in _sources(settings) for text in (each.address, each.escaped)}
    words = sorted({spelt for each in _words(settings) for spelt in _spellings(each)}, key=len)

    def hide(text: str) -> str:
        for address, shown in addresses.items():
            text = text.replace(address, shown)
        for word in reversed(words):
            text = text.replace(word, HIDDEN)
        return text

    return hide


def _sources(settings: BaseModel) -> Iterator[Source]:
    return (each for each in _values(settings) if isinstance(each, Source))


def _words(settings: BaseModel) -> Iterator[str]:
    for each in _values(settings):
        if isinstance(each, SecretStr):
            yield each.get_secret_value()
        elif isinstance(each, Source):
            yield from secrets_in(each.address)


def _spellings(word: str) -> Set[str]:
    """As it stands, and as a library that was given it may have spelled it in a URL."""
    return {each for each in (word, quote(word, safe=""), unquote(word)) if len(each) >= SHORTEST}


def _values(part: Any) -> Iterator[Any]:
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _values(getattr(part, name))
    elif isinstance(part, (list, tuple)):
        for each in part:
            yield from _values(each)
    else:
        yield part
