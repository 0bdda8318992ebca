//! `email.record-proxied`
use super::facts::MailPlan;
use super::setup::{SenderSetup, Trouble};
use super::setup_advice::fault;
use crate::{
    rule,
    vocab::{Fix, Part, Verdict},
};

rule! {
    /// An address stands where mail needs an alias: the DNS host proxies or flattens the record.
    ///
    /// Cloudflare does so for every record with the orange cloud. A name that answers only because of a
    /// wildcard does not count.
    ///
    /// # Why at launch
    /// The key behind the alias is not found, so mail is not authenticated and the provider does not
    /// verify the domain.
    ///
    /// # Fix
    /// Switch the proxy off for this record: it must be DNS only.
    ///
    /// # References
    /// RFC 1034, section 3.6.2; RFC 6376, section 3.6.2
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. CNAME s1.domainkey.u1.wl1.sendgrid.net.
    /// s1.domainkey.u1.wl1.sendgrid.net. TXT "p=<rsa-2048>"
    /// ```
    /// ```fail
    /// sender mandrill
    /// mte1._domainkey.acme.test. A 203.0.113.7
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. A 203.0.113.7
    /// ```
    "email.record-proxied" on Mail, High, stage Email;
    fails "An address stands where mail needs an alias"; holds "No proxy hides a mail record";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        if setup.spots.is_empty() {
            return Verdict::not_applicable("no sender and no selector is known");
        }
        let proxied = setup.spots.iter().filter(|s| s.trouble() == Some(&Trouble::Proxied));
        let told = proxied.map(|spot| {
            let fix = Fix::steps([
                format!("Set the record at {} to DNS only (Cloudflare: the grey cloud)", spot.name),
                format!("It must then answer as {}", spot.wanted()),
            ]);
            fault(plan, setup, spot, format!("An address stands at {} instead of the record", spot.name), fix)
        });
        told.collect::<Vec<_>>().into()
    }
}
