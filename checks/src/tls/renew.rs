//! What to do so that a certificate is renewed: it differs by who renews it, and a command that was
//! never installed helps nobody.

use super::facts::{Certificate, HostPlan};
use super::renewal::{Renewal, Way};
use super::upkeep::Upkeep;
use crate::vocab::{DomainName, Fix};

/// Where it is looked up why a client of the site's own did not renew.
const WHY: &str = "Then find out why the renewal did not run: systemctl list-timers | grep -i certbot";

/// How to renew this certificate.
pub(super) fn renew(plan: &HostPlan, cert: &Certificate, upkeep: Option<&Upkeep>) -> Fix {
    let host = &cert.host;
    let steps = match Renewal::of(plan, cert, upkeep).way {
        Way::Platform(name) => vec![
            format!("At {name}: open the domains of the project and see why {host} has no fresh certificate"),
            format!("Mostly the DNS record of {host} no longer leads to {name}, or a CAA record forbids its authority"),
            format!("If both are well, remove {host} there and add it again, so that it is issued anew"),
        ],
        Way::Amazon => vec![
            format!("In AWS Certificate Manager, open the certificate of {host} and read its renewal status"),
            "Publish the CNAME record that it names for the validation: without it AWS renews nothing".to_owned(),
        ],
        Way::Client => client(host),
        Way::Declared => [
            vec![format!("Let the machine that renews {host} do so now, and read in its log why it did not by itself")],
            client(host),
        ]
        .concat(),
        Way::Hand if plan.private_ca => {
            vec![format!(
                "Issue a new certificate for {host} with your own authority, put it in place, and reload the server"
            )]
        }
        Way::Hand => by_hand(cert),
    };
    Fix::Steps(steps.into_iter().map(Into::into).collect())
}

/// With an ACME client that is there, or with a platform behind it.
fn client(host: &DomainName) -> Vec<String> {
    let own = "Own server: certbot renew --force-renewal, then reload the web server".to_owned();
    let hosted =
        format!("Hosted: remove {host} from the project's domains and add it again, so that it is issued anew");
    // No platform has addresses among its domains.
    let hosted = (!host.is_address()).then_some(hosted);
    [own].into_iter().chain(hosted).chain([WHY.to_owned()]).collect()
}

/// Where nothing says that there is a machine.
fn by_hand(cert: &Certificate) -> Vec<String> {
    let host = &cert.host;
    let whom = match cert.issuer_organisation.as_str() {
        "" => "the authority that issued this one".to_owned(),
        name => name.to_owned(),
    };
    let again = if super::renewal::is_acme(cert) {
        format!(
            "Let your ACME client issue it anew, as it did the last time: {}",
            super::certbot(host, " --force-renewal")
        )
    } else {
        format!("Order a new certificate for {host} from {whom}, put it and its key in place, and reload the server")
    };
    vec![
        again,
        format!("or let a machine do it from now on: {}, whose timer renews it", super::certbot(host, "")),
        format!(
            "If one does already: set renewal = \"auto\" under the [[host]] table of {host}, and see why it did not"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Shown;
    use std::net::Ipv4Addr;

    /// The steps for an example's certificate, and the same where it is an address's.
    fn steps(text: &str, address: bool) -> String {
        let (_, facts, at) = crate::tls::example::facts(text).unwrap();
        let plan = facts.host_plan[&at].get().unwrap();
        let mut cert = facts.certificate[&at].get().unwrap().clone();
        if address {
            cert.host = DomainName::of_address(Ipv4Addr::new(192, 0, 2, 7).into());
        }
        let upkeep = facts.upkeep.get(&at).and_then(|u| u.get().ok());
        match renew(plan, &cert, upkeep) {
            Fix::Steps(steps) => steps.iter().map(Shown::as_str).collect::<Vec<_>>().join("\n"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_way_of_renewal_has_its_own_words() {
        for (text, has, lacks) in [
            ("issuer Let's Encrypt", "certbot renew --force-renewal, then", "Order"),
            ("edge Vercel", "At Vercel", "certbot"),
            ("issuer Amazon\nlifetime 198d", "AWS Certificate Manager", "certbot"),
            ("renewal auto", "Let the machine that renews acme.test", "Order"),
            ("renewal auto\nedge Netlify", "At Netlify", "certbot"),
            (
                "issuer DigiCert Inc\nlifetime 198d",
                "Order a new certificate for acme.test from DigiCert Inc",
                "certbot renew",
            ),
            ("issuer DigiCert Inc\nlifetime 198d\nrenewal manual", "Order a new certificate", "certbot renew"),
            ("issuer Let's Encrypt\nrenewal manual", "certbot certonly --force-renewal -d acme.test", "certbot renew"),
            ("ca private\nrenewal manual", "your own authority", "certbot"),
        ] {
            let said = steps(text, false);
            assert!(said.contains(has) && !said.contains(lacks), "{text}: {said}");
        }
        for text in ["issuer Let's Encrypt", "renewal auto", "issuer DigiCert Inc\nlifetime 198d"] {
            let said = steps(text, true);
            let odd = ["the project", "-d 192", "acme.test"];
            assert!(!odd.iter().any(|w| said.contains(w)), "{text}: {said}");
        }
    }

    #[test]
    fn a_host_of_ones_own_is_sent_to_no_public_authority() {
        let (targets, facts, at) =
            crate::tls::example::facts("ca private\nrenewal manual\nnames www.acme.test").unwrap();
        let told = ["tls.name-uncovered", "tls.renewal-manual"].map(|id| {
            let rule = crate::rules().find(|r| r.id == id).unwrap();
            let crate::vocab::Eval::Code(eval) = &rule.eval else { panic!("code") };
            match eval(&crate::vocab::View::new(&at, &targets, &facts)) {
                Ok(crate::vocab::Verdict::Fail(faults)) => format!("{:?}", faults[0].fix),
                other => panic!("{id}: {other:?}"),
            }
        });
        for text in told {
            assert!(text.contains("your own authority") && !text.contains("certbot"), "{text}");
        }
    }
}
