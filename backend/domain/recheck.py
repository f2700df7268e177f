"""A re-check: somebody in the centre asks those who have a child in front of them to look at it once more."""

from dataclasses import dataclass

from backend.domain.asking import Asked, NewAsked


@dataclass(frozen=True, slots=True)
class Recheck(Asked):
    """A question about a registered child, for the volunteers of its site, who never learn for which match it is.

    `site_id` is where the child was when somebody last looked: it moves with the child.
    """

    site_id: str
    registration_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecheck(NewAsked):
    registration_id: str
