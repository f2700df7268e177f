"""The work that a stranger's report costs: a second of one phone, hours of whoever sends thousands."""

import hashlib

from backend.domain.work import LONGEST_ANSWER, FilingWork, do_work, is_done
from tests.support.client import WORK_BITS, new_id, with_work
from tests.support.house import Scene
from tests.support.records import missing, report
from tests.support.snapshot import everything, records, settled


def work_of(filed: dict[str, object]) -> FilingWork:
    return FilingWork(str(filed["incidentId"]), str(filed.get("id") or ""), str(filed["retryKey"]))


def answer_too_few(filed: dict[str, object], bits: int = WORK_BITS) -> str:
    """An answer that is none for this filing."""
    return next(answer for number in range(1000) if not is_done(work_of(filed), answer := str(number), bits))


async def test_a_stranger_without_the_work_is_told_so_and_nothing_is_written(scene: Scene) -> None:
    store = scene.house.use.store
    before = await everything(store)
    # Nothing at all is an answer too, in one of sixteen filings.
    unworked = next(one for _ in range(100) if not is_done(work_of(one := report(scene.incident_id)), "", WORK_BITS))
    for answer in (answer_too_few(unworked), "", "x" * (LONGEST_ANSWER + 1)):
        refused = await scene.stranger.ask("fileReport", input={**unworked, "work": answer})
        (error,) = refused.value["errors"]
        assert (error["code"], error["field"]) == ("WORK_NEEDED", "work")
        assert refused.value["token"] is None
    assert await everything(store) == before


async def test_how_much_is_asked_is_told_to_anybody(scene: Scene) -> None:
    (incident,) = (await scene.stranger.ask("openIncidents")).value
    assert incident["workBits"] == WORK_BITS


async def test_the_same_filing_again_costs_nothing_new_and_gives_the_same_answer(scene: Scene) -> None:
    worked = with_work(report(scene.incident_id))
    first = (await scene.stranger.ask("fileReport", input=worked)).made
    assert (await scene.stranger.ask("fileReport", input=worked)).made == first
    # Even where more is asked by now: it was saved.
    assert (await scene.stranger.ask("fileReport", input={**worked, "work": answer_too_few(worked)})).made == first


async def test_one_answer_does_not_serve_two_filings(scene: Scene) -> None:
    """With few bits an answer may fit another filing by chance: this one fits none of many."""
    first = report(scene.incident_id)
    filing = FilingWork(scene.incident_id, first["id"], first["retryKey"])
    answer = do_work(filing, 20)
    others = [report(scene.incident_id) for _ in range(50)]
    assert is_done(filing, answer, 20)
    for other in others:
        for changed in (
            FilingWork(scene.incident_id, other["id"], first["retryKey"]),
            FilingWork(scene.incident_id, first["id"], other["retryKey"]),
            FilingWork(other["id"], first["id"], first["retryKey"]),
        ):
            assert not is_done(changed, answer, 20)


async def test_a_phone_that_makes_no_ids_files_once_and_has_one_case_for_one_retry_key(scene: Scene) -> None:
    store = scene.house.use.store
    nameless = report(scene.incident_id)
    del nameless["id"]
    first = (await scene.stranger.ask("fileReport", input=nameless)).made
    assert (await scene.stranger.ask("fileReport", input=nameless)).made == first
    await settled(store)
    before = await records(store)
    other = {**nameless, "reporter": {"name": "Somebody Else"}}
    assert (await scene.stranger.ask("fileReport", input=other)).codes == ["CONFLICT"]
    assert await records(store) == before


async def test_whoever_has_an_account_or_a_case_works_for_nothing(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    for person in (family, scene.call_taker, scene.coordinator):
        assert (await person.ask("fileReport", input=report(scene.incident_id))).made["reports"]


def test_the_sum_is_the_one_that_the_documents_describe() -> None:
    filing = FilingWork("incident", "case", "retry key")
    answer = do_work(filing, 12)
    digest = hashlib.sha256(f"incident:case:retry key:{answer}".encode()).hexdigest()
    assert digest.startswith("000")
    assert is_done(filing, answer, 12)
    assert not is_done(filing, answer, 256)
    assert do_work(filing, 0) == ""
    assert is_done(filing, "", 0)


async def test_one_work_does_not_pay_for_a_flood_of_further_reports(scene: Scene) -> None:
    store = scene.house.use.store
    many = [missing(person={"names": {"given": f"Child {number}"}}) for number in range(30)]
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, *many))).made
    family = scene.stranger.signed_in(filed["token"])
    again = [{**one, "id": new_id()} for one in many]
    assert (await family.ask("fileReport", input=report(scene.incident_id, *again))).made
    assert (await family.ask("fileReport", input=report(scene.incident_id))).codes == ["CONFLICT"]
    assert await store.reports.collection.count_documents({}) == 60
