//! `config.waiver-expired`
use crate::rule;

rule! {
    /// A waiver's date has passed, so what it covered counts again.
    ///
    /// # Why at launch
    /// A waiver is a promise to come back. Once its date has passed nobody is accepting the risk any
    /// more, and the finding it covered is open.
    ///
    /// # Fix
    /// Mend what the waiver covers and delete the waiver, or decide again and set a new `expires`.
    ///
    /// ```pass
    /// today 2026-11-21
    /// waiver email.dmarc-missing expires 2026-12-31
    /// finding email.dmarc-missing
    /// ```
    /// ```fail
    /// today 2026-11-21
    /// waiver email.dmarc-missing expires 2026-11-20
    /// ```
    "config.waiver-expired" on Run, High;
    fails "A waiver has expired"; holds "No waiver has expired";
    engine
}
