"""A photo of a person, belonging to one registration or one report."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.subject import Side


class PhotoSize(StrEnum):
    SMALL = "SMALL"
    LARGE = "LARGE"


@dataclass(frozen=True, slots=True)
class Photo:
    """`side` and `record_id` name the record it belongs to; width and height are those of the large size, in pixels."""

    id: str
    side: Side
    record_id: str
    incident_id: str
    width: int
    height: int
    added_by: str
    version: int
    created_at: datetime
    updated_at: datetime
