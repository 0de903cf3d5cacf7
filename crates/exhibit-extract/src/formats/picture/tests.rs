//! Tests of the metadata of pictures, their rendering, and hostile pictures.

use super::{extract, render};
use crate::formats::office::testing::{Outcome, read, read_within, request, torment};
use crate::out::Out;
use crate::raster::Wish;
use exhibit_model::{Limits, NoteCode, Reason, Record, Task, Verdict};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage, RgbaImage};
use std::io::Cursor;

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("memory");
    bytes.into_inner()
}

/// Left half dark, right half light.
fn halves(width: u32, height: u32) -> DynamicImage {
    DynamicImage::from(RgbImage::from_fn(width, height, |x, _| {
        image::Rgb(if x < width / 2 { [10, 20, 30] } else { [220, 230, 240] })
    }))
}

// At the resolution that is assumed: nothing is enlarged.
fn rendered(bytes: &[u8], page: u32, max_side: u32, grey: bool) -> Result<DynamicImage, Verdict> {
    let limits = Limits::STANDARD;
    let mut records: Vec<Record> = Vec::new();
    let mut out = Out::new(&mut records, limits);
    let wish = Wish { page, dpi: 96, max_side, grey, enlarge: true, max_pixels: limits.pixels };
    let raster = render(&mut Cursor::new(bytes.to_vec()), &request(Task::Extract, limits), wish)?;
    let verdict = raster.emit_png(page, &mut out).expect("the sink is open");
    match records.pop() {
        Some(Record::Picture(picture)) => {
            let decoded = image::load_from_memory(&picture.png).expect("a PNG");
            assert_eq!((decoded.width(), decoded.height()), (picture.width, picture.height));
            Ok(decoded)
        }
        _ => Err(verdict),
    }
}

// A TIFF of these entries (tag, type, count, value), with `data` at byte 8 and the directories after it.
fn tiff(frames: &[Vec<(u16, u16, u32, u32)>], data: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0".to_vec();
    let padded = data.len().next_multiple_of(2);
    bytes.extend(u32::try_from(8 + padded).expect("small").to_le_bytes());
    bytes.extend(data);
    bytes.resize(8 + padded, 0);
    for (at, entries) in frames.iter().enumerate() {
        bytes.extend(u16::try_from(entries.len()).expect("small").to_le_bytes());
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        let next = if at + 1 < frames.len() { bytes.len() + 4 } else { 0 };
        bytes.extend(u32::try_from(next).expect("small").to_le_bytes());
    }
    bytes
}

fn frame(
    width: u32,
    height: u32,
    bits: u32,
    compression: u32,
    photometric: u32,
    length: usize,
) -> Vec<(u16, u16, u32, u32)> {
    let length = u32::try_from(length).expect("small");
    vec![
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, 1, bits),
        (259, 3, 1, compression),
        (262, 3, 1, photometric),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 3, 1, height),
        (279, 4, 1, length),
    ]
}

// JPEG with an EXIF block of these entries put after its first marker.
fn with_exif(jpeg: &[u8], entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let block = [b"Exif\0\0".to_vec(), tiff(&[entries.to_vec()], b"")].concat();
    let length = u16::try_from(block.len() + 2).expect("small").to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &block, &jpeg[2..]].concat()
}

fn only_page(outcome: &Outcome) -> (f32, f32, bool) {
    assert_eq!(outcome.pages.len(), 1);
    (outcome.pages[0].width, outcome.pages[0].height, outcome.pages[0].wants_ocr())
}

