"""A photo, as links that expire."""

from datetime import datetime

import strawberry

from backend.api.context import ID, Info
from backend.domain import photo as domain
from backend.services.photos import photo_link


@strawberry.type(
    description="A photo of a person. Its links work for five minutes; read the record again for new ones."
)
class Photo:
    record: strawberry.Private[domain.Photo]
    id: ID = strawberry.field(description="Its id.")
    width: int = strawberry.field(description="Width of the large size, in pixels.")
    height: int = strawberry.field(description="Height of the large size, in pixels.")
    created_at: datetime = strawberry.field(description="When it was added.")

    @strawberry.field(description="A path to a small JPEG, at most 320 pixels a side.")
    def small(self, info: Info) -> str:
        return photo_link(info.context.use, self.record, domain.PhotoSize.SMALL)

    @strawberry.field(description="A path to a large JPEG, at most 1600 pixels a side.")
    def large(self, info: Info) -> str:
        return photo_link(info.context.use, self.record, domain.PhotoSize.LARGE)


def show_photo(photo: domain.Photo) -> Photo:
    return Photo(record=photo, id=ID(photo.id), width=photo.width, height=photo.height, created_at=photo.created_at)
