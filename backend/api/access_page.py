"""The policy as a page to read: who may do what, what each operation asks, and what of a record is shown to whom."""

from collections.abc import Iterable, Iterator, Mapping

from backend.api.rules import FIELDS, OPERATIONS, Gate, Group, OperationRule, Rule
from backend.domain.account import Role
from backend.services.access import TABLE, Action

_HEAD = """\
# Who may do what, and who sees what

Made of `backend/services/access.py` (who may do what, and where) and `backend/api/rules.py` (what each operation and
field asks) by `make schema`. Do not edit. Denied is what is not named here. The tests ask for every operation and every
field as everybody: of each role the right one, one of another site, of another incident and of another family, and a
stranger (`tests/integration/test_access_matrix.py`). What may not be seen is answered as what is not there
(`NOT_FOUND`).

*everywhere*; *incident*: in the incidents of the account; *site*: at its sites; *family*: the own case; *own*: what
the account itself has written down, of a registration until somebody else writes in it or confirms it.
"""
_GATES: Mapping[Gate, str] = {
    Gate.ANYBODY: "anybody, without an account",
    Gate.STRANGER_OR_ALLOWED: "anybody without an account; with one",
    Gate.SIGNED_IN: "whoever is signed in, of what is their own",
    Gate.ALLOWED: "",
}
_GROUPS: Mapping[Group, str] = {
    Group.RECORD: "ids, states, times, versions",
    Group.IDENTITY: "who somebody is: names, looks, photos",
    Group.PLACE: "where somebody is or was",
    Group.CONTACT: "how somebody is reached",
    Group.MEDICAL: "what is needed for care",
    Group.EVIDENCE: "who may be the same child or a relative, and why",
    Group.STAFF: "accounts, and who did what",
    Group.OWN: "what is the viewer's own",
    Group.PUBLIC: "what anybody may know",
}


def access_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join((_HEAD, *_actions(), "", *_operations(), "", *_fields(), "", *_groups(), ""))


def _actions() -> Iterator[str]:
    yield "## Actions\n"
    yield from _table(("action", *Role), ((_code(action), *_reaches(action)) for action in Action))


def _reaches(action: Action) -> Iterator[str]:
    for role in Role:
        reach = TABLE[action].get(role)
        yield "" if reach is None else reach.value.casefold()


def _operations() -> Iterator[str]:
    yield "## Operations\n"
    rows = (
        (kind.casefold(), _code(name), _asked(rule))
        for kind, rules in OPERATIONS.items()
        for name, rule in rules.items()
    )
    yield from _table(("", "operation", "who"), rows)


def _asked(rule: OperationRule) -> str:
    return ", ".join(part for part in (_GATES[rule.gate], _either(rule.actions)) if part)


def _fields() -> Iterator[str]:
    yield "## Fields\n"
    yield (
        "What is not listed with an action is part of what it stands in: who was given a child's description sees its "
        "names. Payloads and pages show nothing of their own. Who writes a record is shown what was written.\n"
    )
    rows = (
        (kind, group.value, ", ".join(map(_code, names)), _either(actions))
        for kind, rules in sorted(FIELDS.items())
        for (group, actions), names in _by_rule(rules).items()
        if group is not Group.FORM and not kind.endswith("Payload")
    )
    yield from _table(("of", "group", "fields", "who"), rows)


def _by_rule(rules: Mapping[str, Rule]) -> dict[tuple[Group, tuple[Action, ...]], list[str]]:
    gathered: dict[tuple[Group, tuple[Action, ...]], list[str]] = {}
    for name, rule in rules.items():
        gathered.setdefault((rule.group, rule.actions), []).append(name)
    return gathered


def _groups() -> Iterator[str]:
    yield "## Groups\n"
    yield from _table(("group", "what it says"), ((group.value, text) for group, text in _GROUPS.items()))


def _either(actions: Iterable[Action]) -> str:
    return " or ".join(map(_code, actions))


def _code(name: str) -> str:
    return f"`{name}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
