"""Drafts of a list: its categories, the standards at its leaves, the functions that it names. Each one that is applied
is a new version; incidents keep the version that they were filed under.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlmodel import Session, SQLModel, col

from data.bulk import write_rows
from data.sheet import BadFile, read_rows
from data.shipped import SEED
from governance.drafts.kind import (
    Change,
    Content,
    Kind,
    Options,
    Preview,
    Row,
    Tools,
    Written,
    affected,
    concerned,
    differences,
    touched,
)
from governance.errors import Conflict, InvalidField
from governance.incident import Incident
from taxonomy.category import Category, Function, TaxonomyVersion
from taxonomy.exchange import FunctionRow, read_functions, read_list, write_list
from taxonomy.standard import Standard

#: The functions that we ship; a list that names no sheet of its own takes them.
FUNCTIONS: Final = SEED / "taxonomy" / "functions.csv"
TABLES: Final[dict[str, type[SQLModel]]] = {"categories": Category, "standards": Standard, "functions": Function}
WHAT: Final = {"categories": "category", "standards": "standard", "functions": "function"}
LIMIT: Final = ("limit_value", "limit_unit")


# ---- reading -------------------------------------------------------------------------------------------------------

def read(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """A list from its sheets. Without a sheet of functions it keeps those that it has, if they are enough."""
    functions = _functions(session, files, options.name)
    categories, standards = read_list(files["categories"], files.get("standards"), functions, options.name)
    return _content(options.name, categories, standards, functions, files.values())


def read_standards(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """New standards under the categories that are in force."""
    known = records_of(session, options.name)
    if not known["categories"]:
        raise InvalidField("list", f"没有事项清单 {options.name}", f"there is no list {options.name}", "unknown_list")
    functions = [FunctionRow(f.code, f.name, f.name_en, "", "") for f in known["functions"]]
    with TemporaryDirectory() as folder:  # every rule that holds between the two sheets is asked in one place
        categories, unused = Path(folder, "categories.csv"), Path(folder, "standards.csv")
        write_list(known["categories"], (), categories, unused)
        read_again, standards = read_list(categories, files["standards"], functions, options.name)
    return _content(options.name, read_again, standards, functions, files.values())


def _functions(session: Session, files: Mapping[str, Path], name: str) -> list[FunctionRow]:
    if "functions" in files:
        return read_functions(files["functions"])
    known = [FunctionRow(f.code, f.name, f.name_en, "", "") for f in records_of(session, name)["functions"]]
    used = functions_in(files["categories"])
    return known if used and used <= {f.code for f in known} else read_functions(FUNCTIONS)


def functions_in(categories: Path) -> set[str]:
    """The functions that a sheet of categories names; none if it cannot be read, which is told elsewhere."""
    try:
        rows = read_rows(categories)
    except BadFile:
        return set()
    cells = [row.get(column, "") for _, row in rows for column in ("function", "assisting")]
    return {word.strip() for cell in cells for word in cell.split("|") if word.strip()}


def _content(name: str, categories: Iterable[Category], standards: Iterable[Standard],
             functions: Iterable[FunctionRow], files: Iterable[Path]) -> Content:
    named = [{"taxonomy": name, "code": f.code, "name": f.name, "name_en": f.name_en} for f in functions]
    return {"taxonomy": name, "source": ", ".join(path.name for path in files), "functions": named,
            "categories": [_plain(c) for c in categories], "standards": [_plain(s) for s in standards]}


def _plain(record: SQLModel) -> dict[str, Any]:
    """A record as plain values, without its version. A limit is written in one way only: 4, not 4.00."""
    values = record.model_dump(exclude={"version"})
    return {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in values.items()}


# ---- comparing -----------------------------------------------------------------------------------------------------

def compare(session: Session, content: Content, tools: Tools) -> Preview:
    """What is added, changed and removed, and the open incidents of such subcategories and standards."""
    known = records_of(session, content["taxonomy"])
    changes = [change for part in TABLES for change in differences(WHAT[part], *_placed_alike(
        _by_code(map(_plain, known[part])), _by_code(content[part])))]
    rows = {"categories": len(content["categories"]), "subcategories": sum(c["leaf"] for c in content["categories"]),
            "standards": len(content["standards"])}
    preview = Preview(rows, changes, more={"version": current_version(session, content["taxonomy"])})
    _concern(session, content["taxonomy"], changes, preview)
    return preview


def _concern(session: Session, taxonomy: str, changes: Sequence[Change], preview: Preview) -> None:
    own = col(Incident.taxonomy) == taxonomy
    standards = {code.partition(" ")[0] for code in touched(changes, "standard")}
    limits = {one.code.partition(" ")[0] for one in changes if one.what == "standard" and {*one.fields} & {*LIMIT}}
    removed = concerned(session, "subcategory", touched(changes, "category", "removed"), own)
    numbers = [*concerned(session, "subcategory", touched(changes, "category"), own),
               *concerned(session, "standard", standards, own)]
    preview.affects = affected(numbers, concerned(session, "standard", limits, own))
    if removed:
        preview.warnings.append((f"{len(removed)} 件在办事件的小类在新版本中已不存在, 它们仍按立案时的版本办理",
                                 f"{len(removed)} open incidents are of a subcategory that the new version does not "
                                 "have; they stay with the version that they were filed under"))


def _by_code(rows: Iterable[Row]) -> dict[str, Row]:
    """By code; of a standard with its area."""
    return {f"{row['code']} {row['area']}" if "area" in row else row["code"]: row for row in rows}


def _placed_alike(before: dict[str, Row], after: dict[str, Row]) -> tuple[dict[str, Row], dict[str, Row]]:
    """Places counted among what both have: a row that comes or goes moves no other."""
    both = before.keys() & after.keys()
    for rows in (before, after):
        order = sorted((code for code in both if "position" in rows[code]), key=lambda code: rows[code]["position"])
        rows.update({code: {**rows[code], "position": place} for place, code in enumerate(order)})
    return before, after


def current_functions(session: Session) -> set[str]:
    """The functions that any list in force names."""
    return set(session.scalars(select(col(Function.code)).join(
        TaxonomyVersion, (col(TaxonomyVersion.taxonomy) == col(Function.taxonomy))
        & (col(TaxonomyVersion.version) == col(Function.version))).where(col(TaxonomyVersion.current))))


def current_version(session: Session, taxonomy: str) -> int | None:
    found: int | None = session.scalar(select(col(TaxonomyVersion.version)).where(
        col(TaxonomyVersion.taxonomy) == taxonomy, col(TaxonomyVersion.current)))
    return found


def records_of(session: Session, taxonomy: str) -> dict[str, list[Any]]:
    """The records of the version in force, by part; nothing if there is none."""
    version = current_version(session, taxonomy)
    return {part: list(_of_version(session, table, taxonomy, version)) for part, table in TABLES.items()}


def _of_version(session: Session, table: Any, taxonomy: str, version: int | None) -> Iterator[SQLModel]:
    return iter(session.scalars(select(table).filter_by(taxonomy=taxonomy, version=version)))


# ---- writing -------------------------------------------------------------------------------------------------------

def write(session: Session, content: Content, tools: Tools) -> Written:
    """A new version, which is the current one from now on."""
    taxonomy = content["taxonomy"]
    before = current_version(session, taxonomy)
    version = (session.scalar(select(func.max(TaxonomyVersion.version)).filter_by(taxonomy=taxonomy)) or 0) + 1
    session.execute(update(TaxonomyVersion).filter_by(taxonomy=taxonomy).values(current=False))
    write_rows(session, TaxonomyVersion, [{"taxonomy": taxonomy, "version": version, "loaded_at": tools.now,
                                           "current": True, "source": content["source"], "note": ""}])
    write_rows(session, Category, [row | {"version": version} for row in content["categories"]], tools.told)
    write_rows(session, Standard, [row | {"version": version, "limit_value": Decimal(row["limit_value"])}
                                   for row in content["standards"]])
    write_rows(session, Function, [row | {"version": version} for row in content["functions"]])
    return Written({"version": before, "applied": version}, version)


def restore(session: Session, content: Content, before: Content, tools: Tools) -> None:
    """The version before is the current one again. A first version goes only while no incident is of its list."""
    taxonomy = content["taxonomy"]
    if before["version"] is None:
        used = session.scalar(select(func.count()).select_from(Incident).where(col(Incident.taxonomy) == taxonomy))
        if used:
            raise Conflict(f"这是清单 {taxonomy} 的第一个版本, 已有 {used} 件事件, 不能回滚",
                           f"This is the first version of the list {taxonomy}, and {used} incidents are of it.")
    own = update(TaxonomyVersion).filter_by(taxonomy=taxonomy)
    session.execute(own.values(current=False))
    session.execute(own.where(col(TaxonomyVersion.version) == before["version"]).values(current=True))


TAXONOMY = Kind("taxonomy", "事项清单", ("categories", "standards", "functions"), ("categories",), read, compare, write,
                restore, versioned=True)
STANDARDS = Kind("standards", "立案/结案标准", ("standards",), ("standards",), read_standards, compare, write, restore,
                 versioned=True)
