//! What is read, and where.

use crate::drawing::{Canvas, Font, Turn};
use crate::{ToRead, engine, read, text, tight};
use exhibit_ocr::{Engine, Pixels, ReadingLimits, Recognition, Size, Trust, Way, models};

const PAGE: [&str; 6] = [
    "关于加强仓库登记管理的通知",
    "一、所有进出人员须在登记册上签名，不得遗漏。",
    "二、每日二十时前由值班员将登记册交综合科核对。",
    "三、遗失记录的，应当书面说明最后一次见到的时间。",
    "Register No. 0417, page 3 of 12 (copy)",
    "联系电话：139-0417-2265",
];

fn page(font: &Font, turn: f32) -> Canvas {
    let mut canvas = Canvas::new(900, 560, [250, 248, 244]);
    canvas.turn = Turn::around(450.0, 280.0, turn);
    for (row, line) in PAGE.iter().enumerate() {
        canvas.text(font, 32.0, 60.0, 110.0 + 70.0 * row as f32, line, [30, 30, 40]);
    }
    canvas
}

#[test]
fn a_page_is_read_to_the_letter() {
    let Some(engine) = engine() else { return };
    for serif in [false, true] {
        let reading = read(engine, &page(&Font::cjk(serif), 0.0).pixels());
        assert_eq!(tight(&text(&reading)), tight(&PAGE.join("\n")));
        assert!(text(&reading).contains("page 3 of 12 (copy)"), "words are separated");
        assert_eq!((reading.way, reading.more), (Way::Upright, false));
        assert!(reading.lines.iter().all(|line| line.certainty() > 0.9), "{reading:#?}");
    }
}

#[test]
fn a_page_is_read_however_it_lies() {
    let Some(engine) = engine() else { return };
    let font = Font::cjk(false);
    let ways = [Way::Upright, Way::Clockwise, Way::UpsideDown, Way::CounterClockwise];
    for (quarters, way) in ways.into_iter().enumerate() {
        for tilt in if quarters % 2 == 0 { &[-4.0][..] } else { &[0.0][..] } {
            let reading = read(engine, &page(&font, *tilt).rotated(quarters).pixels());
            assert_eq!(reading.way, way, "{quarters} {tilt}");
            assert_eq!(tight(&text(&reading)), tight(&PAGE.join("\n")), "{quarters} {tilt}");
        }
    }
}

#[test]
fn characters_are_where_they_were_drawn() {
    let Some(engine) = engine() else { return };
    for (quarters, tilt) in [(0, 0.0), (0, 5.0), (1, 0.0), (2, 3.0)] {
        let mut canvas = Canvas::new(900, 300, [255; 3]);
        canvas.turn = Turn::around(450.0, 150.0, tilt);
        let drawn = canvas.text(
            &Font::cjk(false),
            36.0,
            90.0,
            160.0,
            "库房钥匙由值班员保管，共七把",
            [0; 3],
        );
        let turn = canvas.turn;
        let (width, height) = (canvas.width as f32, canvas.height as f32);
        let reading = read(engine, &canvas.rotated(quarters).pixels());
        let [line] = &reading.lines[..] else { panic!("{reading:#?}") };
        let read: String = line.characters.iter().map(|c| c.character).collect();
        assert_eq!(read, "库房钥匙由值班员保管，共七把");
        for ((character, from, to), read) in drawn.iter().zip(&line.characters) {
            let (x, y) = turn.apply((f32::midpoint(*from, *to), 147.0));
            let (x, y) = match quarters {
                0 => (x, y),
                1 => (height - y, x),
                _ => (width - x, height - y),
            };
            let place = line.place_of(read);
            let off = (place.centre.x - x).hypot(place.centre.y - y);
            // the ink of punctuation is not in the middle of its square
            let most = if *character == '，' { 18.0 } else { 10.0 };
            assert!(off < most, "{character}: {off} pixels off ({quarters}, {tilt})");
            assert!((20.0..56.0).contains(&place.width), "{character}: {place:?}");
        }
    }
}

#[test]
fn doubt_is_kept_with_alternatives() {
    let Some(engine) = engine() else { return };
    let mut canvas = Canvas::new(700, 120, [255; 3]);
    canvas.text(&Font::cjk(false), 40.0, 40.0, 70.0, "未经许可不得入内十七号库房", [0; 3]);
    // every other row of pixels of two letters is lost
    canvas.each(|x, y, pixel| if (120..200).contains(&x) && y % 4 < 2 { [255; 3] } else { pixel });
    let reading = engine
        .read(&canvas.pixels(), Recognition::Tiny, ReadingLimits::STANDARD)
        .expect("a reading");
    let characters: Vec<_> = reading.lines.iter().flat_map(|line| &line.characters).collect();
    assert!(characters.iter().any(|c| !c.others.is_empty()), "{characters:#?}");
    for c in characters {
        assert!((0.0..=1.0).contains(&c.certainty) && c.others.len() <= 2);
        assert!(
            c.others.iter().all(|(other, share)| *other != c.character && *share <= c.certainty),
            "{c:?}"
        );
        assert!(c.others.is_sorted_by(|a, b| a.1 >= b.1), "{c:?}");
    }
}

