//! Who sends the app's mail, as its packages and variables show.

use super::facts::Sender;
use crate::env::facts::{EnvSet, Production};
use crate::env::shape::Kind;
use crate::providers::{self, Provider, Role};
use crate::vocab::{Place, Shown};

/// The providers that an app sends through: a package of theirs is a dependency, or a secret of
/// theirs is set or read. Only providers that an app sends mail with count; a help desk's key says
/// nothing about the domain's mail. In the order of their ids, each once, with the best reason.
#[must_use]
pub fn inferred(env: Option<&EnvSet>, production: Option<&Production>) -> Vec<Sender> {
    let mut found = Vec::<(&'static Provider, Shown, Option<Place>)>::new();
    let entries = production.iter().flat_map(|p| &p.entries);
    for entry in entries.chain(env.iter().flat_map(|e| &e.nearby)) {
        let set = !matches!(entry.shape.kind, Kind::Empty | Kind::Blank | Kind::Placeholder(_));
        if let Some(provider) = sends_with(&entry.name).filter(|_| set) {
            let file = entry.at.as_ref().map_or("the process environment".into(), |at| at.file.clone());
            found.push((provider, format!("{} in {file}", entry.name).into(), entry.at.clone()));
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
    };
    found.into_iter().map(sender).collect()
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
