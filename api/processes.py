"""A process as its document: everything by name, with what the name means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.schemas.processes import (
    ActionOut,
    ClockOut,
    EdgeOut,
    FieldOut,
    FollowOut,
    LimitOut,
    NamedOut,
    NoticeOut,
    ProcessOut,
    ProcessRow,
    RequestOut,
    StateOut,
    TargetOut,
    WindingOut,
)
from governance import process_words as words
from governance.calendar import Limit
from governance.process import Action, ClockRule, NoticeRule, Process, RequestRule

WINDINGS = ("start", "stop", "pause", "resume")


def row(process: Process, open_incidents: int | None) -> ProcessRow:
    return ProcessRow(code=process.code, name=process.name, name_en=process.name_en, list=process.taxonomy,
                      version=process.version, open_incidents=open_incidents)


def document(process: Process, open_incidents: int | None, *, with_text: bool) -> ProcessOut:
    return ProcessOut(
        **row(process, open_incidents).model_dump(), reach=process.reach, place=process.place,
        states=list(states(process)), actions=[action(process, each) for each in process.actions.values()],
        edges=list(edges(process)), clocks=[clock(each) for each in process.clocks.values()],
        requests=[request(each) for each in process.requests.values()], text=process.text if with_text else None)


def states(process: Process) -> Iterator[StateOut]:
    begins = set(process.start.to.values())
    for state in process.states.values():
        yield StateOut(code=state.code, name=state.name, name_en=state.name_en, start=state.code in begins,
                       end=state.outcome is not None, open=state.outcome is None, outcome=state.outcome)


def action(process: Process, rule: Action) -> ActionOut:
    ways = [TargetOut(when=when or None, to=None if to == "same" else to, **_result(process, when))
            for when, to in rule.to.items()]
    fields = [FieldOut(required=needed, **named(name, words.FIELDS).model_dump())
              for name, needed in rule.fields.items()]
    follows = [FollowOut(code=code, name=process.actions[code].name, name_en=process.actions[code].name_en,
                         conditions=[named(each, words.CONDITIONS) for each in conditions])
               for code, conditions in rule.then.items()]
    return ActionOut.model_validate({
        "code": rule.code, "name": rule.name, "name_en": rule.name_en, "start": rule == process.start,
        "from": [state for state in rule.from_states if state], "to": ways[0].to if len(ways) == 1 else None,
        "targets": ways, "roles": [role(each) for each in rule.by], "fields": fields,
        "unless": [named(each, words.BARS) for each in rule.unless],
        "does": [named(each, words.STEPS) for each in rule.does], "clocks": list(windings(rule)), "then": follows,
        "notices": notices(rule.notify)})


def windings(rule: Action) -> Iterator[WindingOut]:
    for does in WINDINGS:
        for when, stages in getattr(rule, does).items():
            yield from (WindingOut(clock=stage, does=does, when=when or None) for stage in stages)


def edges(process: Process) -> Iterator[EdgeOut]:
    """What moves an incident from one state to another, in the order of the file."""
    for rule in process.actions.values():
        for state in rule.from_states:
            for when in rule.to:
                target = rule.target(state, when)
                if target != state:
                    said = _result(process, when)
                    yield EdgeOut.model_validate({
                        "from": state, "to": target, "action": rule.code,
                        "label": f"{rule.name} {said['when_name']}".strip(),
                        "label_en": f"{rule.name_en} {said['when_name_en']}".strip()})


def _result(process: Process, when: str) -> dict[str, str]:
    """A way in which a step may come out: passed, failed, or the kind of the request that was decided."""
    kind = process.requests.get(when)
    zh, en = (kind.name, kind.name_en) if kind else words.words_of(when, words.RESULTS)
    return {"when_name": zh, "when_name_en": en}


def clock(rule: ClockRule) -> ClockOut:
    return ClockOut(
        code=rule.stage, name=rule.name, name_en=rule.name_en, limit=limit(rule.limit), by_standard=rule.by_standard,
        urgent=limit(rule.urgent) if rule.urgent else None,
        holder=named(rule.holder, words.AUDIENCES) if rule.holder else None,
        head=named(rule.head, words.AUDIENCES) if rule.head else None, due=rule.due, again=rule.again,
        notices=notices(rule.warn))


def request(rule: RequestRule) -> RequestOut:
    of = named(rule.of, words.PARTIES) if rule.of in words.PARTIES else role(rule.of)
    return RequestOut(
        code=rule.kind, name=rule.name, name_en=rule.name_en, of=of,
        reviews=[[role(each) for each in review] for review in rule.reviews],
        limit=limit(rule.limit) if rule.limit else None, most_asked=rule.most_asked, most_granted=rule.most_granted,
        until=rule.until)


def limit(of: Limit) -> LimitOut:
    zh, en = words.UNITS[of.unit]
    return LimitOut(value=of.value, unit=of.unit, unit_name=zh, unit_name_en=en)


def notices(rules: Iterable[NoticeRule]) -> list[NoticeOut]:
    found = []
    for rule in rules:
        zh, en = words.words_of(rule.to, words.AUDIENCES)
        found.append(NoticeOut(to=rule.to, to_name=zh, to_name_en=en, when=rule.when, urgent=rule.urgent,
                               text=rule.text, text_en=rule.text_en))
    return found


def named(code: str, known: dict[str, words.Words]) -> NamedOut:
    zh, en = words.words_of(code, known)
    return NamedOut(code=code, name=zh, name_en=en)


def role(code: str) -> NamedOut:
    zh, en = words.role_words(code)
    return NamedOut(code=code, name=zh, name_en=en)
