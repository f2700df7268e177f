"""The parameters of a GraphQL request, as a client sends them in JSON, checked and typed."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from backend.api.refusal import RefusedError, refused

PERSISTED_QUERY_VERSION = 1


@dataclass(frozen=True, slots=True)
class Parameters:
    """One request. `source` is None where only `document_hash` (SHA-256 in hexadecimal) names the document."""

    source: str | None
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    document_hash: str | None = None


def hash_of(source: str) -> str:
    return sha256(source.encode()).hexdigest()


def malformed(message: str) -> RefusedError:
    return refused("BAD_REQUEST", message, 400)


def read_json(text: str | bytes, what: str) -> Any:
    """Decode JSON strictly: UTF-8, no NaN, no half of a surrogate pair. Raises RefusedError with BAD_REQUEST."""
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = json.loads(decoded, parse_constant=_no_constant)
        # Only an escape can smuggle in half a surrogate pair, which neither UTF-8 nor the database can hold.
        if "\\u" in decoded:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise malformed(f"{what} is not valid UTF-8.") from None
    except UnicodeEncodeError:
        raise malformed(f"{what} contains half of a surrogate pair, which is no character.") from None
    except RecursionError:
        raise malformed(f"{what} is nested too deeply.") from None
    except ValueError as error:
        raise malformed(f"{what} is not valid JSON: {error}.") from None
    return value


def _no_constant(name: str) -> None:
    msg = f"{name} is no JSON number"
    raise ValueError(msg)


def read_parameters(payload: object) -> Parameters:
    """Check the types that the standard gives each parameter. Raises RefusedError with BAD_REQUEST or a
    PERSISTED_QUERY code.
    """
    if isinstance(payload, list):
        raise malformed("Batches are not supported: send one request object at a time.")
    if not isinstance(payload, dict):
        raise malformed("The request must be a JSON object with the document in `query`.")
    extensions = _map(payload, "extensions")
    document_hash = _persisted_query_hash(extensions)
    source = _text(payload, "query")
    if source is None and document_hash is None:
        raise malformed("The parameter `query` is missing.")
    return Parameters(
        # Thousands send the same to follow something, for hours.
        source=None if source is None else sys.intern(source),
        variables=_map(payload, "variables"),
        operation_name=_text(payload, "operationName"),
        extensions=extensions,
        document_hash=document_hash,
    )


def _text(payload: Mapping[str, Any], name: str) -> str | None:
    value = payload.get(name)
    if value is None or isinstance(value, str):
        return value
    raise malformed(f"The parameter `{name}` must be a string.")


def _map(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise malformed(f"The parameter `{name}` must be a JSON object.")


def _persisted_query_hash(extensions: Mapping[str, Any]) -> str | None:
    named = extensions.get("persistedQuery")
    if named is None:
        return None
    if not isinstance(named, dict) or not isinstance(named.get("sha256Hash"), str):
        raise malformed("`extensions.persistedQuery` must be an object with `version` and `sha256Hash`.")
    if named.get("version") != PERSISTED_QUERY_VERSION:
        raise refused(
            "PERSISTED_QUERY_NOT_SUPPORTED",
            f"Only version {PERSISTED_QUERY_VERSION} of persisted queries is supported.",
        )
    return str(named["sha256Hash"]).lower()
