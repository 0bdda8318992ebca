//! `email.mx-unresolvable`
use super::facts::MailPlan;
use super::mx_servers::{MxServer, MxServers, is_local};
use crate::{
    providers, rule,
    vocab::{DomainName, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// An MX record names a host that has no address.
    ///
    /// # Why at launch
    /// Where no server is left, everything that is sent to you bounces: answers, support requests,
    /// sign-ups at services. Where others are left, mail is only late.
    ///
    /// # Fix
    /// Correct the name or delete the record. An MX record names a host, never an address.
    ///
    /// # References
    /// RFC 5321, section 5.1
    ///
    /// ```pass
    /// acme.test. MX 10 mx.acme.test.
    /// mx.acme.test. AAAA 2001:db8::5
    /// ```
    /// ```fail
    /// receives
    /// acme.test. MX 10 mx.acme.tset.
    /// ```
    /// ```fail
    /// # the panel appended the domain to the target
    /// acme.test. MX 1 aspmx.l.google.com.acme.test.
    /// ```
    /// ```fail
    /// acme.test. MX 10 localhost.
    /// ```
    /// ```fail
    /// acme.test. MX 10 mx.acme.test.
    /// mx.acme.test. A 127.0.0.1
    /// ```
    /// ```fail
    /// acme.test. MX 10 203.0.113.5.
    /// ```
    "email.mx-unresolvable" on Mail, High, stage Email;
    fails "A mail server has no address"; holds "The mail servers have addresses";
    fn check(plan: &MailPlan, servers: Part<'_, MxServers>) -> Verdict {
        if servers.iter().all(|s| s.servers.is_empty()) {
            return Verdict::not_applicable("the domain names no mail server");
        }
        let all = || servers.iter().flat_map(|s| &s.servers);
        let severity = match (all().any(|s| s.resolves != Some(false)), plan.receives) {
            (true, _) => Severity::Low,
            (false, false) => Severity::Medium,
            (false, true) => Severity::High,
        };
        let gone = all().filter(|s| s.resolves == Some(false));
        gone.map(|s| fault(s, &plan.domain).lowered(severity)).collect::<Vec<_>>().into()
    }
}

/// The host that was meant, where a panel has appended the domain to the name of a known mail service.
fn appended<'a>(host: &'a str, domain: &DomainName) -> Option<&'a str> {
    let meant = host.strip_suffix(domain.registrable().as_str())?.strip_suffix('.')?;
    let mails = providers::ALL.iter().filter_map(|p| p.mail.as_ref());
    mails.into_iter().any(|m| providers::is_host_of(meant, m.mx_hosts)).then_some(meant)
}

fn fault(server: &MxServer, domain: &DomainName) -> Fault {
    let host = server.host.as_str();
    let fix = match appended(host, domain) {
        Some(meant) => Fix::steps([
            format!(
                "Correct {host} in the MX record to {meant}: the DNS panel has put {} behind it",
                domain.registrable()
            ),
            format!("Where it does so again, enter the name with a dot at its end: {meant}."),
        ]),
        None => {
            Fix::step(format!("Correct {host} in the MX record to the name that your mail service shows, or delete it"))
        }
    };
    let mut saw = server.answers.iter().map(|(question, answer)| answer.evidence(question));
    let first = saw.next().unwrap_or_else(|| {
        if is_local(host) {
            format!("the MX record names {host}").into()
        } else {
            format!("the MX record names {host}, which is no host name").into()
        }
    });
    // An address in place of a name is a name like any other to the DNS, and nobody has it.
    let title = match host.trim_end_matches('.').parse::<std::net::IpAddr>() {
        Ok(_) => format!("An MX record holds the address {host}; it must name a host"),
        Err(_) if is_local(host) || server.answers.iter().any(|(_, a)| a.addresses().next().is_some()) => {
            format!("The mail server {host} is whichever machine asks: mail for you never leaves the sender's")
        }
        Err(_) => format!("The mail server {host} has no address"),
    };
    saw.fold(Fault::new(host, first, fix).titled(title), Fault::and_saw)
}
