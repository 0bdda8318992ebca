//! Mail records: SPF, DKIM, DMARC and MX.

use crate::facts::Facts;
use crate::vocab::{Exhibit, ExhibitBody, Rule, Shown, TargetId, Targets};

mod advice;
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
pub mod mx_lookup;
pub mod senders;
pub mod spf;
pub mod spf_check;
pub mod spf_macro;
pub mod spf_merge;
pub mod spf_walk;
pub mod syntax;

mod dkim_key_broken;
mod dkim_key_weak;
mod dkim_missing;
mod dmarc_at_wrong_name;
mod dmarc_missing;
mod dmarc_monitoring_only;
mod dmarc_multiple;
mod dmarc_policy_weaker_below;
mod dmarc_report_unauthorised;
mod dmarc_report_unreachable;
mod dmarc_syntax;
mod mx_missing;
mod sender_unauthenticated;
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

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &sender_unauthenticated::RULE,
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
    &dkim_missing::RULE,
    &dkim_key_broken::RULE,
    &dkim_key_weak::RULE,
    &mx_missing::RULE,
];

/// What is shown of mail without a finding: the SPF tree of each domain that has a record.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let trees = targets.of(crate::vocab::TargetKind::Mail).filter_map(|t| Some((t, facts.spf_tree.get(t)?)));
    trees
        .filter_map(|(target, tree)| {
            let tree = tree.get().ok().filter(|t| t.root.record.is_some())?;
            let lines = drawn(tree);
            let title = spf_title(tree);
            Some((target.clone(), Exhibit { id: "spf-tree", title: title.into(), body: ExhibitBody::Tree(lines) }))
        })
        .collect()
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
