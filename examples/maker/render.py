"""Prints pages with Chromium and LibreOffice, and makes scans and photographs of them with Pillow."""

import datetime
import io
import random
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.TiffImagePlugin import IFDRational

FIXED = b"20190705100000"
EXIF_MAKE, EXIF_MODEL, EXIF_SOFTWARE, EXIF_TIME, EXIF_ORIENTATION = 0x010F, 0x0110, 0x0131, 0x0132, 0x0112
EXIF_SUB, EXIF_TAKEN, EXIF_EXPOSURE, EXIF_ISO, EXIF_FOCAL = 0x8769, 0x9003, 0x829A, 0x8827, 0x920A


def call(*command, quiet=True):
    """Runs a tool and stops with its own words if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3 if command[0] == "qpdf" else 0):
        raise SystemExit(f"{command[0]} failed:\n{done.stderr.decode(errors='replace')}")
    return done.stdout


# the radicals that Chromium's ToUnicode maps put for ideographs drawn alike, where NFKC does not know them
RADICALS = dict(zip("⺠⻄⻅⻆⻉⻋⻑⻓⻔⻘⻚⻛⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⺟⻁⻒", "民西见角贝车長长门青页风食马骨鬼鱼鸟麦黄齐齿龙母虎镸"))


def with_ideographs(path):
    """Makes a PDF of Chromium's say ideographs (白) where it says the radicals that look like them (⽩)."""
    plain = Path(str(path) + ".plain")
    call("qpdf", "--qdf", "--object-streams=disable", str(path), str(plain))

    def settle(found):
        char = chr(int(found[1], 16))
        folded = RADICALS.get(char) or unicodedata.normalize("NFKC", char)
        return b"<%04X>" % ord(folded) if "\u2e80" <= char <= "\u2fd5" and len(folded) == 1 else found[0]

    def settle_map(block):
        return re.sub(rb"<(2[EeFf][0-9A-Fa-f]{2})>(?=\s*\n)", settle, block[0])

    data = re.sub(rb"begincmap.*?endcmap", settle_map, plain.read_bytes(), flags=re.DOTALL)
    Path(path).write_bytes(data)
    plain.unlink()


def settle_pdf(path, created):
    """Gives a PDF fixed dates and a fixed /ID, so that making it twice gives the same bytes."""
    data = Path(path).read_bytes()
    data = re.sub(rb"\(D:\d{14}", b"(D:" + created, data)
    data = re.sub(rb"/DocChecksum /[0-9A-F]{32}", b"/DocChecksum /" + b"0" * 32, data)
    loose = Path(str(path) + ".loose")
    loose.write_bytes(data)
    call("qpdf", "--deterministic-id", "--object-streams=generate", str(loose), str(path))
    loose.unlink()


def print_html(html, path, created=FIXED, as_printed=False):
    """Chromium's PDF of an HTML page: Type 3 glyphs for Han, CID TrueType for the rest.

    Its text has radicals for some ideographs; they are put right unless `as_printed`.
    """
    page = Path(str(path) + ".html")
    page.write_text(html, encoding="utf-8")
    call("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--timeout=20000",
         f"--print-to-pdf={path}", page.as_uri())
    page.unlink()
    if not as_printed:
        with_ideographs(path)
    settle_pdf(path, created)


def convert(source, target, kind, created=FIXED):
    """LibreOffice's conversion of a file; `kind` is its name for the format."""
    out = Path(target).parent / "lo"
    call("soffice", "--headless", f"-env:UserInstallation={(Path(source).parent / 'profile').as_uri()}",
         "--convert-to", kind, "--outdir", str(out), str(source))
    made = out / (Path(source).stem + "." + kind.split(":")[0])
    if not made.exists():
        raise SystemExit(f"LibreOffice made no {kind} of {source}")
    shutil.move(made, target)
    if kind.startswith("pdf"):
        settle_pdf(target, created)


def page_image(pdf, page=1, dpi=200):
    """One page of a PDF as a picture."""
    data = call("pdftoppm", "-f", str(page), "-l", str(page), "-r", str(dpi), "-png", str(pdf))
    return Image.open(io.BytesIO(data)).convert("RGB")


