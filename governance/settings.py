"""Settings: environment variables `WANGGE_*` or a `.env` file; with none set, the embedded default."""

from __future__ import annotations

import errno
import os
from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from governance.errors import NotReady


class Settings(BaseSettings):
    """One typed class for every setting of every part."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_file=".env", extra="ignore")

    data_dir: Path = Field(default=Path("var"),
                           description="Folder of the embedded database, Redis and attachments.")
    database_url: str = Field(default="",
                              description="SQLAlchemy address; empty: a SQLite file in the data folder.")
    redis_url: str = Field(default="",
                           description="Redis address; empty: a private server started in the data folder.")
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8000, description="Port that the server listens on.", ge=1, le=65535)
    session_hours: int = Field(default=12, description="Hours until a signed-in session ends.", ge=1)
    lock_minutes: int = Field(default=15,
                              description="Minutes that an account is locked after too many failures.", ge=1)
    lock_after: int = Field(default=5, description="Failed sign-ins in a row that lock an account.", ge=1)
    near_tolerance_m: float = Field(default=200.0,
                                    description="Metres outside every cell that still count as near one.", ge=0)
    cookie_secure: bool = Field(default=False,
                                description="Send the session cookie over TLS only; set it with TLS.")
    image_limit_mb: int = Field(default=20, description="Largest picture, sound or document, in MB.", ge=1)
    video_limit_mb: int = Field(default=100, description="Largest video, in MB.", ge=1)
    reopen_days: int = Field(default=15,
                             description="Days after closing in which a dissatisfied rating reopens.", ge=0)

    @cached_property
    def database(self) -> str:
        """The address of the database in force."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.make_data_dir() / 'wangge.db').resolve()}"

    def make_data_dir(self) -> Path:
        """The data folder, made if it is not there. NotReady if it cannot be, or nothing can be written to it."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            if not os.access(self.data_dir, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise NotReady(f"数据目录 {self.data_dir} 不可用 ({error.strerror}); 请检查 WANGGE_DATA_DIR",
                           f"The data folder {self.data_dir} cannot be used ({error.strerror}); check WANGGE_DATA_DIR."
                           ) from None
        return self.data_dir

    @property
    def attachments_dir(self) -> Path:
        return self.data_dir / "attachments"
