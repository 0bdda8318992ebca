//! `env.secret-public`
use super::{
    facts::{Entry, EnvSet, Production},
    names,
    shape::{Kind, behind_public_prefix},
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Place, Severity, Shown, Verdict},
};
use std::collections::BTreeMap;

rule! {
    /// A secret goes by a name that build tools copy into the browser's code, such as `NEXT_PUBLIC_…`.
    ///
    /// A blocker where the value in production is a secret, whatever it is called; medium where only
    /// the name says so.
    ///
    /// # Why at launch
    /// Whoever opens the page can read it. A payment key of that kind moves money; a service role
    /// key reads and deletes every row.
    ///
    /// # Fix
    /// Rename it without the prefix, read it in server code only, and replace the key at the
    /// provider: the old one has to be taken for known.
    ///
    /// # References
    /// - Next.js, bundling for the browser: <https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser>
    /// - Vite: <https://vite.dev/guide/env-and-mode>
    ///
    /// ```pass
    /// source app/page.tsx
    /// load(process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY)
    /// production
    /// NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY={{pk live}}
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    /// ```fail
    /// production
    /// NEXT_PUBLIC_PAYMENTS={{sk live}}
    /// ```
    /// ```fail
    /// source app/page.tsx
    /// load(process.env.NEXT_PUBLIC_OPENAI_API_KEY)
    /// ```
    "env.secret-public" on App, Blocker;
    fails "A secret has a public name"; holds "No secret has a public name";
    fn check(sets: Part<'_, EnvSet>, production: Option<&Production>) -> Verdict {
        let mut faults: BTreeMap<&str, Fault> = BTreeMap::new();
        let ignored = |n: &str| sets.iter().any(|s| s.ignores(n));
        for e in production.iter().flat_map(|p| &p.entries) {
            let Some(rest) = behind_public_prefix(&e.name).filter(|_| !ignored(&e.name)) else { continue };
            if let Some(what) = &e.shape.secret {
                let mut fault = by_value(e, rest, what);
                let twin = |o: &&Entry| o.name != e.name && o.equals(e);
                if let Some(twin) = production.iter().flat_map(|p| &p.entries).find(twin) {
                    fault = fault.and_saw(format!("same as {}", twin.name));
                }
                faults.insert(&e.name, fault);
            } else if suspicious(&e.name) && !harmless(e) {
                faults.insert(&e.name, by_name(&e.name, rest, e.evidence(), e.at.clone()));
            }
        }
        let named = sets.iter().flat_map(|s| {
            let reads = s.reads.iter().map(|r| (&r.name, Some(&r.at), "read here"));
            reads.chain(s.example.iter().map(|e| (&e.name, e.at.as_ref(), "the example file names it")))
        });
        for (name, at, text) in named {
            let known = production.is_some_and(|p| p.get(name).is_some());
            let Some(rest) = behind_public_prefix(name).filter(|_| suspicious(name) && !known && !ignored(name)) else { continue };
            let saw = at.map_or_else(|| text.into(), |p| Evidence::Place(p.clone(), text.into()));
            faults.entry(name).or_insert_with(|| by_name(name, rest, saw, at.cloned()));
        }
        if faults.is_empty() && production.is_none() {
            return Verdict::not_applicable("no name gives a secret away; values were not judged, since no production source is named");
        }
        faults.into_values().collect::<Vec<_>>().into()
    }
}

fn suspicious(name: &str) -> bool {
    crate::providers::by_variable(name).is_none() && behind_public_prefix(name).is_some_and(names::sounds_secret)
}
/// Values that no secret has.
fn harmless(e: &Entry) -> bool {
    e.shape.is_empty() || matches!(e.shape.kind, Kind::Flag | Kind::Url { .. } | Kind::Key | Kind::Placeholder(_))
}
fn fix(rest: &str) -> Fix {
    Fix::steps([
        format!("Rename it to {rest} and read it in server code only"),
        "Make a new key at the provider and delete this one: it has to be taken for known".to_owned(),
    ])
}
fn by_value(e: &Entry, rest: &str, what: &Shown) -> Fault {
    let mut fault = Fault::new(&e.name, e.evidence(), fix(rest)).and_saw(format!("the value is {what}"));
    fault.at.clone_from(&e.at);
    fault.titled(format!("{} puts a secret into the browser", e.name))
}
fn by_name(name: &str, rest: &str, saw: Evidence, at: Option<Place>) -> Fault {
    let mut fault = Fault::new(name, saw, fix(rest)).lowered(Severity::Medium);
    fault.at = at;
    fault.titled(format!("{name} is called a secret and is public"))
}
