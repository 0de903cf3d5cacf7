"""Writes docx, xlsx and flat ODF files by hand, so that every byte of them is fixed."""

import datetime
import io
import zipfile
from xml.sax.saxutils import escape

STAMP = (2019, 7, 5, 10, 0, 0)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def fixed_zip(files):
    """A zip of (name, bytes or text) with one fixed time for all."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def restamped(data):
    """The same zip with fixed times and order, for what LibreOffice wrote."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return fixed_zip([(name, archive.read(name)) for name in archive.namelist()])


def relations(entries):
    rows = "".join(f'<Relationship Id="{i}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for i, kind, target in entries)
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def content_types(overrides):
    rows = "".join(
        f'<Override PartName="{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for part, kind in overrides
    )
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{rows}</Types>"
    )


def core(title, author, created, changed_by):
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
        f"<cp:lastModifiedBy>{escape(changed_by)}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{created}</dcterms:modified></cp:coreProperties>'
    )


def run(text, font, bold=False, rtl=False, size=None):
    props = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>'
    props += "<w:b/><w:bCs/>" * bold + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "") + "<w:rtl/>" * rtl
    return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(runs, rtl=False, align=None, style=None):
    props = (f'<w:pStyle w:val="{style}"/>' if style else "") + "<w:bidi/>" * rtl
    props += f'<w:jc w:val="{align}"/>' if align else ""
    return f"<w:p><w:pPr>{props}</w:pPr>{runs}</w:p>"


def deleted(text, font, author, when, rtl=False):
    inner = run(text, font, rtl=rtl).replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
    return f'<w:del w:id="901" w:author="{escape(author)}" w:date="{when}">{inner}</w:del>'


def inserted(text, font, author, when, rtl=False):
    return f'<w:ins w:id="902" w:author="{escape(author)}" w:date="{when}">{run(text, font, rtl=rtl)}</w:ins>'


def commented(runs):
    return (
        f'<w:commentRangeStart w:id="1"/>{runs}<w:commentRangeEnd w:id="1"/>'
        '<w:r><w:commentReference w:id="1"/></w:r>'
    )


def table(rows, font, rtl=False):
    def cell(text):
        return f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>{paragraph(run(text, font, rtl=rtl), rtl)}</w:tc>'

    edges = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    body = "".join(f"<w:tr>{''.join(cell(text) for text in row)}</w:tr>" for row in rows)
    return (
        f'<w:tbl><w:tblPr>{"<w:bidiVisual/>" * rtl}<w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders>'
        f"</w:tblPr>{body}</w:tbl>{paragraph('')}"
    )


def docx(body, title, author, created, changed_by, comment=None, header=None, footnote=None, font="Noto Serif CJK SC"):
    """A docx of ready-made body XML; `comment` is (author, text), `header` and `footnote` are text."""
    links = [("rId1", "comments", "comments.xml")] if comment else []
    kinds = [("/word/document.xml", "wordprocessingml.document.main")]
    parts = []
    section = ""
    if comment:
        kinds.append(("/word/comments.xml", "wordprocessingml.comments"))
        parts.append(("word/comments.xml", f'{HEAD}<w:comments {W}><w:comment w:id="1" w:author="{escape(comment[0])}" '
                      f'w:date="{created}">{paragraph(run(comment[1], font))}</w:comment></w:comments>'))
    if header:
        kinds.append(("/word/header1.xml", "wordprocessingml.header"))
        links.append(("rId2", "header", "header1.xml"))
        parts.append(("word/header1.xml", f"{HEAD}<w:hdr {W}>{paragraph(run(header, font))}</w:hdr>"))
        section = '<w:headerReference w:type="default" r:id="rId2"/>'
    if footnote:
        kinds.append(("/word/footnotes.xml", "wordprocessingml.footnotes"))
        links.append(("rId3", "footnotes", "footnotes.xml"))
        parts.append(("word/footnotes.xml", f'{HEAD}<w:footnotes {W}><w:footnote w:id="2">{paragraph(run(footnote, font))}'
                      "</w:footnote></w:footnotes>"))
        body += '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    section += '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1800" w:right="1500" w:bottom="1600" w:left="1600"/>'
    document = f"{HEAD}<w:document {W} {R}><w:body>{body}<w:sectPr>{section}</w:sectPr></w:body></w:document>"
    return fixed_zip([
        ("[Content_Types].xml", content_types(kinds)),
        ("_rels/.rels", relations([("rId1", "officeDocument", "word/document.xml")]).replace(
            "</Relationships>", '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
            'metadata/core-properties" Target="docProps/core.xml"/></Relationships>')),
        ("docProps/core.xml", core(title, author, created, changed_by)),
        ("word/_rels/document.xml.rels", relations(links)),
        ("word/document.xml", document),
    ] + parts)


def column(index):
    return chr(65 + index)


def serial(moment):
    """The spreadsheet's own number for a moment (year, month, day, hour, minute)."""
    return (datetime.datetime(*moment) - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)


