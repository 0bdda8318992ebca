//! `launchcheck.report/1`: additive until the first release, frozen after it.
//!
//! Everything but `run` is byte-identical for equal facts. Empty text is left out as `null`.

use crate::{
    outcome::{Outcome as Came, Unit as CameUnit},
    report::{self, target_text},
    score::{POLICY, Range},
};
use launchcheck_checks::vocab;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The `schema` field of this version.
pub const SCHEMA: &str = "launchcheck.report/1";

/// A report of launchcheck.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// `launchcheck.report/1`.
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// What was audited, as the person named it.
    pub target: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The exit code of the run: 0, 1, 3 or 130.
    pub exit_code: u8,
    /// The score.
    pub score: Score,
    /// The score by category, in the order of the scoring policy.
    pub categories: Vec<Category>,
    /// Every rule on every target, with how it came out; by rule and target.
    pub units: Vec<Unit>,
    /// Every open finding: worst first, then by rule, target and subject.
    pub findings: Vec<Finding>,
    /// What the verdict does not cover. What is unknown is not here: it counts.
    pub unproven: Vec<Unproven>,
    /// Findings that a waiver covers, in the order of findings.
    pub waived: Vec<Waived>,
    /// What is worth showing without a finding.
    pub exhibits: Vec<Exhibit>,
    /// The path of an event from the domain to the mail, stage by stage.
    pub event_path: Vec<Step>,
    /// About this run: clock, timings, counts and settings. Only this differs for equal facts.
    pub run: Run,
}

/// The program that made the report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `launchcheck`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// May we launch?
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A finding that gates is open.
    NoGo,
    /// A check that gates could not be verified.
    Incomplete,
    /// A high or medium is open or unverified.
    GoWithWarnings,
    /// Neither.
    Go,
}

/// How bad it is to launch like this.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Launching now loses mail, money, customers or secrets.
    Blocker,
    /// Hurts soon, or some of the users at once.
    High,
    /// Should be mended.
    Medium,
    /// Worth knowing.
    Low,
    /// A fact, not a fault.
    Info,
}

/// The score from 0 to 100. All numbers are null where nothing was judged.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// With everything unknown counted as failed, under the caps.
    pub value: Option<u8>,
    /// With everything unknown counted as passed, under the caps.
    pub ceiling: Option<u8>,
    /// The value before the caps.
    pub raw: Option<u8>,
    /// What holds it: `blocker` or `high` where one is open, `unknown-blocker` or `unknown-high`
    /// where one is unverified; null where nothing does.
    pub capped_by: Option<String>,
    /// The scoring model. Scores are comparable within one.
    pub model: u32,
}

/// The score of one category.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Category {
    /// Its name: `email`, `tls`, `web`, `webhook`, `env`, `code`, `billing`, `custom`, `config`.
    pub category: String,
    /// What it weighs in the score.
    pub weight: u32,
    /// With everything unknown counted as failed; null where nothing of it counts.
    pub value: Option<u8>,
    /// With everything unknown counted as passed.
    pub ceiling: Option<u8>,
    /// Its open findings by severity.
    pub findings: BySeverity,
    /// Its units by outcome.
    pub units: ByOutcome,
}

/// Open findings by severity.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the fields are the severities")]
pub struct BySeverity {
    pub blocker: usize,
    pub high: usize,
    pub medium: usize,
    pub low: usize,
    pub info: usize,
}

/// Units by outcome.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are the outcomes")]
pub struct ByOutcome {
    pub pass: usize,
    pub fail: usize,
    pub unknown: usize,
    pub not_applicable: usize,
    pub skipped: usize,
    pub waived: usize,
}

/// How a unit came out.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not; its findings say how.
    Fail,
    /// There was nothing to judge.
    NotApplicable,
    /// It was not looked at.
    Skipped,
    /// It could not be found out.
    Unknown,
    /// It fails, and all of it is waived.
    Waived,
}

