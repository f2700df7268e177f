"""The GraphQL documents that may run: the trusted ones from files, and a bounded cache of others.

A document is parsed, validated and measured once. Its name is the SHA-256 of its exact text, as in Apollo's persisted
queries.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from backend.api.limits import CostPlan, Limits, check_cost, check_syntax, measure
from backend.api.parameters import Parameters, hash_of
from backend.api.refusal import RefusedError, refused, refused_with
from backend.api.sharing import is_alike_for_all

VALIDATION_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
MAXIMUM_VALIDATION_ERRORS = 10


class OperationsInvalidError(Exception):
    """The trusted documents do not fit the schema; one line says which, and why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document. `cost` is None where no variable changes it: it was checked once. `alike` says that
    its answers to an event are the same for all who may be told of it.
    """

    kind: OperationType
    cost: CostPlan | None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was parsed, validated and measured, with its operations by name."""

    node: DocumentNode
    source: str
    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The operation to run. Raises RefusedError with OPERATION_RESOLUTION_FAILURE."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise refused("OPERATION_RESOLUTION_FAILURE", "The document has several operations: name one.")
        if name not in self.operations:
            raise refused("OPERATION_RESOLUTION_FAILURE", f"The document has no operation named '{name}'.")
        return self.operations[name]


def schema_of(schema: Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it: strawberry has no public name for it, and cannot run a parsed document."""
    return schema._schema  # noqa: SLF001  # see above


def prepare(source: str, schema: GraphQLSchema, limits: Limits) -> Document:
    """Parse, validate and measure a document. Raises RefusedError."""
    node = read(source, limits)
    if errors := faults(node, schema, limits):
        raise refused_with(errors, "GRAPHQL_VALIDATION_FAILED")
    return measured(node, source, schema, limits)


def read(source: str, limits: Limits) -> DocumentNode:
    """Parse a document. Raises RefusedError."""
    if len(source) > limits.source_characters:
        raise refused(
            "QUERY_TOO_LONG",
            f"The document has {len(source)} characters; the limit is {limits.source_characters}.",
        )
    try:
        node = parse(source, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
    except GraphQLSyntaxError as error:
        # graphql-core tells its limits from other syntax errors by their words alone.
        too_long = error.message.startswith("Syntax Error: Document contains more than")
        raise refused_with([error], "QUERY_TOO_LONG" if too_long else "GRAPHQL_PARSE_FAILED") from None
    except GraphQLError as error:
        raise refused_with([error], "GRAPHQL_PARSE_FAILED") from None
    check_syntax(node, limits)
    return node


def faults(node: DocumentNode, schema: GraphQLSchema, limits: Limits) -> list[GraphQLError]:
    """What of a document does not fit the schema."""
    return validate(
        schema,
        node,
        VALIDATION_RULES,
        max_errors=MAXIMUM_VALIDATION_ERRORS,
        hide_suggestions=not limits.introspection,
    )


def measured(node: DocumentNode, source: str, schema: GraphQLSchema, limits: Limits) -> Document:
    """A valid document, with what each of its operations costs. Raises RefusedError."""
    operations: dict[str | None, Operation] = {}
    for definition in node.definitions:
        if isinstance(definition, OperationDefinitionNode):
            plan = measure(schema, node, definition, limits)
            varies = plan.depends_on_variables
            if not varies:
                check_cost(plan, {}, limits)
            name = definition.name.value if definition.name else None
            alike = is_alike_for_all(schema, node, definition)
            operations[name] = Operation(definition.operation, plan if varies else None, alike)
    if not operations:
        raise refused("OPERATION_RESOLUTION_FAILURE", "The document has no operation.")
    return Document(node, source, operations)


def load_trusted(folder: Path, schema: GraphQLSchema, limits: Limits) -> dict[str, Document]:
    """The documents in `*.graphql` files of a folder, by hash: one named operation a file.

    Raises OperationsInvalidError for the first file that does not fit the schema or the limits.
    """
    if not folder.is_dir():
        raise OperationsInvalidError(f"The folder of operations {folder} does not exist.")
    sources = {path: path.read_bytes() for path in sorted(folder.glob("*.graphql"))}
    nodes = _nodes_that_fit_together(sources.values(), schema, limits)
    trusted: dict[str, Document] = {}
    for at, (path, content) in enumerate(sources.items()):
        try:
            source = content.decode("utf-8")
            document = measured(nodes[at], source, schema, limits) if nodes else prepare(source, schema, limits)
        except UnicodeDecodeError:
            raise OperationsInvalidError(f"The operation {path} is not valid UTF-8.") from None
        except RefusedError as refusal:
            reason = " ".join(str(refusal.errors[0]["message"]).split())
            places = refusal.errors[0].get("locations")
            line = f", line {places[0]['line']}" if places else ""
            raise OperationsInvalidError(f"The operation {path}{line} cannot run: {reason}") from None
        if len(document.operations) != 1 or None in document.operations:
            raise OperationsInvalidError(f"The file {path} must hold exactly one operation, with a name.")
        trusted[hash_of(source)] = document
    return trusted


def _nodes_that_fit_together(
    sources: Collection[bytes], schema: GraphQLSchema, limits: Limits
) -> list[DocumentNode] | None:
    """The documents, parsed, where all are valid as one: to look at them one by one takes three times as long. None
    where something is wrong, which is named when they are looked at alone, or might be: with a fragment one document
    could lean on another.
    """
    try:
        nodes = [read(content.decode("utf-8"), limits) for content in sources]
    except (UnicodeDecodeError, RefusedError):
        return None
    definitions = tuple(chain.from_iterable(node.definitions for node in nodes))
    if any(not isinstance(one, OperationDefinitionNode) for one in definitions):
        return None
    return None if faults(DocumentNode(definitions=definitions), schema, limits) else nodes


class DocumentStore:
    """Finds the document of a request; remembers those it has seen, the least recently used leave first."""

    def __init__(
        self, *, schema: GraphQLSchema, limits: Limits, trusted: Mapping[str, Document], any_document: bool
    ) -> None:
        self.trusted = dict(trusted)
        self._schema = schema
        self._limits = limits
        self._any_document = any_document
        self._recent: OrderedDict[str, Document] = OrderedDict()

    def find(self, parameters: Parameters) -> Document:
        """The document that a request names by its text, its hash, or both.

        Raises RefusedError: PERSISTED_QUERY_NOT_FOUND (unknown hash without text), PERSISTED_QUERY_HASH_MISMATCH,
        PERSISTED_QUERY_NOT_IN_LIST (not a trusted document where only those run), or what `prepare` raises.
        """
        source, named = parameters.source, parameters.document_hash
        # The length is checked before the text is hashed, so that no work is done for what cannot be.
        if source is not None and len(source) > self._limits.source_characters:
            return prepare(source, self._schema, self._limits)
        key = named if source is None else hash_of(source)
        assert key is not None  # noqa: S101  # read_parameters asks for one of the two
        if named is not None and named != key:
            raise refused(
                "PERSISTED_QUERY_HASH_MISMATCH", "The hash in `extensions.persistedQuery` is not that of `query`.", 400
            )
        if document := self.trusted.get(key) or self._recall(key):
            return document
        if source is None:
            raise refused(
                "PERSISTED_QUERY_NOT_FOUND",
                "No document with this hash is known."
                + (
                    " Send it once with its text."
                    if self._any_document
                    else " This server runs trusted documents only."
                ),
            )
        if not self._any_document:
            raise refused(
                "PERSISTED_QUERY_NOT_IN_LIST", "This server runs trusted documents only, and this is none of them."
            )
        document = prepare(source, self._schema, self._limits)
        self._recent[key] = document
        if len(self._recent) > self._limits.cached_documents:
            self._recent.popitem(last=False)
        return document

    def _recall(self, key: str) -> Document | None:
        document = self._recent.get(key)
        if document:
            self._recent.move_to_end(key)
        return document


def document_store(*, schema: Schema, limits: Limits, folder: Path | None, any_document: bool) -> DocumentStore:
    """The store of a server.

    `folder` holds the trusted documents; `any_document` lets all others run too (development, or the switch).
    Raises OperationsInvalidError, with one line, where a trusted document no longer fits.
    """
    core = schema_of(schema)
    trusted = load_trusted(folder, core, limits) if folder else {}
    return DocumentStore(schema=core, limits=limits, trusted=trusted, any_document=any_document)
