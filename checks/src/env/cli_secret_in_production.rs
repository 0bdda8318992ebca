//! `env.cli-secret-in-production`
use super::{
    facts::{Entry, EnvSet, Production},
    names,
};
use crate::{
    providers::{Mode, Role},
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The webhook secret in production is the one of a developer's machine, such as `stripe listen`
    /// prints.
    ///
    /// A local file that otherwise holds production's own secrets is a copy of production and shows
    /// nothing. A blocker where the file is of development or holds test keys beside it; medium where
    /// nothing more is known of the file.
    ///
    /// # Why at launch
    /// The provider signs with the secret of the real endpoint, so every event is refused, and nobody
    /// who pays gets what was paid for.
    ///
    /// # Fix
    /// Copy the signing secret of the production endpoint from the provider's dashboard, in live mode.
    ///
    /// # References
    /// - Stripe, the two secrets: <https://docs.stripe.com/webhooks#test-webhook>
    ///
    /// ```pass
    /// local .env.local
    /// STRIPE_SECRET_KEY={{sk test}}
    /// STRIPE_WEBHOOK_SECRET={{whsec dev}}
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// STRIPE_WEBHOOK_SECRET={{whsec}}
    /// ```
    /// ```pass
    /// local .env.local
    /// STRIPE_SECRET_KEY={{sk live}}
    /// STRIPE_WEBHOOK_SECRET={{whsec}}
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// STRIPE_WEBHOOK_SECRET={{whsec}}
    /// ```
    /// ```fail
    /// local .env.local
    /// STRIPE_SECRET_KEY={{sk test}}
    /// STRIPE_WEBHOOK_SECRET={{whsec}}
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// STRIPE_WEBHOOK_SECRET={{whsec}}
    /// ```
    "env.cli-secret-in-production" on App, Blocker, stage Secret;
    fails "Production has the webhook secret of a developer's machine"; holds "Production has a webhook secret of its own";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let Some(set) = sets.first() else { return Verdict::Pass };
        let mut faults = Vec::new();
        for e in production.entries.iter().filter(|e| e.shape.role == Role::WebhookSecret && e.is_real() && !set.ignores(&e.name)) {
            let local = set.nearby.iter().filter(|l| l.equals(e)).filter_map(|l| Some((l, standing(l, e, set, production)?)));
            let Some((local, severity)) = local.min_by_key(|(_, s)| *s) else { continue };
            let fix = Fix::EnvVar { name: (&e.name).into(), value: "the signing secret of the production endpoint".into() };
            let fault = Fault::new(&e.name, e.evidence(), fix)
                .and_saw(local.evidence())
                .titled(format!("{} is that of a developer's machine", e.name))
                .lowered(severity);
            faults.push(Fault { at: e.at.clone(), ..fault });
        }
        faults.into()
    }
}

/// What a local file that holds the same secret says; nothing where it is a copy of production.
fn standing(local: &Entry, e: &Entry, set: &EnvSet, production: &Production) -> Option<Severity> {
    let file = &local.at.as_ref()?.file;
    if !names::is_of_development(file.as_str()) && !names::is_local_file(file.as_str()) {
        return None;
    }
    let beside =
        || set.nearby.iter().filter(|o| o.at.as_ref().is_some_and(|a| a.file == *file) && o.name != local.name);
    let copied = beside()
        .filter(|o| o.is_real() && o.shape.is_confidential())
        .any(|o| production.entries.iter().any(|p| p.equals(o)));
    let test = beside().any(|o| o.shape.mode == Mode::Test && o.shape.provider == e.shape.provider);
    match (test || names::is_of_development(file.as_str()), copied && !test) {
        (_, true) => None,
        (true, _) => Some(Severity::Blocker),
        _ => Some(Severity::Medium),
    }
}
