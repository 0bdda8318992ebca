//! `web.admin-open`
use super::visits::{Doors, Visit, Why, is_admin};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// A page or route for administrators answers strangers.
    ///
    /// Declared private paths must be closed; a route that is only asked is open where its answer
    /// holds data. Routes that the source names are asked with `--active`.
    ///
    /// # Why at launch
    /// Strangers read, and often change, everything that administrators can.
    ///
    /// # Fix
    /// Check the session and the role on the server, in each route: hiding the link closes nothing.
    ///
    /// # References
    /// OWASP API Security Top 10, API5 Broken Function Level Authorization.
    ///
    /// ```pass
    /// route /api/admin/users
    /// https://acme.test/api/admin/users 401 content-type: application/json | body: {"error":"Unauthorized"}
    /// ```
    /// ```fail
    /// private /admin
    /// https://acme.test/admin 200 body: <html><title>Admin</title><p>Customers 1,204, orders 17, refunds 3, complaints 1.</p></html>
    /// ```
    /// ```fail
    /// route /api/admin/users
    /// https://acme.test/api/admin/users 200 content-type: application/json | body: [{"id":1,"name":"Anna"}]
    /// ```
    "web.admin-open" on Site, Blocker, stage Route;
    fails "A page for administrators is open to everybody"; holds "Pages for administrators are closed to strangers";
    fn check(doors: Part<'_, Doors>) -> Verdict {
        let admin = |v: &&Visit| is_admin(&v.path) && v.why != Why::Health;
        super::visits::judge(doors.iter().map(|d| &d.0), admin, |visit, look| {
            // A page that was only asked may be a shell with a login in it; data is data.
            let data = look.json.as_ref().is_some_and(|j| j.records > 0 || j.is_personal());
            (visit.why == Why::Private || data).then(|| visit.fault("an answer to a stranger, without any cookie", fix(visit)))
        }, "no path of administrators is declared ([site] private-paths, [web] routes)")
    }
}

fn fix(visit: &Visit) -> Fix {
    Fix::Code {
        place: format!("the page or route behind {}", visit.path).into(),
        lines: vec![
            "const session = await auth();".into(),
            "if (session?.user.role !== \"admin\") return new Response(\"Not found\", { status: 404 });".into(),
        ],
    }
}

/// The fault of an administrators' path for another finding.
pub(super) fn of(visit: &Visit, note: &str) -> Fault {
    visit.fault(note, fix(visit))
}
