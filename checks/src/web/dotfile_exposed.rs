//! `web.dotfile-exposed`
use super::marks::Weight;
use super::surface::Exposed;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};

rule! {
    /// A file that nobody should see is served: `.env`, the git repository, a backup.
    ///
    /// Told by what is in the answer and never by its status: many sites answer 200 to everything.
    ///
    /// # Why at launch
    /// Bots ask every new site for these files within hours. Keys, source and customers are then theirs.
    ///
    /// # Fix
    /// Take the file away, let the server refuse names that begin with a dot, and revoke every key
    /// that stood in it.
    ///
    /// # References
    /// CWE-538; OWASP Web Security Testing Guide, WSTG-CONF-04.
    ///
    /// ```pass
    /// https://acme.test/.env 404
    /// ```
    /// ```pass
    /// https://acme.test/.env 200 content-type: text/html | body: <!doctype html><html><div id="root"></div></html>
    /// ```
    /// ```fail
    /// https://acme.test/.git/HEAD 200 content-type: text/plain | body: ref: refs/heads/main
    /// ```
    /// ```fail
    /// https://acme.test/.env 200 content-type: application/octet-stream | body: API_KEY=abc
    /// ```
    "web.dotfile-exposed" on Site, Blocker, stage Secret;
    fails "A file that nobody should see is served"; holds "No environment file, repository or backup is served";
    fn check(exposed: Part<'_, Exposed>) -> Verdict {
        let fault = |(look, file): &(super::look::Look, super::marks::Exposure)| {
            let note = if file.names.is_empty() {
                file.what.to_owned()
            } else {
                let names: Vec<&str> = file.names.iter().take(6).map(crate::vocab::Shown::as_str).collect();
                format!("{} that sets {}", file.what, names.join(", "))
            };
            let fix = Fix::steps([
                format!("Delete the file from what is served, and check it: curl -s {}", look.url),
                "nginx: location ~ /\\.(?!well-known) { deny all; }".to_owned(),
                "Revoke every key and password that stood in it".to_owned(),
            ]);
            let fault = Fault::new(&look.url, look.evidence(note), fix);
            if file.weight == Weight::Light { fault.lowered(Severity::Low) } else { fault }
        };
        exposed.iter().flat_map(|e| &e.files).map(fault).collect::<Vec<_>>().into()
    }
}
