//! The tree behind an SPF record: every include and redirect, and what each costs in look-ups when
//! nothing matches early. It counts on past the limit, so that the whole bill is seen.

use super::facts::{Branch, BranchState, Merged, Spf, SpfTree};
use super::includes;
use super::spf::{Kind, Mechanism, Record, Term, parse, select};
use super::spf_check::NAME_LIMIT;
use super::spf_macro::DomainSpec;
use super::spf_merge::merged;
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Shown, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Found, RecordKind};
use std::collections::BTreeSet;

/// A tree larger than this is not drawn further. It is far beyond the limit of ten by then, and a
/// hostile zone could make it grow without end.
const MOST_BRANCHES: usize = 200;

/// Asks for the SPF record of a domain and of each configured return path.
#[derive(Clone, Debug)]
pub struct SpfLookup {
    /// The domain in the From address.
    pub domain: DomainName,
    /// Domains that bounces go to; SPF is judged for these and may align.
    pub return_paths: Vec<DomainName>,
}
impl Inquiry for SpfLookup {
    type Q = DnsQuestion;
    type Out = Observed<Spf>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Spf>> {
        let names = std::iter::once(&self.domain).chain(&self.return_paths);
        let ask: BTreeSet<_> = names.map(txt).filter(|q| !seen.contains_key(q)).collect();
        if !ask.is_empty() {
            return Step::Ask(ask.into_iter().collect());
        }
        let answer = match read(seen, &self.domain) {
            Ok(a) => a,
            Err(c) => return Step::Done(Observed::unknown(c)),
        };
        let (records, near_misses) = select(answer.texts());
        // What stands at this name is a hint and no more, so that it is no gap where it cannot be asked.
        let deep = DomainName::parse(&format!("{}.{}", self.domain, self.domain.registrable())).ok();
        let deep = deep.filter(|_| records.is_empty());
        if let Some(question) = deep.as_ref().map(txt).filter(|q| !seen.contains_key(q)) {
            return Step::Ask(vec![question]);
        }
        let doubled = deep.and_then(|name| {
            let found = select(read(seen, &name).ok()?.texts()).0;
            Some((name, found.into_iter().next()?))
        });
        let takes_bounces = self.return_paths.contains(&self.domain);
        let merged = match merged_bill(&self.domain, &records, takes_bounces, seen) {
            Ok(merged) => merged,
            Err(ask) => return Step::Ask(ask),
        };
        let (mut return_paths, mut gaps) = (Vec::new(), Vec::new());
        for name in &self.return_paths {
            match read(seen, name) {
                Ok(a) => return_paths.push((name.clone(), can_pass(&select(a.texts()).0))),
                Err(c) => gaps.push(c),
            }
        }
        let (domain, answer) = (self.domain.clone(), answer.clone());
        Step::Done(Observed::known(Spf { domain, answer, records, near_misses, merged, doubled, return_paths, gaps }))
    }
}

/// Of several records the one to put in their place, with its bill: it is not to be printed without.
fn merged_bill(
    domain: &DomainName,
    records: &[Record],
    takes_bounces: bool,
    seen: &Answers<DnsQuestion>,
) -> Result<Option<Merged>, Vec<DnsQuestion>> {
    if records.len() < 2 {
        return Ok(None);
    }
    let mut records = records.to_vec();
    // DNS gives records in any order; the text to paste must not change from run to run.
    records.sort_by(|a, b| a.text.cmp(&b.text));
    let mut text = merged(&records);
    let (mut left_out, mut useless) = (Vec::new(), Vec::new());
    if !takes_bounces {
        let (kept, out): (Vec<_>, Vec<_>) = text.split(' ').partition(|word| !includes::is_useless(word));
        useless.extend(out.into_iter().map(Shown::from));
        text = kept.join(" ");
    }
    loop {
        let record = parse(text.as_bytes());
        let mut walk = Walk { seen, ask: BTreeSet::new(), gaps: Vec::new(), branches: 0 };
        let mut root = Branch::new(domain.to_string(), Some(domain.clone()));
        walk.children(&mut root, &record, &mut vec![domain.clone()]);
        if !walk.ask.is_empty() {
            return Err(walk.ask.into_iter().collect());
        }
        // A term that ends in an error lets nobody pass, and breaks what stands behind it.
        let ends = |b: &&Branch| matches!(b.state, BranchState::NoRecord | BranchState::Several | BranchState::Loop);
        let dead: Vec<_> = root.children.iter().filter(ends).map(|b| b.term.clone()).collect();
        if dead.is_empty() {
            let whole = walk.gaps.is_empty() && root.all().iter().all(|b| b.state != BranchState::Cut);
            return Ok(Some(Merged { record, lookups: root.cost, voids: root.voids, whole, left_out, useless }));
        }
        let kept: Vec<_> = text.split(' ').filter(|word| dead.iter().all(|d| d.as_str() != *word)).collect();
        let kept = kept.join(" ");
        if kept.len() == text.len() {
            return Ok(None);
        }
        text = kept;
        left_out.extend(dead);
    }
}

