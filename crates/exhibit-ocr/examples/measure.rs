//! Draws pages, reads them with the embedded models and with tesseract, and prints what each reads right and takes.
//!
//! `cargo xtask bench ocr` runs it. The pages are made, from the texts of `docs/search-quality/pages.jsonl` and the Noto
//! fonts, and made worse: noise, tilt, the view of a telephone. Characters right: 1 less the edit distance
//! over the page in reading order, without white space. tesseract is told the right language.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/it/drawing.rs"]
mod drawing;

use drawing::{Canvas, Font, Turn};
use exhibit_ocr::{Engine, Pixels, Reading, ReadingLimits, Recognition, models};
use image::{ImageEncoder, RgbImage};
use std::error::Error;
use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Between -1 and 1.
    fn sway(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// A page: its picture, its lines in reading order, and how tesseract is told to read it.
struct Page {
    picture: RgbImage,
    lines: Vec<String>,
    language: &'static str,
    layout: &'static str,
}

const INK: [u8; 3] = [25, 25, 30];

/// Texts of one kind, each at most one sentence long.
struct Texts(Vec<String>);

impl Texts {
    /// Those in which most letters belong, of the entries that `wanted` names.
    fn new(belongs: fn(char) -> bool, wanted: fn(&str) -> bool) -> Outcome<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/search-quality/pages.jsonl");
        let mut texts = Vec::new();
        for line in std::fs::read_to_string(path)?.lines() {
            let Some(start) = line.find("\"text\": \"").filter(|start| wanted(&line[..*start]))
            else {
                continue;
            };
            let text = line[start + 9..]
                .trim_end_matches(['"', '}'])
                .replace("\\n", " ")
                .replace("\\\"", "'")
                .replace(['\u{200b}', '\u{ad}', '\u{3000}'], "");
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            let fitting = text.chars().filter(|c| belongs(*c)).count();
            if letters > 8 && fitting * 20 > letters * 19 && !text.contains('\\') {
                texts.push(text);
            }
        }
        Ok(Self(texts))
    }

    /// Lines of at most `most` units (a Han character is two), from a place in the texts that `seed` chooses.
    fn lines(&self, seed: u64, count: usize, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut width = 0;
        let mut at = (seed as usize * 37) % self.0.len().max(1);
        while lines.len() <= count && !self.0.is_empty() {
            let text = &self.0[at % self.0.len()];
            at += 1;
            let spaced =
                text.is_ascii() || text.chars().any(|c| ('\u{400}'..='\u{52f}').contains(&c));
            let pieces: Vec<String> = if spaced {
                text.split_whitespace().map(|word| format!("{word} ")).collect()
            } else {
                text.chars().filter(|c| !c.is_whitespace()).map(String::from).collect()
            };
            for piece in pieces {
                let units: usize = piece.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum();
                if width + units > most && !"，。；：、）》”！？".contains(piece.as_str())
                {
                    lines.push(String::new());
                    width = 0;
                }
                width += units;
                if let Some(last) = lines.last_mut() {
                    last.push_str(&piece);
                }
            }
        }
        lines.truncate(count);
        lines.into_iter().map(|line| line.trim().to_owned()).collect()
    }
}

fn sheet(font: &Font, size: f32, lines: &[String], turn: f32) -> Canvas {
    let (width, leading) = (1240, size * 1.7);
    let height = (240.0 + leading * lines.len() as f32) as usize;
    let mut canvas = Canvas::new(width, height, [252; 3]);
    canvas.turn = Turn::around(width as f32 / 2.0, height as f32 / 2.0, turn);
    for (row, line) in lines.iter().enumerate() {
        canvas.text(font, size, 120.0, 140.0 + leading * row as f32, line, INK);
    }
    canvas
}

fn picture(canvas: Canvas) -> RgbImage {
    let (width, height) = (canvas.width as u32, canvas.height as u32);
    RgbImage::from_raw(width, height, canvas.into_rgb()).unwrap_or_else(|| RgbImage::new(1, 1))
}

