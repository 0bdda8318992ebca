//! The examples in the rules' documentation, played: zone lines, what a single server says instead,
//! and a few words about the host become the facts that the real inquiries make of them.
//!
//! ```text
//! acme.test. TXT "v=spf1 -all"        what the resolver says, and each server that says nothing else
//! @ns2 acme.test. TXT "v=spf1 ~all"   what ns2 says instead of all that is there under the type
//! @ns2 gone acme.test. TXT            what ns2 does not have
//! @ns2 serial 9                       its serial
//! @ns2 REFUSED                        or SERVFAIL, TIMEOUT, LAME: whatever it is asked
//! dnssec broken                       or valid, off (the default), unknown
//! host app.acme.test                  the target is this host and not the zone
//! platform vercel                     [[host]] platform
//! issuer Let's Encrypt                who issued the certificate that the host serves
//! from-domain mail.acme.test         a name that mail is sent from
//! nothing                             there is no such domain
//! wildcard                            that certificate is made out to *. the name above
//! ```
//! Without NS lines the zone has ns1 and ns2, with addresses.

use super::alias_walk::{AliasWalk, names_below};
use super::caa::CaaWalk;
use super::existence::ExistenceWalk;
use super::facts::{Dnssec, DnssecState, HostDns, Server, ZoneViews};
use super::views::{AuthorityWalk, Said};
use super::zone_walk::ZoneWalk;
use crate::email::example::Zone as Lines;
use crate::facts::Facts;
use crate::tls::facts::{Certificate, Key};
use crate::vocab::{
    Answers, Cause, DomainName, Missing, Observed, Origin, Place, Shown, Step, TargetId, TargetKind, Targets,
};
use crate::wire::{AuthorityAnswer, AuthorityQuestion, DnsQuestion, Found, Record, RecordKind, Turned};
use std::collections::BTreeMap;
use std::sync::Arc;

const GLUE: &str = "acme.test. NS ns1.acme.test.\nacme.test. NS ns2.acme.test.
ns1.acme.test. A 203.0.113.2\nns2.acme.test. A 203.0.113.3";

/// One server that says something of its own.
#[derive(Default)]
struct Own {
    lines: Vec<String>,
    gone: Vec<String>,
    serial: Option<u32>,
    always: Option<String>,
}
#[derive(Default)]
struct Case {
    zone: Vec<String>,
    own: BTreeMap<String, Own>,
    dnssec: String,
    host: Option<String>,
    platform: Option<(Shown, Option<Place>)>,
    issuer: Shown,
    wildcard: bool,
    nothing: bool,
    froms: Vec<DomainName>,
}

/// Reads an example: targets, facts, and the zone or host to judge.
///
/// # Errors
/// With the line that was not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut case = Case { issuer: "Test Authority".into(), ..Case::default() };
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match first {
            "dnssec" => rest.clone_into(&mut case.dnssec),
            "host" => case.host = Some(rest.to_owned()),
            "platform" => case.platform = Some((rest.into(), Some(Place::new("launchcheck.toml", 1, 1)))),
            "issuer" => case.issuer = rest.into(),
            "wildcard" => case.wildcard = true,
            "nothing" => case.nothing = true,
            "from-domain" => case.froms.push(DomainName::parse(rest).map_err(|e| e.to_string())?),
            _ if first.starts_with('@') => {
                let own = case.own.entry(first[1..].to_owned()).or_default();
                match rest.split_once(' ') {
                    None => own.always = Some(rest.to_owned()),
                    Some(("serial", n)) => own.serial = Some(n.parse().map_err(|_| format!("`{line}`"))?),
                    Some(("gone", what)) => own.gone.push(what.to_owned()),
                    Some(_) => own.lines.push(rest.to_owned()),
                }
            }
            _ if first.ends_with('.') => case.zone.push(line.to_owned()),
            _ => return Err(format!("`{line}` is neither a zone line nor a word of the dns examples")),
        }
    }
    case.facts()
}

