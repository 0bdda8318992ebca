//! `web.latency-over-budget`
use super::pressure::Speed;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};

rule! {
    /// A declared route is slower than the budget: 95 of 100 answers should be within
    /// `[thresholds] route-p95`.
    ///
    /// Twenty requests after two for warming up, one at a time, to the head of each answer.
    ///
    /// # Why at launch
    /// It is measured on an idle system: with customers on it, it gets slower.
    ///
    /// # Fix
    /// Look for the query without an index, the request that waits for another, and the region of the database.
    ///
    /// # References
    /// Nielsen, "Response Times: The 3 Important Limits".
    ///
    /// ```pass
    /// route /api/plans
    /// active
    /// https://acme.test/api/plans 200 took: 80 | body: {"a":1}
    /// ```
    /// ```fail
    /// route /api/plans
    /// active
    /// https://acme.test/api/plans 200 took: 900 | body: {"a":1}
    /// ```
    "web.latency-over-budget" on Site, High, intent Active;
    fails "A route is slower than its budget"; holds "Routes answer within their budget";
    fn check(speed: Part<'_, Speed>) -> Verdict {
        let faults = speed.iter().flat_map(|s| s.routes.iter().map(move |r| (s.budget_ms, r))).filter_map(|(budget, (path, times))| {
            let (p50, p95) = (percentile(times, 50)?, percentile(times, 95)?);
            if p95 <= budget {
                return None;
            }
            let saw = format!("p95 {p95} ms, p50 {p50} ms of {} requests; the budget is {budget} ms", times.len());
            let fix = Fix::step(format!("Find what {path} waits for (a query without an index, a call in a row), or set route-p95 under [thresholds]"));
            let fault = Fault::new(path, saw, fix);
            Some(if p95 > budget * 2 { fault } else { fault.lowered(Severity::Medium) })
        });
        faults.collect::<Vec<_>>().into()
    }
}

/// The time within which so many of 100 answers came (nearest rank); of sorted times.
fn percentile(times: &[u32], of: usize) -> Option<u64> {
    let rank = (times.len() * of).div_ceil(100).max(1);
    times.get(rank - 1).map(|t| u64::from(*t))
}
