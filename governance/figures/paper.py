"""A document on A4: its page, its letters, its tables. Chinese is set in a font that every reader of PDF brings itself
(Adobe's STSong-Light), so no font file is needed; the same content gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table, TableStyle

MEDIA_TYPE: Final = "application/pdf"
FONT: Final = "STSong-Light"
INK, SOFT, LINE, SHADE = (colors.HexColor(code) for code in ("#1a1a1a", "#555555", "#b8bcc4", "#eef1f5"))
MARGIN, FOOT = 16 * mm, 12 * mm
WIDTH: Final = A4[0] - 2 * MARGIN

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=size * 1.35, textColor=INK, wordWrap="CJK",
                          **more)


TITLE = _style("title", 20, alignment=TA_CENTER, spaceAfter=2 * mm)
SUBTITLE = _style("subtitle", 11, alignment=TA_CENTER, spaceAfter=3 * mm)
HEADING = _style("heading", 13, spaceBefore=5 * mm, spaceAfter=2 * mm, keepWithNext=True)
TEXT, NOTE = _style("text", 9), _style("note", 7.5)
CELL, NUMBER = _style("cell", 8), _style("number", 8, alignment=TA_RIGHT)
HEAD, HEAD_RIGHT = _style("head", 7.5), _style("head_right", 7.5, alignment=TA_RIGHT)
#: What the font does not have, and what stands for it.
INSTEAD: Final = str.maketrans({"·": "・", "−": "-", "•": "・", "\u00a0": " "})


@dataclass(frozen=True)
class Heading:
    """A column: what it is called, its share of the width, and whether it holds numbers."""

    text: str
    share: float = 1.0
    number: bool = True


def words(text: str, style: ParagraphStyle = TEXT) -> Paragraph:
    return Paragraph(escape(text.translate(INSTEAD)).replace("\n", "<br/>"), style)


def mark(text: str, frozen: bool) -> Table:
    """A stamp under the title: a full line for what is frozen, a broken one for what still moves."""
    box = Table([[words(text, SUBTITLE)]], colWidths=[WIDTH * 0.7])
    box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1, INK if frozen else SOFT, None, None if frozen else (3, 2)),
                             ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]))
    return box


def facts(pairs: Sequence[tuple[str, str]]) -> Table:
    """Names and values, two pairs in a row."""
    cells = [[words(name, NOTE), words(value, CELL)] for name, value in pairs]
    if len(cells) % 2:
        cells.append([words("", NOTE), words("", CELL)])
    rows = [[*cells[at], *cells[at + 1]] for at in range(0, len(cells), 2)]
    made = Table(rows, colWidths=[WIDTH * share for share in (0.19, 0.31, 0.19, 0.31)])
    made.setStyle(TableStyle([*GRID, ("BACKGROUND", (0, 0), (0, -1), SHADE), ("BACKGROUND", (2, 0), (2, -1), SHADE)]))
    return made


GRID: Final = (("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
               ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 2),
               ("BOTTOMPADDING", (0, 0), (-1, -1), 3), ("LEFTPADDING", (0, 0), (-1, -1), 3),
               ("RIGHTPADDING", (0, 0), (-1, -1), 3))


def table(headings: Sequence[Heading], rows: Sequence[Sequence[str]], last_is_total: bool = False) -> Table:
    """Its head stands again on every page that it goes on to; no row is torn."""
    whole = sum(heading.share for heading in headings)
    head = [words(each.text, HEAD_RIGHT if each.number else HEAD) for each in headings]
    body = [[words(cell, NUMBER if heading.number else CELL) for heading, cell in zip(headings, row, strict=True)]
            for row in rows]
    made = Table([head, *body], colWidths=[WIDTH * heading.share / whole for heading in headings], repeatRows=1,
                 splitInRow=0)
    style = [*GRID, ("BACKGROUND", (0, 0), (-1, 0), SHADE), ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK)]
    if last_is_total and body:
        style += [("LINEABOVE", (0, -1), (-1, -1), 0.8, INK), ("BACKGROUND", (0, -1), (-1, -1), SHADE)]
    made.setStyle(TableStyle(style))
    return made


def section(title: str, *parts: Any) -> list[Any]:
    """A heading that stays with the beginning of what it stands over."""
    first = parts[0] if parts else Spacer(0, 0)
    if isinstance(first, Table) and len(first._cellvalues) > 8:
        return [words(title, HEADING), *parts]
    return [KeepTogether([words(title, HEADING), first]), *parts[1:]]


def gap(height_mm: float = 3) -> Spacer:
    return Spacer(0, height_mm * mm)


# ---- the document --------------------------------------------------------------------------------------------------

class _Counted(Canvas):  # type: ignore[misc]
    """Pages that know how many there are: each is kept until the last is drawn, then gets its foot."""

    foot = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._draw_foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _draw_foot(self, number: int, of: int) -> None:
        self.setFont(FONT, 7.5)
        self.setFillColor(SOFT)
        self.drawString(MARGIN, FOOT - 4 * mm, self.foot.translate(INSTEAD))
        self.drawRightString(A4[0] - MARGIN, FOOT - 4 * mm, f"第 {number} 页 共 {of} 页")


def pdf(story: Sequence[Any], title: str, author: str, foot: str) -> bytes:
    """The document. `foot` stands at the foot of every page, beside its number."""
    file = io.BytesIO()
    template = BaseDocTemplate(file, pagesize=A4, title=title, author=author, lang="zh-CN", invariant=1)
    frame = Frame(MARGIN, FOOT + 2 * mm, WIDTH, A4[1] - FOOT - 2 * mm - MARGIN, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate(frames=[frame])])
    canvas = type("Footed", (_Counted,), {"foot": foot})
    template.build(list(story), canvasmaker=canvas)
    return file.getvalue()