impl Case {
    fn facts(self) -> Result<(Targets, Facts, TargetId), String> {
        let domain = DomainName::parse("acme.test").map_err(|e| e.to_string())?;
        let glue = if self.nothing || self.zone.iter().any(|l| l.contains(". NS ")) { "" } else { GLUE };
        let text = format!("{}\n{glue}", self.zone.join("\n"));
        let public = Lines::parse(&text)?;
        let site = TargetId::new(TargetKind::Site, domain.as_str());
        let host = self.host.clone().unwrap_or_else(|| domain.to_string());
        let host_at = TargetId::new(TargetKind::Host, host.clone());
        let mut targets = Targets::default();
        let zone_at = TargetId::new(TargetKind::Zone, domain.as_str());
        for target in [&site, &host_at, &zone_at] {
            targets.add(target.clone(), Origin::CommandLine);
        }
        targets.link(&site, &host_at);
        targets.link(&site, &zone_at);
        targets.link(&host_at, &zone_at);
        let mut facts = Facts::default();

        let zone = Step::play(&ZoneWalk { domain: domain.clone(), names: Vec::new() }, |q| public.answer(q)).0;
        let views = match zone.get() {
            Err(missing) => missing.into(),
            Ok(zone) => {
                let names = [
                    (DomainName::parse(&host).map_err(|e| e.to_string())?, RecordKind::Cname),
                    (domain.child("_dmarc").ok_or("_dmarc")?, RecordKind::Txt),
                ];
                let walk = AuthorityWalk { zone, names: &names };
                let said: Said = Step::play(&walk, |q| self.server(&text, &zone.servers, q)).0;
                let mut seen = Answers::<DnsQuestion>::new();
                for q in said.keys() {
                    let question = DnsQuestion::new(q.name.clone(), q.kind);
                    let answer = public.answer(&question);
                    seen.insert(question, answer);
                }
                Observed::known(ZoneViews::of(&walk, &said, &seen))
            }
        };
        facts.zone.insert(zone_at.clone(), Arc::new(zone));
        let existence = ExistenceWalk { apex: domain.clone(), below: self.froms.clone() };
        facts.existence.insert(zone_at.clone(), Arc::new(Step::play(&existence, |q| public.answer(q)).0));
        facts.zone_views.insert(zone_at.clone(), Arc::new(views));
        facts.dnssec.insert(zone_at.clone(), Arc::new(self.signed(&domain)));
        let aliases = AliasWalk { names: names_below(&domain) };
        facts.aliases.insert(zone_at.clone(), Arc::new(Step::play(&aliases, |q| public.answer(q)).0));

        let name = DomainName::parse(&host).map_err(|e| e.to_string())?;
        let a = public.answer(&DnsQuestion::new(name.clone(), RecordKind::A));
        let led = match a.get() {
            Err(Missing::Unknown(cause)) => HostDns {
                host: name.clone(),
                platform: self.platform.clone(),
                aliases: Vec::new(),
                addresses: Vec::new(),
                gaps: vec![cause],
            },
            Err(missing) => return Err(format!("{missing:?}")),
            Ok(answer) => HostDns {
                host: name.clone(),
                platform: self.platform.clone(),
                aliases: answer.aliases.clone(),
                addresses: answer.addresses().collect(),
                gaps: Vec::new(),
            },
        };
        facts.host_dns.insert(host_at.clone(), Arc::new(Observed::known(led)));
        let caa = Step::play(&CaaWalk { host: name.clone() }, |q| public.answer(q)).0;
        facts.caa.insert(host_at.clone(), Arc::new(caa));
        facts
            .certificate
            .insert(host_at.clone(), Arc::new(Observed::known(certificate(name, self.issuer.clone(), self.wildcard))));
        let at = if self.host.is_some() { host_at } else { zone_at };
        Ok((targets, facts, at))
    }

    fn signed(&self, apex: &DomainName) -> Observed<Dnssec> {
        let state = match self.dnssec.as_str() {
            "broken" => DnssecState::Broken("a resolver that validates answers SERVFAIL".into()),
            "valid" => DnssecState::Valid("the resolver"),
            "unknown" => return Observed::unknown(Cause::Servfail),
            _ => DnssecState::Off,
        };
        Observed::known(Dnssec { apex: apex.clone(), tags: vec![12345], state })
    }

    /// What one server says: the zone's lines, but for those that it has of its own.
    fn server(&self, text: &str, servers: &[Server], q: &AuthorityQuestion) -> Observed<AuthorityAnswer> {
        let label = q.server_name.labels().next().unwrap_or_default();
        let none = Own::default();
        let own = self.own.get(label).unwrap_or(&none);
        let made = |outcome, authoritative, alias, ttl| {
            Observed::known(AuthorityAnswer { outcome, authoritative, alias, ttl })
        };
        match own.always.as_deref() {
            Some("REFUSED") => return made(Err(Turned::Refused), false, None, 0),
            Some("SERVFAIL") => return made(Err(Turned::Servfail), false, None, 0),
            Some("LAME") => return made(Ok(Found::NoData), false, None, 0),
            Some(_) => return Observed::unknown(Cause::Timeout),
            None => {}
        }
        if q.kind == RecordKind::Soa && servers.iter().any(|s| s.name.as_str() == q.server_name.as_str()) {
            let (mname, rname) = ("ns1.acme.test".to_owned(), "hostmaster.acme.test".to_owned());
            let soa = Record::Soa { mname, rname, serial: own.serial.unwrap_or(1), minimum: 300 };
            return made(Ok(Found::Records(vec![soa])), true, None, 300);
        }
        let Ok(mut zone) = Lines::parse(text) else { return Observed::unknown(Cause::Parse("example".into())) };
        for line in &own.gone {
            if let Some((name, kind)) = line.split_once(". ") {
                let kinds = [RecordKind::Txt, RecordKind::Mx, RecordKind::Ns, RecordKind::Cname];
                kinds.into_iter().filter(|k| k.word() == kind).for_each(|k| zone.clear(name, k));
            }
        }
        if let Ok(mine) = Lines::parse(&own.lines.join("\n"))
            && mine.has(q.name.as_str(), q.kind)
        {
            zone = mine;
        }
        match zone.answer(&DnsQuestion::new(q.name.clone(), q.kind)).into_inner() {
            Ok(answer) => {
                let alias = answer.aliases.first().cloned();
                let ttl = if answer.ttl == 0 { 300 } else { answer.ttl };
                made(Ok(if alias.is_some() { Found::NoData } else { answer.found }), true, alias, ttl)
            }
            Err(Missing::Unknown(Cause::Servfail)) => made(Err(Turned::Servfail), true, None, 0),
            Err(missing) => missing.into(),
        }
    }
}

fn certificate(host: DomainName, issuer: Shown, wildcard: bool) -> Certificate {
    const NOW: i64 = 1_795_219_200;
    Certificate {
        names: vec![match host.parent().filter(|_| wildcard) {
            Some(above) => format!("*.{above}").into(),
            None => (&host).into(),
        }],
        host,
        subject: "".into(),
        issuer: issuer.clone(),
        subject_whole: Shown::default(),
        issuer_whole: Shown::default(),
        issuer_organisation: issuer,
        not_before: NOW - 86_400,
        not_after: NOW + 80 * 86_400,
        now: NOW,
        name_fits: true,
        key: Key { algorithm: "EC".into(), bits: 256, weak: false, usual: true },
    }
}
