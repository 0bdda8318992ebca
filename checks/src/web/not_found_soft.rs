//! `web.not-found-soft`
use super::surface::Surface;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity, Verdict};

rule! {
    /// A page that does not exist is answered as if it did.
    ///
    /// Milder where every path gets the app's own shell, as apps that draw themselves in the browser do.
    ///
    /// # Why at launch
    /// Search engines fill their index with nothing, and broken links are never noticed.
    ///
    /// # Fix
    /// Answer with status 404 (Next.js: `notFound()`).
    ///
    /// # References
    /// RFC 9110 section 15.5.5; developers.google.com, "Soft 404 errors".
    ///
    /// ```pass
    /// https://acme.test/launchcheck-nonce 404
    /// ```
    /// ```fail
    /// https://acme.test/launchcheck-nonce 200 body: <html><h1>Nothing here</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/launchcheck-nonce 301 /
    /// ```
    "web.not-found-soft" on Site, Medium;
    fails "A missing page is not answered with 404"; holds "A missing page is answered with 404";
    fn check(surface: Part<'_, Surface>) -> Verdict {
        let Some(surface) = surface.iter().next() else { return Verdict::Pass };
        let Some(missing) = &surface.missing else { return Verdict::Pass };
        let home = missing.target().is_some_and(|to| to.path() == "/" && to.host_str() == surface.home.host_str());
        if !missing.is_success() && !home {
            return Verdict::Pass;
        }
        let shell = missing.is_like(&surface.front);
        let note = match (shell, home) {
            (true, _) => "the shell of the front page, with status 200",
            (_, true) => "a redirect to the front page",
            _ => "a page, with status 200",
        };
        let url = format!("https://{}/launchcheck-…", surface.home.host_str().unwrap_or_default());
        let saw = crate::vocab::Evidence::Http { method: "GET".into(), url: url.into(), status: missing.status, note: note.into() };
        let fix = Fix::step("Answer paths that do not exist with status 404 (Next.js: notFound(); a static host: a 404.html instead of the catch-all rewrite)");
        let fault = Fault::here(saw, fix);
        Some(if shell { fault.lowered(Severity::Low) } else { fault }).into()
    }
}
