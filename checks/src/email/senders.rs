//! Who sends the app's mail, as its packages and variables show.

use super::facts::{FromAddress, MailPlan, Mx, Sender, Spf};
use crate::env::facts::{Entry, EnvSet, Production};
use crate::env::shape::{Kind, Mailing};
use crate::providers::{self, Provider, ReturnPath, Role};
use crate::vocab::{DomainName, Place, Shown};

/// The providers that an app sends through: a secret of theirs is set, a relay variable names their
/// host, a package of theirs is a dependency, or a secret of theirs is read. Only providers that an app
/// sends mail with count; a help desk's key says nothing about the domain's mail. In the order of their
/// ids, each once, with the best reason.
#[must_use]
pub fn inferred(env: Option<&EnvSet>, production: Option<&Production>) -> Vec<Sender> {
    let mut found = Vec::<(&'static Provider, Shown, Option<Place>)>::new();
    for entry in entries(env, production) {
        let set = !matches!(entry.shape.kind, Kind::Empty | Kind::Blank | Kind::Placeholder(_));
        let relay = entry.shape.relay.filter(|_| set).and_then(providers::by_id);
        let file = entry.at.as_ref().map_or("the process environment".into(), |at| at.file.clone());
        if let Some(provider) = sends_with(&entry.name).filter(|_| set) {
            found.push((provider, format!("{} in {file}", entry.name).into(), entry.at.clone()));
        } else if let Some(provider) = relay {
            let host = match &entry.shape.mailing {
                Some(Mailing::Relay(host)) => format!(" ({host})"),
                _ => String::new(),
            };
            found.push((provider, format!("{} in {file} names its relay{host}", entry.name).into(), entry.at.clone()));
        }
    }
    if let Some(env) = env {
        for provider in providers::ALL.iter().copied() {
            let wanted = provider.mail.as_ref().map_or(&[][..], |m| m.packages);
            if let Some(package) = env.packages.iter().find(|p| wanted.contains(&p.as_str())) {
                found.push((provider, format!("package.json depends on {package}").into(), None));
            }
        }
        for read in env.reads.iter().filter(|r| !r.tooling) {
            if let Some(provider) = sends_with(&read.name) {
                let because = format!("{} is read in {}", read.name, read.at.file);
                found.push((provider, because.into(), Some(read.at.clone())));
            }
        }
    }
    // A stable sort keeps the reasons of one provider in the order they were found: the best first.
    found.sort_by_key(|(provider, ..)| provider.id);
    found.dedup_by_key(|(provider, ..)| provider.id);
    let sender = |(provider, because, at): (&Provider, _, _)| Sender {
        provider: provider.id.into(),
        because,
        at,
        inferred: true,
        through: through(provider, env, production),
    };
    found.into_iter().map(sender).collect()
}

/// The variables of an app, production's first.
fn entries<'a>(env: Option<&'a EnvSet>, production: Option<&'a Production>) -> impl Iterator<Item = &'a Entry> {
    production.into_iter().flat_map(|p| &p.entries).chain(env.into_iter().flat_map(|e| &e.nearby))
}

/// The domain that mail is sent through with this provider, where a variable names it.
#[must_use]
pub fn through(provider: &Provider, env: Option<&EnvSet>, production: Option<&Production>) -> Option<DomainName> {
    let names = provider.mail.as_ref().map_or(&[][..], |m| m.domain_vars);
    entries(env, production).filter(|e| names.contains(&e.name.as_str())).find_map(|e| match &e.shape.mailing {
        // Nobody but its provider can publish anything at a sandbox.
        Some(Mailing::Domain(domain)) if super::is_own(domain) => Some(domain.clone()),
        _ => None,
    })
}

/// The configured return path that this provider also signs for: with some it is the sending domain
/// itself, such as `mg.acme.com`.
#[must_use]
pub fn by_return_path(provider: &Provider, domain: &DomainName, paths: &[DomainName]) -> Option<DomainName> {
    let one =
        provider.mail.as_ref().is_some_and(|m| matches!(m.return_path, ReturnPath::Records { label: Some(""), .. }));
    paths.iter().find(|p| one && p.is_within(domain)).cloned()
}

/// The From addresses that production is set to, and the sandboxes it is set to send through.
#[must_use]
pub fn addresses(production: &Production) -> Vec<FromAddress> {
    let address = |e: &Entry| {
        let (Some(Mailing::From(domain) | Mailing::Domain(domain)), file) =
            (&e.shape.mailing, e.at.as_ref().map_or("the process environment", |at| at.file.as_str()))
        else {
            return None;
        };
        let named = format!("{} in {file}", e.name).into();
        Some(FromAddress { named, variable: e.name.as_str().into(), domain: domain.clone(), at: e.at.clone() })
    };
    production.entries.iter().filter_map(address).collect()
}

/// The domains that the app's variables have in From: production's, else those of the files beside the
/// app that are not for development. Without sandboxes and free mailboxes.
#[must_use]
pub fn from_domains(env: Option<&EnvSet>, production: Option<&Production>) -> Vec<DomainName> {
    let own = |e: &Entry| match &e.shape.mailing {
        // The survey, which says whose mail is judged, looks at files alone.
        Some(Mailing::From(domain)) if e.at.is_some() && super::is_own(domain) => Some(domain.clone()),
        _ => None,
    };
    let mut all: Vec<DomainName> = production.into_iter().flat_map(|p| &p.entries).filter_map(own).collect();
    if all.is_empty() {
        let serves = |e: &&Entry| e.at.as_ref().is_some_and(|at| is_for_production(at.file.as_str()));
        all = env.into_iter().flat_map(|e| &e.nearby).filter(serves).filter_map(own).collect();
    }
    all.sort();
    all.dedup();
    all
}

/// Whether a dotenv file beside the app may be what production runs with, by its name.
#[must_use]
pub fn is_for_production(file: &str) -> bool {
    matches!(file.rsplit(['/', '\\']).next(), Some(".env" | ".env.production" | ".env.production.local"))
}

/// The providers that the domain's own records show, beside those that are known already: the SPF
/// record includes theirs, or its mail servers are theirs.
#[must_use]
pub fn from_dns(plan: &MailPlan, spf: Option<&Spf>, mx: Option<&Mx>) -> Vec<Sender> {
    if plan.senders.iter().any(|s| !s.inferred) {
        return Vec::new();
    }
    let includes = spf.map(|s| s.records.iter().map(|r| r.text.as_str().to_ascii_lowercase()).collect::<Vec<_>>());
    let sender = |provider: &'static Provider| {
        let mail = provider.mail.as_ref()?;
        let known =
            mail.apex_include.iter().chain(mail.useless_includes).chain(mail.apex_others).chain(at_sender(mail));
        let include = known.copied().find(|i| {
            includes.iter().flatten().any(|text| names_include(text, i)) && (owners(i) == 1 || is_home(mail, i))
        });
        let host = mx.and_then(|m| m.hosts.iter().find(|(_, h)| providers::is_host_of(h, mail.mx_hosts)));
        let because = match (include, host) {
            (Some(include), _) => format!("the SPF record includes {include}"),
            (None, Some((_, host))) => format!("mail to the domain goes to {host}"),
            (None, None) => return None,
        };
        let because = because.into();
        Some(Sender { provider: provider.id.into(), because, at: None, inferred: true, through: None })
    };
    let known = |s: &Sender| plan.senders.iter().any(|k| k.provider == s.provider);
    providers::ALL.iter().copied().filter_map(sender).filter(|s| !known(s)).collect()
}

