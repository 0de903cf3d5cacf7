//! Fuzz targets: one function per reader of bytes that come from outside.
//!
//! A target takes any bytes, feeds them to a reader and checks what must hold whatever they are: no panic, bounded output, sound
//! pages, and canonical forms that are written exactly as they were read. `fuzz/` wraps each for libFuzzer; the tests of
//! this crate run them on seeds, on cut seeds and on mutants, with fixed random numbers.

mod formats;
mod proofs;
mod queries;
mod seeds;
mod wire;

pub use seeds::seeds;

/// A reader to fuzz.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: of the fuzz target's file, and of its folder of seeds.
    pub name: &'static str,
    /// Feeds bytes to the reader. Panics if something that must hold does not.
    pub run: fn(&[u8]),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("name", &self.name).finish_non_exhaustive()
    }
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// Every target, by area.
pub const TARGETS: &[Target] = &[
    target("identify", formats::identify),
    target("format_text", formats::text),
    target("format_escaped", formats::escaped),
    target("format_table", formats::table),
    target("format_html", formats::html),
    target("format_mail", formats::mail),
    target("format_mbox", formats::mbox),
    target("format_zip", formats::zip),
    target("format_tar", formats::tar),
    target("format_sevenz", formats::sevenz),
    target("format_rar", formats::rar),
    target("format_cabinet", formats::cabinet),
    target("format_ar", formats::ar),
    target("format_cpio", formats::cpio),
    target("format_lha", formats::lha),
    target("format_arj", formats::arj),
    target("format_iso", formats::iso),
    target("format_fat", formats::fat),
    target("format_selfextracting", formats::selfextracting),
    target("format_compressed", formats::compressed),
    target("format_office", formats::office),
    target("format_opendocument", formats::opendocument),
    target("format_ole", formats::ole),
    target("format_rtf", formats::rtf),
    target("format_msg", formats::msg),
    target("format_tnef", formats::tnef),
    target("format_pst", formats::pst),
    target("format_cms", formats::cms),
    target("format_pdf", formats::pdf),
    target("format_picture", formats::picture),
    target("format_ofd", formats::ofd),
    target("format_xps", formats::xps),
    target("format_book", formats::book),
    target("format_visio", formats::visio),
    target("format_sqlite", formats::sqlite),
    target("format_access", formats::access),
    target("format_dbase", formats::dbase),
    target("format_warc", formats::warc),
    target("format_hangul", formats::hangul),
    target("format_iwork", formats::iwork),
    target("format_publisher", formats::publisher),
    target("wire_page", wire::page),
    target("wire_record", wire::record),
    target("wire_verdict", wire::verdict),
    target("wire_request", wire::request),
    target("worker_stream", wire::worker_stream),
    target("query", queries::query),
    target("json", proofs::json),
    target("note", proofs::note),
    target("checkpoint", proofs::checkpoint),
    target("policy", proofs::policy),
    target("tile", proofs::tile),
    target("log_proof", proofs::log_proof),
    target("leaf_proof", proofs::leaf_proof),
    target("statement", proofs::statement),
    target("quote", proofs::quote),
    target("bag", proofs::bag),
    target("log_entry", proofs::log_entry),
    target("time_stamp", proofs::time_stamp),
    target("certificate", proofs::certificate),
    target("time_request", proofs::time_request),
    target("witness", proofs::witness),
    target("sigsum", proofs::sigsum),
    target("anchor_folder", proofs::anchor_folder),
];

/// Runs the target of this name; `false` if there is none.
#[must_use]
pub fn run(name: &str, bytes: &[u8]) -> bool {
    let found = TARGETS.iter().find(|target| target.name == name);
    found.is_some_and(|target| {
        (target.run)(bytes);
        true
    })
}
