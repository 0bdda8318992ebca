//! Looks at pages: the body of an answer becomes a summary here and is let go, so that memory stays
//! flat however much a site sends. The cookies of test accounts are put on here and nowhere else.

use super::{Ask, secret::Secret};
use launchcheck_checks::{
    env::shape::DigestKey,
    vocab::{Cause, Missing, Observed},
    web::look::{Look, LookQuestion},
    wire::{HostFailure, HttpQuestion},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tokio::time::Instant;

/// After so many timeouts, with no answer to anything meanwhile, a host is not asked again: it would
/// only eat the run's time.
const PATIENCE: u32 = 2;

/// How a host has answered of late.
#[derive(Default)]
pub struct Manner {
    timeouts: u32,
    answered: Option<Instant>,
}

/// Answers questions about pages.
pub struct Looks<O, R> {
    /// The requests that the run remembers: the walk over the redirects has asked some already.
    pub remembered: Arc<O>,
    /// Requests that nobody remembers.
    pub raw: Arc<R>,
    /// The `Cookie` header of each test account, by its name.
    pub cookies: Arc<Mutex<BTreeMap<String, Secret<String>>>>,
    /// How each host has answered of late.
    pub manners: Mutex<BTreeMap<String, Manner>>,
    /// The key of the run's digests, once the run has one.
    pub digest_key: Arc<OnceLock<[u8; 32]>>,
}

impl<O: Ask<HttpQuestion>, R: Ask<HttpQuestion>> Ask<LookQuestion> for Looks<O, R> {
    async fn ask(&self, q: &LookQuestion) -> Observed<Result<Look, HostFailure>> {
        let place = launchcheck_checks::vocab::Question::place(q);
        if self.lock().get(&place).is_some_and(|m| m.timeouts >= PATIENCE) {
            return Observed::unknown(Cause::Timeout);
        }
        let mut request = q.request();
        if let Some(session) = &q.session {
            let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(cookie) = cookies.get(session) else { return Observed::unknown(Cause::Unset(session.into())) };
            request.headers.push(("cookie".to_owned(), cookie.expose().clone()));
        }
        let sent = Instant::now();
        let answer = if q.known { self.remembered.ask(&request).await } else { self.raw.ask(&request).await };
        match answer.get() {
            Err(Missing::Unknown(Cause::Timeout)) => {
                let mut all = self.lock();
                let manner = all.entry(place).or_default();
                // One slow route beside others that answer says nothing of the host.
                manner.timeouts = if manner.answered.is_some_and(|at| at >= sent) { 0 } else { manner.timeouts + 1 };
            }
            Ok(_) => {
                self.lock().insert(place, Manner { timeouts: 0, answered: Some(Instant::now()) });
            }
            Err(_) => {}
        }
        let key = DigestKey::new(self.digest_key.get().unwrap_or(&[0; 32]));
        answer.map(|said| said.map(|answer| Look::keyed(q, &answer, &key)))
    }
}
impl<O, R> Looks<O, R> {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Manner>> {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
