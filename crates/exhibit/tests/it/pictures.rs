//! Text on pictures, from the file to the text of its page.

#[path = "../../../exhibit-ocr/tests/it/drawing.rs"]
#[expect(dead_code, reason = "shared with the tests of exhibit-ocr")]
mod drawing;

use crate::bench::{Bench, example_trove};
use drawing::{Canvas, Font, Turn};
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

// tests of reading pictures must not pass for lack of models where they are expected
fn models_are_there() -> bool {
    let bench = Bench::new();
    let checks = bench.run(&["doctor", "--json"]).objects();
    let found = checks.iter().any(|check| check["name"] == "OCR" && check["state"] == "good");
    assert!(found || std::env::var_os("EXHIBIT_MODELS").is_none(), "built without models");
    found
}

fn has_russian() -> bool {
    let languages = std::process::Command::new("tesseract").arg("--list-langs").output();
    languages.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).lines().any(|line| line == "rus")
    })
}

fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The text of every item of a source, without white space, by its path.
fn texts(bench: &Bench) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (path, item) in bench.ledger() {
        if item["state"] == "read" {
            let text = bench
                .run(&["-C", "case", "cat", item["id"].as_str().expect("id"), "--text"])
                .code(0)
                .stdout;
            texts.insert(path, tight(&text));
        }
    }
    texts
}

#[test]
fn pictures_of_the_example_trove_are_read_to_the_letter() {
    if !models_are_there() {
        return;
    }
    let bench = Bench::new();
    let pictures = [
        "phone/IMG_20190430_201544.jpg",
        "phone/Screenshot_20190501.png",
        "phone/屏幕翻拍.webp",
        "disk2/三号仓库/封条.bmp",
        "disk2/三号仓库/门牌.gif",
        "post/2/收到的扫描件.pdf",
    ];
    for path in pictures {
        let name = Path::new(path).file_name().and_then(|name| name.to_str()).expect("a name");
        bench.write(
            &format!("pictures/{name}"),
            std::fs::read(example_trove().join(path)).expect("a file of the trove"),
        );
    }
    let _ = bench.run(&["init", "case"]).code(0);
    let _ = bench.run(&["-C", "case", "ingest", "pictures"]).code(0);
    let texts = texts(&bench);
    let expected = [
        (
            "IMG_20190430_201544.jpg",
            "登记表销毁记录编号：XH-2019-04销毁内容三号仓库2019年4月登记表，共214行，装订3册销毁方式粉碎后焚烧\
             销毁时间2019年4月30日19时40分销毁地点三号仓库锅炉房经办人孟启川见证人陆怀清、沈若岚\
             备注电子版见信息科备份。闸口记录未移交。白禾物流有限公司综合科2019年4月30日",
        ),
        (
            "Screenshot_20190501.png",
            "孟科长：四月的登记表都处理了吗沈若岚：三册都销毁了，电子版在备份里孟科长：那十七个人不用补登记",
        ),
        ("屏幕翻拍.webp", "本期登记总数二千一百一十八人销毁登记表前请核对闸口人数"),
        ("封条.bmp", "登记资料封存白禾物流有限公司综合科"),
        ("门牌.gif", "三号仓库接转站外来人员禁止登记室停留"),
        (
            "收到的扫描件.pdf",
            "各县委办公室，地委各部委，地区各有关单位：为做好青穗、苇塘、砚湖三县搬迁人员的接收、转运和安置工作，\
             堵塞登记漏洞，经地委主要领导同意，现就建立搬迁人员登记台账有关事项通知如下。一、统一登记。凡经三号仓库\
             接转站转运的搬迁人员，须由值班员逐一登记，做到一人一行、一车一表，不得以户代人，不得事后补登。",
        ),
    ];
    for (name, expected) in expected {
        let text = texts.get(name).unwrap_or_else(|| panic!("{name} was not read: {texts:#?}"));
        assert!(
            text.starts_with(expected) || (name.ends_with("pdf") && text.contains(expected)),
            "{name}: {text}"
        );
    }
    // where each character is, and how certain it is
    let photograph = bench.ledger().remove("IMG_20190430_201544.jpg").expect("the photograph");
    let pages = bench
        .run(&["-C", "case", "show", photograph["id"].as_str().expect("id"), "--json"])
        .code(0)
        .objects();
    let confidence = pages[0]["page_list"][0]["ocr_confidence"].as_f64().expect("a confidence");
    assert!((0.95..=1.0).contains(&confidence), "{confidence}");
}

const CHINESE: [&str; 4] = [
    "关于加强仓库登记管理的通知",
    "一、所有进出人员须在登记册上签名，不得遗漏。",
    "二、每日二十时前由值班员将登记册交综合科核对。",
    "三、遗失记录的，应当书面说明最后一次见到的时间。",
];
const ENGLISH: [&str; 2] =
    ["Register No. 0417, page 3 of 12 (copy)", "The clerk keeps the keys of the gate."];
const RUSSIAN: [&str; 4] = [
    "Журнал регистрации склада за апрель",
    "Директору компании от начальника смены",
    "Просим подтвердить число пассажиров",
    "Дежурный сообщил об этом вечером",
];

fn page(lines: &[(&str, &Font)], tilt: f32) -> Canvas {
    let height = 160 + 70 * lines.len();
    let mut canvas = Canvas::new(900, height, [248, 246, 242]);
    canvas.turn = Turn::around(450.0, height as f32 / 2.0, tilt);
    for (row, (line, font)) in lines.iter().enumerate() {
        canvas.text(font, 32.0, 60.0, 110.0 + 70.0 * row as f32, line, [30, 30, 40]);
    }
    canvas
}