/// The include of a provider whose customers send from the domain that the SPF record is of.
fn at_sender(mail: &'static providers::Mail) -> Option<&'static &'static str> {
    match &mail.return_path {
        ReturnPath::Records { label: Some(""), include, .. } => Some(include),
        _ => None,
    }
}
/// How many providers' customers publish this include.
fn owners(include: &str) -> usize {
    let mails = providers::ALL.iter().filter_map(|p| p.mail.as_ref());
    mails.filter(|m| m.is_include(include) || m.useless_includes.contains(&include)).count()
}
/// Whether the provider's keys are of the domain that is included: others send through it too.
fn is_home(mail: &providers::Mail, include: &str) -> bool {
    mail.key_hosts.iter().any(|host| providers::is_host_of(host, &[include]))
}

/// Whether an SPF record, in lower case, includes this name.
pub(crate) fn names_include(record: &str, include: &str) -> bool {
    let term = |t: &str| t.trim_start_matches(['+', '?', '~', '-']).strip_prefix("include:").map(str::to_owned);
    record.split_ascii_whitespace().filter_map(term).any(|d| d.trim_end_matches('.') == include)
}

/// The provider whose secret this is, where an app sends mail with it.
fn sends_with(variable: &str) -> Option<&'static Provider> {
    let (provider, var) = providers::by_variable(variable)?;
    let mails = provider.mail.as_ref().is_some_and(|m| !m.packages.is_empty());
    (mails && var.role == Role::Secret).then_some(provider)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::facts::{Read, Without};

    fn read(name: &str, tooling: bool) -> Read {
        Read { name: name.into(), at: Place::new("app/mail.ts", 3, 1), without: Without::Undefined, tooling }
    }

    #[test]
    fn packages_and_reads_show_who_sends() {
        let env = EnvSet {
            packages: vec!["next".into(), "@sendgrid/mail".into()],
            reads: vec![
                read("RESEND_API_KEY", false),
                read("SENDGRID_API_KEY", false),
                read("POSTMARK_SERVER_TOKEN", true),
                read("STRIPE_SECRET_KEY", false),
                read("INTERCOM_ACCESS_TOKEN", false),
                read("RESEND_FROM", false),
            ],
            ..EnvSet::default()
        };
        let senders = inferred(Some(&env), None);
        let seen: Vec<_> = senders.iter().map(|s| (s.provider.as_str(), s.because.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("resend", "RESEND_API_KEY is read in app/mail.ts"),
                ("sendgrid", "package.json depends on @sendgrid/mail")
            ]
        );
        assert!(inferred(None, None).is_empty());
    }
}
