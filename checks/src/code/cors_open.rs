//! `code.cors-open`
use super::practice::Doors;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// An answer allows whatever site asked to read it with the visitor's cookies.
    ///
    /// `Access-Control-Allow-Origin: *` alone is healthy for public data; so is an origin that is looked
    /// up in a list first.
    ///
    /// # Why at launch
    /// Any page that a signed-in customer visits can then read their data and act for them.
    ///
    /// # Fix
    /// Answer with the origin only where it is one of your own, or leave out
    /// `Access-Control-Allow-Credentials`.
    ///
    /// # References
    /// - Fetch standard, CORS and credentials: <https://fetch.spec.whatwg.org/#cors-protocol-and-credentials>
    ///
    /// ```pass
    /// file app/api/me/route.ts
    /// const ours = ["https://acme.test"]
    /// export function GET(request: Request) {
    ///   const origin = request.headers.get("origin") ?? ""
    ///   if (!ours.includes(origin)) return new Response("", { status: 403 })
    ///   return new Response("", { headers: { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" } })
    /// }
    /// ```
    /// ```pass
    /// file app/api/status/route.ts
    /// export const GET = () => Response.json({ up: true }, { headers: { "Access-Control-Allow-Origin": "*" } })
    /// ```
    /// ```fail
    /// file app/api/me/route.ts
    /// export function GET(request: Request) {
    ///   const origin = request.headers.get("origin") ?? ""
    ///   return new Response("", { headers: { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" } })
    /// }
    /// ```
    "code.cors-open" on App, Medium;
    fails "Any site may read answers with the visitor's cookies"; holds "Other sites get no answers with cookies";
    fn check(found: Part<'_, Doors>) -> Verdict {
        let Some(found) = found.first() else { return Verdict::Pass };
        if !found.speaks_cors {
            return Verdict::not_applicable("the source says nothing about other sites");
        }
        let told = |c: &super::practice::Cors| {
            let fix = Fix::Code {
                place: c.at.file.clone(),
                lines: vec![
                    "const allowed = [\"https://app.example.com\"];".into(),
                    "if (allowed.includes(origin)) headers.set(\"Access-Control-Allow-Origin\", origin);".into(),
                ],
            };
            Fault::new(&c.at.file, Evidence::Place(c.at.clone(), format!("{}, and allows credentials", c.how).into()), fix).at(c.at.clone())
        };
        found.cors.iter().map(told).collect::<Vec<_>>().into()
    }
}
