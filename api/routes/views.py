"""Saved views: each person's own, found again on every device."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import SignedIn
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.notices import own_id
from api.schemas.common import NoQuery
from api.schemas.views import ViewIn, ViewOut, ViewsOut, ViewsQuery
from data.engine import reading, writing
from governance import views
from governance.views import SavedView

router = APIRouter(prefix="/api/v1/me/views", tags=["sessions"], responses={**ALWAYS, **SIGNED_IN})


@router.get("", summary="我的视图 My saved views")
def read_views(caller: SignedIn, wanted: Annotated[ViewsQuery, Query()]) -> ViewsOut:
    """By screen and position."""
    with reading(caller.engine) as session:
        found = views.views_of(session, own_id(caller), wanted.screen)
    return ViewsOut(items=[view_out(view) for view in found])


@router.put("/{view}", responses=problems(409), summary="保存视图 Save a view")
def save_view(view: uuid.UUID, sent: ViewIn, caller: SignedIn, _: Annotated[NoQuery, Query()]) -> ViewOut:
    """New or changed; the id is the client's. At most 50."""
    with writing(caller.engine) as session:
        saved = views.save(session, SavedView(id=view, account=own_id(caller), **sent.model_dump()))
        session.commit()
    return view_out(saved)


@router.delete("/{view}", status_code=204, responses=problems(404), summary="删除视图 Delete a view")
def delete_view(view: uuid.UUID, caller: SignedIn, _: Annotated[NoQuery, Query()]) -> None:
    with writing(caller.engine) as session:
        views.remove(session, own_id(caller), view)
        session.commit()


def view_out(view: SavedView) -> ViewOut:
    return ViewOut(**{name: getattr(view, name) for name in ViewOut.model_fields})
