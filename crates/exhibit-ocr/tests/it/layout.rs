//! The order of lines.

use crate::drawing::{Canvas, Font};
use crate::{ToRead, engine, read, text};
use exhibit_ocr::{Before, Way};

#[test]
fn columns_are_read_one_after_the_other() {
    let Some(engine) = engine() else { return };
    let font = Font::cjk(true);
    let mut canvas = Canvas::new(1240, 620, [255; 3]);
    canvas.text(&font, 44.0, 330.0, 90.0, "两栏排印的说明与附则全文", [0; 3]);
    let left = [
        "登记册每月归档一次，由专人",
        "保管，借阅须经负责人书面",
        "批准，并在三日内归还原处",
        "逾期不还的应当说明理由。",
    ];
    let right = [
        "附则自公布之日起开始施行，",
        "原有规定与本规定不一致的",
        "以本规定为准，解释权归于",
        "综合科，联系人见附件一。",
    ];
    for (row, (left, right)) in left.iter().zip(right).enumerate() {
        canvas.text(&font, 34.0, 90.0, 200.0 + 64.0 * row as f32, left, [0; 3]);
        canvas.text(&font, 34.0, 680.0, 200.0 + 64.0 * row as f32, right, [0; 3]);
    }
    let reading = read(engine, &canvas.pixels());
    let expected = [&["两栏排印的说明与附则全文"], &left[..], &right[..]].concat();
    assert_eq!(text(&reading), expected.join("\n"));
}

#[test]
fn tables_are_read_row_by_row() {
    let Some(engine) = engine() else { return };
    let font = Font::cjk(false);
    let mut canvas = Canvas::new(1200, 520, [255; 3]);
    let rows = [
        ["序号", "姓名", "证件号码", "备注"],
        ["1", "赵明远", "659001198007150417", "已核对"],
        ["2", "孙雪", "659001199112030926", "approved"],
        ["3", "周志强", "659001197503281138", "未报到"],
        ["4", "林晓梅", "659001200001011204", "转出"],
    ];
    let edges = [60.0, 170.0, 400.0, 860.0, 1140.0];
    for (number, row) in rows.iter().enumerate() {
        let y = 60.0 + 80.0 * number as f32;
        canvas.line((edges[0], y), (edges[4], y), 2.0, [0; 3]);
        for (x, cell) in edges.iter().zip(row) {
            canvas.text(&font, 34.0, x + 20.0, y + 54.0, cell, [0; 3]);
        }
    }
    canvas.line((edges[0], 460.0), (edges[4], 460.0), 2.0, [0; 3]);
    edges.iter().for_each(|x| canvas.line((*x, 60.0), (*x, 460.0), 2.0, [0; 3]));
    let reading = read(engine, &canvas.pixels());
    assert_eq!(text(&reading), rows.concat().join("\n"));
    let separators: Vec<Before> = reading.lines.iter().map(|line| line.before).collect();
    assert_eq!(separators[1..4], [Before::Gap; 3]);
    assert_eq!(separators[4], Before::Line);
}

#[test]
fn vertical_columns_are_read_from_right_to_left() {
    let Some(engine) = engine() else { return };
    let font = Font::cjk(true);
    let columns = [
        "倉庫管理條例共十條自公布日施行",
        "每月初五日由值班員清點貨物一次",
        "遺失貨物者照價賠償並記入名冊中",
        "外人不得入內違者送交有關處所辦",
    ];
    let mut canvas = Canvas::new(620, 860, [255; 3]);
    for (number, column) in columns.iter().enumerate() {
        canvas.column(&font, 42.0, 520.0 - 120.0 * number as f32, 70.0, column, [0; 3]);
    }
    let reading = read(engine, &canvas.pixels());
    assert_eq!(reading.way, Way::Vertical);
    assert_eq!(text(&reading), columns.join("\n"));
}
