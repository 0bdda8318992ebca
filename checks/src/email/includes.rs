//! Whose include a name is, as the provider files tell.

use super::facts::{Branch, SpfTree};
use super::spf::{Kind, Mechanism, Record};
use crate::providers::{self, Mail, Provider, ReturnPath, is_host_of};
use crate::vocab::DomainName;

/// The providers whose customers include this name, each with its mail part.
fn owners(name: &DomainName) -> impl Iterator<Item = (&'static Provider, &'static Mail)> + '_ {
    providers::ALL.iter().filter_map(|p| {
        let mail = p.mail.as_ref()?;
        let theirs = mail.is_include(name.as_str()) || mail.useless_includes.contains(&name.as_str());
        theirs.then_some((*p, mail))
    })
}

/// Whose include this is, and the include that is needed instead, where one is.
pub(super) fn owner(name: &DomainName) -> Option<(String, Option<&'static str>)> {
    let all: Vec<_> = owners(name).collect();
    let names: Vec<_> = all.iter().map(|(p, _)| p.name).collect();
    (!all.is_empty()).then(|| (names.join(" or "), all.iter().find_map(|(_, m)| m.apex_include)))
}

/// The provider of an include that does nothing at a From domain: the envelope sender of its mail is
/// of another domain, which SPF is judged by.
pub(super) fn useless(name: &DomainName) -> Option<String> {
    let is_useless = owners(name).any(|(_, m)| m.useless_includes.contains(&name.as_str()));
    owner(name).filter(|_| is_useless).map(|(who, _)| who)
}

/// Whether a term of a record is the plain include of such a provider.
pub(super) fn is_useless(term: &str) -> bool {
    let target = term.trim_start_matches('+').strip_prefix("include:").and_then(|n| DomainName::parse(n).ok());
    target.is_some_and(|n| useless(&n).is_some())
}

/// The names that a record includes or redirects to, in order.
pub(super) fn named(record: &Record) -> impl Iterator<Item = DomainName> + '_ {
    record.reached().filter_map(|t| match &t.kind {
        Kind::Directive(_, Mechanism::Include(d)) | Kind::Redirect(d) => d.fixed(),
        _ => None,
    })
}

/// The providers of a record for people; what is nobody's that we know is told by its name.
pub(super) fn providers_of(record: &Record) -> String {
    let whose = |n: &DomainName| owner(n).map(|(who, _)| who).or_else(|| of_return_path(n));
    let names: Vec<String> = named(record).map(|n| whose(&n).unwrap_or_else(|| n.to_string())).collect();
    match names.split_last() {
        None => "no provider".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// The provider whose customers include this name at their return paths.
fn of_return_path(name: &DomainName) -> Option<String> {
    let includes = |m: &Mail| matches!(m.return_path, ReturnPath::Records { include, .. } if is_host_of(name.as_str(), &[include]));
    providers::ALL.iter().find(|p| p.mail.as_ref().is_some_and(includes)).map(|p| p.name.to_owned())
}

/// Whether it is the include of a service that holds mailboxes, whose mail cannot move to another domain.
pub(super) fn is_of_mailboxes(name: &DomainName) -> bool {
    owners(name).any(|(_, m)| !m.mx_hosts.is_empty())
}

/// Every branch that leads to a record, the root left out.
pub(super) fn behind(tree: &SpfTree) -> impl Iterator<Item = (&Branch, &DomainName)> {
    tree.root.all().into_iter().skip(1).filter_map(|b| Some((b, b.name.as_ref()?)))
}
