//! How far the reading of an account is: pages, rate and time left.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What was read so far. Whoever reads adds to it, and somebody else shows it.
#[derive(Debug, Default)]
pub struct Meter {
    pages: AtomicU64,
    objects: AtomicU64,
    /// How many subscriptions there seem to be; 0 where nobody knows.
    expected: AtomicU64,
}
impl Meter {
    /// Notes a page.
    pub fn page(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }
    /// Notes a subscription.
    pub fn object(&self) {
        self.objects.fetch_add(1, Ordering::Relaxed);
    }
    /// Notes how many subscriptions there seem to be.
    pub fn expect(&self, count: u64) {
        self.expected.store(count, Ordering::Relaxed);
    }
    /// The line for people after this time: "Stripe: 1,200 pages, 23.8 a second, 60,000 of about
    /// 120,000 subscriptions, about 50 s left". Empty before the first page.
    #[must_use]
    pub fn line(&self, after: Duration) -> String {
        let [pages, objects, expected] =
            [&self.pages, &self.objects, &self.expected].map(|n| n.load(Ordering::Relaxed));
        let seconds = after.as_secs_f64().max(0.001);
        if pages == 0 {
            return String::new();
        }
        let mut line = format!("Stripe: {pages} pages, {:.1} a second, {objects}", rate(pages, seconds));
        if expected > objects {
            let left = rate(expected - objects, rate(objects.max(1), seconds));
            let _ = write!(line, " of about {expected} subscriptions, about {} left", span(left));
        } else {
            line.push_str(" subscriptions");
        }
        line
    }
}
#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn rate(count: u64, by: f64) -> f64 {
    count as f64 / by
}
fn span(seconds: f64) -> String {
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_pages_rate_and_time_left() {
        let meter = Meter::default();
        assert_eq!(meter.line(Duration::from_secs(1)), "");
        (0..240).for_each(|_| meter.page());
        (0..24_000).for_each(|_| meter.object());
        assert_eq!(meter.line(Duration::from_secs(10)), "Stripe: 240 pages, 24.0 a second, 24000 subscriptions");
        meter.expect(120_000);
        let line = meter.line(Duration::from_secs(10));
        assert!(line.ends_with("24000 of about 120000 subscriptions, about 40 s left"), "{line}");
    }
}
