//! `tls.unreachable`
use super::facts::{HostPlan, HostRole, Reach};
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix, Shown, Verdict};
use crate::wire::HostFailure;

rule! {
    /// The host does not answer over TLS: its name leads nowhere, it refuses the connection, or it
    /// ends the handshake.
    ///
    /// A host that says nothing at all is not judged here, since silence may be our network's.
    ///
    /// # Why at launch
    /// Nobody can open the site, and providers that call it record failed deliveries.
    ///
    /// # Fix
    /// Publish an address for the name, and let a server with a certificate for it listen on the
    /// port. Take hosts that are not in use out of the configuration.
    ///
    /// # References
    /// RFC 8446 section 6.2 (alerts that end a handshake), RFC 9110 section 4.2.2 (https needs TLS).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host www.acme.test inferred
    /// unreachable nxdomain
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable refused
    /// ```
    /// ```fail
    /// host api.acme.test listed
    /// unreachable nxdomain
    /// ```
    "tls.unreachable" on Host, Blocker, stage Tls;
    fails "The host cannot be reached over TLS"; holds "The host answers over TLS";
    yields_to "tls.plain-text-on-port", "tls.client-certificate-demanded", "tls.modern-version-missing",
        "tls.handshake-refused";
    fn check(plan: &HostPlan, reach: &Reach) -> Verdict {
        let Err(failure) = &reach.outcome else { return Verdict::Pass };
        if plan.role == HostRole::InferredWww && failure.is_nowhere() {
            return Verdict::not_applicable("nobody declared this name, and it does not exist");
        }
        let saw = Evidence::Text(format!("{}:{}: {failure}", plan.host, plan.port).into());
        // The subject is the host's name on purpose: `web.unreachable` gives way to it by that.
        super::by_role(Fault::new(&plan.host, saw, fix(plan, failure)), plan, reach).into()
    }
}

fn fix(plan: &HostPlan, failure: &HostFailure) -> Fix {
    let (host, port) = (&plan.host, plan.port);
    let first: Shown = match failure {
        HostFailure::NoSuchName | HostFailure::NoAddress => {
            format!("Publish the A, AAAA or CNAME record for {host} that your hosting provider names").into()
        }
        HostFailure::Refused => format!("Start the web server for {host} and open port {port} in its firewall").into(),
        HostFailure::NotTls(_) => format!("Serve HTTPS, not plain HTTP, on port {port} of {host}").into(),
        HostFailure::PrivateAddress(a) => {
            format!("Point {host} at a public address: {a} cannot be reached from the internet").into()
        }
        HostFailure::Protocol(why) if why.as_str().contains("TooLarge") => {
            format!("Leave in the certificate file of {host} its own certificate and its intermediates alone: clients refuse so much").into()
        }
        HostFailure::Reset | HostFailure::TlsAlert(_) | HostFailure::Protocol(_) | HostFailure::WantsCertificate => {
            format!("Attach {host} to your site at the hosting provider, so that the server has a certificate for it")
                .into()
        }
    };
    Fix::Steps(vec![first, format!("Check it: openssl s_client -connect {host}:{port} -servername {host}").into()])
}
