//! libFuzzer on the target `worker_stream` of `exhibit-fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(exhibit_fuzz::run("worker_stream", bytes));
});
