"""Pictures of the products in a person's own task.

Belongs here: the route. Does not belong here: what may be fetched, and how (`images`).
"""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from resources.review.page.images import NoPicture, fetched
from resources.review.page.security import Person, signed_in

router = APIRouter(include_in_schema=False)


@router.get("/image/{task_id}/{question_id}")
def image(request: Request, person: Annotated[Person, Depends(signed_in)], task_id: str, question_id: str) -> Response:
    """The picture of one question of a task that is the person's; 404 for all else."""
    task = request.app.state.queue.task(task_id, person.name)
    items = {item.question_id: item for item in task.items} if task else {}
    item = items.get(question_id)
    if item is None or not item.image or not request.app.state.display.image_hosts:
        raise HTTPException(404, "There is no such picture.")
    try:
        picture = fetched(item.image, request.app.state.display)
    except NoPicture as none:
        raise HTTPException(404, f"The picture is not shown: {none}.") from None
    return Response(picture.data, media_type=picture.kind, headers={"Cache-Control": "private, max-age=600"})
