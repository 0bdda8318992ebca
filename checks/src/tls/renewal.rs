//! When a certificate is too close to its end, measured against its own lifetime and against how it
//! is renewed: a fresh 160-hour certificate is healthy, a hand-renewed one needs weeks.

use super::facts::{Certificate, HostPlan};
use super::upkeep::Upkeep;
use crate::vocab::Shown;

/// A day in seconds.
pub const DAY: i64 = 86_400;

/// Authorities whose certificates are almost always fetched by an ACME client.
const ACME: &[&str] = &["Let's Encrypt", "Google Trust Services", "ZeroSSL", "Buypass", "SSL Corp"];
/// Authorities that renew what they serve themselves: AWS Certificate Manager renews its 198-day
/// certificates about 45 days before the end (AWS documentation, managed renewal).
const MANAGED: &[&str] = &["Amazon"];

/// How a certificate is renewed, and how we know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renewal {
    /// By a machine.
    pub automatic: bool,
    /// By whom, as far as that can be told.
    pub way: Way,
    /// Why we think so.
    pub because: Shown,
}

/// Who renews a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// The platform of this name, whose edge serves it.
    Platform(Shown),
    /// AWS Certificate Manager.
    Amazon,
    /// An ACME client of the site's own, or a platform that is not known here.
    Client,
    /// A machine: the configuration says so, and nothing says which.
    Declared,
    /// A person, as far as is known.
    Hand,
}

impl Renewal {
    /// What the configuration says, else what the edge, the issuer and the lifetime suggest.
    #[must_use]
    pub fn of(plan: &HostPlan, cert: &Certificate, upkeep: Option<&Upkeep>) -> Self {
        let edge = upkeep.and_then(|u| u.edge.as_ref());
        let by = |names: &[&str]| names.iter().any(|n| cert.issuer_organisation.as_str().contains(n));
        let seen = if by(MANAGED) {
            Some((Way::Amazon, format!("{} renews what it serves itself", cert.issuer_organisation)))
        } else if let Some(edge) = edge {
            Some((Way::Platform(edge.clone()), format!("{edge} renews what it serves")))
        } else if is_acme(cert) {
            let because = format!("{} certificates of this length come from an ACME client", cert.issuer_organisation);
            Some((Way::Client, because))
        } else {
            None
        };
        let (automatic, way, because) = match (plan.automatic_renewal, seen) {
            (Some(true), seen) => {
                let way = seen.map_or(Way::Declared, |(way, _)| way);
                (true, way, "renewal = \"auto\" in the configuration".to_owned())
            }
            (Some(false), _) => (false, Way::Hand, "renewal = \"manual\" in the configuration".to_owned()),
            (None, Some((way, because))) => (true, way, because),
            (None, None) => {
                let because =
                    "nothing says that a machine renews it (set renewal = \"auto\" under [[host]] if one does)";
                (false, Way::Hand, because.to_owned())
            }
        };
        Self { automatic, way, because: because.into() }
    }
}

/// The seconds before its end at which a machine renews a certificate of this lifetime.
#[must_use]
pub fn renews_at(lifetime: i64) -> i64 {
    if lifetime < 10 * DAY { lifetime / 2 } else { (lifetime / 3).min(30 * DAY) }
}

/// Whether a certificate is of those that are almost always fetched by an ACME client of the site's
/// own: by its issuer, and at most 100 days long.
#[must_use]
pub fn is_acme(cert: &Certificate) -> bool {
    ACME.iter().any(|n| cert.issuer_organisation.as_str().contains(n)) && cert.lifetime() <= 100 * DAY
}

/// The seconds left below which a certificate is late.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Below this something should be looked at.
    pub warn: i64,
    /// Below this somebody must act.
    pub fail: i64,
}
impl Limits {
    /// The limits for a certificate of this lifetime.
    ///
    /// A machine renews at a third of the lifetime left (half of it under 10 days), at most 30 days
    /// before the end; three quarters of that leave room for timers and retries, so that a healthy
    /// site never alarms, and a third of it still is a week on a 90-day certificate.
    #[must_use]
    pub fn of(lifetime: i64, automatic: bool) -> Self {
        if automatic {
            let due = renews_at(lifetime);
            Self { warn: due * 3 / 4, fail: (due * 35 / 100).max(DAY.min(lifetime / 4)) }
        } else {
            Self {
                warn: (lifetime / 4).clamp(14 * DAY, 45 * DAY).min(lifetime / 2),
                fail: (lifetime / 10).clamp(7 * DAY, 20 * DAY).min(lifetime / 4),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_follow_the_lifetime() {
        let hours = |l: Limits| (l.warn / 3600, l.fail / 3600);
        for (lifetime, automatic, manual) in [
            (160 * 3600, (60, 28), (80, 40)),
            (47 * DAY, (282, 131), (14 * 24, 7 * 24)),
            (64 * DAY, (16 * 24, 179), (16 * 24, 7 * 24)),
            (90 * DAY, (540, 252), (540, 9 * 24)),
            (200 * DAY, (540, 252), (45 * 24, 20 * 24)),
            (398 * DAY, (540, 252), (45 * 24, 20 * 24)),
        ] {
            assert_eq!(hours(Limits::of(lifetime, true)), automatic, "{} days, automatic", lifetime / DAY);
            assert_eq!(hours(Limits::of(lifetime, false)), manual, "{} days, manual", lifetime / DAY);
        }
    }
}
