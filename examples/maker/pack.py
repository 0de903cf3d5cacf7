"""Writes containers that no library writes as old or hostile tools do: zips with names in GBK,
the old zip encryption, tar members with odd names and links, messages, a PDF with a form."""

import base64
import gzip
import io
import struct
import tarfile
import zlib
from email.header import Header

DOS_TIME, DOS_DATE = (10 << 11), ((2019 - 1980) << 9) | (7 << 5) | 5
EPOCH = 1562313600


def crc_step(crc, byte):
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


class OldZipCipher:
    """The encryption of PKZIP 2.0 (APPNOTE.TXT 6.1): weak, and still what most archivers write."""

    def __init__(self, password):
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self.stir(byte)

    def stir(self, byte):
        a, b, c = self.keys
        a = crc_step(a, byte)
        b = ((b + (a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.keys = [a, b, crc_step(c, b >> 24)]

    def encrypt(self, data):
        out = bytearray()
        for byte in data:
            mix = (self.keys[2] | 2) & 0xFFFF
            out.append(byte ^ ((mix * (mix ^ 1)) >> 8 & 0xFF))
            self.stir(byte)
        return bytes(out)


def raw_zip(entries, password=None):
    """A zip of (name as bytes, data) without the UTF-8 flag, as Windows in Chinese writes it."""
    out, directory = io.BytesIO(), b""
    for name, data in entries:
        crc = zlib.crc32(data)
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed, method = squeeze.compress(data) + squeeze.flush(), 8
        if len(packed) >= len(data):
            packed, method = data, 0
        flags = 0
        if password:
            flags = 1
            packed = OldZipCipher(password).encrypt(bytes(range(11)) + bytes([crc >> 24]) + packed)
        shared = struct.pack("<HHHHHIIIHH", 20, flags, method, DOS_TIME, DOS_DATE, crc, len(packed), len(data), len(name), 0)
        at = out.tell()
        out.write(b"PK\x03\x04" + shared + name + packed)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + shared + struct.pack("<HHHII", 0, 0, 0, 0x20, at) + name
    at = out.tell()
    out.write(directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), at, 0))
    return out.getvalue()


def tar_gz(entries):
    """A tar.gz of (name as bytes, data or ("link", target))."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
            info.mtime, info.uname, info.gname = EPOCH, "xinxi", "xinxi"
            if isinstance(data, tuple):
                info.type, info.linkname = tarfile.SYMTYPE, data[1]
                archive.addfile(info)
            else:
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), 9, mtime=EPOCH)


def base64_lines(data):
    text = base64.b64encode(data).decode("ascii")
    return "\r\n".join(text[i:i + 76] for i in range(0, len(text), 76))


def attachment(name, kind, data, inline_id=None):
    """A MIME part with its file name as old mailers write it, in an encoded word."""
    shown = Header(name, "gb18030").encode().replace("\n", "\r\n") if not name.isascii() else name
    where = f"inline\r\nContent-ID: <{inline_id}>" if inline_id else f'attachment; filename="{shown}"'
    return (
        f'Content-Type: {kind}; name="{shown}"\r\nContent-Transfer-Encoding: base64\r\n'
        f"Content-Disposition: {where}\r\n\r\n{base64_lines(data)}\r\n"
    )


def text_part(text, charset, kind="plain"):
    data = text.replace("\n", "\r\n").encode(charset)
    return (
        f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64_lines(data)}\r\n"
    )


def multipart(parts, kind, boundary):
    body = "".join(f"--{boundary}\r\n{part}" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{body}--{boundary}--\r\n'


def message(headers, body):
    """The bytes of a message; header values that are not ASCII become encoded words."""
    lines = ""
    for name, value in headers:
        if not value.isascii():
            value = Header(value, "utf-8", header_name=name).encode().replace("\n", "\r\n")
        lines += f"{name}: {value}\r\n"
    return (lines + "MIME-Version: 1.0\r\n" + body).encode("ascii")


def mbox(messages):
    """A mailbox of messages, with the quoting of lines that begin with "From "."""
    out = b""
    for when, data in messages:
        lines = data.replace(b"\r\n", b"\n").split(b"\n")
        quoted = b"\n".join(b">" + line if line.startswith(b"From ") else line for line in lines)
        out += b"From dispatch@steppe-road.example " + when.encode() + b"\n" + quoted + b"\n"
    return out


def pdf_string(text):
    return "<FEFF" + text.encode("utf-16-be").hex().upper() + ">"


def form_pdf(title, lines, fields, note):
    """A one-page PDF with form fields (name, value), a pop-up note and a highlight, written by hand."""
    content = f"BT /F1 16 Tf 72 770 Td ({title}) Tj ET\n"
    for number, line in enumerate(lines):
        content += f"BT /F1 11 Tf 72 {730 - 20 * number} Td ({line}) Tj ET\n"
    top = 730 - 20 * len(lines) - 30
    for number, (name, _) in enumerate(fields):
        content += f"BT /F1 11 Tf 72 {top - 30 * number + 5} Td ({name}:) Tj ET\n"
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] /NeedAppearances true /DA (/F1 11 Tf 0 g) "
           "/DR << /Font << /F1 4 0 R >> >> >> >>" % " ".join(f"{20 + n} 0 R" for n in range(len(fields))),
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R "
           "/Annots [6 0 R 7 0 R %s] >>" % " ".join(f"{20 + n} 0 R" for n in range(len(fields))),
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        5: f"<< /Length {len(content)} >>\nstream\n{content}endstream",
        6: f"<< /Type /Annot /Subtype /Text /Rect [480 760 500 780] /T {pdf_string('孟启川')} /M (D:20190502091500Z) "
           f"/Contents {pdf_string(note)} /Name /Note >>",
        7: "<< /Type /Annot /Subtype /Highlight /Rect [72 706 400 724] /QuadPoints [72 724 400 724 72 706 400 706] "
           f"/C [1 0.9 0.2] /T {pdf_string('R. Castellane')} /Contents {pdf_string('This is the figure that I cannot reconcile.')} >>",
        8: f"<< /Title {pdf_string(title)} /Author (R. Castellane) /CreationDate (D:20190502090000Z) /Producer (hand) >>",
    }
    for number, (name, value) in enumerate(fields):
        low = top - 30 * number
        objects[20 + number] = (
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({name}) /V {pdf_string(value)} /DA (/F1 11 Tf 0 g) "
            f"/Rect [200 {low} 520 {low + 20}] /P 3 0 R /F 4 >>"
        )
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += f"{number} 0 obj\n{objects[number]}\nendobj\n".encode("latin-1")
    start, last = len(out), max(objects)
    table = "0000000000 65535 f \n" + "".join(
        f"{offsets[n]:010} 00000 n \n" if n in offsets else "0000000000 00001 f \n" for n in range(1, last + 1))
    tail = f"xref\n0 {last + 1}\n{table}trailer\n<< /Size {last + 1} /Root 1 0 R /Info 8 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out + tail.encode("ascii")
