//! The words of this family's examples that are about what comes: renewals, registration, clock.
//!
//! ```text
//! edge Vercel                     # the platform that serves the host
//! launch 30d                      # the launch, from now
//! window 31d 29d                  # what the authority suggests: start and end, before the certificate's end
//! caa issue "letsencrypt.org"     # a CAA record of the registered domain
//! dnssec broken                   # or valid, off: of the host's zone
//! challenge 203.0.113.1 301       # what an address says on port 80: a status, or refused, reset
//! challenge onward nxdomain       # where its redirect leads: ok, nxdomain, refused
//! registration 300d client hold   # what is left of it, and its states, apart by commas; the zone is judged
//! clock acme.test 2h www.acme.test 2h   # how far each host says that this machine is ahead; the site is judged
//! ```

use super::ari::Suggested;
use super::challenge::{Challenge, End, View};
use super::clock::{Told, clock};
use super::facts::{Certificate, HostPlan};
use super::host_dnssec::HostDnssec;
use super::registration::{Registration, Standing};
use super::renewal::DAY;
use super::renewal_caa::{ForName, RenewalCaa, names};
use super::upkeep::Upkeep;
use crate::dns::caa::Property;
use crate::dns::facts::{Caa, Dnssec, DnssecState};
use crate::facts::Facts;
use crate::vocab::{Observed, Origin, TargetId, TargetKind, Targets};
use crate::wire::{DnsAnswer, HostFailure, Record};
use std::sync::Arc;

/// What the words say.
#[derive(Default)]
pub(super) struct Next {
    upkeep: Upkeep,
    launch: Option<i64>,
    window: Option<(i64, i64)>,
    caa: Vec<Record>,
    dnssec: Option<DnssecState>,
    views: Vec<View>,
    end: Option<End>,
    registration: Option<(i64, Vec<String>)>,
    told: Vec<(String, i64)>,
}

fn span(text: &str) -> Result<i64, String> {
    let (digits, unit) = text.split_at(text.len().saturating_sub(1));
    let n: i64 = digits.parse().map_err(|_| "a length of time such as 90d or 160h".to_owned())?;
    let of = [("d", DAY), ("h", 3_600), ("s", 1)];
    let (_, seconds) = of.iter().find(|(u, _)| *u == unit).ok_or("a length of time ends with d, h or s")?;
    Ok(n * seconds)
}

fn failure(word: &str) -> Option<HostFailure> {
    match word {
        "refused" => Some(HostFailure::Refused),
        "reset" => Some(HostFailure::Reset),
        "nxdomain" => Some(HostFailure::NoSuchName),
        _ => None,
    }
}

