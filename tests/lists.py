"""The two further lists in the town, and who answers for them there."""

from __future__ import annotations

from sqlalchemy import Engine

from data.engine import writing
from governance.city import raise_revision
from governance.people import Duty
from tests import town
from wangge.load import SEED, load_taxonomy

#: Who answers inquiries in the town: function, unit, department.
DUTIES = [("education", town.HEPING, "facilities"), ("ecology", town.HEPING, "facilities"),
          ("government_services", town.HEPING, "traffic"), ("roads", town.HEDONG, "facilities_hedong")]


def load_lists(engine: Engine) -> None:
    """`inquiry` and `care` as they are shipped."""
    for name in ("inquiry", "care"):
        load_taxonomy(engine, name, SEED / "taxonomy" / f"{name}.csv", SEED / "taxonomy" / f"{name}_standards.csv",
                      town.LOADED)
    with writing(engine) as session:
        session.add_all(Duty(function=function, unit=unit, department=department)
                        for function, unit, department in DUTIES)
        raise_revision(session)
        session.commit()
