//! What a text speaks of, so that only files of a matter are parsed for it.

use crate::summary::{TRIGGERS, Words};
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
static FINDER: LazyLock<Option<Finder>> = LazyLock::new(|| {
    let all = TRIGGERS.iter().chain(WORDS).map(|(w, _)| *w).chain(leaks::signs().iter().copied());
    Finder::new(all)
});

/// Finds words by three bytes of each, looked up at every place of a text. An automaton of so many words takes a
/// tenth of the time of a starter app to build, and as long as to parse it to go through; the search of several
/// words that libraries have for less ends at a hundred words and passes over those that overlap.
struct Finder {
    words: Vec<Word>,
    /// By the hash of three bytes, the number of the first word with them, plus one.
    heads: Box<[u16; 1 << SLOTS]>,
}
struct Word {
    text: &'static str,
    /// Where the three bytes stand in it.
    at: usize,
    /// The next word with the same hash, as in `heads`.
    next: u16,
}
/// Far more than there are words, so that a hash rarely lies; and few enough to stay in the first cache.
const SLOTS: u32 = 13;
const fn slot(three: u32) -> usize {
    (three.wrapping_mul(0x9e37_79b1) >> (u32::BITS - SLOTS)) as usize
}
/// The first three bytes of a text, as a number.
fn three(bytes: &[u8]) -> Option<u32> {
    let (first, _) = bytes.split_first_chunk::<3>()?;
    Some(u32::from_le_bytes([first[0], first[1], first[2], 0]))
}
/// The slots of all three bytes in a row of a text.
fn slots(text: &str) -> impl Iterator<Item = usize> {
    text.as_bytes().windows(3).filter_map(|w| Some(slot(three(w)?)))
}
/// What nearly every file is made of. The three bytes by which a word is looked up are those of it that stand here
/// least, so that few places are looked at for nothing.
const USUAL: &str = "import export default from const function return async await string number boolean undefined null \
    interface type props children className component react useState useEffect onClick value values input output \
    length filter split trim includes startsWith replace toString promise response request result results params \
    context config settings options items index message error errors catch throw new this true false else switch case \
    object array record partial union name title description label button styles content container width height \
    margin padding border radius center between text-sm font-medium items-center rounded-md px-4 py-2 flex hover \
    constructor module require exports process version build test expect describe before after each state store \
    users user profile account session project settings page pages layout header footer sidebar main section article \
    data.map(( => { }) }); ()) )} </div> <div <span </ /> \" ' ` = () => (e) (a, b) => [ ] ?? && || === !== ... // */ ";
impl Finder {
    /// `None` where a word is shorter than three bytes.
    fn new(all: impl Iterator<Item = &'static str>) -> Option<Self> {
        let mut out = Self { words: Vec::new(), heads: Box::new([0; 1 << SLOTS]) };
        let mut usual = vec![0_u16; 1 << SLOTS];
        slots(USUAL).for_each(|slot| usual[slot] += 1);
        for text in all {
            let (at, slot) = slots(text).enumerate().min_by_key(|(_, slot)| usual[*slot])?;
            let head = out.heads.get_mut(slot)?;
            let number = u16::try_from(out.words.len() + 1).ok()?;
            out.words.push(Word { text, at, next: std::mem::replace(head, number) });
        }
        Some(out)
    }
    /// Tells of each word by its number and the place where it begins.
    fn each(&self, text: &str, mut found: impl FnMut(usize, usize)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some((place, mut number)) = self.next(bytes, at) {
            at = place + 1;
            while let Some(i) = usize::from(number).checked_sub(1) {
                let word = &self.words[i];
                number = word.next;
                if let Some(start) = place.checked_sub(word.at)
                    && bytes[start..].starts_with(word.text.as_bytes())
                {
                    found(i, start);
                }
            }
        }
    }
    /// The next place where three bytes of a word may stand, and the first word that may be meant.
    fn next(&self, bytes: &[u8], from: usize) -> Option<(usize, u16)> {
        let rest = bytes.get(from..)?;
        // Four are read at once and the last is dropped: this loop takes most of the time of a whole tree.
        let found = rest.array_windows().position(|four| self.heads[slot(u32::from_le_bytes(*four) & 0xff_ffff)] != 0);
        let at = found.map_or_else(|| bytes.len().checked_sub(3).filter(|last| *last >= from), |i| Some(from + i))?;
        let number = self.heads[slot(three(&bytes[at..])?)];
        (number != 0).then_some((at, number))
    }
}

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
    finder.each(text, |number, start| {
        if let Some((_, word)) = TRIGGERS.get(number) {
            words |= word;
        } else if let Some((said, mark)) = WORDS.get(number - TRIGGERS.len()) {
            marks |= mark;
            if *mark == LOGGING && marks & LOGS == 0 && tells(text, start + said.len()) {
                marks |= LOGS;
            }
        } else {
            keys = keys || leaks::begins(number - TRIGGERS.len() - WORDS.len(), text, start);
        }
    });
    Spoken { words: Words(words), marks, keys }
}
fn tells(text: &str, at: usize) -> bool {
    let bytes = &text.as_bytes()[at..text.len().min(at + CALL)];
    let end = memchr::memchr(b';', bytes).unwrap_or(bytes.len());
    let call = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    TELLING.iter().any(|w| call.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_wherever_it_stands() {
        let finder = FINDER.as_ref().expect("no word is shorter than three bytes");
        for (number, word) in finder.words.iter().enumerate() {
            for (before, behind) in [("", ""), ("x", ""), ("", "\n"), ("\u{e9}", "\u{e9}"), (word.text, word.text)] {
                let text = format!("{before}{}{behind}", word.text);
                let mut places = Vec::new();
                finder.each(&text, |n, at| places.extend((n == number).then_some(at)));
                let all: Vec<usize> =
                    (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(word.text.as_bytes())).collect();
                assert_eq!(places, all, "{} in {text:?}", word.text);
            }
        }
    }

    #[test]
    fn a_word_with_a_slip_is_another() {
        let finder = FINDER.as_ref().expect("no word is shorter than three bytes");
        for word in &finder.words {
            for at in 0..word.text.len() {
                let text = format!("{}\u{1}{}", &word.text[..at], &word.text[at + 1..]);
                finder.each(&text, |n, _| assert_ne!(finder.words[n].text, word.text, "{text:?}"));
            }
        }
    }
}
