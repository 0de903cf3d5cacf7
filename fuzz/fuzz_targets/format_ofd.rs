//! libFuzzer on the target `format_ofd` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("format_ofd", bytes));
});