fn picture(canvas: Canvas) -> DynamicImage {
    let (width, height) = (canvas.width as u32, canvas.height as u32);
    RgbImage::from_raw(width, height, canvas.into_rgb()).expect("three bytes a pixel").into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).expect("encode");
    bytes
}

#[test]
fn pages_are_read_however_they_lie_and_whatever_they_mix() {
    if !models_are_there() {
        return;
    }
    let bench = Bench::new();
    let (cjk, european) = (Font::cjk(false), Font::european());
    let chinese: Vec<(&str, &Font)> =
        CHINESE.iter().chain(&ENGLISH).map(|line| (*line, &cjk)).collect();
    let russian: Vec<(&str, &Font)> = RUSSIAN.iter().map(|line| (*line, &european)).collect();
    let mixed: Vec<(&str, &Font)> =
        [&chinese[..2], &russian[..2], &chinese[4..], &russian[2..]].concat();
    let png = |canvas| encoded(&picture(canvas), ImageFormat::Png);
    bench.write("pages/tilted.png", png(page(&chinese, 3.0)));
    bench.write("pages/upside down.png", png(page(&chinese, -2.0).rotated(2)));
    bench.write(
        "pages/sideways.jpg",
        encoded(&picture(page(&chinese, 1.0).rotated(1)), ImageFormat::Jpeg),
    );
    bench.write("pages/russian.png", png(page(&russian, 0.0)));
    bench.write("pages/mixed.png", png(page(&mixed, 0.0)));
    let _ = bench.run(&["init", "case"]).code(0);
    let ingested = bench.run(&["-C", "case", "ingest", "pages"]);
    assert!([0, 3].contains(&ingested.code), "{}", ingested.stderr);
    let texts = texts(&bench);
    let joined =
        |lines: &[(&str, &Font)]| tight(&lines.iter().map(|(line, _)| *line).collect::<String>());
    for name in ["tilted.png", "upside down.png", "sideways.jpg"] {
        assert_eq!(texts[name], joined(&chinese), "{name}");
    }
    if has_russian() {
        assert_eq!(texts["russian.png"], joined(&russian));
        assert_eq!(texts["mixed.png"], joined(&mixed));
    } else {
        // what is not known is left out and counted, not read as similar letters
        assert_eq!(texts.get("russian.png").map_or("", String::as_str), "");
    }
}

#[test]
fn pictures_that_are_no_pages_give_no_text_and_end() {
    if !models_are_there() {
        return;
    }
    let bench = Bench::new();
    let mut state = 7_u32;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    let dot = DynamicImage::from(RgbImage::new(1, 1));
    let snow = DynamicImage::from(RgbImage::from_fn(500, 400, |_, _| {
        image::Rgb([noise(), noise(), noise()])
    }));
    let board = DynamicImage::from(image::GrayImage::from_fn(600, 600, |x, y| {
        image::Luma([255 * ((x / 9 + y / 9) % 2) as u8])
    }));
    let specks = DynamicImage::from(image::GrayImage::from_fn(1420, 1420, |x, y| {
        image::Luma([if x % 10 < 5 && y % 10 < 5 { 0 } else { 255 }])
    }));
    bench.write("pictures/dot.png", encoded(&dot, ImageFormat::Png));
    bench.write(
        "pictures/line.png",
        encoded(&DynamicImage::from(RgbImage::new(9000, 1)), ImageFormat::Png),
    );
    bench.write("pictures/noise.png", encoded(&snow, ImageFormat::Png));
    bench.write("pictures/board.png", encoded(&board, ImageFormat::Png));
    bench.write("pictures/specks.png", encoded(&specks, ImageFormat::Png));
    // a header of 30,000 by 30,000 pixels, and a file that ends in the middle
    let mut huge = encoded(&dot, ImageFormat::Png);
    huge[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    bench.write("pictures/huge.png", &huge);
    let whole = encoded(&snow, ImageFormat::Jpeg);
    bench.write("pictures/cut.jpg", &whole[..whole.len() / 3]);
    // other codings of a page
    let font = Font::cjk(true);
    let words = picture(page(&[("十六位与透明的图片", &font), ("仓库登记专用纸", &font)], 0.0));
    bench.write("pictures/deep.png", encoded(&words.to_rgb16().into(), ImageFormat::Png));
    bench.write("pictures/grey.tif", encoded(&words.to_luma8().into(), ImageFormat::Tiff));
    let mut clear = words.to_rgba8();
    clear.pixels_mut().for_each(|pixel| pixel.0[3] = if pixel.0[0] > 200 { 0 } else { 255 });
    bench.write("pictures/clear.png", encoded(&clear.into(), ImageFormat::Png));
    let _ = bench.run(&["init", "case"]).code(0);
    let ingested = bench.run(&["-C", "case", "ingest", "pictures"]);
    assert!([0, 3].contains(&ingested.code), "{}", ingested.stderr);
    let ledger = bench.ledger();
    assert!(
        ledger.values().all(|item| item["state"] != Value::Null) && ledger.len() == 10,
        "{ledger:#?}"
    );
    let texts = texts(&bench);
    for name in
        ["dot.png", "line.png", "noise.png", "board.png", "specks.png", "huge.png", "cut.jpg"]
    {
        assert_eq!(texts.get(name).map_or("", String::as_str), "", "{name}");
    }
    for name in ["deep.png", "grey.tif", "clear.png"] {
        assert_eq!(texts[name], "十六位与透明的图片仓库登记专用纸", "{name}");
    }
    assert_eq!(
        bench.run(&["-C", "case", "status", "--json"]).code(0).objects()[0]["reconciled"],
        true
    );
}
