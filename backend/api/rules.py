"""The rule of every operation and every field: what one must be allowed to do, for what it says. None is without one.

The services enforce it (`backend/services/access.py` has who may do what, and where); the server does not start with a
field that has no rule, and the access matrix of the tests asks for every field as everybody. docs/ACCESS.md is made of
this.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from graphql import GraphQLObjectType, GraphQLSchema

from backend.services.access import Action


class RulesIncompleteError(Exception):
    """A field has no rule, or a rule no field: nobody has thought of who may see it."""


class Group(StrEnum):
    """What fields say, the same whatever they are of."""

    FORM = "form"
    """The form of an answer: pages, payloads, errors."""
    RECORD = "record"
    """Ids, states, times and versions."""
    IDENTITY = "identity"
    """Who somebody is: names, looks, photos."""
    PLACE = "place"
    """Where somebody is or was."""
    CONTACT = "contact"
    """How somebody is reached."""
    MEDICAL = "medical"
    """What is needed for care."""
    EVIDENCE = "evidence"
    """Who may be the same child, or a relative, and why."""
    COUNT = "count"
    """How many there are."""
    HIDDEN = "hidden"
    """How many there are, small counts hidden."""
    STAFF = "staff"
    """Accounts, and who did what."""
    OWN = "own"
    """What is the viewer's own: the account, its sessions, devices and secrets."""
    PUBLIC = "public"
    """What anybody may know."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`actions`: one of these must be allowed where the record lies; none where whoever was given the object that the
    field is in may see it.
    """

    group: Group
    actions: tuple[Action, ...] = ()


class Gate(StrEnum):
    """What an operation asks of whoever calls it."""

    ANYBODY = "anybody"
    """No account."""
    STRANGER_OR_ALLOWED = "stranger or allowed"
    """No account; but of an account, one of its actions."""
    SIGNED_IN = "signed in"
    """An account or a case; it reaches nothing but what is its own."""
    ALLOWED = "allowed"
    """One of its actions, where the record lies."""


@dataclass(frozen=True, slots=True)
class OperationRule:
    gate: Gate
    actions: tuple[Action, ...] = ()


def _rules(action: tuple[Action, ...] | Action = (), **fields: str) -> dict[str, Rule]:
    """The rules of fields, by group: their names in one text."""
    actions = (action,) if isinstance(action, Action) else action
    return {name: Rule(Group[group], actions) for group, names in fields.items() for name in names.split()}


_INVITE = (Action.INVITE_VOLUNTEER, Action.INVITE_CALL_TAKER, Action.INVITE_STAFF)
_DUPLICATE = (Action.READ_REGISTRATION_DUPLICATE, Action.READ_REPORT_DUPLICATE)
_ANYBODY, _SIGNED_IN = OperationRule(Gate.ANYBODY), OperationRule(Gate.SIGNED_IN)


def _allowed(*actions: Action) -> OperationRule:
    return OperationRule(Gate.ALLOWED, actions)


