//! `env.exposed-secret-in-use`
use super::{
    at_rest::{AtRest, History},
    facts::{Entry, EnvSet, Production},
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Place, Shown, Verdict},
    web::{leaks::Worth, surface::Bundle},
};
use std::collections::BTreeMap;

rule! {
    /// A secret that production runs with lies open: in what browsers load, in a file that git tracks,
    /// or in its history.
    ///
    /// Values are compared by a keyed digest that lives in memory alone.
    ///
    /// # Why at launch
    /// Whoever opens the page or has a copy of the repository has the key: former staff, contractors, the
    /// machines of CI, and everybody once the repository is made public. Deleting it from the files
    /// changes nothing, since it still works.
    ///
    /// # Fix
    /// Make a new one at the provider, set it in production, and revoke the old one. Cleaning the history
    /// comes second.
    ///
    /// # References
    /// - CWE-798, hard-coded credentials: <https://cwe.mitre.org/data/definitions/798.html>
    ///
    /// ```pass
    /// tracked src/pay.ts
    /// const key = "{{sk test}}"
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    /// ```fail
    /// tracked src/pay.ts
    /// const key = "{{sk live}}"
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    /// ```fail
    /// history .env
    /// STRIPE_SECRET_KEY={{sk live}}
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    "env.exposed-secret-in-use" on App, Blocker, stage Secret;
    fails "A secret in use lies open"; holds "No secret in use lies open";
    fn check(sets: Part<'_, EnvSet>, production: &Production, files: Part<'_, AtRest>, history: Part<'_, History>, bundles: Part<'_, Bundle>) -> Verdict {
        let absent = files.iter().find_map(|f| f.absent);
        if let Some(why) = absent.filter(|_| bundles.iter().next().is_none()) {
            return Verdict::not_applicable(why);
        }
        let mut faults = BTreeMap::new();
        let mut put = |subject: Shown, what: String, saw: Vec<Evidence>, at: Option<Place>| {
            let fix = Fix::steps([
                format!("Make a new value of {what} at its provider and set it in production"),
                "Revoke the old one: it works until then".to_owned(),
                "Take it out of the place that is named".to_owned(),
            ]);
            let mut fault = Fault::here("", fix).titled(format!("{what} lies open and is in use"));
            fault.subject = subject.clone();
            fault.saw = saw;
            fault.at = at;
            faults.entry(subject).or_insert(fault);
        };
        // A tracked dotenv file is one cause, however many secrets it holds.
        for file in files.iter().flat_map(|f| &f.env_files) {
            let used = |e: &&Entry| production.entries.iter().any(|p| p.name == e.name && p.equals(e)) && !sets.iter().any(|s| s.ignores(&e.name));
            let all: Vec<&Entry> = file.secrets().filter(used).collect();
            if let Some(first) = all.first() {
                let names: Vec<&str> = all.iter().map(|e| e.name.as_str()).collect();
                let saw = all.iter().take(5).map(|e| e.evidence()).chain([format!("git tracks {}", file.file).into()]);
                put(file.file.clone(), names.join(", "), saw.collect(), first.at.clone());
            }
        }
        let entries = || production.entries.iter().filter(|e| e.is_real() && e.shape.is_confidential() && e.shape.digest.is_some());
        for e in entries().filter(|e| !sets.iter().any(|s| s.ignores(&e.name))) {
            let subject: Shown = if e.shape.masked.as_str().contains('…') { e.shape.masked.clone() } else { (&e.name).into() };
            let same = |digest| e.shape.digest == Some(digest);
            if let Some((url, leak)) = bundles.iter().flat_map(|b| &b.leaks).find(|(_, l)| same(l.digest) && matches!(l.worth, Worth::Secret | Worth::TestSecret)) {
                // As the finding about the page alone names it, which gives way to this one.
                let saw = vec![e.evidence(), format!("{} in {url}", leak.masked).into()];
                put(leak.masked.clone(), e.name.clone(), saw, e.at.clone());
                continue;
            }
            let key = files.iter().flat_map(|f| &f.keys).find(|k| same(k.leak.digest)).map(|k| &k.at);
            let value = || files.iter().flat_map(|f| &f.values).find(|(n, _)| *n == e.name).map(|(_, at)| at);
            if let Some(at) = key.or_else(value) {
                let found = Evidence::Place(at.clone(), format!("the same value, in a file that git tracks ({})", e.shape.masked).into());
                put(subject, e.name.clone(), vec![e.evidence(), found], Some(at.clone()));
                continue;
            }
            let tracked = files.iter().flat_map(|f| &f.env_files).flat_map(|f| &f.entries).any(|o| o.equals(e));
            let key = history.iter().flat_map(|h| &h.keys).find(|k| same(k.leak.digest)).map(|k| &k.then);
            let value = || history.iter().flat_map(|h| &h.values).find(|(n, _)| *n == e.name).map(|(_, t)| t);
            if let Some(then) = key.or_else(value).filter(|_| !tracked) {
                let found = format!("commit {} added the same value to {}", then.commit, then.file);
                put(subject, e.name.clone(), vec![e.evidence(), found.into()], e.at.clone());
            }
        }
        faults.into_values().collect::<Vec<_>>().into()
    }
}
