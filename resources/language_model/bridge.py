"""Between the thread of a caller and an event loop on another: replies one way, room for requests the other.

Belongs here: the loop's life and what passes between the two threads. Does not belong here: what the loop does.
"""

import asyncio
import logging
import queue
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from resources.language_model.protocol import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class End:
    """No more replies; the error that ended them, if one did."""

    error: BaseException | None = None


class Bridge:
    """Between the caller's thread and the loop's: replies one way, free room the other."""

    def __init__(self, room: int) -> None:
        self.replies: queue.SimpleQueue[Reply | End] = queue.SimpleQueue()
        self.room = asyncio.Semaphore(room)
        self.loop = asyncio.new_event_loop()
        self.task: asyncio.Task[None] | None = None

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """The body of the loop's thread."""
        end = End()
        try:
            self.task = self.loop.create_task(main)
            self.loop.run_until_complete(self.task)
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        except BaseExceptionGroup as group:
            end = End(group.exceptions[0])
        except BaseException as error:
            end = End(error)
        finally:
            self.replies.put(end)
            self.loop.close()

    def taken(self) -> None:
        """The caller has kept a reply: there is room for another request."""
        self._tell(self.room.release)

    def stop(self) -> None:
        """The caller wants no more."""
        self._tell(lambda: self.task.cancel() if self.task else None)

    def _tell(self, what: Callable[[], Any]) -> None:
        # A loop that has ended by an error in the meantime needs no telling.
        try:
            self.loop.call_soon_threadsafe(what)
        except RuntimeError:
            log.debug("the loop has ended already")
