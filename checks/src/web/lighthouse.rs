//! What a Lighthouse report says of the three numbers that visitors feel.

use crate::vocab::{Gaps, Shown};
use serde_json::Value;

/// A Lighthouse report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lighthouse {
    /// The file.
    pub file: Shown,
    /// The page that it is about.
    pub page: Shown,
    /// Largest Contentful Paint in milliseconds.
    pub paint_ms: Option<u64>,
    /// Cumulative Layout Shift in thousandths.
    pub shift: Option<u64>,
    /// Errors in the console, where it was looked at.
    pub errors: Option<usize>,
}
impl Gaps for Lighthouse {}

impl Lighthouse {
    /// Reads a report; the error is a sentence fragment.
    ///
    /// # Errors
    /// When the text is no Lighthouse report.
    pub fn read(file: &str, text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))?;
        let audits = value["audits"].as_object().ok_or("no Lighthouse report: it has no audits")?;
        let page =
            value["finalDisplayedUrl"].as_str().or(value["finalUrl"].as_str()).or(value["requestedUrl"].as_str());
        let number =
            |id: &str| audits.get(id).and_then(|a| a["numericValue"].as_f64()).filter(|n| n.is_finite() && *n >= 0.0);
        let errors = audits.get("errors-in-console").and_then(|a| a["details"]["items"].as_array()).map(Vec::len);
        Ok(Self {
            file: file.into(),
            page: page.unwrap_or_default().into(),
            paint_ms: number("largest-contentful-paint").map(whole),
            shift: number("cumulative-layout-shift").map(|n| whole(n * 1000.0)),
            errors,
        })
    }
}

/// A number of a report as a whole one; those beyond any page are cut.
fn whole(n: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and ten million")]
    let n = n.clamp(0.0, 1e7).round() as u64;
    n
}
