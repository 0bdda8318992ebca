//! `web.redirect-loses-path`
use super::facts::{Hop, SitePlan};
use super::matrix::{DEEP, Matrix, is_move};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};
use std::collections::BTreeMap;
use url::Url;

rule! {
    /// A redirect to https or to the canonical host drops the path or the query of the link.
    ///
    /// # Why at launch
    /// Links in mails, campaigns and search results end on the front page, and sign-in callbacks
    /// lose their parameters.
    ///
    /// # Fix
    /// Redirect to the same path and query on the other host.
    ///
    /// # References
    /// RFC 9110 section 15.4.9 (308); developers.google.com, "Redirects and Google Search".
    ///
    /// ```pass
    /// http://acme.test/ 301 https://acme.test/
    /// ```
    /// ```pass
    /// https://acme.test/launchcheck/deep-link?from=launchcheck 302 /
    /// ```
    /// ```pass
    /// http://acme.test/launchcheck/deep-link?from=launchcheck 302 https://acme.test/login?next=%2Flaunchcheck%2Fdeep-link
    /// ```
    /// ```fail
    /// https://www.acme.test/launchcheck/deep-link?from=launchcheck 301 https://acme.test/
    /// ```
    /// ```fail
    /// http://acme.test/launchcheck/deep-link?from=launchcheck 301 https://acme.test/launchcheck/deep-link
    /// ```
    "web.redirect-loses-path" on Site, Medium;
    fails "A redirect drops the path or the query"; holds "Redirects between hosts keep path and query";
    fn check(plan: &SitePlan, matrix: Part<'_, Matrix>) -> Verdict {
        let mut told: BTreeMap<String, (&Hop, &'static str)> = BTreeMap::new();
        for hop in matrix.iter().flat_map(|m| &m.chains).flat_map(|c| &c.hops) {
            let Some(to) = hop.target().filter(|to| to.host_str().is_some_and(|h| plan.owns(h))) else { continue };
            if let Some(what) = lost(&hop.url, &to) {
                told.entry(format!("{}://{}", hop.url.scheme(), hop.host())).or_insert((hop, what));
            }
        }
        told.into_iter().map(|(from, (hop, what))| fault(plan, &from, hop, what)).collect::<Vec<_>>().into()
    }
}

/// What a move loses of the deep link; nothing where it is none, or leads to a page of its own.
fn lost(from: &Url, to: &Url) -> Option<&'static str> {
    let (path, query) = DEEP.split_once('?')?;
    if from.path() != path || !is_move(from, to) {
        return None;
    }
    let same = to.path().trim_end_matches('/').ends_with(path);
    let front = to.path() == "/" || to.path().len() <= 7 && to.path().matches('/').count() == 1 && to.query().is_none();
    if same {
        (from.query() == Some(query) && !to.query().is_some_and(|q| q.contains(query))).then_some("query")
    } else {
        // A login that keeps the way back in its query has lost nothing.
        (front && !to.as_str().contains("deep-link")).then_some("path")
    }
}

fn fault(plan: &SitePlan, from: &str, hop: &Hop, what: &str) -> Fault {
    let host = hop.target().and_then(|to| to.host_str().map(str::to_owned)).unwrap_or_else(|| plan.entry().to_string());
    let name = from.split("://").nth(1).unwrap_or_default();
    let fix = Fix::Code {
        place: "nginx (a hosting provider's domain redirect keeps both by itself)".into(),
        lines: vec![
            "server {".into(),
            format!("  server_name {name};").into(),
            format!("  return 308 https://{host}$request_uri;").into(),
            "}".into(),
        ],
    };
    Fault::new(from, hop.evidence(""), fix).titled(format!("The redirect from {from} drops the {what}"))
}