#[test]
fn traditional_text_is_read_by_the_larger_model() {
    let Some(engine) = engine() else { return };
    let mut canvas = Canvas::new(800, 240, [255; 3]);
    let lines = ["倉庫登記須由審計員說明認可", "總務處應於十日內監督執行罰則"];
    for (row, line) in lines.iter().enumerate() {
        canvas.text(&Font::cjk(true), 40.0, 50.0, 90.0 + 80.0 * row as f32, line, [0; 3]);
    }
    let reading = read(engine, &canvas.pixels());
    assert_eq!(text(&reading), lines.join("\n"), "{reading:#?}");
    assert!(reading.lines.iter().all(|line| line.size == Size::Small));
}

#[test]
fn letters_of_an_unknown_script_are_not_believed() {
    let Some(engine) = engine() else { return };
    let mut canvas = Canvas::new(900, 460, [255; 3]);
    let lines = [
        "Журнал регистрации склада за апрель",
        "Исх. № 88/19 от 14 мая 2019 года",
        "Просим подтвердить число пассажиров",
        "ВХ 1007, ВХ 1012, ВХ 1015, ВХ 1021",
        "Дежурный сообщил об этом вечером",
    ];
    for (row, line) in lines.iter().enumerate() {
        canvas.text(&Font::european(), 32.0, 60.0, 90.0 + 70.0 * row as f32, line, [0; 3]);
    }
    let reading = read(engine, &canvas.pixels());
    assert_eq!(reading.lines.len(), 5, "{reading:#?}");
    assert!(reading.lines.iter().all(|line| line.trust != Trust::Read), "{reading:#?}");
}

#[test]
fn light_text_on_dark_ground_is_read() {
    let Some(engine) = engine() else { return };
    let mut canvas = Canvas::new(700, 150, [20, 40, 90]);
    canvas.text(&Font::cjk(false), 40.0, 50.0, 90.0, "夜间值班记录 Night log 12", [250, 240, 200]);
    assert_eq!(tight(&text(&read(engine, &canvas.pixels()))), "夜间值班记录Nightlog12");
}

#[test]
fn the_same_picture_gives_the_same_reading() {
    let Some(engine) = engine() else { return };
    let picture = page(&Font::cjk(true), 2.0).pixels();
    let first = read(engine, &picture);
    assert_eq!(read(engine, &picture), first);
    let again = Engine::load(models::embedded().expect("models")).expect("models load");
    assert_eq!(read(&again, &picture), first);
}

#[test]
fn limits_are_kept_and_reported() {
    let Some(engine) = engine() else { return };
    let picture = page(&Font::cjk(false), 0.0).pixels();
    let limited = |limits| engine.read(&picture, Recognition::Both, limits).expect("a reading");
    let reading = limited(ReadingLimits { lines: 3, ..ReadingLimits::STANDARD });
    assert_eq!((reading.lines.len(), reading.more), (3, true));
    let reading = limited(ReadingLimits { width: 1500, ..ReadingLimits::STANDARD });
    let unread = reading.lines.iter().filter(|line| line.characters.is_empty()).count();
    assert!(reading.more && (1..6).contains(&unread), "{unread}");
    let reading = limited(ReadingLimits { small_width: 0, ..ReadingLimits::STANDARD });
    assert!(!reading.more && reading.lines.iter().all(|line| line.size == Size::Tiny));
}

#[test]
fn models_that_are_none_are_refused() {
    let Some(files) = models::embedded() else { return };
    let load = |files| Engine::load(files).map(|_| ()).map_err(|error| error.to_string());
    for bytes in [&b""[..], b"onnx"] {
        let error = load(exhibit_ocr::ModelFiles { tiny: bytes.into(), ..files.clone() })
            .expect_err("no model");
        assert!(error.contains("tiny"), "{error}");
    }
    let truncated = files.tiny[..files.tiny.len() / 2].to_vec();
    assert!(load(exhibit_ocr::ModelFiles { tiny: truncated.into(), ..files.clone() }).is_err());
    let error =
        load(exhibit_ocr::ModelFiles { tiny_characters: "a\nbc\n".into(), ..files.clone() })
            .expect_err("two");
    assert!(error.contains("line 2"), "{error}");
    // a dictionary of another model: refused when a line is read
    let mixed = Engine::load(exhibit_ocr::ModelFiles { tiny_characters: "a\nb\n".into(), ..files })
        .expect("loads");
    let picture: Pixels = page(&Font::cjk(false), 0.0).pixels();
    assert!(mixed.read(&picture, Recognition::Tiny, ReadingLimits::STANDARD).is_err());
}
