//! What the rules about webhook handlers share.

use super::facts::{Handler, Hooks};
use crate::{
    providers,
    vocab::{Fault, Part, Verdict},
};

/// Judges each handler; without one there is nothing to judge.
pub(super) fn each(hooks: &Part<'_, Hooks>, judge: impl FnMut(&Handler) -> Option<Fault>) -> Verdict {
    let all: Vec<&Handler> = hooks.iter().flat_map(|h| &h.handlers).collect();
    if all.is_empty() {
        return Verdict::not_applicable("no webhook handler was found in the source");
    }
    all.into_iter().filter_map(judge).collect::<Vec<_>>().into()
}
/// The sender's name for people.
pub(super) fn sender(h: &Handler) -> &'static str {
    let found = providers::ALL.iter().find(|p| Some(p.id) == h.provider);
    found.map_or("the sender", |p| p.name)
}
/// The lines that verify a request of this sender's.
pub(super) fn verification(h: &Handler) -> Vec<&'static str> {
    match h.provider {
        Some("stripe") => vec![
            "const body = await req.text();",
            "const event = await stripe.webhooks.constructEventAsync(body, req.headers.get(\"stripe-signature\"), process.env.STRIPE_WEBHOOK_SECRET);",
        ],
        Some("paddle") => vec![
            "const body = await req.text();",
            "const event = await paddle.webhooks.unmarshal(body, process.env.PADDLE_WEBHOOK_SECRET, req.headers.get(\"paddle-signature\"));",
        ],
        Some("clerk") => vec!["const event = await verifyWebhook(req); // from @clerk/nextjs/webhooks"],
        Some("lemonsqueezy") => vec![
            "const body = await req.text();",
            "const digest = createHmac(\"sha256\", process.env.LEMONSQUEEZY_WEBHOOK_SECRET).update(body).digest();",
            "const sent = Buffer.from(req.headers.get(\"x-signature\") ?? \"\", \"hex\");",
            "if (sent.length !== digest.length || !timingSafeEqual(sent, digest)) return new Response(null, { status: 401 });",
        ],
        _ => vec![
            "const body = await req.text();",
            "// verify the sender's signature over body, and answer 401 where it is wrong",
        ],
    }
}
