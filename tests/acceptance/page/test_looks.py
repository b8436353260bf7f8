"""How each view looks: nothing that axe finds, nothing that runs out of the page, on a desk, a tablet and a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from served_fleet import COMMAND, ServedFleet

pytestmark = pytest.mark.browser

VIEWS = {
    "overview": "Needs attention",
    "fleet": "orin-05",
    "fleet/orin-05": "Title and labels",
    "fleet/orin-05?tab=history": "Drag over a chart",
    "fleet/orin-05?tab=history&show=together": "Figures",
    "fleet/orin-05?tab=rollouts": "Was to run",
    "fleet/nano-01?tab=logs": "goes well",
    "fleet/nano-01?tab=commands": "root@here",
    f"fleet/nano-01?command={COMMAND.id}": "Log of the hour before",
    "rollouts?new=yes": "Preview the plan",
    "rollouts/newest": "orin-05",
    "models": "tiny@1",
    "events?since=any": "75 %",
    "events?since=any&by=site&selector=site%3Dlab": "There are some without",
    "audit": "this machine",
    "people": "Administrators see everybody",
    "alerts?show=over": "It is offline since noon.",
}
SIZES = {"desk": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("looks")) as served:
        yield served.begin_a_rollout()


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_and_nothing_runs_out_of_the_page(page: Any, fleet: ServedFleet, view: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{fleet.url}/#token={fleet.token}/{view}")
    page.get_by_text(VIEWS[view]).first.wait_for()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{size}, {scheme}: {found.generate_report()}"
            assert page.evaluate(OUT) == 0, f"{size}: wider than the page"


def test_every_view_is_looked_at(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/overview")
    page.get_by_text("Needs attention").first.wait_for()
    routes = page.evaluate("async () => Object.keys((await import('/dashboard/routes.js')).ROUTES)")
    assert {view.partition("?")[0].partition("/")[0] for view in VIEWS} == set(routes)


def test_axe_finds_nothing_where_one_signs_in(page: Any, fleet: ServedFleet) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.goto(fleet.url)
    page.get_by_text("A token comes from").wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