def noise(size, seed, strength):
    """Grey grain around 128, the same for the same seed."""
    data = random.Random(seed).randbytes(size[0] * size[1])
    return Image.frombytes("L", size, data).point(lambda v: 128 + (v - 128) * strength // 128)


def scanned(picture, seed, angle, paper=(248, 246, 240), grain=22, specks=260):
    """A page as a flat-bed scanner sees it: askew, grey paper, grain, specks, a dark edge."""
    dice = random.Random(seed)
    picture = picture.rotate(angle, resample=Image.BICUBIC, expand=False, fillcolor=(255, 255, 255))
    picture = ImageChops.multiply(picture, Image.new("RGB", picture.size, paper))
    draw = ImageDraw.Draw(picture)
    for _ in range(specks):
        x, y, r = dice.randrange(picture.width), dice.randrange(picture.height), dice.choice((1, 1, 1, 2))
        shade = dice.randrange(60, 190)
        draw.ellipse((x, y, x + r, y + r), fill=(shade, shade, shade))
    for x in range(14):
        draw.line((picture.width - 14 + x, 0, picture.width - 14 + x, picture.height), fill=(225 - 9 * x,) * 3)
    picture = picture.filter(ImageFilter.GaussianBlur(0.6))
    grains = noise(picture.size, seed, grain).filter(ImageFilter.GaussianBlur(0.5))
    return ImageChops.add(picture, Image.merge("RGB", [grains] * 3), 1, -128)


def image_pdf(pictures, path, dpi=200, quality=38, title="", producer="KS-3100 Scan"):
    """A PDF of nothing but JPEG pictures, as scanners make it."""
    when = datetime.datetime(2019, 3, 28, 16, 2, 10).timetuple()
    pictures[0].save(path, "PDF", resolution=dpi, save_all=True, append_images=pictures[1:], quality=quality,
                     title=title, producer=producer, creationDate=when, modDate=when)


def coefficients(target, source):
    """The eight numbers of the perspective that maps `target` corners back to `source` corners."""
    rows = []
    for (x, y), (u, v) in zip(target, source):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    return [row[8] for row in rows]


def photographed(picture, seed, size=(1800, 2400), desk=(112, 86, 62), corners=None, shadow=150):
    """A page lying on a desk, seen from an angle, with the shadow of the hand that holds the phone."""
    width, height = size
    base = Image.new("RGB", size, desk)
    grains = noise((width // 3, height // 40), seed, 46).resize(size, Image.BICUBIC)
    base = ImageChops.add(base, Image.merge("RGB", [grains] * 3), 1, -128)
    corners = corners or [(190, 170), (1650, 120), (1730, 2270), (90, 2230)]
    w, h = picture.size
    numbers = coefficients(corners, [(0, 0), (w, 0), (w, h), (0, h)])
    sheet = ImageChops.multiply(picture, Image.new("RGB", picture.size, (238, 233, 222)))
    sheet = sheet.transform(size, Image.PERSPECTIVE, numbers, Image.BICUBIC, fillcolor=(0, 0, 0))
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    base.paste(sheet, (0, 0), mask)
    shade = Image.new("L", (90, 120), 255)
    draw = ImageDraw.Draw(shade)
    draw.polygon([(58, 120), (90, 120), (90, 30), (74, 52)], fill=shadow)
    draw.polygon([(0, 0), (30, 0), (0, 24)], fill=190)
    shade = shade.filter(ImageFilter.GaussianBlur(6)).resize(size, Image.BICUBIC)
    base = ImageChops.multiply(base, Image.merge("RGB", [shade] * 3)).filter(ImageFilter.GaussianBlur(0.7))
    fine = noise(size, seed + "-fine", 12)
    return ImageChops.add(base, Image.merge("RGB", [fine] * 3), 1, -128)


def save_photo(picture, path, taken, orientation=1, quality=52):
    """A JPEG with the EXIF of a telephone that nobody sells."""
    exif = Image.Exif()
    exif[EXIF_MAKE], exif[EXIF_MODEL], exif[EXIF_SOFTWARE] = "Kamelia", "Kamelia K20", "K20-2.1.7"
    exif[EXIF_TIME], exif[EXIF_ORIENTATION] = taken, orientation
    exif[EXIF_SUB] = {EXIF_TAKEN: taken, EXIF_EXPOSURE: IFDRational(1, 30), EXIF_ISO: 640, EXIF_FOCAL: IFDRational(42, 10)}
    turned = {1: lambda p: p, 6: lambda p: p.transpose(Image.ROTATE_90)}[orientation](picture)
    turned.save(path, "JPEG", quality=quality, exif=exif, subsampling=2)

