"""The words of notices in a process file: whom a rule may name, and what its templates may say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TYPE_CHECKING

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


def problems_of_notices(process: Process) -> Iterator[str]:
    """Every audience and every {field} known, every template a template. Sentences for BadProcess."""
    for action in process.actions.values():
        yield from _problems_of(f"action {action.code}", action.notify)
        results = {rule.when for rule in action.notify} - {None, *RESULTS, *process.requests}
        yield from (f"action {action.code}: unknown result {result}" for result in sorted(map(str, results)))
    for clock in process.clocks.values():
        yield from _problems_of(f"clock {clock.stage}", clock.warn)
        named = {clock.holder, clock.head} - {""}
        yield from (f"clock {clock.stage}: unknown audience {name}" for name in sorted(named - set(PARTIES)))
    for kind, request in process.requests.items():
        yield from _problems_of(f"request {kind}", (*request.remind, *request.late))


def _problems_of(where: str, rules: Iterable[NoticeRule]) -> Iterator[str]:
    for rule in rules:
        if rule.to not in AUDIENCES:
            yield f"{where}: unknown audience {rule.to}"
        for template in (rule.text, rule.text_en):
            yield from (f"{where}: {problem} in the template {template!r}" for problem in _problems_in(template))


def _problems_in(template: str) -> Iterator[str]:
    """Plain {names} only: a format or an attribute could fail, or tell, when nobody looks."""
    try:
        fields = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        yield str(error)
        return
    for _, name, form, conversion in fields:
        if name not in TEMPLATE_FIELDS:
            yield f"unknown field {{{name}}}"
        elif form or conversion:
            yield f"{{{name}}} must stand alone, without a format"
