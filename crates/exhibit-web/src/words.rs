//! The texts of the interface in one language, and the texts of codes.

use crate::direction::Direction;
use crate::forms::Done;
use crate::pages::document::panels::TreeKind;
use crate::untrusted::Label;
use exhibit_messages::web::Texts;
use exhibit_messages::{Language, Messages};
use exhibit_model::{FileKind, MarkKind, Severity, State};
use std::ops::Deref;

/// The texts of one language: a method for each message of `web.ftl`, and functions from codes to texts.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    texts: Texts,
}

/// English.
pub static ENGLISH: Words = Words::new(Language::English);

static SIMPLIFIED_CHINESE: Words = Words::new(Language::SimplifiedChinese);
static UYGHUR: Words = Words::new(Language::Uyghur);

/// A message that fills a whole page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageMessage {
    /// For the window's title.
    pub title: String,
    /// What happened.
    pub what: String,
    /// What is safe.
    pub safe: String,
    /// What to do.
    pub next: String,
    /// Whether nothing may be concluded or quoted until the cause is known.
    pub stop: bool,
}

impl Deref for Words {
    type Target = Texts;

    fn deref(&self) -> &Texts {
        &self.texts
    }
}

/// A page that only shows a message.
macro_rules! message {
    ($words:ident, $title:ident, $what:ident, $safe:ident, $next:ident) => {
        PageMessage {
            title: $words.$title(),
            what: $words.$what(),
            safe: $words.$safe(),
            next: $words.$next(),
            stop: false,
        }
    };
}