#[test]
fn every_picture_format_is_a_page_for_ocr() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ] {
        let bytes = encoded(&halves(64, 32), format);
        let outcome = read(extract, &bytes);
        assert_eq!(
            (only_page(&outcome), &outcome.verdict),
            ((48.0, 24.0, true), &Verdict::Read),
            "{format:?}"
        );
        let picture = rendered(&bytes, 1, 1000, false).expect("a picture").to_rgb8();
        assert_eq!(picture.dimensions(), (64, 32));
        assert!(
            picture.get_pixel(2, 2).0[0] < 60 && picture.get_pixel(60, 2).0[0] > 180,
            "{format:?}"
        );
        assert_eq!(rendered(&bytes, 1, 16, true).expect("a picture").color(), image::ColorType::L8);
        assert!(matches!(rendered(&bytes, 2, 16, true), Err(Verdict::Failed(_))));
    }
}

#[test]
fn orientation_and_resolution_are_applied() {
    let jpeg = encoded(&halves(64, 32), ImageFormat::Jpeg);
    let turned = with_exif(&jpeg, &[(0x0112, 3, 1, 6)]);
    let outcome = read(extract, &turned);
    assert_eq!(only_page(&outcome), (24.0, 48.0, true));
    assert!(outcome.property("exif:Orientation").is_some());
    let picture = rendered(&turned, 1, 1000, false).expect("a picture").to_rgb8();
    assert_eq!(picture.dimensions(), (32, 64));
    assert!(
        picture.get_pixel(2, 2).0[0] < 60 && picture.get_pixel(2, 60).0[0] > 180,
        "what was left is on top"
    );
    let mut dense = encoded(&halves(64, 32), ImageFormat::Bmp);
    dense[38..42].copy_from_slice(&7874u32.to_le_bytes());
    assert_eq!(read(extract, &dense).pages[0].width.round(), 23.0);
}

#[test]
fn small_pictures_are_enlarged_for_ocr() {
    let sized = |side: u32, dpi: u32, enlarge: bool| {
        let bytes = encoded(
            &DynamicImage::from(GrayImage::from_pixel(side, side / 2, Luma([200]))),
            ImageFormat::Png,
        );
        let wish =
            Wish { page: 1, dpi, max_side: 6000, grey: true, enlarge, max_pixels: 2_000_000 };
        let raster =
            render(&mut Cursor::new(bytes), &request(Task::Extract, Limits::STANDARD), wish);
        let raster = raster.expect("pixels");
        (raster.width, raster.height)
    };
    let sizes = |side, dpi| sized(side, dpi, true);
    // 96 dots per inch are assumed
    assert_eq!(sizes(300, 192), (600, 300));
    assert_eq!(sizes(300, 1200), (900, 450), "three times at most");
    assert_eq!(sizes(800, 1200), (1600, 800), "and no larger than a scan");
    assert_eq!(sizes(1200, 1200), (1200, 600));
    assert_eq!(sized(300, 1200, false), (300, 150), "not for models that read small letters");
    assert_eq!(sized(4000, 1200, false), (2000, 1000), "two million pixels at most");
    assert_eq!(sizes(300, 96), (300, 150));
}

#[test]
fn other_codings_are_pages_for_ocr() {
    let psd = [
        &b"8BPS\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0\x02\0\x08\0\x01\0\0\0\0"[..],
        &[0; 8],
        b"\0\0\x10\xf0\x10\xf0",
    ]
    .concat();
    for bytes in [&b"P5 2 2 255\n\x10\xf0\x10\xf0"[..], &psd] {
        let outcome = read(extract, bytes);
        assert_eq!((outcome.pages.len(), &outcome.verdict), (1, &Verdict::Read));
        assert!(outcome.pages[0].wants_ocr());
        let picture = rendered(bytes, 1, 2, true).expect("a picture").to_luma8();
        assert_eq!(picture.into_raw(), [0x10, 0xf0, 0x10, 0xf0]);
        torment(extract, bytes, 3);
    }
}

