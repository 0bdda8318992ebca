//! What the SPF record of a domain comes to in the end: whether anybody can pass by it, and where there
//! is none, how much one is needed.

use super::facts::{Branch, BranchState, Dmarc, Force, MailPlan, Mx, Sender, Spf, SpfTree};
use super::setup::{SenderSetup, Standing};
use super::spf::{Kind, LOOKUP_LIMIT, Mechanism, Qualifier, Record};
use super::spf_check::VOID_LIMIT;
use super::spf_walk::can_pass;
use crate::providers::{self, ReturnPath, is_host_of};
use crate::vocab::{Cause, Gaps, Missing, Observed, Shown};

/// Whether any mail can pass by the domain's SPF record. What could not be read counts as if it let
/// mail pass, so that a no is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpfReach {
    /// Whether somebody can.
    pub passes: bool,
    /// Where the evaluation ends in an error before anybody passed.
    pub breaks: Option<Shown>,
}
impl Gaps for SpfReach {}
impl SpfReach {
    /// What the record comes to, with all that stands behind it.
    #[must_use]
    pub fn of(spf: &Spf, tree: &Observed<SpfTree>) -> Self {
        if !can_pass(&spf.records) {
            return Self { passes: false, breaks: None };
        }
        match tree.get().ok().map(|t| way_to(t, None)) {
            Some(Reach::Breaks(why)) => Self { passes: false, breaks: Some(why) },
            Some(Reach::Nobody) => Self { passes: false, breaks: None },
            Some(Reach::Passes) | None => Self { passes: true, breaks: None },
        }
    }
}

/// How far an evaluation comes (RFC 7208, section 4.6) for mail that nothing matches on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To a term that lets mail pass, or to what could not be read and may.
    Passes,
    /// To the end, and nobody passes.
    Nobody,
    /// To an error: why.
    Breaks(Shown),
}

/// Whether mail can pass by this tree; with names only by the record that is included under one of them.
#[must_use]
pub fn way_to(tree: &SpfTree, name: Names<'_>) -> Reach {
    match &tree.root.record {
        Some(record) => Budget::default().walk(record, &tree.root, name),
        None => Reach::Nobody,
    }
}

/// Which names are meant, where not any.
pub type Names<'a> = Option<&'a dyn Fn(&str) -> bool>;

#[derive(Default)]
struct Budget {
    lookups: u32,
    voids: u32,
}
impl Budget {
    fn walk(&mut self, record: &Record, branch: &Branch, name: Names<'_>) -> Reach {
        if !record.is_valid() {
            return Reach::Breaks(format!("{} cannot be read as SPF", branch.term).into());
        }
        let mut children = branch.children.iter();
        for term in record.reached() {
            let lets_pass = matches!(term.kind, Kind::Directive(Qualifier::Pass, _) | Kind::Redirect(_));
            if !term.costs() {
                // By `+all` the included service passes too.
                let everybody = matches!(term.kind, Kind::Directive(_, Mechanism::All));
                if lets_pass && (name.is_none() || everybody) {
                    return Reach::Passes;
                }
                continue;
            }
            // A tree that was cut is not known further on.
            let Some(child) = children.next() else { return Reach::Passes };
            match self.term(child, name, lets_pass) {
                Reach::Nobody => {}
                end => return end,
            }
        }
        Reach::Nobody
    }