OPERATIONS: Mapping[str, Mapping[str, OperationRule]] = MappingProxyType(
    {
        "Query": {
            "viewer": _SIGNED_IN,
            "pushKey": _ANYBODY,
            "openIncidents": _ANYBODY,
            "incidents": _allowed(Action.READ_INCIDENT),
            "incident": _allowed(Action.READ_INCIDENT),
            "site": _allowed(Action.READ_SITE),
            "findPlaces": OperationRule(Gate.STRANGER_OR_ALLOWED, (Action.FIND_PLACE,)),
            "nameOfPlace": _ANYBODY,
            "mapView": _allowed(Action.READ_MAP),
            "mapTowns": OperationRule(Gate.STRANGER_OR_ALLOWED, (Action.FIND_PLACE,)),
            "mapTiles": _ANYBODY,
            "publicFigures": _allowed(Action.READ_INCIDENT),
            "registration": _allowed(Action.READ_REGISTRATION),
            "destinations": _allowed(Action.MOVE_REGISTRATION),
            "registrations": _allowed(Action.READ_REGISTRATION),
            "intakes": _allowed(Action.INVITE_VOLUNTEER),
            "report": _allowed(Action.READ_REPORT),
            "reports": _allowed(Action.READ_REPORT),
            "findReports": _allowed(Action.READ_REPORT),
            "takeDown": _allowed(Action.TAKE_DOWN_REPORT),
            "takeDowns": _allowed(Action.TAKE_DOWN_REPORT),
            "sighting": _allowed(Action.READ_SIGHTING),
            "sightings": _allowed(Action.READ_SIGHTING),
            "recheck": _allowed(Action.READ_RECHECK),
            "rechecks": _allowed(Action.READ_RECHECK),
            "question": _allowed(Action.READ_QUESTION),
            "questions": _allowed(Action.READ_QUESTION),
            "auditEntries": _allowed(Action.READ_AUDIT),
            "rota": _allowed(Action.READ_ROTA),
            "match": _allowed(Action.READ_MATCH),
            "matches": _allowed(Action.READ_MATCH),
            "duplicate": _allowed(*_DUPLICATE),
            "duplicates": _allowed(*_DUPLICATE),
            "possibleRelatives": _allowed(Action.READ_REGISTRATION),
            "accounts": _allowed(Action.READ_ACCOUNT),
            "invites": _allowed(Action.READ_ACCOUNT),
            "ownSessions": _SIGNED_IN,
            "alertChoices": _SIGNED_IN,
            "areaReach": _allowed(Action.SEND_AREA_ALERT),
            "areaAlert": _allowed(Action.READ_AREA_ALERT),
            "areaAlerts": _allowed(Action.READ_AREA_ALERT),
            "nearbyAlert": _allowed(Action.READ_NEARBY_ALERT),
            "nearbyAlerts": _SIGNED_IN,
            "parkedDeliveries": _allowed(Action.RESEND_DELIVERIES),
            "webhooks": _allowed(Action.CHANGE_WEBHOOK),
        },
        "Mutation": {
            "createInvite": _allowed(*_INVITE),
            "acceptInvite": _ANYBODY,
            "revokeInvite": _allowed(*_INVITE),
            "openIntake": _allowed(Action.INVITE_VOLUNTEER),
            "closeIntake": _allowed(Action.INVITE_VOLUNTEER),
            "enterIntake": _ANYBODY,
            "signInWithCase": _ANYBODY,
            "signInWithPassword": _ANYBODY,
            "setPassword": _allowed(Action.HAVE_PASSWORD),
            "beginSecondFactor": _allowed(Action.HAVE_PASSWORD),
            "confirmSecondFactor": _allowed(Action.HAVE_PASSWORD),
            "proveYourself": _allowed(Action.HAVE_PASSWORD),
            "beginPasskey": _allowed(Action.HAVE_PASSWORD),
            "confirmPasskey": _allowed(Action.HAVE_PASSWORD),
            "removePasskey": _allowed(Action.HAVE_PASSWORD),
            "passkeyChallenge": _allowed(Action.HAVE_PASSWORD),
            "passkeyChallengeToSignIn": _ANYBODY,
            "proveWithPasskey": _allowed(Action.HAVE_PASSWORD),
            "setPin": _allowed(Action.HAVE_PIN),
            "unlock": _ANYBODY,
            "signOut": _SIGNED_IN,
            "registerDevice": _SIGNED_IN,
            "removeDevice": _SIGNED_IN,
            "openIncident": _allowed(Action.OPEN_INCIDENT),
            "changeIncident": _allowed(Action.CHANGE_INCIDENT),
            "addSite": _allowed(Action.CHANGE_SITE),
            "changeSite": _allowed(Action.CHANGE_SITE),
            "registerPerson": _allowed(Action.REGISTER),
            "registerSiblings": _allowed(Action.REGISTER),
            "changeRegistration": _allowed(Action.CHANGE_REGISTRATION),
            "moveRegistration": _allowed(Action.MOVE_REGISTRATION),
            "confirmRegistration": _allowed(Action.CONFIRM_REGISTRATION),
            "dismissRegistration": _allowed(Action.CONFIRM_REGISTRATION),
            "restoreRegistration": _allowed(Action.CONFIRM_REGISTRATION),
            "fileReport": OperationRule(Gate.STRANGER_OR_ALLOWED, (Action.FILE_REPORT,)),
            "changeReport": _allowed(Action.CHANGE_REPORT),
            "withdrawReport": _allowed(Action.CHANGE_REPORT),
            "beginCaseRecovery": _allowed(Action.RECOVER_CASE),
            "recoverCase": _allowed(Action.RECOVER_CASE),
            "settleObjection": _allowed(Action.TAKE_DOWN_REPORT),
            "reviewReport": _allowed(Action.REVIEW_REPORT),
            "takeDownReport": _allowed(Action.TAKE_DOWN_REPORT),
            "appealTakeDown": _allowed(Action.APPEAL_TAKE_DOWN),
            "answerTakeDown": _allowed(Action.TAKE_DOWN_REPORT),
            "recordSighting": OperationRule(Gate.STRANGER_OR_ALLOWED, (Action.RECORD_SIGHTING,)),
            "linkSighting": _allowed(Action.DECIDE_SIGHTING),
            "dismissSighting": _allowed(Action.DECIDE_SIGHTING),
            "reopenSighting": _allowed(Action.DECIDE_SIGHTING),
            "askRecheck": _allowed(Action.ASK_RECHECK),
            "dropRecheck": _allowed(Action.ASK_RECHECK),
            "answerRecheck": _allowed(Action.ANSWER_RECHECK),
            "askFamily": _allowed(Action.ASK_FAMILY),
            "dropQuestion": _allowed(Action.ASK_FAMILY),
            "answerQuestion": _allowed(Action.ANSWER_QUESTION),
            "setRota": _allowed(Action.CHANGE_ROTA),
            "takeMatch": _allowed(Action.DECIDE_MATCH),
            "leaveMatch": _allowed(Action.DECIDE_MATCH),
            "confirmMatch": _allowed(Action.DECIDE_MATCH),
            "rejectMatch": _allowed(Action.DECIDE_MATCH),
            "undoMatch": _allowed(Action.DECIDE_MATCH),
            "suggestDuplicate": _allowed(Action.DECIDE_DUPLICATE),
            "linkDuplicate": _allowed(Action.DECIDE_DUPLICATE),
            "unlinkDuplicate": _allowed(Action.DECIDE_DUPLICATE),
            "dismissDuplicate": _allowed(Action.DECIDE_DUPLICATE),
            "closeAccount": _allowed(*_INVITE),
            "endSession": _SIGNED_IN,
            "chooseAlerts": _SIGNED_IN,
            "sendAreaAlert": _allowed(Action.SEND_AREA_ALERT),
            "widenAreaAlert": _allowed(Action.SEND_AREA_ALERT),
            "stopAreaAlert": _allowed(Action.SEND_AREA_ALERT),
            "chooseNearbyPlace": _allowed(Action.CHOOSE_NEARBY_PLACE),
            "addWebhook": _allowed(Action.CHANGE_WEBHOOK),
            "pauseWebhook": _allowed(Action.CHANGE_WEBHOOK),
            "resumeWebhook": _allowed(Action.CHANGE_WEBHOOK),
            "removeWebhook": _allowed(Action.CHANGE_WEBHOOK),
            "resendDeliveries": _allowed(Action.RESEND_DELIVERIES),
            "endSessionsOf": _allowed(*_INVITE),
            "renewSession": _SIGNED_IN,
        },
        "Subscription": {
            "ownReports": _allowed(Action.READ_REPORT),
            "matchChanges": _allowed(Action.READ_MATCH),
            "siteChanges": _allowed(Action.READ_REGISTRATION),
            "mapChanges": _allowed(Action.READ_MAP),
        },
    }
)