/// Whether mail can pass by these records of one name: exactly one, valid, and saying yes to somebody.
pub(crate) fn can_pass(records: &[Record]) -> bool {
    matches!(records, [only] if only.can_pass())
}

fn txt(name: &DomainName) -> DnsQuestion {
    DnsQuestion::new(name.clone(), RecordKind::Txt)
}
fn read<'a>(seen: &'a Answers<DnsQuestion>, name: &DomainName) -> Result<&'a DnsAnswer, Cause> {
    match seen.get(&txt(name)).map(Observed::get) {
        Some(Ok(a)) => Ok(a),
        Some(Err(Missing::Unknown(c))) => Err(c),
        Some(Err(Missing::NotConfigured(_))) | None => Err(Cause::NotRecorded),
    }
}

/// Walks the tree, all names of a level at once.
#[derive(Clone, Debug)]
pub struct SpfWalk {
    /// Where it starts.
    pub domain: DomainName,
}
impl Inquiry for SpfWalk {
    type Q = DnsQuestion;
    type Out = Observed<SpfTree>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<SpfTree>> {
        let mut walk = Walk { seen, ask: BTreeSet::new(), gaps: Vec::new(), branches: 0 };
        let root = walk.follow(&self.domain, self.domain.to_string(), true, &mut Vec::new());
        if !walk.ask.is_empty() {
            return Step::Ask(walk.ask.into_iter().collect());
        }
        Step::Done(match root.state {
            BranchState::Unread(c) => Observed::unknown(c),
            _ => Observed::known(SpfTree { lookups: root.cost, voids: root.voids, root, gaps: walk.gaps }),
        })
    }
}

