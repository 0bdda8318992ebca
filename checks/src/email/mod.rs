//! Mail records: SPF, DKIM, DMARC and MX.

use crate::facts::Facts;
use crate::vocab::{Cell, Exhibit, ExhibitBody, Rule, Shown, TargetId, Targets};

mod advice;
pub mod alignment;
pub mod bimi;
pub mod dkim_key;
pub mod dkim_lookup;
pub mod dmarc;
pub mod dmarc_reports;
pub mod dmarc_verdict;
pub mod dmarc_walk;
#[doc(hidden)]
pub mod example;
pub mod facts;
mod includes;
pub mod message;
pub mod mta_sts;
pub mod mx_lookup;
pub mod mx_servers;
pub mod organisations;
mod path_cover;
pub mod senders;
mod senders_exhibit;
pub mod setup;
mod setup_advice;
pub mod setup_lookup;
mod setup_seen;
pub mod spf;
pub mod spf_check;
pub mod spf_macro;
pub mod spf_merge;
pub mod spf_outlook;
pub mod spf_walk;
pub mod syntax;
pub mod tls_rpt;

mod bimi_not_eligible;
mod cname_with_others;
mod dkim_ed25519_only;
mod dkim_key_broken;
mod dkim_key_weak;
mod dkim_missing;
mod dkim_record_split;
mod dkim_revoked;
mod dkim_testing;
mod dmarc_alignment_failing;
mod dmarc_at_wrong_name;
mod dmarc_missing;
mod dmarc_monitoring_only;
mod dmarc_multiple;
mod dmarc_policy_weaker_below;
mod dmarc_report_unauthorised;
mod dmarc_report_unreachable;
mod dmarc_syntax;
mod dmarc_tag_removed;
mod mta_sts_broken;
mod mta_sts_stale;
mod mx_alias;
mod mx_missing;
mod mx_null_mixed;
mod mx_unresolvable;
mod name_doubled;
mod record_proxied;
mod record_type_wrong;
mod return_path_missing;
mod return_path_wrong;
mod sender_sandboxed;
mod sender_unauthenticated;
mod sender_unconfigured;
mod spf_after_all;
mod spf_include_missing_target;
mod spf_include_useless;
mod spf_lookup_limit;
mod spf_missing;
mod spf_multiple;
mod spf_permissive_all;
mod spf_ptr;
mod spf_record_long;
mod spf_sender_uncovered;
mod spf_syntax;
mod spf_void_limit;
mod tls_rpt_missing;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &sender_unauthenticated::RULE,
    &sender_sandboxed::RULE,
    &sender_unconfigured::RULE,
    &spf_missing::RULE,
    &spf_multiple::RULE,
    &spf_syntax::RULE,
    &spf_lookup_limit::RULE,
    &spf_permissive_all::RULE,
    &spf_void_limit::RULE,
    &spf_include_missing_target::RULE,
    &spf_sender_uncovered::RULE,
    &spf_after_all::RULE,
    &spf_include_useless::RULE,
    &spf_ptr::RULE,
    &spf_record_long::RULE,
    &dmarc_missing::RULE,
    &dmarc_multiple::RULE,
    &dmarc_syntax::RULE,
    &dmarc_at_wrong_name::RULE,
    &dmarc_report_unauthorised::RULE,
    &dmarc_report_unreachable::RULE,
    &dmarc_policy_weaker_below::RULE,
    &dmarc_monitoring_only::RULE,
    &dmarc_tag_removed::RULE,
    &dmarc_alignment_failing::RULE,
    &dkim_missing::RULE,
    &dkim_key_broken::RULE,
    &dkim_record_split::RULE,
    &dkim_revoked::RULE,
    &dkim_key_weak::RULE,
    &dkim_testing::RULE,
    &dkim_ed25519_only::RULE,
    &return_path_wrong::RULE,
    &return_path_missing::RULE,
    &name_doubled::RULE,
    &record_proxied::RULE,
    &record_type_wrong::RULE,
    &cname_with_others::RULE,
    &mx_missing::RULE,
    &mx_null_mixed::RULE,
    &mx_alias::RULE,
    &mx_unresolvable::RULE,
    &mta_sts_broken::RULE,
    &mta_sts_stale::RULE,
    &tls_rpt_missing::RULE,
    &bimi_not_eligible::RULE,
];

/// Whether a domain may be somebody's own to send mail from: it is no provider's sandbox and no place of
/// free mailboxes.
#[must_use]
pub fn is_own(domain: &crate::vocab::DomainName) -> bool {
    sender_sandboxed::is_own(domain)
}

