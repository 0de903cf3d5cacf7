//! libFuzzer on the target `format_book` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("format_book", bytes));
});
