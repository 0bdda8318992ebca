//! What each fuzz target claims of its input: no bytes make a parser panic, point outside of what it
//! read, or print something to paste that does not work; and no peer keeps an inquiry from ending.
//!
//! One file for both who hold the claims: the targets in `fuzz_targets/`, and the bounded run of
//! `checks/tests/mutations.rs`.

use launchcheck_checks::{
    billing::{feed::Listing, stripe},
    dns::{caa::Property, dnssec::DnssecWalk},
    email::{
        bimi, dkim_key, dmarc, message, mta_sts, spf, spf_check::SpfCheck, spf_merge, spf_walk::SpfWalk, syntax::Flaw,
        tls_rpt,
    },
    env::dotenv,
    tls::{
        ari::AriWalk,
        chain::Roots,
        challenge::ChallengeWalk,
        clock::Told,
        crl,
        edge::DoorwayWalk,
        file::Case,
        hello, hsts,
        lint::{Role, lint},
        path::PathWalk,
        registration::{BOOTSTRAP, RegistrationWalk},
    },
    vocab::{DomainName, Feed as _, Next, Observed, Shown, Step},
    web::{facts::SitePlan, walk::RedirectWalk, wall},
    wire::{
        DnsAnswer, DnsQuestion, Handshake, HostFailure, HttpAnswer, HttpQuestion, PageQuestion, Record, RecordKind,
        SignedAnswer, SignedKind, SignedQuestion,
    },
};

/// A day in December 2026, in seconds since 1970: the signatures of the corpus are valid then.
const NOW: i64 = 1_798_000_000;

/// A claim, by the name of its target.
pub(crate) type Claim = fn(&[u8]);
/// Every target and its claim.
pub(crate) const ALL: &[(&str, Claim)] = &[
    ("spf", spf_record),
    ("spf_check", spf_zone),
    ("dmarc", dmarc_record),
    ("dkim", dkim_key_record),
    ("mta_sts", mta_sts_texts),
    ("tls_rpt", tls_rpt_record),
    ("bimi", bimi_record),
    ("caa", caa_value),
    ("mail", mail_file),
    ("dnssec", signed_zone),
    ("chain", certificate_chain),
    ("crl", revocation_list),
    ("issuer", issuer_download),
    ("hello", server_greeting),
    ("web", web_answer),
    ("stripe", stripe_body),
    ("dotenv", env_file),
    ("hsts", hsts_header),
    ("redirects", hostile_site),
    ("registration", registry_answer),
    ("renewal_info", authority_window),
];

/// The input, to find it again by.
fn shown(data: &[u8]) -> String {
    data.escape_ascii().to_string()
}
fn inside(flaws: &[Flaw], bytes: &[u8]) {
    let ok = flaws.iter().all(|f| f.span.start <= f.span.end && f.span.end <= bytes.len());
    assert!(ok, "{flaws:?} of {}", shown(bytes));
}
fn acme() -> Option<DomainName> {
    DomainName::parse("acme.test").ok()
}
/// The input as several pieces: two bytes of length in front of each.
fn pieces(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    while let (Some(length), true) = (bytes.get(..2), out.len() < 16) {
        let end = (2 + usize::from(length[0]) * 256 + usize::from(length[1])).min(bytes.len());
        out.push(bytes[2..end].to_vec());
        bytes = &bytes[end..];
    }
    out
}

/// Any bytes as an SPF record.
pub(crate) fn spf_record(data: &[u8]) {
    let record = spf::parse(data);
    inside(&record.flaws, data);
    assert!(record.terms.iter().all(|t| t.span.end <= data.len()));
    let _ = spf::select([data.to_vec()]);
    // What is printed to be pasted must be a record that works.
    let merged = spf_merge::merged(&[record]);
    assert!(spf::parse(merged.as_bytes()).is_valid(), "{merged} of {}", shown(data));
}

/// A hostile zone: every TXT answer is the same bytes, every other answer leads back to the start. The
/// evaluation must end, within the limits of RFC 7208.
pub(crate) fn spf_zone(data: &[u8]) {
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
    let ip = std::net::Ipv4Addr::new(192, 0, 2, 1).into();
    let (checked, rounds, questions) = Step::play(&SpfCheck::of_mail(ip, "helo.test", "a.b@acme.test"), answer);
    let bounded = checked.lookups <= 11 && checked.voids <= 3 && rounds < 60 && questions < 600;
    assert!(bounded, "{rounds} rounds, {questions} questions, {checked:?}, {}", shown(data));
    if let Some(domain) = acme() {
        let (_, rounds, _) = Step::play(&SpfWalk { domain }, answer);
        assert!(rounds < 60, "{rounds} rounds, {}", shown(data));
    }
}

