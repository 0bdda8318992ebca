//! What a run through a handler knows of a value.

use crate::ir::Func;
use launchcheck_checks::code::facts::{Answer, SecretMade};
use std::rc::Rc;

/// The request.
pub(super) const REQUEST: u32 = 1;
/// Its headers.
pub(super) const HEADERS: u32 = 1 << 1;
/// The signature, or a shared secret, that the sender put into it.
pub(super) const SIGNATURE: u32 = 1 << 2;
/// The body as it came.
pub(super) const RAW: u32 = 1 << 3;
/// The body, parsed.
pub(super) const PARSED: u32 = 1 << 4;
/// The event itself, at its top.
pub(super) const EVENT: u32 = 1 << 5;
/// Something inside the event.
pub(super) const OBJECT: u32 = 1 << 6;
/// The type of the event.
pub(super) const TYPE: u32 = 1 << 7;
/// The id of the event.
pub(super) const ID: u32 = 1 << 8;
/// A secret out of the environment.
pub(super) const SECRET: u32 = 1 << 9;
/// A signature that was computed here.
pub(super) const DIGEST: u32 = 1 << 10;
/// Whether the signature is right.
pub(super) const VERDICT: u32 = 1 << 11;
/// The status of a subscription.
pub(super) const STATUS: u32 = 1 << 12;
/// What a lookup by the event's id found.
pub(super) const SEEN: u32 = 1 << 13;
/// What another lookup found.
pub(super) const FOUND: u32 = 1 << 14;
/// `NODE_ENV` and its like.
pub(super) const MODE: u32 = 1 << 15;
/// The response object of the pages router, of Express.
pub(super) const RESPONSE: u32 = 1 << 16;
/// The parsed body, written again.
pub(super) const REWRITTEN: u32 = 1 << 17;
/// An object that verifies: `new Webhook(secret)`.
pub(super) const VERIFIER: u32 = 1 << 18;
/// The request's method.
pub(super) const METHOD: u32 = 1 << 19;
/// A context of Hono.
pub(super) const CONTEXT: u32 = 1 << 20;
/// An HMAC that is being computed.
pub(super) const HMAC: u32 = 1 << 21;
/// Variables under names of a framework's own: `SvelteKit`'s `env`, Nuxt's runtime configuration.
pub(super) const CONFIG: u32 = 1 << 22;

/// A value.
#[derive(Clone, Debug, Default)]
pub(super) struct Value<'a> {
    /// What it is.
    pub tags: u32,
    /// Whether it is true, as far as the run knows.
    pub truth: Option<bool>,
    /// Its text, where it is one.
    pub text: Option<&'a str>,
    /// The secret in it.
    pub secret: Option<Rc<Secret>>,
    /// The function that it is: the function, the frame it was made in, its file.
    pub func: Option<(&'a Func<'a>, usize, usize)>,
    /// The package and the exported name that it comes from.
    pub external: Option<Rc<(String, String)>>,
    /// Its members, where it is an object or an array.
    pub fields: Option<Rc<Vec<(&'a str, Value<'a>)>>>,
    /// The response that it is.
    pub answer: Option<Answer>,
    /// The namespace of a file.
    pub namespace: Option<usize>,
}
/// A secret and how it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    /// The variables.
    pub names: Vec<String>,
    /// How it is made of them.
    pub made: SecretMade,
}

impl Value<'_> {
    pub(super) fn of(tags: u32) -> Self {
        Self { tags, ..Self::default() }
    }
    pub(super) fn is(&self, tags: u32) -> bool {
        self.tags & tags != 0
    }
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        self.fields.as_ref()?.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }
    /// What is true of either.
    pub(super) fn join(mut self, other: Self) -> Self {
        self.tags |= other.tags;
        if self.truth != other.truth {
            self.truth = None;
        }
        self.text = self.text.filter(|t| other.text == Some(t));
        self.secret = self.secret.or(other.secret);
        self.func = self.func.or(other.func);
        self.external = self.external.or(other.external);
        self.fields = self.fields.or(other.fields);
        self.answer = self.answer.or(other.answer);
        self.namespace = self.namespace.or(other.namespace);
        self
    }
}
