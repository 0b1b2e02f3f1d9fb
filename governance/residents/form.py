"""What the public may choose from: the processes that take its reports, the subcategories that their lists mark
`public`, and the departments that answer for these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from governance.city import City
from governance.errors import InvalidField
from governance.intake import IncidentReport
from governance.people import Department
from governance.process import Process
from grids.codes import within
from taxonomy.category import Category
from taxonomy.classify import Ranking
from taxonomy.tree import Tree


def open_processes(city: City) -> list[Process]:
    """Those that a resident may begin and whose list has something for the public."""
    return [process for process in city.processes.values() if _is_open(city, process)]


def open_list(city: City, process: str) -> Tree:
    """The list of a process that is open to the public. InvalidField for any other."""
    found = city.process(process)
    if not _is_open(city, found):
        raise InvalidField("process", f"流程“{found.name}”不受理公众上报", f"{process} takes no reports of the public",
                           "not_public")
    return city.lists[found.taxonomy]


def _is_open(city: City, process: Process) -> bool:
    tree = city.lists.get(process.taxonomy)
    return "resident" in process.start.by and tree is not None and any(leaf.public for leaf in tree.leaves())


def departments(city: City, process: str, unit: str | None, q: str | None) -> Iterator[Department]:
    """Who can be asked, in the order of the codes: departments that answer for the function of a public subcategory,
    where a unit is named in it, above it or below it."""
    functions = {leaf.function for leaf in open_list(city, process).leaves() if leaf.public}
    if unit is not None and unit not in city.places:
        raise InvalidField("unit", f"没有网格 {unit}", f"there is no unit {unit}", "unknown_unit")
    able = {code for (function, where), codes in city.duties.items() if function in functions
            and (unit is None or within(where, unit) or within(unit, where)) for code in codes}
    words = (q or "").strip().casefold()
    return (city.departments[code] for code in sorted(able) if words in city.departments[code].name.casefold())


def offered(tree: Tree, ranking: Ranking, most: int) -> list[Category]:
    """Of what words may mean, the subcategories that the public may choose; none where we know too little."""
    if ranking.little is not None:
        return []
    leaves = (tree.leaf(one.subcategory) for one in ranking.suggestions)
    return [leaf for leaf in leaves if leaf is not None and leaf.public][:most]


def placed(city: City, sent: IncidentReport) -> IncidentReport:
    """Who picks a department and no place asks about the area that is the department's."""
    department = city.departments.get(sent.department or "")
    if department is None or sent.unit is not None or sent.lon is not None:
        return sent
    return replace(sent, unit=department.unit)
