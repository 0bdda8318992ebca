//! `email.mx-alias`
use super::mx_servers::{MxServer, MxServers};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// An MX record names an alias.
    ///
    /// # Why at launch
    /// MX records must name a host that has addresses itself. Some senders refuse the alias, so part of
    /// your incoming mail bounces, such as answers and support requests.
    ///
    /// # Fix
    /// Name the host that the alias leads to, or give the name A and AAAA records.
    ///
    /// # References
    /// RFC 2181, section 10.3; RFC 5321, section 5.1
    ///
    /// ```pass
    /// acme.test. MX 10 mx.acme.test.
    /// mx.acme.test. A 203.0.113.5
    /// ```
    /// ```pass
    /// # an alias to nothing is no address, which is another rule's
    /// acme.test. MX 10 mx.acme.test.
    /// mx.acme.test. CNAME gone.example.com.
    /// ```
    /// ```fail
    /// acme.test. MX 10 mail.acme.test.
    /// mail.acme.test. CNAME host.example.
    /// host.example. A 203.0.113.5
    /// ```
    "email.mx-alias" on Mail, Medium, stage Email;
    fails "A mail server's name is an alias"; holds "The mail servers' names are no aliases";
    fn check(servers: Part<'_, MxServers>) -> Verdict {
        if servers.iter().all(|s| s.servers.is_empty()) {
            return Verdict::not_applicable("the domain names no mail server");
        }
        servers.iter().flat_map(|s| &s.servers).filter_map(judge).collect::<Vec<_>>().into()
    }
}

fn judge(server: &MxServer) -> Option<Fault> {
    // Where nothing is at its end, that is the trouble, and email.mx-unresolvable tells of it.
    let to = server.alias.as_ref().filter(|_| server.resolves != Some(false))?;
    let host = server.host.as_str();
    let saw = Evidence::Dns { name: host.into(), kind: "CNAME".into(), answer: vec![to.into()] };
    let fix = Fix::step(format!("Name {to} in the MX record instead of {host}, or give {host} A and AAAA records"));
    Some(Fault::new(host, saw, fix).titled(format!("The mail server {host} is an alias")))
}
