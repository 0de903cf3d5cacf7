//! libFuzzer on the target `log_entry` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("log_entry", bytes));
});
