//! `launchcheck drift`: every difference between Stripe and the database, and not only the worst.

use super::{
    audit::read_api_base,
    network::{Network, Weigh},
    values::one_of,
    wrong,
};
use crate::{
    audit::{self, NotStarted, Start},
    config::{
        FailOn,
        load::{self, Choice},
    },
    exit,
    probe::stripe::Meter,
    problem::{Problem, Problems},
    render::{self, Verbosity},
    report::Report,
    settings::{ColorChoice, Settings, WholeDrift},
    survey::{self, Ground},
};
use launchcheck_checks::{
    billing::{self, facts::Hit, group::DriftClass, report as words},
    facts::Facts,
    vocab::{Cause, Currency, Evidence, Family, Fix, Missing, Money, Pick, Severity, Shown},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::{self, IsTerminal, Write as _},
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use url::Url;

/// List every difference between Stripe and the database.
///
/// An audit reads again and shows the worst of each class; this reads again and shows all. Both sides
/// are only read. A line is one customer: what each side says, the money, the cause and the fix.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = AFTER)]
#[expect(clippy::doc_markdown, reason = "the comments are the help text, where backticks would stand")]
pub(super) struct Args {
    /// Only these classes, such as row-missing; repeatable
    #[arg(long, value_name = "CLASS", value_parser = class, value_delimiter = ',')]
    class: Vec<&'static str>,
    /// Read this configuration instead of the one found [env: LAUNCHCHECK_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only this customer
    #[arg(long, value_name = "cus_…")]
    customer: Option<String>,
    /// Read production's variables from this file; repeatable, the last one wins
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// End 1 from this severity on
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&FailOn::ALL, FailOn::word), default_value = "blocker")]
    fail_on: FailOn,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "table")]
    format: Format,
    #[command(flatten)]
    network: Network,
    /// Requests a second to each operation of the provider, where the account's limit is not the usual
    /// 25; 1000 and more are not held back
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: Option<u32>,
    /// Keep what was read in this file, and go on from it after an interruption
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Only customers whose subscriptions changed since then (2026-11-01, or a time)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<i64>,
    /// Use this base of the Stripe API; it receives the Stripe key
    #[arg(long, value_name = "URL", value_parser = read_api_base)]
    stripe_api: Option<Url>,
}

const AFTER: &str = "\
Money is in the currency's smallest unit; null is an amount that cannot be told. Totals and what
could not be read stand on standard error for csv and jsonl. Ends as an audit does: 0, 1 from
--fail-on on, 2 for wrong use, 3 where something could not be read.";

/// Without a flag there is no hurry: this runs by itself and not in front of a deploy.
const DEADLINE: Duration = Duration::from_hours(1);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Table,
    Csv,
    Jsonl,
}
impl Format {
    const ALL: [Self; 3] = [Self::Table, Self::Csv, Self::Jsonl];
    const fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// The rules that speak of the two sides and are no class of customers.
const WHOLE: [&str; 3] = ["billing.mapping-unconfirmed", "billing.period-missing", "billing.user-duplicate"];

fn rules() -> impl Iterator<Item = &'static str> {
    billing::CLASSES.iter().map(|c| c.rule).chain(WHOLE)
}
fn class(text: &str) -> Result<&'static str, String> {
    let wanted = text.strip_prefix("billing.").unwrap_or(text);
    let bare = |rule: &'static str| rule.strip_prefix("billing.").unwrap_or(rule);
    rules().find(|r| bare(r) == wanted).ok_or_else(|| {
        let known: Vec<&str> = rules().map(bare).collect();
        format!("that is no class; known are {}", known.join(", "))
    })
}
fn moment(text: &str) -> Result<i64, String> {
    billing::row::time(text).ok_or_else(|| "that is no time such as 2026-11-01 or 2026-11-01T12:00:00Z".to_owned())
}