#[test]
fn frames_of_animations_are_pages() {
    use image::codecs::gif::GifEncoder;
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    let shades = [0_u8, 100, 200];
    for shade in shades {
        let pixels = RgbaImage::from_pixel(8, 8, image::Rgba([shade, shade, shade, 255]));
        encoder.encode_frame(image::Frame::new(pixels)).expect("memory");
    }
    drop(encoder);
    let outcome = read(extract, &bytes);
    assert_eq!(outcome.pages.len(), 3);
    assert!(outcome.has_note(&NoteCode::Animation { frames: 3 }));
    for (page, shade) in (1_u32..).zip(shades) {
        let picture = rendered(&bytes, page, 8, true).expect("a picture").to_luma8();
        assert!(picture.get_pixel(4, 4).0[0].abs_diff(shade) < 8, "frame {page}");
    }
    assert!(rendered(&bytes, 4, 8, true).is_err());
    torment(extract, &bytes, 7);
}

#[test]
fn exif_is_in_plain_names_and_numbers() {
    let text = |bytes: &[u8], at: u32| (2_u16, u32::try_from(bytes.len()).expect("short"), at);
    let title: Vec<u8> = "登记\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let numbers = |values: &[(u32, u32)]| -> Vec<u8> {
        values.iter().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()].concat()).collect()
    };
    // the values are before the directories, from byte 8
    let mut data = Vec::new();
    let mut put = |bytes: &[u8]| {
        let at = 8 + u32::try_from(data.len()).expect("small");
        data.extend(bytes);
        data.resize(data.len().next_multiple_of(2), 0);
        at
    };
    let (taken, zone) = (b"2019:03:05 14:02:11\0", b"+08:00\0");
    let title_at = put(&title);
    let (taken_at, zone_at) = (put(taken), put(zone));
    let north = put(&numbers(&[(43, 1), (49, 1), (30, 1)]));
    let west = put(&numbers(&[(87, 1), (3660, 100), (0, 1)]));
    let height = put(&numbers(&[(1234, 10)]));
    let day_at = put(b"2019:03:05\0");
    let time = put(&numbers(&[(6, 1), (2, 1), (11, 1)]));
    // directories of EXIF and GPS fields are behind the first one
    let directory = |entries: &[(u16, u16, u32, u32)]| -> Vec<u8> {
        let mut bytes = u16::try_from(entries.len()).expect("few").to_le_bytes().to_vec();
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 4]);
        bytes
    };
    let (kind, count, at) = text(taken, taken_at);
    let exif = directory(&[(0x9003, kind, count, at), (0x9011, 2, 7, zone_at)]);
    let gps = directory(&[
        (1, 2, 2, u32::from(b'N')),
        (2, 5, 3, north),
        (3, 2, 2, u32::from(b'W')),
        (4, 5, 3, west),
        (5, 1, 1, 1),
        (6, 5, 1, height),
        (7, 5, 3, time),
        (29, 2, 11, day_at),
    ]);
    let exif_at = put(&exif);
    let gps_at = put(&gps);
    let entries = vec![
        (0x8769, 4, 1, exif_at),
        (0x8825, 4, 1, gps_at),
        (0x9c9b, 1, u32::try_from(title.len()).expect("short"), title_at),
    ];
    let block = [b"Exif\0\0".to_vec(), tiff(&[entries], &data)].concat();
    let length = u16::try_from(block.len() + 2).expect("small").to_be_bytes();
    let jpeg = encoded(&halves(8, 8), ImageFormat::Jpeg);
    let outcome = read(extract, &[&jpeg[..2], &[0xff, 0xe1], &length, &block, &jpeg[2..]].concat());
    for (key, value) in [
        ("exif:XPTitle", "登记"),
        ("exif:DateTimeOriginal", "2019-03-05T14:02:11+08:00"),
        ("exif:GPSLatitude", "43.825000"),
        ("exif:GPSLongitude", "-87.610000"),
        ("exif:GPSPosition", "43.825000, -87.610000"),
        ("exif:GPSAltitude", "-123.4"),
        ("exif:GPSDateTime", "2019-03-05T06:02:11Z"),
    ] {
        assert_eq!(outcome.property(key), Some(value), "{key}: {:?}", outcome.metadata);
    }
    assert!(outcome.has_note(&NoteCode::LocationPresent));
}

