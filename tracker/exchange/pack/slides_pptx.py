"""The board's slides as PPTX: at most ten, each with its own title, real tables, and notes that name the source.

Written by python-pptx over its blank template, widened to 16:9. A slide says how many rows do not fit on it, and the
report has them; nothing is cut silently.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Length, Pt

from tracker.domain.text import counted
from tracker.domain.words import BOARD
from tracker.exchange.pack.files import File, repacked, xml_text
from tracker.exchange.pack.pictures import png
from tracker.exchange.pack.reading import STATUSES, heading, read_out, widths
from tracker.reporting.looks import LOOKS
from tracker.views.table import NUMERIC, Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.exchange.pack.cover import Cover
    from tracker.reporting.report import Section

_WIDE, _HIGH = Inches(13.333), Inches(7.5)
_LEFT, _TOP, _ACROSS, _DOWN = Inches(0.5), Inches(1.35), Inches(12.333), Inches(5.3)
"""Where the content of a slide is."""
_INK, _PAPER, _TINTS = (
    "1C2329",
    "FFFFFF",
    {
        "red": "8C1D18",
        "amber": "7A4A00",
        "green": "235C3D",
        "blue": "1D4F7C",
        "grey": "4D5760",
    },
)
_GRID = "{5940675A-B579-460E-94D1-54222C63F5DA}"
"""PowerPoint's own table style with lines and nothing else."""

_LINE, _LETTER = 0.25, 0.085
"""Inches: the height of a row of a table, and the width of a letter in it."""

_LEAST = Inches(1.1)
"""The height that a table below leaves to each that comes after it: its title, its heading and a row."""

_PICKED = {
    "exceptions": ("commitment", "milestone", "owner", "slip_days"),
    "milestones": ("milestone_id", "title", "due", "actual_on", "status"),
    "outside": ("happened_on", "summary"),
    "money": ("name", "committed_gbp", "owner"),
}
"""The columns that a slide has room for, by section; all where none are named."""

_FIRST_ONLY = ("changes", "money")
"""Sections whose first table, the summary, is on a slide; the report has every row."""

_SLIDES = ("position", "changes", "exceptions", "milestones", "evidence", "money", "outside", "confidence")