/// A scanner: noise, less contrast, softer edges.
fn scanned(picture: &RgbImage, noise: f32, contrast: f32, random: &mut Random) -> RgbImage {
    let mut out = image::imageops::blur(picture, 0.8 + noise / 20.0);
    for pixel in out.pixels_mut() {
        let shake = (random.sway() + random.sway()) * noise;
        pixel.0 = pixel.0.map(|value| {
            (243.0 - (255.0 - f32::from(value)) * contrast + shake).clamp(0.0, 255.0) as u8
        });
    }
    out
}

/// A telephone: perspective, uneven light, blur, noise, JPEG.
fn photographed(picture: &RgbImage, hard: bool, random: &mut Random) -> Outcome<RgbImage> {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let (width, height) = (w * 1.2, h * 1.2);
    let lean = if hard { 0.10 } else { 0.04 };
    let mut corner = |x: f32, y: f32| (x + random.sway() * lean * w, y + random.sway() * lean * h);
    let corners = [
        corner(0.1 * w, 0.1 * h),
        corner(1.1 * w, 0.1 * h),
        corner(1.1 * w, 1.1 * h),
        corner(0.1 * w, 1.1 * h),
    ];
    let back = projection(corners, (w, h));
    let (bow, shade) = if hard { (14.0, 0.55) } else { (0.0, 0.3) };
    let mut out = RgbImage::from_pixel(width as u32, height as u32, image::Rgb([88, 74, 66]));
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let (px, py) = (x as f32, y as f32);
        let scale = back[6] * px + back[7] * py + 1.0;
        let sx = (back[0] * px + back[1] * py + back[2]) / scale;
        let sy = (back[3] * px + back[4] * py + back[5]) / scale + bow * (sx / w * 4.0).sin();
        if (0.0..w - 1.0).contains(&sx) && (0.0..h - 1.0).contains(&sy) {
            let (left, top) = (sx as u32, sy as u32);
            let (dx, dy) = (sx.fract(), sy.fract());
            let at = |x: u32, y: u32, c: usize| {
                f32::from(picture.get_pixel(x.min(w as u32 - 1), y.min(h as u32 - 1)).0[c])
            };
            let mixed = |c: usize| {
                let upper = at(left, top, c) * (1.0 - dx) + at(left + 1, top, c) * dx;
                let lower = at(left, top + 1, c) * (1.0 - dx) + at(left + 1, top + 1, c) * dx;
                upper * (1.0 - dy) + lower * dy
            };
            pixel.0 = [mixed(0) * 0.97, mixed(1) * 0.93, mixed(2) * 0.86].map(|value| value as u8);
        }
        let light = 1.0 - shade * (px / width * 0.7 + py / height * 0.3);
        pixel.0 = pixel.0.map(|value| (f32::from(value) * light) as u8);
    }
    let mut out = image::imageops::blur(&out, if hard { 1.5 } else { 0.9 });
    let noise = if hard { 9.0 } else { 4.0 };
    for pixel in out.pixels_mut() {
        pixel.0 = pixel
            .0
            .map(|value| (f32::from(value) + random.sway() * 1.7 * noise).clamp(0.0, 255.0) as u8);
    }
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, if hard { 45 } else { 65 })
        .encode_image(&out)?;
    Ok(image::load_from_memory(&jpeg)?.to_rgb8())
}

// The projection that takes these corners to those of a picture of this size.
fn projection(corners: [(f32, f32); 4], (w, h): (f32, f32)) -> [f32; 8] {
    let goals = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
    let mut rows = Vec::new();
    for ((x, y), (u, v)) in corners.into_iter().zip(goals) {
        rows.push([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u].map(f64::from));
        rows.push([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v].map(f64::from));
    }
    // Gauss and Jordan
    for column in 0..8 {
        let pivot = (column..8)
            .max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))
            .unwrap_or(column);
        rows.swap(column, pivot);
        let head = rows[column];
        for (index, row) in rows.iter_mut().enumerate() {
            let factor = if index == column { 0.0 } else { row[column] / head[column] };
            row.iter_mut().zip(head).for_each(|(value, head)| *value -= factor * head);
        }
    }
    std::array::from_fn(|n| (rows[n][8] / rows[n][n]) as f32)
}

