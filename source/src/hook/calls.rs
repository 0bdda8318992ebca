//! What a call is, by its path and by what it comes from.

#![allow(clippy::match_same_arms, reason = "an arm says one thing; two that agree today are still two things")]
#![allow(clippy::items_after_statements, reason = "a list stands by the test that it is for")]
#![allow(clippy::option_option, reason = "a wrapper verifies or not, and if it does, its provider may be anybody")]

use launchcheck_checks::{
    code::facts::{EffectKind, VerifyKind},
    providers,
};

/// Providers by the packages that apps import. `providers` knows those whose variables it knows; here
/// stand all that an integrations map names.
const PACKAGES: &[(&str, &str)] = &[
    ("stripe", "stripe"),
    ("@stripe/stripe-js", "stripe"),
    ("@stripe/react-stripe-js", "stripe"),
    ("@paddle/paddle-node-sdk", "paddle"),
    ("@paddle/paddle-js", "paddle"),
    ("@lemonsqueezy/lemonsqueezy.js", "lemonsqueezy"),
    ("@polar-sh/sdk", "polar"),
    ("@polar-sh/nextjs", "polar"),
    ("@hubspot/api-client", "hubspot"),
    ("pipedrive", "pipedrive"),
    ("intercom-client", "intercom"),
    ("node-zendesk", "zendesk"),
    ("crisp-api", "crisp"),
    ("resend", "resend"),
    ("postmark", "postmark"),
    ("@sendgrid/mail", "sendgrid"),
    ("nodemailer", "smtp"),
    ("@clerk/nextjs", "clerk"),
    ("@clerk/backend", "clerk"),
    ("@supabase/supabase-js", "supabase"),
    ("@supabase/ssr", "supabase"),
    ("openai", "openai"),
    ("@ai-sdk/openai", "openai"),
    ("@anthropic-ai/sdk", "anthropic"),
    ("@ai-sdk/anthropic", "anthropic"),
    ("@slack/web-api", "slack"),
    ("@slack/webhook", "slack"),
    ("posthog-node", "posthog"),
    ("posthog-js", "posthog"),
    ("loops", "loops"),
    ("mailgun.js", "mailgun"),
    ("@upstash/redis", "upstash"),
    ("@upstash/qstash", "upstash"),
    ("@octokit/webhooks", "github"),
    ("octokit", "github"),
    ("@sentry/nextjs", "sentry"),
];
/// Providers by the hosts of their interfaces.
const HOSTS: &[(&str, &str)] = &[
    ("api.stripe.com", "stripe"),
    ("api.paddle.com", "paddle"),
    ("api.lemonsqueezy.com", "lemonsqueezy"),
    ("api.hubapi.com", "hubspot"),
    ("api.hsforms.com", "hubspot"),
    ("pipedrive.com", "pipedrive"),
    ("services.leadconnectorhq.com", "gohighlevel"),
    ("rest.gohighlevel.com", "gohighlevel"),
    ("api.intercom.io", "intercom"),
    ("zendesk.com", "zendesk"),
    ("api.crisp.chat", "crisp"),
    ("api.resend.com", "resend"),
    ("api.postmarkapp.com", "postmark"),
    ("api.sendgrid.com", "sendgrid"),
    ("hooks.slack.com", "slack"),
    ("slack.com/api", "slack"),
    ("api.openai.com", "openai"),
    ("api.anthropic.com", "anthropic"),
    ("api.polar.sh", "polar"),
    ("app.loops.so", "loops"),
    ("api.clerk.com", "clerk"),
];