    fn term(&mut self, child: &Branch, name: Names<'_>, lets_pass: bool) -> Reach {
        self.lookups += 1;
        if self.lookups > LOOKUP_LIMIT {
            return Reach::Breaks(format!("{} is look-up {} of {LOOKUP_LIMIT}", child.term, self.lookups).into());
        }
        match &child.state {
            BranchState::Unread(_) | BranchState::Cut | BranchState::DependsOnSender => Reach::Passes,
            BranchState::NoRecord => Reach::Breaks(format!("{} leads to no SPF record", child.term).into()),
            BranchState::Several => Reach::Breaks(format!("{} leads to more than one SPF record", child.term).into()),
            BranchState::Loop => Reach::Breaks(format!("{} leads back to itself", child.term).into()),
            BranchState::ManyServers => Reach::Breaks(format!("{} has more than 10 mail servers", child.term).into()),
            BranchState::Void => {
                self.voids += 1;
                if self.voids > VOID_LIMIT {
                    let text = format!("{} is look-up {} that finds nothing", child.term, self.voids);
                    return Reach::Breaks(format!("{text}, and {VOID_LIMIT} may").into());
                }
                Reach::Nobody
            }
            BranchState::Leaf if lets_pass && name.is_none() => Reach::Passes,
            BranchState::Leaf => Reach::Nobody,
            BranchState::Read => {
                let Some(record) = &child.record else { return Reach::Passes };
                let is_it = name.is_some_and(|n| child.name.as_ref().is_some_and(|c| n(c.as_str())));
                match self.walk(record, child, name.filter(|_| !is_it)) {
                    Reach::Passes if !lets_pass => Reach::Nobody,
                    end => end,
                }
            }
        }
    }
}

/// How much the domain needs an SPF record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpfNeed {
    /// How much.
    pub need: Need,
    /// The includes that its senders and mailboxes need, each once.
    pub includes: Vec<&'static str>,
    /// Whether those are all: every sender is one that we know, and so is who holds the mailboxes.
    pub complete: bool,
    /// What could not be seen and might change it.
    pub gaps: Vec<Cause>,
}
impl Gaps for SpfNeed {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// How much a record is needed; from little to much.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// There is one.
    Met,
    /// Not at all; why.
    Nothing(Shown),
    /// It would only say once more what DMARC says already.
    Little,
    /// It keeps others from using the name, and nothing is known to be sent with it.
    Some,
    /// Mail that is sent depends on it.
    Much,
}

impl SpfNeed {
    /// What is needed where there is no record.
    #[must_use]
    pub fn of(
        plan: &MailPlan,
        spf: &Spf,
        setup: &Observed<SenderSetup>,
        mx: &Observed<Mx>,
        dmarc: &Observed<Dmarc>,
    ) -> Self {
        if !spf.records.is_empty() {
            return Self { need: Need::Met, includes: Vec::new(), complete: true, gaps: Vec::new() };
        }
        let mut gaps = unseen(setup, |s| &s.gaps);
        gaps.extend(unseen(mx, |_| &[]));
        gaps.extend(unseen(dmarc, |d| &d.gaps));
        gaps.sort();
        gaps.dedup();
        let setup = setup.get().ok();
        let senders = setup.map_or(&plan.senders, |s| &s.senders);
        let hosts = mx.get().map_or(&[][..], |m| if m.null { &[] } else { &m.hosts });
        let of_hosts = providers::ALL.iter().filter_map(|p| p.mail.as_ref());
        let of_hosts: Vec<_> = of_hosts.filter(|m| hosts.iter().any(|(_, h)| is_host_of(h, m.mx_hosts))).collect();
        let mut includes: Vec<_> = senders.iter().filter_map(|s| s.known()?.1.apex_include).collect();
        // The owner has said who sends, and mailboxes that only receive are not among them.
        let pinned = !senders.is_empty() && senders.iter().all(|s| !s.inferred && s.known().is_some());
        let tried = !spf.near_misses.is_empty() || spf.doubled.is_some();
        let only_mailboxes = pinned && includes.is_empty() && !tried;
        includes.extend(of_hosts.iter().filter_map(|m| m.apex_include));
        includes.sort_unstable();
        includes.dedup();
        let senders_known = senders.iter().all(|s| s.known().is_some());
        // Which include it is may stand in the customer's panel alone.
        let regional = |m: &providers::Mail| m.needs_include() && m.apex_include.is_none();
        let open = senders.iter().filter_map(|s| Some(s.known()?.1)).chain(of_hosts.iter().copied()).any(regional);
        let complete = senders_known && !open && !senders.is_empty() && (hosts.is_empty() || !of_hosts.is_empty());
        let seen = Seen {
            takes_mail: !hosts.is_empty(),
            near: !spf.near_misses.is_empty(),
            // What is not known is taken to be in order, so that ignorance makes nothing worse.
            enforced: dmarc.get().map_or(true, is_enforced),
        };
        let need = match () {
            () if only_mailboxes && !open && !includes.is_empty() => Need::Some,
            () if open || !includes.is_empty() => Need::Much,
            () if !senders.is_empty() && senders_known => seen.by_return_paths(plan, setup, senders),
            () => seen.by_what_is_said(plan, senders),
        };
        Self { need, includes, complete, gaps }
    }
}