/// One finding as it is written down; a contract.
#[derive(Clone, Debug, Serialize)]
struct Line {
    rule: String,
    severity: &'static str,
    customer: Option<String>,
    subscription: Option<String>,
    row: Option<String>,
    stripe: Option<String>,
    database: Option<String>,
    mrr: Option<i64>,
    at_risk: Option<i64>,
    currency: Option<String>,
    cause: Option<String>,
    /// Each step on a line of its own: SQL is not for the shell.
    fix: String,
    /// Whose words `stripe` holds.
    #[serde(skip)]
    provider: &'static str,
    /// The same in further currencies, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also>,
}
#[derive(Clone, Debug, Serialize)]
struct Also {
    currency: String,
    mrr: Option<i64>,
    at_risk: Option<i64>,
}

/// What was found, and what could not be.
struct Found {
    lines: Vec<Line>,
    unchecked: u64,
    untold: u64,
    subscriptions: u64,
    rows: u64,
    in_flight: u64,
    snapshots: Vec<String>,
    gaps: BTreeSet<Cause>,
}

pub(super) fn run(args: &Args, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<u8> {
    let (report, facts) = look(args, color, environment)?;
    let found = found(args, &report, &facts);
    let mut out = io::stdout().lock();
    let text = match args.format {
        Format::Table => table(&found) + &totals(&found) + &next(&found),
        Format::Csv => csv(&found.lines),
        Format::Jsonl => {
            found.lines.iter().map(|l| serde_json::to_string(l).map(|t| t + "\n")).collect::<Result<String, _>>()?
        }
    };
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_else(|e| match e.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(e),
    })?;
    if args.format != Format::Table {
        let _ = io::stderr().write_all(totals(&found).as_bytes());
    }
    Ok(code(args, &report, &found))
}

fn look(args: &Args, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<(Report, Facts)> {
    let here = std::env::current_dir()?;
    let env = |name: &str| environment.get(name).cloned();
    let mut weigh = Weigh::new(&env);
    let network = args.network.settings(&mut weigh);
    let timed = weigh.origins.contains_key("deadline");
    Problems::check(weigh.problems)?;
    let meter = Arc::<Meter>::default();
    let only = rules().filter(|r| args.class.is_empty() || args.class.contains(r));
    let settings = Settings {
        only: only.map(|r| Pick::Rule(r.to_owned())).collect(),
        fail_on: args.fail_on,
        deadline: if timed { network.deadline } else { DEADLINE },
        stripe_api: args.stripe_api.clone(),
        whole_drift: Some(WholeDrift { resume: args.resume.clone(), meter: Arc::clone(&meter) }),
        billing_rate: args.rate,
        env_files: args.env_file.clone(),
        color,
        ..network
    };
    let file = args.config.clone().or_else(|| env("LAUNCHCHECK_CONFIG").filter(|v| !v.is_empty()).map(Into::into));
    let loaded = load::load(&file.map_or(Choice::Discover, Choice::File), &here)?;
    if loaded.config.billing.is_empty() {
        return Err(wrong(
            Problem::new("there is no [[billing]] to compare")
                .hint("name stripe-key-env and database-url-env under [[billing]] in launchcheck.toml"),
        ));
    }
    let survey = survey::survey(Ground::new(None, loaded, &here), &settings.env_files)?;
    let progress = Progress::begin(Arc::clone(&meter), io::stderr().is_terminal(), settings.verbosity);
    let start = Start {
        told: Vec::new(),
        label: survey::label(&survey, &here),
        command: "launchcheck drift".into(),
        now: jiff::Timestamp::now(),
        settings,
        survey,
        environment,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let looked = runtime.block_on(audit::look(start, vec![Family::Billing], &())).map_err(|e| match e {
        NotStarted::CaBundle { path, why } => {
            wrong(Problem::new(format!("cannot use {path} (--ca-bundle)")).cause(why))
        }
        other @ NotStarted::Random => other.into(),
    })?;
    runtime.shutdown_background();
    drop(progress);
    Ok(looked)
}

/// Shows on standard error how far it is: one line that is written over on a terminal, one in ten
/// seconds elsewhere when asked for.
struct Progress(Option<(Sender<()>, JoinHandle<()>)>);
impl Progress {
    fn begin(meter: Arc<Meter>, terminal: bool, verbosity: Verbosity) -> Self {
        let every = match (terminal, verbosity) {
            (_, Verbosity::Quiet) | (false, Verbosity::Normal) => return Self(None),
            (true, _) => Duration::from_secs(1),
            (false, _) => Duration::from_secs(10),
        };
        let (end, wait) = channel();
        let began = Instant::now();
        let show = move || {
            let mut shown = false;
            while wait.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let line = meter.line(began.elapsed());
                let line = if terminal { format!("\r\x1b[2K{line}") } else { format!("launchcheck: {line}\n") };
                shown = io::stderr().write_all(line.as_bytes()).is_ok();
            }
            if shown && terminal {
                let _ = io::stderr().write_all(b"\r\x1b[2K");
            }
        };
        // Without a thread there is no progress, and nothing else is lost.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(show);
        Self(thread.ok().map(|t| (end, t)))
    }
}
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            let _ = end.send(());
            drop(thread.join());
        }
    }
}