/// A red seal over the text.
fn stamped(canvas: &mut Canvas, random: &mut Random) {
    let (cx, cy) = (400.0 + 250.0 * random.sway(), 500.0 + 200.0 * random.sway());
    canvas.each(|x, y, pixel| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (far, angle) = (dx.hypot(dy), dy.atan2(dx));
        let star = far < 70.0 * (0.55 + 0.45 * (angle * 5.0 + 1.57).cos());
        let letters =
            (110.0..150.0).contains(&far) && (angle * 14.0).sin() > 0.1 && (far * 0.5).sin() > -0.6;
        if star || letters || (175.0..183.0).contains(&far) {
            [
                pixel[0].max(200),
                (f32::from(pixel[1]) * 0.28) as u8,
                (f32::from(pixel[2]) * 0.3) as u8,
            ]
        } else {
            pixel
        }
    });
}

fn table(font: &Font, texts: &Texts, seed: u64) -> (Canvas, Vec<String>) {
    let mut random = Random(seed * 77 + 5);
    let edges = [60.0, 150.0, 330.0, 660.0, 930.0, 1180.0];
    let names = ["王建国", "李秀英", "张伟", "刘洋", "陈静", "杨磊", "赵敏", "黄志强"];
    let mut canvas = Canvas::new(1240, 1240, [255; 3]);
    let mut lines = Vec::new();
    for row in 0..18 {
        let y = 60.0 + 62.0 * row as f32;
        canvas.line((edges[0], y), (edges[5], y), 2.0, INK);
        let note: String = texts.lines(seed * 100 + row, 1, 14).concat();
        let number = format!(
            "65{:04}19{:02}{:02}{:02}{:04}",
            random.next() % 10_000,
            50 + random.next() % 50,
            1 + random.next() % 12,
            1 + random.next() % 28,
            random.next() % 10_000
        );
        let cells = if row == 0 {
            ["序号", "姓名", "身份证号码", "电话 Tel", "备注"].map(str::to_owned)
        } else {
            [
                row.to_string(),
                names[row as usize % 8].to_owned(),
                number,
                format!("139-{:04}-{:04}", random.next() % 10_000, random.next() % 10_000),
                note,
            ]
        };
        for (x, cell) in edges.iter().zip(&cells) {
            canvas.text(font, 26.0, x + 12.0, y + 42.0, cell, INK);
        }
        lines.extend(cells);
    }
    canvas.line((edges[0], 1176.0), (edges[5], 1176.0), 2.0, INK);
    edges.iter().for_each(|x| canvas.line((*x, 60.0), (*x, 1176.0), 2.0, INK));
    (canvas, lines)
}

const CLASSES: [&str; 18] = [
    "clean",
    "small print",
    "scan",
    "skewed scan",
    "fax",
    "photograph",
    "hard photograph",
    "stamp",
    "turned 90",
    "turned 180",
    "turned 270",
    "table",
    "columns",
    "vertical",
    "traditional",
    "traditional photograph",
    "English photograph",
    "Russian scan",
];

