//! `code.secret-in-source`
use crate::{
    env::at_rest::{AtRest, KeyAt},
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Shown, Verdict},
    web::leaks::Worth,
};
use std::collections::BTreeMap;

rule! {
    /// A provider's secret key stands in a file that git tracks.
    ///
    /// Keys are told by their provider's prefix and by looking drawn at random; none is ever sent
    /// anywhere to be tried. Low for keys of test mode, and in tests, samples and texts for people, where
    /// most are made up.
    ///
    /// # Why at launch
    /// Whoever can read the repository can act as the company, and keys are the first thing that is
    /// looked for when one becomes public.
    ///
    /// # Fix
    /// Read it from a variable, make a new one at the provider, and revoke this one.
    ///
    /// # References
    /// - CWE-798, hard-coded credentials: <https://cwe.mitre.org/data/definitions/798.html>
    ///
    /// ```pass
    /// tracked src/pay.ts
    /// const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!)
    /// const shown = "sk_live_..."
    /// const page = "{{pk live}}"
    /// ```
    /// ```fail
    /// tracked src/pay.ts
    /// const stripe = new Stripe("{{sk live}}")
    /// ```
    "code.secret-in-source" on App, Medium, stage Secret;
    fails "A secret key stands in the source"; holds "No secret key stands in the source";
    yields_to "env.exposed-secret-in-use";
    fn check(rest: Part<'_, AtRest>) -> Verdict {
        if let Some(why) = rest.iter().find_map(|r| r.absent) {
            return Verdict::not_applicable(why);
        }
        let mut told: BTreeMap<&Shown, Vec<&KeyAt>> = BTreeMap::new();
        for key in rest.iter().flat_map(|r| &r.keys) {
            told.entry(&key.leak.masked).or_default().push(key);
        }
        told.into_iter().map(|(masked, keys)| fault(masked, &keys)).collect::<Vec<_>>().into()
    }
}

fn fault(masked: &Shown, keys: &[&KeyAt]) -> Fault {
    let first = keys.iter().min_by_key(|k| (k.aside, &k.at)).unwrap_or(&keys[0]);
    let fix = Fix::steps([
        format!("Make a new key in the place of {masked} at its provider, and revoke this one"),
        "Read it from an environment variable".to_owned(),
    ]);
    let saw = |k: &&KeyAt| Evidence::Place(k.at.clone(), format!("{} ({masked})", k.leak.what).into());
    let mut fault =
        Fault::new(masked, saw(first), fix).titled(format!("{} stands in {}", first.leak.what, first.at.file));
    fault.saw.extend(keys.iter().filter(|k| k.at != first.at).take(4).map(saw));
    fault.at = Some(first.at.clone());
    let mild = keys.iter().all(|k| k.aside || k.leak.worth == Worth::TestSecret);
    if mild { fault.lowered(Severity::Low) } else { fault }
}
