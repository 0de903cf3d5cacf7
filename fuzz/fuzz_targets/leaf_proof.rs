//! libFuzzer on the target `leaf_proof` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("leaf_proof", bytes));
});