fn page(class: &str, seed: u64) -> Outcome<Page> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let simplified = Texts::new(han, |id| id.contains("-s\"") || id.contains("-other\""))?;
    let font = Font::cjk(seed.is_multiple_of(2));
    let lines = simplified.lines(seed, 18, 60);
    let straight = sheet(&font, 32.0, &lines, 0.0);
    let mut page = Page {
        picture: RgbImage::new(1, 1),
        lines: lines.clone(),
        language: "chi_sim",
        layout: "3",
    };
    page.picture = match class {
        "clean" => picture(straight),
        "small print" => {
            page.lines = simplified.lines(seed, 40, 110);
            picture(sheet(&font, 17.0, &page.lines, 0.0))
        }
        "scan" => scanned(&picture(straight), 14.0, 0.8, &mut random),
        "skewed scan" => scanned(
            &picture(sheet(&font, 32.0, &lines, 2.5 * random.sway())),
            18.0,
            0.65,
            &mut random,
        ),
        "fax" => {
            let grey = scanned(&picture(straight), 8.0, 0.95, &mut random);
            let (w, h) = (grey.width() * 11 / 20, grey.height() * 11 / 20);
            let mut fax =
                image::imageops::resize(&grey, w, h, image::imageops::FilterType::Triangle);
            fax.pixels_mut().for_each(|p| p.0 = if p.0[1] > 165 { [255; 3] } else { [0; 3] });
            fax
        }
        "photograph" => photographed(&picture(straight), false, &mut random)?,
        "hard photograph" => photographed(&picture(straight), true, &mut random)?,
        "stamp" => {
            let mut canvas = straight;
            stamped(&mut canvas, &mut random);
            scanned(&picture(canvas), 5.0, 0.9, &mut random)
        }
        "turned 90" | "turned 180" | "turned 270" => {
            page.layout = "1";
            let quarters = class[7..].parse::<usize>()? / 90;
            scanned(&picture(straight.rotated(quarters)), 8.0, 0.85, &mut random)
        }
        "table" => {
            let (canvas, lines) = table(&font, &simplified, seed);
            page.lines = lines;
            scanned(&picture(canvas), 8.0, 0.85, &mut random)
        }
        "columns" => {
            page.lines = simplified.lines(seed, 36, 32);
            let mut canvas = Canvas::new(1240, 1200, [252; 3]);
            for (index, line) in page.lines.iter().enumerate() {
                let (column, row) = (index / 18, index % 18);
                canvas.text(
                    &font,
                    30.0,
                    80.0 + 570.0 * column as f32,
                    120.0 + 58.0 * row as f32,
                    line,
                    INK,
                );
            }
            scanned(&picture(canvas), 8.0, 0.85, &mut random)
        }
        "vertical" => {
            (page.language, page.layout) = ("chi_sim_vert", "5");
            page.lines = simplified
                .lines(seed, 14, 44)
                .iter()
                .map(|line| line.chars().filter(|c| han(*c)).collect())
                .collect();
            let mut canvas = Canvas::new(1240, 1240, [252; 3]);
            for (index, line) in page.lines.iter().enumerate() {
                canvas.column(&font, 38.0, 1140.0 - 78.0 * index as f32, 90.0, line, INK);
            }
            picture(canvas)
        }
        "traditional" | "traditional photograph" => {
            page.language = "chi_tra";
            let traditional = "說認審監罰總務處書記錄員關於辦理倉庫貨運車輛登記應當經過領導簽字後由專人負責並須於規定時間內歸還國營農場與運輸隊聯繫電話號碼見後頁";
            let all: Vec<char> = traditional.chars().collect();
            page.lines = (0..18)
                .map(|_| (0..28).map(|_| all[random.next() as usize % all.len()]).collect())
                .collect();
            let straight = picture(sheet(&font, 34.0, &page.lines, 0.0));
            if class == "traditional" {
                straight
            } else {
                photographed(&straight, false, &mut random)?
            }
        }
        "English photograph" => {
            page.language = "eng";
            page.lines = Texts::new(|c| c.is_ascii_alphabetic(), |_| true)?.lines(seed, 18, 58);
            photographed(&picture(sheet(&font, 32.0, &page.lines, 0.0)), false, &mut random)?
        }
        _ => {
            page.language = "rus";
            page.lines =
                Texts::new(|c| ('\u{400}'..='\u{45f}').contains(&c), |_| true)?.lines(seed, 18, 52);
            scanned(
                &picture(sheet(&Font::european(), 32.0, &page.lines, 0.0)),
                10.0,
                0.85,
                &mut random,
            )
        }
    };
    Ok(page)
}