/// The provider's id as the registry has it.
pub(crate) fn known(id: &str) -> Option<&'static str> {
    providers::ALL.iter().find(|p| p.id == id).map(|p| p.id)
}
/// The provider of a package; a path below it (`resend/x`) is its too.
pub(crate) fn by_package(module: &str) -> Option<&'static str> {
    let of = |p: &str| module == p || module.strip_prefix(p).is_some_and(|r| r.starts_with('/'));
    PACKAGES.iter().find(|(p, _)| of(p)).and_then(|(_, id)| known(id))
}
/// The provider of a host in a URL.
pub(crate) fn by_host(url: &str) -> Option<&'static str> {
    HOSTS.iter().find(|(h, _)| url.contains(h)).and_then(|(_, id)| known(id))
}
/// The provider that a path or a file name speaks of.
pub(crate) fn by_words(path: &str) -> Option<&'static str> {
    const WORDS: &[&str] = &[
        "stripe",
        "paddle",
        "lemonsqueezy",
        "lemon-squeezy",
        "polar",
        "clerk",
        "resend",
        "hubspot",
        "intercom",
        "postmark",
        "sendgrid",
        "github",
        "pipedrive",
        "zendesk",
        "crisp",
        "gohighlevel",
        "qstash",
        "slack",
        "mailgun",
    ];
    let path = path.to_ascii_lowercase();
    WORDS.iter().find(|w| path.contains(**w)).and_then(|w| match *w {
        "lemon-squeezy" => known("lemonsqueezy"),
        "qstash" => known("upstash"),
        w => known(w),
    })
}
/// The provider that a signature header belongs to alone.
pub(crate) fn by_header(name: &str) -> Option<&'static str> {
    match name {
        "svix-signature" | "svix-id" | "svix-timestamp" | "webhook-signature" | "x-signature" | "" => None,
        "upstash-signature" => known("upstash"),
        name => {
            let of = |p: &&&providers::Provider| {
                p.webhook.as_ref().is_some_and(|w| !w.signature_header.is_empty() && w.signature_header == name)
            };
            providers::ALL.iter().find(of).map(|p| p.id)
        }
    }
}
/// Whether a header carries a signature or a shared secret.
pub(crate) fn is_signature_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "authorization"
        || ["signature", "hmac", "secret", "token", "x-api-key", "svix-", "webhook-id", "webhook-timestamp"]
            .iter()
            .any(|w| name.contains(w))
}
/// Whether a text is the type of an event that a provider sends.
pub(crate) fn is_event_type(text: &str) -> bool {
    const STARTS: &[&str] = &[
        "checkout.session.",
        "customer.",
        "invoice.",
        "payment_intent.",
        "charge.",
        "subscription.",
        "subscription_",
        "order_",
        "order.",
        "user.",
        "organization.",
        "transaction.",
        "email.",
        "contact.",
        "payment.",
        "price.",
        "product.",
        "payout.",
        "account.",
        "session.",
        "license_key_",
        "benefit.",
        "refund.",
        "setup_intent.",
    ];
    text.len() < 80 && STARTS.iter().any(|s| text.len() > s.len() && text.starts_with(s)) && !text.contains(' ')
}

/// How a call verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It throws where the signature is wrong.
    Throws,
    /// It says so by its result.
    Says,
    /// Either; a test of the result decides.
    Either,
}
/// Where in a call its parts stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verifier {
    pub kind: VerifyKind,
    pub way: Way,
    pub body: Option<usize>,
    pub secret: Option<usize>,
    pub provider: Option<&'static str>,
}

