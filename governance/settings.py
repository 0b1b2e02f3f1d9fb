"""Settings: environment variables `WANGGE_*` or a `.env` file; with none set, the embedded default."""

from __future__ import annotations

import errno
import os
from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from governance.errors import NotReady

#: HH:MM, or nothing.
CLOCK_TIME = r"^(([01]\d|2[0-3]):[0-5]\d)?$"


class Settings(BaseSettings):
    """One typed class for every setting of every part."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_file=".env", extra="ignore")

    data_dir: Path = Field(default=Path("var"),
                           description="Folder of the embedded database, Redis and attachments.")
    database_url: str = Field(default="",
                              description="SQLAlchemy address; empty: a SQLite file in the data folder.")
    redis_url: str = Field(default="",
                           description="Redis address; empty: a private server started in the data folder.")
    processes_dir: Path | None = Field(default=None,
                                       description="Folder of the city's own process files, beside those that come "
                                                   "with the program.")
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8000, description="Port that the server listens on.", ge=1, le=65535)
    log_file: Path | None = Field(default=None, description=(
        "File that tells what happens; with it, the terminal tells only of what goes wrong."))
    session_hours: int = Field(default=12, description="Hours until a signed-in session ends.", ge=1)
    lock_minutes: int = Field(default=15,
                              description="Minutes that an account is locked after too many failures.", ge=1)
    lock_after: int = Field(default=5, description="Failed sign-ins in a row that lock an account.", ge=1)
    near_tolerance_m: float = Field(default=200.0,
                                    description="Metres outside every cell that still count as near one.", ge=0)
    tls_cert: Path | None = Field(default=None, description="Certificate of the server, PEM; with it we speak TLS.")
    tls_key: Path | None = Field(default=None, description="Key of that certificate, PEM.")
    cookie_secure: bool = Field(default=False, description=(
        "Send the session cookie over TLS only; set it where a proxy of yours speaks TLS. With a certificate of our "
        "own it is done without."))
    image_limit_mb: int = Field(default=20, description="Largest picture, sound or document, in MB.", ge=1)
    video_limit_mb: int = Field(default=100, description="Largest video, in MB.", ge=1)
    reopen_days: int = Field(default=15,
                             description="Days after closing in which a dissatisfied rating reopens.", ge=0)
    league_minimum: int = Field(default=10, description="Smallest denominator that a league table ranks.", ge=1)
    notice_channels: str = Field(default="sms", pattern=r"^((sms|email|wecom|dingtalk)(,|$))*$", description=(
        "Channels that a person who has not chosen is told by, separated by commas: sms, email, wecom, dingtalk."))
    quiet_from: str = Field(default="22:00", pattern=CLOCK_TIME, description=(
        "Local time from which only urgent notices go out, for who has not chosen; empty: no quiet hours."))
    quiet_to: str = Field(default="07:00", pattern=CLOCK_TIME, description="Local time at which quiet hours end.")
    notices_per_hour: int = Field(default=30, ge=1, description=(
        "Messages an hour that one person gets by one channel; what is above is joined into one."))
    mail_url: str = Field(default="", repr=False, description=(
        "Mail server as an Apprise address, mailtos://USER:PASSWORD@HOST:PORT?from=ADDRESS; empty: no e-mail."))
    sms_url: str = Field(default="", repr=False, description=(
        "Address of the SMS gateway that takes our signed JSON; empty: no text messages."))
    sms_secret: str = Field(default="", repr=False, description="Key that signs what is sent to the SMS gateway.")
    wecom_url: str = Field(default="https://qyapi.weixin.qq.com", description=(
        "WeCom's own address, or that of a private deployment; empty: no WeCom."))
    wecom_corp_id: str = Field(default="", description=(
        "WeCom corporation whose application tells people by their user ids; empty: by the keys of group robots."))
    wecom_agent_id: int = Field(default=0, ge=0, description="Number of that WeCom application.")
    wecom_secret: str = Field(default="", repr=False, description="Secret of that WeCom application.")
    dingtalk_url: str = Field(default="https://oapi.dingtalk.com", description=(
        "DingTalk's own address, or that of a private deployment; empty: no DingTalk."))
    webhook_private: bool = Field(default=False, description=(
        "Let webhooks go to private addresses of the city's own network."))
    live_stream_length: int = Field(default=100_000, description="Changes kept for those who watch live.", ge=100)
    live_heartbeat_seconds: float = Field(
        default=15.0, description="Seconds between heartbeats of a live stream; its session is checked as often.", gt=0)
    repeat_metres: float = Field(default=50.0, ge=0, le=1000,
                                 description="Metres within which the same subcategory may be the same incident.")
    repeat_hours: int = Field(default=24, description="Hours within which it may be.", ge=1, le=720)
    patrol_days: int = Field(default=90, ge=1, le=3650, description=(
        "Days after which the track of a patrol is deleted; its length and coverage stay."))

    code_limits: str = Field(default="1,5,10", pattern=r"^[1-9]\d{0,3},[1-9]\d{0,3},[1-9]\d{0,3}$",
                             description="Codes that one phone is sent: in a minute, an hour, a day.")
    code_limits_address: str = Field(default="1,5,10", pattern=r"^[1-9]\d{0,3},[1-9]\d{0,3},[1-9]\d{0,3}$",
                                     description="Codes that one network address may ask for: in a minute, an hour, "
                                                 "a day. Raise it where many share an address.")
    show_codes: bool = Field(default=False,
                             description="Answer with the code that was sent, so that it can be tried without an SMS "
                                         "gateway. Never in production.")
    public_session_minutes: int = Field(default=60, description="Minutes until a session opened by an SMS code ends.",
                                        ge=1)
    public_per_minute: int = Field(default=120,
                                   description="Requests of one network address to the public part in a minute.", ge=1)
    client_address_header: str = Field(default="",
                                       description="Header in which our own reverse proxy names the caller's address, "
                                                   "such as X-Forwarded-For; empty: there is no proxy.")
    map_tiles: str = Field(default="", pattern=r"^(https?://\S+|/\S*)?$", description=(
        "Base map of the screens: an XYZ address with {x}, {y} and {z} in WGS-84 web Mercator, such as a tile server "
        "of the city's own network; empty: the city's own outlines alone, and no request leaves the server."))
    map_attribution: str = Field(default="", description="Whose base map it is, shown on the map.")
    auto_confidence: float = Field(default=0.95, ge=0.5, le=1, description=(
        "How sure the ranking of subcategories must be, 0.5 to 1, before an incident is filed without a person; 1: "
        "never."))
    metrics_token: str = Field(default="", repr=False, description=(
        "Token with which Prometheus may read /metrics; empty: nobody may."))

    @property
    def speaks_tls(self) -> bool:
        return self.tls_cert is not None and self.tls_key is not None

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
