//! What a text speaks of, so that only files of a matter are parsed for it.

use crate::summary::{TRIGGERS, Words};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use launchcheck_checks::web::leaks;
use std::sync::LazyLock;

/// Answers to other sites.
pub(crate) const CORS: u32 = 1;
/// A call that logs, with a word beside it that should not be logged.
pub(crate) const LOGS: u32 = 1 << 1;
/// A call that logs at all.
pub(crate) const LOGGING: u32 = 1 << 2;
/// A type of event that says a payment failed.
pub(crate) const FAILED: u32 = 1 << 3;
/// An event or a status that follows a failed payment.
pub(crate) const FOLLOWS: u32 = 1 << 4;
/// The event that brings a subscription's new status.
pub(crate) const UPDATED: u32 = 1 << 5;
/// Types of event of payments.
pub(crate) const EVENTS: u32 = 1 << 6;
/// The check of Stripe's signature.
pub(crate) const VERIFIES: u32 = 1 << 7;
/// Subscriptions of Stripe.
pub(crate) const SUBSCRIPTIONS: u32 = 1 << 8;
/// Words of pages that show billing.
pub(crate) const SHOWN: u32 = 1 << 9;
/// Sales, as code of browsers could write them.
pub(crate) const SALES: u32 = 1 << 10;
/// Tools of models.
pub(crate) const TOOLS: u32 = 1 << 11;
/// Tables of Drizzle.
pub(crate) const TABLES: u32 = 1 << 12;

/// Writes into the database.
pub(crate) const WRITES: u32 = 1 << 13;
/// Server actions.
pub(crate) const ACTION: u32 = 1 << 14;
/// How often jobs are tried.
pub(crate) const ATTEMPTS: u32 = 1 << 15;
/// What hears of jobs that failed.
pub(crate) const HEARS: u32 = 1 << 16;
/// Hosts of companies that are told things.
pub(crate) const HOSTS: u32 = 1 << 17;
/// What is done by hand.
pub(crate) const MANUAL: u32 = 1 << 18;

/// Packages that compare passwords.
pub(crate) const PASSWORDS: u32 = 1 << 19;
/// What counts how often somebody tries.
pub(crate) const LIMITS: u32 = 1 << 20;

/// The events that a handler of subscriptions names first.
pub(crate) const EVENT_NAMES: &[&str] = &[
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
];

