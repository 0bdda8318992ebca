//! `tls.renewal-blocked-path`
use super::challenge::{Challenge, End, View};
use super::facts::{Certificate, HostPlan};
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix, Part, Severity, Verdict};
use crate::wire::HostFailure;

rule! {
    /// Something stands in the way of the check over plain http by which ACME authorities make sure of
    /// the host: an AAAA record that leads elsewhere, a closed port 80, or a redirect into nowhere.
    ///
    /// Only where today's certificate comes from such an authority, is for no wildcard, and no hosting
    /// platform serves the host. From outside it cannot be told whether the check goes over http or
    /// another way (DNS, TLS-ALPN), so a closed port is only low, unless CAA records leave no other way.
    ///
    /// # Why at launch
    /// The first certificate was mostly fetched before the last change of records and redirects. The
    /// next one meets them.
    ///
    /// # Fix
    /// Let port 80 answer on every address of the host, and leave `/.well-known/acme-challenge/` to the
    /// ACME client.
    ///
    /// # References
    /// RFC 8555 section 8.3; letsencrypt.org/docs/challenge-types and /docs/ipv6-support
    ///
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// challenge 2001:db8::1 301
    /// challenge 203.0.113.1 301
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// challenge 2001:db8::1 refused
    /// challenge 203.0.113.1 404
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// challenge 203.0.113.1 refused
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// challenge 203.0.113.1 301
    /// challenge onward nxdomain
    /// ```
    "tls.renewal-blocked-path" on Host, Medium, stage Tls;
    fails "The next renewal may fail: the authority's check over http"; holds "Nothing is seen in the way of the authority's check over http";
    yields_to "tls.unreachable";
    fn check(plan: &HostPlan, cert: &Certificate, challenge: Part<'_, Challenge>) -> Verdict {
        let Some(challenge) = challenge.first() else { return Verdict::Pass };
        let (sixth, fourth): (Vec<&View>, Vec<&View>) = challenge.views.iter().partition(|v| v.address.is_ipv6());
        let (six, four) = (sixth.first().copied(), fourth.first().copied());
        let host = &plan.host;
        let fault = |fix| Fault { saw: challenge.evidence(), ..Fault::here("", fix) };
        match (six, four) {
            (Some(View { said: Err(why), address }), Some(View { said: Ok(_), .. })) if closed(why) => {
                let fix = Fix::steps([
                    format!("Delete the AAAA record of {host} ({address}) if its server is not meant to use IPv6"),
                    "Else let the web server listen there too: listen [::]:80; (nginx), Listen [::]:80 (Apache)".to_owned(),
                ]);
                let title = format!("The next renewal of {host} may fail: its AAAA record leads to where port 80 is closed");
                return fault(fix)
                    .and_saw("authorities ask IPv6 first, and turn to IPv4 only where it does not answer at all")
                    .titled(title)
                    .into();
            }
            (Some(View { said: Ok(a), address }), Some(View { said: Ok(b), .. })) if a != b => {
                let fix = Fix::steps([
                    format!("See that {address} and the IPv4 address of {host} lead to the same server"),
                    format!("If not, correct or delete the AAAA record of {host}"),
                ]);
                let title = format!("The next renewal of {host} may fail: its AAAA record leads to another server");
                return fault(fix).titled(title).lowered(Severity::Low).into();
            }
            _ => {}
        }
        if !challenge.views.is_empty() && challenge.views.iter().all(|v| matches!(&v.said, Err(why) if closed(why))) {
            let fix = Fix::steps([
                format!("Open port 80 of {host}: redirect everything to https but /.well-known/acme-challenge/"),
                "Or renew over the DNS or TLS-ALPN, as Caddy and hosting platforms do; then this is no fault".to_owned(),
            ]);
            let fault = fault(fix)
                .and_saw(format!("the certificate comes from {}, whose check mostly goes over port 80", cert.issuer_organisation))
                .titled(format!("The next renewal of {host} may fail: port 80 is closed"));
            return if challenge.only_way {
                fault.and_saw("CAA records leave it no other check").into()
            } else {
                fault.lowered(Severity::Low).into()
            };
        }
        let to = match &challenge.end {
            Some(End::Failed(url, why)) => format!("{url}: {why}"),
            Some(End::Odd(url)) => format!("{url}, where authorities do not follow"),
            _ => return Verdict::Pass,
        };
        let fix = Fix::Code {
            place: format!("the web server's configuration of {host}, port 80 (nginx)").into(),
            lines: ["location /.well-known/acme-challenge/ { root /var/www/letsencrypt; }", "location / { return 301 https://$host$request_uri; }"]
                .map(Into::into)
                .to_vec(),
        };
        fault(fix)
            .and_saw(format!("the check is led to {to}"))
            .titled(format!("The next renewal of {host} may fail: its http redirect leads into nowhere"))
            .into()
    }
}

/// Whether nobody listens there.
const fn closed(why: &HostFailure) -> bool {
    matches!(why, HostFailure::Refused | HostFailure::Reset)
}

impl Challenge {
    fn evidence(&self) -> Vec<Evidence> {
        let line = |v: &View| {
            let (status, note) = match &v.said {
                Ok((status, to)) => (*status, to.as_ref().map(|t| format!(", location: {t}")).unwrap_or_default()),
                Err(why) => (0, format!(": {why}")),
            };
            let note = format!("at {}{note}", v.address).into();
            Evidence::Http { method: "GET".into(), url: self.url.clone(), status, note }
        };
        self.views.iter().map(line).collect()
    }
}
