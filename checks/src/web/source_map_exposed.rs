//! `web.source-map-exposed`
use super::surface::Bundle;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// A script names a source map, and everybody can read it.
    ///
    /// # Why at launch
    /// The map holds the original source with its comments: strangers read what the bundler had hidden.
    ///
    /// # Fix
    /// Do not publish maps. An error tracker gets them by upload.
    ///
    /// # References
    /// ECMA-426 (source map format); nextjs.org, `productionBrowserSourceMaps`; CWE-540.
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: x()//# sourceMappingURL=a.js.map
    /// https://acme.test/a.js.map 404 content-type: text/html | body: <h1>Not found</h1>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src="/a.js"></script></html>
    /// https://acme.test/a.js 200 content-type: text/javascript | body: x()//# sourceMappingURL=a.js.map
    /// https://acme.test/a.js.map 200 body: {"version":3,"sources":["a.ts"],"sourcesContent":["x()"],"mappings":"A"}
    /// ```
    "web.source-map-exposed" on Site, Medium;
    fails "Source maps can be read by everybody"; holds "No source map can be read";
    fn check(bundle: Part<'_, Bundle>) -> Verdict {
        let maps: Vec<_> = bundle.iter().flat_map(|b| &b.maps).collect();
        let Some((_, map)) = maps.first() else { return Vec::new().into() };
        let fix = Fix::Code {
            place: "next.config.js (Vite: build.sourcemap = false or \"hidden\")".into(),
            lines: vec!["productionBrowserSourceMaps: false,".into()],
        };
        let mut fault = Fault::here(map.evidence("a source map with the original source"), fix);
        fault.saw.extend(maps.iter().skip(1).take(4).map(|(_, m)| m.evidence("another")));
        fault.into()
    }
}
