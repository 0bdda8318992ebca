//! What the answers to signed and forged shots say together: whether the handler takes what its
//! provider signs, and if not, why.

use super::{
    facts::{Payload, Reply, Thin},
    walls::{contains, speaks_of_signature},
};
use crate::{
    vocab::{Cause, Gaps, Observed},
    wire::HttpAnswer,
};

/// What the handler makes of signed events.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Whether a correctly signed event in the provider's own layout was taken.
    pub accepted: bool,
    /// What is wrong, with the answers that show it.
    pub culprit: Option<(Culprit, Vec<Reply>)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Diagnosis {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// Why no diagnosis can be made without a signed event; the engine calls its rules skipped then.
pub const NOT_SIGNED: &str = "not sent: only a signed event tells; --active sends one";
/// The same where the configuration names no secret.
pub const NO_SECRET: &str = "not sent: name the variable with the signing secret in [[webhook]] secret-env";
/// The same where the provider cannot be imitated.
pub const NOT_SIGNABLE: &str = "the events of this provider cannot be signed from outside";

/// Why a handler refuses what its provider signs, or takes what it should not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Culprit {
    /// The body was parsed before the check, and the parsed object was checked.
    Parsed,
    /// The body was parsed and written again, and the new text was checked.
    Reserialised,
    /// The synchronous check runs where cryptography is asynchronous.
    EdgeSync,
    /// The handler has no secret.
    SecretMissing,
    /// The handler has another secret.
    SecretWrong,
    /// The signature is refused, and the handler does not say why.
    Refused,
    /// Whole events are refused and thin ones taken, where Stripe sends whole ones.
    ThinOnly,
    /// The signature is taken and the event refused, because its type is not known.
    Unhandled,
    /// The signature is refused, and the answer is a success all the same.
    Swallowed,
}

/// What an answer says in words, as the providers' own libraries put them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Parsed,
    EdgeSync,
    SecretMissing,
    Mismatch,
    Thin,
}

/// The words of stripe-node 23, svix and standardwebhooks 1, and Clerk's backend 3 (read in their
/// sources, 2026-11), and of Node's own check of a key that is `undefined`.
const WORDS: &[(&str, Told)] = &[
    ("must be provided as a string or a Buffer", Told::Parsed),
    ("provided as a parsed JavaScript object", Told::Parsed),
    ("Expected payload to be of type string or Buffer", Told::Parsed),
    ("cannot be used in a synchronous context", Told::EdgeSync),
    ("No webhook secret value was provided", Told::SecretMissing),
    ("Missing webhook signing secret", Told::SecretMissing),
    ("Secret can't be empty", Told::SecretMissing),
    ("argument must be of type string or an instance of ArrayBuffer", Told::SecretMissing),
    ("No signatures found matching the expected signature", Told::Mismatch),
    ("No matching signature found", Told::Mismatch),
    ("thin event notification", Told::Thin),
    ("passed an event notification", Told::Thin),
];
fn told(answer: &HttpAnswer) -> Option<Told> {
    if answer.is_success() {
        return None;
    }
    WORDS.iter().find(|(words, _)| contains(&answer.body, words)).map(|(_, told)| *told)
}
const fn spoken(told: Told) -> Option<Culprit> {
    match told {
        Told::Parsed => Some(Culprit::Parsed),
        Told::EdgeSync => Some(Culprit::EdgeSync),
        Told::SecretMissing => Some(Culprit::SecretMissing),
        Told::Mismatch | Told::Thin => None,
    }
}

/// One answer as the diagnosis sees it.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a> {
    pub(super) answer: &'a HttpAnswer,
    pub(super) reply: &'a Reply,
    /// The text of the answer without what changes from request to request.
    pub(super) text: &'a str,
}
impl Heard<'_> {
    fn alike(&self, other: &Self) -> bool {
        self.answer.status == other.answer.status && self.text == other.text
    }
    fn taken(&self) -> bool {
        self.answer.is_success()
    }
}

