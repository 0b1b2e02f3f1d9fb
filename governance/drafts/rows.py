"""Drafts made of changed rows, as a screen edits them: a subcategory's words, a standard's limit, a department, an
account, a day. The rows are laid over the sheet in force, so that every rule of a sheet is asked of them.

What was asked is kept with the draft. When the city has changed meanwhile, comparing again lays the same rows over
what is in force then, so nobody's change is undone by another's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlmodel import Session

from data.sheet import BadFile, RowProblem
from governance.drafts.calendar import CALENDAR
from governance.drafts.kind import Content, Kind, Options
from governance.drafts.laying import Cells, Laid, Part, invalid, lay
from governance.drafts.people import PEOPLE
from governance.drafts.taxonomy import FUNCTIONS, STANDARDS, TAXONOMY, functions_in, records_of
from governance.errors import FieldProblem, InvalidField, MissingField
from governance.exchange.exchange import accounts_of, sheet
from governance.exchange.people import ACCOUNT_COLUMNS
from taxonomy.exchange import STANDARD_COLUMNS, cells_of, read_functions

#: How much of what was edited is told in the list of drafts.
LONGEST_SOURCE: Final = 100


@dataclass(frozen=True)
class Edit:
    """What somebody asks for: of a sheet (`name`: of the list), and, of a list, of its standards beside."""

    sheet: str
    name: str
    main: Part
    standards: Part

    def document(self) -> dict[str, Any]:
        """As it is kept with the draft; passwords are not."""
        rows = [{name: cell for name, cell in row.items() if name != "password"} for row in self.main.rows]
        return {"sheet": self.sheet, "name": self.name, "main": {"rows": rows, "removed": list(self.main.removed)},
                "standards": {"rows": list(self.standards.rows), "removed": list(self.standards.removed)}}

    @property
    def source(self) -> str:
        """What stands for the files' names."""
        key = SHEETS[self.sheet].key[0]
        named = [*(str(row.get(key, "")) for row in self.main.rows), *self.main.removed]
        return f"{self.sheet}: {', '.join(named)}"[:LONGEST_SOURCE]


@dataclass(frozen=True)
class Editable:
    """A sheet that can be edited row by row: its kind of draft, its part there, and what a row is known by."""

    kind: Kind
    part: str
    key: tuple[str, ...]


SHEETS: Final[dict[str, Editable]] = {
    "taxonomy": Editable(TAXONOMY, "categories", ("code",)),
    "standards": Editable(STANDARDS, "standards", ("code", "area")),
    "calendar": Editable(CALENDAR, "days", ("date",)),
    "departments": Editable(PEOPLE, "departments", ("code",)),
    "accounts": Editable(PEOPLE, "accounts", ("phone",)),
}


def edit_of(document: Mapping[str, Any]) -> Edit:
    return Edit(document["sheet"], document["name"], Part(**document["main"]), Part(**document["standards"]))


def content_of(session: Session, edit: Edit) -> Content:
    """What the draft holds. Invalid names the row, the field and the reason of everything that is wrong."""
    if edit.main.empty and edit.standards.empty:
        raise MissingField("rows")
    if edit.sheet != "taxonomy" and not edit.standards.empty:
        raise InvalidField("standards", "仅用于事项清单", "is only for a taxonomy")
    content = _READ[edit.sheet](session, edit)
    return content | {"source": edit.source} if "source" in content else content


def again(session: Session, edit: Edit, before: Content) -> Content:
    """The same over what is in force now, with the passwords that came with it."""
    content = content_of(session, edit)
    hashes = {row["phone"]: row["password_hash"] for row in before.get("accounts", ())}
    for row in content.get("accounts", ()):
        row["password_hash"] = hashes.get(row["phone"])
    return content


# ---- one for each sheet --------------------------------------------------------------------------------------------

def _taxonomy(session: Session, edit: Edit) -> Content:
    """With the standards: those of a subcategory that goes go with it."""
    of_list = sheet(session, "taxonomy", None, edit.name)
    categories = lay(of_list.rows, edit.main, of_list.columns, ("code",))
    gone = set(edit.main.removed)
    known = [cells_of(one) for one in records_of(session, edit.name)["standards"] if one.subcategory not in gone]
    standards = lay(known, edit.standards, STANDARD_COLUMNS, ("code", "area"), "standards.")
    return _read(session, edit, {"categories": categories} | ({"standards": standards} if standards.rows else {}))


