"""The reference audits of GraphQL over HTTP (npm `graphql-http`), run against any live server."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Audit:
    name: str
    status: str
    reason: str | None


async def audit(url: str) -> list[Audit]:
    """All audits of a GraphQL endpoint; it must allow any document and introspection."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(TESTS / "contract" / "audit.mjs"),
        url,
        cwd=TESTS,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode:
        raise RuntimeError(errors.decode())
    return [Audit(row["name"], row["status"], row["reason"]) for row in json.loads(output)]
