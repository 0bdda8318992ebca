//! `web.private-page-open`
use super::look::Look;
use super::visits::{Doors, Visit, Why, is_admin, is_api};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// A page that the configuration calls private is open to everybody.
    ///
    /// A login in its place, a redirect or a refusal is closed. A shell that every path gets holds
    /// nothing private.
    ///
    /// # Why at launch
    /// Whoever knows or guesses the address reads what customers trust you with.
    ///
    /// # Fix
    /// Check the session on the server before anything is rendered.
    ///
    /// # References
    /// OWASP Top 10, A01 Broken Access Control; nextjs.org, "Authentication".
    ///
    /// ```pass
    /// private /account
    /// https://acme.test/account 307 /login?next=/account
    /// ```
    /// ```pass
    /// private /account
    /// https://acme.test/account 200 body: <html><title>Sign in</title><input type=password></html>
    /// ```
    /// ```fail
    /// private /account
    /// https://acme.test/account 200 body: <html><title>Your account</title><p>Invoices of March: 12, of April: 15, of May: 17.</p></html>
    /// ```
    "web.private-page-open" on Site, Blocker, stage Route;
    fails "A private page is open to everybody"; holds "Private pages are closed to strangers";
    yields_to "web.admin-open";
    fn check(doors: Part<'_, Doors>) -> Verdict {
        let private = |v: &&Visit| v.why == Why::Private && !is_admin(&v.path);
        super::visits::judge(doors.iter().map(|d| &d.0), private, |visit, _| Some(open(visit)), "no private path is declared ([site] private-paths)")
    }
}

fn open(visit: &Visit) -> Fault {
    let refuse = if is_api(&visit.path) {
        "if (!session) return new Response(\"Unauthorized\", { status: 401 });"
    } else {
        "if (!session) redirect(\"/login\");"
    };
    let fix = Fix::Code {
        place: format!("the page or route behind {}", visit.path).into(),
        lines: vec!["const session = await auth();".into(), refuse.into()],
    };
    let fault = visit.fault("content, without any cookie", fix);
    // It may be open because a cache hands out what it once was given.
    match visit.last().and_then(Look::shared) {
        Some(sign) => fault.and_saw(format!(
            "a shared cache may keep it ({sign}): send Cache-Control: private, no-store, and purge it"
        )),
        None => fault,
    }
}
