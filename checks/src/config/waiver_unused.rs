//! `config.waiver-unused`
use crate::rule;

rule! {
    /// A waiver matches no finding, so it hides nothing today and may hide something tomorrow.
    ///
    /// Only units that were judged count: a waiver for a rule that was skipped or could not be
    /// verified is not called unused.
    ///
    /// # Why at launch
    /// Left-over waivers silence the next, different fault of the same rule without anybody having
    /// decided it.
    ///
    /// # Fix
    /// Delete the `[[waiver]]` table.
    ///
    /// ```pass
    /// today 2026-11-21
    /// waiver email.dmarc-missing expires 2026-12-31
    /// finding email.dmarc-missing
    /// ```
    /// ```fail
    /// today 2026-11-21
    /// waiver email.dmarc-missing expires 2026-12-31
    /// ```
    "config.waiver-unused" on Run, Low;
    fails "A waiver matches nothing"; holds "Every waiver matches a finding";
    engine
}
