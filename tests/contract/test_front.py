"""The front door and the health check, for strangers and watchers."""

from pathlib import Path

from tests.support.house import running_house


async def test_the_front_door_leads_to_the_console_in_development(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        client = house.stranger
        async with client.session.get(f"{client.url}/", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["location"]) == (307, "/graphql")
        async with client.session.get(f"{client.url}/health") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_in_production_there_is_no_console_no_join_page_no_introspection_and_no_unknown_document(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False, environment="production") as house:
        client = house.stranger
        async with client.session.get(f"{client.url}/") as answer:
            assert (answer.status, await answer.text()) == (200, "This is Reunify. Its API is at /graphql.\n")
        async with client.session.get(f"{client.url}/join") as answer:
            assert answer.status == 404
        assert (await client.ask("openIncidents")).value == []
        assert (await client.ask_text("{ openIncidents { id } }")).codes == ["PERSISTED_QUERY_NOT_IN_LIST"]
        assert (await client.ask_text("{ __schema { types { name } } }")).codes == ["PERSISTED_QUERY_NOT_IN_LIST"]
