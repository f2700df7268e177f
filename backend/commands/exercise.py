"""The exercise behind `reunify demo`: a real server, invented people's phones at its API, and a picture of it all."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import aiohttp
from rich.console import Console
from rich.live import Live

from backend.app import OPERATIONS, WEB_APP, new_id, now
from backend.commands.demo_screen import (
    EXERCISE,
    NEARLY_CERTAIN,
    Doorway,
    SeenMatch,
    Tally,
    elapsed,
    frame,
    match_line,
    named,
    say_where,
    summary,
)
from backend.commands.running import CannotStartError
from backend.commands.serve import RunningServer, running_server
from backend.domain.account import Role
from backend.domain.match import MatchState
from backend.domain.report import NewReport, NextStep
from backend.domain.work import FilingWork, do_work
from backend.services.invites import invite_first_administrator
from backend.settings.settings import Settings
from backend.simulation.gulf import gulf_towns, plan_sites
from backend.simulation.phones import Phone, RefusedError
from backend.simulation.scene import NAMES, Scene, invented, new_retry_key, set_scene
from backend.simulation.story import Arrival, Filing, Happening, Stage, tell_story

SITES = 40
SECONDS_A_FRAME = 0.25
ONE_DECIDED_OF = 4
_TOLD = {NextStep.STAY_REACHABLE.value, NextStep.CONTACT_CENTRE.value}


@dataclass(frozen=True, slots=True)
class Exercise:
    """`family` is the phone of the family that filed first; `changed` holds the ids of matches to be looked at."""

    console: Console
    scene: Scene
    stranger: Phone
    family: Phone
    stage: Stage
    story: Iterator[Happening]
    tally: Tally
    speed: float
    work_bits: int
    changed: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    @property
    def coordinator(self) -> Phone:
        return self.scene.staff[Role.COORDINATOR]


async def hold_exercise(
    settings: Settings, console: Console, random: Random, *, speed: float, seconds: float | None, stop: asyncio.Event
) -> None:
    """Run the server and play the story on it, until `stop` or for so many seconds.

    Raises: CannotStartError, and what `running_server` raises.
    """
    async with AsyncExitStack() as stack:
        with console.status(f"Setting up an exercise with {SITES} sites"):
            server = await stack.enter_async_context(running_server(settings))
            # No connection is kept: on a busy machine the server has closed it by the time that it is used again.
            connector = aiohttp.TCPConnector(force_close=True)
            session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            try:
                exercise = await _set_up(settings, server, session, console, random, speed)
            except (RefusedError, aiohttp.ClientError) as error:
                raise CannotStartError(f"The exercise could not be set up: {error}") from error
        key = exercise.scene.desk.authenticator.secret
        say_where(console, server.settings.address, _doorways(exercise, server.settings.address), key)
        async with asyncio.TaskGroup() as tasks:
            acts = [tasks.create_task(act(exercise)) for act in (_play, _watch, _look_at_matches, _show)]
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await server.until(stop)
            for act in acts:
                act.cancel()
    console.print(f"The exercise is over. {summary(exercise.tally)}", soft_wrap=True)


async def _set_up(
    settings: Settings,
    server: RunningServer,
    session: aiohttp.ClientSession,
    console: Console,
    random: Random,
    speed: float,
) -> Exercise:
    secret = await invite_first_administrator(server.use)
    if secret is None:
        raise CannotStartError("There is an administrator already: the demo wants a folder of its own.")
    # The phones are here, whatever address others reach the server at.
    local = server.settings.model_copy(update={"public_url": None}).address
    stranger = Phone(session, local, OPERATIONS)
    towns = gulf_towns()
    scene = await set_scene(stranger, secret, plan_sites(random, towns, SITES), now)
    stage = Stage(random, scene.incident_id, scene.sites, towns, now(), new_id, new_retry_key)
    story = tell_story(stage)
    tally = Tally()
    filing = next(story)
    if not isinstance(filing, Filing):
        raise TypeError("A story begins with a family that files a report.")
    filed = await stranger.ask("fileReport", input=_with_work(filing.report, settings.filing_work_bits))
    tally.reported += len(filing.report.children)
    tally.tell(now(), _news_of_filing(filing))
    return Exercise(
        console,
        scene,
        stranger,
        stranger.signed_in(filed["token"]),
        stage,
        story,
        tally,
        speed,
        settings.filing_work_bits,
    )


def _doorways(exercise: Exercise, address: str) -> list[Doorway]:
    scene = exercise.scene
    people = [
        (role.value.lower().replace("_", " "), invented(NAMES[role]), scene.staff[role])
        for role in (Role.COORDINATOR, Role.OFFICER, Role.CALL_TAKER, Role.VOLUNTEER, Role.ADMIN)
    ]
    # Everybody's own screens; without the web app, the developers' console.
    door = "desk/exercise#" if (WEB_APP / "index.html").exists() else "graphql#token="
    everybody = [*people, ("family", "who filed the first report", exercise.family)]
    return [Doorway(role, name, f"{address}/{door}{phone.token}") for role, name, phone in everybody]


async def _play(exercise: Exercise) -> None:
    """Let everything happen at its time, divided by the speed; where the server is slower, one after the other."""
    began = asyncio.get_running_loop().time()
    for happening in exercise.story:
        wait = began + happening.at / exercise.speed - asyncio.get_running_loop().time()
        await asyncio.sleep(max(wait, 0))
        try:
            await (_arrive(exercise, happening) if isinstance(happening, Arrival) else _file(exercise, happening))
        except (RefusedError, aiohttp.ClientError) as error:
            _say(exercise, f"not done: {error}")


async def _arrive(exercise: Exercise, arrival: Arrival) -> None:
    volunteer = exercise.scene.volunteers[arrival.site_id]
    if len(arrival.registrations) == 1:
        await volunteer.ask("registerPerson", input=arrival.registrations[0])
    else:
        await volunteer.ask("registerSiblings", input={"siblings": arrival.registrations})
    exercise.tally.registered += len(arrival.registrations)
    where = exercise.scene.site_names[arrival.site_id]
    count = len(arrival.registrations)
    _say(exercise, f"{where} takes in {'a child' if count == 1 else f'{count} siblings'}")


async def _file(exercise: Exercise, filing: Filing) -> None:
    if filing.by_telephone:
        await exercise.scene.staff[Role.CALL_TAKER].ask("fileReport", input=filing.report)
    else:
        await exercise.stranger.ask("fileReport", input=_with_work(filing.report, exercise.work_bits))
    exercise.tally.reported += len(filing.report.children)
    _say(exercise, _news_of_filing(filing))


def _with_work(report: NewReport, bits: int) -> NewReport:
    """As a family's own phone sends it."""
    return replace(report, work=do_work(FilingWork(report.incident_id, report.id or "", report.retry_key), bits))


