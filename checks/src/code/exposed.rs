//! What the rules about secrets in browsers share.

use super::facts::{Exposure, Into, Leak};
use crate::vocab::{Evidence, Fault, Fix, Part, Severity, Verdict};
use std::collections::BTreeMap;

/// A fault for each secret and file, with the places as evidence.
pub(super) fn faults(exposure: &Part<'_, Exposure>, into: Into) -> Verdict {
    let mut by: BTreeMap<(&str, &str), Vec<&Leak>> = BTreeMap::new();
    for leak in exposure.iter().flat_map(|e| &e.leaks).filter(|l| l.into == into) {
        by.entry((leak.at.file.as_str(), leak.name.as_str())).or_default().push(leak);
    }
    by.into_iter().filter_map(|((file, name), leaks)| fault(file, name, &leaks)).collect::<Vec<_>>().into()
}
fn fault(file: &str, name: &str, leaks: &[&Leak]) -> Option<Fault> {
    let first = leaks.first()?;
    let what = if first.literal { format!("a key that begins {name}") } else { name.to_owned() };
    let fix = Fix::steps([
        format!("Take {what} out of {file}: use it in a server action or a route, and hand over the result"),
        "Make a new key at the provider: this one was given to everybody who opened the page".to_owned(),
    ]);
    let saw = |l: &Leak| Evidence::Place(l.at.clone(), format!("{what}: {}", l.way).into());
    let mut fault = Fault::new(format!("{file} {name}"), saw(first), fix).at(first.at.clone());
    for l in leaks.iter().skip(1).take(4) {
        fault = fault.and_saw(saw(l));
    }
    // A key of a sandbox moves no money.
    Some(if first.literal && name.contains("test") { fault.lowered(Severity::Medium) } else { fault })
}
