"""What the names in a process mean, in words: for the screens that show a process, as docs/processes.md tells it."""

from __future__ import annotations

from typing import Final

from governance.people import ROLES

Words = tuple[str, str]

STEPS: Final[dict[str, Words]] = {
    "stand_near": ("在标准要求的距离内 (缺省 100 米)", "within the standard's distance (100 m if it says none)"),
    "stand_at_place": ("在事发地 500 米内", "within 500 m of the place"),
    "bring_photo": ("须附照片", "needs a photo"),
    "bring_two_photos": ("须有前后两张照片", "needs a photo of before and one of after"),
    "say_why_not": ("不通过须说明理由", "a failure needs a reason"),
    "classify": ("定小类和标准", "settles subcategory and standard"),
    "join_main": ("并入主事件", "merges it into another"),
    "leave_main": ("从主事件拆出", "makes it stand on its own again"),
    "send": ("派给单位", "sends it to a department"),
    "confer": ("会商指定, 不得退回", "named by a conference: no return"),
    "take_on": ("记下办理人, 不得核查自己", "notes who handles it, who may not check it"),
    "give_back": ("退回", "returns it: it has no department"),
    "ask_to_assist": ("增加协办单位", "further departments assist"),
    "call_to_place": ("吹哨", "calls departments to the place"),
    "name_days": ("检查申请的天数", "checks the days asked for"),
    "name_review_date": ("检查复核日期", "checks the review date"),
    "prolong": ("按批准的天数延长", "grants the days"),
    "put_aside": ("挂账到复核日期", "suspends it until its review"),
    "count_urge": ("计催办一次", "counts an urging"),
    "name_level": ("督办的颜色", "settles the colour of a supervision"),
    "raise_desk": ("升到上一级", "raises it to the desk above"),
    "count_rework": ("不通过时计返工一次", "counts a failure as a rework"),
    "count_as_handled": ("现场处置算按时", "settled on the spot is in time"),
    "excuse": ("申诉通过, 记免责", "excuses it on appeal"),
    "score": ("上报人评价 1 至 5", "the reporter's rating, 1 to 5"),
    "visit": ("回访: 联系、解决、满意", "a return visit: contacted, solved, satisfied"),
    "start_over": ("重办, 清空单位", "begins again without a department"),
}
BARS: Final[dict[str, Words]] = {
    "own_work": ("自己办的", "it is one's own work"),
    "not_settleable": ("清单不许现场处置", "the list does not let it be settled on the spot"),
    "returned": ("退回后未重新派遣", "it was returned and not sent again"),
    "overdue": ("已超期", "it is overdue"),
    "in_time": ("未超期", "it was in time"),
    "asked_already": ("已有同类请求待处理", "one of its kind waits"),
    "asked_too_often": ("超过次数", "it was asked or granted as often as may be"),
    "assisting_open": ("协办未反馈", "somebody assisting has not fed back"),
    "at_the_top": ("已在最高一级", "there is no desk above"),
    "after_conference": ("会商已定", "a conference has decided"),
    "main_open": ("主事件未结", "the main incident is open"),
    "no_department": ("没有责任单位", "there is no department"),
}
CONDITIONS: Final[dict[str, Words]] = {
    "reporter_files": ("网格员上报的、清单允许直接立案的", "a grid worker's report of what the list files at once"),
    "one_department": ("规则恰好找到一个单位", "the rule finds exactly one department"),
    "asked_department": ("上报人选了单位", "the reporter chose one"),
    "dissatisfied": ("办结 15 天内评价不满意", "rated 1 or 2 within 15 days of the end"),
    "dissatisfied_follower": ("并案的上报人不满意", "so rated by who was merged"),
    "returned_often": ("退回三次", "returned three times"),
}
AUDIENCES: Final[dict[str, Words]] = {
    "department": ("主办单位", "the lead department"), "heads": ("主办单位负责人", "the heads of the lead department"),
    "assisting": ("协办单位", "the assisting departments"), "workers": ("最近的网格员", "the nearest grid workers"),
    "nearest_workers": ("最近的网格员", "the nearest grid workers"),
    "leads": ("最近的社区网格长", "the nearest community leads"),
    "dispatchers": ("管辖该处的派遣员", "the dispatchers of the place"),
    "centre": ("区网格化中心", "the district centre"), "supervisors": ("督查员", "the supervisors of the place"),
    "reporter": ("上报人", "who reported it"), "asked": ("被请求方", "who is asked"), "asker": ("请求方", "who asked"),
    "desk": ("升级到的那一级", "the desk that it was raised to"),
    "holder": ("时限的承办人", "whom the clock holds to act"), "head": ("时限的负责人", "who answers for the clock"),
}
PARTIES: Final[dict[str, Words]] = {"lead": ("主办单位", "the lead department"),
                                    "named": ("所列单位", "the departments named")}
FIELDS: Final[dict[str, Words]] = {
    "reason": ("理由", "reason"), "department": ("责任单位", "department"), "assisting": ("协办单位", "assisting"),
    "subcategory": ("小类", "subcategory"), "standard": ("立案标准", "standard"), "passed": ("结果", "passed"),
    "days": ("天数", "days"), "until": ("日期", "until"), "main": ("主事件", "main incident"),
    "request": ("申请", "request"), "level": ("等级", "level"), "contacted": ("已联系", "contacted"),
    "score": ("评分", "score"), "description": ("文字描述", "description"), "stage": ("阶段", "stage"),
    "attachments": ("附件", "attachments"), "lon": ("经度", "longitude"), "lat": ("纬度", "latitude"),
    "datum": ("坐标系", "datum"),
}
RESULTS: Final[dict[str, Words]] = {
    "passed": ("通过", "passed"), "failed": ("不通过", "failed"), "review": ("待复审", "goes to its next review"),
    "overdue": ("已超期", "overdue"),
}
UNITS: Final[dict[str, Words]] = {
    "urgent_hour": ("小时 (连续)", "hours, running on"), "natural_day": ("自然日", "days, running on"),
    "work_hour": ("工作小时", "work hours"), "work_day": ("工作日", "work days"),
}
ROLES_EN: Final[dict[str, str]] = {
    "resident": "resident", "grid_worker": "grid worker", "community_lead": "community lead",
    "dispatcher": "dispatcher", "handler": "handler", "department_head": "department head",
    "district_centre": "district centre", "supervisor": "supervisor", "leader": "leader", "admin": "administrator",
    "auditor": "auditor", "hotline": "hotline", "sensor": "device platform", "engine": "the system",
}


def role_words(role: str) -> Words:
    return ROLES.get(role, "系统" if role == "engine" else role), ROLES_EN.get(role, role)


def words_of(name: str, known: dict[str, Words]) -> Words:
    """A name that nobody has words for is told as it is."""
    return known.get(name, (name, name))
