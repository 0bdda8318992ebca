//! A hostile site: the first byte picks the status, each line after it is a header (Location,
//! Set-Cookie and whatever else), and every URL answers so. The walks must end.
#![no_main]

use launchcheck_checks::{
    tls::edge::DoorwayWalk,
    vocab::{DomainName, Observed, Step},
    web::{facts::SitePlan, walk::RedirectWalk},
    wire::{HttpAnswer, HttpQuestion},
};

const STATUS: [u16; 8] = [301, 302, 303, 307, 308, 200, 526, 403];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let header = |line: &[u8]| {
        let at = line.iter().position(|b| *b == b':')?;
        Some((String::from_utf8_lossy(&line[..at]).to_ascii_lowercase(), line[at + 1..].trim_ascii().to_vec()))
    };
    let answer = |_: &HttpQuestion| {
        Observed::known(Ok(HttpAnswer {
            status: STATUS[usize::from(first & 7)],
            headers: rest.split(|b| *b == b'\n').filter_map(header).collect(),
            body: rest.to_vec(),
            truncated: false,
            took_ms: 1,
        }))
    };
    let (Ok(domain), Ok(www)) = (DomainName::parse("acme.test"), DomainName::parse("www.acme.test")) else { return };
    let plan = SitePlan { domain: domain.clone(), canonical: None, sibling: Some(www) };
    let (redirects, rounds, questions) = Step::play(&RedirectWalk { plan, audited: Vec::new() }, answer);
    assert!(redirects.chains.len() == 4 && rounds <= 25 && questions <= 100);
    let (_, _, questions) = Step::play(&DoorwayWalk { host: domain, port: 443 }, answer);
    assert!(questions <= 3);
});