def _news_of_filing(filing: Filing) -> str:
    count = len(filing.report.children)
    return f"a family reports {'a child' if count == 1 else f'{count} children'} missing" + (
        ", by telephone" if filing.by_telephone else ""
    )


async def _watch(exercise: Exercise) -> None:
    """Follow the matches as a coordinator does."""
    async with exercise.coordinator.follow("matchChanges", incidentId=exercise.scene.incident_id) as changes:
        async for change in changes:
            for match in change["matches"]:
                exercise.changed.put_nowait(match["id"])


async def _look_at_matches(exercise: Exercise) -> None:
    while True:
        match_id = await exercise.changed.get()
        try:
            match = await exercise.coordinator.ask("match", id=match_id)
        except (RefusedError, aiohttp.ClientError) as error:
            _say(exercise, f"not read: {error}")
            continue
        seen = _seen(exercise, match)
        is_news = exercise.tally.matches.get(match_id) != seen
        exercise.tally.saw(match_id, seen)
        if is_news and not exercise.console.is_terminal:
            exercise.console.print(match_line(seen), markup=False, soft_wrap=True)
        await _decide(exercise, match)


async def _decide(exercise: Exercise, match: dict[str, Any]) -> None:
    """The coordinator confirms some of what is nearly certain; the rest is left to who looks on."""
    is_open = match["state"] == MatchState.POTENTIAL.value and match["sameChildAs"] is None
    if not is_open or match["probability"] < NEARLY_CERTAIN or int(match["id"][-1], 16) % ONE_DECIDED_OF:
        return
    try:
        step = {"id": match["id"], "version": match["version"]}
        await exercise.scene.desk.decide("confirmMatch", input=step)
    except (RefusedError, aiohttp.ClientError) as error:
        _say(exercise, f"not decided: {error}")
        return
    _say(exercise, "the coordinator confirms a match")


def _seen(exercise: Exercise, match: dict[str, Any]) -> SeenMatch:
    report, registration = match["report"], match["registration"]
    return SeenMatch(
        probability=match["probability"],
        missing=named(report["person"]["names"]),
        registered=named(registration["person"]["names"]),
        site=registration["site"]["name"],
        right=exercise.stage.truth.get(report["id"]) == registration["id"],
        told=report["nextStep"] in _TOLD,
        likely=match["probability"] >= exercise.scene.alert_threshold,
        family_id=report["familyId"],
    )


async def _show(exercise: Exercise) -> None:
    """The picture, drawn anew a few times a second; nothing where nobody sees it."""
    console = exercise.console
    if not console.is_terminal:
        return
    loop = asyncio.get_running_loop()
    began = loop.time()
    with Live(console=console, auto_refresh=False) as live:
        while True:
            running = f"{elapsed(loop.time() - began)}, speed {exercise.speed:g}"
            live.update(frame(exercise.tally, EXERCISE, running), refresh=True)
            await asyncio.sleep(SECONDS_A_FRAME)


def _say(exercise: Exercise, line: str) -> None:
    exercise.tally.tell(now(), line)
    if not exercise.console.is_terminal:
        exercise.console.print(line, markup=False, soft_wrap=True)
