//! `email.spf-lookup-limit`
use super::facts::{Branch, BranchState, SpfTree};
use super::includes;
use super::spf::LOOKUP_LIMIT;
use super::spf_check::NAME_LIMIT;
use crate::{
    rule,
    vocab::{DomainName, Fault, Fix, Part, Shown, Verdict},
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
            let crowded = branches.iter().find(|b| b.state == BranchState::ManyServers);
            return crowded.map_or(Verdict::Pass, |term| many_servers(term).into());
        }
        let least = if tree.gaps.is_empty() && branches.iter().all(|b| b.state != BranchState::Cut) { "" } else { "at least " };
        Fault::here(bill(&tree.root), fix(&tree.root))
            .titled(format!("SPF needs {least}{} DNS look-ups, and {LOOKUP_LIMIT} are allowed", tree.lookups))
            .into()
    }
}

/// The limit of its own that `mx` has, past which receivers end in an error just the same.
fn many_servers(term: &Branch) -> Fault {
    let saw = format!(
        "{} finds more than {NAME_LIMIT} mail servers, and receivers that come to it end in an error",
        term.term
    );
    let fix = Fix::step(format!("Write the addresses that send (ip4:…, ip6:…) in place of {}", term.term));
    Fault::here(saw, fix).titled(format!("{} in SPF finds more than {NAME_LIMIT} mail servers", term.term))
}

/// `acme.test → include:a.example (4), mx (1)`
fn bill(root: &Branch) -> String {
    let parts: Vec<_> = root.children.iter().take(20).map(|c| format!("{} ({})", c.term, c.cost)).collect();
    format!("{} → {}", root.term, parts.join(", "))
}

/// What to do, the cheapest and safest first: what does nothing, what is there twice, what can stand
/// elsewhere, what needs no look-up; flattening last.
fn fix(root: &Branch) -> Fix {
    let mut steps = Vec::new();
    let useless = |b: &&Branch| b.name.as_ref().and_then(includes::useless);
    for (child, provider) in root.children.iter().filter_map(|c| Some((c, useless(&c)?))) {
        let (term, name) = (&child.term, provider);
        steps.push(format!("Take {term} out, which does nothing here ({name} sends with an envelope sender of another domain); it saves {}", child.cost));
    }
    let mut met = Vec::new();
    repeated(root, &mut met);
    for Met { term, times, saves, .. } in met.iter().filter(|m| m.times > 1) {
        let times = if *times == 2 { "twice".to_owned() } else { format!("{times} times") };
        steps.push(format!("{term} is come to {times}; once is enough and saves {saves}"));
    }
    let mut dear: Vec<_> = root
        .children
        .iter()
        .filter(|c| c.name.as_ref().is_some_and(|n| !includes::is_of_mailboxes(n)) && useless(c).is_none())
        .collect();
    dear.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| a.term.cmp(&b.term)));
    dear.dedup_by(|a, b| a.term == b.term);
    let list: Vec<_> = dear.iter().take(6).map(|c| format!("{} saves {}", c.term, c.cost)).collect();
    if !list.is_empty() {
        steps.push(format!(
            "Take out what no longer sends, or move a sender to a subdomain with an SPF record of its own, such as mail.{}: {}",
            root.term,
            list.join(", ")
        ));
    }
    if root.children.iter().any(|c| c.name.is_none()) {
        steps.push("Write ip4: and ip6: addresses in place of a and mx".to_owned());
    }
    steps.push(
        "Last of all, write the addresses of an include out in its place, with the date beside it: providers change \
         them without a word, and from that day their mail fails, so compare them every month"
            .to_owned(),
    );
    Fix::steps(steps)
}

/// A record that is come to: how often, and what the times after the first cost.
struct Met<'a> {
    name: &'a DomainName,
    term: &'a Shown,
    times: u32,
    saves: u32,
}

/// What is come to, in order. What stands behind a record that was met before goes away with it.
fn repeated<'a>(branch: &'a Branch, met: &mut Vec<Met<'a>>) {
    for child in &branch.children {
        if let Some(name) = &child.name {
            if let Some(known) = met.iter_mut().find(|m| m.name == name) {
                known.times += 1;
                known.saves += child.cost;
                continue;
            }
            met.push(Met { name, term: &child.term, times: 1, saves: 0 });
        }
        repeated(child, met);
    }
}
