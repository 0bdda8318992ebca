//! Any bytes as a DKIM key record.
#![no_main]

use launchcheck_checks::email::dkim_key;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let key = dkim_key::parse(data);
    assert!(key.flaws.iter().all(|f| f.span.start <= f.span.end && f.span.end <= data.len()));
    let _ = dkim_key::select([data.to_vec()]);
});
