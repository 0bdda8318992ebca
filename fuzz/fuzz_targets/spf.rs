//! Any bytes as an SPF record.
#![no_main]

use launchcheck_checks::email::{spf, spf_merge};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let record = spf::parse(data);
    assert!(record.flaws.iter().all(|f| f.span.start <= f.span.end && f.span.end <= data.len()));
    assert!(record.terms.iter().all(|t| t.span.end <= data.len()));
    let _ = spf::select([data.to_vec()]);
    // What is printed to be pasted must be a record that works.
    let merged = spf_merge::merged(&[record]);
    assert!(spf::parse(merged.as_bytes()).is_valid(), "{merged}");
});
