//! The zone as its own servers have it: each is asked, the answers are laid side by side, and what
//! they agree on is compared with what the public sees.

use super::facts::{Difference, Published, Server, ServerState, ServerView, Zone, ZoneViews};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Shown, Step};
use crate::wire::{AuthorityAnswer, AuthorityQuestion, DnsAnswer, DnsQuestion, Found, Record, RecordKind};
use std::collections::BTreeMap;

/// Asks every server of a zone: first for the zone itself, and only those that hold it for the rest.
#[derive(Clone, Debug)]
pub struct AuthorityWalk<'a> {
    /// The zone and its servers.
    pub zone: &'a Zone,
    /// What is compared, besides the zone's own SOA and NS.
    pub names: &'a [(DomainName, RecordKind)],
}
/// The servers' own answers.
pub type Said = Answers<AuthorityQuestion>;

/// What is always compared at the apex.
const AT_APEX: [RecordKind; 4] = [RecordKind::Soa, RecordKind::Ns, RecordKind::Mx, RecordKind::Txt];

impl AuthorityWalk<'_> {
    fn of(server: &Server, name: &DomainName, kind: RecordKind) -> Option<AuthorityQuestion> {
        let server_name = DomainName::parse(server.name.as_str()).ok()?;
        let server = *server.addresses.first()?;
        Some(AuthorityQuestion { server, server_name, name: name.clone(), kind })
    }
    fn rest(&self) -> impl Iterator<Item = (DomainName, RecordKind)> + '_ {
        let apex = AT_APEX.iter().skip(1).map(|k| (self.zone.apex.clone(), *k));
        let elsewhere = |name: &DomainName| self.zone.below.iter().any(|b| name.is_within(&b.apex));
        let own = self.names.iter().filter(move |(n, _)| n.is_within(&self.zone.apex) && !elsewhere(n));
        apex.chain(own.cloned())
    }
}
impl AuthorityWalk<'_> {
    /// The longest that the public may remember that something is not there (RFC 2308, section 5).
    fn denial(&self, seen: &Said) -> u32 {
        let soa = |server| seen.get(&Self::of(server, &self.zone.apex, RecordKind::Soa)?)?.get().ok();
        let of = |answer: &AuthorityAnswer| match &answer.outcome {
            Ok(Found::Records(records)) => records.iter().find_map(|r| match r {
                Record::Soa { minimum, .. } => Some(answer.ttl.min(*minimum)),
                _ => None,
            }),
            _ => None,
        };
        self.zone.servers.iter().filter_map(soa).filter_map(of).max().unwrap_or(0)
    }
}
impl Inquiry for AuthorityWalk<'_> {
    type Q = AuthorityQuestion;
    type Out = Said;
    fn step(&self, seen: &Said) -> Step<AuthorityQuestion, Said> {
        let mut ask = Vec::new();
        for server in &self.zone.servers {
            let Some(first) = Self::of(server, &self.zone.apex, RecordKind::Soa) else { continue };
            match seen.get(&first).map(Observed::get) {
                None => ask.push(first),
                Some(Ok(answer)) if serial(answer).is_ok() => {
                    ask.extend(
                        self.rest().filter_map(|(n, k)| Self::of(server, &n, k)).filter(|q| !seen.contains_key(q)),
                    );
                }
                Some(_) => {}
            }
        }
        if ask.is_empty() { Step::Done(seen.clone()) } else { Step::Ask(ask) }
    }
}

/// The serial of a server that holds the zone, or how it says that it does not.
fn serial(answer: &AuthorityAnswer) -> Result<u32, Shown> {
    match &answer.outcome {
        Err(turned) => Err(format!("it answers {turned}").into()),
        Ok(_) if !answer.authoritative => Err("it answers without authority (no AA bit)".into()),
        Ok(Found::Records(records)) => records
            .iter()
            .find_map(|r| match r {
                Record::Soa { serial, .. } => Some(*serial),
                _ => None,
            })
            .ok_or_else(|| "it has no SOA record of the zone".into()),
        Ok(Found::NoData) => Err("it has no SOA record of the zone".into()),
        Ok(Found::NxDomain) => Err("it says that the zone does not exist (NXDOMAIN)".into()),
    }
}

