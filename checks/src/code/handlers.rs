//! What the rules about webhook handlers share.

use super::facts::{Handler, Hooks, StyleOf};
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
/// The lines that take the body as it came.
pub(super) fn body(h: &Handler) -> Vec<String> {
    let r = &h.style.request;
    let line = match h.style.of {
        StyleOf::Web => format!("const body = await {r}.text();"),
        StyleOf::Hono => format!("const body = await {r}.req.text();"),
        StyleOf::Nuxt => format!("const body = await readRawBody({r}, false);"),
        StyleOf::Pages => format!("const body = await buffer({r}); // from the package micro"),
        StyleOf::Node => {
            format!(
                "const body = {r}.body; // bytes, where the route has express.raw({{ type: \"application/json\" }})"
            )
        }
    };
    let unparsed = "export const config = { api: { bodyParser: false } };";
    let before = (h.style.of == StyleOf::Pages).then(|| unparsed.to_owned());
    before.into_iter().chain([line]).collect()
}
/// What reads a header.
fn header(h: &Handler, name: &str) -> String {
    let r = &h.style.request;
    match h.style.of {
        StyleOf::Web => format!("{r}.headers.get(\"{name}\")"),
        StyleOf::Hono => format!("{r}.req.header(\"{name}\")"),
        StyleOf::Nuxt => format!("getHeader({r}, \"{name}\")"),
        StyleOf::Pages | StyleOf::Node => format!("{r}.headers[\"{name}\"]"),
    }
}
/// The line that answers with a status, and a text where there is one.
pub(super) fn answer(h: &Handler, status: u16, text: &str) -> String {
    let (r, res) = (&h.style.request, &h.style.response);
    match h.style.of {
        StyleOf::Web if text.is_empty() => format!("return new Response(null, {{ status: {status} }});"),
        StyleOf::Web => format!("return new Response(\"{text}\", {{ status: {status} }});"),
        StyleOf::Hono if text.is_empty() => format!("return {r}.body(null, {status});"),
        StyleOf::Hono => format!("return {r}.text(\"{text}\", {status});"),
        StyleOf::Nuxt if status < 300 => "return { received: true };".to_owned(),
        StyleOf::Nuxt if text.is_empty() => format!("throw createError({{ statusCode: {status} }});"),
        StyleOf::Nuxt => format!("throw createError({{ statusCode: {status}, statusMessage: \"{text}\" }});"),
        StyleOf::Pages | StyleOf::Node => format!("return {res}.status({status}).send(\"{text}\");"),
    }
}
/// The lines that verify a request of this sender's.
pub(super) fn verification(h: &Handler) -> Vec<String> {
    let mut lines = body(h);
    let of = |name: &str| header(h, name);
    // The handler's own `event` is another.
    let event = if h.style.request == "event" { "sent" } else { "event" };
    match h.provider {
        Some("stripe") => lines.push(format!(
            "const {event} = await stripe.webhooks.constructEventAsync(body, {}, process.env.STRIPE_WEBHOOK_SECRET);",
            of("stripe-signature")
        )),
        Some("paddle") => lines.push(format!(
            "const {event} = await paddle.webhooks.unmarshal(body{}, process.env.PADDLE_WEBHOOK_SECRET, {});",
            if matches!(h.style.of, StyleOf::Pages | StyleOf::Node) { ".toString()" } else { "" },
            of("paddle-signature")
        )),
        Some("clerk") if h.style.of == StyleOf::Web => {
            let r = &h.style.request;
            lines = vec![format!("const event = await verifyWebhook({r}); // from @clerk/nextjs/webhooks")];
        }
        Some("clerk") => lines.push(format!(
            "const {event} = new Webhook(process.env.CLERK_WEBHOOK_SIGNING_SECRET).verify(body, {{ \"svix-id\": {}, \"svix-timestamp\": {}, \"svix-signature\": {} }}); // from svix",
            of("svix-id"),
            of("svix-timestamp"),
            of("svix-signature")
        )),
        Some("lemonsqueezy") => lines.extend([
            "const digest = createHmac(\"sha256\", process.env.LEMONSQUEEZY_WEBHOOK_SECRET).update(body).digest();".to_owned(),
            format!("const sent = Buffer.from({} ?? \"\", \"hex\");", of("x-signature")),
            format!("if (sent.length !== digest.length || !timingSafeEqual(sent, digest)) {}", answer(h, 401, "")),
        ]),
        _ => lines.push("// verify the sender's signature over body, and answer 401 where it is wrong".to_owned()),
    }
    lines
}
