"""The domain's words, as GraphQL enums."""

import strawberry

from backend.domain.account import Role
from backend.domain.alert import AlertKind, ChannelKind
from backend.domain.area_alert import AreaAlertEnd, AreaAlertState
from backend.domain.asking import AskedKind, AskedState
from backend.domain.duplicate import DuplicateState
from backend.domain.errors import ErrorCode
from backend.domain.evidence import Feature, Level
from backend.domain.incident import IncidentKind, IncidentScale, IncidentStatus
from backend.domain.map import MapLayer
from backend.domain.match import MatchState
from backend.domain.person import AgeSource, Communication, MarkKind, Sex
from backend.domain.place import PlaceSource
from backend.domain.recovery import RecoveryQuestion
from backend.domain.registration import CareStatus, Confirmation, RegistrationStatus
from backend.domain.report import NextStep, ReportStatus
from backend.domain.sighting import SightingSource, SightingState
from backend.domain.site import SiteKind
from backend.domain.subject import Side
from backend.domain.take_down import IdentityProof, TakeDownState

_ENUMS = {
    AgeSource: "How an age is known: from a document, as somebody said, or estimated by looking.",
    AlertKind: (
        "REPORT_NEWS: there is news about a report. CHILD_RECHECK: a child is to be looked at again. MATCH_WAITS: a "
        "match waits for review. QUESTION_WAITS: a family has not answered in time. RELEASE_WAITS: a release waits for "
        "the second person. CHILD_MISSING_NEARBY: a child is missing near somebody. CASE_RECOVERED: a case was given "
        "a new code; webhooks are not told. DIGEST: an overview is ready."
    ),
    AreaAlertEnd: (
        "Why an area alert was stopped. COORDINATOR: somebody stopped or declined it. FAMILY: the family took its "
        "agreement or its report back. TAKEN_DOWN: the report was. FOUND: a match was confirmed."
    ),
    AreaAlertState: (
        "PROPOSED: the family agreed, and a coordinator is to decide. GOING: sent, and may be widened. STOPPED: over."
    ),
    AskedKind: (
        "What is asked of a child or of its family. OTHER: what the words say. LAST_SEEN is asked of families alone."
    ),
    AskedState: "OPEN: waits for an answer. ANSWERED: has one. DROPPED: was taken back.",
    CareStatus: (
        "UNACCOMPANIED: without parents, relatives and any responsible adult. SEPARATED: without parents, but with a "
        "relative or an adult known to the child."
    ),
    Communication: "How the person makes itself understood.",
    Confirmation: (
        "Whether somebody who works at the site stands for a registration. NOT_NEEDED: they made it themselves. "
        "UNCONFIRMED: somebody without an account made it, and no family is told of it. CONFIRMED: a volunteer stands "
        "for it. DISMISSED: it was false, and is matched no more."
    ),
    DuplicateState: (
        "SUGGESTED: waits for review. LINKED: a person said that both records are of one child. DISMISSED: a person "
        "said that they are not. FADED: no longer likely."
    ),
    ErrorCode: "A stable code: clients branch on it.",
    ChannelKind: "The way that somebody is told.",
    Feature: (
        "What of two descriptions is compared. TOGETHER: what the other children of the family say for or against the "
        "pair."
    ),
    Level: (
        "How well two values agree. CONFLICT: a disagreement that should not be. UNKNOWN: at least one side says "
        "nothing; it weighs nothing."
    ),
    IdentityProof: "How somebody showed who they are. KNOWN_IN_PERSON: whoever checked it knows them.",
    IncidentKind: "What happened.",
    IncidentScale: "How far people are scattered: tens of kilometres, a region, or a country.",
    IncidentStatus: "Where an incident stands. Nothing new is recorded in a CLOSED one.",
    MapLayer: (
        "IN_CARE: people taken in, at their sites. REPORTS: open ones, where the child was last seen. MATCHES: "
        "confirmed ones, from where the child was last seen to where it was found. SIGHTINGS: those that nobody "
        "dismissed, where somebody saw a child."
    ),
    MarkKind: "The kind of a lasting mark on the body.",
    MatchState: (
        "POTENTIAL: waits for review. CLAIMED: somebody is looking at it. CONFIRMED, REJECTED: a person decided. "
        "FADED: no longer likely."
    ),
    NextStep: (
        "WAIT: the search goes on. STAY_REACHABLE: there is news, and people are checking it. CONTACT_CENTRE: a person "
        "has confirmed the news; call the centre and bring an identity document. NONE: the report is no longer open."
    ),
    RecoveryQuestion: "A kind of fact that a caller is asked for: of who reported, of the child, or of its relatives.",
    RegistrationStatus: "Where a registered person is now. DISMISSED: nowhere, since the registration was false.",
    ReportStatus: "Where a report stands. Only an OPEN one is matched. TAKEN_DOWN: as false; see `takeDown`.",
    Role: (
        "What somebody is to Reunify. UNVERIFIED_REGISTRAR: somebody without an account who registers children at a "
        "site by its posted code."
    ),
    PlaceSource: (
        "SITE: a site of the incident, which you may see. ADDRESS: from the geocoder that the operator has named. "
        "TOWN: from a list of the towns of the world."
    ),
    Sex: "As stated or as it seems; left out when not known.",
    Side: "Which of the two lists a record is in.",
    SightingSource: (
        "By whom a sighting came. HOTLINE: the centre, for who called. FIELD: a volunteer. WEB: whoever saw it."
    ),
    SightingState: (
        "OPEN: waits. LINKED: a person said which report's child it was. DISMISSED: a person said that nothing is "
        "to be made of it."
    ),
    SiteKind: "What kind of place a site is.",
    TakeDownState: (
        "STANDING: the report is matched no more. APPEALED: its family says that it is true, and waits for the answer. "
        "UPHELD: it stays taken down. RESTORED: it is open again."
    ),
}

_NAMES = {Feature: "EvidenceFeature", Level: "EvidenceLevel", Side: "RecordSide"}
"""What is called shortly in its own module, and needs a longer name among all others."""


def describe_enums() -> None:
    """Tell strawberry what the enums mean, before the first type that uses one is declared."""
    for enum, description in _ENUMS.items():
        strawberry.enum(enum, name=_NAMES.get(enum), description=description)
