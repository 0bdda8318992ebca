//! `tls.plain-text-on-port`
use super::facts::{HostPlan, Reach, Refusal};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The port answers in plain text where TLS is expected.
    ///
    /// # Why at launch
    /// No https address of the host works: browsers say that the site cannot give a secure connection.
    ///
    /// # Fix
    /// Let the web server speak TLS on that port. An app that listens there by itself belongs behind
    /// a server or platform that does.
    ///
    /// # References
    /// RFC 9110 section 4.2.2 (https needs TLS); RFC 8446 section 4.1 (what a server answers first).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable not-tls
    /// refusal plain-text HTTP/1.1 400 Bad Request
    /// ```
    "tls.plain-text-on-port" on Host, Blocker, stage Tls;
    fails "The port speaks plain text, not TLS"; holds "The port speaks TLS";
    fn check(plan: &HostPlan, reach: &Reach, refusal: &Refusal) -> Verdict {
        let said = match refusal {
            Refusal::PlainText(said) => said,
            Refusal::None => return Verdict::Pass,
            _ => return Verdict::not_applicable(super::OTHERWISE),
        };
        let (host, port) = (&plan.host, plan.port);
        let fix = Fix::steps([
            format!("nginx: listen {port} ssl; with ssl_certificate and ssl_certificate_key for {host}"),
            "An app of its own: let it listen on another port, and put a server that speaks TLS in front".to_owned(),
            format!("Check it: openssl s_client -connect {host}:{port} -servername {host}"),
        ]);
        let saw = format!("{host}:{port} answered a TLS handshake with: {said}");
        super::by_role(Fault::new(host, saw, fix), plan, reach).into()
    }
}
