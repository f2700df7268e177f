"""What becomes of the matches when pairs were scored: proposed, brought up to date, faded, returned, reopened."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.event import SYSTEM, EventKind
from backend.domain.evidence import Comparison
from backend.domain.match import Match, MatchAction, MatchState, state_after
from backend.matching.reopening import in_words, new_evidence
from backend.services.collaborators import Collaborators
from backend.services.matches import UNDER_REVIEW, event
from backend.services.models import Rules
from backend.store import events
from backend.store.candidates import Candidate
from backend.store.records import Session

STANDING = frozenset({*UNDER_REVIEW, MatchState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair as it was scored just now, whether it is news for the family, and its match, if it has one already.

    News of a child that nobody stands for yet is held back: the family is told once somebody does.
    """

    report: Candidate
    registration: Candidate
    comparison: Comparison
    is_news: bool
    known: Match | None

    @property
    def is_told(self) -> bool:
        return self.is_news and not self.registration.held_back


@dataclass(slots=True)
class _Draft:
    """A match as it was and as it is to be, and what is to be told of it."""

    before: Match | None
    after: Match
    kinds: list[EventKind]


async def keep(use: Collaborators, rules: Rules, pairs: Sequence[ScoredPair], session: Session) -> None:
    """Write what follows from scored pairs; of a family that misses several, all of its pairs are among them."""
    drafts = [_rescored(use, rules, pair, pair.known) for pair in pairs if pair.known and not _is_outdated(pair)]
    drafts += [_proposed(use, rules, pair) for pair in pairs if pair.known is None and _proposes(rules, pair)]
    _see_together(drafts)
    now = use.clock()
    new = [draft for draft in drafts if draft.before is None]
    changed = [(draft, before) for draft in drafts if (before := draft.before) is not None and draft.after != before]
    for draft, before in changed:
        draft.after = replace(draft.after, version=before.version + 1, updated_at=now)
    await use.store.matches.insert_many([draft.after for draft in new], session)
    replacing = [(draft.after, before.version) for draft, before in changed]
    if not await use.store.matches.replace_many(replacing, session):
        raise RuntimeError("a match changed inside the transaction that read it")
    told = (*new, *(draft for draft, _ in changed))
    kinds = [(kind, draft.after) for draft in told for kind in draft.kinds]
    await events.append(use.store, session, *(event(use, kind, match, SYSTEM) for kind, match in kinds))


def _is_outdated(pair: ScoredPair) -> bool:
    """Whether a newer version of the records was scored already."""
    match = pair.known
    return match is not None and (
        pair.report.version < match.report_version or pair.registration.version < match.registration_version
    )


def _proposes(rules: Rules, pair: ScoredPair) -> bool:
    """Whether the pair waits for review. What a family is told of always does, however far away the child is.

    Both sides must still be to be matched.
    """
    is_open = pair.report.is_open and pair.registration.is_open
    return is_open and (pair.is_news or pair.comparison.probability >= rules.incident.propose_threshold)


def _proposed(use: Collaborators, rules: Rules, pair: ScoredPair) -> _Draft:
    now = use.clock()
    match = Match(
        id=use.new_id(),
        incident_id=rules.incident.id,
        report_id=pair.report.id,
        registration_id=pair.registration.id,
        family_id=pair.report.owner_id,
        site_id=pair.registration.owner_id,
        state=MatchState.POTENTIAL,
        probability=pair.comparison.probability,
        bits=pair.comparison.bits,
        evidence=pair.comparison.evidence,
        report_version=pair.report.version,
        registration_version=pair.registration.version,
        alerted_at=now if pair.is_told else None,
        claimed_by=None,
        decided_by=None,
        decided_at=None,
        reason=None,
        version=1,
        created_at=now,
        updated_at=now,
        model_version=rules.model.version,
    )
    return _Draft(None, match, [EventKind.MATCH_PROPOSED, *([EventKind.MATCH_LIKELY] if pair.is_told else [])])


def _rescored(use: Collaborators, rules: Rules, pair: ScoredPair, match: Match) -> _Draft:
    """A match brought up to date: its score, and whether it fades, returns, reopens or is news for the family."""
    after = replace(
        match,
        probability=pair.comparison.probability,
        bits=pair.comparison.bits,
        evidence=pair.comparison.evidence,
        report_version=pair.report.version,
        registration_version=pair.registration.version,
        site_id=pair.registration.owner_id,
        model_version=rules.model.version,
    )
    kinds: list[EventKind] = []
    proposes = _proposes(rules, pair)
    if match.state is MatchState.POTENTIAL and not proposes:
        after = replace(after, state=state_after(match.state, MatchAction.FADE))
        kinds.append(EventKind.MATCH_FADED)
    elif match.state is MatchState.FADED and proposes:
        after = replace(after, state=state_after(match.state, MatchAction.RETURN))
        kinds.append(EventKind.MATCH_RETURNED)
    elif match.state is MatchState.REJECTED and proposes and (because := _new_since_rejected(rules, pair, match)):
        after = _reopened(after, because)
        kinds.append(EventKind.MATCH_REOPENED)
    elif after.bits != match.bits:
        kinds.append(EventKind.MATCH_RESCORED)
    if pair.registration.held_back:
        # Whoever dismissed the child took the news of it back.
        after = replace(after, alerted_at=None)
    elif pair.is_news and after.alerted_at is None and after.state in UNDER_REVIEW:
        after = replace(after, alerted_at=use.clock())
        kinds.append(EventKind.MATCH_LIKELY)
    return _Draft(match, after, kinds)


def _new_since_rejected(rules: Rules, pair: ScoredPair, match: Match) -> str | None:
    """What was written after the rejection, in words, if it says enough to look at the pair again."""
    then = match.rejection
    if then is None or (pair.report.version, pair.registration.version) == (
        then.report_version,
        then.registration_version,
    ):
        return None
    gained = new_evidence(then.evidence, pair.comparison.evidence)
    return in_words(gained) if sum(gained.values()) > rules.model.reopen_bits else None


def _reopened(match: Match, because: str) -> Match:
    """The family's news went with the rejection; whether there is news again is judged anew, as for any match."""
    return replace(
        match,
        state=state_after(match.state, MatchAction.REOPEN),
        claimed_by=None,
        claimed_at=None,
        decided_by=None,
        decided_at=None,
        reason=None,
        rejection=None,
        reopened_because=because,
        alerted_at=None,
    )


def _see_together(drafts: Sequence[_Draft]) -> None:
    """Let the best match of each child of a family name those of its brothers and sisters."""
    families: dict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        families[draft.after.family_id].append(draft)
    for family in families.values():
        placed = [draft.after.id for draft in _placed(family)]
        for draft in family:
            others = tuple(match_id for match_id in placed if match_id != draft.after.id)
            found = others if draft.after.id in placed else ()
            if found != draft.after.together_with:
                draft.after = replace(draft.after, together_with=found)
                if not draft.kinds:
                    draft.kinds.append(EventKind.MATCH_RESCORED)


def _placed(family: Iterable[_Draft]) -> list[_Draft]:
    """One standing match for each child at most, and one child for each registration; the surest first."""
    standing = [draft for draft in family if draft.after.state in STANDING]
    standing.sort(key=lambda draft: (draft.after.state is not MatchState.CONFIRMED, -draft.after.bits, draft.after.id))
    placed: list[_Draft] = []
    taken: set[str] = set()
    for draft in standing:
        sides = {draft.after.report_id, draft.after.registration_id}
        if not sides & taken:
            taken |= sides
            placed.append(draft)
    return placed
