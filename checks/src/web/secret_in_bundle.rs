//! `web.secret-in-bundle`
use super::leaks::{Leak, Worth};
use super::surface::Bundle;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity, Shown};
use std::collections::BTreeMap;

rule! {
    /// A secret key stands in what browsers load: a page, a script, one that is loaded later, or a
    /// source map.
    ///
    /// Publishable keys (`pk_live_`, a Supabase key of the role `anon`) belong there and are no findings.
    /// A secret of test mode is milder.
    ///
    /// # Why at launch
    /// Everybody who opens the page can copy the key, and bots look for it: refunds, customer data
    /// and mails in your name.
    ///
    /// # Fix
    /// Revoke the key at its provider first, then move the code that uses it to the server and give
    /// the new key a name without a public prefix.
    ///
    /// # References
    /// CWE-312; <https://docs.stripe.com/keys#safe-keys>; nextjs.org, "Bundling environment variables
    /// for the browser".
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: var k="{key:pk_live_}"
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: var k="{key:sk_live_}"
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: import("./lazy-1.js")
    /// https://acme.test/lazy-1.js 200 content-type: text/javascript | body: var k="{key:whsec_}"
    /// ```
    "web.secret-in-bundle" on Site, Blocker, stage Secret;
    fails "A secret key is in what browsers load"; holds "No secret key is in what browsers load";
    yields_to "env.exposed-secret-in-use";
    fn check(bundle: Part<'_, Bundle>) -> Verdict {
        let mut told: BTreeMap<&Leak, Vec<&Shown>> = BTreeMap::new();
        for (url, leak) in bundle.iter().flat_map(|b| &b.leaks) {
            if matches!(leak.worth, Worth::Secret | Worth::TestSecret) {
                told.entry(leak).or_default().push(url);
            }
        }
        told.into_iter().map(|(leak, urls)| fault(leak, &urls)).collect::<Vec<_>>().into()
    }
}

fn fault(leak: &Leak, urls: &[&Shown]) -> Fault {
    let revoke = format!("Revoke the key {} at its provider and make a new one", leak.masked);
    let fix = Fix::steps([
        revoke.as_str(),
        "Use it on the server only, in a variable without a public prefix (no NEXT_PUBLIC_, no VITE_)",
        "Build and deploy again, and purge the CDN: old scripts stay in caches",
    ]);
    let mut fault = Fault::new(&leak.masked, format!("{} ({})", leak.what, leak.masked), fix);
    fault.saw.extend(urls.iter().take(5).map(|u| format!("in {u}").into()));
    let fault = fault.titled(format!("{} is in what browsers load", capital(leak.what.as_str())));
    if leak.worth == Worth::TestSecret { fault.lowered(Severity::High) } else { fault }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
