//! `email.sender-unconfigured`
use super::alignment::Forecasts;
use super::dkim_key::Key;
use super::facts::{Dkim, MailPlan, Sender, Spf};
use super::setup::{SenderSetup, Spot, SpotRole, Standing, Trouble};
use super::setup_advice::{because, nothing_vouches, publish, steps};
use super::spf_outlook::SpfReach;
use crate::providers::is_host_of;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Shown, Verdict},
};

rule! {
    /// A service that sends mail for the domain has no DKIM key there, although it gives the same
    /// selectors to every customer.
    ///
    /// Selectors that are made for each customer cannot be guessed, so their absence is never a fault
    /// here. Who sends is taken from `[email] providers`, else from the app's variables, relay hosts and
    /// packages, else from the domain's own records; what was only guessed weighs little.
    ///
    /// # Why at launch
    /// The service signs with a domain of its own or not at all, so the signature does not count for
    /// your From address. Where SPF does not align either, DMARC fails and large receivers refuse the
    /// mail.
    ///
    /// # Fix
    /// Publish the DKIM records that the service shows for your domain.
    ///
    /// # References
    /// RFC 6376, section 3.6.2; RFC 9989, section 4.4
    ///
    /// ```pass
    /// sender resend
    /// resend._domainkey.acme.test. TXT "p=<rsa-2048>"
    /// ```
    /// ```pass
    /// # This provider makes a selector for each domain.
    /// sender postmark
    /// acme.test. TXT "v=spf1 include:_spf.google.com ~all"
    /// ```
    /// ```pass
    /// # Two products: from this domain the other one sends.
    /// sender resend postmark
    /// from-domain acme.test mail.acme.test
    /// selector 20261101pm
    /// 20261101pm._domainkey.acme.test. TXT "k=rsa; p=<rsa-2048>"
    /// ```
    /// ```fail
    /// sender resend
    /// acme.test. TXT "v=spf1 include:_spf.google.com ~all"
    /// ```
    /// ```fail
    /// # A slip in the target: the service's hosts are below sendgrid.net.
    /// sender sendgrid
    /// s1._domainkey.acme.test. CNAME s1.domainkey.u1.wl1.sendgrid.com.
    /// ```
    /// ```fail
    /// # The key of another service stands where this one's must be.
    /// sender mandrill
    /// acme.test. TXT "v=spf1 include:_spf.google.com ~all"
    /// mte1._domainkey.acme.test. CNAME s1.domainkey.u1.wl1.sendgrid.net.
    /// s1.domainkey.u1.wl1.sendgrid.net. TXT "p=<rsa-2048>"
    /// mte2._domainkey.acme.test. CNAME dkim2.mandrillapp.com.
    /// dkim2.mandrillapp.com. TXT "p=<rsa-2048>"
    /// ```
    "email.sender-unconfigured" on Mail, High, stage Email;
    fails "A sender is not set up in the DNS"; holds "The senders' keys that can be known are in the DNS";
    yields_to "email.sender-unauthenticated";
    fn check(
        plan: &MailPlan,
        spf: Part<'_, Spf>,
        reach: Part<'_, SpfReach>,
        dkim: Part<'_, Dkim>,
        setup: Part<'_, SenderSetup>,
        forecasts: Part<'_, Forecasts>,
    ) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        if setup.senders.is_empty() {
            return Verdict::not_applicable("no sender is known; [email] providers names them");
        }
        let nothing = matches!((spf.first(), reach.first(), dkim.first()), (Some(s), Some(r), Some(d)) if nothing_vouches(plan, s, r, d, Some(setup)));
        // Of several senders and several From domains each has its own, and who is set up here is no other's.
        let shared = plan.froms.len() > 1;
        let taken = |by: &Sender| {
            let others = setup.senders.iter().filter(|o| o.provider != by.provider);
            shared && others.into_iter().any(|o| matches!(setup.keys_of(o), Standing::Right(_)))
        };
        let fault = |sender: &Sender| {
            let Standing::Wrong(spots) = setup.keys_of(sender) else { return None };
            if taken(sender) {
                return None;
            }
            let mine: Vec<&Spot> = spots.into_iter().filter(|s| is_ours(s, plan, &dkim)).collect();
            let some_right = setup.spots.iter().any(|s| {
                s.is_key() && s.provider.is_some_and(|p| p == sender.provider.as_str()) && s.trouble().is_none()
            });
            let safe = some_right || forecasts.iter().any(|f| f.passes(sender.provider.as_str()) == Some(true));
            let severity = match (plan.is_certain(sender), safe) {
                (false, _) => Severity::Low,
                (true, true) => Severity::Medium,
                (true, false) => Severity::High,
            };
            // Where nothing at all vouches for the mail, the rule that says so speaks for all.
            let subject = if nothing { "" } else { sender.provider.as_str() };
            told(sender, &mine, subject).map(|f| f.lowered(severity))
        };
        setup.senders.iter().filter_map(fault).collect::<Vec<_>>().into()
    }
}

