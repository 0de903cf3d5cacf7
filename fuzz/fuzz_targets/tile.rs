//! libFuzzer on the target `tile` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("tile", bytes));
});