const WORDS: &[(&str, u32)] = &[
    ("payment_failed", FAILED | FOLLOWS),
    ("past_due", FOLLOWS | SHOWN),
    ("pastDue", FOLLOWS),
    ("PAST_DUE", FOLLOWS),
    ("PastDue", FOLLOWS),
    ("customer.subscription.updated", FOLLOWS | UPDATED | SUBSCRIPTIONS),
    ("customer.subscription.", SUBSCRIPTIONS | EVENTS),
    ("checkout.session.completed", EVENTS),
    ("invoice.paid", EVENTS),
    ("invoice.payment_succeeded", EVENTS),
    ("constructEvent", VERIFIES),
    ("mode: \"subscription\"", SUBSCRIPTIONS),
    ("mode: 'subscription'", SUBSCRIPTIONS),
    ("illing", SHOWN),
    ("ubscri", SHOWN),
    ("nvoice", SHOWN),
    ("portal", SHOWN),
    ("Portal", SHOWN),
    ("from \"stripe\"", SALES),
    ("from 'stripe'", SALES),
    ("api.stripe.com", SALES),
    ("api.paddle.com", SALES),
    ("api.lemonsqueezy.com", SALES),
    ("api.polar.sh", SALES),
    ("@paddle/paddle-node-sdk", SALES),
    ("@lemonsqueezy/lemonsqueezy.js", SALES),
    ("@polar-sh/sdk", SALES),
    (".from(", SALES),
    ("execute", TOOLS),
    ("registerTool", TOOLS),
    (".tool(", TOOLS),
    ("StructuredTool", TOOLS),
    ("DynamicTool", TOOLS),
    (".create(", WRITES),
    (".update(", WRITES),
    (".upsert(", WRITES),
    (".insert(", WRITES),
    (".delete(", WRITES),
    (".values(", WRITES),
    (".set(", WRITES),
    (".createMany(", WRITES),
    (".updateMany(", WRITES),
    ("use server", ACTION),
    ("attempts", ATTEMPTS | LIMITS),
    ("Attempt", LIMITS),
    ("ATTEMPT", LIMITS),
    ("attempt_", LIMITS),
    ("atelimit", LIMITS),
    ("ateLimit", LIMITS),
    ("ate-limit", LIMITS),
    ("ate_limit", LIMITS),
    ("ATE_LIMIT", LIMITS),
    ("imiter", LIMITS),
    ("hrottl", LIMITS),
    ("arcjet", LIMITS),
    ("ockout", LIMITS),
    ("ockedUntil", LIMITS),
    ("locked_until", LIMITS),
    ("aptcha", LIMITS),
    ("urnstile", LIMITS),
    ("bcrypt", PASSWORDS),
    ("argon2", PASSWORDS),
    ("scrypt", PASSWORDS),
    ("Bun.password", PASSWORDS),
    ("failed", HEARS),
    ("QueueEvents", HEARS),
    ("api.hubapi.com", HOSTS),
    ("api.hsforms.com", HOSTS),
    ("api.pipedrive.com", HOSTS),
    ("leadconnectorhq.com", HOSTS),
    ("api.intercom.io", HOSTS),
    ("zendesk.com/api", HOSTS),
    ("hooks.slack.com", HOSTS),
    ("track.customer.io", HOSTS),
    ("anually", MANUAL),
    ("by hand", MANUAL),
    ("pgTable(", TABLES),
    ("mysqlTable(", TABLES),
    ("sqliteTable(", TABLES),
    ("createTable(", TABLES),
    ("ccess-Control-Allow-Origin", CORS),
    ("ccess-control-allow-origin", CORS),
    ("cors(", CORS),
    ("console.", LOGGING),
    ("logger.", LOGGING),
    ("log.", LOGGING),
];
/// Finds all words in one pass: those that say what a file speaks of, the marks, and what keys begin with.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let all = TRIGGERS.iter().chain(WORDS).map(|(w, _)| *w).chain(leaks::signs().iter().copied());
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(all).ok()
});

/// Builds what finds the words, before the first text needs it.
pub(crate) fn ready() {
    LazyLock::force(&FINDER);
}

/// Words that make a line which logs worth a look, in small letters.
const TELLING: &[&str] = &[
    "process.env",
    "env.",
    "passw",
    "secret",
    "token",
    "apikey",
    "api_key",
    "privatekey",
    "private_key",
    "cardnumber",
    "card_number",
    "cvc",
    "cvv",
    "ssn",
    "email",
    "phone",
    "headers",
    "sk_live",
    "whsec",
];
/// How far behind the beginning of a call its values are looked for, in bytes.
const CALL: usize = 400;

/// What a text speaks of.
#[derive(Clone, Copy)]
pub(crate) struct Spoken {
    pub(crate) words: Words,
    pub(crate) marks: u32,
    /// Whether it holds what a key begins with.
    pub(crate) keys: bool,
}
/// Looks through a text.
#[must_use]
pub(crate) fn of(text: &str) -> Spoken {
    let Some(finder) = FINDER.as_ref() else { return Spoken { words: Words(u32::MAX), marks: u32::MAX, keys: true } };
    let (mut words, mut marks, mut keys) = (0, 0, false);
    for found in finder.find_overlapping_iter(text) {
        let pattern = found.pattern().as_usize();
        if let Some((_, word)) = TRIGGERS.get(pattern) {
            words |= word;
        } else if let Some((_, mark)) = WORDS.get(pattern - TRIGGERS.len()) {
            marks |= mark;
            if *mark == LOGGING && marks & LOGS == 0 && tells(text, found.end()) {
                marks |= LOGS;
            }
        } else {
            keys = keys || leaks::begins(pattern - TRIGGERS.len() - WORDS.len(), text, found.start());
        }
    }
    Spoken { words: Words(words), marks, keys }
}
fn tells(text: &str, at: usize) -> bool {
    let bytes = &text.as_bytes()[at..text.len().min(at + CALL)];
    let end = memchr::memchr(b';', bytes).unwrap_or(bytes.len());
    let call = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    TELLING.iter().any(|w| call.contains(w))
}