impl Next {
    /// Reads a line; `false` where its word is not one of these.
    pub(super) fn read(&mut self, word: &str, rest: &str) -> Result<bool, String> {
        match word {
            "edge" => self.upkeep.edge = Some(rest.into()),
            "launch" => self.launch = Some(span(rest)?),
            "window" => {
                let (start, end) = rest.split_once(' ').ok_or("a start and an end")?;
                self.window = Some((span(start)?, span(end)?));
            }
            "caa" => {
                let (tag, value) = rest.split_once(' ').ok_or("a tag and a value")?;
                let value = value.trim_matches('"').to_owned();
                self.caa.push(Record::Caa { critical: false, tag: tag.to_owned(), value });
            }
            "dnssec" => {
                self.dnssec = Some(match rest {
                    "broken" => DnssecState::Broken("no key of the zone fits the DS record".into()),
                    "valid" => DnssecState::Valid("the resolver"),
                    _ => DnssecState::Off,
                });
            }
            "challenge" => self.challenge(rest)?,
            "registration" => {
                let (left, states) = rest.split_once(' ').unwrap_or((rest, ""));
                let states = states.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
                self.registration = Some((span(left)?, states.collect()));
            }
            "clock" => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                for pair in words.chunks(2) {
                    let [host, ahead] = pair else { return Err("a host and by how much".to_owned()) };
                    self.told.push(((*host).to_owned(), span(ahead)?));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn challenge(&mut self, rest: &str) -> Result<(), String> {
        let (at, said) = rest.split_once(' ').ok_or("an address and what it says")?;
        if at == "onward" {
            self.end = Some(match failure(said) {
                Some(why) => End::Failed("https://old.acme.test/".into(), why),
                None => End::Answer,
            });
            return Ok(());
        }
        let address = at.parse().map_err(|_| "an address")?;
        let said = match failure(said) {
            Some(why) => Err(why),
            None => Ok((said.parse().map_err(|_| "a status")?, None)),
        };
        self.views.push(View { address, said });
        Ok(())
    }

    /// The moment of the launch.
    pub(super) fn launch(&self, now: i64) -> Option<i64> {
        self.launch.map(|l| now + l)
    }

    /// Puts the facts in, and returns the site where that is to be judged.
    pub(super) fn put(
        self,
        (targets, facts): (&mut Targets, &mut Facts),
        at: &TargetId,
        plan: &HostPlan,
        cert: &Certificate,
    ) -> Option<TargetId> {
        let now = cert.now;
        facts.upkeep.insert(at.clone(), Arc::new(Observed::known(self.upkeep)));
        let suggested = match self.window {
            Some((start, end)) => {
                let (start, end) = (cert.not_after - start, cert.not_after - end);
                Observed::known(Suggested { start, end, why: None })
            }
            None => Observed::not_configured("the authority suggests no time for renewals (ARI)"),
        };
        facts.suggested.insert(at.clone(), Arc::new(suggested));
        let properties: Vec<Property> = self
            .caa
            .iter()
            .filter_map(|r| match r {
                Record::Caa { critical, tag, value } => Some(Property::parse(*critical, tag, value)),
                _ => None,
            })
            .collect();
        let caa = Caa {
            host: plan.host.clone(),
            at: (!properties.is_empty()).then(|| plan.host.registrable()),
            answer: DnsAnswer::records(self.caa),
            properties,
        };
        let sets = names(&plan.host, cert).into_iter().map(|(name, wildcard)| ForName {
            name: if wildcard { format!("*.{name}") } else { name.to_string() },
            wildcard,
            caa: caa.clone(),
        });
        let renewal = RenewalCaa { sets: sets.collect(), gaps: Vec::new() };
        facts.renewal_caa.insert(at.clone(), Arc::new(Observed::known(renewal)));
        let zone = Dnssec {
            apex: plan.host.registrable(),
            tags: vec![12_345],
            state: self.dnssec.unwrap_or(DnssecState::Off),
        };
        facts.host_dnssec.insert(at.clone(), Arc::new(Observed::known(HostDnssec { zone })));
        let url = format!("http://{}/.well-known/acme-challenge/x", plan.host).into();
        let challenge = Challenge { url, views: self.views, end: self.end, only_way: false, gaps: Vec::new() };
        facts.challenge.insert(at.clone(), Arc::new(Observed::known(challenge)));
        if self.registration.is_none() && self.told.is_empty() {
            return None;
        }
        let site = TargetId::new(TargetKind::Site, plan.host.as_str());
        targets.add(site.clone(), Origin::CommandLine);
        let mut judged = site.clone();
        if let Some((left, states)) = self.registration {
            let zone = TargetId::new(TargetKind::Zone, plan.host.registrable().as_str());
            targets.add(zone.clone(), Origin::CommandLine);
            targets.link(&zone, &site);
            judged = zone.clone();
            let registration = Registration {
                domain: plan.host.registrable(),
                expires: Ok(Some(now + left)),
                states: Ok(states.iter().map(Into::into).collect()),
                registrar: Some("Example Registrar".into()),
                source: "rdap.registry.example".into(),
                launch: self.launch.map(|l| now + l),
                now,
            };
            facts.standing.insert(zone.clone(), Arc::new(Observed::known(Standing(registration.clone()))));
            facts.registration.insert(zone, Arc::new(Observed::known(registration)));
        }
        let told = self.told.iter().zip(1..).map(|((host, ahead), n)| {
            let from = now - ahead;
            Told { host: host.into(), from, to: from, at: [std::net::IpAddr::from([203, 0, 113, n])].into() }
        });
        facts.clock.insert(site.clone(), Arc::new(clock(told.collect(), now, now)));
        Some(judged)
    }
}
