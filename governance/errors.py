"""Every way in which a request can be refused: one tree, without HTTP.

Each error has a stable `code`, a Chinese and an English sentence, and, where one is to blame, the field.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What people call the fields. A field that is not here is called by its own name.
FIELD_NAMES = {
    "lon": "位置", "lat": "位置", "unit": "网格", "subcategory": "小类", "standard": "立案标准",
    "department": "责任单位", "assisting": "协办单位", "attachments": "附件", "reason": "理由", "main": "主事件",
    "score": "评分", "source": "来源", "captured_at": "拍摄时间", "process": "流程", "passed": "核查结果",
    "action": "操作", "description": "文字描述", "days": "天数", "until": "日期", "request": "申请",
    "level": "督办等级", "phone": "手机号", "month": "月份",
}


def field_name(field: str) -> str:
    """The Chinese name of a field; of `attachments.2` that of the list."""
    return FIELD_NAMES.get(field.partition(".")[0], field)


@dataclass(frozen=True)
class FieldProblem:
    """One field that is wrong, and why."""

    field: str
    zh: str
    en: str


class WanggeError(Exception):
    """The root. Subclasses set `code`; `zh` and `en` are sentences for people."""

    code = "error"

    def __init__(self, zh: str, en: str, *problems: FieldProblem, **extra: object) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en
        self.problems = problems
        self.extra = extra


class Invalid(WanggeError):
    """Something in the request is wrong; the fields say what."""

    code = "invalid"


class MissingField(Invalid):
    code = "missing_field"

    def __init__(self, field: str, zh: str = "必填", en: str = "is required") -> None:
        super().__init__(f"{field_name(field)}: {zh}", f"{field} {en}", FieldProblem(field, zh, en))


class InvalidField(Invalid):
    """One field has a value that cannot be used."""

    code = "invalid_field"

    def __init__(self, field: str, zh: str, en: str, code: str | None = None, **extra: object) -> None:
        super().__init__(f"{field_name(field)}: {zh}", f"{field}: {en}", FieldProblem(field, zh, en), **extra)
        if code:
            self.code = code


class NotAuthenticated(WanggeError):
    code = "not_authenticated"

    def __init__(self, zh: str = "请先登录", en: str = "Sign in first.") -> None:
        super().__init__(zh, en)


class BadCredentials(NotAuthenticated):
    code = "bad_credentials"

    def __init__(self) -> None:
        super().__init__("手机号或密码不正确", "Wrong phone number or password.")


class TooMany(WanggeError):
    """Asked too often; it opens again by itself after so many seconds."""

    code = "too_many"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"操作过于频繁, 请 {seconds} 秒后再试", f"Too many requests; try again in {seconds} s.",
                         retry_after=seconds)


class AccountLocked(WanggeError):
    code = "account_locked"

    def __init__(self, retry_after: int) -> None:
        super().__init__("登录失败次数过多, 账号已锁定, 请稍后再试",
                         "Too many failed sign-ins; the account is locked for now.", retry_after=retry_after)


class NotAllowed(WanggeError):
    """The caller's role or scope does not allow it."""

    code = "not_allowed"


class NotFound(WanggeError):
    """It does not exist, or the caller may not know that it does."""

    code = "not_found"

    def __init__(self, what: str = "") -> None:
        super().__init__(f"未找到: {what}", f"Not found: {what}")


class Conflict(WanggeError):
    code = "conflict"


class StaleVersion(Conflict):
    code = "stale_version"

    def __init__(self, current: int) -> None:
        super().__init__("事件已被他人更新, 请刷新后再操作", "Somebody changed this incident; load it again.",
                         current_version=current)


class WrongState(Conflict):
    code = "wrong_state"


class IdTaken(Conflict):
    code = "id_taken"

    def __init__(self, zh: str = "该编号已用于内容不同的上报",
                 en: str = "This id was used for a report with other content.") -> None:
        super().__init__(zh, en, FieldProblem("id", "已被占用", "is taken"))


class TooLarge(WanggeError):
    code = "too_large"


class UnsupportedMedia(WanggeError):
    code = "unsupported_media"


class CalendarGap(WanggeError):
    """The calendar of a year is not published (yet); we do not guess."""

    code = "calendar_gap"

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"{year} 年的工作日历尚未发布或未导入, 无法计算时限; 请管理员导入 (wangge load calendar)",
                         f"No calendar has been published or loaded for {year}, so no limit can be counted; an admin "
                         "must load it (wangge load calendar).", year=year)


class NotReady(WanggeError):
    """The city's data is not loaded yet."""

    code = "not_ready"
