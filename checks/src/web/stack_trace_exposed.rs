//! `web.stack-trace-exposed`
use super::look::{Kind, Look};
use super::pressure::Odd;
use super::surface::Surface;
use super::visits::Asked;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};
use std::collections::BTreeMap;

rule! {
    /// An error answer shows the machinery: a stack trace, an error of the database, an address
    /// inside the network.
    ///
    /// Looked for in what a missing page and the declared routes answer, with `--active` also in
    /// what they answer to malformed input. An article about errors is none.
    ///
    /// # Why at launch
    /// It tells strangers versions, paths and tables, which is where attacks begin, and customers that
    /// nobody tested this.
    ///
    /// # Fix
    /// Log the error on the server and answer with a sentence and a number to ask about.
    ///
    /// # References
    /// CWE-209; OWASP Web Security Testing Guide, WSTG-ERRH-02.
    ///
    /// ```pass
    /// route /api/plans
    /// https://acme.test/api/plans 500 content-type: application/json | body: {"error":"Something went wrong"}
    /// ```
    /// ```fail
    /// route /api/plans
    /// https://acme.test/api/plans 500 content-type: application/json | body: {"error":"connect ECONNREFUSED 10.0.0.5:5432"}
    /// ```
    /// ```fail
    /// route /api/plans
    /// active
    /// https://acme.test/api/plans?id=%27%22%3C&page=-1&limit=x 500 content-type: text/plain | body: SQLSTATE[42601]: syntax error
    /// ```
    "web.stack-trace-exposed" on Site, High;
    fails "An error answer shows the machinery behind it"; holds "Error answers show nothing of the machinery";
    fn check(surface: Part<'_, Surface>, asked: Part<'_, Asked>, odd: Option<&Odd>) -> Verdict {
        let missing = surface.iter().filter_map(|s| s.missing.as_ref()).map(|l| ("a page that does not exist", l));
        let visits = asked.iter().flat_map(|a| &a.visits).filter_map(|v| Some((v.path.as_str(), v.last()?)));
        let odd = odd.iter().flat_map(|o| &o.looks).map(|(path, look)| (path.as_str(), look));
        let mut told: BTreeMap<&str, Fault> = BTreeMap::new();
        for (subject, look) in missing.chain(visits).chain(odd) {
            if let Some(what) = shows(look) {
                told.entry(subject).or_insert_with(|| Fault::new(subject, look.evidence(what), fix()));
            }
        }
        told.into_values().collect::<Vec<_>>().into()
    }
}

/// The sign of machinery in an answer that is an error, or data.
fn shows(look: &Look) -> Option<&'static str> {
    look.trace.filter(|_| look.wall.is_none() && (look.status >= 400 || look.kind == Kind::Json))
}

fn fix() -> Fix {
    Fix::Code {
        place: "the error handler of the app (and NODE_ENV=production)".into(),
        lines: vec![
            "console.error(error);".into(),
            "return Response.json({ error: \"Something went wrong\" }, { status: 500 });".into(),
        ],
    }
}