/// All answers there are.
#[derive(Clone, Copy, Default)]
pub(super) struct Heards<'a> {
    pub(super) unsigned: Option<Heard<'a>>,
    /// Forged with the empty key.
    pub(super) empty: Option<Heard<'a>>,
    /// Forged with the key `undefined`.
    pub(super) undefined: Option<Heard<'a>>,
    /// Forged with a key drawn at random.
    pub(super) random: Option<Heard<'a>>,
    /// Signed, in the provider's own layout.
    pub(super) indented: Option<Heard<'a>>,
    /// Signed, as JavaScript writes JSON.
    pub(super) compact: Option<Heard<'a>>,
    /// Signed, as `text/plain`.
    pub(super) plain: Option<Heard<'a>>,
    /// Signed, `[]`: whatever writes it again writes the same.
    pub(super) bare: Option<Heard<'a>>,
    /// Signed, a thin event; not where such a one stands in for `indented`.
    pub(super) thin: Option<Heard<'a>>,
}

fn found(culprit: Culprit, shown: &[Option<Heard<'_>>], gaps: Vec<Cause>) -> Diagnosis {
    let proof = shown.iter().flatten().map(|h| h.reply.clone()).collect();
    Diagnosis { accepted: false, culprit: Some((culprit, proof)), gaps }
}
/// What another fault hides.
fn hidden() -> Vec<Cause> {
    vec![Cause::Wall("another fault of the handler".into())]
}

/// Without any signed event: only what a loud handler says by itself.
pub(super) fn unarmed(heard: &Heards<'_>, otherwise: Observed<Diagnosis>) -> Observed<Diagnosis> {
    let mut loud = [heard.empty, heard.unsigned].into_iter().flatten();
    let said = loud.find_map(|h| Some((spoken(told(h.answer)?)?, h)));
    said.map_or(otherwise, |(culprit, h)| Observed::known(found(culprit, &[Some(h)], hidden())))
}

/// With a signed event. `proves` says whether the secret is known to be production's.
pub(super) fn diagnose(heard: &Heards<'_>, proves: bool, payload: Payload) -> Diagnosis {
    let Some(signed) = heard.indented else {
        return Diagnosis { accepted: false, culprit: None, gaps: Vec::new() };
    };
    if signed.taken() {
        return taken(heard, signed);
    }
    let forged = heard.random.or(heard.empty).filter(|h| !h.taken());
    let believes = |key: Option<Heard<'_>>| key.is_some_and(|h| h.taken()) && heard.random.is_some_and(|h| !h.taken());
    if let (Some(thin), Some(_)) = (heard.thin.filter(Heard::taken), forged) {
        return match payload {
            Payload::Untold => Diagnosis {
                accepted: false,
                culprit: None,
                gaps: vec![Cause::Untold(
                    "it takes thin events alone, and nobody says whether Stripe sends it these".into(),
                )],
            },
            _ => found(Culprit::ThinOnly, &[Some(signed), Some(thin)], hidden()),
        };
    }
    if let Some(culprit) =
        [Some(signed), heard.empty, heard.unsigned].into_iter().flatten().find_map(|h| spoken(told(h.answer)?))
    {
        return found(culprit, &[Some(signed)], hidden());
    }
    if let Some(key) = [heard.undefined, heard.empty].into_iter().find(|k| believes(*k)) {
        return found(Culprit::SecretMissing, &[key, Some(signed)], hidden());
    }
    if heard.compact.is_some_and(|h| h.taken()) {
        return found(Culprit::Reserialised, &[Some(signed), heard.compact], hidden());
    }
    if heard.plain.is_some_and(|h| h.taken()) {
        return found(Culprit::Parsed, &[Some(signed), heard.plain], hidden());
    }
    let open = |why: &str| Diagnosis { accepted: false, culprit: None, gaps: vec![Cause::Untold(why.into())] };
    let Some(forged) = forged else { return open("signed events are refused and forged ones are not") };
    let speaks = speaks_of_signature(signed.answer) || told(signed.answer) == Some(Told::Mismatch);
    // Words that change from request to request would look like a difference.
    if heard.empty.is_some_and(|h| !h.taken() && !h.alike(&forged)) {
        return open("forged events are refused in different words");
    }
    if guards_live_mode(signed.answer) {
        return open("the handler refuses events of test mode, and no others are sent");
    }
    if !signed.alike(&forged) && !speaks {
        // The signature decided the answer: it was checked and taken.
        return Diagnosis { gaps: Vec::new(), ..found(Culprit::Unhandled, &[Some(signed), Some(forged)], Vec::new()) };
    }
    if !speaks {
        return open("signed and forged events are refused alike, without a word why");
    }
    let Some(bare) = heard.bare else { return open("not all shots were answered") };
    if bare.taken() || !bare.alike(&signed) && !speaks_of_signature(bare.answer) {
        return found(Culprit::Reserialised, &[Some(signed), Some(bare)], hidden());
    }
    if !proves {
        return open("the secret that it was signed with is not declared as production's");
    }
    let culprit = if told(signed.answer) == Some(Told::Mismatch) { Culprit::SecretWrong } else { Culprit::Refused };
    found(culprit, &[Some(signed)], hidden())
}

/// Whether thin events are refused for what they are, where Stripe sends them: a whole event with the same
/// secret is taken. `taken` says that the thin one was.
pub(super) fn thin(heard: &Heards<'_>, payload: Payload, taken: bool, gap: Option<Cause>) -> Thin {
    let fine = Thin { refused: Vec::new(), gaps: gap.into_iter().collect() };
    let open = |why: &str| Thin { refused: Vec::new(), gaps: vec![Cause::Untold(why.into())] };
    let (Some(thin), Some(whole)) = (heard.thin, heard.indented) else { return fine };
    if taken || thin.taken() {
        return fine;
    }
    if !whole.taken() {
        return Thin { refused: Vec::new(), gaps: hidden() };
    }
    let speaks = told(thin.answer) == Some(Told::Thin);
    // A handler may fetch each thin event from Stripe, which does not have this one.
    let fetches = ["No such event", "resource_missing"].iter().any(|w| contains(&thin.answer.body, w));
    if !speaks && (fetches || !matches!(thin.answer.status, 400..=499)) {
        return open("the handler fails on a thin event that Stripe does not have: it may fetch each from there");
    }
    // Two endpoints have two secrets: a refusal like that of a forged event is about the other secret.
    let forged = heard.random.or(heard.empty).filter(|h| !h.taken());
    if payload == Payload::Both && !speaks && forged.is_none_or(|f| f.alike(&thin)) {
        return open("thin events may have a signing secret of their own, which nothing names");
    }
    Thin { refused: vec![thin.reply.clone(), whole.reply.clone()], gaps: Vec::new() }
}

/// A signed event was taken. Whether forged ones are told apart shows in the words alone.
fn taken(heard: &Heards<'_>, signed: Heard<'_>) -> Diagnosis {
    let accepted = Diagnosis { accepted: true, culprit: None, gaps: Vec::new() };
    let Some(forged) = heard.random.or(heard.empty).filter(Heard::taken) else { return accepted };
    // It says that it refused, and answers with a success.
    let swallowed = !signed.alike(&forged) && complains(forged.answer) && !complains(signed.answer);
    let culprit = swallowed.then(|| (Culprit::Swallowed, vec![forged.reply.clone(), signed.reply.clone()]));
    Diagnosis { culprit, ..accepted }
}
/// A handler in production may well refuse what says `livemode: false`.
fn guards_live_mode(answer: &HttpAnswer) -> bool {
    let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(4096)]).to_ascii_lowercase();
    ["livemode", "live mode", "testmode", "test mode", "test event"].iter().any(|w| body.contains(w))
}
fn complains(answer: &HttpAnswer) -> bool {
    let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(4096)]).to_ascii_lowercase();
    ["error", "invalid", "signature", "unauthor", "denied", "fail"].iter().any(|w| body.contains(w))
}
