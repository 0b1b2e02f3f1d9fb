"""The cells of one row of a sheet as values: text, choices, numbers, words; what is wrong is noted, not raised."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from data.sheet import BadFile, RowProblem

YES_NO = ("yes", "no")


@dataclass
class Problems:
    """Everything that is wrong in one or several sheets. `sheet` stands before the column when there are several."""

    found: list[RowProblem] = field(default_factory=list)
    sheet: str = ""

    def of(self, sheet: str) -> Problems:
        """The same list, for another sheet."""
        return Problems(self.found, sheet)

    def add(self, line: int, column: str, reason: str, reason_en: str) -> None:
        where = ".".join(part for part in (self.sheet, column) if part)
        self.found.append(RowProblem(line, where, reason, reason_en))

    def take(self, bad: BadFile) -> None:
        """The problems of a sheet that could not even be read."""
        for problem in bad.problems:
            self.add(problem.line, problem.field, problem.reason, problem.reason_en)

    def raise_if_any(self, source: str) -> None:
        if self.found:
            raise BadFile(sorted(self.found, key=lambda p: (p.field.rpartition(".")[0], p.line)), source)


@dataclass(frozen=True)
class Row:
    """One row of a sheet. A value that cannot be used becomes a problem and an empty value."""

    line: int
    cells: dict[str, str]
    problems: Problems

    def wrong(self, column: str, reason: str, reason_en: str) -> None:
        self.problems.add(self.line, column, reason, reason_en)

    def text(self, column: str, *, needed: bool = False, most: int = 0) -> str:
        value = self.cells.get(column, "")
        if needed and not value:
            self.wrong(column, "必填", "is required")
        if most and len(value) > most:
            self.wrong(column, f"不能超过 {most} 个字符", f"has more than {most} characters")
        return value

    def choice(self, column: str, allowed: Collection[str], *, needed: bool = True) -> str:
        value = self.text(column, needed=needed)
        if value and value not in allowed:
            few = f" ({'、'.join(allowed)})" if len(allowed) <= 12 else ""
            self.wrong(column, f"“{value}” 不是允许的值{few}", f"{value!r} is not a known value")
        return value

    def yes(self, column: str) -> bool:
        return self.choice(column, YES_NO) == "yes"

    def words(self, column: str, allowed: Collection[str] | None = None) -> list[str]:
        """Words joined by `|`."""
        found = [word.strip() for word in self.cells.get(column, "").split("|") if word.strip()]
        for word in found:
            if allowed is not None and word not in allowed:
                self.wrong(column, f"“{word}” 不是允许的值", f"{word!r} is not a known value")
        return found

    def amount(self, column: str, *, below: int = 10**6) -> Decimal:
        """A number above zero with at most two decimals."""
        value = self.text(column, needed=True)
        try:
            number = Decimal(value or "1")
        except InvalidOperation:
            number = Decimal("NaN")
        if not (number.is_finite() and 0 < number < below and number == round(number, 2)):
            self.wrong(column, f"“{value}” 应为大于 0、至多两位小数的数字",
                       f"{value!r} is not a number above 0 with at most two decimals")
            return Decimal(1)
        return number

    def day(self, column: str) -> date | None:
        value = self.text(column, needed=True)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.wrong(column, f"“{value}” 应为日期 YYYY-MM-DD", f"{value!r} is not a date YYYY-MM-DD")
            return None


def rows_of(table: Iterable[tuple[int, dict[str, str]]], columns: Collection[str], problems: Problems) -> list[Row]:
    """The rows, if every column is there; else the missing columns are problems and there are no rows."""
    rows = [Row(line, cells, problems) for line, cells in table]
    if not rows:
        problems.add(1, "", "文件没有数据行", "the file has no rows")
    missing = [column for column in columns if rows and column not in rows[0].cells]
    for column in missing:
        problems.add(1, column, "缺少该列", "the column is missing")
    return [] if missing else rows
