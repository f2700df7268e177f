"""Shifts, and who sets them."""

from datetime import datetime, timedelta
from typing import Any

from tests.support.client import Client
from tests.support.house import Scene


async def id_of(client: Client) -> str:
    return str((await client.ask("viewer")).value["id"])


def shift(account_id: str, now: datetime, *, hours: float = 8, **more: Any) -> dict[str, Any]:
    times = {"startsAt": (now - timedelta(minutes=1)).isoformat(), "endsAt": (now + timedelta(hours=hours)).isoformat()}
    return {"accountId": account_id, **times, **more}


async def set_rota(client: Client, scene: Scene, *shifts: dict[str, Any], version: int = 0) -> Any:
    return await client.ask("setRota", input={"incidentId": scene.incident_id, "version": version, "shifts": shifts})
