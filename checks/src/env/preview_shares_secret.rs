//! `env.preview-shares-secret`
use super::facts::{EnvSet, Preview, Production};
use crate::{
    providers::Mode,
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// Previews have the same secret or the same database as production.
    ///
    /// Digests suffice: hosts that keep values to themselves (Fly.io) are compared too. Medium for a
    /// database and for secrets of the app's own (sessions, webhooks); low for a provider's key that does
    /// not say whether it is live.
    ///
    /// # Why at launch
    /// A branch that anybody pushes runs a migration on the customers' data, signs sessions that
    /// production believes, and mails real people.
    ///
    /// # Fix
    /// Give previews a database and secrets of their own.
    ///
    /// # References
    /// - Vercel, environments: <https://vercel.com/docs/deployments/environments>
    ///
    /// ```pass
    /// preview
    /// DATABASE_URL=postgres://app:k3x9q1@preview.db.acme.example/app
    /// production
    /// DATABASE_URL=postgres://app:z8w2v7@db.acme.example/app
    /// ```
    /// ```fail
    /// preview
    /// DATABASE_URL=postgres://app:z8w2v7@db.acme.example/app
    /// production
    /// DATABASE_URL=postgres://app:z8w2v7@db.acme.example/app
    /// ```
    "env.preview-shares-secret" on App, Medium, stage Secret;
    fails "Previews share a secret with production"; holds "Previews share no secret with production";
    yields_to "env.live-key-outside-production";
    fn check(sets: Part<'_, EnvSet>, production: &Production, preview: &Preview) -> Verdict {
        let mut faults = Vec::new();
        for e in production.entries.iter().filter(|e| e.is_real() && e.shape.is_confidential() && e.shape.mode != Mode::Test) {
            let Some(there) = preview.set.get(&e.name).filter(|p| p.equals(e)) else { continue };
            if sets.iter().any(|s| s.ignores(&e.name)) {
                continue;
            }
            let own = crate::providers::by_variable(&e.name).is_none_or(|(p, v)| {
                v.role == crate::providers::Role::WebhookSecret || matches!(p.id, "prisma" | "authjs" | "better-auth")
            });
            let fix = Fix::EnvVar { name: (&e.name).into(), value: "in the preview environment: a value of its own".into() };
            let fault = Fault::new(&e.name, e.evidence(), fix)
                .and_saw(there.evidence())
                .titled(format!("{} is the same in preview and production", e.name))
                .lowered(if own { Severity::Medium } else { Severity::Low });
            faults.push(Fault { at: there.at.clone(), ..fault });
        }
        faults.into()
    }
}
