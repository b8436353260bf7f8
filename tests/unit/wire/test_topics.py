"""What is built can be parsed, and nothing that would break a topic becomes part of one."""

import doctest

import fer_wire.topics
import pytest
from fer_wire import Topic, TopicError, Topics, checked_name
from fer_wire.topics import CHANNELS, EMOTION
from hypothesis import given
from hypothesis import strategies as st

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True)
prefixes = st.lists(names, min_size=1, max_size=4).map("/".join).map(Topics)
single_channels = st.sampled_from([channel for channel in CHANNELS if channel != EMOTION])
bad_texts = (
    st.builds("{0}{1}{2}".format, st.text(), st.sampled_from("/+#\0\n"), st.text())
    | st.text().map("${}".format)
    | names.map("{}\n".format)
    | st.just("")
    | st.from_regex(r"[A-Za-z0-9]{65,80}", fullmatch=True)
)


def _matches(pattern: str, topic: str) -> bool:
    """Whether a subscription filter without # takes the topic in (MQTT 5, section 4.7)."""
    levels, given_levels = pattern.split("/"), topic.split("/")
    pairs = list(zip(levels, given_levels))
    return len(levels) == len(given_levels) and all(level in ("+", given) for level, given in pairs)


@given(topics=prefixes, device=names, camera=names)
def test_an_emotion_topic_parses_to_what_it_was_built_from(topics: Topics, device: str, camera: str) -> None:
    assert topics.parse(topics.emotion(device, camera)) == Topic(device, EMOTION, camera)


@given(topics=prefixes, device=names, channel=single_channels)
def test_every_other_topic_parses_to_what_it_was_built_from(topics: Topics, device: str, channel: str) -> None:
    assert topics.parse(getattr(topics, channel)(device)) == Topic(device, channel)


@given(topics=prefixes, device=names, camera=names)
def test_the_filter_of_a_channel_takes_in_its_topics_and_no_others(topics: Topics, device: str, camera: str) -> None:
    built = {channel: getattr(topics, channel)(device) for channel in CHANNELS if channel != EMOTION}
    built[EMOTION] = topics.emotion(device, camera)
    for channel in CHANNELS:
        assert [name for name, topic in built.items() if _matches(topics.every(channel), topic)] == [channel]


@given(names)
def test_a_valid_name_passes_as_it_is(name: str) -> None:
    assert checked_name(name) == name


@given(bad_texts)
def test_what_would_break_a_topic_is_no_name(text: str) -> None:
    with pytest.raises(TopicError, match="is not a valid name for a device or camera"):
        checked_name(text)


@given(text=bad_texts, channel=single_channels)
def test_no_topic_is_built_of_a_bad_device(text: str, channel: str) -> None:
    with pytest.raises(TopicError):
        getattr(Topics(), channel)(text)


@given(bad_texts)
def test_no_emotion_topic_is_built_of_a_bad_camera(text: str) -> None:
    with pytest.raises(TopicError):
        Topics().emotion("nano-01", text)


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        topic = Topics().parse("fer/v1/" + text)
    except TopicError:
        return
    assert checked_name(topic.device)
    assert topic.channel in CHANNELS


@pytest.mark.parametrize("prefix", ["", "/", "fer/", "/fer", "a//b", "fer/+", "#", "$SYS", "fer\n", "fer\0"])
def test_a_bad_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(TopicError, match="is not a valid topic prefix"):
        Topics(prefix)


def test_a_long_name_is_cut_in_the_message() -> None:
    with pytest.raises(TopicError) as caught:
        checked_name("x" * 10_000)
    assert len(str(caught.value)) < 300


def test_the_examples_in_the_docstring_are_true() -> None:
    outcome = doctest.testmod(fer_wire.topics)
    assert (outcome.failed, outcome.attempted) == (0, 3)