def _standards(session: Session, edit: Edit) -> Content:
    of_list = sheet(session, "standards", None, edit.name)
    return _read(session, edit, {"standards": lay(of_list.rows, edit.main, of_list.columns, ("code", "area"))})


def _calendar(session: Session, edit: Edit) -> Content:
    """Of the years that are edited, everything: a year without a row has nothing of its own any more."""
    days = sheet(session, "calendar")
    laid = lay(days.rows, edit.main, days.columns, ("date",))
    years = {str(day)[:4] for day in (*(row["date"] for row in edit.main.rows), *edit.main.removed)}
    of_years = Laid([row for row in laid.rows if str(row["date"])[:4] in years], laid.sent, laid.key, laid.where)
    content = _read(session, edit, {"days": of_years}) if of_years.rows else {"days": [], "years": [], "touched": []}
    return content | {"touched": sorted({*content["touched"], *(int(year) for year in years if year.isdecimal())})}


def _departments(session: Session, edit: Edit) -> Content:
    of_all = sheet(session, "people", "departments")
    laid = lay(of_all.rows, edit.main, of_all.columns, ("code",))
    only = Laid(laid.changed, laid.sent, laid.key, laid.where)
    content = _read(session, edit, {"departments": only}) if only.rows else {
        "departments": [], "duties": [], "accounts": [], "complete": False}
    return content | {"removed": sorted(edit.main.removed)}


def _accounts(session: Session, edit: Edit) -> Content:
    """An account is deactivated, never removed: what it did stays its own."""
    if edit.main.removed:
        raise InvalidField("removed", "账号不能删除, 请改为停用 (active: false)",
                           "an account is never removed; deactivate it (active: false)")
    phones = [str(row.get("phone", "")).strip() for row in edit.main.rows]
    laid = lay(accounts_of(session, phones), edit.main, (*ACCOUNT_COLUMNS, "password", "active"), ("phone",))
    return _read(session, edit, {"accounts": laid})


_READ: Final = {"taxonomy": _taxonomy, "standards": _standards, "calendar": _calendar, "departments": _departments,
                "accounts": _accounts}


# ---- through the rules of a sheet ----------------------------------------------------------------------------------

def _read(session: Session, edit: Edit, parts: Mapping[str, Laid]) -> Content:
    """As if the sheets had been sent as files."""
    with TemporaryDirectory(prefix="wangge-") as folder:
        files = {part: _written(Path(folder, f"{part}.jsonl"), laid.rows) for part, laid in parts.items()}
        if edit.sheet == "taxonomy":
            files["functions"] = _written(Path(folder, "functions.jsonl"), _functions(session, edit, files))
        try:
            return SHEETS[edit.sheet].kind.read(session, files, Options(name=edit.name))
        except BadFile as bad:
            main = SHEETS[edit.sheet].part
            raise invalid([_told(problem, parts, main) for problem in bad.problems]) from None


def _written(path: Path, rows: Sequence[Cells]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _functions(session: Session, edit: Edit, files: Mapping[str, Path]) -> list[Cells]:
    """Those that the list names already, and of those that we ship what it names now."""
    known = {one.code: one for one in records_of(session, edit.name)["functions"]}
    named = functions_in(files["categories"])
    fresh = [one for one in read_functions(FUNCTIONS) if one.code in named and one.code not in known]
    return [{"code": one.code, "name": one.name, "name_en": one.name_en} for one in (*known.values(), *fresh)]


def _told(problem: RowProblem, parts: Mapping[str, Laid], main: str) -> FieldProblem:
    """What is wrong in a line of a sheet, as the row that it is. Standards are checked against the categories: what is
    wrong there is of no row that was sent."""
    part, _, column = problem.field.rpartition(".")
    laid = parts.get(part) or (parts[main] if main != "standards" else None)
    if laid is None or not 1 <= problem.line <= len(laid.rows):
        return FieldProblem("rows", problem.reason, problem.reason_en)
    return FieldProblem(laid.place(laid.rows[problem.line - 1], column), problem.reason, problem.reason_en)