fn found(args: &Args, report: &Report, facts: &Facts) -> Found {
    let mut found = Found {
        lines: Vec::new(),
        unchecked: 0,
        untold: 0,
        subscriptions: 0,
        rows: 0,
        in_flight: 0,
        snapshots: Vec::new(),
        gaps: BTreeSet::new(),
    };
    let wanted = |rule: &str| args.class.is_empty() || args.class.contains(&rule);
    for drift in facts.drift.values() {
        let drift = match drift.get() {
            Ok(drift) => drift,
            Err(Missing::Unknown(cause)) => {
                found.gaps.insert(cause);
                continue;
            }
            Err(_) => continue,
        };
        found.subscriptions += drift.subscriptions;
        found.rows += drift.rows;
        found.in_flight += drift.in_flight;
        found.snapshots.extend(drift.snapshots.iter().map(ToString::to_string));
        found.gaps.extend(drift.gaps.iter().cloned());
        for class in billing::CLASSES.iter().filter(|c| wanted(c.rule)) {
            if let Some(source) = class.needs {
                found.gaps.extend(drift.beside.get(&source).into_iter().flatten().cloned());
            }
            let Some(tally) = drift.classes.get(class.rule) else { continue };
            found.unchecked += tally.unchecked;
            for hit in tally.worst.iter().filter(|h| is_asked_for(args, h)) {
                found.untold += u64::from(hit.untold);
                let fix = words::fix(class, hit, drift);
                found.lines.push(Line { provider: drift.vendor().name(), ..line(class, hit, &fix) });
            }
        }
    }
    if args.customer.is_none() && args.since.is_none() {
        found.lines.extend(whole(report));
    }
    found
}
fn is_asked_for(args: &Args, hit: &Hit) -> bool {
    let customer = args.customer.as_deref();
    customer.is_none_or(|c| hit.customer.as_ref().is_some_and(|h| h.as_str() == c))
        && args.since.is_none_or(|since| hit.changed >= since)
}
/// What is about the table as a whole, one line each.
fn whole(report: &Report) -> impl Iterator<Item = Line> + '_ {
    report.findings.iter().filter(|f| WHOLE.contains(&f.rule.id.as_ref())).map(|f| Line {
        rule: f.rule.id.to_string(),
        severity: f.severity.word(),
        customer: None,
        subscription: None,
        row: None,
        stripe: None,
        database: f.saw.iter().find_map(|e| match e {
            Evidence::Text(t) => Some(t.to_string()),
            _ => None,
        }),
        mrr: None,
        at_risk: None,
        currency: None,
        cause: None,
        fix: text(&f.fix),
        provider: "",
        also: Vec::new(),
    })
}

