//! `web.compression-missing`
use super::surface::Bundle;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// The largest script is sent as it is, though compression was asked for.
    ///
    /// # Why at launch
    /// On a phone the page takes three to five times as long to begin.
    ///
    /// # Fix
    /// Switch gzip or Brotli on at the server or the CDN.
    ///
    /// # References
    /// RFC 9110 section 12.5.3; web.dev, "Optimize the encoding and transfer size of text-based assets".
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: x()
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: {many:5000}
    /// ```
    "web.compression-missing" on Site, Low;
    fails "Scripts are sent without compression"; holds "Scripts are compressed";
    fn check(bundle: Part<'_, Bundle>) -> Verdict {
        let fault = bundle.iter().filter_map(|b| b.squeezed.as_ref()).find(|l| l.is_success() && l.lower("content-encoding").is_empty());
        let fault = fault.map(|look| {
            let fix = Fix::Code {
                place: "nginx (a CDN has a switch)".into(),
                lines: vec!["gzip on;".into(), "gzip_types text/css application/javascript application/json image/svg+xml;".into()],
            };
            let note = format!("{} bytes, no content-encoding", look.size);
            Fault::here(look.evidence(note), fix).and_saw("asked with accept-encoding: gzip, br")
        });
        fault.into()
    }
}