#[test]
fn large_scans_are_scaled_down_and_small_pictures_are_not() {
    let bytes = encoded(
        &DynamicImage::from(GrayImage::from_pixel(3000, 1500, Luma([200]))),
        ImageFormat::Png,
    );
    assert_eq!(rendered(&bytes, 1, 1000, true).expect("a picture").width(), 1000);
    assert_eq!(
        rendered(&bytes, 1, 9000, true).expect("a picture").width(),
        3000,
        "96 dpi is assumed: nothing is gained"
    );
}

#[test]
fn what_is_written_on_glass_can_be_read() {
    for (ink, ground) in [(0u8, 255u8), (255, 0)] {
        let glass = RgbaImage::from_fn(20, 20, |x, _| {
            image::Rgba(if x < 5 { [ink, ink, ink, 255] } else { [ink, ink, ink, 0] })
        });
        let picture =
            rendered(&encoded(&DynamicImage::from(glass), ImageFormat::Png), 1, 100, true)
                .expect("a picture")
                .to_luma8();
        assert_eq!((picture.get_pixel(1, 1).0[0], picture.get_pixel(15, 1).0[0]), (ink, ground));
    }
}

#[test]
fn header_text_is_emitted() {
    let png = encoded(&halves(4, 4), ImageFormat::Png);
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).expect("small").to_be_bytes();
        [&length[..], kind, data, &[0; 4]].concat()
    };
    let xmp = "<x:xmpmeta><rdf:RDF><rdf:Description xmp:CreatorTool=\"Scan\"><dc:creator><rdf:Seq><rdf:li>阿里木</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>";
    let texts = [
        chunk(b"tEXt", b"Author\0Ren\xe9"),
        chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", xmp.as_bytes()].concat()),
        chunk(b"pHYs", &[&11811u32.to_be_bytes()[..], &11811u32.to_be_bytes(), &[1]].concat()),
    ]
    .concat();
    let outcome = read(extract, &[&png[..33], &texts, &png[33..]].concat());
    assert_eq!(outcome.property("png:Author"), Some("René"));
    assert_eq!(outcome.property("dc:creator"), Some("阿里木"));
    assert_eq!(outcome.property("xmp:CreatorTool"), Some("Scan"));
    assert!((outcome.pages[0].width - 0.96).abs() < 0.01, "300 dots per inch");

    let jpeg = encoded(&halves(8, 8), ImageFormat::Jpeg);
    let iptc =
        [&b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0a"[..], b"\x1c\x02\x19\0\x05camps"].concat();
    let length = u16::try_from(iptc.len() + 2).expect("small").to_be_bytes();
    let bytes =
        [&jpeg[..2], b"\xff\xfe\0\x06note", b"\xff\xed", &length, &iptc, &jpeg[2..]].concat();
    let outcome = read(extract, &bytes);
    assert_eq!(outcome.property("jpeg:comment"), Some("note"));
    assert_eq!(outcome.property("iptc:Keywords"), Some("camps"));
}

