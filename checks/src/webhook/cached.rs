//! `webhook.cached`
use super::facts::Copies;
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// A cache answers for the webhook URL.
    ///
    /// A GET came from a cache, so a rule of the CDN covers the path. The app's route sends no
    /// `Cache-Control` by itself, and "cache everything" takes that for a yes.
    ///
    /// # Why at launch
    /// Events are POSTs and mostly pass, but what the route answers to a GET, and every other path under
    /// the same rule, is served from a copy: one customer's answer to another.
    ///
    /// # Fix
    /// Leave the API out of the cache rule, and send `Cache-Control: private, no-store`.
    ///
    /// # References
    /// - Cloudflare: <https://developers.cloudflare.com/cache/concepts/default-cache-behavior/>
    /// - RFC 9111, section 5.1: <https://www.rfc-editor.org/rfc/rfc9111#section-5.1>
    ///
    /// ```pass
    /// GET 405 cf-cache-status: DYNAMIC
    /// ```
    /// ```fail
    /// GET 405 cf-cache-status: HIT
    /// ```
    /// ```fail
    /// GET 200 age: 312
    /// ```
    "webhook.cached" on Webhook, Medium, stage Route;
    fails "A cache answers for the webhook"; holds "No cache answers for the webhook";
    fn check(at: At<'_>, copies: Part<'_, Copies>) -> Verdict {
        let Some((reply, header)) = copies.first().and_then(|c| c.found.as_ref()) else { return Verdict::Pass };
        let fix = Fix::Header { name: "Cache-Control".into(), value: "private, no-store".into() };
        let mut fault = Fault::here(reply.evidence(), fix).and_saw(header.clone());
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