/// A rule on a target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unit {
    /// The rule id.
    pub rule: String,
    /// The family of the rule.
    pub family: String,
    /// The severity that the rule declares.
    pub severity: Severity,
    /// The target, as `kind:name`.
    pub target: String,
    /// How it came out.
    pub outcome: Outcome,
    /// Why it is unknown; empty otherwise.
    pub causes: Vec<Cause>,
    /// The findings it stands behind; empty otherwise.
    pub behind: Vec<Behind>,
    /// Why it does not apply or was skipped.
    pub why: Option<String>,
    /// Whether the rule is a preview: shown, and counted for nothing.
    pub preview: bool,
}

/// Why something is unknown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// One of `timeout`, `deadline`, `refused`, `no-route`, `servfail`, `auth`, `permission`,
    /// `rate-limited`, `wall`, `parse`, `untold`, `too-large`, `unset`, `unreadable`, `not-recorded`, `clock`.
    pub cause: String,
    /// What the word does not say: a permission, a variable, a file.
    pub detail: Option<String>,
}

/// A finding that another unit stands behind.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Behind {
    /// The rule that failed.
    pub rule: String,
    /// Where.
    pub target: String,
}

/// Something that is wrong.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule id.
    pub rule: String,
    /// The family of the rule.
    pub family: String,
    /// How bad this case is.
    pub severity: Severity,
    /// The target, as `kind:name`.
    pub target: String,
    /// What it is about within the target; empty where the target says it all.
    pub subject: String,
    /// The headline.
    pub title: String,
    /// What was seen.
    pub saw: Vec<Evidence>,
    /// What to do.
    pub fix: Fix,
    /// The line to change, or the line that declared the target.
    pub place: Option<Place>,
    /// Equal for the same fault in every run, whatever it is worded like.
    pub fingerprint: String,
}

/// A line in a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file, relative to where launchcheck was run.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// What was seen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Evidence {
    /// An answer of the DNS.
    Dns {
        /// The name.
        name: String,
        /// The record type.
        record: String,
        /// The records, or `NXDOMAIN`, or `no such record`.
        answer: Vec<String>,
    },
    /// An HTTP exchange.
    Http {
        /// The method.
        method: String,
        /// The URL, credentials masked.
        url: String,
        /// The status; null where the connection ended without one.
        status: Option<u16>,
        /// What mattered in the answer.
        note: Option<String>,
    },
    /// A certificate.
    Certificate {
        /// The host that served it.
        host: String,
        /// The names in it.
        names: String,
        /// Who issued it.
        issuer: String,
        /// Not before, RFC 3339.
        not_before: String,
        /// Not after, RFC 3339.
        not_after: String,
    },
    /// A line of a file.
    Place {
        /// The line.
        place: Place,
        /// What stands there.
        text: String,
    },
    /// The same field on two sides.
    Difference {
        /// The field.
        field: String,
        /// The provider's value.
        provider: String,
        /// The database's value.
        database: String,
    },
    /// Words.
    Text {
        /// The words.
        text: String,
    },
}

/// What to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fix {
    /// Publish or replace a DNS record.
    DnsRecord {
        /// Its absolute name.
        name: String,
        /// The name as DNS panels want it: relative to the zone, `@` for the zone itself.
        #[serde(default)]
        host: Option<String>,
        /// Its type.
        record: String,
        /// Its value, whole.
        value: String,
        /// The value of a TXT record in its strings of at most 255 octets, for what does not split by
        /// itself.
        #[serde(default)]
        strings: Vec<String>,
        /// What to do with it where "add" is not it.
        note: Option<String>,
    },
    /// Set an environment variable.
    EnvVar {
        /// Its name.
        name: String,
        /// What to put there, in words.
        value: String,
    },
    /// Send a response header.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Run a command.
    Command {
        /// The command.
        command: String,
    },
    /// Run this SQL, after reading it.
    Sql {
        /// The statements.
        sql: String,
    },
    /// Change code or configuration.
    Code {
        /// Where.
        place: String,
        /// The lines.
        lines: Vec<String>,
    },
    /// Do these things.
    Steps {
        /// One thing each.
        steps: Vec<String>,
    },
}

/// Something that the verdict does not cover.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unproven {
    /// What: `signed webhook`, `billing`, `env`.
    pub scope: String,
    /// The family.
    pub family: String,
    /// Why, or what would prove it.
    pub why: String,
}

