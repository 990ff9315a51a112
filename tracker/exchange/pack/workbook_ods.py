"""The workbook as OpenDocument (ODS), the format of government for spreadsheets: the one to publish.

We write the XML here. Of the libraries, odfpy has had no release since 2020, and odfdo (which reads these files back in
the tests) begins from a French template with a picture in it and takes minutes for 40,000 rows. This takes seconds,
adds nothing unwanted, and gives the same bytes for the same tables.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from tracker.domain.words import BOARD
from tracker.exchange.cells import letters
from tracker.exchange.pack.files import File, archive, xml_text
from tracker.exchange.pack.sheets import Line, Sheet, Step, heading, said, shown, widths, workbook_sheets
from tracker.views.table import NUMERIC, Cell, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.exchange.pack.cover import Cover

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
    }.items()
)
_RUN_OF_SPACES = re.compile("^ +| +$|  +")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def ods_file(cover: Cover, tables: Sequence[Table], step: Step | None = None) -> Iterator[File]:
    """Give the workbook; ``step`` is called with its rows. Raises InvalidPack for more rows than a sheet can have."""
    sheets = workbook_sheets(cover, tables)
    members = [
        ("mimetype", _TYPE.encode()),
        ("META-INF/manifest.xml", _manifest().encode()),
        ("meta.xml", _meta(cover).encode()),
        ("styles.xml", _styles(cover).encode()),
        ("content.xml", _content(sheets, step).encode()),
    ]
    yield File(
        path=cover.file_name("workbook", "ods"),
        purpose="all tables as an accessible workbook",
        media_type=_TYPE,
        content=archive(members, stored=["mimetype"]),
        rows=sum(len(table.rows) for table in tables),
    )


def _manifest() -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (
            ("/", _TYPE),
            ("meta.xml", "text/xml"),
            ("styles.xml", "text/xml"),
            ("content.xml", "text/xml"),
        )
    )
    return f'{_HEAD}<manifest:manifest {_SPACES} manifest:version="1.3">{entries}</manifest:manifest>'


def _meta(cover: Cover) -> str:
    stamp = cover.stamp.isoformat()
    own = "".join(
        f'<meta:user-defined meta:name="{name}">{_escaped(words)}</meta:user-defined>'
        for name, words in (("Marking", cover.marked), ("Publisher", BOARD), ("Status", cover.state))
    )
    return (
        f'{_HEAD}<office:document-meta {_SPACES} office:version="1.3"><office:meta>'
        "<meta:generator>National SEND Delivery Board tracker</meta:generator>"
        f"<dc:title>{_escaped(cover.title)}</dc:title>"
        f"<dc:subject>{_escaped(cover.marked)}</dc:subject>"
        f"<dc:description>{_escaped(' '.join([cover.headline, *cover.statements]))}</dc:description>"
        f"<meta:keyword>SEND</meta:keyword><meta:keyword>delivery board</meta:keyword>"
        f"<meta:keyword>{cover.as_at}</meta:keyword><meta:keyword>{cover.marking}</meta:keyword>"
        f"<meta:initial-creator>{BOARD}</meta:initial-creator><dc:creator>{BOARD}</dc:creator>"
        f"<meta:creation-date>{stamp}</meta:creation-date><dc:date>{stamp}</dc:date>"
        f"<dc:language>en-GB</dc:language>{own}</office:meta></office:document-meta>"
    )


# Styles

_TEXT = 'style:font-name="Arial" fo:font-family="Arial" style:font-family-generic="swiss" fo:font-size="12pt"'
_TONGUE = 'fo:language="en" fo:country="GB"'


def _styles(cover: Cover) -> str:
    """The default look, the number formats, and the page: its header and footer carry the marking."""
    marked = f'<text:p text:style-name="Marking">{_escaped(cover.marked)}</text:p>'
    return (
        f'{_HEAD}<office:document-styles {_SPACES} office:version="1.3"><office:styles>'
        '<style:default-style style:family="table-cell">'
        f"<style:text-properties {_TEXT} {_TONGUE}/></style:default-style>"
        '<style:style style:name="Default" style:family="table-cell">'
        f'<style:table-cell-properties style:vertical-align="top"/><style:text-properties {_TEXT} {_TONGUE}/>'
        "</style:style>"
        + _number_styles()
        + _cell_style("Title", 'fo:font-size="16pt" fo:font-weight="bold"')
        + _cell_style("Part", 'fo:font-size="14pt" fo:font-weight="bold"')
        + _cell_style("Link", 'fo:color="#1d4f7c" style:text-underline-style="solid"')
        + _cell_style("Prose", "", wrap=True)
        + _cell_style("Head", 'fo:font-weight="bold"', wrap=True, edge=True)
        + _cell_style("Number head", 'fo:font-weight="bold"', wrap=True, edge=True, align="end")
        + _cell_style("Text", "", wrap=True, align="start")
        + _cell_style("Shorthand", "", align="end")
        + "".join(
            _cell_style(kind.name.title(), "", align="end" if kind in NUMERIC else "start", data=kind.name.lower())
            for kind in (Kind.NUMBER, Kind.MONEY, Kind.DATE)
        )
        + '<style:style style:name="Marking" style:family="paragraph">'
        f'<style:paragraph-properties fo:text-align="center"/><style:text-properties {_TEXT} {_TONGUE}/></style:style>'
        "</office:styles><office:automatic-styles>"
        '<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="29.7cm" '
        'fo:page-height="21cm" style:print-orientation="landscape" style:scale-to-X="1" style:scale-to-Y="0" '
        'fo:margin="1.5cm"/>'
        + "".join(
            f'<style:{place}-style><style:header-footer-properties fo:min-height="0.75cm"/></style:{place}-style>'
            for place in ("header", "footer")
        )
        + "</style:page-layout></office:automatic-styles>"
        '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="page">'
        f"<style:header>{marked}</style:header><style:footer>{marked}</style:footer>"
        "</style:master-page></office:master-styles></office:document-styles>"
    )


def _number_styles() -> str:
    return (
        '<number:number-style style:name="number"><number:number number:decimal-places="0" '
        'number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
        '<number:number-style style:name="money"><number:number number:decimal-places="2" '
        'number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
        '<number:date-style style:name="date" number:language="en" number:country="GB"><number:day/>'
        '<number:text> </number:text><number:month number:style="long" number:textual="true"/>'
        '<number:text> </number:text><number:year number:style="long"/></number:date-style>'
    )


def _cell_style(
    name: str, text: str, *, wrap: bool = False, edge: bool = False, align: str = "start", data: str = ""
) -> str:
    described = f' style:data-style-name="{data}"' if data else ""
    cell = ' fo:wrap-option="wrap"' * wrap + ' fo:border-bottom="0.75pt solid #000000"' * edge
    return (
        f'<style:style style:name="{name.replace(" ", "_20_")}" style:display-name="{name}" '
        f'style:family="table-cell" style:parent-style-name="Default"{described}>'
        f'<style:table-cell-properties style:vertical-align="top" style:text-align-source="fix"{cell}/>'
        f'<style:paragraph-properties fo:text-align="{align}"/><style:text-properties {text}/></style:style>'
    )


# Content


def _content(sheets: Sequence[Sheet], step: Step | None) -> str:
    wide = sorted({width for sheet in sheets for width in _widths(sheet)})
    columns = "".join(
        f'<style:style style:name="w{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * 0.22:.2f}cm"/></style:style>'
        for width in wide
    )
    rows = (
        '<style:style style:name="row" style:family="table-row">'
        '<style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
        '<style:style style:name="sheet" style:family="table" style:master-page-name="Default">'
        '<style:table-properties table:display="true"/></style:style>'
    )
    return "".join(
        [
            f'{_HEAD}<office:document-content {_SPACES} office:version="1.3"><office:automatic-styles>',
            columns,
            rows,
            "</office:automatic-styles><office:body><office:spreadsheet>",
            *_sheets(sheets, step),
            "<table:database-ranges>",
            *(_range(sheet) for sheet in sheets if sheet.table),
            "</table:database-ranges></office:spreadsheet></office:body></office:document-content>",
        ]
    )


def _widths(sheet: Sheet) -> list[int]:
    return widths(sheet.table) if sheet.table else [100]


def _sheets(sheets: Sequence[Sheet], step: Step | None) -> Iterator[str]:
    done, total = 0, sum(len(sheet.table.rows) for sheet in sheets if sheet.table)
    for sheet in sheets:
        yield f'<table:table table:name={quoteattr(sheet.name)} table:style-name="sheet">'
        yield from (f'<table:table-column table:style-name="w{width}"/>' for width in _widths(sheet))
        yield from (_line(line, wrap=sheet.table is None) for line in sheet.lines)
        if sheet.table:
            heads = "".join(
                _text_cell(heading(column), "Number_20_head" if column.kind in NUMERIC else "Head")
                for column in sheet.table.columns
            )
            yield f"<table:table-header-rows>{_row(heads)}</table:table-header-rows>"
            for number, row in enumerate(sheet.table.rows, start=1):
                yield _table_row(row, sheet)
                if step and number % 1_000 == 0:
                    step(done + number, total)
            done += len(sheet.table.rows)
        yield "</table:table>"
    if step:
        step(done, total)


def _row(cells: str) -> str:
    return f'<table:table-row table:style-name="row">{cells}</table:table-row>'


def _line(line: Line, *, wrap: bool) -> str:
    if line.leads_to:
        return _row(_link_cell(line.text, line.leads_to))
    return _row(_text_cell(line.text, {0: "Prose" if wrap else "Default", 1: "Title", 2: "Part"}[line.heading]))


def _table_row(row: tuple[Cell, ...], sheet: Sheet) -> str:
    table = sheet.table
    assert table is not None  # noqa: S101  asked by the caller
    cells = [_cell(value, column) for value, column in zip(row, table.columns, strict=True)]
    if sheet.index:
        cells[0] = _link_cell(str(row[0]), str(row[0]))
    return _row("".join(cells))


def _cell(content: Cell, column: Column) -> str:
    value = shown(content, column)
    if isinstance(value, str):
        return _text_cell(value, "Shorthand" if column.kind in NUMERIC else "Text")
    if isinstance(value, dt.date):
        return (
            f'<table:table-cell table:style-name="Date" office:value-type="date" office:date-value="{value}">'
            f"<text:p>{said(value, column)}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell table:style-name="{column.kind.name.title()}" office:value-type="float" '
        f'office:value="{value}"><text:p>{said(value, column)}</text:p></table:table-cell>'
    )


def _text_cell(text: str, style: str) -> str:
    paragraphs = "".join(f"<text:p>{_escaped(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphs}</table:table-cell>'


def _link_cell(text: str, sheet: str) -> str:
    target = quoteattr(f"#'{sheet}'.A1")
    return (
        '<table:table-cell table:style-name="Link" office:value-type="string">'
        f'<text:p><text:a xlink:type="simple" xlink:href={target}>{_escaped(text)}</text:a></text:p></table:table-cell>'
    )


def _escaped(text: str) -> str:
    """Escape a text; runs of spaces and tabs, which XML takes for one space, are kept as they are."""
    safe = escape(xml_text(text)).replace("\t", "<text:tab/>")
    return _RUN_OF_SPACES.sub(lambda run: f'<text:s text:c="{len(run[0])}"/>', safe)


def _range(sheet: Sheet) -> str:
    """Mark a sheet's table up as a named table with a heading."""
    table = sheet.table
    assert table is not None  # noqa: S101  asked by the caller
    top, last = len(sheet.lines) + 1, len(sheet.lines) + 1 + len(table.rows)
    area = quoteattr(f"'{sheet.name}'.A{top}:'{sheet.name}'.{letters(len(table.columns))}{last}")
    return (
        f'<table:database-range table:name="{table.name}_table" table:target-range-address={area} '
        'table:contains-header="true" table:display-filter-buttons="false"/>'
    )
