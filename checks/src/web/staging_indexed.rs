//! `web.staging-indexed`
use super::indexing_blocked::{keeps_all_out, noindex};
use super::surface::Staging;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};

rule! {
    /// A staging host is open to strangers, and search engines may take it in.
    ///
    /// # Why at launch
    /// Customers find the copy, sign up there, and pay nothing; unfinished work is public.
    ///
    /// # Fix
    /// Put a password or the platform's protection in front of it; at least send noindex.
    ///
    /// # References
    /// developers.google.com, "Block search indexing with noindex"; vercel.com, "Deployment Protection".
    ///
    /// ```pass
    /// staging staging.acme.test
    /// https://staging.acme.test/ 401 www-authenticate: Basic
    /// ```
    /// ```fail
    /// staging staging.acme.test
    /// https://staging.acme.test/ 200 body: <html><h1>Acme</h1></html>
    /// ```
    "web.staging-indexed" on Site, Medium;
    fails "A staging host is open and may be indexed"; holds "Staging hosts are closed";
    fn check(staging: Part<'_, Staging>) -> Verdict {
        let fault = |(host, look, robots): &(crate::vocab::DomainName, super::look::Look, Option<super::look::Look>)| {
            let login = look.html.as_ref().is_some_and(|h| h.is_login());
            if login {
                return None;
            }
            let hidden = noindex(look).is_some() || robots.as_ref().is_some_and(keeps_all_out);
            let fix = Fix::steps([
                format!("Protect {host} with a password or the platform's deployment protection"),
                "Or send X-Robots-Tag: noindex with every answer".to_owned(),
            ]);
            let note = if hidden { "open to everybody, not to be indexed" } else { "open to everybody, and nothing says noindex" };
            let fault = Fault::new(host, look.evidence(note), fix);
            Some(if hidden { fault.titled(format!("{host} is open to everybody")).lowered(Severity::Info) } else { fault })
        };
        staging.iter().flat_map(|s| &s.pages).filter_map(fault).collect::<Vec<_>>().into()
    }
}
