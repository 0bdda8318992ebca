//! The words of the house: what a target, a question, a fact, a rule and a verdict are.
//!
//! Everything here is pure. The types carry the wall: a rule can return a pass, faults or "not
//! applicable", and nothing else; only the engine knows how to say "unknown", "skipped" or "waived".

mod cause;
mod inquiry;
mod money;
mod names;
mod observed;
mod params;
mod rule;
mod shown;
mod target;
mod verdict;

pub use cause::{Cause, Gaps};
pub use inquiry::{Answers, Feed, Inquiry, Next, Question, Step};
pub use money::{Currency, Money};
pub use names::{BadName, DomainName, Selector};
pub use observed::{Missing, Observed};
pub use params::{All, Arg, At, Fact, Part, Table, View};
pub use rule::{Declared, Eval, Family, Intent, Lifecycle, Rule, Severity, Stage, Text, fences};
pub use shown::Shown;
pub use target::{BadPick, Origin, Pick, TargetId, TargetKind, Targets};
pub use verdict::{Cell, Evidence, Exhibit, ExhibitBody, Fault, Fix, Place, Verdict};
