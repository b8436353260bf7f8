from fer_controller.desk.pages import PAGE, pages
from fer_controller.operations.operation import DevicesQuery

NAMES = [f"nano-{number:04}" for number in range(2 * PAGE + 1)]


def named(asked: DevicesQuery) -> list[dict[str, str]]:
    return [{"device": name} for name in NAMES if name > asked.after][: asked.most]


def test_pages_put_together_are_the_whole_list() -> None:
    found = list(pages(named))
    assert [len(page) for page in found] == [PAGE, PAGE, 1]
    assert [row["device"] for page in found for row in page] == NAMES


def test_pages_begin_after_a_device() -> None:
    assert list(pages(named, NAMES[-2])) == [[{"device": NAMES[-1]}]]


def test_an_empty_list_has_no_pages() -> None:
    assert not list(pages(lambda _asked: []))


def test_a_controller_without_pages_answers_once() -> None:
    assert list(pages(lambda _asked: named(DevicesQuery()))) == [named(DevicesQuery())]