def xlsx(sheets, title, author, created):
    """A workbook of (name, rows, hidden); a cell is text, a number, a moment, or ("=", formula, value)."""
    shared, order = {}, []

    def place(text):
        if text not in shared:
            shared[text] = len(order)
            order.append(text)
        return shared[text]

    def cell(value, row, index):
        at = f"{column(index)}{row}"
        if isinstance(value, tuple) and value[0] == "=":
            return f'<c r="{at}"><f>{escape(value[1])}</f><v>{value[2]}</v></c>'
        if isinstance(value, tuple):
            return f'<c r="{at}" s="1"><v>{serial(value):.10f}</v></c>'
        if isinstance(value, int):
            return f'<c r="{at}"><v>{value}</v></c>'
        return f'<c r="{at}" t="s"><v>{place(value)}</v></c>' if value else ""

    parts, entries, links = [], "", []
    for number, (name, rows, hidden) in enumerate(sheets, 1):
        data = "".join(
            f'<row r="{r}">{"".join(cell(value, r, i) for i, value in enumerate(row))}</row>' for r, row in enumerate(rows, 1)
        )
        parts.append((f"xl/worksheets/sheet{number}.xml", f'{HEAD}<worksheet xmlns="http://schemas.openxmlformats.org/'
                      f'spreadsheetml/2006/main"><cols><col min="1" max="11" width="16"/></cols><sheetData>{data}</sheetData></worksheet>'))
        entries += f'<sheet name="{escape(name)}" sheetId="{number}"{" state=" + chr(34) + "hidden" + chr(34) if hidden else ""} r:id="rId{number}"/>'
        links.append((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
    links += [("rId90", "sharedStrings", "sharedStrings.xml"), ("rId91", "styles", "styles.xml")]
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in order)
    styles = (
        f'{HEAD}<styleSheet {main}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Noto Sans CJK SC"/></font></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0" fontId="0"/><xf numFmtId="164" fontId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    kinds = [("/xl/workbook.xml", "spreadsheetml.sheet.main"), ("/xl/sharedStrings.xml", "spreadsheetml.sharedStrings"),
             ("/xl/styles.xml", "spreadsheetml.styles")]
    kinds += [(f"/xl/worksheets/sheet{n}.xml", "spreadsheetml.worksheet") for n in range(1, len(sheets) + 1)]
    return fixed_zip([
        ("[Content_Types].xml", content_types(kinds)),
        ("_rels/.rels", relations([("rId1", "officeDocument", "xl/workbook.xml")]).replace(
            "</Relationships>", '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
            'metadata/core-properties" Target="docProps/core.xml"/></Relationships>')),
        ("docProps/core.xml", core(title, author, created, author)),
        ("xl/_rels/workbook.xml.rels", relations(links)),
        ("xl/workbook.xml", f"{HEAD}<workbook {main} {R}><sheets>{entries}</sheets></workbook>"),
        ("xl/sharedStrings.xml", f'{HEAD}<sst {main} count="{len(order)}" uniqueCount="{len(order)}">{strings}</sst>'),
        ("xl/styles.xml", styles),
    ] + parts)


def fodp(slides):
    """A flat ODF presentation of (title, points[, notes]); LibreOffice turns it into pptx."""
    def frame(kind, y, height, lines, size):
        text = "".join(f'<text:p text:style-name="P{size}">{escape(line)}</text:p>' for line in lines)
        return (f'<draw:frame presentation:class="{kind}" draw:style-name="G" svg:x="2cm" svg:y="{y}cm" svg:width="21cm" svg:height="{height}cm">'
                f"<draw:text-box>{text}</draw:text-box></draw:frame>")

    pages = ""
    for number, (title, points, *notes) in enumerate(slides, 1):
        pages += f'<draw:page draw:name="page{number}" draw:master-page-name="M">{frame("title", 2, 3, [title], 32)}'
        pages += frame("outline", 6, 9, points, 20)
        if notes:
            pages += f"<presentation:notes>{frame('notes', 14, 10, notes, 20)}</presentation:notes>"
        pages += "</draw:page>"
    names = "".join(f' xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"' for p, u in [
        ("office", "office"), ("style", "style"), ("text", "text"), ("draw", "drawing"), ("presentation", "presentation"),
        ("svg", "svg-compatible"), ("fo", "xsl-fo-compatible")])
    fonts = "".join(f'<style:style style:name="P{size}" style:family="paragraph"><style:text-properties fo:font-size="{size}pt" '
                    f'style:font-name-asian="Noto Sans CJK SC" style:font-size-asian="{size}pt"/></style:style>' for size in (32, 20))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document{names} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.presentation">'
        f'<office:automatic-styles>{fonts}<style:style style:name="G" style:family="graphic">'
        '<style:graphic-properties draw:fill="none" draw:stroke="none"/></style:style>'
        '<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="25.4cm" fo:page-height="19.05cm"/></style:page-layout>'
        '</office:automatic-styles><office:master-styles><style:master-page style:name="M" style:page-layout-name="L"/></office:master-styles>'
        f"<office:body><office:presentation>{pages}</office:presentation></office:body></office:document>"
    )