fn main() -> Outcome<()> {
    let pages: u64 = std::env::args().nth(1).map_or(Ok(3), |count| count.parse())?;
    let only = std::env::args().nth(2);
    let engine = Engine::load(models::embedded().ok_or("built without models: run setup/models")?)?;
    let languages = Command::new("tesseract").arg("--list-langs").output();
    let languages = languages
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    println!("  {pages} made pages a class; characters right in percent, processor seconds a page");
    println!(
        "  {:<24} {:>16} {:>16} {:>16} {:>16}",
        "", "both models", "tiny alone", "small alone", "tesseract"
    );
    let mut sums = [(0.0, 0.0, 0.0); 4];
    for class in CLASSES
        .iter()
        .filter(|class| only.as_ref().is_none_or(|only| class.contains(only.as_str())))
    {
        let mut cells = [(0.0, 0.0, 0.0); 4];
        for seed in 1..=pages {
            let page = page(class, seed)?;
            let truth = tight(&page.lines.concat());
            for (cell, recognition) in
                cells.iter_mut().zip([Recognition::Both, Recognition::Tiny, Recognition::Small])
            {
                let began = seconds("/proc/self/stat", 11);
                let (width, height) = page.picture.dimensions();
                let pixels =
                    Pixels::new(width, height, page.picture.as_raw().clone()).ok_or("no pixels")?;
                let reading = engine.read(&pixels, recognition, ReadingLimits::STANDARD)?;
                add(cell, right(&truth, &text(&reading)), seconds("/proc/self/stat", 11) - began);
            }
            if languages.lines().any(|language| language == page.language) {
                let began = seconds("/proc/self/stat", 13);
                let read = tesseract(&page)?;
                add(
                    &mut cells[3],
                    right(&truth, &tight(&read)),
                    seconds("/proc/self/stat", 13) - began,
                );
            }
        }
        row(class, &cells);
        for (sum, cell) in sums.iter_mut().zip(cells) {
            (sum.0, sum.1, sum.2) = (sum.0 + cell.0, sum.1 + cell.1, sum.2 + cell.2);
        }
    }
    row("mean", &sums);
    let status = std::fs::read_to_string("/proc/self/status")?;
    println!("  {}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    Ok(())
}

fn add(cell: &mut (f64, f64, f64), right: f64, seconds: f64) {
    (cell.0, cell.1, cell.2) = (cell.0 + right, cell.1 + seconds, cell.2 + 1.0);
}

fn row(name: &str, cells: &[(f64, f64, f64); 4]) {
    let shown = cells.map(|(right, seconds, count)| {
        if count > 0.0 {
            format!("{:>8.2} {:>6.2} s", 100.0 * right / count, seconds / count)
        } else {
            format!("{:>17}", "-")
        }
    });
    println!("  {name:<24} {}", shown.join(" "));
}

fn text(reading: &Reading) -> Vec<char> {
    tight(
        &reading
            .lines
            .iter()
            .filter(|line| line.trust != exhibit_ocr::Trust::Unread)
            .map(exhibit_ocr::Line::text)
            .collect::<String>(),
    )
}

fn tight(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            if ('！'..='～').contains(&c) {
                char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

fn tesseract(page: &Page) -> Outcome<String> {
    let mut png = Cursor::new(Vec::new());
    let (width, height) = page.picture.dimensions();
    image::codecs::png::PngEncoder::new(&mut png).write_image(
        page.picture.as_raw(),
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )?;
    let mut child = Command::new("tesseract")
        .args(["stdin", "stdout", "--psm", page.layout, "-l", page.language, "--dpi", "150"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().ok_or("no input")?.write_all(&png.into_inner())?;
    Ok(String::from_utf8_lossy(&child.wait_with_output()?.stdout).into_owned())
}

// 1 less the edit distance for each character of the truth.
fn right(truth: &[char], read: &[char]) -> f64 {
    let mut before: Vec<usize> = (0..=read.len()).collect();
    for (row, wanted) in truth.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, got) in read.iter().enumerate() {
            now.push(
                (before[column] + usize::from(wanted != got))
                    .min(before[column + 1] + 1)
                    .min(now[column] + 1),
            );
        }
        before = now;
    }
    1.0 - before[read.len()] as f64 / truth.len().max(1) as f64
}

// User and system time, in seconds: two fields of proc(5)'s stat, counted from after the name.
fn seconds(file: &str, first: usize) -> f64 {
    let stat = std::fs::read_to_string(file).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(first).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
