//! Samples of every page, with invented contents: for looking at pages (`examples/gallery.rs`) and for the tests that
//! apply to all pages. They contain the hard cases on purpose: long names, misleading names, markup, right-to-left
//! text.

use crate::frame::{Frame, Section};
use crate::pages::{ROUTES, Route};
use crate::untrusted::Name;
use crate::words::{ENGLISH, PageMessage};
use maud::Markup;

/// A named page.
#[derive(Debug)]
pub struct Sample {
    /// A short name, valid as a file name.
    pub name: &'static str,
    /// The page.
    pub page: Markup,
}

/// All samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let frame = frame();
    let of = |route: &Route| (route.samples)(&Frame { section: route.section, ..frame.clone() });
    let mut samples: Vec<Sample> = ROUTES.iter().flat_map(of).collect();
    let messages: [(&'static str, PageMessage); 11] = [
        ("message-disk-full", ENGLISH.disk_full()),
        ("message-unusable", ENGLISH.unusable()),
        ("message-not-rendered", ENGLISH.render_error()),
        ("message-altered", ENGLISH.altered()),
        ("message-not-there", ENGLISH.not_there()),
        ("message-closed", ENGLISH.closed()),
        ("message-left", ENGLISH.left()),
        ("message-refused", ENGLISH.refused()),
        ("message-wrong-method", ENGLISH.wrong_method()),
        ("message-unrecorded", ENGLISH.unrecorded()),
        ("message-failed", ENGLISH.failed()),
    ];
    samples.extend(messages.map(|(name, message)| Sample {
        name,
        page: crate::message_page::page(&frame, &message, &Name::new(HOSTILE)),
    }));
    let outside = Frame { form_token: None, ..frame };
    samples.push(Sample {
        name: "message-outside",
        page: crate::message_page::page(&outside, &ENGLISH.closed(), &Name::default()),
    });
    samples
}

/// The frame around all samples.
#[must_use]
pub fn frame() -> Frame {
    Frame {
        words: &ENGLISH,
        case_name: Name::from("Harbour Ledger"),
        offline: true,
        nonce: "c2FtcGxl".to_owned(),
        form_token: Some("sample".to_owned()),
        section: Section::None,
        refresh: None,
    }
}

/// A hostile name: markup, an override that reverses its extension, an escape, invalid UTF-8.
pub const HOSTILE: &[u8] =
    b"<img src=x onerror=alert(1)>\" style='x'_\xe2\x80\xaefdp.\x1b[2J\xff&amp;</title>.exe";
