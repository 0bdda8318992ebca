//! `env.unused`
use super::{
    facts::{EnvSet, Production},
    names,
};
use crate::{
    providers, rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// A variable is set in production and nothing in the app mentions it.
    ///
    /// A name counts as used where any file of the app holds it, where a known provider or a package
    /// of package.json reads it by itself, and where the host sets it.
    ///
    /// # Why at launch
    /// A left-over secret is one more to leak and to rotate, and a misspelt name looks just like it.
    ///
    /// # Fix
    /// Delete it, correct its name, or list it under `ignore` of the `[[app]]` table.
    ///
    /// # References
    /// - The Twelve-Factor App, config: <https://12factor.net/config>
    ///
    /// ```pass
    /// source lib/a.ts
    /// use(process.env.ACME_MODE)
    /// production
    /// ACME_MODE=on
    /// SENTRY_ORG=acme
    /// ```
    /// ```fail
    /// source lib/a.ts
    /// use(process.env.ACME_MODE)
    /// production
    /// ACME_MODE=on
    /// OLD_ANALYTICS_ID=42
    /// ```
    "env.unused" on App, Low;
    fails "A variable is set and never used"; holds "Every variable that is set is used";
    fn check(set: &EnvSet, production: &Production) -> Verdict {
        if set.sources == 0 {
            return Verdict::not_applicable("no JavaScript or TypeScript source was found");
        }
        let mut faults = Vec::new();
        for e in &production.entries {
            // What the process has besides is not the app's.
            let Some(at) = e.at.clone().filter(|_| !is_used(&e.name, set)) else { continue };
            let fix = Fix::step(format!("Delete {} from {}, or add it to ignore in the [[app]] table", e.name, at.file));
            faults.push(Fault::new(&e.name, e.evidence(), fix).titled(format!("{} is set but never read", e.name)).at(at));
        }
        faults.into()
    }
}

fn is_used(name: &str, set: &EnvSet) -> bool {
    let shaped = name.len() > 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let put_together = || set.mentions.iter().any(|m| m.ends_with('_') && name.starts_with(m.as_str()));
    let first = name.split('_').next().unwrap_or_default().to_ascii_lowercase();
    let by_package = || first.len() > 2 && set.packages.iter().any(|p| p.contains(&first));
    !shaped
        || set.ignores(name)
        || set.mentions.contains(name)
        || set.reads.iter().any(|r| r.name == name)
        || set.required.iter().any(|(n, _)| n == name)
        || names::set_by_platform(name)
        || names::read_by_runtime(name)
        || providers::by_variable(name).is_some()
        || by_package()
        || put_together()
}
