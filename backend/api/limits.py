"""How much one client may ask for: the bounds, and the measuring of a document against them.

Codes in `extensions.code`: QUERY_TOO_LONG, TOO_MANY_ALIASES, TOO_MANY_DIRECTIVES, QUERY_TOO_DEEP,
TOO_MANY_ROOT_FIELDS, QUERY_TOO_COSTLY, INTROSPECTION_DISABLED. Those of the transport are in `http` and `websocket`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from backend.api.refusal import refused

PAGING_ARGUMENTS = ("first", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one request, and of one WebSocket connection.

    `address_connections` may be open from one address with nobody signed in, `person_connections` for one person;
    `messages` may come on a connection within `messages_seconds`.

    The cost of an operation is about the number of values in its largest answer: 1 a field, and what lies below a
    field times its `first` or `last` (`page_size` where neither is given), or times `list_size` for a list that has
    no such argument. Introspection is bounded by graphql-core's own rule instead (MaxIntrospectionDepthRule).
    """

    body_bytes: int = 1_000_000
    body_seconds: float = 30.0
    source_characters: int = 20_000
    tokens: int = 1_000
    comments: int = 100
    aliases: int = 30
    directives: int = 30
    root_fields: int = 20
    depth: int = 15
    cost: int = 25_000
    page_size: int = 20
    list_size: int = 5
    seconds: float = 10.0
    introspection: bool = False
    cached_documents: int = 200
    address_connections: int = 200
    person_connections: int = 20
    connection_operations: int = 50
    messages: int = 600
    messages_seconds: float = 10.0
    message_bytes: int = 256_000
    connection_init_seconds: float = 5.0
    ping_seconds: float = 20.0
    recheck_seconds: float = 1.0
    send_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class PageVariable:
    """A page size that only the variables of a request tell."""

    name: str
    fallback: int

    def value(self, variables: Mapping[str, Any]) -> int:
        given = variables.get(self.name)
        # A whole float is an Int to GraphQL, so it counts as one here.
        if isinstance(given, float) and given.is_integer():
            return int(given)
        return given if isinstance(given, int) and not isinstance(given, bool) else self.fallback


PageSize = int | PageVariable


@dataclass(frozen=True, slots=True)
class CostStep:
    """The cost of one selection set: its own fields, and how often each earlier step is repeated in it."""

    fields: int
    repeated: tuple[tuple[tuple[PageSize, ...], int], ...]


@dataclass(frozen=True, slots=True)
class CostPlan:
    """The cost of an operation as steps, each after those it repeats: linear however fragments nest."""

    steps: tuple[CostStep, ...]

    @property
    def depends_on_variables(self) -> bool:
        return any(
            isinstance(size, PageVariable) for step in self.steps for sizes, _ in step.repeated for size in sizes
        )

    def total(self, variables: Mapping[str, Any]) -> int:
        totals: list[int] = []
        for step in self.steps:
            below = sum(_largest(sizes, variables) * totals[index] for sizes, index in step.repeated)
            totals.append(step.fields + below)
        return totals[-1]


def _largest(sizes: tuple[PageSize, ...], variables: Mapping[str, Any]) -> int:
    return max(1, *(size if isinstance(size, int) else size.value(variables) for size in sizes))


def check_cost(plan: CostPlan, variables: Mapping[str, Any], limits: Limits) -> None:
    """Raises RefusedError with QUERY_TOO_COSTLY."""
    cost = plan.total(variables)
    if cost > limits.cost:
        raise refused(
            "QUERY_TOO_COSTLY",
            f"The operation may return about {cost} values; the limit is {limits.cost}. Ask for smaller pages.",
        )


def check_syntax(document: DocumentNode, limits: Limits) -> None:
    """Check what needs no schema, before validation, whose time grows with the square of repeated fields.

    A field named twice in one selection set counts as an alias: it costs the validation as much.
    Raises RefusedError with TOO_MANY_ALIASES or TOO_MANY_DIRECTIVES.
    """
    aliases = directives = 0
    definitions = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    for definition in definitions:
        directives += len(definition.directives or ())
        directives += sum(len(variable.directives or ()) for variable in definition.variable_definitions or ())
    pending: list[SelectionSetNode] = [definition.selection_set for definition in definitions]
    while pending:
        names: set[str] = set()
        for selection in pending.pop().selections:
            directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                aliases += selection.alias is not None or selection.name.value in names
                names.add(selection.name.value)
            if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                pending.append(selection.selection_set)
    if aliases > limits.aliases:
        raise refused(
            "TOO_MANY_ALIASES",
            f"The document has {aliases} aliased or repeated fields; the limit is {limits.aliases}.",
        )
    if directives > limits.directives:
        raise refused(
            "TOO_MANY_DIRECTIVES", f"The document has {directives} directives; the limit is {limits.directives}."
        )