_PAGE = {
    name: fields
    for noun in (
        *(
            "Account",
            "AreaAlert",
            "AuditEntry",
            "Duplicate",
            "Incident",
            "Intake",
            "Invite",
            "Match",
            "Question",
            "Recheck",
            "Registration",
            "Report",
            "Sighting",
            "Site",
            "TakeDown",
        ),
    )
    for name, fields in (
        (f"{noun}Connection", _rules(FORM="edges pageInfo")),
        (f"{noun}Edge", _rules(FORM="cursor node")),
    )
}
_PAYLOADS = {
    "AccountPayload": _rules(FORM="errors account"),
    "AcceptInvitePayload": _rules(FORM="errors account", OWN="token"),
    "AddWebhookPayload": _rules(FORM="errors webhook", OWN="secret"),
    "AlertChoicesPayload": _rules(FORM="errors choices"),
    "AreaAlertPayload": _rules(FORM="errors areaAlert"),
    "BeginCaseRecoveryPayload": _rules(FORM="errors questions"),
    "BeginSecondFactorPayload": _rules(FORM="errors", OWN="secret address"),
    "ConfirmPasskeyPayload": _rules(FORM="errors passkey", OWN="recoveryCodes"),
    "ConfirmSecondFactorPayload": _rules(FORM="errors", OWN="recoveryCodes"),
    "CreateInvitePayload": _rules(FORM="errors", OWN="link qrCode"),
    "DonePayload": _rules(FORM="errors"),
    "DuplicatePayload": _rules(FORM="errors duplicate"),
    "EnterIntakePayload": _rules(FORM="errors account", OWN="token expiresAt"),
    "FileReportPayload": _rules(FORM="errors reports", OWN="caseCode caseSecret token"),
    "IncidentPayload": _rules(FORM="errors incident"),
    "IntakePayload": _rules(FORM="errors intake"),
    "InvitePayload": _rules(FORM="errors invite"),
    "MatchPayload": _rules(FORM="errors match"),
    "PasskeyOptionsPayload": _rules(FORM="errors", OWN="options"),
    "OpenIntakePayload": _rules(FORM="errors intake code"),
    "ProveYourselfPayload": _rules(FORM="errors", OWN="provenUntil"),
    "QuestionPayload": _rules(FORM="errors question"),
    "RecheckPayload": _rules(FORM="errors recheck"),
    "RecoverCasePayload": _rules(FORM="errors", OWN="caseCode caseSecret emailKept"),
    "RegisterDevicePayload": _rules(FORM="errors device"),
    "RegistrationPayload": _rules(FORM="errors registration"),
    "RegistrationsPayload": _rules(FORM="errors registrations"),
    "ReportPayload": _rules(FORM="errors report"),
    "RotaPayload": _rules(FORM="errors rota"),
    "SignInPayload": _rules(FORM="errors", OWN="token"),
    "RecordSightingPayload": _rules(FORM="errors sighting", RECORD="id"),
    "SightingPayload": _rules(FORM="errors sighting"),
    "SitePayload": _rules(FORM="errors site"),
    "TakeDownPayload": _rules(FORM="errors takeDown"),
    "MatchNews": _rules(FORM="cursor matches"),
    "ReportNews": _rules(FORM="cursor reports"),
    "SiteNews": _rules(FORM="cursor registrations gone rechecks"),
    "UserError": _rules(FORM="code message field"),
    "PageInfo": _rules(FORM="hasNextPage endCursor"),
    "ResendDeliveriesPayload": _rules(FORM="errors", COUNT="count"),
    "WebhookPayload": _rules(FORM="errors webhook"),
}

