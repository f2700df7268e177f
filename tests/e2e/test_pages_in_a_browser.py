"""The join page and the console in a real browser, under the policy that lets no inline script or style in."""

from pathlib import Path

import pytest

from backend.app import CONSOLE
from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.browser import browser_tab, program
from tests.support.house import House

pytestmark = [
    pytest.mark.skipif(program() is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not (CONSOLE / "index.html").exists(), reason="the pages are not built: make install"),
]


async def test_somebody_invited_joins_and_asks_in_the_console_and_the_browser_has_nothing_to_object(
    house: House, tmp_path: Path
) -> None:
    secret = await invite_by_operator(house.use, NewInvite(Role.ADMIN))
    async with browser_tab(tmp_path / "browser") as tab:
        await tab.open(f"{house.stranger.url}/join#{secret}")
        # The page takes the secret out of its address as soon as its script runs.
        await tab.becomes("location.pathname === '/join' && !location.hash && document.querySelector('#accept')")
        await tab.value(
            "document.querySelector('#name').value = 'Ada Lovelace';"
            "document.querySelector('#name').dispatchEvent(new Event('input'));"
            "document.querySelector('#accept').click()"
        )
        await tab.becomes("document.querySelector('#who')?.textContent === 'Signed in as Ada Lovelace, admin'")
        await tab.becomes("document.querySelector('.graphiql-execute-button') && document.querySelector('.CodeMirror')")
        await tab.value("document.querySelector('.graphiql-execute-button').click()")
        await tab.becomes("document.querySelector('.result-window')?.innerText.includes('Ada Lovelace')")
        assert tab.heard == []
        # The policy is there, and what it objects to is heard.
        await tab.value("document.body.setAttribute('style', 'color: red')")
        assert any("Content Security Policy" in said for said in tab.heard)
