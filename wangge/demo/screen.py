"""What the demo shows at the terminal: what it made, the figures, who can sign in, and what to try."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from governance.people import ROLES
from governance.settings import Settings
from wangge.demo.prepare import Prepared, prepare, read_accounts
from wangge.terminal import progress, reachable


def prepare_and_show(settings: Settings) -> None:
    """Fill the data folder under one progress display, then say what is in it."""
    with reachable(), progress() as told:
        prepared = prepare(settings, progress=told)
    print("\n".join(story(prepared)))
    print("\n" + figures_table(settings) + "\n")
    accounts = read_accounts(settings)
    show_accounts(accounts)
    print("\n".join(things_to_try(settings, accounts)), flush=True)


def story(prepared: Prepared) -> list[str]:
    """What was found or made, in sentences."""
    states = ", ".join(f"{state} {number}" for state, number in sorted(prepared.states.items()))
    done = "已建立演示数据" if prepared.loaded else "演示数据已存在, 保持不变"
    lines = [f"{done}: 天津市, {prepared.incidents} 件事件 ({states})",
             "区级以下边界、部门、人员和事件均为演示用虚构数据",
             "(outlines below the districts, departments, people and incidents are made up)"]
    for year in prepared.made_up_years:
        lines.append(f"注意: {year} 年工作日历尚未发布, 演示按周一至周五计 "
                     f"(no calendar of {year} yet; the demo takes Monday to Friday)")
    return lines


def figures_table(settings: Settings) -> str:
    """Closure by district, as a city leader sees it now."""
    from data.engine import make_engine, reading
    from governance.city import read_city
    from governance.figures.closure import FigureFilter, closure
    from governance.people import Actor
    from wangge.figures import render

    engine = make_engine(settings.database)
    try:
        with reading(engine) as session:
            city = read_city(session, settings)
            leader = Actor(None, "", "leader", city.root)
            return render(*closure(session, city, leader, "district", FigureFilter(), datetime.now(UTC)))
    finally:
        engine.dispose()


def show_accounts(accounts: Sequence[Mapping[str, Any]]) -> None:
    table = Table(title="演示账号 Demo accounts")
    for heading in ("角色", "role", "姓名", "手机号 phone", "密码 password", "网格 unit", "责任单位 department"):
        table.add_column(heading, no_wrap=True)
    for account in accounts:
        table.add_row(ROLES[account["role"]], account["role"], account["name"], account["phone"], account["password"],
                      account["unit"], account["department"] or "")
    # a pipe has no width of its own: nothing of a password may be cut off there
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def things_to_try(settings: Settings, accounts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The journey's first steps as curl lines that can be pasted."""
    worker = next((a for a in accounts if a["role"] == "grid_worker"), None)
    if worker is None:
        return []
    base = f"http://{settings.host}:{settings.port}"
    return [
        f"地址 Address: {base}   接口 API: {base}/openapi.json",
        f"页面 Pages: {base}/m/ 移动端 phone · /desk/ 指挥中心 command centre · /city/ 看板 dashboard · "
        "/report/ 居民 residents · /admin/ 管理 administration",
        f"日志 Log, 含发出的通知 with the notices that went out: {settings.log_file}", "",
        "# 试一试 Try it (in another terminal)",
        f"TOKEN=$(curl -s {base}/api/v1/sessions -H 'Content-Type: application/json' \\",
        f"  -d '{{\"phone\":\"{worker['phone']}\",\"password\":\"{worker['password']}\"}}' | "
        "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"token\"])')",
        f"curl -s {base}/api/v1/incidents -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\",
        f"  -d '{{\"description\":\"便道上一个井盖没了, 很危险\",\"unit\":\"{worker['unit']}\"}}'",
        f"curl -s '{base}/api/v1/incidents?limit=5' -H \"Authorization: Bearer $TOKEN\"",
        f"curl -s '{base}/api/v1/figures/closure?by=category' -H \"Authorization: Bearer $TOKEN\"", "",
        "# 居民不用账号: 演示中验证码直接显示 A resident needs no account; the demo shows the code",
        f"curl -s {base}/api/v1/public/codes -H 'Content-Type: application/json' -d '{{\"phone\":\"13900000000\"}}'",
        f"curl -s '{base}/api/v1/public/inquiries?limit=3'", ""]