struct Walk<'a> {
    seen: &'a Answers<DnsQuestion>,
    ask: BTreeSet<DnsQuestion>,
    gaps: Vec<Cause>,
    branches: usize,
}
impl Walk<'_> {
    /// The record at `name` and all behind it. `term` is how it was come to.
    fn follow(&mut self, name: &DomainName, term: String, passes: bool, above: &mut Vec<DomainName>) -> Branch {
        self.branches += 1;
        // Being sent here was one look-up, but for the record the evaluation starts with.
        let cost = u32::from(!above.is_empty());
        let mut branch = Branch { passes, cost, ..Branch::new(term, Some(name.clone())) };
        if above.contains(name) {
            branch.state = BranchState::Loop;
            return branch;
        }
        let question = txt(name);
        if !self.seen.contains_key(&question) {
            self.ask.insert(question);
            return branch;
        }
        let mut records = match read(self.seen, name) {
            Ok(answer) => select(answer.texts()).0,
            Err(c) => {
                self.gaps.push(c.clone());
                branch.state = BranchState::Unread(c);
                return branch;
            }
        };
        if records.len() > 1 {
            branch.state = BranchState::Several;
            return branch;
        }
        let Some(record) = records.pop() else {
            branch.state = BranchState::NoRecord;
            return branch;
        };
        above.push(name.clone());
        self.children(&mut branch, &record, above);
        above.pop();
        branch.record = Some(record);
        branch
    }

    /// The terms of a record that ask the DNS, with what they cost.
    fn children(&mut self, branch: &mut Branch, record: &Record, above: &mut Vec<DomainName>) {
        for term in record.reached().filter(|t| t.costs()) {
            if self.branches >= MOST_BRANCHES {
                branch.state = BranchState::Cut;
                break;
            }
            let child = self.term(term, above);
            branch.cost += child.cost;
            branch.voids += child.voids;
            branch.children.push(child);
        }
    }

    fn term(&mut self, term: &Term, above: &mut Vec<DomainName>) -> Branch {
        let (target, passes): (Option<&DomainSpec>, bool) = match &term.kind {
            Kind::Directive(q, Mechanism::Include(d)) => (Some(d), *q == super::spf::Qualifier::Pass),
            Kind::Redirect(d) => (Some(d), true),
            _ => (None, false),
        };
        if let Some(name) = target.and_then(DomainSpec::fixed) {
            return self.follow(&name, term.text.clone(), passes, above);
        }
        self.branches += 1;
        let state = match target {
            None => self.leaf(term, above.last()),
            Some(d) if d.has_macros() => BranchState::DependsOnSender,
            Some(_) => BranchState::NoRecord,
        };
        let voids = u32::from(state == BranchState::Void);
        Branch { passes, cost: 1, voids, state, ..Branch::new(&term.text, None) }
    }

    /// What a term finds that leads to no further record.
    fn leaf(&mut self, term: &Term, here: Option<&DomainName>) -> BranchState {
        let Kind::Directive(_, mechanism) = &term.kind else { return BranchState::Leaf };
        let (spec, kinds) = match mechanism {
            Mechanism::A(spec, _) => (spec.as_ref(), &[RecordKind::A, RecordKind::Aaaa][..]),
            Mechanism::Mx(spec, _) => (spec.as_ref(), &[RecordKind::Mx][..]),
            Mechanism::Exists(spec) => (Some(spec), &[RecordKind::A][..]),
            // What stands behind the client's address is another thing for every client.
            _ => return BranchState::Leaf,
        };
        let name = match spec {
            None => here.cloned(),
            Some(d) if d.has_macros() => return BranchState::DependsOnSender,
            Some(d) => d.fixed(),
        };
        let Some(name) = name else { return BranchState::Void };
        let (mut found, mut missing) = (0, false);
        for kind in kinds {
            let question = DnsQuestion::new(name.clone(), *kind);
            match self.seen.get(&question).map(Observed::get) {
                None => {
                    self.ask.insert(question);
                    missing = true;
                }
                Some(Ok(answer)) => {
                    found += if matches!(answer.found, Found::Records(_)) { answer.all().len() } else { 0 };
                }
                Some(Err(Missing::Unknown(cause))) => {
                    self.gaps.push(cause.clone());
                    return BranchState::Unread(cause);
                }
                Some(Err(Missing::NotConfigured(_))) => return BranchState::Leaf,
            }
        }
        match (mechanism, found) {
            (_, 0) if !missing => BranchState::Void,
            (Mechanism::Mx(..), n) if n > NAME_LIMIT => BranchState::ManyServers,
            _ => BranchState::Leaf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;

    fn walk(zone: &str) -> (Observed<SpfTree>, usize, usize) {
        let zone = Zone::parse(zone).unwrap();
        Step::play(&SpfWalk { domain: DomainName::parse("acme.test").unwrap() }, |q| zone.answer(q))
    }
    fn tree(zone: &str) -> SpfTree {
        walk(zone).0.into_inner().unwrap()
    }

    #[test]
    fn a_level_is_asked_at_once_and_each_name_once() {
        let (tree, rounds, questions) = walk(
            "acme.test. TXT \"v=spf1 include:a.test include:b.test mx a:x.test ptr exists:%{i}.e.test ip4:1.2.3.4 -all\"
             a.test. TXT \"v=spf1 include:c.test ~all\"
             b.test. TXT \"v=spf1 include:c.test redirect=d.test\"
             c.test. TXT \"v=spf1 ip4:1.2.3.4 -all\"
             d.test. TXT \"v=spf1 a -all\"",
        );
        let tree = tree.into_inner().unwrap();
        // include a, include c, include b, include c, redirect d, a, mx, a:x, ptr, exists
        assert_eq!((tree.lookups, rounds, questions), (10, 4, 10));
        // Nothing stands at mx, a:x.test and the a of d.test.
        assert_eq!((tree.voids, tree.root.children[1].voids), (3, 1));
        assert_eq!(tree.root.children.iter().map(|c| c.cost).collect::<Vec<_>>(), [2, 4, 1, 1, 1, 1]);
    }

    #[test]
    fn terms_after_all_and_a_redirect_beside_all_cost_nothing() {
        assert_eq!(tree("acme.test. TXT \"v=spf1 mx -all include:a.test redirect=b.test\"").lookups, 1);
    }

    #[test]
    fn a_merged_record_leaves_out_what_ends_in_an_error() {
        let name = DomainName::parse("acme.test").unwrap();
        let lookup = SpfLookup { domain: name, return_paths: Vec::new() };
        let zone = Zone::parse(
            "acme.test. TXT \"v=spf1 include:a.example include:acme.test ~all\"\n\
             acme.test. TXT \"v=spf1 include:gone.example include:b.example -all\"\n\
             a.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n\
             b.example. TXT \"v=spf1 ip4:192.0.2.2 -all\"",
        )
        .unwrap();
        let (found, ..) = Step::play(&lookup, |q| zone.answer(q));
        let merged = found.into_inner().unwrap().merged.unwrap();
        assert_eq!(merged.record.text.as_str(), "v=spf1 include:a.example include:b.example ~all");
        let out: Vec<_> = merged.left_out.iter().map(crate::vocab::Shown::as_str).collect();
        assert_eq!((out.as_slice(), merged.lookups), (&["include:acme.test", "include:gone.example"][..], 2));
    }

    #[test]
    fn loops_are_cut() {
        let tree = tree(
            "acme.test. TXT \"v=spf1 include:a.test -all\"
             a.test. TXT \"v=spf1 redirect=acme.test\"",
        );
        assert_eq!(tree.lookups, 2);
        assert_eq!(tree.root.children[0].children[0].state, BranchState::Loop);
    }

    #[test]
    fn a_tree_that_grows_without_end_is_cut() {
        use std::fmt::Write as _;
        let mut zone = "acme.test. TXT \"v=spf1 include:n0.test -all\"\n".to_owned();
        for i in 0..20 {
            let (n, next) = (i, i + 1);
            writeln!(zone, "n{n}.test. TXT \"v=spf1 include:n{next}.test include:n{next}.test ~all\"").unwrap();
        }
        let tree = tree(&zone);
        assert!(tree.lookups > 100 && tree.lookups < 300, "{}", tree.lookups);
    }

    #[test]
    fn what_finds_nothing_for_anybody_is_void() {
        use BranchState::{DependsOnSender, Leaf, ManyServers, Void};
        let servers: Vec<String> = (0..11).map(|n| format!("many.test. MX {n} m{n}.test.")).collect();
        let servers = servers.join("\n");
        let tree = tree(&format!(
            "acme.test. TXT \"v=spf1 a:four.test a:six.test a:none.test mx:four.test mx:many.test exists:six.test exists:%{{i}}.x.test ptr -all\"
             four.test. A 192.0.2.1
             six.test. AAAA 2001:db8::1
             {servers}"
        ));
        let states: Vec<_> = tree.root.children.iter().map(|c| &c.state).collect();
        assert_eq!(states, [&Leaf, &Leaf, &Void, &Void, &ManyServers, &Void, &DependsOnSender, &Leaf]);
        assert_eq!((tree.voids, tree.lookups), (3, 8));
    }

    #[test]
    fn a_branch_that_failed_is_a_gap_and_the_rest_is_counted() {
        let tree = tree(
            "acme.test. TXT \"v=spf1 include:a.test include:b.test -all\"
             a.test. SERVFAIL
             b.test. TXT \"v=spf1 mx -all\"",
        );
        assert_eq!((tree.lookups, tree.gaps.as_slice()), (3, &[Cause::Servfail][..]));
        assert_eq!(walk("acme.test. TIMEOUT").0, Observed::unknown(Cause::Timeout));
    }

    #[test]
    fn what_stands_behind_a_name() {
        let tree = tree(
            "acme.test. TXT \"v=spf1 include:none.test include:two.test include:%{d}.x.test include:a..b.test -all\"
             two.test. TXT \"v=spf1 -all\"
             two.test. TXT \"v=spf1 mx -all\"",
        );
        let states: Vec<_> = tree.root.children.iter().map(|c| &c.state).collect();
        assert_eq!(
            states,
            [&BranchState::NoRecord, &BranchState::Several, &BranchState::DependsOnSender, &BranchState::NoRecord]
        );
        assert_eq!(tree.lookups, 4);
    }
}
