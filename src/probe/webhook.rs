//! Shots at a webhook route. The one place where the real signing secret is used: an event leaves
//! with its signature, and the secret stays.

use super::{Ask, secret::Secret};
use launchcheck_checks::{
    vocab::{Cause, Observed},
    webhook::sign::{self, Delivery, NotSigned},
    wire::{HostFailure, HttpAnswer, HttpQuestion, ShotQuestion, StampKey},
};
use std::time::SystemTime;

/// Answers shots at one webhook.
pub struct Shooter<'a, W> {
    /// Sends the requests.
    pub wire: &'a W,
    /// The signing secret of this webhook, where there is one.
    pub secret: Option<Secret<String>>,
}

impl<W: Ask<HttpQuestion>> Ask<ShotQuestion> for Shooter<'_, W> {
    async fn ask(&self, shot: &ShotQuestion) -> Observed<Result<HttpAnswer, HostFailure>> {
        match self.signed(shot) {
            Ok(request) => self.wire.ask(&request).await,
            Err(cause) => Observed::unknown(cause),
        }
    }
}

impl<W> Shooter<'_, W> {
    /// The request with its signature, where it wants one.
    fn signed(&self, shot: &ShotQuestion) -> Result<HttpQuestion, Cause> {
        let mut request = shot.http.clone();
        let Some(stamp) = &shot.stamp else { return Ok(request) };
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let at = since_1970.as_secs().cast_signed() - stamp.age;
        let event = Delivery { url: &request.url, id: &stamp.id, at, body: &request.body };
        let webhook = sign::of(&stamp.provider).ok_or_else(|| Cause::Parse("no such provider".into()))?;
        let headers = match &stamp.key {
            StampKey::Open(key) => sign::with_key(webhook, key.as_bytes(), &event).ok_or(NotSigned::Unknown),
            StampKey::Secret => {
                let secret = self.secret.as_ref().ok_or_else(|| Cause::Unset("the signing secret".into()))?;
                sign::signed(webhook, secret.expose(), &event)
            }
        };
        let headers = headers.map_err(|why| match why {
            NotSigned::Unknown => Cause::Parse("this provider's events cannot be signed".into()),
            NotSigned::Malformed(form) => Cause::Parse(format!("the signing secret is not of the form {form}").into()),
        })?;
        request.headers.extend(headers);
        Ok(request)
    }
}
