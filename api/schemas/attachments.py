"""Files that people send."""

from __future__ import annotations

import uuid

from api.schemas.common import Out


class AttachmentOut(Out):
    id: uuid.UUID
    kind: str
    media_type: str
    bytes: int
    sha256: str
