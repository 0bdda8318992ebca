//! `web.admin-open-to-members`
use super::admin_open;
use super::visits::{Access, Asked, Members, access, is_admin};
use crate::rule;
use crate::vocab::{Fault, Verdict};
use std::collections::BTreeMap;

rule! {
    /// A page or route for administrators answers an ordinary account.
    ///
    /// # Why at launch
    /// Every customer who types the address is an administrator.
    ///
    /// # Fix
    /// Check the role on the server, in each route, and not only that somebody is signed in.
    ///
    /// # References
    /// OWASP API Security Top 10, API5 Broken Function Level Authorization.
    ///
    /// ```pass
    /// private /admin
    /// session member member -
    /// https://acme.test/admin 307 /login
    /// https://acme.test/admin@member 403
    /// ```
    /// ```fail
    /// private /admin
    /// session member member -
    /// https://acme.test/admin 307 /login
    /// https://acme.test/admin@member 200 body: <html><title>Admin</title><p>Customers 1,204, orders 17, refunds 3, complaints 1.</p></html>
    /// ```
    "web.admin-open-to-members" on Site, Blocker, stage Route;
    fails "A page for administrators is open to every account"; holds "Pages for administrators are closed to ordinary accounts";
    yields_to "web.admin-open";
    fn check(asked: &Asked, members: &Members) -> Verdict {
        let mut told: BTreeMap<&str, Fault> = BTreeMap::new();
        let mut judged = 0;
        let ordinary = members.accounts.iter().filter(|(s, _)| !s.role.as_deref().is_some_and(is_privileged));
        for (session, visits) in ordinary {
            for visit in visits.iter().filter(|v| is_admin(&v.path)) {
                judged += 1;
                let open = visit.last().is_some_and(|l| access(l, asked.shell.as_ref()) == Access::Open);
                if open {
                    let note = format!("an answer to the account \"{}\"", session.name);
                    told.entry(&visit.path).or_insert_with(|| admin_open::of(visit, &note));
                }
            }
        }
        if judged == 0 {
            return Verdict::not_applicable("no path of administrators is declared, or no ordinary account");
        }
        told.into_values().collect::<Vec<_>>().into()
    }
}

/// Whether a role may see the pages of administrators.
fn is_privileged(role: &str) -> bool {
    let role = role.to_ascii_lowercase();
    ["admin", "owner", "superuser", "staff", "root"].iter().any(|w| role.contains(w))
}
