//! Any bytes as a Strict-Transport-Security header.
#![no_main]

use launchcheck_checks::{tls::hsts, vocab::Shown};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(read) = hsts::parse(Shown::wire(data).as_str()) else { return };
    // What was read, written down again, is read as the same.
    let below = if read.include_subdomains { "; includeSubDomains" } else { "" };
    let asks = if read.preload { "; preload" } else { "" };
    assert_eq!(hsts::parse(&format!("max-age={}{below}{asks}", read.max_age)), Some(read));
});
