//! `env.url-insecure`
use super::{
    facts::{EnvSet, Production},
    names, per_entry,
    shape::Kind,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A base URL in production begins with `http:`.
    ///
    /// Only addresses that visitors meet are judged; a server may talk to another one beside it in plain
    /// text.
    ///
    /// # Why at launch
    /// Cookies for https alone are not sent there, sign-in providers refuse such callbacks, and browsers
    /// block what a secure page loads from it.
    ///
    /// # Fix
    /// Write `https:`.
    ///
    /// # References
    /// - MDN, mixed content: <https://developer.mozilla.org/en-US/docs/Web/Security/Mixed_content>
    ///
    /// ```pass
    /// production
    /// APP_URL=https://acme.test
    /// SEARCH_URL=http://search.internal:7700
    /// ```
    /// ```fail
    /// production
    /// NEXT_PUBLIC_API_URL=http://api.acme.test
    /// ```
    "env.url-insecure" on App, Medium;
    fails "A base URL begins with http:"; holds "No base URL begins with http:";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let Kind::Url { scheme, host, local: false } = &e.shape.kind else { return None };
            let inside = host.as_str().ends_with(".internal") || !host.as_str().contains('.');
            if !matches!(scheme.as_str(), "http" | "ws") || inside || !names::is_base_url(&e.name) {
                return None;
            }
            Some((format!("{} begins with {scheme}:", e.name), format!("{scheme}s://{host}"), Severity::Medium))
        })
    }
}
