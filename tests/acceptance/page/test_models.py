"""A model by clicks: what its manifest says, who runs it, and how another differs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from controller_messages import AT, a_batch
from fer_controller.registry.catalogue import Catalogue
from fer_controller.store import opening
from fer_controller.store.devices.records import Device
from fer_controller.store.registry.store import ModelStore
from served_fleet import ServedFleet
from tiny_onnx import network, write_model

pytestmark = pytest.mark.browser

ACCURACY = {
    "dataset": "FER2013", "split": "PublicTest", "images": 3589, "accuracy": 0.6982, "calibration_error": 0.0287,
    "emotions": [{"emotion": "fear", "images": 496, "precision": 0.611, "recall": 0.4274}],
}  # fmt: skip
LATENCY = {"machine": "a Nano", "provider": "CUDA", "threads": 1, "p50_ms": 0.38, "p95_ms": 0.41}
CARD = "# good 1.0.0\n\n<img src=x onerror=document.title='taken'><script>document.title='taken'</script>\n"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    folder = tmp_path_factory.mktemp("models")
    with ServedFleet(folder) as served:
        entry = write_model(folder / "good", {"fp32": network()}, name="good")
        said = json.loads((entry / "manifest.json").read_text())
        said["variants"][0].update(accuracy=[ACCURACY], latency=[LATENCY])
        said["licence"] = "Apache-2.0"
        (entry / "manifest.json").write_text(json.dumps(said))
        (entry / "card.md").write_text(CARD)
        reported = json.dumps({"running": {"model": "good@1.0.0/fp32"}})
        with opening.writer(served.settings.db) as database:
            Catalogue(ModelStore(database), served.settings.registry_folder).add(entry)
            runs = [
                Device(f"runs-{number}", "online", "run-1", since=AT, last_seen=AT, reported=reported)
                for number in (1, 2)
            ]
            opening.ingest(database, 1000).write(a_batch(devices=runs))
        yield served


@pytest.fixture
def models(page: Any, fleet: ServedFleet) -> Any:
    page.goto(f"{fleet.url}/#token={fleet.token}/models")
    page.get_by_role("link", name="good@1.0.0").wait_for()
    return page


def row(page: Any, group: str, term: str) -> str:
    return str(page.get_by_role("region", name=group, exact=True).locator(f'tr[data-key="{term}"]').inner_text())


def test_a_model_shows_its_manifest_and_leads_to_who_runs_it(models: Any) -> None:
    models.get_by_role("link", name="good@1.0.0").click()
    models.get_by_role("region", name="fp32", exact=True).wait_for()
    assert "69.82 % of 3,589 images" in row(models, "fp32", "Accuracy, FER2013, PublicTest")
    assert "2.87 %" in row(models, "fp32", "Calibration error, FER2013, PublicTest")
    assert "0.38 ms, p95 0.41 ms, on a Nano" in row(models, "fp32", "Time of one picture")
    assert "recall 42.74 % of 496 images, precision 61.10 %" in row(models, "fp32 by emotion", "fear")
    assert "unknown" in row(models, "fp32 by emotion", "angry")
    assert "Apache-2.0" in row(models, "Model", "Licence")
    assert models.get_by_title("They differ.").count() == 0
    models.get_by_role("link", name="2 devices").click()
    models.get_by_text("2 of 13 devices").wait_for()


def test_two_stand_side_by_side_their_differences_are_marked_and_the_address_holds_both(models: Any) -> None:
    models.get_by_role("link", name="good@1.0.0").click()
    models.get_by_label("Compare with").select_option("tiny@1.0.0")
    models.get_by_role("columnheader", name="tiny@1.0.0").first.wait_for()
    accuracy = row(models, "fp32", "Accuracy, FER2013, PublicTest")
    assert "≠" in accuracy
    assert "unknown" in accuracy
    assert "unknown" in row(models, "fp32", "Time of one picture")
    assert "unknown" in row(models, "fp32 by emotion", "fear")
    assert "no device" in row(models, "fp32", "Run by")
    assert "≠" not in row(models, "fp32", "Parameters")
    other = models.context.new_page()
    other.goto(models.url)
    other.get_by_role("columnheader", name="tiny@1.0.0").first.wait_for()
    assert row(other, "fp32", "Accuracy, FER2013, PublicTest") == accuracy


def test_a_card_is_shown_as_it_is_written_and_none_of_it_is_run(models: Any) -> None:
    models.get_by_role("link", name="good@1.0.0").click()
    models.get_by_text("Card of good@1.0.0").click()
    card = models.locator("pre.card")
    assert card.inner_text() == CARD
    assert card.locator("*").count() == 0
    assert "taken" not in models.title()


def test_a_model_without_a_card_says_how_to_add_one(models: Any) -> None:
    models.get_by_role("link", name="tiny@1.0.0").click()
    models.get_by_text("The registry has no card of tiny@1.0.0. Put card.md beside").wait_for()
    assert models.locator("pre.card").count() == 0


def test_a_model_that_is_not_there_is_told(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/models/heavy%401")
    page.locator(".failed").get_by_text("The registry has no model heavy@1").wait_for()


def test_axe_finds_nothing_and_nothing_runs_out_of_the_page(page: Any, fleet: ServedFleet) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{fleet.url}/#token={fleet.token}/models/good%401.0.0?beside=tiny%401.0.0")
    page.get_by_role("region", name="fp32", exact=True).wait_for()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{size}, {scheme}: {found.generate_report()}"
            assert page.evaluate(OUT) == 0, f"{size}: wider than the page"
