//! libFuzzer on the target `anchor_folder` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("anchor_folder", bytes));
});
