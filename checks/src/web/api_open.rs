//! `web.api-open`
use super::visits::{Asked, Visit, Why, is_admin};
use crate::rule;
use crate::vocab::{Fix, Part};

rule! {
    /// An API route gives strangers what belongs to persons: addresses, phone numbers, tokens.
    ///
    /// Only the answer tells: a public API with a price list is in order.
    ///
    /// # Why at launch
    /// One loop downloads all customers, and that is a breach to be reported within 72 hours.
    ///
    /// # Fix
    /// Check the session in the route, and select only the fields that the page needs.
    ///
    /// # References
    /// OWASP API Security Top 10, API1 and API3; GDPR article 33.
    ///
    /// ```pass
    /// route /api/plans
    /// https://acme.test/api/plans 200 content-type: application/json | body: [{"id":1,"name":"Pro","price":4900}]
    /// ```
    /// ```fail
    /// route /api/users
    /// https://acme.test/api/users 200 content-type: application/json | body: [{"id":1,"email":"anna@customers.example"}]
    /// ```
    "web.api-open" on Site, High, stage Route;
    fails "An API route gives personal data to everybody"; holds "No API route that was asked gives personal data to strangers";
    yields_to "web.admin-open";
    fn check(asked: Part<'_, Asked>) -> Verdict {
        let route = |v: &&Visit| matches!(v.why, Why::Route | Why::Found) && !is_admin(&v.path);
        super::visits::judge(asked.iter(), route, |visit, look| {
            let json = look.json.as_ref().filter(|j| j.is_personal())?;
            let what = if json.personal.is_empty() { "e-mail addresses".to_owned() } else { json.personal.join(", ") };
            let count = json.records.max(1);
            let note = format!("{count} record{} with {what}, without any cookie", if count == 1 { "" } else { "s" });
            let fix = Fix::Code {
                place: format!("the route behind {}", visit.path).into(),
                lines: vec![
                    "const session = await auth();".into(),
                    "if (!session) return Response.json({ error: \"Unauthorized\" }, { status: 401 });".into(),
                ],
            };
            Some(visit.fault(note, fix))
        }, "no route is declared ([web] routes)")
    }
}