fn unseen<T>(fact: &Observed<T>, gaps: impl Fn(&T) -> &[Cause]) -> Vec<Cause> {
    match fact.get() {
        Ok(known) => gaps(known).to_vec(),
        Err(Missing::Unknown(cause)) => vec![cause],
        Err(Missing::NotConfigured(_)) => Vec::new(),
    }
}
fn is_enforced(dmarc: &Dmarc) -> bool {
    matches!(&dmarc.force, Force::Policy { policy, .. } if *policy > super::dmarc::Policy::None)
}

struct Seen {
    takes_mail: bool,
    near: bool,
    enforced: bool,
}
impl Seen {
    /// Every sender is known to need nothing here.
    fn by_return_paths(&self, plan: &MailPlan, setup: Option<&SenderSetup>, senders: &[Sender]) -> Need {
        let elsewhere = |s: &Sender| {
            let theirs = s.known().is_some_and(|(_, m)| m.return_path == ReturnPath::Theirs);
            theirs || setup.is_some_and(|setup| matches!(setup.paths_of(s), Standing::Right(_)))
        };
        if !self.takes_mail && !self.near && senders.iter().all(elsewhere) {
            return Need::Nothing("the senders' SPF records stand at their return paths".into());
        }
        // Nobody has a mailbox at it and no sender looks there: it only keeps others from using the name.
        if plan.domain != plan.domain.registrable() && !self.takes_mail && !self.near {
            return Need::Little;
        }
        Need::Some
    }
    /// Nothing, or not enough, is known of who sends.
    fn by_what_is_said(&self, plan: &MailPlan, senders: &[Sender]) -> Need {
        if plan.sends() || plan.is_set() || !senders.is_empty() || self.near {
            return Need::Much;
        }
        match (plan.sends_from(), self.takes_mail, self.enforced) {
            (Some(from), false, true) => Need::Nothing(format!("mail is sent from {from}, and none from here").into()),
            (_, false, true) | (Some(_), false, false) => Need::Little,
            (Some(_), true, _) | (None, false, false) => Need::Some,
            (None, true, _) => Need::Much,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::{Zone, facts};
    use crate::email::spf_walk::SpfWalk;
    use crate::vocab::{DomainName, Step};

    fn tree(zone: &str) -> SpfTree {
        let zone = Zone::parse(zone).unwrap();
        let walk = SpfWalk { domain: DomainName::parse("acme.test").unwrap() };
        Step::play(&walk, |q| zone.answer(q)).0.into_inner().unwrap()
    }
    fn way(zone: &str, name: Option<&str>) -> String {
        let is_it = |n: &str| Some(n) == name;
        let names: Names<'_> = Some(&is_it);
        match way_to(&tree(zone), names.filter(|_| name.is_some())) {
            Reach::Passes => "passes".into(),
            Reach::Nobody => "nobody".into(),
            Reach::Breaks(why) => why.to_string(),
        }
    }

    #[test]
    fn what_stands_before_the_error_still_lets_mail_pass() {
        for (zone, want) in [
            ("acme.test. TXT \"v=spf1 -all\"", "nobody"),
            ("acme.test. TXT \"v=spf1 ip4:192.0.2.1 include:x.test -all\"", "passes"),
            ("acme.test. TXT \"v=spf1 include:x.test ip4:192.0.2.1 -all\"", "include:x.test leads to no SPF record"),
            ("acme.test. TXT \"v=spf1 include:x.test ip4:192.0.2.1 -all\"\nx.test. TIMEOUT", "passes"),
            ("acme.test. TXT \"v=spf1 ?include:x.test -all\"\nx.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"", "nobody"),
            ("acme.test. TXT \"v=spf1 redirect=x.test\"\nx.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"", "passes"),
            (
                "acme.test. TXT \"v=spf1 include:x.test -all\"\nx.test. TXT \"v=spf1 ipv4:1.2.3.4 -all\"",
                "include:x.test cannot be read as SPF",
            ),
            ("acme.test. TXT \"v=spf1 redirect=acme.test\"", "redirect=acme.test leads back to itself"),
            (
                "acme.test. TXT \"v=spf1 a:a.test a:b.test a:c.test ip4:192.0.2.1 -all\"",
                "a:c.test is look-up 3 that finds nothing, and 2 may",
            ),
            ("acme.test. TXT \"v=spf1 ptr:a.test ?ptr:b.test -all\"", "passes"),
        ] {
            assert_eq!(way(zone, None), want, "{zone}");
        }
        let many = |last: &str| {
            let terms: Vec<String> = (0..10).map(|n| format!("?ptr:p{n}.test")).collect();
            format!(
                "acme.test. TXT \"v=spf1 {} {last} -all\"\ny.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"",
                terms.join(" ")
            )
        };
        assert_eq!(way(&many("include:y.test"), None), "include:y.test is look-up 11 of 10");
        assert_eq!(way(&many("ip4:192.0.2.1"), None), "passes");
    }

    #[test]
    fn a_service_passes_where_its_include_is_come_to() {
        let zone = |record: &str| {
            format!(
                "acme.test. TXT \"{record}\"\na.test. TXT \"v=spf1 include:b.test ~all\"\nb.test. TXT \"v=spf1 ip4:192.0.2.1 -all\""
            )
        };
        let via = |record: &str| way(&zone(record), Some("b.test"));
        assert_eq!(via("v=spf1 ip4:192.0.2.9 include:a.test -all"), "passes");
        assert_eq!(via("v=spf1 ip4:192.0.2.9 -all"), "nobody");
        assert_eq!(via("v=spf1 include:none.test include:a.test -all"), "include:none.test leads to no SPF record");
        assert_eq!(via("v=spf1 ~include:a.test -all"), "nobody");
        assert_eq!(via("v=spf1 +all"), "passes");
    }

    #[test]
    fn how_much_a_record_is_needed() {
        let path = "send.mail.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.\nsend.mail.acme.test. TXT \"v=spf1 include:amazonses.com ~all\"";
        let mx = "acme.test. MX 10 mx.example.com.";
        let reject = "_dmarc.acme.test. TXT \"v=DMARC1; p=reject\"";
        for (text, want) in [
            ("acme.test. TXT \"v=spf1 -all\"".to_owned(), "Met"),
            // Mail goes out from a name below; nobody writes from here.
            (format!("from-domain mail.acme.test\n{reject}"), "Nothing"),
            ("from-domain mail.acme.test".into(), "Little"),
            (format!("from-domain mail.acme.test\n{reject}\n{mx}"), "Some"),
            // Nothing is known.
            (reject.into(), "Little"),
            ("acme.test. A 192.0.2.1".into(), "Some"),
            (mx.into(), "Much"),
            ("from".into(), "Much"),
            // The return path has the record that counts.
            (format!("domain mail.acme.test\nfrom\nsender resend\n{path}"), "Nothing"),
            ("domain mail.acme.test\nfrom\nsender resend".into(), "Little"),
            ("domain mail.acme.test\nfrom\nsender resend\nmail.acme.test. MX 10 mx.example.com.".into(), "Some"),
            (format!("sender resend\n{mx}"), "Some"),
            // Mailboxes that need it, whoever else sends.
            ("sender resend\nacme.test. MX 1 smtp.google.com.\nacme.test. TXT \"v=spf1; include:_spf.google.com ~all\"".into(), "Much"),
            ("acme.test. TXT \"v=spf1; include:a.test ~all\"".into(), "Much"),
        ] {
            let (_, facts, at) = facts(&text).unwrap();
            let need = &facts.spf_need[&at].get().unwrap().need;
            assert!(format!("{need:?}").starts_with(want), "{need:?} and not {want}: {text}");
        }
    }
}
