"""The GraphQL schema: every noun's part put together."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from backend.api.resolvers.account import AccountMutations, AccountQueries
from backend.api.resolvers.credential import CredentialMutations
from backend.api.resolvers.duplicate import DuplicateMutations, DuplicateQueries
from backend.api.resolvers.incident import IncidentMutations, IncidentQueries
from backend.api.resolvers.kinship import KinshipQueries
from backend.api.resolvers.map import MapQueries, MapSubscriptions
from backend.api.resolvers.match import MatchMutations, MatchQueries, MatchSubscriptions
from backend.api.resolvers.registration import RegistrationMutations, RegistrationQueries, RegistrationSubscriptions
from backend.api.resolvers.report import ReportMutations, ReportQueries, ReportSubscriptions
from backend.api.resolvers.site import SiteMutations, SiteQueries
from backend.api.resolvers.viewer import ViewerMutations, ViewerQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    ViewerQueries,
    IncidentQueries,
    SiteQueries,
    RegistrationQueries,
    ReportQueries,
    MapQueries,
    MatchQueries,
    DuplicateQueries,
    KinshipQueries,
    AccountQueries,
):
    pass


@strawberry.type(description="Everything that can be done. A refusal is data: see `errors` in each answer.")
class Mutation(
    ViewerMutations,
    CredentialMutations,
    IncidentMutations,
    SiteMutations,
    RegistrationMutations,
    ReportMutations,
    MatchMutations,
    DuplicateMutations,
    AccountMutations,
):
    pass


@strawberry.type(description="Everything that can be followed live, over graphql-transport-ws.")
class Subscription(ReportSubscriptions, MatchSubscriptions, RegistrationSubscriptions, MapSubscriptions):
    pass


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(
        query=Query, mutation=Mutation, subscription=Subscription, config=StrawberryConfig(auto_camel_case=True)
    )
