//! `env.value-empty`
use super::facts::{EnvSet, Production, Without};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// A variable is set in production and holds nothing, or blanks.
    ///
    /// High where code uses it; medium where nothing was seen to read it; low where code only asks
    /// whether it is there.
    ///
    /// # Why at launch
    /// An empty value is worse than none: it hides the same name in a weaker file, and a default
    /// behind `??` is not taken for it, so the app runs with a key of no characters.
    ///
    /// # Fix
    /// Put the value there, or delete the line.
    ///
    /// # References
    /// - Next.js, load order: <https://nextjs.org/docs/app/guides/environment-variables#environment-variable-load-order>
    ///
    /// ```pass
    /// production
    /// APP_NAME=Acme
    /// ```
    /// ```fail
    /// source lib/mail.ts
    /// send(process.env.REPLY_TO ?? "hello@acme.test")
    /// production
    /// REPLY_TO=
    /// ```
    "env.value-empty" on App, High, stage Secret;
    fails "A variable is set to nothing"; holds "No variable is set to nothing";
    yields_to "env.required-missing";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let set = sets.first();
        let empty = production.entries.iter().filter(|e| e.shape.is_empty() && !set.is_some_and(|s| s.ignores(&e.name)));
        let judged = empty.map(|e| {
            let reads: Vec<_> = set.iter().flat_map(|s| s.reads_of(&e.name)).collect();
            let optional = set.is_some_and(|s| s.optional.contains(&e.name));
            let severity = if !reads.is_empty() && (optional || reads.iter().all(|r| r.without == Without::Asks)) {
                Severity::Low
            } else if reads.is_empty() && !e.shape.is_secret() {
                Severity::Medium
            } else {
                Severity::High
            };
            let fix = Fix::EnvVar { name: (&e.name).into(), value: "the production value, or delete the line".into() };
            let mut fault = Fault::new(&e.name, e.evidence(), fix).titled(format!("{} is set to nothing", e.name)).lowered(severity);
            fault.at.clone_from(&e.at);
            fault
        });
        judged.collect::<Vec<_>>().into()
    }
}
