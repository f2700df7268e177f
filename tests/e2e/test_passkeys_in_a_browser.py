"""A passkey in a real browser, whose authenticator is the browser's own virtual one."""

import json
import socket
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.client import operation, retry_key
from tests.support.house import running_house
from tests.support.screens import DESK, device, needs_browser
from tests.support.second_factor import PASSWORD

pytestmark = needs_browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def asked(page: Page, name: str, token: str | None = None, **variables: Any) -> Any:
    """What the page itself is answered."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = {"method": "POST", "headers": headers, "body": json.dumps(_request(name, variables))}
    answer = await page.evaluate(f"fetch('/graphql', {json.dumps(request)}).then(answer => answer.json())")
    (value,) = answer["data"].values()
    assert not isinstance(value, dict) or not value.get("errors"), value
    return value


def _request(name: str, variables: dict[str, Any]) -> dict[str, Any]:
    return {"query": operation(name), "variables": variables}


async def used(page: Page, what: str, parse: str, options: str) -> str:
    """What the browser's authenticator answers, as a page sends it."""
    asking = f"{{publicKey: PublicKeyCredential.{parse}(JSON.parse({json.dumps(options)}))}}"
    script = f"navigator.credentials.{what}({asking}).then(made => JSON.stringify(made.toJSON()))"
    answer: str = await page.evaluate(script)
    return answer


async def test_a_coordinator_adds_a_passkey_proves_with_it_and_signs_in_with_it(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    async with (
        running_house(database_uri, database_name, tmp_path, worker=False, port=port, public_url=address) as house,
        device(address, tmp_path / "browser", **DESK) as desk,
    ):
        secret = await invite_by_operator(house.use, NewInvite(Role.COORDINATOR))
        page = desk.page
        await desk.open("/join")
        authenticators = await desk.context.new_cdp_session(page)
        await authenticators.send("WebAuthn.enable")
        await authenticators.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        accepted = {"secret": secret, "name": "Carlos", "retryKey": retry_key()}
        token = (await asked(page, "acceptInvite", input=accepted))["token"]
        await asked(page, "setPassword", token, input={"signInName": "carlos", "password": PASSWORD})
        options = (await asked(page, "beginPasskey", token, password=PASSWORD))["options"]
        made = await used(page, "create", "parseCreationOptionsFromJSON", options)
        kept = await asked(page, "confirmPasskey", token, input={"name": "This browser", "answer": made})
        assert (kept["passkey"]["name"], len(kept["recoveryCodes"])) == ("This browser", 10)
        options = (await asked(page, "passkeyChallenge", token))["options"]
        answer = await used(page, "get", "parseRequestOptionsFromJSON", options)
        assert (await asked(page, "proveWithPasskey", token, answer=answer))["provenUntil"]
        options = (await asked(page, "passkeyChallengeToSignIn", signInName="carlos"))["options"]
        answer = await used(page, "get", "parseRequestOptionsFromJSON", options)
        signed_in = {"signInName": "carlos", "password": PASSWORD, "passkey": answer}
        there = (await asked(page, "signInWithPassword", input=signed_in))["token"]
        viewer = await asked(page, "viewer", there)
        assert viewer["credentials"]["provenUntil"] is not None
        assert viewer["credentials"]["passkeys"][0]["lastUsedAt"] is not None
        assert (desk.heard, desk.elsewhere) == ([], [])