def measure(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, limits: Limits
) -> CostPlan:
    """Check the depth, width and kind of an operation, and return the plan of its cost.

    The document must have been validated: its fragments then have no cycles, and every field is known. Raises
    RefusedError with QUERY_TOO_DEEP, TOO_MANY_ROOT_FIELDS or INTROSPECTION_DISABLED.
    """
    root = schema.get_root_type(operation.operation)
    assert root is not None  # noqa: S101  # validation knows the operation's type
    ruler = _Ruler(schema, document, operation, limits)
    size = ruler.selection_set(operation.selection_set, root)
    if size.depth > limits.depth:
        raise refused("QUERY_TOO_DEEP", f"The operation is {size.depth} fields deep; the limit is {limits.depth}.")
    if size.width > limits.root_fields:
        raise refused(
            "TOO_MANY_ROOT_FIELDS", f"The operation has {size.width} root fields; the limit is {limits.root_fields}."
        )
    return CostPlan(tuple(ruler.steps))


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int
    width: int
    step: int


# The first step of every plan: a single value.
_VALUE = 0


class _Ruler:
    """Measures the selection sets of one operation, each fragment once."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, limits: Limits
    ) -> None:
        self.schema = schema
        self.limits = limits
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.measured: dict[str, _Size] = {}
        self.defaults = {
            node.variable.name.value: _literal(node.default_value) for node in operation.variable_definitions or ()
        }
        self.steps = [CostStep(1, ())]

    def selection_set(self, node: SelectionSetNode, parent: GraphQLCompositeType) -> _Size:
        depth = width = fields = 0
        repeated: list[tuple[tuple[PageSize, ...], int]] = []
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                width += 1
                fields += 1
                size, sizes = self.field(selection, parent)
                depth = max(depth, 1 + size.depth)
                if sizes:
                    repeated.append((sizes, size.step))
                continue
            below = self.fragment(selection, parent)
            depth = max(depth, below.depth)
            width += below.width
            repeated.append(((1,), below.step))
        self.steps.append(CostStep(fields, tuple(repeated)))
        return _Size(depth, width, len(self.steps) - 1)

    def field(self, node: FieldNode, parent: GraphQLCompositeType) -> tuple[_Size, tuple[PageSize, ...]]:
        """What lies below a field, and how often; no size means that nothing below it counts."""
        nothing = _Size(0, 0, _VALUE)
        if node.name.value in {"__schema", "__type"}:
            if not self.limits.introspection:
                raise refused("INTROSPECTION_DISABLED", "This server does not describe its schema over the network.")
            return nothing, ()
        definition = self.schema.get_field(parent, node.name.value)
        assert definition is not None  # noqa: S101  # validation knows the field
        named = get_named_type(definition.type)
        below = (
            self.selection_set(node.selection_set, named) if node.selection_set and is_composite_type(named) else None
        )
        sizes = self.page_sizes(node, definition, parent)
        if below is None:
            return nothing, sizes if sizes != (1,) else ()
        return below, sizes

    def fragment(self, node: Any, parent: GraphQLCompositeType) -> _Size:
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in self.measured:
                fragment = self.fragments[name]
                self.measured[name] = self.selection_set(
                    fragment.selection_set, self.composite(fragment.type_condition.name.value)
                )
            return self.measured[name]
        condition = node.type_condition
        return self.selection_set(node.selection_set, self.composite(condition.name.value) if condition else parent)

    def composite(self, name: str) -> GraphQLCompositeType:
        named = self.schema.get_type(name)
        assert is_composite_type(named)  # noqa: S101  # validation knows the type
        return named

    def page_sizes(
        self, node: FieldNode, definition: GraphQLField, parent: GraphQLCompositeType
    ) -> tuple[PageSize, ...]:
        paging = [name for name in PAGING_ARGUMENTS if name in definition.args]
        if paging:
            given = {argument.name.value: argument for argument in node.arguments or ()}
            sizes = tuple(
                self.page_size(given[name], definition.args[name].default_value) for name in paging if name in given
            )
            defaults = (definition.args[name].default_value for name in paging)
            return sizes or (_first_integer(defaults, self.limits.page_size),)
        # The lists inside a Relay connection are as long as the page that its own field asks for.
        of_connection = "pageInfo" in getattr(parent, "fields", {})
        if is_list_type(get_nullable_type(definition.type)) and not of_connection:
            return (self.limits.list_size,)
        return (1,)

    def page_size(self, argument: ArgumentNode, schema_default: object) -> PageSize:
        value = argument.value
        if isinstance(value, VariableNode):
            name = value.name.value
            return PageVariable(name, _first_integer((self.defaults.get(name), schema_default), self.limits.page_size))
        literal = _literal(value)
        return self.limits.page_size if literal is None else literal


def _literal(value: object) -> int | None:
    if value is None or isinstance(value, NullValueNode) or not isinstance(value, IntValueNode):
        return None
    # Validation refuses what does not fit 32 bits; the length guards int() against a text of many digits.
    return int(value.value) if len(value.value) < 12 else None  # noqa: PLR2004 - as many digits as no limit has


def _first_integer(values: Iterable[object], fallback: int) -> int:
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool)), fallback)
