//! `tls.expiring`
use super::clock::Clock;
use super::facts::{Certificate, HostPlan, Reach};
use super::judge::{day, moment, span};
use super::renew::renew;
use super::renewal::{DAY, Limits, Renewal};
use super::upkeep::Upkeep;
use crate::rule;
use crate::vocab::{Fault, Severity, Verdict};

rule! {
    /// The certificate ends soon, measured against its own lifetime and how it is renewed.
    ///
    /// A machine renews at a third of the lifetime left, so only a renewal that is overdue counts: a
    /// fresh 160-hour certificate is healthy. A certificate renewed by hand needs weeks, and with
    /// `[site] launch-date` a month beyond the launch. Say which it is with `renewal = "auto"` or
    /// `"manual"` under `[[host]]`; without that, a hosting platform's edge, or an ACME issuer and a
    /// lifetime of at most 100 days, count as automatic. A certificate of ten days or more that has
    /// less than a day left is a blocker.
    ///
    /// # Why at launch
    /// A certificate that ends in launch week takes the whole site down, at an hour nobody chose.
    ///
    /// # Fix
    /// Renew it, and make the renewal automatic.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 6.3.2 (200 days at most from 2026-03-15, 100 from
    /// 2027-03-15, 47 from 2029-03-15); letsencrypt.org/docs/integration-guide (when to renew).
    ///
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// lifetime 160h
    /// remaining 159h
    /// ```
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// lifetime 90d
    /// remaining 25d
    /// ```
    /// ```pass
    /// host acme.test
    /// edge Vercel
    /// lifetime 90d
    /// remaining 25d
    /// launch 20d
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// lifetime 90d
    /// remaining 10d
    /// ```
    /// ```fail
    /// host acme.test
    /// renewal manual
    /// lifetime 200d
    /// remaining 40d
    /// ```
    /// ```fail
    /// host acme.test
    /// renewal manual
    /// lifetime 200d
    /// remaining 100d
    /// launch 80d
    /// ```
    /// ```fail
    /// host acme.test
    /// renewal auto
    /// remaining 20h
    /// ```
    "tls.expiring" on Host, Blocker, stage Tls;
    fails "The certificate ends soon"; holds "The certificate has time left";
    yields_to "tls.placeholder-certificate", "tls.origin-certificate-exposed";
    fn check(
        plan: &HostPlan,
        reach: &Reach,
        cert: &Certificate,
        upkeep: Option<&Upkeep>,
        clock: Option<&Clock>,
    ) -> Verdict {
        // A clock that is known to be wrong is a gap, and then this is not judged.
        let _ = clock;
        if cert.is_expired() {
            return Verdict::not_applicable("it has already expired");
        }
        if cert.is_early() {
            return Verdict::not_applicable("it is not valid yet");
        }
        let renewal = Renewal::of(plan, cert, upkeep);
        let launch = plan.launch.filter(|_| !renewal.automatic);
        let Some(severity) = worst(cert, renewal.automatic, launch) else { return Verdict::Pass };
        let saw = format!(
            "{} of {} left, until {}; {}",
            span(cert.remaining()),
            span(cert.lifetime()),
            moment(cert.not_after),
            if renewal.automatic { "its automatic renewal is overdue" } else { "somebody has to renew it by hand" },
        );
        let mut fault = Fault::here(cert.evidence(), renew(plan, cert, upkeep))
            .and_saw(saw)
            .and_saw(format!("counted as {}: {}", if renewal.automatic { "automatic" } else { "manual" }, renewal.because));
        if let Some(launch) = launch.filter(|l| *l >= cert.now - DAY) {
            fault = fault.and_saw(if cert.not_after < launch {
                format!("it ends before the launch on {}", day(launch))
            } else {
                format!("it ends {} after the launch on {}", span(cert.not_after - launch), day(launch))
            });
        }
        match severity {
            Severity::Blocker => super::by_role(fault, plan, reach).into(),
            milder => fault.lowered(milder).into(),
        }
    }
}

/// How bad it is: by what is left, and by the launch, after which nobody should renew by hand for a
/// month.
fn worst(cert: &Certificate, automatic: bool, launch: Option<i64>) -> Option<Severity> {
    let (left, limits) = (cert.remaining(), Limits::of(cert.lifetime(), automatic));
    let after = launch.map_or(i64::MAX, |l| cert.not_after - l);
    if left < DAY && cert.lifetime() >= 10 * DAY {
        Some(Severity::Blocker)
    } else if left < limits.fail || after < 7 * DAY {
        Some(Severity::High)
    } else if left < limits.warn || after < 30 * DAY {
        Some(Severity::Medium)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::vocab::{Severity, Verdict, View};

    fn severity(text: &str) -> Option<Severity> {
        let (targets, facts, at) = crate::tls::example::facts(text).unwrap();
        let crate::vocab::Eval::Code(eval) = &super::RULE.eval else { panic!("code") };
        match eval(&View::new(&at, &targets, &facts)) {
            Ok(Verdict::Fail(faults)) => Some(faults[0].lower_to.unwrap_or(super::RULE.severity)),
            Ok(_) => None,
            Err(missing) => panic!("{missing:?}"),
        }
    }

    #[test]
    fn each_row_of_the_rule() {
        for (text, want) in [
            ("renewal auto\nlifetime 160h\nremaining 60h", None),
            ("renewal auto\nlifetime 160h\nremaining 59h", Some(Severity::Medium)),
            ("renewal auto\nlifetime 160h\nremaining 27h", Some(Severity::High)),
            ("renewal auto\nlifetime 160h\nremaining 5h", Some(Severity::High)),
            ("renewal manual\nlifetime 160h\nremaining 79h", Some(Severity::Medium)),
            ("renewal auto\nlifetime 90d\nremaining 23d", None),
            ("renewal auto\nlifetime 90d\nremaining 22d", Some(Severity::Medium)),
            ("renewal auto\nlifetime 90d\nremaining 10d", Some(Severity::High)),
            ("renewal auto\nlifetime 90d\nremaining 24h", Some(Severity::High)),
            ("renewal auto\nlifetime 90d\nremaining 23h", Some(Severity::Blocker)),
            ("renewal auto\nlifetime 10d\nremaining 23h", Some(Severity::Blocker)),
            ("renewal auto\nlifetime 239h\nremaining 23h", Some(Severity::High)),
            ("renewal manual\nlifetime 200d\nremaining 45d", None),
            ("renewal manual\nlifetime 200d\nremaining 44d", Some(Severity::Medium)),
            ("renewal manual\nlifetime 200d\nremaining 19d", Some(Severity::High)),
            ("renewal manual\nlifetime 200d\nremaining 150d\nlaunch 120d", None),
            ("renewal manual\nlifetime 200d\nremaining 149d\nlaunch 120d", Some(Severity::Medium)),
            ("renewal manual\nlifetime 200d\nremaining 126d\nlaunch 120d", Some(Severity::High)),
            ("renewal manual\nlifetime 200d\nremaining 110d\nlaunch 120d", Some(Severity::High)),
            ("renewal auto\nlifetime 200d\nremaining 110d\nlaunch 120d", None),
            ("edge Fly.io\nlifetime 90d\nremaining 23d", None),
        ] {
            assert_eq!(severity(text), want, "{text}");
        }
    }
}
