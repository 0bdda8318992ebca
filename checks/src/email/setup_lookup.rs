//! Asks for the names that the senders need, and where one is not as it should be, for what shows
//! the mistake: an alias, an address, the same name one domain too deep.

use super::dkim_key::select;
use super::facts::{MailPlan, Sender};
use super::path_cover::{self, Cover, cover};
use super::setup::{Basis, SenderSetup, Spot, SpotRole, SpotState, Trouble, Want, wanted_key, wanted_path};
use super::setup_seen::{
    Name, Seen, appended_key, crossed, doubled, empty, empty_key, evidence, is_positive, is_wild, known, mail,
    owner_of, path_trouble, positive, spot, stranger, target, touches,
};
use crate::providers::{self, ReturnPath, is_host_of};
use crate::vocab::{Cause, DomainName, Evidence, Inquiry, Missing, Observed, Selector, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Record, RecordKind};

/// Looks at the names of the senders, two rounds at most but where an SPF record has to be followed.
#[derive(Clone, Debug)]
pub struct SetupLookup {
    domain: DomainName,
    senders: Vec<Sender>,
    names: Vec<Name>,
}

impl SetupLookup {
    /// The names of the plan's senders and of those that the DNS shows.
    #[must_use]
    pub fn new(plan: &MailPlan, shown: Vec<Sender>) -> Self {
        let senders: Vec<Sender> = plan.senders.iter().cloned().chain(shown).collect();
        let mut names = Vec::<Name>::new();
        let mut add = |name: Option<DomainName>, base: &DomainName, role: SpotRole, basis, provider| {
            if let Some(name) = name.filter(|n| names.iter().all(|k| k.at != *n)) {
                names.push(Name { at: name, base: base.clone(), role, basis, provider });
            }
        };
        let mut bases = vec![plan.domain.clone()];
        bases.extend(senders.iter().filter_map(|s| s.through.clone()));
        bases.dedup();
        for (provider, mail, base) in senders.iter().filter_map(|s| {
            let (provider, mail) = s.known()?;
            Some((provider.id, mail, s.through.clone().unwrap_or_else(|| plan.domain.clone())))
        }) {
            let selectors = |list: &'static [&'static str]| list.iter().filter_map(|s| Selector::parse(s).ok());
            for (selector, basis) in selectors(mail.selectors)
                .map(|s| (s, Basis::Fixed))
                .chain(selectors(mail.usual_selectors).map(|s| (s, Basis::Usual)))
            {
                add(selector.at(&base), &base, SpotRole::Key(selector), basis, Some(provider));
            }
            let (label, optional) = match mail.return_path {
                ReturnPath::Alias { label, optional, .. } | ReturnPath::Records { label, optional, .. } => {
                    (label, optional)
                }
                _ => (None, true),
            };
            let sure = senders.iter().any(|s| s.provider.as_str() == provider && s.through.is_some());
            let name = match label {
                // The sending domain itself, where it is known.
                Some("") => sure.then(|| base.clone()),
                Some(label) => base.child(label),
                None => None,
            };
            let why = if optional { Basis::Usual } else { Basis::Fixed };
            add(name, &base, SpotRole::ReturnPath, why, Some(provider));
        }
        for (selector, _) in &plan.selectors {
            for base in &bases {
                add(selector.at(base), base, SpotRole::Key(selector.clone()), Basis::Configured, None);
            }
        }
        for path in &plan.return_paths {
            match names.iter_mut().find(|n| n.at == *path) {
                Some(known) => known.basis = Basis::Configured,
                None => names.push(Name {
                    at: path.clone(),
                    base: plan.domain.clone(),
                    role: SpotRole::ReturnPath,
                    basis: Basis::Configured,
                    provider: None,
                }),
            }
        }
        Self { domain: plan.domain.clone(), senders, names }
    }

    fn first(&self) -> Vec<DnsQuestion> {
        let mut all = vec![DnsQuestion::new(self.domain.clone(), RecordKind::Cname)];
        for name in &self.names {
            all.push(DnsQuestion::new(name.at.clone(), RecordKind::Txt));
            if !matches!(name.role, SpotRole::Key(_)) {
                all.push(DnsQuestion::new(name.at.clone(), RecordKind::Mx));
                all.push(DnsQuestion::new(name.at.clone(), RecordKind::Cname));
            }
        }
        all
    }

    /// What is asked about names where nothing useful stands.
    fn second(&self, seen: &Seen) -> Vec<DnsQuestion> {
        let mut all = Vec::new();
        for name in &self.names {
            let Some(txt) = known(seen, &name.at, RecordKind::Txt) else { continue };
            let key = matches!(name.role, SpotRole::Key(_));
            let hosts = mail(name.provider).map_or(&[][..], |m| m.key_hosts);
            let empty = if key {
                select(txt.texts()).is_empty()
            } else {
                let none = |kind| known(seen, &name.at, kind).is_some_and(|a| a.all().is_empty());
                txt.all().is_empty() && none(RecordKind::Mx) && none(RecordKind::Cname)
            };
            if key && (empty || (txt.aliases.is_empty() && !hosts.is_empty())) {
                all.push(DnsQuestion::new(name.at.clone(), RecordKind::Cname));
            }
            let right = |(_, path)| touches(name, path, seen);
            let aliased = || known(seen, &name.at, RecordKind::Cname).and_then(target).is_some();
            if if key { empty && !txt.aliases.is_empty() } else { aliased() && !self.paths().any(right) } {
                // It may be one that stands at `*` and answers for every name.
                all.extend(stranger(name).map(|n| DnsQuestion::new(n, RecordKind::Cname)));
            }
            for (_, path) in self.paths().filter(|_| !key) {
                let ReturnPath::Records { include, .. } = path else { continue };
                if (name.basis != Basis::Usual || touches(name, path, seen))
                    && let Step::Ask(more) = path_cover::step(&name.at, include, seen)
                {
                    all.extend(more);
                }
            }
            if !empty {
                continue;
            }
            all.push(DnsQuestion::new(name.at.clone(), RecordKind::A));
            // Where names answer that nobody entered, an answer shows nothing.
            all.extend(stranger(name).map(|n| DnsQuestion::new(n, RecordKind::A)));
            for kind in if key { &[RecordKind::Txt][..] } else { &[RecordKind::Cname, RecordKind::Mx] } {
                all.extend(doubled(name).map(|n| DnsQuestion::new(n, *kind)));
            }
        }
        all.sort();
        all.dedup();
        all
    }

    /// The senders whose return path could be this name.
    fn paths(&self) -> impl Iterator<Item = (&'static str, ReturnPath)> + '_ {
        let known = self.senders.iter().filter_map(Sender::known);
        known
            .map(|(p, m)| (p.id, m.return_path))
            .filter(|(_, path)| matches!(path, ReturnPath::Alias { .. } | ReturnPath::Records { .. }))
    }

    fn judge_key(&self, name: &Name, selector: &Selector, seen: &Seen) -> Spot {
        let txt = known(seen, &name.at, RecordKind::Txt);
        let keys = txt.map(|t| select(t.texts())).unwrap_or_default();
        let wild = keys.is_empty() && is_wild(name, seen);
        let cname = known(seen, &name.at, RecordKind::Cname).and_then(target).filter(|_| !wild);
        let aliases = txt.filter(|_| !wild).map_or(&[][..], |t| &t.aliases);
        let alias = aliases.first().or(cname.as_ref()).cloned();
        let chain: Vec<&str> = aliases.iter().chain(&cname).map(String::as_str).collect();
        let appended = appended_key(&chain, &name.base).filter(|_| keys.is_empty());
        let provider = name.provider.or_else(|| self.whose_key(selector, &chain, !keys.is_empty()));
        let provider = provider.or(appended.as_ref().map(|(id, _)| *id));
        let hosts = mail(provider).map_or(&[][..], |m| m.key_hosts);
        let led = chain.iter().any(|h| is_host_of(h, hosts));
        let trouble = match keys.as_slice() {
            [_, ..] if cname.is_some() && txt.is_some_and(|t| t.aliases.is_empty()) => Some(Trouble::WithOthers),
            [_, ..] if !chain.is_empty() && !hosts.is_empty() && !led => {
                let owner = owner_of(&chain).filter(|o| Some(*o) != provider);
                // An alias to a name of one's own may lead on to the provider's key.
                owner.and(alias.clone()).map(Trouble::Elsewhere)
            }
            [only] if only.is_usable() => None,
            [_, ..] => Some(Trouble::Unusable),
            [] => Some(match &appended {
                Some((_, meant)) => Trouble::Appended(meant.clone()),
                None => empty_key(name, hosts, alias, led, seen),
            }),
        };
        let mut saw = evidence(seen, &name.at, &[RecordKind::Txt]);
        if keys.is_empty() || matches!(trouble, Some(Trouble::WithOthers | Trouble::Elsewhere(_))) {
            saw.extend(positive(seen, &name.at, &[RecordKind::Cname, RecordKind::A]));
        }
        let mut wanted = match &appended {
            Some((_, meant)) => vec![Want { kind: "CNAME", value: meant.as_str().into(), exact: true }],
            None => wanted_key(mail(provider), selector, &name.base),
        };
        let (mut trouble, crossed) = (trouble, crossed(selector, &chain, mail(provider)));
        if let (true, Some((to, right))) = (trouble.is_none(), crossed) {
            trouble = Some(Trouble::Elsewhere(to));
            wanted = vec![Want { kind: "CNAME", value: right.into(), exact: true }];
            saw.extend(positive(seen, &name.at, &[RecordKind::Cname]));
        }
        spot(name, provider, trouble, wanted, saw, seen)
    }

    /// Whose configured selector it is: by where it leads, by its form, or because only one sender
    /// can have it.
    fn whose_key(&self, selector: &Selector, chain: &[&str], is_key: bool) -> Option<&'static str> {
        let mut known = self.senders.iter().filter_map(Sender::known);
        let by = |f: &dyn Fn(&providers::Mail) -> bool| {
            self.senders.iter().filter_map(Sender::known).find(|(_, m)| f(m)).map(|(p, _)| p.id)
        };
        by(&|m| chain.iter().any(|h| is_host_of(h, m.key_hosts)))
            .or_else(|| by(&|m| m.selector_patterns.iter().any(|p| providers::fits(selector.as_str(), p))))
            .or_else(|| {
                let fits =
                    |m: &providers::Mail| is_key && m.selectors.is_empty() && (m.key_as_txt || !chain.is_empty());
                let (only, _) = known.find(|(_, m)| fits(m))?;
                known.all(|(_, m)| !fits(m)).then_some(only.id)
            })
    }

    fn judge_path(&self, name: &Name, seen: &Seen) -> Spot {
        let own = name.provider.and_then(|p| self.paths().find(|(id, _)| *id == p));
        let mut others = self.paths();
        let guess = own.or_else(|| {
            let all: Vec<_> = self.paths().collect();
            let fits =
                |(_, path): &&(&'static str, ReturnPath)| path_trouble(name, *path, seen) != Some(Trouble::Missing);
            let exact = all.iter().find(|(_, path)| path_trouble(name, *path, seen).is_none());
            exact.or_else(|| all.iter().find(|c| fits(c) && touches(name, c.1, seen))).copied().or_else(|| {
                let only = others.next()?;
                others.next().is_none().then_some(only)
            })
        });
        let saw = evidence(seen, &name.at, &[RecordKind::Cname, RecordKind::Mx, RecordKind::Txt]);
        let saw = if saw.iter().any(is_positive) { saw.into_iter().filter(is_positive).collect() } else { saw };
        let mut saw: Vec<Evidence> = saw;
        let Some((provider, path)) = guess else {
            let kinds = [RecordKind::Cname, RecordKind::Mx, RecordKind::Txt];
            let all_empty = kinds
                .iter()
                .all(|k| known(seen, &name.at, *k).is_some_and(|a| a.all().is_empty() && a.aliases.is_empty()));
            let found = |a: &DnsAnswer| !a.all().is_empty();
            let trouble = all_empty.then(|| empty(name, seen, found));
            if matches!(trouble, Some(Trouble::Proxied)) {
                saw.extend(positive(seen, &name.at, &[RecordKind::A]));
            }
            let mut spot = spot(name, None, trouble, wanted_path(None, None, false), saw, seen);
            if spot.state == SpotState::Right {
                spot.state = SpotState::Unverified;
            }
            return spot;
        };
        let mut trouble = path_trouble(name, path, seen);
        // A label that the provider only proposes may serve something else.
        let uncertain = name.basis == Basis::Usual && !touches(name, path, seen);
        if uncertain && matches!(trouble, Some(Trouble::Mx | Trouble::Spf | Trouble::Elsewhere(_))) {
            trouble = Some(Trouble::Missing);
        }
        if matches!(trouble, Some(Trouble::Proxied)) {
            saw.extend(positive(seen, &name.at, &[RecordKind::A]));
        }
        let (mut strangers, mut unclear, mut has_mx) = (Vec::new(), false, false);
        if let ReturnPath::Records { hosts, include, .. } = path {
            unclear = trouble == Some(Trouble::Spf) && cover(&name.at, include, seen) == Cover::Part;
            let records = known(seen, &name.at, RecordKind::Mx).map_or(&[][..], DnsAnswer::all);
            let (theirs, others): (Vec<_>, Vec<_>) =
                records.iter().partition(|r| matches!(r, Record::Mx { exchange, .. } if is_host_of(exchange, hosts)));
            has_mx = !theirs.is_empty();
            strangers = others.into_iter().map(Record::shown).collect();
        }
        let wanted = wanted_path(mail(Some(provider)), Some(path), has_mx);
        let mut spot = Spot { strangers, ..spot(name, Some(provider), trouble, wanted, saw, seen) };
        if unclear {
            spot.state = SpotState::Unverified;
        }
        spot
    }

    /// Where the From domain is an alias and must not be one.
    fn alias(&self, seen: &Seen) -> Option<(String, Vec<Evidence>)> {
        let to = known(seen, &self.domain, RecordKind::Cname).and_then(target)?;
        let beside =
            |kind| known(seen, &self.domain, kind).is_some_and(|a| a.aliases.is_empty() && !a.all().is_empty());
        let others = [RecordKind::Txt, RecordKind::Mx].into_iter().any(beside);
        // At the top of a zone stand SOA and NS records, so an alias there is always beside others.
        let top = self.domain.registrable() == self.domain;
        (others || top)
            .then(|| (to, positive(seen, &self.domain, &[RecordKind::Cname, RecordKind::Txt, RecordKind::Mx])))
    }
}

