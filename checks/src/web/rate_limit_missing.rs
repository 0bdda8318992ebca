//! `web.rate-limit-missing`
use super::pressure::{BURST, Flood};
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix, Part, Severity, Verdict};

rule! {
    /// The path that should stop a flood of requests does not.
    ///
    /// Only where `[web] rate-limit` names it: 30 empty POST requests, the last of the run.
    ///
    /// # Why at launch
    /// Passwords are guessed and codes are tried by the thousand, and mails are sent at your cost.
    ///
    /// # Fix
    /// Limit by address and by account, and answer 429 with Retry-After.
    ///
    /// # References
    /// RFC 6585 section 4; OWASP API Security Top 10, API4 Unrestricted Resource Consumption.
    ///
    /// ```pass
    /// rate-limit /api/login
    /// active
    /// https+post://acme.test/api/login 429 retry-after: 60
    /// ```
    /// ```fail
    /// rate-limit /api/login
    /// active
    /// https+post://acme.test/api/login 401
    /// ```
    "web.rate-limit-missing" on Site, Medium, intent Active;
    fails "Nothing stops a flood of requests"; holds "A flood of requests is stopped";
    fn check(flood: Part<'_, Flood>) -> Verdict {
        let Some(flood) = flood.iter().next() else { return Verdict::Pass };
        let last = flood.statuses.last().copied().unwrap_or_default();
        if last == 429 {
            if flood.retry_after {
                return Verdict::Pass;
            }
            let fix = Fix::Header { name: "Retry-After".into(), value: "60".into() };
            let fault = Fault::new(&flood.path, saw(flood, "429 without retry-after"), fix).lowered(Severity::Info);
            return fault.titled("The rate limit does not say for how long").into();
        }
        if flood.statuses.len() < usize::from(BURST) {
            return Verdict::Pass;
        }
        if matches!(last, 404 | 405) {
            return Verdict::not_applicable("the path takes no POST requests");
        }
        let fix = Fix::Code {
            place: format!("the route behind {}", flood.path).into(),
            lines: vec![
                "const { success } = await ratelimit.limit(address);".into(),
                "if (!success) return new Response(null, { status: 429, headers: { \"Retry-After\": \"60\" } });".into(),
            ],
        };
        Fault::new(&flood.path, saw(flood, &format!("{} requests in a row, none was stopped", flood.statuses.len())), fix).into()
    }
}

fn saw(flood: &Flood, note: &str) -> Evidence {
    let status = flood.statuses.last().copied().unwrap_or_default();
    Evidence::Http { method: "POST".into(), url: flood.path.as_str().into(), status, note: note.into() }
}
