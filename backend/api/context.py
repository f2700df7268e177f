"""What every resolver is given: who asks, the collaborators of the use cases, and loaders that gather look-ups."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import strawberry
from strawberry.types import Info as StrawberryInfo

from backend.api.loaders import Loaders, new_loaders
from backend.domain.account import Viewer
from backend.domain.errors import DomainError
from backend.services.audit import enter_looks, enter_looks_of, gathering
from backend.services.collaborators import Collaborators
from backend.services.rates import asker, count_request
from backend.services.sessions import viewer_of_session

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Context:
    """One for each request; on a WebSocket, one for each operation and each event.

    `address` is the client's, as attempts are counted by. `invite_link` makes the address that somebody opens to accept
    an invite, from the secret of that invite. What is shown is gathered in `use`, and entered in the audit log by
    `before_answer`; `waits` are the seconds after which what was refused as too much may be done.
    `reason` is why the client says that it asks.
    """

    use: Collaborators
    viewer: Viewer | None
    address: str
    invite_link: Callable[[str], str]
    reason: str | None = None
    waits: list[int] = field(default_factory=list)
    made: list[Loaders] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "use", gathering(self.use, self.reason))

    @property
    def loaders(self) -> Loaders:
        """Made when the first of them is needed: a connection that only waits needs none."""
        if not self.made:
            self.made.append(new_loaders(self.use, self.viewer))
        return self.made[0]

    @property
    def who(self) -> str:
        """Whose attempts and connections are counted."""
        return asker(self.viewer, self.address)

    def admit(self) -> None:
        """Count one more request. Raises: DomainError RATE_LIMITED."""
        count_request(self.use.rates, self.who)

    async def heed(self, work: Awaitable[Made]) -> Made:
        """The work, whose refusal as too much is told in a header of the answer besides. Raises: what it raises."""
        try:
            return await work
        except DomainError as error:
            if error.retry_after is not None:
                self.waits.append(error.retry_after)
            raise

    @property
    def answer_headers(self) -> dict[str, str]:
        return {"retry-after": str(max(self.waits))} if self.waits else {}

    async def before_answer(self) -> None:
        """Enter in the audit log what the answer shows of people: one that cannot be entered is not given."""
        await enter_looks(self.use, self.viewer)

    async def before_answer_of(self, other: "Context") -> None:
        """The same for what the answer of `other` shows, which is given to this one's viewer too."""
        await enter_looks_of(self.use, self.viewer, other.use.looks)

    async def still_valid(self) -> bool:
        """Whether the session that the connection began with still stands, with the same permissions."""
        if self.viewer is None:
            return True
        return await viewer_of_session(self.use, self.viewer.session_id) == self.viewer

    def renewed(self) -> "Context":
        return Context(self.use, self.viewer, self.address, self.invite_link, self.reason)


Info = StrawberryInfo[Context, None]
"""The `info` of every resolver here."""

ID = strawberry.ID
