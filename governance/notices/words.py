"""The words of notices in a process file: whom a rule may name, and what its templates may say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TYPE_CHECKING

from governance.process_fault import Fault

if TYPE_CHECKING:
    from governance.process import NoticeRule, Process

#: Whom a rule's `to` may name, or the holder and head of a clock.
PARTIES: dict[str, str] = {
    "department": "the lead department at that step",
    "workers": "the nearest grid workers whose scope holds the place",
    "nearest_workers": "the same",
    "leads": "the nearest community leads",
    "dispatchers": "every dispatcher whose scope holds the place",
    "centre": "the district centre's people whose scope holds the place",
    "supervisors": "the supervisors whose scope holds the place",
    "heads": "the heads of the lead department",
    "assisting": "the assisting departments",
    "reporter": "who reported it, and all whose reports were merged into it",
    "asked": "the parties of what this step asks, or of the request that the event is about",
    "asker": "who opened the request that this step answers or decides, or that the event is about",
    "desk": "the people of the desk that it was escalated to",
}
#: And whom the rules of a step may name besides: through the clock that the step or event is about.
AUDIENCES: dict[str, str] = {
    **PARTIES,
    "holder": "whom the clock says holds the stage",
    "head": "whom the clock says is told when the holder is late",
}
#: How a step may come out, besides the kind of a request that was decided: what `when` may name.
RESULTS = ("passed", "failed", "review", "overdue")
#: What a template may say, as {name}. Nothing of who reported it.
TEMPLATE_FIELDS: dict[str, str] = {
    "number": "the incident's number; to who reported it, the number of the own report",
    "subcategory": "what it is",
    "department": "the lead department at that step",
    "unit": "where, from the district down",
    "reason": "the step's reason",
    "due": "when the lead must have handled it; of a clock's or a request's event, when that is due",
    "days": "the days that were asked for",
    "until": "the date that was asked for",
    "action": "what was done",
    "stage": "the stage of the clock",
    "score": "the score that was given",
}


def problems_of_notices(process: Process) -> Iterator[Fault]:
    """Every audience and every {field} known, every template a template."""
    for action in process.actions.values():
        at = ("actions", action.code)
        yield from _problems_of((*at, "notify"), action.notify)
        results = {rule.when for rule in action.notify} - {None, *RESULTS, *process.requests}
        yield from (_fault((*at, "notify"), f"没有结果 {result}", f"unknown result {result}")
                    for result in sorted(map(str, results)))
    for clock in process.clocks.values():
        yield from _problems_of(("clocks", clock.stage, "warn"), clock.warn)
        for key in ("holder", "head"):
            if (name := getattr(clock, key)) and name not in PARTIES:
                yield _fault(("clocks", clock.stage, key), f"没有受众 {name}", f"unknown audience {name}")
    for kind, request in process.requests.items():
        for key, rules in (("remind", request.remind), ("late", request.late)):
            yield from _problems_of(("requests", kind, key), rules)


def _fault(path: tuple[str, ...], zh: str, en: str) -> Fault:
    return Fault(path, zh, f"{path[0].removesuffix('s')} {path[1]}: {en}")


def _problems_of(path: tuple[str, ...], rules: Iterable[NoticeRule]) -> Iterator[Fault]:
    for number, rule in enumerate(rules):
        at = (*path, str(number))
        if rule.to not in AUDIENCES:
            yield _fault((*at, "to"), f"没有受众 {rule.to}", f"unknown audience {rule.to}")
        for key, template in (("zh", rule.text), ("en", rule.text_en)):
            yield from (_fault((*at, key), f"模板 “{template}” {zh}", f"{en} in the template {template!r}")
                        for zh, en in _problems_in(template))


def _problems_in(template: str) -> Iterator[tuple[str, str]]:
    """Plain {names} only: a format or an attribute could fail, or tell, when nobody looks."""
    try:
        fields = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        yield "不是可用的模板", str(error)
        return
    for _, name, form, conversion in fields:
        if name not in TEMPLATE_FIELDS:
            yield f"没有 {{{name}}}", f"unknown field {{{name}}}"
        elif form or conversion:
            yield f"{{{name}}} 不能带格式", f"{{{name}}} must stand alone, without a format"
