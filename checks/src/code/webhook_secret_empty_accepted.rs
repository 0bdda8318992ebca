//! `code.webhook-secret-empty-accepted`
use super::{
    facts::{Handler, Hooks, SecretMade, Unfollowed, Verify, VerifyKind},
    handlers,
};
use crate::{
    env::facts::Production,
    providers::{self, EmptySecret},
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The secret of a webhook is empty or missing in production, and the code verifies with it all the same.
    ///
    /// stripe-node below 22 and Paddle's SDK take an empty secret, and so does an HMAC: whoever signs with
    /// the empty key is believed. In a template a variable that is not set becomes the word `undefined`,
    /// which is a key like any other. Where production is not known, it is a medium for code that would.
    ///
    /// # Why at launch
    /// A forged event passes the check, and nothing in the logs shows it.
    ///
    /// # Fix
    /// Set the secret in production, and stop where it is empty: `if (!secret) throw …`.
    ///
    /// # References
    /// - Stripe: <https://github.com/stripe/stripe-node/releases>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   let event;
    ///   try {
    ///     event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   } catch {
    ///     return new Response(null, { status: 400 });
    ///   }
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// production
    /// STRIPE_WEBHOOK_SECRET={{whsec live}}
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// const secret = process.env.STRIPE_WEBHOOK_SECRET || "";
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), secret);
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// file package.json
    /// { "dependencies": { "stripe": "^18.0.0" } }
    /// production
    /// STRIPE_WEBHOOK_SECRET=
    /// ```
    "code.webhook-secret-empty-accepted" on App, Blocker, stage Secret;
    fails "A webhook handler accepts an empty secret"; holds "No webhook handler accepts an empty secret";
    fn check(hooks: Part<'_, Hooks>, _left: Part<'_, Unfollowed>, production: Option<&Production>) -> Verdict {
        let Some(all) = hooks.first() else { return Verdict::Pass };
        handlers::each(&hooks, |h| judge(h, all, production))
    }
}

fn judge(h: &Handler, all: &Hooks, production: Option<&Production>) -> Option<Fault> {
    let v = h.verify.as_ref().filter(|v| !v.secret.is_empty())?;
    let fallback = matches!(v.made, SecretMade::EmptyFallback | SecretMade::Template);
    if !(fallback || v.made == SecretMade::Plain) || !accepts(v, all) {
        return None;
    }
    let empty = |p: &Production, name: &String| match p.get(name) {
        Some(e) => e.shape.is_empty(),
        // What is not set reaches the check as nothing, which it refuses, but for a fallback.
        None => fallback,
    };
    let seen = production.map(|p| v.secret.iter().all(|n| empty(p, n)));
    let name = v.secret.first()?;
    let as_what = if v.made == SecretMade::Template { "the word undefined" } else { "an empty secret" };
    let state = match seen {
        Some(false) => return None,
        None if !fallback => return None,
        Some(true) => format!("{name} is empty or not set in {}", production?.named()),
        None => format!("where {name} is not set, it goes on with {as_what}"),
    };
    let fix = Fix::steps([
        format!("Set {name} in production to the signing secret that {} shows for the endpoint", handlers::sender(h)),
        format!("In {}: if (!process.env.{name}) throw new Error(\"{name} is not set\")", v.at.file),
    ]);
    let saw = format!("{} takes {as_what}", v.call);
    let fault = Fault::new(&h.file, Evidence::Place(v.at.clone(), saw.into()), fix).and_saw(state).at(v.at.clone());
    Some(if seen.is_some() { fault } else { fault.lowered(Severity::Medium) })
}

/// Whether the check takes an empty key.
fn accepts(v: &Verify, all: &Hooks) -> bool {
    let sdk = |id: &str| providers::ALL.iter().find(|p| p.id == id).and_then(|p| p.sdk.as_ref());
    let of = |id: &str| {
        let Some(sdk) = sdk(id) else { return false };
        let version = sdk.packages.iter().find_map(|p| all.versions.get(*p));
        match sdk.empty_secret {
            EmptySecret::Accepted => true,
            EmptySecret::AcceptedBelow(major) => version.and_then(|v| first_number(v)).is_some_and(|v| v < major),
            EmptySecret::Refused | EmptySecret::Unknown => false,
        }
    };
    match v.kind {
        // The word `undefined` is a key like any other for every version.
        VerifyKind::Stripe | VerifyKind::StripeAsync | VerifyKind::Hmac if v.made == SecretMade::Template => true,
        VerifyKind::Stripe | VerifyKind::StripeAsync => of("stripe"),
        VerifyKind::Paddle => of("paddle"),
        VerifyKind::Hmac => true,
        VerifyKind::Svix | VerifyKind::Subtle | VerifyKind::Shared | VerifyKind::Sdk => false,
    }
}
fn first_number(version: &str) -> Option<u32> {
    version.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').next()?.parse().ok()
}
