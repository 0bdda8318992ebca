//! Any bytes as a DMARC record.
#![no_main]

use launchcheck_checks::email::dmarc;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let record = dmarc::parse(data);
    assert!(record.flaws.iter().all(|f| f.span.start <= f.span.end && f.span.end <= data.len()));
    let (records, _) = dmarc::select([data.to_vec()]);
    for record in records {
        // What is printed to be pasted must be a record that works.
        let repaired = record.repaired("dmarc@acme.test");
        let again = dmarc::parse(repaired.as_bytes());
        assert!(again.is_usable() && again.p.value() == Some(record.p.value().unwrap_or(dmarc::Policy::None)), "{repaired}");
    }
});
