//! `web.indexing-blocked`
use super::look::Look;
use super::surface::Surface;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The front page tells search engines to stay away: a `noindex` or a robots.txt that was left
    /// over from before the launch.
    ///
    /// A front page that is a login is no page to be found.
    ///
    /// # Why at launch
    /// Nobody finds the site by searching, and it takes weeks to be taken in again.
    ///
    /// # Fix
    /// Take the noindex away, and open robots.txt.
    ///
    /// # References
    /// RFC 9309 section 2.2.2; developers.google.com, "Robots meta tag specifications".
    ///
    /// ```pass
    /// https://acme.test/robots.txt 200 content-type: text/plain | body: Disallow: /admin
    /// ```
    /// ```pass
    /// https://acme.test/ 200 x-robots-tag: noindex | body: <html><title>Sign in</title><input type=password></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><meta name="robots" content="noindex,nofollow"><h1>Acme</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 x-robots-tag: noindex | body: <html><h1>Acme</h1></html>
    /// ```
    "web.indexing-blocked" on Site, High;
    fails "Search engines are told to stay away"; holds "Search engines may take the site in";
    fn check(surface: Part<'_, Surface>) -> Verdict {
        let Some(surface) = surface.iter().next() else { return Verdict::Pass };
        let front = &surface.front;
        if !front.is_success() || front.html.as_ref().is_none_or(|h| h.is_login()) {
            return Verdict::not_applicable("the front page is no page that should be found");
        }
        let mut faults = Vec::new();
        if let Some(what) = noindex(front) {
            let fix = Fix::step("Remove the noindex from production (it often hangs on a variable such as VERCEL_ENV or APP_ENV)");
            faults.push(Fault::new("noindex", front.evidence(what), fix));
        }
        if let Some(robots) = surface.robots.as_ref().filter(|r| keeps_all_out(r)) {
            let lines = vec!["User-agent: *".into(), "Allow: /".into()];
            let fix = Fix::Code { place: "robots.txt".into(), lines };
            faults.push(Fault::new("robots.txt", robots.evidence("Disallow: / for everybody"), fix));
        }
        faults.into()
    }
}

/// The word that keeps a page out of an index, where one does.
pub(super) fn noindex(look: &Look) -> Option<String> {
    let says = |v: &str| v.to_ascii_lowercase().split([',', ' ']).any(|w| matches!(w, "noindex" | "none"));
    if let Some(tag) = look.header("x-robots-tag").filter(|t| says(t.as_str())) {
        return Some(format!("x-robots-tag: {tag}"));
    }
    let meta = look.html.as_ref()?.meta("robots").filter(|m| says(m.as_str()))?;
    Some(format!("meta robots: {meta}"))
}

/// Whether robots.txt shuts every program out of everything (RFC 9309: the group of `*`).
pub(super) fn keeps_all_out(robots: &Look) -> bool {
    if !robots.is_success() {
        return false;
    }
    let (mut ours, mut agents, mut shut) = (false, false, false);
    for line in &robots.lines {
        let Some((key, value)) = line.as_str().split_once(':') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "user-agent" => {
                // Lines of agents that follow one another make one group.
                ours = (agents && ours) || value == "*";
                agents = true;
            }
            "disallow" | "allow" => {
                agents = false;
                if ours && key == "disallow" && value == "/" {
                    shut = true;
                }
                if ours && key == "allow" && value == "/" {
                    return false;
                }
            }
            _ => {}
        }
    }
    shut
}