/// What one answer says of a name, in a fixed order.
fn said(found: &Found, alias: Option<&str>) -> Vec<Shown> {
    if let Some(target) = alias {
        return vec![format!("CNAME {target}").into()];
    }
    match found {
        Found::Records(records) => {
            let mut all: Vec<Shown> = records.iter().map(Record::shown).collect();
            all.sort();
            all.dedup();
            all
        }
        // Between "no such name" and "no such type" there is no difference for whoever wants the record.
        Found::NoData | Found::NxDomain => Vec::new(),
    }
}

impl ZoneViews {
    /// Lays the servers' answers side by side, and beside the public ones.
    #[must_use]
    pub fn of(walk: &AuthorityWalk<'_>, seen: &Said, public: &Answers<DnsQuestion>) -> Self {
        let zone = walk.zone;
        let mut views = Self {
            apex: zone.apex.clone(),
            servers: Vec::new(),
            differences: Vec::new(),
            published: Vec::new(),
            below: Vec::new(),
            gaps: zone.gaps.clone(),
        };
        for server in &zone.servers {
            let question = AuthorityWalk::of(server, &zone.apex, RecordKind::Soa);
            let answer = question.as_ref().and_then(|q| seen.get(q)).map(Observed::get);
            let state = match answer {
                _ if server.nowhere => ServerState::Nowhere,
                Some(Ok(answer)) => serial(answer).map_or_else(ServerState::Lame, ServerState::Serial),
                Some(Err(Missing::Unknown(cause))) => {
                    views.gaps.push(cause.clone());
                    ServerState::Silent(cause)
                }
                _ => ServerState::Silent(Cause::NoRoute),
            };
            views.servers.push(ServerView {
                name: server.name.clone(),
                address: server.addresses.first().copied(),
                state,
            });
        }
        // Where not one of them is seen to hold the zone, nothing was compared, whatever they answered.
        if !views.servers.is_empty() && views.good().next().is_none() && views.gaps.is_empty() {
            views.gaps.push(Cause::Servfail);
        }
        views.compare_serials(public);
        for (name, kind) in walk.rest() {
            views.compare(walk, &name, kind, seen, public);
        }
        // Where the records differ, the serials do so too: that is one cause.
        if views.differences.iter().any(|d| d.kind != RecordKind::Soa) {
            views.differences.retain(|d| d.kind != RecordKind::Soa);
        }
        views
    }

    /// Adds a zone below this one.
    #[must_use]
    pub fn with(mut self, below: Self) -> Self {
        self.gaps.extend(below.gaps.iter().cloned());
        self.below.push(below);
        self
    }

    fn compare_serials(&mut self, public: &Answers<DnsQuestion>) {
        let shown = |serial: u32| vec![Shown::from(format!("serial {serial}"))];
        let mut sides: BTreeMap<Vec<Shown>, Vec<Shown>> = BTreeMap::new();
        for server in &self.servers {
            if let ServerState::Serial(serial) = server.state {
                sides.entry(shown(serial)).or_default().push(server.name.clone());
            }
        }
        let agreed = sides.keys().next().cloned();
        let name = self.apex.clone();
        if self.differ(&name, RecordKind::Soa, sides) {
            return;
        }
        let question = DnsQuestion::new(name.clone(), RecordKind::Soa);
        if let (Some(records), Some(Ok(public))) = (agreed, public.get(&question).map(Observed::get))
            && let Some(Record::Soa { serial, .. }) = public.all().first()
        {
            let visible_in = (shown(*serial) != records).then_some(public.ttl);
            self.published.push(Published { name, kind: RecordKind::Soa, records, gone: Vec::new(), visible_in });
        }
    }

    fn differ(&mut self, name: &DomainName, kind: RecordKind, sides: BTreeMap<Vec<Shown>, Vec<Shown>>) -> bool {
        let differ = sides.len() > 1;
        if differ {
            self.differences.push(Difference { name: name.clone(), kind, sides: sides.into_iter().collect() });
        }
        differ
    }

