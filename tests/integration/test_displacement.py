"""How far people are carried: learnt from what people confirmed, put into the model, and everything rescored."""

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from backend.command_line import build
from backend.commands.displacement_plot import draw
from backend.commands.town_names import in_degrees, town_names
from backend.domain.evidence import Feature
from backend.domain.match import Match
from backend.services.displacement import ENOUGH, keep_displacement, learn_displacement
from backend.services.models import change_model, rules_of
from geo.cells import cell
from geo.corridors import REGION
from geo.gathered import gather
from tests.support.house import HOUSTON, NEW_ORLEANS, Scene
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, settled

FAMILIES = ("Abbott", "Breaux", "Castille", "Doucet", "Eaglin", "Fontenot", "Guidry")
CHILDREN = ("Imani", "Jolie", "Kezia", "Lenora")
LOST_IN, FOUND_IN = (cell(place["latitude"], place["longitude"], REGION) for place in (NEW_ORLEANS, HOUSTON))


def described(place: int) -> dict[str, Any]:
    names = {"given": CHILDREN[place % len(CHILDREN)], "family": FAMILIES[place % len(FAMILIES)]}
    return {"names": names, "sex": "FEMALE", "age": {"birthDate": f"20{10 + place % 8}-0{1 + place % 9}-17"}}


async def confirmed(scene: Scene, count: int) -> None:
    """So many children whose matches a coordinator has confirmed."""
    pairs = [await recorded(scene, place) for place in range(count)]
    await settled(scene.house.use.store)
    for report_id, registration_id in pairs:
        match = await match_of(scene, report_id, registration_id)
        step = {"id": match.id, "version": match.version}
        assert (await scene.coordinator.ask("confirmMatch", input=step)).made
    await settled(scene.house.use.store)


async def recorded(scene: Scene, place: int) -> tuple[str, str]:
    """Both sides of one child's case, lost in New Orleans and found in Houston: the ids of report and registration."""
    lost, found = missing(person=described(place)), {"text": "George R. Brown", "point": HOUSTON}
    registered = child(scene.other_site_id, person=described(place), foundPlace=found)
    assert (await scene.other_volunteer.ask("registerPerson", input=registered)).made
    reported = report(scene.incident_id, lost, reporter={"name": f"The mother of {place}"})
    filed = (await scene.stranger.ask("fileReport", input=reported)).made
    return filed["reports"][0]["id"], registered["id"]


async def match_of(scene: Scene, report_id: str, registration_id: str) -> Match:
    wanted = {"reportId": report_id, "registrationId": registration_id}
    match = await scene.house.use.store.matches.find_one(wanted)
    assert match is not None
    return match


async def place_bits(scene: Scene, pair: tuple[str, str]) -> float:
    match = await match_of(scene, *pair)
    return next(piece.bits for piece in match.evidence if piece.feature is Feature.PLACE)


async def reunify(scene: Scene, *arguments: str) -> Result:
    settings = scene.house.settings
    assert settings.mongodb_uri is not None
    environment = {
        "REUNIFY_MONGODB_URI": settings.mongodb_uri.get_secret_value(),
        "REUNIFY_DATABASE_NAME": settings.database_name,
        "REUNIFY_DATA_FOLDER": str(settings.data_folder),
        "COLUMNS": "120",
    }
    return await asyncio.to_thread(partial(CliRunner().invoke, build(), list(arguments), env=environment))


async def test_where_confirmed_children_were_found_moves_the_scores_of_those_still_waiting(scene: Scene) -> None:
    await confirmed(scene, ENOUGH)
    waiting = await recorded(scene, 27)
    use = scene.house.use
    await settled(use.store)
    before = await place_bits(scene, waiting)

    learnt = await learn_displacement(use, scene.incident_id)
    assert learnt.estimate.count == ENOUGH
    assert learnt.after.gathered.count == ENOUGH + 1
    (corridor,) = learnt.after.corridors
    assert (corridor.from_cell, corridor.to_cell) == (LOST_IN, FOUND_IN)
    assert await place_bits(scene, waiting) == before

    model = await keep_displacement(use, scene.incident_id, learnt)
    await settled(use.store)
    assert (model.displacement, model.because[-21:]) == (learnt.after, "20 confirmed matches.")
    assert await place_bits(scene, waiting) > before
    again = await learn_displacement(use, scene.incident_id)
    assert (again.before, again.after) == (learnt.after, learnt.after)


async def test_from_fewer_than_twenty_pairs_the_command_learns_only_when_it_is_made_to(scene: Scene) -> None:
    await confirmed(scene, 6)
    before = await everything(scene.house.use.store)
    refused = await reunify(scene, "matching", "displacement", scene.incident_id)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert "Only 6 confirmed pairs" in refused.stderr
    shown = await reunify(scene, "matching", "displacement", "--dry-run")
    assert shown.exit_code == 0
    assert "Nothing was changed." in shown.stdout
    for said in ("Hurricane Ada", "half are carried further than", "60 km", "New Orleans", "Houston"):
        assert said in shown.stdout
    assert await everything(scene.house.use.store) == before

    forced = await reunify(scene, "matching", "displacement", "--force")
    assert forced.exit_code == 0
    assert "Hurricane Ada is scored under model 2 now." in forced.stdout


async def test_what_was_learnt_is_drawn_into_a_picture(scene: Scene, tmp_path: Path) -> None:
    await confirmed(scene, 5)
    picture = tmp_path / "carried.png"
    draw(await learn_displacement(scene.house.use, scene.incident_id), town_names(), picture)
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert picture.stat().st_size > 20_000


async def test_without_confirmed_matches_what_was_assumed_stands(scene: Scene) -> None:
    learnt = await learn_displacement(scene.house.use, scene.incident_id)
    assert learnt.after.scale_km == pytest.approx(learnt.before.scale_km, rel=0.01)
    assert learnt.foretold is None
    assert not learnt.after.corridors


async def test_a_model_made_anew_because_it_was_outgrown_counts_where_people_are(scene: Scene) -> None:
    use = scene.house.use
    await change_model(use, scene.incident_id, lambda rules: replace(rules.model, candidates=1, because="A test."))
    for place in range(4):
        await recorded(scene, place)
    await settled(use.store)
    rules = await rules_of(use, scene.incident_id)
    assert rules is not None
    assert rules.model.displacement.gathered == gather([(HOUSTON["latitude"], HOUSTON["longitude"])] * 4)


async def test_a_picture_that_cannot_be_drawn_is_told_in_one_line_before_anything_is_done(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = await reunify(scene, "matching", "displacement", "--plot", str(tmp_path / "none" / "carried.png"))
    assert (nowhere.exit_code, "there is no such folder" in nowhere.stderr) == (2, True)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    missing_package = await reunify(scene, "matching", "displacement", "--plot", str(tmp_path / "carried.png"))
    assert (missing_package.exit_code, missing_package.stderr.count("\n")) == (2, 1)
    assert "pip install matplotlib" in missing_package.stderr


def test_a_place_without_a_town_is_told_by_its_degrees() -> None:
    middle_of_the_gulf = cell(26.0, -91.0, REGION)
    assert town_names()(middle_of_the_gulf) == in_degrees(middle_of_the_gulf)
    assert in_degrees(middle_of_the_gulf).endswith("° W")