/// Any bytes as a DMARC record.
pub(crate) fn dmarc_record(data: &[u8]) {
    inside(&dmarc::parse(data).flaws, data);
    for record in dmarc::select([data.to_vec()]).0 {
        // What is printed to be pasted must be a record that works.
        let repaired = record.repaired("dmarc@acme.test");
        let again = dmarc::parse(repaired.as_bytes());
        let policy = record.p.value().unwrap_or(dmarc::Policy::None);
        assert!(again.is_usable() && again.p.value() == Some(policy), "{repaired} of {}", shown(data));
    }
}

/// Any bytes as a DKIM key record.
pub(crate) fn dkim_key_record(data: &[u8]) {
    inside(&dkim_key::parse(data).flaws, data);
    let _ = dkim_key::select([data.to_vec()]);
}

/// Any bytes as an MTA-STS record, and as the policy.
pub(crate) fn mta_sts_texts(data: &[u8]) {
    for record in mta_sts::select([data.to_vec()]) {
        inside(&record.flaws, data);
    }
    let policy = mta_sts::policy(data);
    inside(&policy.flaws, data);
    let _ = policy.covers("mx.acme.test");
    if policy.is_valid() {
        assert!(policy.mode.is_some() && policy.max_age.is_some(), "{policy:?} of {}", shown(data));
    }
}

/// Any bytes as a TLS-RPT record.
pub(crate) fn tls_rpt_record(data: &[u8]) {
    inside(&tls_rpt::parse(data).flaws, data);
    let _ = tls_rpt::select([data.to_vec()]);
}

/// Any bytes as a BIMI record.
pub(crate) fn bimi_record(data: &[u8]) {
    inside(&bimi::parse(data).flaws, data);
    let _ = bimi::select([data.to_vec()]);
}

/// Any bytes as the value of a CAA record; what cannot be read allows nobody.
pub(crate) fn caa_value(data: &[u8]) {
    let value = String::from_utf8_lossy(data);
    for tag in ["issue", "IssueWild", "iodef", "odd"] {
        let property = Property::parse(data.len() % 2 == 1, tag, &value);
        inside(&property.flaws, value.as_bytes());
        assert!(property.flaws.is_empty() || property.issuer.is_none(), "{property:?}");
    }
}

/// Any bytes as a mail that arrived.
pub(crate) fn mail_file(data: &[u8]) {
    let Ok(message) = message::read(data) else { return };
    let _ = (message.passes(), message.delay(), message.selectors().len());
    for line in message.pins() {
        // It is printed to be pasted into the configuration: one line, and nothing that ends it.
        assert!(!line.chars().any(char::is_control), "{line:?} of {}", shown(data));
    }
}

/// Any bytes as DS, DNSKEY and RRSIG records: what was not signed is never valid.
pub(crate) fn signed_zone(data: &[u8]) {
    let Some(apex) = acme() else { return };
    let parts = pieces(data);
    let part = |i: usize| parts.get(i).cloned().into_iter().collect::<Vec<_>>();
    let answer = |q: &SignedQuestion| {
        let (data, signatures) = match q.kind {
            SignedKind::Ds => (part(0), Vec::new()),
            SignedKind::Dnskey => (part(1), part(2)),
            SignedKind::Soa => (Vec::new(), part(3)),
        };
        Observed::known(SignedAnswer { data, signatures, ..SignedAnswer::default() })
    };
    let (_, rounds, _) = Step::play(&DnssecWalk { apex, now: NOW }, answer);
    assert!(rounds <= 3, "{rounds} rounds");
}

/// Any bytes as the certificates of a server.
pub(crate) fn certificate_chain(data: &[u8]) {
    let chain = pieces(data);
    for (i, der) in chain.iter().enumerate() {
        let _ = lint(der, if i == 0 { Role::Leaf } else { Role::Root });
    }
    let given = chain.last().cloned().into_iter().collect();
    let case = Case { chain, name: None, given, store: Vec::new(), lists: Vec::new(), now: NOW };
    let _ = case.judge();
}

