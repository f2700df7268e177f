"""The GraphQL schema: every noun's part put together."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from backend.api.inputs import plan_inputs
from backend.api.resolvers.account import AccountMutations, AccountQueries
from backend.api.resolvers.alert_choices import AlertChoicesMutations, AlertChoicesQueries
from backend.api.resolvers.area_alert import AreaAlertMutations, AreaAlertQueries
from backend.api.resolvers.audit import AuditQueries
from backend.api.resolvers.credential import CredentialMutations
from backend.api.resolvers.duplicate import DuplicateMutations, DuplicateQueries
from backend.api.resolvers.incident import IncidentMutations, IncidentQueries
from backend.api.resolvers.intake import IntakeMutations, IntakeQueries
from backend.api.resolvers.invite import InviteMutations, InviteQueries
from backend.api.resolvers.kinship import KinshipQueries
from backend.api.resolvers.map import MapQueries, MapSubscriptions
from backend.api.resolvers.match import MatchMutations, MatchQueries, MatchSubscriptions
from backend.api.resolvers.parked import ParkedMutations, ParkedQueries
from backend.api.resolvers.passkey import PasskeyMutations
from backend.api.resolvers.pin import PinMutations
from backend.api.resolvers.place import PlaceQueries
from backend.api.resolvers.question import QuestionMutations, QuestionQueries
from backend.api.resolvers.recheck import RecheckMutations, RecheckQueries
from backend.api.resolvers.recovery import RecoveryMutations
from backend.api.resolvers.registration import RegistrationMutations, RegistrationQueries, RegistrationSubscriptions
from backend.api.resolvers.report import ReportMutations, ReportQueries, ReportSubscriptions
from backend.api.resolvers.rota import RotaMutations, RotaQueries
from backend.api.resolvers.sighting import SightingMutations, SightingQueries
from backend.api.resolvers.site import SiteMutations, SiteQueries
from backend.api.resolvers.take_down import TakeDownMutations, TakeDownQueries
from backend.api.resolvers.viewer import ViewerMutations, ViewerQueries
from backend.api.resolvers.webhook import WebhookMutations, WebhookQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    ViewerQueries,
    IncidentQueries,
    SiteQueries,
    IntakeQueries,
    PlaceQueries,
    RegistrationQueries,
    ReportQueries,
    TakeDownQueries,
    SightingQueries,
    RecheckQueries,
    QuestionQueries,
    AuditQueries,
    RotaQueries,
    MapQueries,
    MatchQueries,
    DuplicateQueries,
    KinshipQueries,
    AccountQueries,
    InviteQueries,
    AlertChoicesQueries,
    AreaAlertQueries,
    ParkedQueries,
    WebhookQueries,
):
    pass


@strawberry.type(description="Everything that can be done. A refusal is data: see `errors` in each answer.")
class Mutation(
    ViewerMutations,
    CredentialMutations,
    PasskeyMutations,
    PinMutations,
    IncidentMutations,
    SiteMutations,
    IntakeMutations,
    RegistrationMutations,
    ReportMutations,
    RecoveryMutations,
    TakeDownMutations,
    SightingMutations,
    RecheckMutations,
    QuestionMutations,
    RotaMutations,
    MatchMutations,
    DuplicateMutations,
    AccountMutations,
    InviteMutations,
    AlertChoicesMutations,
    AreaAlertMutations,
    ParkedMutations,
    WebhookMutations,
):
    pass


@strawberry.type(description="Everything that can be followed live, over graphql-transport-ws.")
class Subscription(ReportSubscriptions, MatchSubscriptions, RegistrationSubscriptions, MapSubscriptions):
    pass


def build_schema() -> strawberry.Schema:
    schema = strawberry.Schema(
        query=Query, mutation=Mutation, subscription=Subscription, config=StrawberryConfig(auto_camel_case=True)
    )
    plan_inputs(schema)
    return schema
