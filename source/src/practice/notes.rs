//! Remarks that leave a step to somebody.

use super::{is_own, marks, room::Room};
use launchcheck_checks::{code::work::Notes, vocab::Place};

/// What is done by hand and should not be.
const STEPS: &[&str] = &[
    "refund",
    "cancel",
    "upgrade",
    "downgrade",
    "grant",
    "activate",
    "add",
    "update",
    "send",
    "email",
    "invite",
    "sync",
    "create",
    "remove",
    "run",
    "do ",
    "set",
    "enable",
    "change",
    "invoice",
    "copy",
    "insert",
];
/// What turns such a remark around.
const NOT: &[&str] = &[
    "not ",
    "n't",
    "no need",
    "instead of",
    "without",
    "avoid",
    "rather than",
    "never",
    "could",
    "used to",
    "unless",
    "if you",
];

/// Looks at the remarks of all files.
pub(super) fn notes(room: &Room<'_>) -> Notes {
    let mut out = Notes::default();
    for f in room.tree.files.iter().filter(|f| is_own(f) && !f.tooling) {
        out.files += 1;
        if f.marks & marks::MANUAL == 0 {
            continue;
        }
        let Some(text) = (room.tree.text)(&f.path) else { continue };
        for (n, line) in text.lines().enumerate() {
            if let Some(said) = manual(line) {
                let line = u32::try_from(n + 1).unwrap_or(u32::MAX);
                out.manual.push((Place::new(f.shown.as_str(), line, 1), said));
            }
        }
    }
    out
}
/// The remark of a line that leaves a step to somebody: "do this manually", "refund by hand".
fn manual(line: &str) -> Option<String> {
    let trimmed = line.trim_start();
    let remark = if trimmed.starts_with('*') && !trimmed.starts_with("**") {
        trimmed.trim_start_matches('*')
    } else if let Some(rest) = trimmed.strip_prefix("{/*").or_else(|| trimmed.strip_prefix("/*")) {
        rest
    } else {
        // `https://` is no remark.
        let at = line.match_indices("//").find(|(i, _)| *i == 0 || line.as_bytes()[i - 1] != b':')?.0;
        &line[at + 2..]
    };
    let said = remark.trim_end_matches("*/}").trim_end_matches("*/").trim();
    let small = said.to_ascii_lowercase();
    let by_hand = small.contains("this manually")
        || small.contains("do it manually")
        || (small.contains("manually") || small.contains("by hand"))
            && (small.contains("todo")
                || small.contains("fixme")
                || small.contains("for now")
                || small.contains("remember to")
                || small.contains("until "))
            && STEPS.iter().any(|s| small.contains(s));
    (by_hand && !NOT.iter().any(|n| small.contains(n))).then(|| said.chars().take(120).collect())
}
