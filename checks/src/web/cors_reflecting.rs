//! `web.cors-reflecting`
use super::visits::{Cors, CorsTry};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};
use std::collections::BTreeMap;

rule! {
    /// An API route lets scripts of every site read its answers with the visitor's cookies.
    ///
    /// `Access-Control-Allow-Origin: *` without credentials is how a public API answers, and with
    /// credentials browsers refuse it.
    ///
    /// # Why at launch
    /// Any page that a customer opens can read their data here and act in their name.
    ///
    /// # Fix
    /// Compare the Origin with a list, and answer others without the headers.
    ///
    /// # References
    /// Fetch, "CORS protocol and credentials"; CWE-942.
    ///
    /// ```pass
    /// route /api/plans
    /// https://acme.test/api/plans 200 access-control-allow-origin: * | body: {"a":1}
    /// ```
    /// ```fail
    /// route /api/me
    /// https://acme.test/api/me^https://launchcheck.example 200 access-control-allow-origin: https://launchcheck.example | access-control-allow-credentials: true
    /// ```
    /// ```fail
    /// route /api/me
    /// https://acme.test/api/me^null 200 access-control-allow-origin: null | access-control-allow-credentials: true
    /// ```
    "web.cors-reflecting" on Site, High;
    fails "An API route lets every site read it with cookies"; holds "No API route lets other sites read it with cookies";
    fn check(cors: Part<'_, Cors>) -> Verdict {
        let mut told: BTreeMap<&str, &CorsTry> = BTreeMap::new();
        for one in cors.iter().flat_map(|c| &c.tries).filter(|t| !t.own && reflects(t)) {
            told.entry(&one.path).or_insert(one);
        }
        told.into_values().map(fault).collect::<Vec<_>>().into()
    }
}

fn reflects(one: &CorsTry) -> bool {
    let allowed = one.look.header("access-control-allow-origin").is_some_and(|o| o.as_str() == one.origin);
    allowed && one.look.lower("access-control-allow-credentials") == "true"
}

fn fault(one: &CorsTry) -> Fault {
    let fix = Fix::Code {
        place: format!("the CORS settings of {}", one.path).into(),
        lines: vec![
            "const allowed = [process.env.NEXT_PUBLIC_APP_URL];".into(),
            "if (allowed.includes(origin)) headers.set(\"Access-Control-Allow-Origin\", origin);".into(),
        ],
    };
    let note = format!("sent origin: {}; access-control-allow-origin: {0}, with credentials", one.origin);
    let fault = Fault::new(&one.path, one.look.evidence(note), fix);
    // A route that answers nothing to anybody gives nothing away yet.
    if one.look.is_success() { fault } else { fault.lowered(Severity::Medium) }
}
