//! `email.sender-sandboxed`
use super::facts::{MailPlan, Sender};
use crate::providers;
use crate::vocab::DomainName;
use crate::{
    rule,
    vocab::{Fault, Fix, Shown, Verdict},
};

/// Where anybody gets an address, so that no app can be authenticated for it.
const FREE: &[&str] = &[
    "aol.com",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.com",
    "yahoo.co.uk",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
];

rule! {
    /// Production sends from a domain that is not yours: a provider's sandbox, or a free mailbox.
    ///
    /// Judged are `[email] from` and the variables of production, such as `EMAIL_FROM` and
    /// `MAILGUN_DOMAIN`. A sandbox on a developer's machine is healthy.
    ///
    /// # Why at launch
    /// A sandbox delivers to the owner of the account and to nobody else, so no customer gets a mail. For a
    /// free-mail domain nobody but its operator can sign, and its DMARC policy has the mail refused.
    ///
    /// # Fix
    /// Send from an address of your own domain, set up at the provider.
    ///
    /// # References
    /// <https://resend.com/docs/dashboard/emails/send-test-emails>;
    /// <https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-sandbox>; RFC 9989
    ///
    /// ```pass
    /// from
    /// address hello@mail.acme.test
    /// ```
    /// ```fail
    /// address onboarding@resend.dev
    /// ```
    /// ```fail
    /// sender mailgun
    /// address postmaster@sandbox0a1b2c.mailgun.org
    /// ```
    /// ```fail
    /// from
    /// domain gmail.com
    /// ```
    "email.sender-sandboxed" on Mail, Blocker, stage Email;
    fails "Mail is sent from a domain that reaches no customer"; holds "Mail is sent from a domain of your own";
    fn check(plan: &MailPlan) -> Verdict {
        if !plan.declared && plan.addresses.is_empty() {
            return Verdict::not_applicable("no From address is known; [email] from names it");
        }
        let own = plan.declared.then(|| why(&plan.domain, &plan.senders)).flatten().map(|why| {
            fault((&plan.domain).into(), format!("[email] from has an address of {}", plan.domain), &why)
        });
        let set = plan.addresses.iter().filter(|a| own.is_none() || a.domain != plan.domain).filter_map(|a| {
            let fault = fault(a.variable.clone(), format!("{}: {}", a.named, a.domain), &why(&a.domain, &plan.senders)?);
            Some(match &a.at {
                Some(place) => fault.at(place.clone()),
                None => fault,
            })
        });
        let set: Vec<Fault> = set.collect();
        own.into_iter().chain(set).collect::<Vec<_>>().into()
    }
}

fn fault(subject: Shown, saw: String, why: &str) -> Fault {
    let fix = Fix::steps([
        "Add your own domain at the mail provider and publish the records that it shows",
        "Send from an address of that domain",
    ]);
    Fault::new(subject, saw, fix).and_saw(why)
}

/// The provider that lends this domain for trying out.
fn lender(domain: &DomainName) -> Option<&'static providers::Provider> {
    let lends = |p: &&providers::Provider| {
        p.mail.as_ref().is_some_and(|m| m.sandboxes.iter().any(|s| providers::fits(domain.as_str(), s)))
    };
    providers::ALL.iter().copied().find(lends)
}
/// Whether a domain may be somebody's own: no provider lends it, and nobody gets a mailbox there for free.
pub(super) fn is_own(domain: &DomainName) -> bool {
    lender(domain).is_none() && !FREE.contains(&domain.as_str())
}

/// Why mail from this domain reaches no customer.
fn why(domain: &DomainName, senders: &[Sender]) -> Option<String> {
    if let Some(provider) = lender(domain) {
        return Some(format!(
            "{domain} is a sandbox of {}: it delivers to the owner of the account alone",
            provider.name
        ));
    }
    // Over the mailbox's own relay its operator signs the mail.
    let by_right = !senders.is_empty()
        && senders.iter().all(|s| s.known().is_some_and(|(_, m)| m.free_mail.contains(&domain.as_str())));
    (FREE.contains(&domain.as_str()) && !by_right)
        .then(|| format!("{domain} gives free mailboxes to anybody; only its operator can sign for it"))
}
