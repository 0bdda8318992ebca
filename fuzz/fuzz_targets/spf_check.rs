//! A hostile zone: every TXT answer is the same bytes, every other answer leads back to the start.
//! The evaluation must end, within the limits of RFC 7208.
#![no_main]

use launchcheck_checks::{
    email::{spf_check::SpfCheck, spf_walk::SpfWalk},
    vocab::{DomainName, Observed, Step},
    wire::{DnsAnswer, DnsQuestion, Record, RecordKind},
};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let answer = |q: &DnsQuestion| {
        Observed::known(match q.kind {
            RecordKind::Txt => DnsAnswer::records(vec![Record::Txt(data.chunks(255).map(<[u8]>::to_vec).collect())]),
            RecordKind::Mx => {
                DnsAnswer::records(vec![Record::Mx { preference: 1, exchange: q.name.as_str().to_owned() }])
            }
            RecordKind::Ptr => DnsAnswer::records(vec![Record::Ptr("acme.test".to_owned())]),
            _ => DnsAnswer::nodata(),
        })
    };
    let Ok(ip) = "192.0.2.1".parse() else { return };
    let (checked, rounds, questions) = Step::play(&SpfCheck::of_mail(ip, "helo.test", "a.b@acme.test"), answer);
    assert!(checked.lookups <= 11 && checked.voids <= 3 && rounds < 60 && questions < 600);
    let Ok(domain) = DomainName::parse("acme.test") else { return };
    let _ = Step::play(&SpfWalk { domain }, answer);
});