def pptx_file(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> Iterator[File]:
    """Give the slides; ``pictures`` has the SVG of the chart of a section by the section's key."""
    deck = Presentation()
    _widen(deck)
    _set_properties(deck, cover)
    _title_slide(deck, cover)
    sections = {section.key: section for section in report}
    for key in _SLIDES:
        section = sections[key]
        if section.chart and key in pictures and key == "exceptions":
            _picture_slide(deck, cover, section, pictures[key])
        _section_slide(deck, cover, section, pictures.get(key) if key == "evidence" else None)
    whole = io.BytesIO()
    deck.save(whole)
    yield File(
        path=cover.file_name("slides", "pptx"),
        purpose="the board's slides",
        media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
        content=repacked(whole.getvalue()),
    )


def _widen(deck: Any) -> None:
    """Make the template's slides 16:9, and move the parts of its layouts with them."""
    scale = _WIDE / deck.slide_width
    for shapes in (deck.slide_master.shapes, *(layout.shapes for layout in deck.slide_layouts)):
        for shape in shapes:
            shape.left, shape.width = Emu(int(shape.left * scale)), Emu(int(shape.width * scale))
    deck.slide_width, deck.slide_height = _WIDE, _HIGH


def _set_properties(deck: Any, cover: Cover) -> None:
    own = deck.core_properties
    own.title, own.subject, own.author, own.last_modified_by = cover.title, cover.marked, BOARD, BOARD
    own.category, own.keywords = cover.marked, f"SEND, delivery board, {cover.as_at}, {cover.marking}"
    own.comments = " ".join([cover.headline, *cover.statements])[:255]
    own.language, own.content_status, own.revision = "en-GB", str(cover.state), 1
    own.created = own.modified = own.last_printed = cover.stamp.replace(tzinfo=dt.UTC)


def _new_slide(deck: Any, cover: Cover, title: str, *texts: str) -> Any:
    """A slide with its title, its marking above and below, and notes that name the source."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    place = slide.shapes.title
    place.left, place.top, place.width, place.height = _LEFT, Inches(0.45), _ACROSS, Inches(0.85)
    _write(place.text_frame, [title], size=28, bold=True)
    for name, top in (("Marking above", 0.08), ("Marking below", 7.05)):
        box = slide.shapes.add_textbox(_LEFT, Inches(top), _ACROSS, Inches(0.35))
        box.name = name
        _write(box.text_frame, [cover.marked], size=12, bold=True, align=PP_ALIGN.CENTER)
    notes = [
        *texts,
        f"As at {cover.day}, last updated {cover.known}. Source: the board's record, change {cover.head.seq}, "
        f"fingerprint {cover.head.seal[:12]}. Every figure is in the tables of this pack, with the source of "
        "each row.",
        cover.marked,
        *cover.statements,
    ]
    slide.notes_slide.notes_text_frame.text = "\n".join(map(xml_text, notes))
    return slide


def _title_slide(deck: Any, cover: Cover) -> None:
    slide = _new_slide(deck, cover, cover.title, cover.headline)
    shown = ("Snapshot", "Last updated", "Compared with", "Approved by", "Record")
    lines = [
        cover.headline,
        *cover.statements,
        *(f"{term}: {text}" for term, text in cover.particulars if term in shown),
    ]
    box = slide.shapes.add_textbox(_LEFT, Inches(1.6), _ACROSS, Inches(5))
    _write(box.text_frame, lines, size=20)


def _section_slide(deck: Any, cover: Cover, section: Section, picture: str | None) -> None:
    texts = [] if section.key in ("exceptions", "outside") else list(section.paragraphs)
    slide = _new_slide(deck, cover, section.heading, *section.paragraphs)
    top: Length = _TOP
    if texts:
        box = slide.shapes.add_textbox(_LEFT, top, _ACROSS, Inches(0.4 * len(texts)))
        _write(box.text_frame, texts, size=14)
        top = Emu(top + sum(Inches(0.3 * (len(line) // 120 + 1)) for line in texts) + Inches(0.1))
    if picture and section.chart:
        _add_picture(slide, section, picture, _LEFT, top, Inches(6.0), Emu(_TOP + _DOWN - top))
        _add_tables(slide, section, Inches(6.8), top, Emu(_LEFT + _ACROSS - Inches(6.8)))
        return
    _add_tables(slide, section, _LEFT, top, _ACROSS)


def _picture_slide(deck: Any, cover: Cover, section: Section, picture: str) -> None:
    assert section.chart is not None  # noqa: S101  asked by the caller
    slide = _new_slide(deck, cover, section.chart.title, section.chart.alternative)
    _add_picture(slide, section, picture, _LEFT, _TOP, _ACROSS, _DOWN)


def _add_picture(
    slide: Any, section: Section, picture: str, left: Length, top: Length, width: Length, height: Length
) -> None:
    """Put a chart into a space, as large as it fits, with its text alternative."""
    assert section.chart is not None  # noqa: S101  asked by the caller
    drawn = slide.shapes.add_picture(io.BytesIO(png(picture)), left, top)
    scale = min(width / drawn.width, height / drawn.height)
    drawn.width, drawn.height = Emu(int(drawn.width * scale)), Emu(int(drawn.height * scale))
    drawn.name = "Chart"
    drawn._element.nvPicPr.cNvPr.set("descr", xml_text(section.chart.alternative))  # noqa: SLF001  no public way


def _add_tables(slide: Any, section: Section, left: Length, top: Length, width: Length) -> None:
    """Put the tables of a section next to each other if they are narrow, else below."""
    wanted = _PICKED.get(section.key, ())
    tables = [
        table.picked(*(name for name in wanted if name in {column.name for column in table.columns}))
        if wanted
        else table
        for table in section.tables
    ]
    if section.key in _FIRST_ONLY:
        tables = tables[:1]
    beside = all(len(table.columns) == 2 for table in tables) and len(tables) > 1  # noqa: PLR2004  a word and a count
    share = Emu(int(width / len(tables) - Inches(0.15))) if beside else width
    for later, table in zip(range(len(tables) - 1, -1, -1), tables, strict=True):
        room = Emu(_TOP + _DOWN - top - (0 if beside else later * _LEAST))
        used = _add_table(slide, table, left, top, share, room)
        if beside:
            left = Emu(left + share + Inches(0.2))
        else:
            top = Emu(top + used)


def _add_table(slide: Any, table: Table, left: Length, top: Length, width: Length, room: Length) -> Length:
    """Put a table and its title into a space, as many rows as fit, and say how many do not; return the height used."""
    shares = _shares(table, width)
    title_high = Inches(0.3 * (len(table.title) // max(int(width / Inches(0.11)), 1) + 1))
    left_over = Emu(room - title_high - Inches(0.65))
    rows: list[tuple[tuple[Cell, ...], int]] = []
    for row in table.rows:
        lines = _lines(row, table, shares)
        if left_over < Inches(lines * _LINE):
            break
        left_over = Emu(left_over - Inches(lines * _LINE))
        rows.append((row, lines))
    more = len(table.rows) - len(rows)
    title = f"{table.title}: {counted(more, 'more row')} in the report" if more else table.title
    box = slide.shapes.add_textbox(left, top, width, title_high)
    _write(box.text_frame, [title], size=14, bold=True)
    high = Inches(_LINE * (1 + sum(lines for _, lines in rows)))
    frame = slide.shapes.add_table(len(rows) + 1, len(table.columns), left, Emu(top + title_high), width, high)
    frame.name = table.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", xml_text(f"{table.title}. {table.summary}"))  # noqa: SLF001
    grid = frame.table
    grid.first_row, grid.horz_banding = True, False
    frame._element.graphic.graphicData.tbl.tblPr.find(  # noqa: SLF001  no public way
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    ).text = _GRID
    for place, share in enumerate(shares):
        grid.columns[place].width = share
    for place, column in enumerate(table.columns):
        _fill(grid.cell(0, place), heading(column), column, head=True)
    for number, (row, lines) in enumerate(rows, start=1):
        grid.rows[number].height = Inches(lines * _LINE)
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _fill(grid.cell(number, place), read_out(value, column), column)
    grid.rows[0].height = Inches(_LINE)
    return Emu(title_high + high + Inches(0.15))


def _shares(table: Table, width: Length) -> list[Length]:
    shares = widths(table, page=width / Inches(1), letter=_LETTER, margin=0.15)
    return [Inches(share * width / Inches(1) / sum(shares)) for share in shares]


def _lines(row: Sequence[Cell], table: Table, shares: Sequence[Length]) -> int:
    return max(
        sum(len(line) // max(int(share / Inches(_LETTER)) - 2, 1) + 1 for line in read_out(value, column).split("\n"))
        for value, column, share in zip(row, table.columns, shares, strict=True)
    )


def _fill(cell: Any, text: str, column: Column, *, head: bool = False) -> None:
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.vertical_anchor = MSO_ANCHOR.TOP
    colour, shape = LOOKS.get(text, ("", "")) if column.name in STATUSES and not head else ("", "")
    _write(
        cell.text_frame,
        [f"{shape} {text}" if shape else text],
        size=12,
        bold=head or bool(colour),
        align=PP_ALIGN.RIGHT if column.kind in NUMERIC else PP_ALIGN.LEFT,
        colour=_PAPER if head else _TINTS.get(colour, _INK),
    )
    if head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb(_INK)


def _write(
    frame: Any, lines: Sequence[str], *, size: int, bold: bool = False, align: Any = PP_ALIGN.LEFT, colour: str = _INK
) -> None:
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run()
        run.text = xml_text(line)
        font = run.font
        font.size, font.bold, font.name, font.language_id = Pt(size), bold, "Arial", MSO_LANGUAGE_ID.ENGLISH_UK
        font.color.rgb = _rgb(colour)


def _rgb(colour: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(colour))  # type: ignore[no-untyped-call]
