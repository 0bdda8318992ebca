//! `web.dev-server-live`
use super::marks;
use super::surface::Surface;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// The site is served by a development server.
    ///
    /// # Why at launch
    /// It shows source and errors to everybody, rebuilds on the visitors' time, and falls over under load.
    ///
    /// # Fix
    /// Build the app and start what was built.
    ///
    /// # References
    /// nextjs.org, "Going to production"; vite.dev, "Building for production".
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script src="/_next/static/chunks/main-app-3f2a.js"></script></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src="/_next/static/chunks/main-app.js?v=1763730000000"></script></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script type="module" src="/@vite/client"></script></html>
    /// ```
    "web.dev-server-live" on Site, Blocker, stage Route;
    fails "The site is served by a development server"; holds "The site is served by a production build";
    fn check(surface: Part<'_, Surface>) -> Verdict {
        let fault = surface.iter().find_map(|s| {
            let page = s.front.html.as_ref()?;
            let what = marks::dev_server(&page.scripts)?;
            let (build, start) = if what == "next dev" { ("npx next build", "npx next start") } else { ("npm run build", "serve the folder that was built (dist)") };
            let fix = Fix::steps([build, start]);
            Some(Fault::here(s.front.evidence(format!("its scripts come from {what}")), fix))
        });
        fault.into()
    }
}
