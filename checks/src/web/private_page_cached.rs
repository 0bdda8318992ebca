//! `web.private-page-cached`
use super::look::Look;
use super::visits::{Access, Asked, Members, Visit, Why, access};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};
use std::collections::BTreeMap;

rule! {
    /// A page that only an account may see is kept by a cache that everybody shares.
    ///
    /// A shell that strangers get as well is no private page.
    ///
    /// # Why at launch
    /// The next visitor gets the page of the one before: names, invoices, sessions.
    ///
    /// # Fix
    /// Answer private pages with `Cache-Control: private, no-store`, and let no CDN rule or `headers()`
    /// in next.config override it.
    ///
    /// # References
    /// RFC 9111 section 5.2.2.7 (private); developers.cloudflare.com, "Default cache behavior".
    ///
    /// ```pass
    /// private /account
    /// session member member -
    /// https://acme.test/account 307 /login
    /// https://acme.test/account@member 200 cache-control: private, no-store | body: <html><title>Account</title><p>Anna, your invoices of March, April and May are here.</p></html>
    /// ```
    /// ```fail
    /// private /account
    /// session member member -
    /// https://acme.test/account 307 /login
    /// https://acme.test/account@member 200 cache-control: public, s-maxage=600 | body: <html><title>Account</title><p>Anna, your invoices of March, April and May are here.</p></html>
    /// ```
    "web.private-page-cached" on Site, Blocker, stage Route;
    fails "A private page is kept by a shared cache"; holds "Private pages are kept by no shared cache";
    yields_to "web.private-page-open", "web.admin-open";
    fn check(asked: Part<'_, Asked>, members: Option<&Members>) -> Verdict {
        let Some(asked) = asked.iter().next() else { return Verdict::Pass };
        let mut told: BTreeMap<&str, Fault> = BTreeMap::new();
        let shell = asked.shell.as_ref();
        let strangers = asked.visits.iter().filter(|v| v.why == Why::Private);
        let accounts = members.iter().flat_map(|m| &m.accounts).flat_map(|(_, v)| v).filter(|v| v.why == Why::Private);
        for (visit, account) in strangers.map(|v| (v, false)).chain(accounts.map(|v| (v, true))) {
            let Some(look) = visit.last().filter(|l| access(l, shell) == Access::Open) else { continue };
            if let Some(sign) = look.shared().filter(|_| !account || !same_for_strangers(asked, visit, look)) {
                let fix = Fix::Header { name: "Cache-Control".into(), value: "private, no-store".into() };
                told.entry(&visit.path).or_insert_with(|| visit.fault(sign, fix));
            }
        }
        if told.is_empty() && members.is_none() {
            return Verdict::not_applicable("only a signed-in answer shows it: declare a test account ([[session]])");
        }
        told.into_values().collect::<Vec<_>>().into()
    }
}

/// Whether strangers get the very same page.
fn same_for_strangers(asked: &Asked, visit: &Visit, look: &Look) -> bool {
    let stranger = asked.visits.iter().find(|v| v.path == visit.path).and_then(Visit::last);
    stranger.is_some_and(|s| s.is_success() && s.is_like(look))
}
