//! What the app's own source says of the handler at a webhook's URL.

use crate::{
    code::facts::{Handler, Hooks, Verified},
    vocab::{Gaps, Place},
};

/// What the source says of the handler that stands at the URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// The route's file, as people know it.
    pub file: String,
    /// Where the handler begins.
    pub at: Place,
    /// Whether it verifies before it does anything, and answers with a success where that fails.
    pub swallows: bool,
}
impl Gaps for Handling {}
/// Why there is no [`Handling`].
pub const NO_HANDLER: &str = "no one handler for this URL was found in the source";

impl Handling {
    /// The handler at this URL among those of the apps; `None` where there is none, or several.
    #[must_use]
    pub fn of<'a>(url: &str, provider: &str, hooks: impl IntoIterator<Item = &'a Hooks>) -> Option<Self> {
        let url = url::Url::parse(url).ok()?;
        let theirs = |h: &&Handler| h.provider.is_none_or(|p| p == provider) && stands_at(&h.route, url.path());
        let mut all = hooks.into_iter().flat_map(|h| &h.handlers).filter(theirs);
        let (Some(handler), None) = (all.next(), all.next()) else { return None };
        let swallows = handler.verified == Verified::Yes
            && handler.writes_before.is_empty()
            && handler.on_bad_signature.is_success();
        Some(Self { file: handler.file.clone(), at: handler.at.clone(), swallows })
    }
}

/// Whether a route of the source answers at a path; `[x]` and `:x` stand for any one part of it.
fn stands_at(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.trim_matches('/').split('/'), path.trim_matches('/').split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(r), Some(p)) if r == p || r.starts_with('[') && r.ends_with(']') || r.starts_with(':') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stands_at;

    #[test]
    fn routes_and_paths() {
        assert!(stands_at("/api/webhooks/stripe", "/api/webhooks/stripe/"));
        assert!(stands_at("/api/webhooks/[provider]", "/api/webhooks/stripe"));
        assert!(stands_at("/hooks/:id", "/hooks/stripe"));
        assert!(!stands_at("/api/webhooks", "/api/webhooks/stripe") && !stands_at("", "/api/webhooks"));
    }
}
