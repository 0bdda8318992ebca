//! `email.spf-syntax`
use super::advice;
use super::facts::{Spf, SpfTree};
use super::setup_advice::both;
use super::spf::{Record, parse};
use super::spf_merge::merged;
use super::syntax::NearMiss;
use crate::{
    rule,
    vocab::{DomainName, Evidence, Fault, Fix, Part, Severity, Shown},
};

rule! {
    /// An SPF record has a mistake in its text, and receivers throw the whole record away.
    ///
    /// The records behind includes are read too: a mistake there breaks the domain's own SPF as well.
    ///
    /// # Why at launch
    /// SPF knows no small mistakes. One wrong character makes every check end in an error, which
    /// receivers treat as no SPF or as a failure.
    ///
    /// # Fix
    /// Correct the term at the position shown.
    ///
    /// # References
    /// RFC 7208, sections 4.6 and 12 (the grammar)
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 ip4:203.0.113.0/24 include:_spf.example.com -all"
    /// _spf.example.com. TXT "v=spf1 ip6:2001:db8::/32 ~all"
    /// ```
    /// ```fail
    /// # The second one is none, and its service is not covered.
    /// acme.test. TXT "v=spf1 ip4:203.0.113.0/24 -all"
    /// acme.test. TXT "v=spf1; include:mailgun.org -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 ip4:203.0.113 include=_spf.example.com -al"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 include:_spf.acme.test -all"
    /// _spf.acme.test. TXT "v=spf1 ipv4:203.0.113.0/24 -all"
    /// ```
    "email.spf-syntax" on Mail, High, stage Email;
    fails "An SPF record has a mistake in it"; holds "The SPF records are well formed";
    fn check(spf: &Spf, tree: Part<'_, SpfTree>) -> Verdict {
        let own = spf.records.iter().map(|r| (&spf.domain, r));
        let branches = tree.first().map(|t| t.root.all()).unwrap_or_default();
        let behind = branches.iter().skip(1).filter_map(|b| Some((b.name.as_ref()?, b.record.as_ref()?)));
        let mut faults = Vec::<Fault>::new();
        for (name, record) in own.chain(behind).filter(|(_, r)| !r.flaws.is_empty()) {
            let fault = fault(name, record, *name == spf.domain);
            // One record can be included twice, and is then one fault.
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        // A Sender ID record beside it is an old habit that harms nobody.
        let mut almost = spf.near_misses.iter().filter(|m| !m.text.as_str().to_ascii_lowercase().contains("spf2.0"));
        if let (Some(record), Some(miss)) = (spf.records.first(), almost.next()) {
            faults.push(passed_over(spf, record, miss));
        }
        faults.into()
    }
}

/// A record beside the one that counts that was meant to be SPF and is none.
fn passed_over(spf: &Spf, record: &Record, miss: &NearMiss) -> Fault {
    let fix = Fix::steps([
        format!("If it is for a service that sends, put its terms into the record that counts: \"{}\"", record.text),
        format!("Delete the TXT record \"{}\" at {}", miss.text.short(120), both(&spf.domain)),
    ]);
    let told = format!("\"{}\": {}", miss.text.short(120), miss.why);
    Fault::new("passed over", told, fix)
        .titled("A TXT record was meant for SPF, and nobody reads it as such")
        .lowered(Severity::Low)
}

fn fault(name: &DomainName, record: &Record, own: bool) -> Fault {
    let repaired = merged(std::slice::from_ref(record));
    let fix = if let (true, Some(value)) = (own, tidied(record.text.as_str())) {
        Fix::DnsRecord {
            name: name.into(),
            kind: "TXT".into(),
            value: value.into(),
            note: "in place of the SPF record that is there".into(),
        }
    } else if own {
        Fix::steps([
            "Correct the record at each position shown".to_owned(),
            format!("What can be read of it, as a record to start from: \"{repaired}\""),
        ])
    } else {
        Fix::step(format!("Correct the record at {name}, or take its include out if it belongs to somebody else"))
    };
    let saw =
        Evidence::Dns { name: name.into(), kind: "TXT".into(), answer: vec![format!("\"{}\"", record.text).into()] };
    advice::flaws(&record.flaws)
        .fold(Fault::new(if own { "".into() } else { Shown::from(name) }, saw, fix), Fault::and_saw)
}

/// The record that was meant, where only such slips are in it as text takes on its way through pages, chats
/// and panels: signs that look like others, punctuation between the terms, a blank behind a colon, an
/// equals sign for a colon, the wrong one of `ip4` and `ip6`.
fn tidied(text: &str) -> Option<String> {
    let plain = text.chars().filter_map(|c| match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '"' | '\'' | '\u{2018}'..='\u{201f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => None,
        c => Some(c),
    });
    let plain: String = plain.collect();
    let mut words = Vec::<String>::new();
    for word in plain.split_whitespace().map(|w| w.trim_end_matches([',', ';'])).filter(|w| !w.is_empty()) {
        match words.last_mut() {
            Some(open) if open.ends_with(':') => open.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    let words = words.iter().map(|w| term(w));
    let value = words.collect::<Vec<_>>().join(" ");
    (value != text && parse(value.as_bytes()).is_valid()).then_some(value)
}

/// One term without the slips.
fn term(word: &str) -> String {
    let signs = word.len() - word.trim_start_matches(['+', '-', '~', '?']).len();
    let (sign, rest) = word.split_at(signs);
    let Some((name, value)) = rest.split_once([':', '=']) else { return word.to_owned() };
    let name = name.to_ascii_lowercase();
    let address = value.split('/').next().unwrap_or_default();
    let name = match name.as_str() {
        "ip4" | "ip6" | "ipv4" | "ipv6" if address.parse::<std::net::Ipv6Addr>().is_ok() => "ip6",
        "ip4" | "ip6" | "ipv4" | "ipv6" if address.parse::<std::net::Ipv4Addr>().is_ok() => "ip4",
        "include" | "a" | "mx" | "exists" => name.as_str(),
        _ => return word.to_owned(),
    };
    format!("{sign}{name}:{value}")
}

#[cfg(test)]
mod tests {
    use super::tidied;

    #[test]
    fn slips_are_undone_and_guesses_are_not_made() {
        for (text, want) in [
            ("v=spf1 include:_spf.a.test\u{a0}-all", Some("v=spf1 include:_spf.a.test -all")),
            ("v=spf1 include:_spf.a.test \u{2013}all", Some("v=spf1 include:_spf.a.test -all")),
            (
                "v=spf1 include:_spf.a.test, include:b.test; ~all",
                Some("v=spf1 include:_spf.a.test include:b.test ~all"),
            ),
            ("v=spf1 include: _spf.a.test ~all", Some("v=spf1 include:_spf.a.test ~all")),
            (
                "v=spf1 ip4:2001:db8::/32 ipv4:192.0.2.1 ?include=a.test -all",
                Some("v=spf1 ip6:2001:db8::/32 ip4:192.0.2.1 ?include:a.test -all"),
            ),
            ("v=spf1 ip4:1.2.3 -all", None),
            ("v=spf1 incude:a.test -all", None),
            ("v=spf1 all- mx", None),
        ] {
            assert_eq!(tidied(text).as_deref(), want, "{text}");
        }
    }
}