FIELDS: Mapping[str, Mapping[str, Rule]] = MappingProxyType({
    **_PAGE,
    **_PAYLOADS,
    "Account": _rules(Action.READ_ACCOUNT, STAFF="id role name incidentIds siteIds closed createdAt"),
    "Invite": _rules(Action.READ_ACCOUNT, STAFF="id role siteIds usesLeft createdBy createdAt expiresAt"),
    "Viewer": _rules(OWN="id role name incidentIds siteIds credentials"),
    "Credentials": _rules(
        OWN="signInName passwordSet secondFactorSet authenticatorAppSet passkeys recoveryCodesLeft provenUntil pinSet"
    ),
    "Passkey": _rules(OWN="id name createdAt lastUsedAt"),
    "Session": _rules(OWN="id present createdAt lastUsedAt expiresAt"),
    "Device": _rules(OWN="id language"),
    "OpenIncident": _rules(PUBLIC="id name kind synthetic area phone workBits"),
    "AlertChoices": _rules(OWN="byPush byEmail email language quiet nearby"),
    "QuietHours": _rules(OWN="start until timeZone"),
    "AreaReach": _rules(Action.SEND_AREA_ALERT, COUNT="devices newDevices sites", IDENTITY="child photos"),
    "AreaAlert": _rules(
        Action.READ_AREA_ALERT,
        RECORD="id incidentId reportId state endedBecause endedAt version createdAt updatedAt",
        PLACE="areas",
        COUNT="progress",
        STAFF="endedBy",
    ),
    "SentArea": _rules(PLACE="centre radiusKm outline", COUNT="devices sites", STAFF="sentBy sentAt"),
    "AreaProgress": _rules(COUNT="queued sent failed gone"),
    "NearbyAlert": _rules(Action.READ_NEARBY_ALERT, RECORD="id incidentId sentAt", IDENTITY="child photos"),
    "NearbyChild": _rules(
        IDENTITY="name ageFrom ageTo sex hair eyes heightCm clothing languages communication",
        PLACE="lastSeenAt near",
    ),
    "ParkedDeliveries": _rules(Action.RESEND_DELIVERIES, RECORD="channel server reason since", COUNT="count"),
    "Webhook": _rules(Action.CHANGE_WEBHOOK, RECORD="id incidentId url kinds createdAt pausedAt"),
    "Incident": _rules(
        Action.READ_INCIDENT,
        RECORD="id name kind status scale area childAgeLimit retentionDays proposeThreshold alertThreshold "
        "escalateMinutes synthetic version createdAt updatedAt closedAt destroyedAt",
        PUBLIC="phone",
    )
    | _rules(Action.READ_SITE, PLACE="sites"),
    "Site": _rules(
        Action.READ_SITE,
        RECORD="id incidentId name kind capacity open version createdAt updatedAt",
        PLACE="point address",
    )
    | _rules(Action.READ_OCCUPANCY, COUNT="inCare"),
    "Destination": _rules(Action.MOVE_REGISTRATION, PLACE="id name kind"),
    "Intake": _rules(
        Action.INVITE_VOLUNTEER, STAFF="id incidentId siteId openedBy entered expiresAt closedAt createdAt"
    ),
    "MapView": _rules(COUNT="resolution at cells totals", PLACE="area things lines alertAreas"),
    "MapArea": _rules(Action.READ_AREA_ALERT, RECORD="id reportId", PLACE="centre radiusKm outline"),
    "MapCell": _rules(COUNT="cell centre counts name"),
    "MapTown": _rules(PUBLIC="name point population"),
    "MapTiles": _rules(PUBLIC="url attribution"),
    "MapCount": _rules(COUNT="layer state count"),
    "MapThing": _rules(RECORD="id layer state name", PLACE="point", COUNT="inCare unaccompanied capacity"),
    "MapLine": _rules(RECORD="id", PLACE="start end", COUNT="count"),
    "MapNews": _rules(FORM="cursor", COUNT="cells everywhere"),
    "Figures": _rules(HIDDEN="asOf totals cells ages"),
    "CellFigures": _rules(HIDDEN="cell centre counts"),
    "HiddenCounts": _rules(HIDDEN="missing inCare found"),
    "AgeFigures": _rules(HIDDEN="years inCare"),
    "Registration": _rules(
        Action.READ_REGISTRATION,
        RECORD="id incidentId siteId groupId careStatus status confirmation confirmationBy confirmationAt synthetic "
        "version createdAt updatedAt",
        IDENTITY="person photos",
        PLACE="foundAt foundPlace",
    )
    | _rules(Action.READ_MEDICAL, MEDICAL="medicalNotes")
    | _rules(Action.READ_SITE, PLACE="site")
    | _rules(Action.READ_MATCH, EVIDENCE="matches")
    | _rules(Action.READ_RECHECK, IDENTITY="rechecks")
    | _rules(Action.READ_REGISTRATION_DUPLICATE, EVIDENCE="duplicates linkedWith"),
    "Report": _rules(
        Action.READ_REPORT,
        RECORD="id incidentId familyId status synthetic version createdAt updatedAt nextStep takeDown nearby",
        IDENTITY="person photos",
        PLACE="lastSeenAt lastSeenPlace",
        CONTACT="reporter",
    )
    | _rules(Action.REVIEW_REPORT, STAFF="review")
    | _rules(Action.READ_MATCH, EVIDENCE="matches")
    | _rules(Action.READ_QUESTION, IDENTITY="questions")
    | _rules(Action.DECIDE_SIGHTING, EVIDENCE="sightings")
    | _rules(Action.READ_REPORT_DUPLICATE, EVIDENCE="duplicates linkedWith"),
    "NearbyAgreement": _rules(RECORD="alert photos"),
    "ReportTakeDown": _rules(RECORD="state mayAppeal takenDownAt appealedAt answeredAt", OWN="appeal"),
    "TakeDown": _rules(
        Action.TAKE_DOWN_REPORT,
        RECORD="id incidentId reportId state undoneMatchIds appealedAt answeredAt version createdAt updatedAt",
        IDENTITY="requesterName requesterRelation proof proofNote checkedBy appeal",
        STAFF="reason takenDownBy appealedBy answer answeredBy",
    ),
    "ReportReview": _rules(STAFF="reviewedBy reviewedAt objectedAt", CONTACT="reporterBefore"),
    "Sighting": _rules(
        Action.READ_SIGHTING,
        RECORD="id incidentId state source synthetic version createdAt updatedAt",
        IDENTITY="person what",
        PLACE="place seenAt",
        STAFF="recordedBy",
    )
    | _rules(Action.DECIDE_SIGHTING, CONTACT="witness", EVIDENCE="reportId", STAFF="decidedBy decidedAt reason"),
    "Recheck": _rules(
        Action.READ_RECHECK,
        RECORD="id incidentId siteId registrationId kind state answeredAt version createdAt updatedAt",
        IDENTITY="bodySite text answer",
        STAFF="answeredBy",
    )
    | _rules(Action.READ_MATCH, EVIDENCE="matchId", STAFF="askedBy")
    | _rules(Action.READ_REGISTRATION, IDENTITY="registration"),
    "Question": _rules(
        Action.READ_QUESTION,
        RECORD="id incidentId reportId kind state answeredAt version createdAt updatedAt",
        IDENTITY="bodySite text answer",
        STAFF="answeredBy",
    )
    | _rules(Action.READ_MATCH, EVIDENCE="matchId", STAFF="askedBy")
    | _rules(Action.READ_REPORT, IDENTITY="report"),
    "AuditEntry": _rules(Action.READ_AUDIT, STAFF="id at action actorId actorName role device parts reason times"),
    "Rota": _rules(Action.READ_ROTA, RECORD="incidentId version updatedAt", STAFF="shifts onDuty"),
    "Shift": _rules(Action.READ_ROTA, STAFF="accountId name startsAt endsAt step"),
    "Answer": _rules(
        IDENTITY="cannotSay hasMark mark languages photoId name birthDate ageMinimum ageMaximum clothing text",
        PLACE="lastSeenAt lastSeenPlace",
    ),
    "Witness": _rules(IDENTITY="name", CONTACT="phone email"),
    "Match": _rules(
        Action.READ_MATCH,
        RECORD="id incidentId state version createdAt updatedAt",
        EVIDENCE="probability bits evidence reopenedBecause sameChildAs togetherWith",
        STAFF="reason claimedBy claimedByName claimedAt decidedBy decidedAt",
    )
    | _rules(Action.READ_REPORT, IDENTITY="report")
    | _rules(Action.READ_REGISTRATION, IDENTITY="registration"),
    "Duplicate": _rules(
        _DUPLICATE,
        RECORD="id incidentId side firstId secondId state version createdAt updatedAt",
        EVIDENCE="probability bits evidence",
        STAFF="reason decidedBy decidedAt",
    )
    | _rules(Action.READ_REGISTRATION_DUPLICATE, IDENTITY="registrations")
    | _rules(Action.READ_REPORT_DUPLICATE, IDENTITY="reports"),
    "PossibleRelative": _rules(
        Action.READ_REGISTRATION, IDENTITY="registration", EVIDENCE="bits evidence"
    ),
    "Evidence": _rules(EVIDENCE="feature level bits reportValue registrationValue sightingId words"),
    "DuplicateEvidence": _rules(EVIDENCE="feature level bits firstValue secondValue words"),
    "KinshipEvidence": _rules(EVIDENCE="feature level bits adultValue childValue"),
    "Person": _rules(
        IDENTITY="names sex age languages hair eyes heightCm marks clothing belongings communication relatives notes",
        PLACE="home",
    ),
    "Names": _rules(IDENTITY="full given family others asSaid"),
    "Age": _rules(IDENTITY="birthDate minimum maximum source asOf"),
    "Mark": _rules(IDENTITY="kind bodySite text"),
    "Item": _rules(IDENTITY="kind colour text"),
    "Relative": _rules(IDENTITY="relation name", CONTACT="phone", PLACE="place"),
    "Reporter": _rules(IDENTITY="name relation", CONTACT="phone email"),
    "Photo": _rules(RECORD="id createdAt", IDENTITY="width height small large"),
    "FoundPlaces": _rules(FORM="complete", PLACE="places"),
    "FoundPlace": _rules(PLACE="name region point source"),
    "Place": _rules(PLACE="text point"),
    "Point": _rules(PLACE="latitude longitude"),
})  # fmt: skip


def check_rules(
    schema: GraphQLSchema,
    fields: Mapping[str, Mapping[str, Rule]] = FIELDS,
    operations: Mapping[str, Mapping[str, OperationRule]] = OPERATIONS,
) -> None:
    """Whether every operation and every field has a rule, and every rule its field.

    Raises: RulesIncompleteError.
    """
    ruled = {(kind, name) for table in (fields, operations) for kind, rules in table.items() for name in rules}
    there = set(_fields_of(schema))
    missing, idle = sorted(there - ruled), sorted(ruled - there)
    if missing:
        raise RulesIncompleteError(f"No rule says who may see {_named(missing)}: see backend/api/rules.py.")
    if idle:
        raise RulesIncompleteError(f"The schema has no {_named(idle)}, which backend/api/rules.py has a rule for.")


def _fields_of(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    for kind, found in schema.type_map.items():
        if isinstance(found, GraphQLObjectType) and not kind.startswith("__"):
            yield from ((kind, name) for name in found.fields)


def _named(fields: list[tuple[str, str]]) -> str:
    return ", ".join(".".join(one) for one in fields)