fn severity(class: &DriftClass, hit: &Hit) -> Severity {
    let rule = billing::RULES.iter().find(|r| r.id == class.rule);
    let own = rule.map_or(Severity::Medium, |r| r.severity);
    hit.lower.filter(|l| *l > own).unwrap_or(own)
}
fn line(class: &DriftClass, hit: &Hit, fix: &Fix) -> Line {
    let both = |pick: fn(&billing::facts::Pair) -> &str| {
        let parts = hit.pairs.iter().map(|p| match (&p.subscription, hit.pairs.len()) {
            (Some(id), 2..) => format!("{id}: {}", pick(p)),
            _ => pick(p).to_owned(),
        });
        Some(parts.collect::<Vec<_>>().join("; "))
    };
    let mut sums: BTreeMap<&Currency, (Option<i64>, Option<i64>)> = BTreeMap::new();
    hit.monthly.iter().for_each(|m| sums.entry(&m.currency).or_default().0 = Some(m.minor));
    hit.at_risk.iter().for_each(|m| sums.entry(&m.currency).or_default().1 = Some(m.minor));
    let mut sums = sums.into_iter();
    // With a part that cannot be told, the whole cannot be told either.
    let first = sums.next().filter(|_| !hit.untold);
    Line {
        rule: class.rule.to_owned(),
        severity: severity(class, hit).word(),
        customer: hit.customer.as_ref().map(ToString::to_string),
        subscription: hit.pairs.iter().find_map(|p| p.subscription.as_ref()).map(ToString::to_string),
        row: hit.pairs.iter().find_map(|p| p.row.as_ref()).map(ToString::to_string),
        stripe: both(|p| p.stripe.as_str()),
        database: both(|p| p.database.as_str()),
        mrr: first.and_then(|(_, (mrr, _))| mrr),
        at_risk: first.and_then(|(_, (_, at_risk))| at_risk),
        currency: first.map(|(c, _)| c.0.clone()),
        cause: hit.cause.as_ref().map(ToString::to_string),
        fix: text(fix),
        provider: "",
        also: sums
            .filter(|_| !hit.untold)
            .map(|(c, (mrr, at_risk))| Also { currency: c.0.clone(), mrr, at_risk })
            .collect(),
    }
}
fn text(fix: &Fix) -> String {
    let joined = |parts: &[Shown]| parts.iter().map(Shown::as_str).collect::<Vec<_>>().join("\n");
    match fix {
        Fix::Sql(t) | Fix::Command(t) => t.to_string(),
        Fix::Steps(steps) => joined(steps),
        Fix::Code { place, lines } => format!("{place}: {}", joined(lines)),
        other => format!("{other:?}"),
    }
}