/// What is shown of mail without a finding: the SPF tree of each domain that has a record, and its
/// senders.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let of = |target: &TargetId| {
        let tree = facts.spf_tree.get(target).and_then(|t| t.get().ok());
        let dmarc = facts.dmarc.get(target).and_then(|d| d.get().ok());
        let setup = facts.sender_setup.get(target).and_then(|s| s.get().ok());
        let forecasts = facts.forecasts.get(target).and_then(|f| f.get().ok());
        let senders = setup.and_then(|setup| senders_exhibit::exhibit(setup, forecasts, tree));
        tree.and_then(spf_tree).into_iter().chain(dmarc.and_then(policies)).chain(senders).collect::<Vec<_>>()
    };
    let mails = targets.of(crate::vocab::TargetKind::Mail);
    mails.flat_map(|target| of(target).into_iter().map(|exhibit| (target.clone(), exhibit))).collect()
}

fn spf_tree(tree: &facts::SpfTree) -> Option<Exhibit> {
    tree.root.record.as_ref()?;
    Some(Exhibit { id: "spf-tree", title: spf_title(tree).into(), body: ExhibitBody::Tree(drawn(tree)) })
}

/// What receivers do by the new standard and by the old one.
fn policies(dmarc: &facts::Dmarc) -> Option<Exhibit> {
    let (visit, record) = dmarc.applying()?;
    let row = |reader: &str, force: &facts::Force, pct: Option<u8>| {
        let share = pct.map(|p| format!(" for {p} % of the mail")).unwrap_or_default();
        let (policy, by) = match force {
            facts::Force::Policy { of, policy, tag, testing } => {
                let milder = if *testing { ", made one step milder by t=y" } else { "" };
                (format!("{}{share}", policy.word()), format!("{tag} of {of}{milder}"))
            }
            facts::Force::Broken(of) => ("nothing".to_owned(), format!("the record of {of} cannot be read")),
            facts::Force::Nothing => ("nothing".to_owned(), "no record applies".to_owned()),
        };
        let record = format!("{} at {}", record.text.short(120), visit.at);
        [reader.into(), policy.into(), by.into(), record.into()].map(Cell::Text).to_vec()
    };
    let (older, pct) = dmarc_walk::older_view(dmarc);
    let rows = vec![row("RFC 9989", &dmarc.force, None), row("RFC 7489", &older, pct)];
    let title = format!("DMARC of {}", dmarc.domain).into();
    let columns = vec!["reader", "policy in force", "by", "record"];
    Some(Exhibit { id: "dmarc-policy", title, body: ExhibitBody::Table { columns, rows } })
}

/// The bill in one line: `SPF of acme.test: 7 of 10 look-ups`.
#[must_use]
pub fn spf_title(tree: &facts::SpfTree) -> String {
    let least = if tree.gaps.is_empty() { "" } else { "at least " };
    let void = match tree.voids {
        0 => String::new(),
        n => format!(", {n} void where {} may be", spf_check::VOID_LIMIT),
    };
    format!("SPF of {}: {least}{} of {} look-ups{void}", tree.root.term, tree.lookups, spf::LOOKUP_LIMIT)
}

/// The tree as lines with a depth.
#[must_use]
pub fn drawn(tree: &facts::SpfTree) -> Vec<(u8, Shown)> {
    let mut lines = Vec::new();
    draw(&tree.root, 0, &mut lines);
    lines
}

fn draw(branch: &facts::Branch, depth: u8, lines: &mut Vec<(u8, Shown)>) {
    use facts::BranchState;
    let state = match &branch.state {
        BranchState::Read | BranchState::Leaf => String::new(),
        BranchState::Void => ", finds nothing".to_owned(),
        BranchState::ManyServers => ", more than 10 mail servers there".to_owned(),
        BranchState::DependsOnSender => ", another name for every sender".to_owned(),
        BranchState::NoRecord => ", no SPF record there".to_owned(),
        BranchState::Several => ", more than one SPF record there".to_owned(),
        BranchState::Loop => ", leads back to itself".to_owned(),
        BranchState::Unread(cause) => format!(", not read: {cause}"),
        BranchState::Cut => ", not followed further".to_owned(),
    };
    lines.push((depth, format!("{} ({}{state})", branch.term, branch.cost).into()));
    for child in &branch.children {
        draw(child, depth.saturating_add(1), lines);
    }
}
