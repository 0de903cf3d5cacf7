//! Right-to-left text from two producers that store it in opposite orders: both yield the typed text.

use super::read;
use exhibit_model::Verdict;

const TYPED: &str = "\
ئامبارغا كىرگەن-چىققان ماشىنىلارنى نۆۋەتچى بىر-بىرلەپ تىزىملايدۇ؛ 3-نومۇرلۇق
يۈك ماشىنىسى (Kamaz 5320) سائەت 14:35 تە 三号仓库 غا كىردى، 27 توننا.
ئۇ «كېيىن قايتىپ كەلدى» [2-بەت] دېدى: ئالا، لايىھە، سالام!
Gate log: the word ئامبار means warehouse (ئىككى قەۋەت) here.
仓库登记：名称 ئامبار，编号 3。
";

#[test]
fn browser_pdf_yields_typed_text() {
    let outcome = read(include_bytes!("../../../../tests/fixtures/pdf/uyghur-browser.pdf"));
    assert_eq!(outcome.verdict, Verdict::Read);
    assert_eq!(outcome.page().text, TYPED);
}

#[test]
fn word_processor_pdf_yields_typed_text() {
    let outcome = read(include_bytes!("../../../../tests/fixtures/pdf/uyghur-writer.pdf"));
    let lines: Vec<&str> = outcome.page().text.lines().map(str::trim_end).collect();
    assert_eq!(lines, TYPED.lines().collect::<Vec<_>>());
}

#[test]
fn boxes_cover_their_words() {
    let outcome = read(include_bytes!("../../../../tests/fixtures/pdf/uyghur-browser.pdf"));
    let page = outcome.page();
    let place = |word: &str| {
        let start = page.text.find(word).expect("the word is in the text") as u32;
        let regions = page.regions(start, start + word.len() as u32);
        assert_eq!(regions.len(), 1, "{word}: {regions:?}");
        regions[0]
    };
    let (first, second, number) = (place("ئامبارغا"), place("چىققان"), place("3"));
    assert!(first.x0 > second.x1, "the first word is right of the next");
    assert!(number.x1 < second.x0, "the number is further left");
    let (han, latin) = (place("三号仓库"), place("Kamaz"));
    assert!(han.x1 < latin.x0, "later in the line is further left");
    assert!((first.y0 - number.y0).abs() < 0.01 && han.y0 > first.y1);
}
