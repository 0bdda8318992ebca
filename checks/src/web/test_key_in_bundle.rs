//! `web.test-key-in-bundle`
use super::leaks::Worth;
use super::surface::Bundle;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};

rule! {
    /// What browsers load holds a publishable key of test mode.
    ///
    /// Milder where a key of live mode stands beside it: the page may choose.
    ///
    /// # Why at launch
    /// Checkout or sign-in talk to the test account: real cards are declined, and whoever types a
    /// test card gets the product.
    ///
    /// # Fix
    /// Set the live publishable key in production and build again: it is put in when the site is built.
    ///
    /// # References
    /// <https://docs.stripe.com/keys#test-live-modes>; clerk.com, "Deploy to production".
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script>var k="{key:pk_live_}"</script></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script>var k="{key:pk_test_}"</script></html>
    /// ```
    "web.test-key-in-bundle" on Site, High, stage Secret;
    fails "Browsers load a key of test mode"; holds "Browsers load no key of test mode";
    fn check(bundle: Part<'_, Bundle>) -> Verdict {
        let all: Vec<_> = bundle.iter().flat_map(|b| &b.leaks).collect();
        let live = all.iter().any(|(_, l)| l.worth == Worth::LivePublic);
        let tests = all.iter().filter(|(_, l)| l.worth == Worth::TestPublic);
        let Some((url, leak)) = tests.min() else { return Vec::new().into() };
        let name = "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY (or the name that your code reads)";
        let fix = Fix::EnvVar { name: name.into(), value: "the publishable key of live mode, then build again".into() };
        let fault = Fault::here(format!("{} in {url}", leak.masked), fix);
        Some(if live { fault.lowered(Severity::Low) } else { fault }).into()
    }
}
