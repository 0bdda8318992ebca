//! `env.required-missing`
use super::{
    facts::{Entry, EnvSet, Production, Without},
    names,
};
use crate::{
    providers, rule,
    vocab::{Evidence, Fault, Fix, Part, Place, Severity, Verdict},
};
use std::collections::BTreeSet;

rule! {
    /// A variable that the app needs is not set in production.
    ///
    /// A blocker where `[[app]] required` lists it, or where the code reads it without a default and
    /// nothing of its provider works without it. Medium where the example file names it, low where
    /// only code reads it. What has a default, or is only asked for, is healthy.
    ///
    /// # Why at launch
    /// The app starts and fails at the first customer: a payment page without its key, a webhook
    /// that refuses every event, a sign-in that goes nowhere.
    ///
    /// # Fix
    /// Set it in the host's settings for production and deploy again; variables are read at start
    /// or at build time.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/guides/environment-variables>
    /// - The provider's own page, where the variable belongs to one.
    ///
    /// ```pass
    /// source lib/stripe.ts
    /// new Stripe(process.env.STRIPE_SECRET_KEY!)
    /// const level = process.env.LOG_LEVEL ?? "info"
    /// example
    /// LOG_LEVEL=
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    /// ```fail
    /// source lib/stripe.ts
    /// new Stripe(process.env.STRIPE_SECRET_KEY!)
    /// production
    /// APP_NAME=Acme
    /// ```
    /// ```fail
    /// required
    /// ACME_SIGNING_KEY
    /// production
    /// APP_NAME=Acme
    /// ```
    "env.required-missing" on App, Blocker, stage Secret;
    fails "A variable that the app needs is not set"; holds "Every variable that the app needs is set";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let Some(set) = sets.first() else { return Verdict::Pass };
        let names: BTreeSet<&str> = (set.required.iter().map(|(n, _)| n.as_str()))
            .chain(set.reads.iter().map(|r| r.name.as_str()))
            .chain(set.example.iter().map(|e| e.name.as_str()))
            .filter(|n| !set.ignores(n) && !names::set_by_platform(n))
            .collect();
        names.into_iter().filter_map(|n| judge(n, set, production)).collect::<Vec<_>>().into()
    }
}

fn judge(name: &str, set: &EnvSet, production: &Production) -> Option<Fault> {
    let there = production.get(name);
    if there.is_some_and(|e| !e.shape.is_empty()) {
        return None;
    }
    let required = set.required.iter().find(|(n, _)| n == name);
    let owner = providers::by_variable(name);
    let essential = owner.is_some_and(|(_, v)| v.essential);
    let needs = |r: &&super::facts::Read| match r.without {
        Without::Undefined => true,
        // `|| ""` gives a key of no characters, with which a signature check may pass.
        Without::Empty => essential,
        Without::Default | Without::Asks => false,
    };
    let asked = set.reads_of(name).any(|r| r.without == Without::Asks) || set.optional.contains(name);
    let read = set.reads_of(name).filter(|r| !r.tooling).find(needs).filter(|_| !asked);
    let example = set.in_example(name);
    let severity = match (required, read, example) {
        (Some(_), ..) => Severity::Blocker,
        (_, Some(_), _) if essential => Severity::Blocker,
        // An empty value of a variable that nothing hangs on is the affair of `env.value-empty`.
        _ if there.is_some() => return None,
        (_, Some(_), Some(_)) => Severity::Medium,
        (_, Some(_), None) => Severity::Low,
        (_, None, Some(_)) if set.reads_of(name).next().is_none() && !set.optional.contains(name) => Severity::Medium,
        _ => return None,
    };
    let (why, at) = reason(read.map(|r| &r.at), required, example);
    let state = if there.is_some() { "empty" } else { "not set" };
    let mut fault = Fault::new(name, why, Fix::EnvVar { name: name.into(), value: what_to_put(owner).into() })
        .and_saw(format!("{name} is {state} in {}", production.named()))
        .titled(if read.is_some() { format!("{name} is read but {state}") } else { format!("{name} is {state}") })
        .lowered(severity);
    fault.at = there.and_then(|e| e.at.clone()).or(at);
    Some(fault)
}

/// Who says that it is needed, best witness first.
fn reason(
    read: Option<&Place>,
    required: Option<&(String, Option<Place>)>,
    example: Option<&Entry>,
) -> (Evidence, Option<Place>) {
    if let Some(at) = read {
        return (Evidence::Place(at.clone(), "read here without a default".into()), Some(at.clone()));
    }
    if let Some((_, at)) = required {
        let text = "[[app]] required lists it";
        return (at.as_ref().map_or_else(|| text.into(), |p| Evidence::Place(p.clone(), text.into())), at.clone());
    }
    let at = example.and_then(|e| e.at.clone());
    (
        at.clone().map_or_else(
            || "the example file names it".into(),
            |p| Evidence::Place(p, "the example file names it".into()),
        ),
        at,
    )
}

fn what_to_put(owner: Option<(&providers::Provider, &providers::Var)>) -> String {
    match owner {
        Some((p, v)) if v.role == providers::Role::WebhookSecret => {
            format!("the signing secret that {} shows for the production endpoint", p.name)
        }
        Some((p, _)) => format!("the production value from {}", p.name),
        None => "the production value".to_owned(),
    }
}