/// Whether a call that nobody can look into verifies, by its path and its package.
pub(super) fn verifier(path: &str, args: usize, package: Option<&str>) -> Option<Verifier> {
    let last = path.rsplit('.').next().unwrap_or(path);
    let of =
        |kind, way, body, secret, provider: &str| Some(Verifier { kind, way, body, secret, provider: known(provider) });
    match last {
        "constructEvent" if args >= 3 => of(VerifyKind::Stripe, Way::Throws, Some(0), Some(2), "stripe"),
        "constructEventAsync" if args >= 3 => of(VerifyKind::StripeAsync, Way::Throws, Some(0), Some(2), "stripe"),
        "constructEvent" | "constructEventAsync" | "verifyHeader" => of(VerifyKind::Sdk, Way::Throws, None, None, ""),
        "unmarshal" if args >= 2 => of(VerifyKind::Paddle, Way::Throws, Some(0), Some(1), "paddle"),
        "isSignatureValid" => of(VerifyKind::Paddle, Way::Says, Some(0), Some(1), "paddle"),
        "validateEvent" if args >= 2 => of(VerifyKind::Sdk, Way::Throws, Some(0), Some(2), "polar"),
        "verifyWebhook" => of(
            VerifyKind::Svix,
            Way::Throws,
            None,
            None,
            if package.is_some_and(|p| p.starts_with("@clerk")) { "clerk" } else { "" },
        ),
        "isValid" if path.ends_with("Signature.isValid") => of(VerifyKind::Sdk, Way::Says, None, None, "hubspot"),
        "verify" if path.contains("webhooks.") => {
            of(VerifyKind::Svix, Way::Throws, None, None, package.and_then(by_package).unwrap_or(""))
        }
        "verify" if path.contains("eceiver") => of(VerifyKind::Sdk, Way::Either, None, None, "upstash"),
        "jwtVerify" | "verifyIdToken" => of(VerifyKind::Sdk, Way::Throws, None, None, ""),
        "verifyAndReceive" => of(VerifyKind::Sdk, Way::Throws, None, None, "github"),
        "validateRequest" | "validateWebhook" => of(VerifyKind::Sdk, Way::Either, None, None, ""),
        _ => {
            let word = last.to_ascii_lowercase();
            let verifies = ["verif", "validat", "authentic", "isvalid", "check"].iter().any(|w| word.contains(w));
            let of_hooks = ["webhook", "signature", "hmac", "request", "payload"].iter().any(|w| word.contains(w));
            if verifies && of_hooks { of(VerifyKind::Sdk, Way::Either, None, None, "") } else { None }
        }
    }
}
/// Wrappers that verify before they call the handler, each with the provider.
pub(super) fn verifying_wrapper(name: &str, package: &str) -> Option<Option<&'static str>> {
    match name {
        "Webhooks" if package.starts_with("@polar-sh/") => Some(known("polar")),
        "verifySignatureAppRouter" | "verifySignature" | "verifySignatureEdge" => Some(known("upstash")),
        "serve" if package.starts_with("inngest") || package.starts_with("@upstash/") => Some(None),
        "createNodeMiddleware" if package.contains("octokit") => Some(known("github")),
        _ => None,
    }
}
/// Wrappers that are known not to verify.
pub(super) fn is_plain_wrapper(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "sentry",
        "axiom",
        "log",
        "error",
        "catch",
        "ratelimit",
        "cors",
        "trace",
        "monitor",
        "handler",
        "db",
        "next",
        "method",
        "otel",
        "async",
        "bodyparser",
    ]
    .iter()
    .any(|w| lower.contains(w))
        && !["auth", "verif", "sign", "secur", "webhook", "hook"].iter().any(|w| lower.contains(w))
}

