//! `email.spf-lookup-limit`
use super::facts::{Branch, BranchState, SpfTree};
use super::spf::LOOKUP_LIMIT;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// SPF may cause ten look-ups; a record that needs more is treated as broken.
    ///
    /// Each include, a, mx, ptr, exists and redirect costs one, also those in the records that are
    /// included. What is counted is the longest way: that of mail which no term matches.
    ///
    /// # Why at launch
    /// Every provider that is added brings its own includes. The eleventh look-up turns SPF off, and
    /// which mail it hits depends on the order of the terms, so it goes unnoticed.
    ///
    /// # Fix
    /// Take out what no longer sends, then duplicates; then give a sender a subdomain of its own.
    ///
    /// # References
    /// RFC 7208, section 4.6.4
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 a mx include:a.example include:b.example -all"
    /// a.example. TXT "v=spf1 include:c.example -all"
    /// b.example. TXT "v=spf1 include:c.example -all"
    /// c.example. TXT "v=spf1 ip4:203.0.113.0/24 -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 a mx include:a.example include:b.example include:a.example -all"
    /// a.example. TXT "v=spf1 a mx -all"
    /// b.example. TXT "v=spf1 a mx -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 include:_spf.acme.test -all"
    /// _spf.acme.test. TXT "v=spf1 redirect=acme.test"
    /// ```
    "email.spf-lookup-limit" on Mail, High, stage Email;
    fails "SPF needs more than 10 DNS look-ups"; holds "SPF stays within 10 DNS look-ups";
    fn check(tree: Part<'_, SpfTree>) -> Verdict {
        let Some(tree) = tree.first() else { return Verdict::Pass };
        let branches = tree.root.all();
        let turns_back = branches.iter().find(|b| b.state == BranchState::Loop);
        if let Some(back) = turns_back {
            let fix = Fix::step(format!("Take {} out of the record that leads back", back.term));
            let saw = format!("{} leads back to a record it came from, so the look-ups never end", back.term);
            return Fault::here(saw, fix).titled("SPF leads back to itself").into();
        }
        if tree.root.record.is_none() {
            return Verdict::not_applicable("there is no single SPF record to count");
        }
        if tree.lookups <= LOOKUP_LIMIT {
            return Verdict::Pass;
        }
        let least = if tree.gaps.is_empty() && branches.iter().all(|b| b.state != BranchState::Cut) { "" } else { "at least " };
        Fault::here(bill(&tree.root), fix(&tree.root))
            .titled(format!("SPF needs {least}{} DNS look-ups, and {LOOKUP_LIMIT} are allowed", tree.lookups))
            .into()
    }
}

/// `acme.test → include:a.example (4), mx (1)`
fn bill(root: &Branch) -> String {
    let parts: Vec<_> = root.children.iter().take(20).map(|c| format!("{} ({})", c.term, c.cost)).collect();
    format!("{} → {}", root.term, parts.join(", "))
}

/// What to do, the cheapest and safest first.
fn fix(root: &Branch) -> Fix {
    let mut steps = Vec::new();
    let mut seen = Vec::<&str>::new();
    for child in &root.children {
        if seen.contains(&child.term.as_str()) {
            steps.push(format!("Take the second {} out; it saves {}", child.term, child.cost));
        }
        seen.push(child.term.as_str());
    }
    let mut dear: Vec<_> = root.children.iter().filter(|c| c.name.is_some()).collect();
    dear.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| a.term.cmp(&b.term)));
    dear.dedup_by(|a, b| a.term == b.term);
    let list: Vec<_> = dear.iter().take(6).map(|c| format!("{} saves {}", c.term, c.cost)).collect();
    if !list.is_empty() {
        steps.push(format!("Take out every service that no longer sends: {}", list.join(", ")));
        steps.push(format!(
            "Move a service that sends much to a subdomain with an SPF record of its own, such as mail.{}",
            root.term
        ));
    }
    if root.children.iter().any(|c| c.name.is_none()) {
        steps.push("Write ip4: and ip6: addresses in place of a and mx".to_owned());
    }
    Fix::steps(steps)
}
