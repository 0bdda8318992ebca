//! What the answers about senders' names show.

use super::dkim_key::select;
use super::path_cover::{Cover, cover};
use super::setup::{Basis, Spot, SpotRole, SpotState, Trouble, Want};
use super::spf::{self, Kind, Mechanism, Qualifier};
use crate::providers::{self, ReturnPath, is_host_of};
use crate::vocab::{Answers, DomainName, Evidence, Selector};
use crate::wire::{DnsAnswer, DnsQuestion, Found, Record, RecordKind};

#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) at: DomainName,
    pub(super) base: DomainName,
    pub(super) role: SpotRole,
    pub(super) basis: Basis,
    pub(super) provider: Option<&'static str>,
}
pub(super) type Seen = Answers<DnsQuestion>;

pub(super) fn mail(provider: Option<&'static str>) -> Option<&'static providers::Mail> {
    providers::by_id(provider?)?.mail.as_ref()
}
pub(super) fn empty_key(name: &Name, hosts: &[&str], alias: Option<String>, led: bool, seen: &Seen) -> Trouble {
    if let Some(alias) = alias {
        return match led {
            true => Trouble::Dangling(alias),
            false if hosts.is_empty() => Trouble::Missing,
            false => Trouble::Elsewhere(alias),
        };
    }
    let texts = known(seen, &name.at, RecordKind::Txt).into_iter().flat_map(DnsAnswer::texts);
    if texts.map(|t| String::from_utf8_lossy(&t).trim().to_owned()).any(|t| is_target(&t, hosts)) {
        return Trouble::Type("TXT");
    }
    let key = |a: &DnsAnswer| !select(a.texts()).is_empty();
    empty(name, seen, key)
}

/// What a target must be, where a panel has appended the domain to it: without the domain it is a host of
/// these.
pub(super) fn without_domain(to: &str, base: &DomainName, hosts: &[&str]) -> Option<String> {
    let zone = base.registrable();
    let meant = to.strip_suffix(zone.as_str())?.strip_suffix('.')?;
    is_host_of(meant, hosts).then(|| meant.to_owned())
}
/// The same for a key of any provider.
pub(super) fn appended_key(chain: &[&str], base: &DomainName) -> Option<(&'static str, String)> {
    let mails = || providers::ALL.iter().filter_map(|p| Some((p.id, p.mail.as_ref()?)));
    let of = |to: &str| mails().find_map(|(id, m)| Some((id, without_domain(to, base, m.key_hosts)?)));
    chain.iter().find_map(|to| of(to))
}
/// Whether a name was meant to be one of these hosts': it has their name under another top, such as
/// `sendgrid.com` for `sendgrid.net`.
fn resembles(to: &str, hosts: &[&str]) -> bool {
    let house = |host: &&&str| DomainName::parse(host).ok()?.registrable().labels().next().map(str::to_owned);
    let theirs = DomainName::parse(to).ok().and_then(|d| d.registrable().labels().next().map(str::to_owned));
    theirs.is_some_and(|t| hosts.iter().filter_map(|h| house(&h)).any(|h| h == t))
}

/// Where the alias of a selector leads to the key of another selector of the same provider: that name,
/// and the one it should be. The key is right until the provider changes to this one.
pub(super) fn crossed(selector: &Selector, chain: &[&str], mail: Option<&providers::Mail>) -> Option<(String, String)> {
    let mail = mail?;
    let known = || mail.selectors.iter().chain(mail.usual_selectors);
    known().find(|s| **s == selector.as_str())?;
    let to = chain.iter().find(|h| is_host_of(h, mail.key_hosts))?;
    let (label, rest) = to.split_once('.')?;
    known().find(|s| **s == label && label != selector.as_str())?;
    Some(((*to).to_owned(), format!("{selector}.{rest}")))
}

/// Whether something at the name is this provider's.
pub(super) fn touches(name: &Name, path: ReturnPath, seen: &Seen) -> bool {
    let (hosts, include) = match path {
        ReturnPath::Alias { hosts, .. } => (hosts, None),
        ReturnPath::Records { hosts, include, .. } => (hosts, Some(include)),
        _ => return false,
    };
    let cname = known(seen, &name.at, RecordKind::Cname).and_then(target);
    cname.is_some_and(|t| is_host_of(&t, hosts))
        || exchanges(seen, &name.at).iter().any(|h| is_host_of(h, hosts))
        || include.is_some_and(|i| includes(seen, &name.at, i))
}

/// What is wrong with a return path of this form.
pub(super) fn path_trouble(name: &Name, path: ReturnPath, seen: &Seen) -> Option<Trouble> {
    let wild = is_wild(name, seen);
    let cname = known(seen, &name.at, RecordKind::Cname).and_then(target).filter(|_| !wild);
    let mx = if wild { Vec::new() } else { exchanges(seen, &name.at) };
    let txt = known(seen, &name.at, RecordKind::Txt).filter(|_| !wild);
    let direct = |kind| known(seen, &name.at, kind).is_some_and(|a| a.aliases.is_empty() && !a.all().is_empty());
    if cname.is_some() && (direct(RecordKind::Txt) || direct(RecordKind::Mx)) {
        return Some(Trouble::WithOthers);
    }
    let nothing = cname.is_none() && mx.is_empty() && txt.is_none_or(|t| t.all().is_empty());
    let says = |a: &DnsAnswer, hosts: &[&str]| a.texts().any(|t| is_target(String::from_utf8_lossy(&t).trim(), hosts));
    match path {
        ReturnPath::Alias { hosts, .. } => match cname {
            Some(t) if is_host_of(&t, hosts) => None,
            Some(t) => Some(match without_domain(&t, &name.base, hosts) {
                Some(meant) => Trouble::Appended(meant),
                None => Trouble::Elsewhere(t),
            }),
            // Set up by hand, with records instead of the alias.
            None if !mx.is_empty() && mx.iter().all(|h| is_host_of(h, hosts)) => None,
            None if nothing => Some(empty(name, seen, |a| target(a).is_some_and(|t| is_host_of(&t, hosts)))),
            None if txt.is_some_and(|t| says(t, hosts)) => Some(Trouble::Type("TXT")),
            None => Some(Trouble::Mx),
        },
        ReturnPath::Records { label, hosts, include, .. } => {
            if nothing {
                let found = |a: &DnsAnswer| {
                    a.all().iter().any(|r| matches!(r, Record::Mx { exchange, .. } if is_host_of(exchange, hosts)))
                };
                return Some(empty(name, seen, found));
            }
            if cname.is_some() {
                return Some(Trouble::Type("CNAME"));
            }
            // At the sending domain itself its own mail servers may stand.
            let mx_right = label == Some("") || (!mx.is_empty() && mx.iter().all(|h| is_host_of(h, hosts)));
            match (mx_right, cover(&name.at, include, seen)) {
                (true, Cover::Whole) => None,
                (true, _) => Some(Trouble::Spf),
                (false, _) => Some(Trouble::Mx),
            }
        }
        _ => None,
    }
}

pub(super) fn spot(
    name: &Name,
    provider: Option<&'static str>,
    trouble: Option<Trouble>,
    wanted: Vec<Want>,
    mut saw: Vec<Evidence>,
    seen: &Seen,
) -> Spot {
    let state = match trouble {
        None => SpotState::Right,
        // Retired keys of the usual names are left behind by many.
        Some(Trouble::Missing | Trouble::Unusable) if name.basis == Basis::Usual => SpotState::Unverified,
        Some(Trouble::Elsewhere(to))
            if name.basis == Basis::Usual
                && matches!(name.role, SpotRole::Key(_))
                && !is_host_of(&to, mail(provider).map_or(&[][..], |m| m.key_hosts))
                && !(resembles(&to, mail(provider).map_or(&[][..], |m| m.key_hosts))
                    && known(seen, &name.at, RecordKind::Txt).is_some_and(|t| select(t.texts()).is_empty())) =>
        {
            SpotState::Unverified
        }
        Some(trouble) => {
            if let Trouble::Doubled(deep) = &trouble {
                saw.extend(positive(seen, deep, &[RecordKind::Txt, RecordKind::Cname, RecordKind::Mx]));
            }
            SpotState::Wrong(trouble)
        }
    };
    let strangers = Vec::new();
    Spot { name: name.at.clone(), role: name.role.clone(), basis: name.basis, provider, state, wanted, strangers, saw }
}

/// What an empty name shows: the record one domain too deep, an address, or nothing.
pub(super) fn empty(name: &Name, seen: &Seen, is_it: impl Fn(&DnsAnswer) -> bool) -> Trouble {
    if let Some(deep) = doubled(name) {
        let kinds = [RecordKind::Txt, RecordKind::Cname, RecordKind::Mx];
        if kinds.into_iter().filter_map(|k| known(seen, &deep, k)).any(&is_it) {
            return Trouble::Doubled(deep);
        }
    }
    let address = |n: &DomainName| known(seen, n, RecordKind::A).is_some_and(|a| a.addresses().next().is_some());
    if address(&name.at) && !stranger(name).is_some_and(|n| address(&n)) {
        return Trouble::Proxied;
    }
    Trouble::Missing
}

/// The name with its zone appended once more, as panels do to a name that was entered whole.
pub(super) fn doubled(name: &Name) -> Option<DomainName> {
    DomainName::parse(&format!("{}.{}", name.at, name.at.registrable())).ok()
}
/// A name beside it that nobody entered.
pub(super) fn stranger(name: &Name) -> Option<DomainName> {
    let above = if name.at == name.base { None } else { name.at.parent() };
    above?.child("launchcheck-nothing-here")
}

/// Whether the alias at the name is one that every name beside it has: then nobody entered it, and the
/// record that belongs there takes its place.
pub(super) fn is_wild(name: &Name, seen: &Seen) -> bool {
    let at = |n: &DomainName| known(seen, n, RecordKind::Cname).and_then(target);
    let through = || known(seen, &name.at, RecordKind::Txt)?.aliases.first().cloned();
    let beside = stranger(name).and_then(|n| at(&n));
    beside.is_some() && beside == at(&name.at).or_else(through)
}

pub(super) fn known<'a>(seen: &'a Seen, name: &DomainName, kind: RecordKind) -> Option<&'a DnsAnswer> {
    seen.get(&DnsQuestion::new(name.clone(), kind))?.get().ok()
}
pub(super) fn target(answer: &DnsAnswer) -> Option<String> {
    answer.all().iter().find_map(|r| match r {
        Record::Cname(to) => Some(to.clone()),
        _ => None,
    })
}
pub(super) fn exchanges(seen: &Seen, name: &DomainName) -> Vec<String> {
    let all = known(seen, name, RecordKind::Mx).map_or(&[][..], DnsAnswer::all);
    let host = |r: &Record| match r {
        Record::Mx { exchange, .. } => Some(exchange.clone()),
        _ => None,
    };
    all.iter().filter_map(host).collect()
}
pub(super) fn includes(seen: &Seen, name: &DomainName, include: &str) -> bool {
    let texts = known(seen, name, RecordKind::Txt).map(|a| a.texts().collect::<Vec<_>>()).unwrap_or_default();
    let (records, _) = spf::select(texts);
    // Regions have names of their own below it, such as `eu.mailgun.org`.
    let is_it = |name: DomainName| is_host_of(name.as_str(), &[include]);
    let passes = |kind: &Kind| match kind {
        Kind::Directive(Qualifier::Pass, Mechanism::Include(d)) | Kind::Redirect(d) => d.fixed().is_some_and(is_it),
        _ => false,
    };
    matches!(records.as_slice(), [only] if only.is_valid() && only.reached().any(|t| passes(&t.kind)))
}
/// Whether an SPF record stands at the name.
pub(super) fn has_record(seen: &Seen, name: &DomainName) -> bool {
    known(seen, name, RecordKind::Txt).is_some_and(|a| !spf::select(a.texts()).0.is_empty())
}
/// Whether a text is the name that an alias should lead to.
pub(super) fn is_target(text: &str, hosts: &[&str]) -> bool {
    !text.contains(char::is_whitespace) && is_host_of(text, hosts)
}
/// The provider whose key host one of these is.
pub(super) fn owner_of(chain: &[&str]) -> Option<&'static str> {
    let has =
        |p: &&&providers::Provider| p.mail.as_ref().is_some_and(|m| chain.iter().any(|h| is_host_of(h, m.key_hosts)));
    providers::ALL.iter().find(has).map(|p| p.id)
}

pub(super) fn evidence(seen: &Seen, name: &DomainName, kinds: &[RecordKind]) -> Vec<Evidence> {
    let one = |kind: &RecordKind| {
        let question = DnsQuestion::new(name.clone(), *kind);
        known(seen, name, *kind).map(|a| a.evidence(&question))
    };
    kinds.iter().filter_map(one).collect()
}
pub(super) fn positive(seen: &Seen, name: &DomainName, kinds: &[RecordKind]) -> Vec<Evidence> {
    let has = |k: &&RecordKind| known(seen, name, **k).is_some_and(|a| matches!(a.found, Found::Records(_)));
    let kinds: Vec<RecordKind> = kinds.iter().filter(has).copied().collect();
    evidence(seen, name, &kinds)
}
pub(super) fn is_positive(evidence: &Evidence) -> bool {
    matches!(evidence, Evidence::Dns { answer, .. }
        if !answer.iter().any(|a| a.as_str() == "NXDOMAIN" || a.as_str().starts_with("no ")))
}
