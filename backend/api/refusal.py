"""A GraphQL request that is not run, with the reason that its sender is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

FormattedError = Mapping[str, Any]


class RefusedError(Exception):
    """A request that was refused before its operation began, or given up while it ran; there is no data to show.

    `errors` are in GraphQL's response form, each with a stable `extensions.code`. `status` is the HTTP status for every
    media type; None means a well-formed request whose document or variables are at fault, which GraphQL over HTTP
    (section "Processing a request") answers with 400 in `application/graphql-response+json` and 200 in
    `application/json`.
    """

    def __init__(
        self, errors: Sequence[FormattedError], status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("; ".join(str(error["message"]) for error in errors))
        self.errors = tuple(errors)
        self.status = status
        self.headers = dict(headers or {})


def refused(
    code: str, message: str, status: int | None = None, headers: Mapping[str, str] | None = None
) -> RefusedError:
    """A refusal for a single reason."""
    return RefusedError([{"message": message, "extensions": {"code": code}}], status, headers)


def refused_with(errors: Sequence[GraphQLError], code: str) -> RefusedError:
    """A refusal with what graphql-core found wrong in a document or its variables."""
    return RefusedError(
        [{**error.formatted, "extensions": {"code": code, **(error.extensions or {})}} for error in errors]
    )
