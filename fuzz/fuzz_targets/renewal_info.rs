//! The claim of `authority_window` in `claims.rs`.
#![no_main]

#[path = "../claims.rs"]
#[allow(dead_code, reason = "one claim of the file is this target's")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::authority_window(data));
