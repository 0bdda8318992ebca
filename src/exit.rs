//! The exit codes, the same in every format. They are a contract: scripts and CI jobs read them.

use std::fmt::Write as _;

/// GO or GO WITH WARNINGS.
pub const GO: u8 = 0;
/// NO-GO: a finding at or above `--fail-on` is open.
pub const NO_GO: u8 = 1;
/// Wrong use, a wrong configuration, or an error inside launchcheck: no verdict.
pub const ERROR: u8 = 2;
/// INCOMPLETE: something that gates could not be found out, or was required and not proven.
pub const INCOMPLETE: u8 = 3;
/// The run was interrupted (Ctrl-C); the report says what was known by then.
pub const INTERRUPTED: u8 = 130;

/// Every code with what it means.
pub const ALL: [(u8, &str); 5] = [
    (GO, "GO or GO WITH WARNINGS"),
    (NO_GO, "NO-GO: a finding at or above --fail-on (default: blocker) is open"),
    (ERROR, "wrong use, a wrong configuration, or an internal error; there is no verdict"),
    (INCOMPLETE, "INCOMPLETE: a check that gates could not be verified, or --require was not met"),
    (INTERRUPTED, "interrupted; the report shows what was known by then"),
];

/// The text of `launchcheck explain exit-codes`.
#[must_use]
pub fn explain() -> String {
    let mut out = String::from("Exit codes, the same for every --format:\n\n");
    for (code, meaning) in ALL {
        let _ = writeln!(out, "  {code:>3}  {meaning}");
    }
    out.push_str(
        "\n--on-unknown ignore  ends 0 where only unverified checks stand between the run and a GO;\n\
        \x20                    the verdict still says INCOMPLETE.\n\
         --fail-on never      ends 0 whatever is found (2 and 130 stay); the verdict is the same as\n\
        \x20                    with --fail-on blocker.\n\
         \nlaunchcheck spf and dmarc end 0 where the records work, 1 where there is none, where receivers\n\
         cannot use it or (dmarc) where the mail fails, 2 for wrong use, 3 where a name server did not\n\
         answer. A fail of spf --ip is an answer of a record that works, and ends 0.\n",
    );
    out
}