fn csv(lines: &[Line]) -> String {
    let mut out =
        "rule,severity,customer,subscription,row,stripe,database,mrr,at_risk,currency,cause,fix\r\n".to_owned();
    for l in lines {
        let number = |n: Option<i64>| n.map(|n| n.to_string());
        let cells = [
            Some(l.rule.clone()),
            Some(l.severity.to_owned()),
            l.customer.clone(),
            l.subscription.clone(),
            l.row.clone(),
            l.stripe.clone(),
            l.database.clone(),
            number(l.mrr),
            number(l.at_risk),
            l.currency.clone(),
            l.cause.clone(),
            Some(l.fix.replace('\n', "; ")),
        ];
        let cells: Vec<String> = cells.into_iter().map(|c| cell(&c.unwrap_or_default())).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}
/// A cell as RFC 4180 has it. What a spreadsheet would take for a formula is led by an apostrophe.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '@', '\t']) || (text.starts_with('-') && text.parse::<i64>().is_err());
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn table(found: &Found) -> String {
    let mut out = String::new();
    let mut rule = "";
    for l in &found.lines {
        if l.rule != rule {
            let all = found.lines.iter().filter(|x| x.rule == l.rule).count();
            let _ = writeln!(out, "{}{} [{}] {all}", if rule.is_empty() { "" } else { "\n" }, l.rule, l.severity);
            rule = &l.rule;
        }
        let dash = |t: &Option<String>| t.clone().unwrap_or_else(|| "-".to_owned());
        let (customer, sub) = (dash(&l.customer), dash(&l.subscription));
        let money = at_stake(l).map(|m| format!("  {m}")).unwrap_or_default();
        if l.provider.is_empty() {
            let _ = writeln!(out, "  {}", dash(&l.database));
        } else {
            let (provider, theirs, ours) = (l.provider, dash(&l.stripe), dash(&l.database));
            let _ = writeln!(out, "  {customer}  {sub}  {provider}: {theirs}  database: {ours}{money}");
        }
        if let Some(cause) = &l.cause {
            let _ = writeln!(out, "      cause: {cause}");
        }
        let _ = writeln!(out, "      fix: {}", l.fix.replace('\n', "\n           "));
    }
    if !found.lines.is_empty() {
        out.push('\n');
    }
    out
}
/// The money of a line in words: by the month, and where that is more, so far.
fn at_stake(l: &Line) -> Option<String> {
    let currency = l.currency.as_ref()?;
    let money = |minor| Money { currency: Currency(currency.clone()), minor };
    match (l.mrr, l.at_risk) {
        (Some(mrr), Some(all)) if all != mrr => Some(format!("{} a month, {} so far", money(mrr), money(all))),
        (Some(mrr), _) => Some(format!("{} a month", money(mrr))),
        (None, Some(once)) => Some(money(once).to_string()),
        (None, None) => None,
    }
}
/// The one thing to do next.
fn next(found: &Found) -> String {
    let worst = found.lines.iter().max_by_key(|l| Severity::ALL.iter().rev().position(|s| s.word() == l.severity));
    worst.map(|l| format!("\n  launchcheck explain {}   what it means and what to do\n", l.rule)).unwrap_or_default()
}

fn totals(found: &Found) -> String {
    let mut out = String::new();
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for l in &found.lines {
        if let Some(c) = &l.currency {
            let sum = sums.entry(c).or_default();
            sum.0 += l.mrr.unwrap_or(0);
            sum.1 += l.at_risk.unwrap_or(0);
        }
        for a in &l.also {
            let sum = sums.entry(&a.currency).or_default();
            sum.0 += a.mrr.unwrap_or(0);
            sum.1 += a.at_risk.unwrap_or(0);
        }
    }
    let differences = render::count(found.lines.len(), "difference");
    let _ = writeln!(out, "{differences} in {} subscriptions and {} rows", found.subscriptions, found.rows);
    for (currency, (mrr, at_risk)) in sums {
        let money = |minor| Money { currency: Currency(currency.to_owned()), minor };
        let _ = writeln!(out, "  {} a month, {} at risk or lost so far", money(mrr), money(at_risk));
    }
    if found.untold > 0 {
        let _ = writeln!(out, "  {} more whose amount cannot be told (tiers, metering or coupons)", found.untold);
    }
    if found.in_flight > 0 {
        let _ = writeln!(out, "  {} left out: changed a moment ago, the event may be on its way", found.in_flight);
    }
    if found.unchecked > 0 {
        let _ = writeln!(out, "  {} more look like it and could not be read again", found.unchecked);
    }
    for gap in &found.gaps {
        let _ = writeln!(out, "  could not be read: {gap}");
    }
    for s in &found.snapshots {
        let _ = writeln!(out, "  {s}");
    }
    out
}

fn code(args: &Args, report: &Report, found: &Found) -> u8 {
    if args.customer.is_none() && args.since.is_none() {
        return report.exit_code;
    }
    let fails = |l: &&Line| {
        let severity = Severity::ALL.into_iter().find(|s| s.word() == l.severity);
        severity.is_some_and(|s| args.fail_on.severity().is_some_and(|limit| s.at_least(limit)))
    };
    match (found.lines.iter().any(|l| fails(&l)), found.gaps.is_empty()) {
        (true, _) => exit::NO_GO,
        (false, false) => exit::INCOMPLETE,
        (false, true) => exit::GO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_goes_by_its_name() {
        assert_eq!(class("row-missing"), Ok("billing.row-missing"));
        assert_eq!(class("billing.double-billing"), Ok("billing.double-billing"));
        assert!(class("rows").unwrap_err().contains("row-missing"));
        assert_eq!(moment("2026-11-01"), Ok(1_793_491_200));
        assert!(moment("soon").is_err());
    }

    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("-5"), "-5");
    }
}