/// Whether the trouble is this rule's: nothing there, or somebody else's. A selector that the
/// configuration names and that has no key is `dkim-missing`'s.
fn is_ours(spot: &Spot, plan: &MailPlan, dkim: &Part<'_, Dkim>) -> bool {
    let SpotRole::Key(selector) = &spot.role else { return false };
    let configured = plan.selectors.iter().any(|(s, _)| s == selector);
    let has_key = dkim.iter().flat_map(|d| &d.keys).any(|k| k.at == spot.name && k.keys.iter().any(Key::is_usable));
    let kind = matches!(spot.trouble(), Some(Trouble::Missing | Trouble::Elsewhere(_) | Trouble::Dangling(_)));
    kind && (!configured || has_key)
}

fn told(sender: &Sender, spots: &[&Spot], subject: &str) -> Option<Fault> {
    let (first, rest) = spots.split_first()?;
    let name = first.whose();
    let here = |spot: &Spot| match spot.trouble() {
        Some(Trouble::Elsewhere(to)) => format!("; now it leads to {to}"),
        Some(Trouble::Dangling(to)) => format!("; now it leads to {to}, where nothing is"),
        _ => match alias(spot) {
            Some(to) => format!("; delete the CNAME record there first, which leads to {to}"),
            None => String::new(),
        },
    };
    let fix = match rest {
        _ if spots.iter().all(|s| awaits_key(s, sender)) => switch_on(spots, sender),
        [] if here(first).is_empty() => publish(first, "", Vec::new()),
        _ => Fix::steps(spots.iter().flat_map(|s| steps(s).map(|step| step + &here(s)))),
    };
    let title = format!("{name} is not set up for the domain");
    let saw = first.saw.first().cloned().unwrap_or_else(|| format!("nothing stands at {}", first.name).into());
    let fault = Fault::new(subject, saw, fix).titled(title);
    let more = first.saw.iter().skip(1).chain(rest.iter().flat_map(|s| &s.saw)).take(6).cloned();
    let fault = more.fold(fault, Fault::and_saw).and_saw(because(sender));
    Some(match &sender.at {
        Some(place) => fault.at(place.clone()),
        None => fault,
    })
}

/// Whether the alias leads to the service, as it must, and only the key behind it is not there.
fn awaits_key(spot: &Spot, sender: &Sender) -> bool {
    let theirs = |to: &str| sender.known().is_some_and(|(_, m)| is_host_of(to, m.key_hosts));
    matches!(spot.trouble(), Some(Trouble::Dangling(to)) if theirs(to.as_str()))
}
fn switch_on(spots: &[&Spot], sender: &Sender) -> Fix {
    let names: Vec<_> = spots.iter().map(|s| s.name.as_str()).collect();
    let (is, they) = if names.len() == 1 { ("alias is", "it leads") } else { ("aliases are", "they lead") };
    let place = sender.known().and_then(|(_, m)| m.switch_on);
    let name = sender.known().map_or(sender.provider.as_str(), |(p, _)| p.name);
    let act = match place {
        Some(place) => format!("In {place}: choose the domain and switch signing on"),
        None => format!("In the panel of {name}: have the domain verified again"),
    };
    Fix::steps([
        format!("{act}. The {is} in place ({}); {name} has no key yet where {they}", names.join(", ")),
        "If the panel shows other targets, put those in their place".to_owned(),
    ])
}

/// The alias at a name where none is wanted: nothing else can be entered beside it.
fn alias(spot: &Spot) -> Option<&Shown> {
    let at = |e: &'_ Evidence| matches!(e, Evidence::Dns { kind, .. } if kind.as_str() == "CNAME");
    let answers = spot.saw.iter().filter(|e| at(e)).find_map(|e| match e {
        Evidence::Dns { answer, .. } => answer.first(),
        _ => None,
    });
    answers.filter(|to| to.as_str().contains('.') && spot.wanted.iter().all(|w| w.kind != "CNAME"))
}
