"""The types of the API, one noun a file: what they show is decided in the services."""

from backend.api.types.enums import describe_enums

# A declaration like the decorators of the types themselves, for enums that belong to the domain; strawberry would
# otherwise take them over without a description as soon as a type names them.
describe_enums()
