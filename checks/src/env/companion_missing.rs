//! `env.companion-missing`
use super::facts::{EnvSet, Production};
use crate::{
    providers, rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// Of variables that are of use together alone, production has some and lacks others.
    ///
    /// Medium where the code reads the one that lacks, or a package of the provider's is used; low where
    /// neither was seen.
    ///
    /// # Why at launch
    /// A token without its URL, a captcha with its public key alone: the provider is half set up and
    /// fails at the first call.
    ///
    /// # Fix
    /// Set the other one too, or take both away.
    ///
    /// # References
    /// - The provider's own page on its keys.
    ///
    /// ```pass
    /// production
    /// UPSTASH_REDIS_REST_URL=https://a1.upstash.io
    /// UPSTASH_REDIS_REST_TOKEN=AYNgASQgf3a9c1d05b77e2468ace
    /// ```
    /// ```fail
    /// production
    /// UPSTASH_REDIS_REST_URL=https://a1.upstash.io
    /// ```
    "env.companion-missing" on App, Medium, stage Secret;
    fails "A variable lacks its companion"; holds "Every variable has its companions";
    yields_to "env.required-missing", "env.value-empty";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let set = |name: &&str| production.get(name).is_some_and(|e| !e.shape.is_empty());
        let mut faults = Vec::new();
        for provider in providers::ALL {
            for group in provider.env.iter().flat_map(|e| e.together) {
                let Some(there) = group.iter().find_map(|member| member.iter().copied().find(|n| set(n))) else { continue };
                for member in group.iter().filter(|m| !m.iter().any(set)) {
                    let read = member.iter().copied().find(|n| sets.iter().any(|s| s.reads_of(n).next().is_some()));
                    let name = read.unwrap_or(member[0]);
                    if sets.iter().any(|s| member.iter().any(|n| s.ignores(n)) || s.ignores(there)) {
                        continue;
                    }
                    let used = read.is_some() || sets.iter().any(|s| providers::by_packages(&s.packages).any(|p| p.id == provider.id));
                    let fix = Fix::EnvVar { name: name.into(), value: format!("the production value from {}", provider.name).into() };
                    let evidence = production.get(there).map_or_else(|| there.into(), super::facts::Entry::evidence);
                    let fault = Fault::new(name, evidence, fix)
                        .and_saw(format!("{name} is not set in {}", production.named()))
                        .titled(format!("{there} is set without {name}"))
                        .lowered(if used { Severity::Medium } else { Severity::Low });
                    faults.push(Fault { at: production.get(there).and_then(|e| e.at.clone()), ..fault });
                }
            }
        }
        faults.into()
    }
}
