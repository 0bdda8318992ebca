//! `web.lighthouse-over-budget`
use super::lighthouse::Lighthouse;
use crate::rule;
use crate::vocab::{Fault, Fix, Severity};

/// What Google calls good: 2.5 s to the largest paint, a layout shift of 0.1.
const PAINT_MS: u64 = 2500;
const SHIFT: u64 = 100;

rule! {
    /// The Lighthouse report that CI makes shows a late page, one that jumps, or errors in the console.
    ///
    /// # Why at launch
    /// Visitors leave pages that come late, and press the wrong button on pages that jump.
    ///
    /// # Fix
    /// Open the report: it names the element and the script for each of the numbers.
    ///
    /// # References
    /// web.dev, "Web Vitals" (LCP 2.5 s, CLS 0.1); github.com/GoogleChrome/lighthouse.
    ///
    /// ```pass
    /// lighthouse {"requestedUrl":"https://acme.test/","audits":{"largest-contentful-paint":{"numericValue":1800.2},"cumulative-layout-shift":{"numericValue":0.01}}}
    /// ```
    /// ```fail
    /// lighthouse {"requestedUrl":"https://acme.test/","audits":{"largest-contentful-paint":{"numericValue":4100.7},"cumulative-layout-shift":{"numericValue":0.01}}}
    /// ```
    /// ```fail
    /// lighthouse {"requestedUrl":"https://acme.test/","audits":{"errors-in-console":{"details":{"items":[{"source":"network"}]}}}}
    /// ```
    "web.lighthouse-over-budget" on Site, Medium;
    fails "The Lighthouse report is over the budget"; holds "The Lighthouse report is within the budget";
    fn check(report: &Lighthouse) -> Verdict {
        let of = |subject: &str, saw: String, fix: &str| {
            Fault::new(subject, saw, Fix::step(fix)).and_saw(format!("{} in {}", report.page, report.file))
        };
        let mut faults = Vec::new();
        if let Some(ms) = report.paint_ms.filter(|ms| *ms > PAINT_MS) {
            let fix = "Preload the largest picture or text of the page, and send the page faster (LCP at most 2.5 s)";
            faults.push(of("largest-contentful-paint", format!("largest paint after {ms} ms"), fix));
        }
        if let Some(shift) = report.shift.filter(|s| *s > SHIFT) {
            let fix = "Give pictures, ads and embeds their width and height (CLS at most 0.1)";
            faults.push(of("cumulative-layout-shift", format!("layout shift of {}.{:03}", shift / 1000, shift % 1000), fix));
        }
        if let Some(n) = report.errors.filter(|n| *n > 0) {
            let fix = "Open the page with the console, and mend what it reports";
            faults.push(of("errors-in-console", format!("{n} error(s) in the console"), fix).lowered(Severity::Low));
        }
        faults.into()
    }
}