    fn compare(
        &mut self,
        walk: &AuthorityWalk<'_>,
        name: &DomainName,
        kind: RecordKind,
        seen: &Said,
        public: &Answers<DnsQuestion>,
    ) {
        let mut sides: BTreeMap<Vec<Shown>, Vec<Shown>> = BTreeMap::new();
        for server in &walk.zone.servers {
            let Some(answer) = AuthorityWalk::of(server, name, kind).and_then(|q| seen.get(&q)) else { continue };
            match answer.get() {
                Ok(answer) => match &answer.outcome {
                    // A name that was delegated further is not theirs to tell.
                    Ok(_) if !answer.authoritative => {}
                    Ok(found) => {
                        sides.entry(said(found, answer.alias.as_deref())).or_default().push(server.name.clone());
                    }
                    Err(crate::wire::Turned::Servfail) => self.gaps.push(Cause::Servfail),
                    Err(_) => self.gaps.push(Cause::Refused),
                },
                Err(Missing::Unknown(cause)) => self.gaps.push(cause),
                Err(Missing::NotConfigured(_)) => {}
            }
        }
        let agreed = sides.keys().next().cloned();
        if self.differ(name, kind, sides) {
            return;
        }
        let question = DnsQuestion::new(name.clone(), kind);
        if let (Some(records), Some(Ok(public))) = (agreed, public.get(&question).map(Observed::get)) {
            let seen_by_public = said(&public.found, public.aliases.first().map(String::as_str));
            // Of an alias to nothing the public is told its end, which need not be its first step.
            let led = public.all().is_empty() && !public.aliases.is_empty();
            let same = seen_by_public == records || (led && is_alias(&records));
            let visible_in = (!same).then(|| wait(public, walk.denial(seen)));
            if visible_in.is_some() || !records.is_empty() {
                let gone = seen_by_public.into_iter().filter(|r| !records.contains(r)).collect();
                self.published.push(Published { name: name.clone(), kind, records, gone, visible_in });
            }
        }
    }
}

/// Whether an answer, as it is shown, is an alias.
fn is_alias(records: &[Shown]) -> bool {
    matches!(records, [only] if only.as_str().starts_with("CNAME "))
}

/// How long the public may still see its answer: what is left of that answer's life, or, of a
/// denial, the longest that the zone lets one live.
const fn wait(public: &DnsAnswer, denial: u32) -> u32 {
    if public.ttl > 0 { public.ttl } else { denial }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::example;

    fn views(text: &str) -> ZoneViews {
        let (_, facts, at) = example::facts(text).unwrap();
        facts.zone_views[&at].get().unwrap().clone()
    }

    #[test]
    fn servers_that_agree_and_servers_that_do_not() {
        let calm = views("acme.test. TXT \"v=spf1 -all\"\nacme.test. MX 10 mx.acme.test.");
        assert_eq!((calm.good().count(), calm.differences.len(), calm.gaps.len()), (2, 0, 0));
        assert!(calm.published.iter().all(|p| p.visible_in.is_none()), "{:?}", calm.published);
        let split = views("acme.test. TXT \"v=spf1 -all\"\n@ns2 acme.test. TXT \"v=spf1 ~all\"\n@ns2 serial 9");
        assert_eq!(split.differences.len(), 1, "{:?}", split.differences);
        assert_eq!(split.differences[0].kind, RecordKind::Txt);
        let serial = views("@ns2 serial 9");
        assert_eq!(serial.differences[0].kind, RecordKind::Soa);
    }

    #[test]
    fn servers_that_all_turn_away_leave_the_zone_unseen() {
        for answer in ["SERVFAIL", "REFUSED", "LAME"] {
            let lost = views(&format!("@ns1 {answer}\n@ns2 {answer}"));
            assert_eq!((lost.good().count(), lost.gaps.as_slice()), (0, [Cause::Servfail].as_slice()), "{answer}");
        }
        assert!(views("@ns2 LAME").gaps.is_empty(), "one that holds it is enough to judge the other");
    }

    #[test]
    fn what_is_published_and_not_yet_visible_has_its_time() {
        let lines = "acme.test. TXT \"old\"\n@ns1 acme.test. TXT \"new\"\n@ns2 acme.test. TXT \"new\"";
        let changed = views(lines);
        let txt = changed.published.iter().find(|p| p.kind == RecordKind::Txt).unwrap();
        assert_eq!((txt.visible_in, txt.records[0].as_str()), (Some(300), "\"new\""));
        assert_eq!(txt.gone.iter().map(Shown::as_str).collect::<Vec<_>>(), ["\"old\""]);
    }

    #[test]
    fn turning_down_is_an_answer_and_silence_is_none() {
        let lame = views("@ns2 REFUSED");
        assert!(matches!(lame.servers[1].state, ServerState::Lame(_)) && lame.gaps.is_empty());
        let silent = views("@ns2 TIMEOUT");
        assert_eq!((&silent.servers[1].state, silent.gaps.len()), (&ServerState::Silent(Cause::Timeout), 1));
    }
}
