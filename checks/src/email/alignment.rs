//! Whether DMARC will pass before the first mail goes out: for each sender, whether the domain it
//! signs for and the domain of its envelope sender are the From domain's own.

use super::dmarc::Policy;
use super::facts::{Dmarc, Force, Sender, SpfTree};
use super::organisations::{Organisations, OrganisationsWalk};
use super::setup::{SenderSetup, SpotState, Standing};
use super::spf_outlook::{Reach, way_to};
use crate::providers::{Mail, Provider, ReturnPath};
use crate::vocab::{Cause, DomainName, Gaps, Missing, Observed, Shown};

/// What comes of one of the two ways to align.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It will pass and align; the domain that does it.
    Passes(DomainName),
    /// It passes for a domain that does not count for the From domain; why.
    Misaligned(Shown),
    /// It will not pass; why.
    Fails(Shown),
    /// Not to be told from outside.
    Unverified,
}
/// What DMARC will say of the mail of one sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// By the signature's domain.
    pub dkim: Way,
    /// By the envelope sender's domain.
    pub spf: Way,
    /// Whether a domain that does not count would count for receivers on RFC 7489, to whom names of
    /// one registrable domain are one organisation.
    pub counts_by_older: bool,
}
impl Forecast {
    /// Whether DMARC will pass; `None` where that cannot be told.
    #[must_use]
    pub const fn passes(&self) -> Option<bool> {
        match (&self.dkim, &self.spf) {
            (Way::Passes(_), _) | (_, Way::Passes(_)) => Some(true),
            (Way::Unverified, _) | (_, Way::Unverified) => None,
            _ => Some(false),
        }
    }
}
/// How strictly the domains must be equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// `adkim=s`
    pub strict_dkim: bool,
    /// `aspf=s`
    pub strict_spf: bool,
}
impl Modes {
    /// The modes of the record in force; relaxed where there is none.
    #[must_use]
    pub fn of(dmarc: Option<&Dmarc>) -> Self {
        let Some(dmarc) = dmarc else { return Self::default() };
        let Force::Policy { of, .. } = &dmarc.force else { return Self::default() };
        let record = dmarc.visits.iter().find(|v| v.of == *of).and_then(super::facts::Visit::record);
        record.map_or_else(Self::default, |r| Self { strict_dkim: r.strict_dkim, strict_spf: r.strict_spf })
    }
}

/// Whether a domain counts for the From domain by its name alone, as for receivers on RFC 7489.
#[must_use]
pub fn aligns(domain: &DomainName, from: &DomainName, strict: bool) -> bool {
    domain == from || (!strict && domain.registrable() == from.registrable())
}

