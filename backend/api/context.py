"""What every resolver is given: who asks, the collaborators of the use cases, and loaders that gather look-ups."""

from collections.abc import Callable
from dataclasses import dataclass, field

import strawberry
from strawberry.types import Info as StrawberryInfo

from backend.api.loaders import Loaders, new_loaders
from backend.domain.account import Viewer
from backend.services.audit import enter_looks, gathering
from backend.services.collaborators import Collaborators
from backend.services.sessions import viewer_of_session


@dataclass(frozen=True, slots=True)
class Context:
    """One for each request; on a WebSocket, one for each operation and each event.

    `invite_link` makes the address that somebody opens to accept an invite, from the secret of that invite;
    `push_key` is the public key with which a browser subscribes to alerts. What is shown is gathered in `use`, and
    entered in the audit log by `before_answer`.
    """

    use: Collaborators
    viewer: Viewer | None
    invite_link: Callable[[str], str]
    push_key: str
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "use", gathering(self.use))
        object.__setattr__(self, "loaders", new_loaders(self.use, self.viewer))

    async def before_answer(self) -> None:
        """Enter in the audit log what the answer shows of people: one that cannot be entered is not given."""
        await enter_looks(self.use, self.viewer)

    async def still_valid(self) -> bool:
        """Whether the session that the connection began with still stands, with the same permissions."""
        if self.viewer is None:
            return True
        return await viewer_of_session(self.use, self.viewer.session_id) == self.viewer

    def renewed(self) -> "Context":
        return Context(self.use, self.viewer, self.invite_link, self.push_key)


Info = StrawberryInfo[Context, None]
"""The `info` of every resolver here."""

ID = strawberry.ID
