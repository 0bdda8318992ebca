//! What could not be found out, one group a cause: a dead resolver is one line, not nine.

use super::{Unanswered, behind_text, target_text};
use crate::outcome::{Behind, Outcome, Unit};
use launchcheck_checks::vocab::{Cause, Severity, Shown};
use std::collections::BTreeMap;

/// Units that are unknown for the same reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Why not; empty where another finding explains it.
    pub causes: Vec<Cause>,
    /// The findings they stand behind.
    pub behind: Vec<Behind>,
    /// The units: rule id and target.
    pub units: Vec<(Shown, Shown)>,
    /// The worst severity among their rules.
    pub worst: Severity,
    /// The reason in words, with who did not answer where that is known.
    pub reason: Shown,
    /// What would help.
    pub hint: Option<Shown>,
}
impl Group {
    /// The rule ids with the number of targets each, in order.
    #[must_use]
    pub fn rules(&self) -> Vec<(&str, usize)> {
        let mut out: Vec<(&str, usize)> = Vec::new();
        for (rule, _) in &self.units {
            match out.last_mut() {
                Some((last, n)) if *last == rule.as_str() => *n += 1,
                _ => out.push((rule.as_str(), 1)),
            }
        }
        out
    }
}

/// Groups the unknown units, which come sorted by rule and target. The worst group is first; what
/// another finding explains is last.
#[must_use]
pub fn groups(units: &[Unit], unanswered: &[Unanswered], interrupted: bool) -> Vec<Group> {
    let mut by: BTreeMap<(Vec<Behind>, Vec<Cause>), Vec<&Unit>> = BTreeMap::new();
    for unit in units {
        if let Outcome::Unknown { causes, behind } = &unit.outcome {
            let (mut behind, mut causes) = (behind.clone(), causes.clone());
            behind.sort();
            behind.dedup();
            causes.sort();
            causes.dedup();
            // What explains a unit is enough to say; its causes follow from that.
            let causes = if behind.is_empty() { causes } else { Vec::new() };
            by.entry((behind, causes)).or_default().push(unit);
        }
    }
    let mut out: Vec<Group> = by
        .into_iter()
        .map(|((behind, causes), hidden)| {
            let front = named_front(&causes, &hidden, units, unanswered);
            let nowhere = front.is_some() && causes == [Cause::NoRoute];
            Group {
                worst: hidden.iter().map(|u| u.rule.severity).min().unwrap_or(Severity::Info),
                reason: if nowhere { NOWHERE.into() } else { reason(&causes, &behind, unanswered) },
                hint: match front {
                    Some(rule) => Some(format!("Mend {rule} first; it hides these.").into()),
                    // No deadline is long enough for somebody who presses Ctrl-C.
                    None if interrupted && causes == [Cause::Deadline] => Some("Run it to its end.".into()),
                    None => causes.first().and_then(|c| hint(c, unanswered)),
                },
                units: hidden.iter().map(|u| (u.rule.id.as_ref().into(), target_text(&u.target))).collect(),
                causes,
                behind,
            }
        })
        .collect();
    out.sort_by_key(|g| (!g.behind.is_empty(), g.worst));
    out
}

/// Said where it is the audited host that has no address, and not this machine that has no network.
const NOWHERE: &str = "the host cannot be reached";

/// The ends of the ids of rules that find what others are behind: walls, redirects, and faults of a
/// webhook's handler that keep every event from the rest of it.
const WALLS: &[&str] = &[
    ".walled",
    "-wall",
    ".redirected",
    "-redirect",
    ".http-registered",
    ".body-parsed",
    ".body-reserialised",
    ".edge-runtime-sync",
    ".secret-missing",
    ".secret-wrong",
    ".signed-refused",
];

/// What hides these and is itself a finding of one of their targets: a wall, or a host that cannot
/// be reached. It is mended there; neither the User-Agent nor this machine's network is to blame.
fn named_front<'a>(causes: &[Cause], hidden: &[&Unit], all: &'a [Unit], unanswered: &[Unanswered]) -> Option<&'a str> {
    let cause = causes.first()?;
    let ends: &[&str] = match cause {
        Cause::Wall(_) => WALLS,
        Cause::NoRoute | Cause::Refused | Cause::Parse(_) if unanswered.iter().all(|u| u.cause != *cause) => {
            &[".unreachable"]
        }
        _ => return None,
    };
    let open =
        |u: &&Unit| ends.iter().any(|end| u.rule.id.ends_with(end)) && !(u.open().is_empty() && u.waived.is_empty());
    let named = all.iter().filter(open).find(|w| hidden.iter().any(|u| u.target == w.target))?;
    Some(&named.rule.id)
}

fn reason(causes: &[Cause], behind: &[Behind], unanswered: &[Unanswered]) -> Shown {
    if !behind.is_empty() {
        let fronts: Vec<_> = behind.iter().map(|b| behind_text(b).to_string()).collect();
        return format!("waits for {}", fronts.join(", ")).into();
    }
    let each: Vec<String> = causes
        .iter()
        .map(|cause| {
            let mut whom: Vec<_> = unanswered.iter().filter(|u| u.cause == *cause).collect();
            // Who is silent most often is most likely the reason for the others.
            whom.sort_by_key(|u| std::cmp::Reverse(u.count));
            let whom: Vec<_> = whom.into_iter().map(|u| u.place.as_str()).collect();
            match whom.len() {
                0 => cause.to_string(),
                1..=3 => format!("{}: {cause}", whom.join(", ")),
                n => format!("{} and {} more: {cause}", whom[..2].join(", "), n - 2),
            }
        })
        .collect();
    if each.is_empty() { "no reason is known".into() } else { each.join("; ").into() }
}

/// What would help against a cause.
fn hint(cause: &Cause, unanswered: &[Unanswered]) -> Option<Shown> {
    let resolver = unanswered.iter().any(|u| u.cause == *cause && u.place.as_str().contains("resolver"));
    Some(match cause {
        Cause::Timeout | Cause::Refused if resolver => {
            "See that the resolver runs and this machine reaches it, or ask another: --resolver IP".into()
        }
        Cause::Timeout => "Run it again; a slow network may need --timeout 30s.".into(),
        Cause::Deadline => "Give it more time: --deadline 120s.".into(),
        Cause::Refused => "See that it runs and lets this machine in.".into(),
        Cause::NoRoute => "See whether this machine has a network, and IPv6 where the address is one.".into(),
        Cause::Servfail => "See the zone's name servers and DNSSEC; another resolver: --resolver IP.".into(),
        Cause::Auth => "Replace the key or the password; it was not accepted.".into(),
        Cause::Permission(p) => format!("Add the permission {p} to the restricted key.").into(),
        Cause::RateLimited => "Run it again later, or with more time: --deadline 120s.".into(),
        Cause::Wall(w) => format!("Let launchcheck's User-Agent or this address through {w}.").into(),
        Cause::Unset(v) => format!("Set it: {v}=… launchcheck audit").into(),
        Cause::Unreadable(p) => format!("Make {p} readable, or name another file.").into(),
        Cause::NotRecorded => "Record the run again.".into(),
        Cause::Partial(_) => "Run `launchcheck drift`, which takes the time it needs.".into(),
        Cause::Clock(_) => "Set this machine's clock, and run it again.".into(),
        Cause::Parse(_) | Cause::Untold(_) | Cause::TooLarge => return None,
    })
}
