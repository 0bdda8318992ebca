//! `web.asset-uncached`
use super::surface::{Bundle, Script};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// Scripts with a hash in their name are not kept by browsers.
    ///
    /// # Why at launch
    /// Every visit loads everything again, and the bill for traffic grows with it.
    ///
    /// # Fix
    /// Let files whose name changes with their content be kept for a year.
    ///
    /// # References
    /// RFC 8246 (immutable); web.dev, "HTTP caching".
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script src="/assets/index-9f2c41aa.js"></script></html>
    /// https://acme.test/assets/index-9f2c41aa.js 200 content-type: text/javascript | cache-control: public, max-age=31536000, immutable | body: x()
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src="/assets/index-9f2c41aa.js"></script></html>
    /// https://acme.test/assets/index-9f2c41aa.js 200 content-type: text/javascript | cache-control: no-store | body: x()
    /// ```
    "web.asset-uncached" on Site, Low;
    fails "Scripts are loaded again with every visit"; holds "Scripts are kept by browsers";
    fn check(bundle: Part<'_, Bundle>) -> Verdict {
        let loose: Vec<&Script> = bundle.iter().flat_map(|b| &b.scripts).filter(|s| is_hashed(s.url.as_str()) && !is_kept(&s.cache_control)).collect();
        let Some(first) = loose.first() else { return Vec::new().into() };
        let fix = Fix::Header { name: "Cache-Control".into(), value: "public, max-age=31536000, immutable".into() };
        let said = if first.cache_control.is_empty() { "no cache-control".to_owned() } else { format!("cache-control: {}", first.cache_control) };
        let note = format!("{} has {said}", first.url);
        let mut fault = Fault::here(note, fix);
        if loose.len() > 1 {
            fault = fault.and_saw(format!("so have {} more", loose.len() - 1));
        }
        fault.into()
    }
}

/// Whether a file's name changes with its content: a part of eight characters with digits in it.
fn is_hashed(url: &str) -> bool {
    let name = url.rsplit('/').next().unwrap_or_default();
    let hash = |p: &str| {
        p.len() >= 8
            && p.bytes().filter(u8::is_ascii_digit).count() >= 2
            && p.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    name.split(['-', '.', '_', '~']).any(hash)
}
/// Whether browsers keep it for a day at least.
fn is_kept(control: &str) -> bool {
    let age = control.split(',').find_map(|p| p.trim().strip_prefix("max-age=")?.parse::<u64>().ok());
    !control.contains("no-store") && !control.contains("no-cache") && age.is_some_and(|s| s >= 86_400)
}