/// The forecasts for all senders of a domain, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecasts {
    /// Each sender's.
    pub all: Vec<(Sender, Forecast)>,
    /// Whether a policy of quarantine or reject is in force.
    pub enforced: bool,
    /// What could not be seen and would have told more.
    pub gaps: Vec<Cause>,
}
impl Gaps for Forecasts {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl Forecasts {
    /// What the records come to. Of what could not be seen only that is a gap which a forecast hangs on.
    #[must_use]
    pub fn of(
        setup: &SenderSetup,
        dmarc: &Observed<Dmarc>,
        tree: &Observed<SpfTree>,
        organisations: &Organisations,
    ) -> Self {
        let modes = Modes::of(dmarc.get().ok());
        let look = Look { setup, modes, tree: tree.get().ok(), organisations };
        let all = setup.senders.iter().map(|s| (s.clone(), look.forecast(s)));
        let all: Vec<(Sender, Forecast)> = all.collect();
        let open = |(sender, forecast): &(Sender, Forecast)| {
            let from = sender.known().is_some_and(|(_, m)| m.return_path == ReturnPath::From);
            from && forecast.spf == Way::Unverified && !matches!(forecast.dkim, Way::Passes(_))
        };
        let mut gaps = setup.gaps.clone();
        gaps.extend(organisations.gaps.iter().cloned());
        if all.iter().any(open) {
            gaps.extend(unseen(tree, |t| &t.gaps));
        }
        if !all.is_empty() {
            gaps.extend(unseen(dmarc, |d| &d.gaps));
        }
        gaps.sort();
        gaps.dedup();
        let policy = |d: &Dmarc| matches!(d.force, Force::Policy { policy: Policy::Quarantine | Policy::Reject, .. });
        Self { all, enforced: dmarc.get().is_ok_and(policy), gaps }
    }
    /// Whether DMARC will pass for a provider's mail; `None` where that cannot be told.
    #[must_use]
    pub fn passes(&self, provider: &str) -> Option<bool> {
        self.all.iter().find(|(s, _)| s.provider.as_str() == provider)?.1.passes()
    }
}
fn unseen<T>(fact: &Observed<T>, gaps: impl Fn(&T) -> &Vec<Cause>) -> Vec<Cause> {
    match fact.get() {
        Ok(known) => gaps(known).clone(),
        Err(Missing::Unknown(cause)) => vec![cause],
        Err(Missing::NotConfigured(_)) => Vec::new(),
    }
}

/// The walks that tell which of the senders' domains are of the From domain's organisation.
#[must_use]
pub fn organisations(setup: &SenderSetup) -> OrganisationsWalk {
    let paths = setup.spots.iter().filter(|s| !s.is_key() && s.state == SpotState::Right).map(|s| &s.name);
    let mut others: Vec<DomainName> =
        setup.senders.iter().filter_map(|s| s.through.as_ref()).chain(paths).cloned().collect();
    others.sort();
    others.dedup();
    others.retain(|d| *d != setup.domain);
    OrganisationsWalk { from: setup.domain.clone(), others }
}

/// What a forecast is made from.
struct Look<'a> {
    setup: &'a SenderSetup,
    modes: Modes,
    tree: Option<&'a SpfTree>,
    organisations: &'a Organisations,
}
impl Look<'_> {
    fn forecast(&self, sender: &Sender) -> Forecast {
        let (dkim, by_key) = self.by_dkim(sender);
        let (spf, by_path) = self.by_spf(sender);
        Forecast { dkim, spf, counts_by_older: by_key || by_path }
    }

    fn by_dkim(&self, sender: &Sender) -> (Way, bool) {
        let (setup, signed) = (self.setup, self.setup.signs_for(sender));
        let way = match setup.keys_of(sender) {
            Standing::Right(spots) => {
                // A configured selector may stand at the From domain itself too.
                let at = |d: &DomainName| spots.iter().any(|s| s.name.is_within(d));
                let domain = if at(signed) { signed } else { &setup.domain };
                return self.counted(domain, self.modes.strict_dkim, "it signs for", "adkim=s");
            }
            Standing::Wrong(spots) => {
                let partly = setup
                    .spots
                    .iter()
                    .any(|s| s.is_key() && s.provider == spots[0].provider && s.state == SpotState::Right);
                let names: Vec<String> = spots.iter().map(|s| s.name.to_string()).collect();
                if partly {
                    Way::Unverified
                } else {
                    Way::Fails(format!("no usable key at {}", names.join(", ")).into())
                }
            }
            Standing::Unverified => Way::Unverified,
        };
        (way, false)
    }

    fn by_spf(&self, sender: &Sender) -> (Way, bool) {
        let Some((provider, mail)) = sender.known() else { return (Way::Unverified, false) };
        let way = match (self.setup.paths_of(sender), mail.return_path) {
            (Standing::Right(spots), _) => {
                return self.counted(&spots[0].name, self.modes.strict_spf, "its envelope sender is at", "aspf=s");
            }
            (_, ReturnPath::Theirs) => {
                Way::Misaligned(format!("its envelope sender is at a domain of {}", provider.name).into())
            }
            (_, ReturnPath::From) => self.by_record(provider, mail),
            (Standing::Wrong(spots), _) => Way::Fails(format!("the records at {} are wrong", spots[0].name).into()),
            (Standing::Unverified, _) => Way::Unverified,
        };
        (way, false)
    }

    /// By the From domain's own record: whether receivers come to the include, and in time.
    fn by_record(&self, provider: &Provider, mail: &Mail) -> Way {
        let domain = &self.setup.domain;
        let (true, Some(tree)) = (mail.needs_include(), self.tree) else { return Way::Unverified };
        match way_to(tree, Some(&|name: &str| mail.is_include(name))) {
            Reach::Passes if tree.gaps.is_empty() || includes(tree, mail) => Way::Passes(domain.clone()),
            Reach::Passes => Way::Unverified,
            Reach::Breaks(why) => Way::Fails(format!("the SPF record of {domain} ends in an error: {why}").into()),
            Reach::Nobody if tree.root.record.is_none() => {
                Way::Fails(format!("there is no single SPF record at {domain}").into())
            }
            Reach::Nobody => {
                let include = mail.apex_include.unwrap_or(provider.name);
                Way::Fails(format!("the SPF record of {domain} does not include {include}").into())
            }
        }
    }

    fn counted(&self, domain: &DomainName, strict: bool, what: &str, tag: &str) -> (Way, bool) {
        let from = &self.setup.domain;
        if domain == from {
            return (Way::Passes(domain.clone()), false);
        }
        let (one, older) = (self.organisations.are_one(domain, from), aligns(domain, from, false));
        let why = match (one, strict) {
            (true, false) => return (Way::Passes(domain.clone()), false),
            (true, true) => format!("{what} {domain}, and {tag} wants exactly {from}"),
            (false, _) if older => format!(
                "{what} {domain}, which by DMARC is of the organisation {} and not of {}",
                self.organisations.organisation(domain),
                self.organisations.organisation(from)
            ),
            (false, _) => format!("{what} {domain}, which is not of {}", self.organisations.organisation(from)),
        };
        (Way::Misaligned(why.into()), older && !one && !strict)
    }
}

fn includes(tree: &SpfTree, mail: &Mail) -> bool {
    tree.root.all().iter().any(|b| b.name.as_ref().is_some_and(|n| mail.is_include(n.as_str())))
}
