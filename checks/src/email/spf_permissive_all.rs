//! `email.spf-permissive-all`
use super::facts::{Branch, Spf, SpfTree};
use super::spf::{Record, Term, parse};
use super::spf_merge::merged;
use crate::{
    rule,
    vocab::{DomainName, Fault, Fix, Part, Shown, Verdict},
};

rule! {
    /// The SPF record lets every server in the world send mail for the domain.
    ///
    /// `+all` says so, a bare `all` does, and so does a network of length 0. A record that is included
    /// counts as well.
    ///
    /// # Why at launch
    /// Anybody can send mail in your name that passes SPF. The domain's reputation goes to whoever
    /// uses it most, and your own mail is filtered with theirs.
    ///
    /// # Fix
    /// End the record with `~all` or `-all`, and name those who really send.
    ///
    /// # References
    /// RFC 7208, sections 5.1 and 11.4
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 include:_spf.example.com ~all"
    /// _spf.example.com. TXT "v=spf1 ip4:203.0.113.0/24 ?all"
    /// ```
    /// ```pass
    /// # one cause: email.spf-multiple
    /// acme.test. TXT "v=spf1 mx +all"
    /// acme.test. TXT "v=spf1 a -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 mx +all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 include:_spf.acme.test -all"
    /// _spf.acme.test. TXT "v=spf1 ip4:0.0.0.0/0 -all"
    /// ```
    "email.spf-permissive-all" on Mail, High, stage Email;
    fails "SPF lets anybody send for this domain"; holds "SPF does not let everybody pass";
    fn check(spf: &Spf, tree: Part<'_, SpfTree>) -> Verdict {
        if spf.records.len() > 1 {
            return Verdict::not_applicable("there are several SPF records, which email.spf-multiple is about");
        }
        let own = spf.records.iter().flat_map(|r| r.reached().filter(|t| t.passes_everything()));
        let mut faults: Vec<Fault> = own.take(1).map(|t| fault(&spf.domain, t, true)).collect();
        if let (Some(fault), [record]) = (faults.first_mut(), spf.records.as_slice()) {
            // What a merge of records leaves out is what lets everybody pass.
            let value = merged(std::slice::from_ref(record));
            if record.is_valid() && parse(value.as_bytes()).is_valid() {
                fault.fix = Fix::DnsRecord {
                    name: (&spf.domain).into(),
                    kind: "TXT".into(),
                    value: value.into(),
                    note: "in place of the SPF record that is there, once it names all who really send".into(),
                };
            }
        }
        let mut passing = Vec::new();
        if let Some(tree) = tree.first() {
            collect(&tree.root, &mut passing);
        }
        for (name, term) in passing {
            let fault = fault(name, term, false);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        faults.into()
    }
}

/// The terms behind includes that let everything pass, where a match there is a pass here.
fn collect<'a>(branch: &'a Branch, out: &mut Vec<(&'a DomainName, &'a Term)>) {
    for child in branch.children.iter().filter(|c| c.passes) {
        let terms = child.record.iter().flat_map(Record::reached);
        if let (Some(name), Some(term)) = (&child.name, terms.into_iter().find(|t| t.passes_everything())) {
            out.push((name, term));
        }
        collect(child, out);
    }
}

fn fault(name: &DomainName, term: &Term, own: bool) -> Fault {
    let text = &term.text;
    let fix = if own {
        let all = text.eq_ignore_ascii_case("all") || text.eq_ignore_ascii_case("+all");
        Fix::step(if all {
            format!("In the SPF record of {name}, write ~all in place of {text}")
        } else {
            format!("In the SPF record of {name}, take {text} out or name a smaller network")
        })
    } else {
        Fix::step(format!("Take the include of {name} out, or correct the record there if it is yours: it says {text}"))
    };
    Fault::new(if own { "".into() } else { Shown::from(name) }, format!("{name} says {text}"), fix)
}