#[test]
fn bilevel_and_palette_tiffs_are_rendered() {
    // two rows of eight: four white and four black; all white. White is zero, as in faxes
    let plain = tiff(&[frame(8, 2, 1, 1, 0, 2), frame(8, 2, 1, 1, 1, 2)], &[0x0f, 0x00]);
    assert_eq!(read(extract, &plain).pages.len(), 2);
    let first = rendered(&plain, 1, 100, true).expect("a picture").to_luma8();
    assert_eq!(
        [first.get_pixel(0, 0).0[0], first.get_pixel(7, 0).0[0], first.get_pixel(7, 1).0[0]],
        [255, 0, 255]
    );
    let second = rendered(&plain, 2, 100, true).expect("a picture").to_luma8();
    assert_eq!([second.get_pixel(0, 0).0[0], second.get_pixel(7, 0).0[0]], [0, 255]);
    // two pixels of a palette whose entry 1 is red
    let mut data = vec![1, 0];
    data.extend((0..768u16).flat_map(|at| if at == 1 { [0xff, 0xff] } else { [0, 0] }));
    let mut entries = frame(2, 1, 8, 1, 3, 2);
    entries.push((320, 3, 768, 10));
    let picture = rendered(&tiff(&[entries], &data), 1, 100, false).expect("a picture").to_rgb8();
    assert_eq!([picture.get_pixel(0, 0).0, picture.get_pixel(1, 0).0], [[255, 0, 0], [0, 0, 0]]);
    // the same with two bits a pixel: 01 00
    let mut data = vec![0b0100_0000, 0];
    data.extend((0..12u16).flat_map(|at| if at == 1 { [0xff, 0xff] } else { [0, 0] }));
    let mut entries = frame(2, 1, 2, 1, 3, 1);
    entries.push((320, 3, 12, 10));
    let picture = rendered(&tiff(&[entries], &data), 1, 100, false).expect("a picture").to_rgb8();
    assert_eq!([picture.get_pixel(0, 0).0, picture.get_pixel(1, 0).0], [[255, 0, 0], [0, 0, 0]]);
}

#[test]
fn faxes_of_both_groups_and_bit_orders_are_rendered() {
    // four white, four black, in T.6: horizontal mode 001, white 4 is 1011, black 4 is 011; the row is full
    let row = [0b0011_0110, 0b1100_0000];
    // in T.4: end of line, the same runs, end of line
    let group_3 = [0b0000_0000, 0b0001_1011, 0b0110_0000, 0b0000_0001, 0b0000_0000, 0b0001_0000];
    let reversed = row.map(u8::reverse_bits);
    for (compression, fill, data) in [(4, 1, &row[..]), (4, 2, &reversed[..]), (3, 1, &group_3[..])]
    {
        let mut entries = frame(8, 1, 1, compression, 0, data.len());
        entries.insert(5, (266, 3, 1, fill));
        let bytes = tiff(&[entries], data);
        let picture = rendered(&bytes, 1, 100, true).expect("a picture").to_luma8();
        let pixels: Vec<u8> = picture.pixels().map(|pixel| pixel.0[0]).collect();
        assert_eq!(pixels, [255, 255, 255, 255, 0, 0, 0, 0], "group {compression}, order {fill}");
        for end in 0..bytes.len() {
            let _ = rendered(&bytes[..end], 1, 100, true);
        }
    }
}

#[test]
fn pixel_limit_prevents_decoding() {
    let bytes = encoded(&halves(64, 32), ImageFormat::Png);
    let outcome = read_within(extract, &bytes, Limits { pixels: 2000, ..Limits::STANDARD });
    assert_eq!(outcome.verdict, Verdict::Truncated(Reason::PixelLimit { pixels: 2000 }));
    assert!(outcome.has_note(&NoteCode::PictureTooLarge { pixels: 2000 }));
    let mut bomb = bytes;
    bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    assert!(rendered(&bomb, 1, 100, true).is_err());
}

#[test]
fn truncated_and_mutated_pictures_are_harmless() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ] {
        let bytes = encoded(&halves(16, 16), format);
        torment(extract, &bytes, bytes.len().div_ceil(40));
        for end in (0..bytes.len()).step_by(bytes.len().div_ceil(40)) {
            let _ = rendered(&bytes[..end], 1, 100, true);
        }
    }
    let jpeg = with_exif(
        &encoded(&halves(8, 8), ImageFormat::Jpeg),
        &[(0x0112, 3, 1, 6), (0x8825, 4, 1, 8)],
    );
    torment(extract, &jpeg, 5);
}
