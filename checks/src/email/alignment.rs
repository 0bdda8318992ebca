//! Whether DMARC will pass before the first mail goes out: for each sender, whether the domain it
//! signs for and the domain of its envelope sender are the From domain's own.

use super::dmarc::Policy;
use super::facts::{Dmarc, Force, Sender, SpfTree};
use super::setup::{SenderSetup, Standing};
use crate::providers::ReturnPath;
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

/// Whether a domain counts for the From domain.
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
    pub fn of(setup: &SenderSetup, dmarc: &Observed<Dmarc>, tree: &Observed<SpfTree>) -> Self {
        let modes = Modes::of(dmarc.get().ok());
        let all = setup.senders.iter().map(|s| (s.clone(), forecast(setup, s, modes, tree.get().ok())));
        let all: Vec<(Sender, Forecast)> = all.collect();
        let open = |(sender, forecast): &(Sender, Forecast)| {
            let from = sender.known().is_some_and(|(_, m)| m.return_path == ReturnPath::From);
            from && forecast.spf == Way::Unverified && !matches!(forecast.dkim, Way::Passes(_))
        };
        let mut gaps = setup.gaps.clone();
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

/// The forecast for one sender.
#[must_use]
pub fn forecast(setup: &SenderSetup, sender: &Sender, modes: Modes, tree: Option<&SpfTree>) -> Forecast {
    Forecast { dkim: by_dkim(setup, sender, modes), spf: by_spf(setup, sender, modes, tree) }
}

fn by_dkim(setup: &SenderSetup, sender: &Sender, modes: Modes) -> Way {
    let signed = setup.signs_for(sender);
    match setup.keys_of(sender) {
        Standing::Right(spots) => {
            // A configured selector may stand at the From domain itself too.
            let at = |d: &DomainName| spots.iter().any(|s| s.name.is_within(d));
            let domain = if at(signed) { signed } else { &setup.domain };
            counted(domain, &setup.domain, modes.strict_dkim, "it signs for", "adkim=s")
        }
        Standing::Wrong(spots) => {
            let partly = setup
                .spots
                .iter()
                .any(|s| s.is_key() && s.provider == spots[0].provider && s.state == super::setup::SpotState::Right);
            let names: Vec<String> = spots.iter().map(|s| s.name.to_string()).collect();
            if partly { Way::Unverified } else { Way::Fails(format!("no usable key at {}", names.join(", ")).into()) }
        }
        Standing::Unverified => Way::Unverified,
    }
}

fn by_spf(setup: &SenderSetup, sender: &Sender, modes: Modes, tree: Option<&SpfTree>) -> Way {
    let Some((provider, mail)) = sender.known() else { return Way::Unverified };
    let configured = setup.paths_of(sender);
    match (&configured, mail.return_path) {
        (Standing::Right(spots), _) => {
            counted(&spots[0].name, &setup.domain, modes.strict_spf, "its envelope sender is at", "aspf=s")
        }
        (_, ReturnPath::Theirs) => {
            Way::Misaligned(format!("its envelope sender is at a domain of {}", provider.name).into())
        }
        (_, ReturnPath::From) => match (mail.apex_include, tree) {
            (Some(include), Some(tree)) => {
                let named = tree.root.all().iter().any(|b| b.name.as_ref().is_some_and(|n| n.as_str() == include));
                if named {
                    Way::Passes(setup.domain.clone())
                } else if tree.gaps.is_empty() {
                    Way::Fails(format!("the SPF record of {} does not include {include}", setup.domain).into())
                } else {
                    Way::Unverified
                }
            }
            _ => Way::Unverified,
        },
        (Standing::Wrong(spots), _) => Way::Fails(format!("the records at {} are wrong", spots[0].name).into()),
        (Standing::Unverified, _) => Way::Unverified,
    }
}

fn counted(domain: &DomainName, from: &DomainName, strict: bool, what: &str, tag: &str) -> Way {
    if aligns(domain, from, strict) {
        Way::Passes(domain.clone())
    } else if aligns(domain, from, false) {
        Way::Misaligned(format!("{what} {domain}, and {tag} wants exactly {from}").into())
    } else {
        Way::Misaligned(format!("{what} {domain}, which is not of {}", from.registrable()).into())
    }
}