impl Words {
    /// The texts of a language. Texts inserted into them are isolated.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self { texts: Texts(Messages::isolating(language)) }
    }

    /// The texts of a language. A text that the language does not have is in English.
    #[must_use]
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::SimplifiedChinese => &SIMPLIFIED_CHINESE,
            Language::Uyghur => &UYGHUR,
        }
    }

    /// The language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.texts.0.language()
    }

    /// The text of a message; inserted text is isolated.
    #[must_use]
    pub fn text_of(&self, message: &exhibit_messages::Message) -> String {
        self.texts.0.text(message)
    }

    /// The text of a message, its values unchanged: for a [`crate::untrusted::Name`], which shows them safely, and for
    /// files.
    #[must_use]
    pub fn plain_text_of(&self, message: &exhibit_messages::Message) -> String {
        Messages::new(self.language()).text(message)
    }

    /// The language's tag (BCP 47).
    #[must_use]
    pub const fn lang(&self) -> &'static str {
        self.texts.0.language().tag()
    }

    /// The direction of its lines.
    #[must_use]
    pub const fn dir(&self) -> Direction {
        match self.texts.0.language().direction() {
            exhibit_messages::Direction::LeftToRight => Direction::Ltr,
            exhibit_messages::Direction::RightToLeft => Direction::Rtl,
        }
    }

    /// A number in the format of the language.
    #[must_use]
    pub fn number(&self, n: u64) -> String {
        self.texts.0.number(n)
    }

    /// A size, such as `4.2 MB` (powers of ten).
    #[must_use]
    pub fn bytes_short(&self, n: u64) -> String {
        // the tenths of a unit, rounded, and the whole units
        let split = |step: u64| {
            let tenths = (n / (step / 10)) + u64::from(n % (step / 10) >= step / 20);
            (tenths % 10, tenths / 10)
        };
        match n {
            1_000_000_000_000.. => {
                let (tenth, whole) = split(1_000_000_000_000);
                self.terabytes(tenth, whole)
            }
            1_000_000_000.. => {
                let (tenth, whole) = split(1_000_000_000);
                self.gigabytes(tenth, whole)
            }
            1_000_000.. => {
                let (tenth, whole) = split(1_000_000);
                self.megabytes(tenth, whole)
            }
            1_000.. => {
                let (tenth, whole) = split(1_000);
                self.kilobytes(tenth, whole)
            }
            _ => self.bytes(n),
        }
    }

    /// OCR and its confidence.
    #[must_use]
    pub fn ocr_confidence(&self, confidence: f32) -> String {
        if confidence.is_finite() { format!("{} {confidence:.2}", self.ocr()) } else { self.ocr() }
    }

    /// A page among the pages of its document, in a row.
    #[must_use]
    pub fn page_among(&self, page: u32, of: u32) -> String {
        if of == 1 { self.only_page() } else { self.page_of(u64::from(page), u64::from(of)) }
    }

    /// The name of an item's state.
    #[must_use]
    pub fn state(&self, state: State) -> String {
        match state {
            State::Waiting => self.state_waiting(),
            State::Read => self.state_read(),
            State::Empty => self.state_empty(),
            State::Duplicate => self.state_duplicate(),
            State::Encrypted => self.state_encrypted(),
            State::Unsupported => self.state_unsupported(),
            State::Failed => self.state_failed(),
            State::Truncated => self.state_truncated(),
        }
    }

    /// What a user can do about a problem; empty if nothing.
    #[must_use]
    pub fn what_to_do(&self, state: State) -> String {
        match state {
            State::Encrypted => self.do_encrypted(),
            State::Unsupported => self.do_unsupported(),
            State::Failed => self.do_failed(),
            State::Truncated => self.do_truncated(),
            State::Waiting | State::Read | State::Empty | State::Duplicate => String::new(),
        }
    }

    /// Why a document shows no page.
    #[must_use]
    pub fn no_pages(&self, state: State) -> String {
        match state {
            State::Waiting => self.no_pages_waiting(),
            State::Read => self.no_pages_read(),
            State::Empty => self.no_pages_empty(),
            State::Duplicate => self.no_pages_duplicate(),
            State::Encrypted => self.no_pages_encrypted(),
            State::Unsupported => self.no_pages_unsupported(),
            State::Failed => self.no_pages_failed(),
            State::Truncated => self.no_pages_truncated(),
        }
    }

    /// The label of text that is not plain visible text.
    #[must_use]
    pub fn mark(&self, kind: MarkKind) -> String {
        match kind {
            MarkKind::Invisible => self.mark_invisible(),
            MarkKind::Annotation => self.mark_annotation(),
            MarkKind::FormValue => self.mark_form_value(),
            MarkKind::Deleted => self.mark_deleted(),
            MarkKind::Hidden => self.mark_hidden(),
            MarkKind::Furniture => self.mark_furniture(),
            MarkKind::Notes => self.mark_notes(),
            MarkKind::Header => self.mark_header(),
        }
    }

    /// A labelled stretch of text.
    #[must_use]
    pub fn label(&self, start: usize, end: usize, kind: MarkKind) -> Label {
        Label { start, end, kind, word: self.mark(kind), lang: self.lang(), dir: self.dir() }
    }

    /// The severity of a note.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> String {
        match severity {
            Severity::Partial => self.note_partial(),
            Severity::Limit => self.note_limit(),
            Severity::Suspicious => self.note_suspicious(),
            Severity::Remark => self.note_remark(),
        }
    }

    /// The kind of a line of the tree.
    #[must_use]
    pub fn tree_kind(&self, kind: TreeKind) -> String {
        match kind {
            TreeKind::Source => self.tree_source(),
            TreeKind::Folder => self.tree_folder(),
            TreeKind::Container => self.tree_container(),
            TreeKind::This => self.tree_this(),
            TreeKind::Member => self.tree_member(),
        }
    }

    /// The change of the thing with this name.
    #[must_use]
    pub fn done(&self, done: Done, name: &str) -> String {
        match done {
            Done::TagAdded => self.tag_on(name),
            Done::TagRemoved => self.tag_off(name),
            Done::SearchSaved => self.search_saved(name),
            Done::SearchForgotten => self.search_forgotten(name),
        }
    }

    /// The name of a language by its tag; an unknown tag is returned as it is, safe to show.
    #[must_use]
    pub fn language_of(&self, tag: &str) -> String {
        // variants of a language that have no name of their own are named like it
        let base = tag.split('-').next().unwrap_or(tag);
        match tag {
            "und" | "" => self.language_undetermined(),
            "zh" => self.language_zh(),
            "zh-Hans" => self.language_zh_hans(),
            "zh-Hant" => self.language_zh_hant(),
            "ug" | "ug-Arab" => self.language_ug(),
            "ug-Latn" => self.language_ug_latn(),
            "ug-Cyrl" => self.language_ug_cyrl(),
            "kk" | "kk-Cyrl" => self.language_kk(),
            "kk-Arab" => self.language_kk_arab(),
            "ky" => self.language_ky(),
            "bo" => self.language_bo(),
            "mn" | "mn-Mong" | "mn-Cyrl" => self.language_mn(),
            "en" => self.language_en(),
            "ru" => self.language_ru(),
            "ar" => self.language_ar(),
            "fa" => self.language_fa(),
            "tr" => self.language_tr(),
            "uz" | "uz-Latn" | "uz-Cyrl" => self.language_uz(),
            "ja" => self.language_ja(),
            "ko" => self.language_ko(),
            "de" => self.language_de(),
            "fr" => self.language_fr(),
            "es" => self.language_es(),
            _ => self.further_language(base).unwrap_or_else(|| exhibit_model::shown(tag)),
        }
    }

    fn further_language(&self, tag: &str) -> Option<String> {
        Some(match tag {
            "az" => self.language_az(),
            "be" => self.language_be(),
            "bg" => self.language_bg(),
            "bn" => self.language_bn(),
            "ca" => self.language_ca(),
            "cs" => self.language_cs(),
            "da" => self.language_da(),
            "el" => self.language_el(),
            "et" => self.language_et(),
            "fi" => self.language_fi(),
            "gu" => self.language_gu(),
            "he" => self.language_he(),
            "hi" => self.language_hi(),
            "hr" => self.language_hr(),
            "hu" => self.language_hu(),
            "hy" => self.language_hy(),
            "id" => self.language_id(),
            "ii" => self.language_ii(),
            "it" => self.language_it(),
            "ka" => self.language_ka(),
            "km" => self.language_km(),
            "kn" => self.language_kn(),
            "la" => self.language_la(),
            "lo" => self.language_lo(),
            "lt" => self.language_lt(),
            "lv" => self.language_lv(),
            "mk" => self.language_mk(),
            "ml" => self.language_ml(),
            "mr" => self.language_mr(),
            "ms" => self.language_ms(),
            "my" => self.language_my(),
            "nb" => self.language_nb(),
            "ne" => self.language_ne(),
            "nl" => self.language_nl(),
            "or" => self.language_or(),
            "pa" => self.language_pa(),
            "pl" => self.language_pl(),
            "ps" => self.language_ps(),
            "pt" => self.language_pt(),
            "ro" => self.language_ro(),
            "si" => self.language_si(),
            "sk" => self.language_sk(),
            "sl" => self.language_sl(),
            "sq" => self.language_sq(),
            "sr" => self.language_sr(),
            "sv" => self.language_sv(),
            "sw" => self.language_sw(),
            "ta" => self.language_ta(),
            "te" => self.language_te(),
            "tg" => self.language_tg(),
            "th" => self.language_th(),
            "tk" => self.language_tk(),
            "tt" => self.language_tt(),
            "uk" => self.language_uk(),
            "ur" => self.language_ur(),
            "vi" => self.language_vi(),
            "yi" => self.language_yi(),
            _ => return None,
        })
    }

    /// The name of a kind of file by its media type; empty if unknown.
    #[must_use]
    pub fn kind(&self, media_type: &str) -> String {
        if media_type.is_empty() {
            return String::new();
        }
        match FileKind::of(media_type) {
            FileKind::Pdf => self.kind_pdf(),
            FileKind::Word => self.kind_word(),
            FileKind::Spreadsheet => self.kind_spreadsheet(),
            FileKind::Slides => self.kind_slides(),
            FileKind::Email => self.kind_mail(),
            FileKind::Mailbox => self.kind_mailbox(),
            FileKind::Image => self.kind_image(),
            FileKind::Markdown => self.kind_markdown(),
            FileKind::WebPage => self.kind_web(),
            FileKind::Table => self.kind_table(),
            FileKind::Text => self.kind_text(),
            FileKind::Archive => self.kind_archive(),
            FileKind::DiskImage => self.kind_disk_image(),
            FileKind::Audio => self.kind_audio(),
            FileKind::Video => self.kind_video(),
            FileKind::Book => self.kind_book(),
            FileKind::Document => self.kind_document(),
            FileKind::Database => self.kind_database(),
            FileKind::Program => self.kind_program(),
            FileKind::Sealed => self.kind_sealed(),
            FileKind::Key => self.kind_key(),
            FileKind::Font => self.kind_font(),
            FileKind::Unknown => self.kind_unknown(),
            FileKind::Other => self.kind_other(),
        }
    }

    /// Sections of the help on searching: a title and a paragraph.
    #[must_use]
    pub fn help_parts(&self) -> [(String, String); 4] {
        [
            (self.help_variants_title(), self.help_variants()),
            (self.help_filters_title(), self.help_filters()),
            (self.help_copies_title(), self.help_copies()),
            (self.help_not_searched_title(), self.help_not_searched()),
        ]
    }

    /// The operators of the query language: an example and its meaning.
    #[must_use]
    pub fn operator_list(&self) -> [(&'static str, String); 10] {
        [
            ("one two", self.operator_both()),
            ("\"one two\"", self.operator_phrase()),
            ("one OR two", self.operator_or()),
            ("-word", self.operator_not()),
            ("(one OR two) three", self.operator_group()),
            ("=word", self.operator_exact()),
            ("destr*", self.operator_prefix()),
            ("word~1", self.operator_fuzzy()),
            ("\"one two\"~5", self.operator_near()),
            ("/regist(er|ry)/", self.operator_pattern()),
        ]
    }

    /// Bytes that differ from those received.
    #[must_use]
    pub fn altered(&self) -> PageMessage {
        PageMessage {
            stop: true,
            ..message!(self, altered_title, altered_what, altered_safe, altered_next)
        }
    }

    /// The address does not exist.
    #[must_use]
    pub fn not_there(&self) -> PageMessage {
        message!(self, not_there_title, not_there_what, not_there_safe, not_there_next)
    }

    /// The page has no picture.
    #[must_use]
    pub fn render_error(&self) -> PageMessage {
        message!(self, render_error_title, render_error_what, render_error_safe, render_error_next)
    }

    /// No session.
    #[must_use]
    pub fn closed(&self) -> PageMessage {
        message!(self, closed_title, closed_what, closed_safe, closed_next)
    }

    /// The disk is full.
    #[must_use]
    pub fn disk_full(&self) -> PageMessage {
        message!(self, full_title, full_what, full_safe, full_next)
    }

    /// The session was ended.
    #[must_use]
    pub fn left(&self) -> PageMessage {
        message!(self, left_title, left_what, left_safe, left_next)
    }

    /// A request by another name or from another site.
    #[must_use]
    pub fn refused(&self) -> PageMessage {
        message!(self, refused_title, refused_what, refused_safe, refused_next)
    }

    /// A request that cannot be used.
    #[must_use]
    pub fn unusable(&self) -> PageMessage {
        message!(self, unusable_title, unusable_what, unusable_safe, unusable_next)
    }

    /// A method that the address does not accept.
    #[must_use]
    pub fn wrong_method(&self) -> PageMessage {
        message!(self, wrong_method_title, wrong_method_what, wrong_method_safe, wrong_method_next)
    }

    /// An access that cannot be recorded.
    #[must_use]
    pub fn unrecorded(&self) -> PageMessage {
        message!(self, unrecorded_title, unrecorded_what, unrecorded_safe, unrecorded_next)
    }

    /// Any other failure.
    #[must_use]
    pub fn failed(&self) -> PageMessage {
        message!(self, failed_title, failed_what, failed_safe, failed_next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::MediaType;

    #[test]
    fn every_kind_of_file_has_a_label_of_its_own() {
        let mut labels: Vec<String> = FileKind::all()
            .filter_map(|kind| MediaType::all().find(|row| row.kind == kind))
            .map(|row| ENGLISH.kind(row.name))
            .collect();
        let count = labels.len();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!((labels.len(), count), (FileKind::all().count(), FileKind::all().count()));
        for media_type in
            ["application/x-gtar", "application/x-bzip2", "application/x-xz", "application/zstd"]
        {
            assert_eq!(ENGLISH.kind(media_type), "Archive", "{media_type}");
        }
        assert_eq!(ENGLISH.kind("image/x-odd"), "Image");
        assert_eq!(ENGLISH.kind(""), "");
    }

    #[test]
    fn numbers_are_written_by_the_language() {
        assert_eq!(ENGLISH.number(1_904), "1,904");
        assert_eq!(ENGLISH.hits(1), "1 hit");
        assert_eq!(ENGLISH.hits(2_000_000), "2,000,000 hits");
        assert_eq!(ENGLISH.page_among(1, 1), "1 page");
        assert_eq!(ENGLISH.page_among(2, 3), "page 2 of 3");
    }

    #[test]
    fn sizes_have_one_decimal() {
        for (bytes, expect) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 KB"),
            (1_049, "1.0 KB"),
            (1_050, "1.1 KB"),
            (4_200_000, "4.2 MB"),
            (17_000_000_000, "17.0 GB"),
            (u64::MAX, "18,446,744.1 TB"),
        ] {
            assert_eq!(ENGLISH.bytes_short(bytes), expect);
        }
    }

    #[test]
    fn the_language_decides_the_direction() {
        let uyghur = Words::new(Language::Uyghur);
        assert_eq!((uyghur.lang(), uyghur.dir()), ("ug", Direction::Rtl));
        assert_eq!((ENGLISH.lang(), ENGLISH.dir()), ("en", Direction::Ltr));
        for language in Language::ALL {
            assert_eq!(Words::of(language).language(), language);
        }
    }

    #[test]
    fn a_text_that_a_language_lacks_is_english_and_isolated() {
        let uyghur = Words::of(Language::Uyghur);
        assert_ne!(uyghur.search(), ENGLISH.search());
        assert_eq!(uyghur.key_search(), format!("\u{2068}{}\u{2069}", ENGLISH.key_search()));
        let note = exhibit_messages::note(&exhibit_model::NoteCode::Decrypted);
        assert_eq!(uyghur.plain_text_of(&note), ENGLISH.plain_text_of(&note));
        assert_ne!(
            Words::of(Language::SimplifiedChinese).plain_text_of(&note),
            ENGLISH.plain_text_of(&note)
        );
    }
}
