//! `email.spf-syntax`
use super::advice;
use super::facts::{Spf, SpfTree};
use super::spf::Record;
use super::spf_merge::merged;
use crate::{
    rule,
    vocab::{DomainName, Evidence, Fault, Fix, Part, Shown},
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
        faults.into()
    }
}

fn fault(name: &DomainName, record: &Record, own: bool) -> Fault {
    let repaired = merged(std::slice::from_ref(record));
    let fix = if own {
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
