"""Places that were looked for by name."""

import strawberry

from backend.api.convert import to_api
from backend.api.types.person import Point
from backend.domain import place as domain
from backend.domain.place import PlaceSource


@strawberry.type(description="A place that may be meant.")
class FoundPlace:
    name: str = strawberry.field(description="What it is called.")
    region: str | None = strawberry.field(description="The state or country, or a site's address.")
    point: Point = strawberry.field(description="Where it is.")
    source: PlaceSource = strawberry.field(description="How it is known.")


@strawberry.type(description="Places that may be meant, for a person to choose from.")
class FoundPlaces:
    places: list[FoundPlace] = strawberry.field(description="The likeliest first; empty where nothing is like it.")
    complete: bool = strawberry.field(description="False where addresses are missing, since no geocoder answered.")


def show_found(found: domain.FoundPlaces) -> FoundPlaces:
    return FoundPlaces(places=[to_api(FoundPlace, place) for place in found.places], complete=found.complete)
