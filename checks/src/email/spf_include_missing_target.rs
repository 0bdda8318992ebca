//! `email.spf-include-missing-target`
use super::facts::{BranchState, SpfTree};
use super::includes;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Shown, Verdict},
};

rule! {
    /// An include or a redirect leads to a name that does not have exactly one SPF record.
    ///
    /// # Why at launch
    /// A receiver that comes to it ends the whole check with an error, for the mail of every sender
    /// that stands behind it in the record.
    ///
    /// # Fix
    /// Correct the name, or take the include out.
    ///
    /// # References
    /// RFC 7208, sections 5.2 and 6.1
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 include:_spf.example.com -all"
    /// _spf.example.com. TXT "v=spf1 ip4:203.0.113.0/24 ~all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 include:spf.exmaple.com -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 redirect=_spf.example.com"
    /// _spf.example.com. TXT "v=spf1 -all"
    /// _spf.example.com. TXT "v=spf1 ~all"
    /// ```
    "email.spf-include-missing-target" on Mail, High, stage Email;
    fails "An SPF include leads to no SPF record"; holds "Every SPF include leads to a record";
    fn check(tree: Part<'_, SpfTree>) -> Verdict {
        let Some(tree) = tree.first() else { return Verdict::Pass };
        let mut faults = Vec::<Fault>::new();
        for branch in tree.root.all().into_iter().skip(1) {
            let (title, saw) = match branch.state {
                BranchState::NoRecord => ("leads to no SPF record", "has no SPF record"),
                BranchState::Several => ("leads to more than one SPF record", "has more than one SPF record"),
                _ => continue,
            };
            let name = branch.name.as_ref().map_or_else(|| branch.term.to_string(), ToString::to_string);
            let whose = branch.name.as_ref().and_then(includes::owner).map(|(who, needed)| match needed {
                Some(include) => format!("{who} is included as include:{include}"),
                None => format!("{who} needs no include at the domain itself"),
            });
            let steps = whose.into_iter().chain(glued(&branch.term)).chain([format!(
                "Correct {} in the record it stands in, or take it out if that service no longer sends",
                branch.term
            )]);
            let fault = Fault::new(&name, format!("{name} {saw}"), Fix::steps(steps)).titled(format!("{} {title}", branch.term));
            if !faults.iter().any(|f| f.subject.as_str() == name) {
                faults.push(fault);
            }
        }
        faults.into()
    }
}

/// Where two strings were joined without a blank, `all` hangs on the name in front of it.
fn glued(term: &Shown) -> Option<String> {
    let (head, all) =
        ["-all", "~all", "?all", "+all"].iter().find_map(|all| Some((term.as_str().strip_suffix(all)?, all)))?;
    Some(format!("Put a blank between {head} and {all}: strings of one record are joined without any"))
}