/// What a call does to the world, by its path. `provider` is that of its root.
pub(super) fn effect(path: &str, provider: Option<&'static str>) -> Option<EffectKind> {
    let lower = path.to_ascii_lowercase();
    let last = path.rsplit('.').next().unwrap_or(path).trim_end_matches("()");
    let root = path.split('.').next().unwrap_or_default();
    // What is no store: objects of the language and of the web.
    const NOT: &[&str] = &[
        "Object",
        "Array",
        "JSON",
        "Math",
        "URL",
        "crypto",
        "Buffer",
        "console",
        "NextResponse",
        "Response",
        "headers",
        "cookies",
        "params",
        "searchParams",
        "res",
        "response",
        "Promise",
        "map",
        "set",
        "z",
        "logger",
        "log",
        "Map",
        "Set",
        "Number",
        "String",
        "Date",
        "Intl",
        "hash",
        "hmac",
        "url",
        "formData",
        "createHmac",
        "createHash",
        "FormData",
        "Headers",
        "req",
        "request",
        "jwt",
        "c",
        "ctx",
        "Symbol",
        "Reflect",
        "Sentry",
        "t",
    ];
    if NOT.contains(&root.trim_end_matches("()")) || lower.contains("headers.") || lower.contains("cookies()") {
        return None;
    }
    if lower.contains("sendemail")
        || lower.contains("sendmail")
        || lower.contains("emails.send")
        || lower.ends_with("mailer.send")
    {
        return Some(EffectKind::Mail);
    }
    let is_mail = matches!(provider, Some("resend" | "postmark" | "sendgrid" | "smtp" | "mailgun" | "loops"));
    if is_mail && matches!(last, "send" | "sendTransactionalEmail" | "sendEvent" | "create" | "messages") {
        return Some(EffectKind::Mail);
    }
    let queue = matches!(root, "inngest" | "qstash" | "queue" | "tasks" | "trigger" | "jobs" | "boss")
        || lower.contains("queue.")
        || lower.ends_with(".publishjson")
        || lower.ends_with(".enqueue");
    if queue && matches!(last, "send" | "add" | "publish" | "publishJSON" | "trigger" | "enqueue" | "batchTrigger") {
        return Some(EffectKind::Queue);
    }
    if let Some(provider) = provider.filter(|p| !matches!(*p, "supabase" | "prisma" | "upstash")) {
        let reads =
            ["retrieve", "list", "get", "find", "search", "verify", "construct"].iter().any(|w| last.starts_with(w));
        let acts = [
            "create", "update", "del", "cancel", "send", "post", "capture", "track", "identify", "add", "set",
            "upsert", "refund", "void", "pay", "attach",
        ]
        .iter()
        .any(|w| last.starts_with(w));
        let _ = provider;
        // `Stripe.createFetchHttpClient()`: made here, asked nobody.
        let made = last.starts_with("create") && (last.ends_with("Client") || last.ends_with("Provider"));
        return (acts && !reads && !made).then_some(EffectKind::Remote);
    }
    let store = [
        "prisma",
        "db",
        "database",
        "supabase",
        "drizzle",
        "knex",
        "mongoose",
        "sql",
        "tx",
        "trx",
        "collection",
        "repo",
        "store",
        "pool",
        "client",
        "redis",
        "kv",
        "firestore",
        "convex",
        "kysely",
        "pg",
        "conn",
    ]
    .iter()
    .any(|w| root.to_ascii_lowercase().contains(w))
        || root.starts_with(|c: char| c.is_ascii_uppercase()) && path.matches('.').count() == 1
        || lower.contains(".from()")
        || lower.contains("prisma.")
        || lower.contains("db.");
    if !store {
        return None;
    }
    if path.contains("onConflict") || lower.contains(".upsert") || last == "upsert" {
        return Some(EffectKind::Upsert);
    }
    let has = |names: &[&str]| path.split('.').any(|p| names.contains(&p.trim_end_matches("()")));
    if has(&[
        "create",
        "createMany",
        "createManyAndReturn",
        "insert",
        "insertOne",
        "insertMany",
        "insertInto",
        "save",
        "add",
        "bulkWrite",
    ]) {
        Some(EffectKind::Create)
    } else if has(&["increment", "decrement", "incr", "incrby", "decr", "hincrby", "incrBy"]) {
        Some(EffectKind::Increment)
    } else if has(&[
        "update",
        "updateMany",
        "updateOne",
        "updateTable",
        "findOneAndUpdate",
        "findByIdAndUpdate",
        "set",
        "hset",
        "setex",
        "mset",
        "replaceOne",
        "patch",
        "rpc",
        "mutation",
    ]) {
        Some(EffectKind::Update)
    } else if has(&[
        "delete",
        "deleteMany",
        "deleteOne",
        "deleteFrom",
        "del",
        "remove",
        "findOneAndDelete",
        "findByIdAndDelete",
    ]) {
        Some(EffectKind::Delete)
    } else {
        None
    }
}
/// Whether a call looks something up.
pub(super) fn is_lookup(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    [
        "find",
        "get",
        "select",
        "exists",
        "has",
        "query",
        "first",
        "maybeSingle",
        "single",
        "lookup",
        "count",
        "sismember",
        "is",
        "already",
        "where",
        "limit",
    ]
    .iter()
    .any(|w| last.starts_with(w))
}
/// What SQL does.
pub(super) fn sql(text: &str) -> Option<EffectKind> {
    let upper = text.trim_start().to_ascii_uppercase();
    if upper.starts_with("INSERT") {
        let twice = ["ON CONFLICT", "ON DUPLICATE", "INSERT OR ", "INSERT IGNORE"];
        Some(if twice.iter().any(|w| upper.contains(w)) { EffectKind::Upsert } else { EffectKind::Create })
    } else if upper.starts_with("UPDATE") {
        // `SET credits = credits + $1`
        let words: Vec<&str> = upper.split_whitespace().collect();
        let counts = words.windows(4).any(|w| w[0] == w[2] && w[1] == "=" && matches!(w[3], "+" | "-"));
        Some(if counts { EffectKind::Increment } else { EffectKind::Update })
    } else if upper.starts_with("DELETE") {
        Some(EffectKind::Delete)
    } else {
        None
    }
}