/// A finding that a waiver covers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// The rule id.
    pub rule: String,
    /// The family of the rule.
    pub family: String,
    /// How bad this case is.
    pub severity: Severity,
    /// The target.
    pub target: String,
    /// What it is about within the target.
    pub subject: String,
    /// The headline.
    pub title: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day of the waiver.
    pub expires: String,
    /// As in findings.
    pub fingerprint: String,
}

/// Something worth showing without a finding. Exactly one of `table` and `tree` is there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Exhibit {
    /// Its stable id.
    pub id: String,
    /// The target it belongs to.
    pub target: String,
    /// What it shows.
    pub title: String,
    /// Rows under headings.
    pub table: Option<Table>,
    /// Lines with a depth.
    pub tree: Option<Vec<Branch>>,
}
/// Rows under headings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// The headings.
    pub columns: Vec<String>,
    /// The rows: text, a whole number, true or false, or null, one a heading.
    pub rows: Vec<Vec<Cell>>,
}
/// A cell of a table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Nothing there, or not known.
    Empty(()),
}
/// A line of a tree.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// How deep it hangs, from 0.
    pub depth: u8,
    /// The line.
    pub text: String,
}

/// A stage of the event path.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The stage: `domain`, `tls`, `route`, `signature`, `secret`, `subscription`, `idempotency`,
    /// `database`, `crm`, `support`, `email`.
    pub stage: String,
    /// `ok`, `at-risk`, `broken`, `unverified`, `waived` or `not-checked`.
    pub state: String,
    /// Whether it is the first stage that is broken.
    pub first_break: bool,
}

/// About this run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// When it began, RFC 3339.
    pub clock: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// Questions that went out, by kind; `lookups`, `handshakes` and `requests` are always there.
    pub counts: BTreeMap<String, u64>,
    /// Questions that were answered again from the memory of the run.
    pub remembered: u64,
    /// The configuration file.
    pub config: Option<String>,
    /// The settings in effect, by name.
    pub settings: BTreeMap<String, Setting>,
    /// What was inferred, where a secret was read from, and the like.
    pub notes: Vec<String>,
    /// Who did not answer.
    pub unanswered: Vec<Unanswered>,
    /// How long each answer on the ways into the site took.
    pub hops: Vec<HopTime>,
}
/// The time of one answer on the way into a site.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HopTime {
    /// The URL.
    pub url: String,
    /// The status it was answered with.
    pub status: u16,
    /// Milliseconds from the request to the head of the answer.
    pub ms: u32,
}
/// A setting in effect.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// Its value.
    pub value: String,
    /// `flag`, `environment`, `file` or `default`.
    pub origin: String,
}
/// Somebody who was asked and did not answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unanswered {
    /// Whom.
    pub place: String,
    /// How.
    pub cause: Cause,
    /// How often.
    pub count: u64,
}

fn text(shown: &vocab::Shown) -> String {
    shown.as_str().to_owned()
}
fn some(shown: &vocab::Shown) -> Option<String> {
    (!shown.is_empty()).then(|| text(shown))
}
fn texts(shown: &[vocab::Shown]) -> Vec<String> {
    shown.iter().map(text).collect()
}
fn value(range: Option<Range>) -> Option<u8> {
    range.map(|r| r.value)
}
fn ceiling(range: Option<Range>) -> Option<u8> {
    range.map(|r| r.ceiling)
}