/// Of two selectors for keys that take turns, the spare one may lead to a place where the provider puts
/// its key later: the alias is as it should be, and whether the key is late cannot be told.
fn spare(spots: &mut [Spot]) {
    let works: Vec<_> =
        spots.iter().filter(|s| s.is_key() && s.state == SpotState::Right).map(|s| s.provider).collect();
    for spot in spots.iter_mut().filter(|s| s.is_key() && s.provider.is_some() && works.contains(&s.provider)) {
        if matches!(spot.state, SpotState::Wrong(Trouble::Dangling(_))) {
            spot.state = SpotState::Unverified;
        }
    }
}

impl Inquiry for SetupLookup {
    type Q = DnsQuestion;
    type Out = Observed<SenderSetup>;
    fn step(&self, seen: &Seen) -> Step<DnsQuestion, Observed<SenderSetup>> {
        let mut ask = self.first();
        if ask.iter().all(|q| seen.contains_key(q)) {
            ask = self.second(seen);
        }
        ask.retain(|q| !seen.contains_key(q));
        ask.sort();
        ask.dedup();
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        let mut gaps = Vec::new();
        let mut blind = Vec::new();
        for (question, answer) in seen {
            if let Err(missing) = answer.get() {
                blind.push(&question.name);
                gaps.push(match missing {
                    Missing::Unknown(c) => c,
                    Missing::NotConfigured(_) => Cause::NotRecorded,
                });
            }
        }
        gaps.sort();
        gaps.dedup();
        // Of a name that was not wholly seen nothing is said.
        let whole = |n: &&Name| {
            !blind.contains(&&n.at) && [doubled(n), stranger(n)].iter().flatten().all(|other| !blind.contains(&other))
        };
        let spots = self.names.iter().filter(whole).map(|n| match &n.role {
            SpotRole::Key(selector) => self.judge_key(n, selector, seen),
            SpotRole::ReturnPath => self.judge_path(n, seen),
        });
        let mut spots: Vec<Spot> = spots.collect();
        spare(&mut spots);
        Step::Done(Observed::known(SenderSetup {
            domain: self.domain.clone(),
            senders: self.senders.clone(),
            spots,
            alias: self.alias(seen),
            gaps,
        }))
    }
}
