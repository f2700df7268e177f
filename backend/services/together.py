"""Many who ask the same kind of question at the same time are answered with one look at the database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


@dataclass(slots=True, eq=False)
class Together(Generic[Asked, Answered]):
    """`look` answers all who asked, in their order. It begins after the last of them did, so what they hear is no older
    than their question; while one look is under way, the next gathers those who ask meanwhile.
    """

    look: Callable[[Sequence[Asked]], Awaitable[Sequence[Answered]]]
    waiting: list[tuple[Asked, "asyncio.Future[Answered]"]] = field(default_factory=list)
    looking: "asyncio.Task[None] | None" = None

    async def ask(self, asked: Asked) -> Answered:
        """Raises: whatever the look raises."""
        return await self.begin(asked)

    def begin(self, asked: Asked) -> "asyncio.Future[Answered]":
        """Ask now, and have the answer later, or what the look raises."""
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self.waiting.append((asked, answer))
        if self.looking is None:
            self.looking = asyncio.create_task(self._look_again_and_again(), name="together")
        return answer

    async def _look_again_and_again(self) -> None:
        try:
            while self.waiting:
                await asyncio.sleep(0)  # whoever is just about to ask comes along
                taken, self.waiting = self.waiting, []
                await self._answer(taken)
        finally:
            self.looking = None

    async def _answer(self, taken: list[tuple[Asked, "asyncio.Future[Answered]"]]) -> None:
        try:
            answers = await self.look([asked for asked, _ in taken])
        except Exception as error:  # noqa: BLE001 (it is raised where the question was asked)
            for _, answer in taken:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), found in zip(taken, answers, strict=True):
            if not answer.done():
                answer.set_result(found)
