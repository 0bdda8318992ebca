//! The only code that talks to the world. One kind of question, one implementation of [`Ask`];
//! what holds for all of them (asked once, within the deadline, so many at a time, counted) is a
//! layer around it.

pub mod at_rest;
pub mod authority;
pub mod connect;
pub mod database;
pub mod dns;
pub mod env_files;
pub mod git;
pub mod guard;
pub mod hello;
pub mod http;
pub mod layers;
pub mod lockfile;
pub mod looks;
pub mod pages;
pub mod routes;
pub mod schema_files;
pub mod secret;
pub mod secrets;
pub mod stripe;
pub mod tls;
pub mod vendor;
pub mod webhook;

use launchcheck_checks::vocab::{Observed, Question};
use std::future::Future;

/// Answers one kind of question.
pub trait Ask<Q: Question>: Send + Sync {
    /// Asks it. Silence, refusal by a resolver and the like are `Observed::unknown`.
    fn ask(&self, question: &Q) -> impl Future<Output = Observed<Q::Answer>> + Send;
}
impl<Q: Question, I: Ask<Q>> Ask<Q> for std::sync::Arc<I> {
    async fn ask(&self, question: &Q) -> Observed<Q::Answer> {
        I::ask(self, question).await
    }
}
