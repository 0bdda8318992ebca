//! Whether the SPF record of a return path lets a provider's mail pass, however it is written: it is
//! evaluated for addresses that the provider's own record names.

use super::facts::SpfTree;
use super::setup_seen::{Seen, has_record, includes};
use super::spf::{Kind, Mechanism, Qualifier, Record};
use super::spf_check::{Outcome, SpfCheck};
use super::spf_walk::SpfWalk;
use crate::vocab::{DomainName, Inquiry, Missing, Step};
use crate::wire::DnsQuestion;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The most networks of a provider that are tried, each with its first and its last address.
const MOST_NETWORKS: usize = 8;

/// How much of a provider's mail a record lets pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cover {
    /// All that was tried.
    Whole,
    /// Some of it, or it could not be seen.
    Part,
    /// None.
    Nothing,
}

/// What the record at `path` comes to for the provider that is included by this name.
pub(super) fn cover(path: &DomainName, include: &str, seen: &Seen) -> Cover {
    match step(path, include, seen) {
        Step::Done(cover) => cover,
        // What was not asked for is not known to be wrong.
        Step::Ask(_) => Cover::Part,
    }
}

/// The same while questions are open.
pub(super) fn step(path: &DomainName, include: &str, seen: &Seen) -> Step<DnsQuestion, Cover> {
    if includes(seen, path, include) {
        return Step::Done(Cover::Whole);
    }
    if !has_record(seen, path) {
        return Step::Done(Cover::Nothing);
    }
    let Ok(domain) = DomainName::parse(include) else { return Step::Done(Cover::Nothing) };
    let tree = match (SpfWalk { domain }).step(seen) {
        Step::Ask(questions) => return Step::Ask(questions),
        Step::Done(tree) => tree,
    };
    let clients = match tree.get() {
        Ok(tree) => addresses(tree),
        Err(Missing::Unknown(_) | Missing::NotConfigured(_)) => return Step::Done(Cover::Part),
    };
    let (mut ask, mut passed, mut open) = (Vec::new(), 0, false);
    for ip in &clients {
        match SpfCheck::of_mail(*ip, path.as_str(), &format!("postmaster@{path}")).step(seen) {
            Step::Ask(questions) => ask.extend(questions),
            Step::Done(checked) => {
                passed += usize::from(checked.outcome == Outcome::Pass);
                open |= checked.outcome == Outcome::TempError;
            }
        }
    }
    if !ask.is_empty() {
        ask.sort();
        ask.dedup();
        return Step::Ask(ask);
    }
    Step::Done(match passed {
        _ if open => Cover::Part,
        // Without an address to try there is nothing but the name to go by.
        0 => Cover::Nothing,
        n if n == clients.len() => Cover::Whole,
        _ => Cover::Part,
    })
}

/// The first and the last address of the networks that a record lets pass.
fn addresses(tree: &SpfTree) -> Vec<IpAddr> {
    let records = tree.root.all().into_iter().filter(|b| b.passes).filter_map(|b| b.record.as_ref());
    let networks = records.flat_map(Record::reached).filter_map(|term| match &term.kind {
        Kind::Directive(Qualifier::Pass, Mechanism::Ip4(start, length)) => {
            let rest = u32::MAX.checked_shr(u32::from(*length)).unwrap_or(0);
            let first = start.to_bits() & !rest;
            Some([IpAddr::V4(Ipv4Addr::from_bits(first)), IpAddr::V4(Ipv4Addr::from_bits(first | rest))])
        }
        Kind::Directive(Qualifier::Pass, Mechanism::Ip6(start, length)) => {
            let rest = u128::MAX.checked_shr(u32::from(*length)).unwrap_or(0);
            let first = start.to_bits() & !rest;
            Some([IpAddr::V6(Ipv6Addr::from_bits(first)), IpAddr::V6(Ipv6Addr::from_bits(first | rest))])
        }
        _ => None,
    });
    let mut all: Vec<IpAddr> = networks.take(MOST_NETWORKS).flatten().collect();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use crate::email::{example::facts, setup::SpotState};

    /// What comes of a return path at Resend with this SPF record.
    fn state(record: &str, more: &str) -> String {
        let text = format!(
            "sender resend\nsend.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
             send.acme.test. TXT \"{record}\"
             amazonses.com. TXT \"v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.128/26 -all\"\n{more}"
        );
        let (_, facts, at) = facts(&text).unwrap();
        let setup = facts.sender_setup[&at].get().unwrap();
        match &setup.spots.iter().find(|s| !s.is_key()).unwrap().state {
            SpotState::Right => "right".into(),
            SpotState::Unverified => "unverified".into(),
            SpotState::Wrong(trouble) => format!("{trouble:?}"),
        }
    }

    #[test]
    fn a_record_counts_for_what_it_lets_pass_and_not_for_how_it_is_written() {
        let nested = "spf.acme.test. TXT \"v=spf1 include:amazonses.com ~all\"";
        for (record, more, want) in [
            ("v=spf1 include:amazonses.com ~all", "", "right"),
            ("v=spf1 include:spf.acme.test ~all", nested, "right"),
            ("v=spf1 redirect=spf.acme.test", nested, "right"),
            ("v=spf1 ip4:198.51.100.0/24 -all", "", "right"),
            ("v=spf1 a:ses.acme.test/24 -all", "ses.acme.test. A 198.51.100.7", "right"),
            ("v=spf1 +all", "", "right"),
            // An address of one's own among theirs, and what could not be asked.
            ("v=spf1 ip4:198.51.100.0/25 -all", "", "unverified"),
            ("v=spf1 include:spf.acme.test ~all", "spf.acme.test. TIMEOUT", "unverified"),
            ("v=spf1 ip4:203.0.113.0/24 -all", "", "Spf"),
            ("v=spf1 a mx -all", "send.acme.test. A 203.0.113.9", "Spf"),
            ("v=spf1 include:none.acme.test -all", "", "Spf"),
            ("v=spf1 ?include:amazonses.com -all", "", "Spf"),
        ] {
            assert_eq!(state(record, more), want, "{record}");
        }
    }
}
