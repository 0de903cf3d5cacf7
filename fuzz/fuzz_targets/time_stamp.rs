//! libFuzzer on the target `time_stamp` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("time_stamp", bytes));
});