/// Any bytes as the answer of an authority's revocation list, beside a chain that holds.
pub(crate) fn revocation_list(data: &[u8]) {
    let mut chain = pieces(include_bytes!("corpus/chain/holds"));
    let given = chain.pop().into_iter().collect();
    let case = Case { chain, name: None, given, store: Vec::new(), lists: crl::read_lists(data), now: NOW };
    let _ = case.judge();
}

/// Any bytes as what a server says to a greeting: however they are cut, they are heard the same, and
/// no more is kept than the cap.
pub(crate) fn server_greeting(data: &[u8]) {
    let heard = |size: usize| {
        let mut listener = hello::Listener::default();
        for piece in data.chunks(size) {
            if listener.take(piece) {
                break;
            }
        }
        listener.end()
    };
    let whole = heard(data.len().max(1));
    let kept: usize = whole.chain.iter().map(Vec::len).sum();
    assert!(kept <= data.len(), "{}", shown(data));
    for size in [1, 7, 500] {
        let cut = heard(size);
        assert!(
            (&cut.chosen, &cut.alert, &cut.chain) == (&whole.chosen, &whole.alert, &whole.chain),
            "{}",
            shown(data)
        );
    }
}

/// Any bytes as the certificate that another names as its issuer. The walk must end, however the
/// answers lead on.
pub(crate) fn issuer_download(data: &[u8]) {
    let mut chain = pieces(include_bytes!("corpus/chain/holds"));
    chain.truncate(1);
    let shake = Handshake {
        chain,
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        version: "TLS 1.3".into(),
        cipher: "AES_256_GCM_SHA384".into(),
        group: None,
        alpn: None,
        signature_fits: None,
    };
    let answer = |_: &HttpQuestion| {
        Observed::known(Ok::<_, HostFailure>(HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body: data.to_vec(),
            truncated: false,
            took_ms: 1,
        }))
    };
    let (_, rounds, questions) = Step::play(&PathWalk { shake: &shake, roots: Roots::default(), now: NOW }, answer);
    assert!(rounds < 20 && questions < 40, "{rounds} rounds, {questions} questions");
}

/// Any bytes as status, Location and other headers, and body of each answer of a site.
pub(crate) fn web_answer(data: &[u8]) {
    let Some(domain) = acme() else { return };
    let parts = pieces(data);
    let part = |i: usize| parts.get(i).cloned().unwrap_or_default();
    let status = [200, 301, 302, 307, 308, 401, 403, 404, 429, 500, 503];
    let status = status[usize::from(data.first().copied().unwrap_or_default()) % status.len()];
    let made = HttpAnswer {
        status,
        headers: ["location", "strict-transport-security", "set-cookie", "server", "cf-mitigated", "content-type"]
            .iter()
            .enumerate()
            .map(|(i, name)| ((*name).to_owned(), part(i)))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        body: part(6),
        truncated: false,
        took_ms: 1,
    };
    let _ = wall::wall(&made);
    let plan = SitePlan { sibling: domain.child("www"), canonical: None, domain };
    let walk = RedirectWalk { plan, audited: Vec::new() };
    let (_, rounds, questions) = Step::play(&walk, |_| Observed::known(Ok(made.clone())));
    assert!(rounds < 40 && questions < 120, "{rounds} rounds, {questions} questions of {}", shown(data));
}

/// Any bytes as every page of a listing, and as the answer about one object. No listing goes on for
/// ever because each page says that there is more.
pub(crate) fn stripe_body(data: &[u8]) {
    let mut now = 0;
    let mut pages = Listing::<stripe::Sub>::new(10);
    for _ in 0..8 {
        match pages.poll(now) {
            Next::Send(id, _) => pages.answer(id, now, Observed::known(data.to_vec()), &mut |_| {}),
            Next::WaitUntil(later) => now = later,
            Next::WaitForAnswer | Next::Done(_) => break,
        }
    }
    let _ = stripe::lookup(data);
    if let Some(error) = stripe::ApiError::read(data) {
        let _ = error.permission();
    }
}

/// Any bytes as an environment file.
pub(crate) fn env_file(data: &[u8]) {
    let lines = data.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
    assert!(dotenv::parse(data).iter().all(|a| a.line as usize <= lines), "{}", shown(data));
}

/// What was read of Strict-Transport-Security, written down again, is read as the same.
pub(crate) fn hsts_header(data: &[u8]) {
    let Some(read) = hsts::parse(Shown::wire(data).as_str()) else { return };
    let below = if read.include_subdomains { "; includeSubDomains" } else { "" };
    let asks = if read.preload { "; preload" } else { "" };
    assert_eq!(hsts::parse(&format!("max-age={}{below}{asks}", read.max_age)), Some(read), "{}", shown(data));
}