impl From<&report::Report> for Report {
    fn from(r: &report::Report) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "launchcheck".to_owned(), version: r.version.to_owned() },
            target: text(&r.label),
            verdict: r.decision().into(),
            exit_code: r.exit_code,
            score: Score {
                value: value(r.score.held),
                ceiling: ceiling(r.score.held),
                raw: value(r.score.raw),
                capped_by: r.score.capped_by.map(|c| c.word()),
                model: POLICY.model,
            },
            categories: r.score.categories.iter().map(Category::from).collect(),
            units: r.units.iter().map(Unit::from).collect(),
            findings: r.findings.iter().map(Finding::from).collect(),
            unproven: r
                .unproven
                .iter()
                .map(|u| Unproven { scope: text(&u.scope), family: u.family.word().to_owned(), why: text(&u.why) })
                .collect(),
            waived: r.waived.iter().map(Waived::from).collect(),
            exhibits: r.exhibits.iter().map(Exhibit::from).collect(),
            event_path: r
                .event_path
                .iter()
                .map(|s| Step {
                    stage: s.stage.word().to_owned(),
                    state: s.state.word().to_owned(),
                    first_break: s.first_break,
                })
                .collect(),
            run: Run::from(&r.run),
        }
    }
}
impl From<crate::verdict::Decision> for Verdict {
    fn from(d: crate::verdict::Decision) -> Self {
        use crate::verdict::Decision as D;
        match d {
            D::NoGo => Self::NoGo,
            D::Incomplete => Self::Incomplete,
            D::GoWithWarnings => Self::GoWithWarnings,
            D::Go => Self::Go,
        }
    }
}
impl From<vocab::Severity> for Severity {
    fn from(s: vocab::Severity) -> Self {
        match s {
            vocab::Severity::Blocker => Self::Blocker,
            vocab::Severity::High => Self::High,
            vocab::Severity::Medium => Self::Medium,
            vocab::Severity::Low => Self::Low,
            vocab::Severity::Info => Self::Info,
        }
    }
}
impl From<&crate::score::CategoryScore> for Category {
    fn from(c: &crate::score::CategoryScore) -> Self {
        let [blocker, high, medium, low, info] = c.findings;
        Self {
            category: c.category.word().to_owned(),
            weight: c.weight,
            value: value(c.score),
            ceiling: ceiling(c.score),
            findings: BySeverity { blocker, high, medium, low, info },
            units: ByOutcome {
                pass: c.units.passed,
                fail: c.units.failed,
                unknown: c.units.unknown,
                not_applicable: c.units.not_applicable,
                skipped: c.units.skipped,
                waived: c.units.waived,
            },
        }
    }
}
impl From<&vocab::Cause> for Cause {
    fn from(c: &vocab::Cause) -> Self {
        Self { cause: c.word().to_owned(), detail: c.detail().map(text) }
    }
}
impl From<&CameUnit> for Unit {
    fn from(u: &CameUnit) -> Self {
        let (mut causes, mut behind, mut why) = (Vec::new(), Vec::new(), None);
        let outcome = match &u.outcome {
            Came::Pass => Outcome::Pass,
            Came::Fail(_) => Outcome::Fail,
            Came::Waived => Outcome::Waived,
            Came::NotApplicable(w) => {
                why = some(w);
                Outcome::NotApplicable
            }
            Came::Skipped(skip) => {
                why = some(&crate::verdict::why(skip));
                Outcome::Skipped
            }
            Came::Unknown { causes: c, behind: b } => {
                causes = c.iter().map(Cause::from).collect();
                behind = b
                    .iter()
                    .map(|b| Behind { rule: b.rule.to_string(), target: text(&target_text(&b.target)) })
                    .collect();
                Outcome::Unknown
            }
        };
        Self {
            rule: u.rule.id.to_string(),
            family: u.rule.family().word().to_owned(),
            severity: u.rule.severity.into(),
            target: text(&target_text(&u.target)),
            outcome,
            causes,
            behind,
            why,
            preview: u.rule.lifecycle == vocab::Lifecycle::Preview,
        }
    }
}
impl From<&report::Finding> for Finding {
    fn from(f: &report::Finding) -> Self {
        Self {
            rule: f.rule.id.to_string(),
            family: f.rule.family().word().to_owned(),
            severity: f.severity.into(),
            target: text(&f.target),
            subject: text(&f.subject),
            title: text(&f.title),
            saw: f.saw.iter().map(Evidence::from).collect(),
            fix: Fix::from(&f.fix),
            place: f.anchor().map(Place::from),
            fingerprint: f.fingerprint.clone(),
        }
    }
}
impl From<&report::WaivedFinding> for Waived {
    fn from(w: &report::WaivedFinding) -> Self {
        let f = &w.finding;
        Self {
            rule: f.rule.id.to_string(),
            family: f.rule.family().word().to_owned(),
            severity: f.severity.into(),
            target: text(&f.target),
            subject: text(&f.subject),
            title: text(&f.title),
            reason: text(&w.reason),
            expires: w.expires.to_string(),
            fingerprint: f.fingerprint.clone(),
        }
    }
}
impl From<&vocab::Place> for Place {
    fn from(p: &vocab::Place) -> Self {
        Self { file: text(&p.file), line: p.line, column: p.column }
    }
}
impl From<&vocab::Evidence> for Evidence {
    fn from(e: &vocab::Evidence) -> Self {
        use vocab::Evidence as E;
        match e {
            E::Dns { name, kind, answer } => Self::Dns { name: text(name), record: text(kind), answer: texts(answer) },
            E::Http { method, url, status, note } => Self::Http {
                method: text(method),
                url: text(url),
                status: (*status != 0).then_some(*status),
                note: some(note),
            },
            E::Certificate { host, names, issuer, validity: (from, to) } => Self::Certificate {
                host: text(host),
                names: text(names),
                issuer: text(issuer),
                not_before: text(from),
                not_after: text(to),
            },
            E::Place(place, words) => Self::Place { place: place.into(), text: text(words) },
            E::Difference { field, provider, database } => {
                Self::Difference { field: text(field), provider: text(provider), database: text(database) }
            }
            E::Text(words) => Self::Text { text: text(words) },
        }
    }
}
impl From<&vocab::Fix> for Fix {
    fn from(f: &vocab::Fix) -> Self {
        use vocab::Fix as F;
        match f {
            F::DnsRecord { name, kind, value, note } => Self::DnsRecord {
                name: text(name),
                host: f.host(),
                record: text(kind),
                value: text(value),
                strings: f.strings(),
                note: some(note),
            },
            F::EnvVar { name, value } => Self::EnvVar { name: text(name), value: text(value) },
            F::Header { name, value } => Self::Header { name: text(name), value: text(value) },
            F::Command(command) => Self::Command { command: text(command) },
            F::Sql(sql) => Self::Sql { sql: text(sql) },
            F::Code { place, lines } => Self::Code { place: text(place), lines: texts(lines) },
            F::Steps(steps) => Self::Steps { steps: texts(steps) },
        }
    }
}
impl From<&(vocab::Shown, vocab::Exhibit)> for Exhibit {
    fn from((target, e): &(vocab::Shown, vocab::Exhibit)) -> Self {
        let (mut table, mut tree) = (None, None);
        match &e.body {
            vocab::ExhibitBody::Table { columns, rows } => {
                table = Some(Table {
                    columns: columns.iter().map(|c| (*c).to_owned()).collect(),
                    rows: rows.iter().map(|row| row.iter().map(Cell::from).collect()).collect(),
                });
            }
            vocab::ExhibitBody::Tree(lines) => {
                tree = Some(lines.iter().map(|(depth, line)| Branch { depth: *depth, text: text(line) }).collect());
            }
        }
        Self { id: e.id.to_owned(), target: text(target), title: text(&e.title), table, tree }
    }
}
impl From<&vocab::Cell> for Cell {
    fn from(c: &vocab::Cell) -> Self {
        match c {
            vocab::Cell::Text(t) => Self::Text(text(t)),
            vocab::Cell::Number(n) => Self::Number(*n),
            vocab::Cell::Flag(b) => Self::Flag(*b),
            vocab::Cell::Empty => Self::Empty(()),
        }
    }
}
impl From<&report::RunInfo> for Run {
    fn from(r: &report::RunInfo) -> Self {
        let setting =
            |s: &report::Setting| (s.name.to_owned(), Setting { value: text(&s.value), origin: text(&s.origin) });
        Self {
            clock: text(&r.clock),
            duration_ms: r.duration_ms,
            interrupted: r.interrupted,
            counts: r.counts.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect(),
            remembered: r.remembered,
            config: r.config.as_ref().map(text),
            settings: r.settings.iter().map(setting).collect(),
            notes: texts(&r.notes),
            hops: r.hops.iter().map(|h| HopTime { url: text(&h.url), status: h.status, ms: h.ms }).collect(),
            unanswered: r
                .unanswered
                .iter()
                .map(|u| Unanswered { place: text(&u.place), cause: (&u.cause).into(), count: u.count })
                .collect(),
        }
    }
}
