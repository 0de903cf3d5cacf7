//! Pictures that are not pages.

use crate::drawing::{Canvas, Font};
use crate::{ToRead, engine, read, text};
use exhibit_ocr::{Pixels, ReadingLimits, Recognition};

fn random(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |most| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % most.max(1)
    }
}

#[test]
fn pictures_of_every_size_are_read_or_have_no_text() {
    let Some(engine) = engine() else { return };
    for (width, height) in
        [(1, 1), (1, 700), (700, 1), (3, 500), (5000, 10), (10, 5000), (33, 31), (65_535, 1)]
    {
        // one colour suffices where the network sees many pixels
        for colour in if width.max(height) > 1000 { &[255][..] } else { &[0, 255][..] } {
            let picture = Pixels::new(width, height, vec![*colour; (width * height * 3) as usize])
                .expect("a picture");
            assert_eq!(text(&read(engine, &picture)), "", "{width} {height} {colour}");
        }
    }
}

#[test]
fn a_long_strip_is_read_to_its_end() {
    let Some(engine) = engine() else { return };
    let font = Font::cjk(false);
    let line = "通知各科室值班人员每日二十时以前将登记册交到综合科核对并签名";
    let mut canvas = Canvas::new(3200, 60, [255; 3]);
    canvas.text(&font, 32.0, 20.0, 42.0, &line.repeat(3), [0; 3]);
    assert_eq!(text(&read(engine, &canvas.pixels())).replace('\n', ""), line.repeat(3));
    // and so is a long conversation on a telephone
    let mut canvas = Canvas::new(540, 4200, [240; 3]);
    for row in 0..20 {
        canvas.text(
            &font,
            26.0,
            30.0,
            80.0 + 205.0 * row as f32,
            &format!("第{row}条消息已经收到"),
            [20; 3],
        );
    }
    let expected: Vec<String> = (0..20).map(|row| format!("第{row}条消息已经收到")).collect();
    assert_eq!(text(&read(engine, &canvas.pixels())), expected.join("\n"));
}

// Textures and scenes without text, one for each number.
fn without_text(number: u64) -> Pixels {
    let mut next = random(number + 1);
    let (width, height) = (96 + next(120) as usize, 96 + next(120) as usize);
    let (a, b, c) = (4.0 + next(60) as f32, 4.0 + next(60) as f32, next(1000) as f32);
    let mut canvas = Canvas::new(width, height, [128; 3]);
    match number % 8 {
        0 => canvas.each(|_, _, _| [0; 3].map(|_: u8| next(256) as u8)),
        1 => canvas.each(|x, y, _| {
            [if (x / a as usize + y / b as usize).is_multiple_of(2) { 10 } else { 240 }; 3]
        }),
        2 => canvas.each(|x, y, _| {
            [((x as f32 / a).sin() * (y as f32 / b + c).cos() * 127.0 + 128.0) as u8; 3]
        }),
        3 => canvas.each(|x, y, _| [(x * 255 / width) as u8, (y * 255 / height) as u8, 90]),
        4 => canvas.each(|x, y, _| {
            let wood = ((x as f32 / a + (y as f32 / b).sin() * 3.0).sin() * 40.0 + 130.0) as u8;
            [wood.saturating_add(next(12) as u8), wood, wood / 2]
        }),
        5 => canvas.each(|x, y, _| {
            let sky = y < height / 2 + ((x as f32 / a).sin() * 30.0) as usize;
            if sky { [120, 170, 230] } else { [60 + next(40) as u8, 90 + next(30) as u8, 40] }
        }),
        6 => (0..60).for_each(|_| {
            let mut at = || (next(width as u32) as f32, next(height as u32) as f32);
            let (from, to) = (at(), at());
            canvas.line(from, to, 3.0, [20, 20, 30]);
        }),
        _ => {
            for _ in 0..40 {
                let (x, y, size) =
                    (next(width as u32) as f32, next(height as u32) as f32, 4.0 + next(40) as f32);
                canvas.line(
                    (x, y),
                    (x + size, y),
                    size,
                    [next(256) as u8, next(256) as u8, next(256) as u8],
                );
            }
        }
    }
    canvas.pixels()
}

#[test]
fn text_is_not_made_up() {
    let Some(engine) = engine() else { return };
    let pictures = 200;
    let with_text: Vec<(u64, String)> = (0..pictures)
        .map(|number| (number, text(&read(engine, &without_text(number)))))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    assert!(with_text.len() <= 1, "{with_text:#?}");
}

#[test]
fn a_page_of_specks_is_bounded() {
    let Some(engine) = engine() else { return };
    let mut canvas = Canvas::new(1500, 1500, [255; 3]);
    canvas.each(|x, y, _| if x % 10 < 6 && y % 10 < 6 { [0; 3] } else { [255; 3] });
    let limits = ReadingLimits { lines: 400, width: 40_000, small_width: 4000 };
    let reading = engine.read(&canvas.pixels(), Recognition::Both, limits).expect("a reading");
    assert!(reading.lines.len() <= 400, "{}", reading.lines.len());
}