/// A hostile site: the first byte picks the status, each line after it is a header (Location,
/// Set-Cookie and whatever else), and every URL answers so. The walks must end.
pub(crate) fn hostile_site(data: &[u8]) {
    const STATUS: [u16; 8] = [301, 302, 303, 307, 308, 200, 526, 403];
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
    let (Some(domain), Ok(www)) = (acme(), DomainName::parse("www.acme.test")) else { return };
    let plan = SitePlan { domain: domain.clone(), canonical: None, sibling: Some(www) };
    let (redirects, rounds, questions) = Step::play(&RedirectWalk { plan, audited: Vec::new() }, answer);
    assert!(redirects.chains.len() == 4 && rounds <= 25 && questions <= 100, "{}", shown(data));
    let (_, _, questions) = Step::play(&DoorwayWalk { host: domain, port: 443 }, answer);
    assert!(questions <= 3, "{}", shown(data));
    // What an authority's check over http would be led to.
    if let Some(url) = HttpQuestion::get("http://acme.test/.well-known/acme-challenge/x").parsed() {
        let location = Shown::wire(rest.split(|b| *b == b'\n').next().unwrap_or_default());
        let walk = ChallengeWalk { url, location, audited: Vec::new() };
        let (_, rounds, _) = Step::play(&walk, answer);
        assert!(rounds <= 12, "{rounds} rounds of {}", shown(data));
    }
}

/// An answer with this status, and the first line of the input as a header's value.
fn page(status: u16, header: &str, data: &[u8]) -> Observed<Result<HttpAnswer, HostFailure>> {
    let value = data.split(|b| *b == b'\n').next().unwrap_or_default().to_vec();
    Observed::known(Ok(HttpAnswer {
        status,
        headers: vec![(header.to_owned(), value)],
        body: data.to_vec(),
        truncated: false,
        took_ms: 1,
    }))
}

/// Any bytes as IANA's list of registries, as a registry's answer, and as where it leads on. The walk
/// ends, whatever they say of a name is about that name, and no end is made up.
pub(crate) fn registry_answer(data: &[u8]) {
    const LIST: &str = r#"{"services":[[["shop"],["https://a.example/rdap/"]]]}"#;
    let Ok(domain) = DomainName::parse("acme.shop") else { return };
    for (list, status) in [(data, 200), (LIST.as_bytes(), 200), (LIST.as_bytes(), 302)] {
        let walk = RegistrationWalk { domain: domain.clone(), service: None, launch: None, now: NOW };
        let answer = |q: &PageQuestion| {
            if q.url == BOOTSTRAP { page(200, "x-none", list) } else { page(status, "location", data) }
        };
        let (made, rounds, questions) = Step::play(&walk, answer);
        assert!(rounds <= 7 && questions <= 6, "{rounds} rounds, {questions} questions of {}", shown(data));
        if let Ok(made) = made.get() {
            assert_eq!(made.domain, domain);
            let _ = (made.evidence(), made.exhibit(), made.is_locked());
        }
    }
    // The time that an answer names, and how old it says it is.
    if let Ok(Ok(answer)) = page(200, "date", data).into_inner() {
        let aged = HttpAnswer {
            headers: [answer.headers.clone(), vec![("age".to_owned(), data.to_vec())]].concat(),
            ..answer
        };
        assert!(Told::of("acme.shop", &aged, [].into()).is_none_or(|t| t.from <= t.to), "{}", shown(data));
    }
}

/// Any bytes as an authority's directory, and as the window that it suggests: it ends no sooner than
/// it starts, and nothing is asked but over https.
pub(crate) fn authority_window(data: &[u8]) {
    const DIRECTORY: &str = "https://acme.example/directory";
    const LIST: &str = r#"{"renewalInfo":"https://acme.example/renewal-info"}"#;
    for list in [data, LIST.as_bytes()] {
        let walk = AriWalk { directory: DIRECTORY, id: "a.b".to_owned() };
        let (made, rounds, _) = Step::play(&walk, |q: &PageQuestion| {
            assert!(q.url.starts_with("https://"), "{} of {}", q.url, shown(data));
            page(200, "retry-after", if q.url == DIRECTORY { list } else { data })
        });
        assert!(rounds <= 3, "{rounds} rounds of {}", shown(data));
        if let Ok(window) = made.get() {
            assert!(window.start <= window.end, "{}", shown(data));
        }
    }
}
