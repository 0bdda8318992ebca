//! `launchcheck tls`: the handshakes of hosts in one table, or a chain in a file, judged as an audit
//! judges them.

use super::{
    network::{Network, Weigh},
    on_screen,
    values::one_of,
    wrong,
};
use crate::{
    audit::{self, NotStarted, Start},
    config::{Config, FailOn},
    engine,
    problem::{Problem, Problems},
    render,
    report::{self, Inputs, NextStep, Report, RunInfo, Setting},
    settings::{ColorChoice, Format, Settings, Verbosity, parse_domain},
    survey::Survey,
    ui::{progress, terminal},
    verdict::{Gate, OnUnknown},
};
use anyhow::Context;
use launchcheck_checks::{
    tls::{
        self,
        facts::HostRole,
        file::{Case, certificates, name, revocation_lists},
    },
    vocab::{DomainName, Family, Origin, Pick, Shown, TargetId, TargetKind, Targets},
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// Show the handshake of every address of hosts, and judge their certificates.
///
/// Every address of each host is shaken hands with once. With --chain a file is judged instead: it
/// holds what a server would send, its own certificate first, and nothing is asked of the network,
/// so an issuer that is not in the file is missing.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The hosts, such as acme.com api.acme.com, or addresses for certificates that are made out to them
    #[arg(value_name = "HOST|IP", value_parser = host_or_address, required_unless_present = "chain")]
    hosts: Vec<DomainName>,
    /// With --chain: judge as if it were this time, such as 2026-11-21T12:00:00Z, 2026-11-21, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true, requires = "chain", conflicts_with = "hosts")]
    at: Option<jiff::Timestamp>,
    /// Judge the certificates of this file, PEM (or one as DER), and ask no server
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["hosts", "port", "connect_to", "deadline", "resolver", "timeout"])]
    chain: Option<PathBuf>,
    /// With --chain: look the certificates up in this revocation list, PEM or DER; repeatable
    #[arg(long, value_name = "FILE", requires = "chain", conflicts_with = "hosts")]
    crl: Vec<PathBuf>,
    /// End 1 from this severity on
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&FailOn::ALL, FailOn::word), default_value = "blocker")]
    fail_on: FailOn,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
    /// With --chain: the name or address that clients ask for [default: the first that the certificate names]
    #[arg(long, value_name = "HOST|IP", value_parser = name, requires = "chain", conflicts_with = "hosts")]
    name: Option<DomainName>,
    #[command(flatten)]
    network: Network,
    /// The port of the hosts [default: 443]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
}

/// A host, or an address as a person writes it.
fn host_or_address(text: &str) -> Result<DomainName, String> {
    match name(text) {
        Ok(address) if address.is_address() => Ok(address),
        _ => parse_domain(text),
    }
}

const EXIT_CODES: &str =
    "Ends as the audit does: 0 for GO, 1 for NO-GO, 2 for wrong use, 3 where something that gates is unknown.";

fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let midnight = |d: jiff::civil::Date| d.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp());
    let read = text
        .parse::<jiff::Timestamp>()
        .ok()
        .or_else(|| text.parse::<i64>().ok().and_then(|s| jiff::Timestamp::from_second(s).ok()))
        .or_else(|| text.parse::<jiff::civil::Date>().ok().and_then(midnight));
    read.ok_or_else(|| "that is no time such as 2026-11-21T12:00:00Z or 2026-11-21".to_owned())
}

/// The largest file that is read.
const LARGEST: u64 = 16 * 1024 * 1024;

fn read<T, E: std::fmt::Display>(flag: &str, path: &Path, parse: impl Fn(&[u8]) -> Result<T, E>) -> anyhow::Result<T> {
    let bad = |why: String| wrong(Problem::new(format!("cannot use {} ({flag})", path.display())).cause(why));
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|e| bad(e.to_string()))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| bad(e.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(bad("it is larger than 16 MB".to_owned()));
    }
    parse(&bytes).map_err(|e| bad(e.to_string()))
}

pub(super) fn run(args: &Args, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<u8> {
    let report = match &args.chain {
        Some(file) => of_file(args, file)?,
        None => of_hosts(args, color, environment)?,
    };
    let options = on_screen(color);
    let mut out = io::stdout().lock();
    let written = match args.format {
        Format::Human if args.chain.is_none() => render::write_with(&["handshakes"], &report, &options, &mut out),
        format => render::write(format, &report, &options, &mut out),
    };
    written.context("cannot write to standard output")?;
    Ok(report.exit_code)
}

/// What hosts come to that are asked now.
fn of_hosts(args: &Args, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<Report> {
    let env = |name: &str| environment.get(name).cloned();
    let mut weigh = Weigh::new(&env);
    let settings = args.network.settings(&mut weigh);
    Problems::check(weigh.problems)?;
    let settings = Settings {
        only: vec![Pick::Family(Family::Tls)],
        fail_on: args.fail_on,
        color,
        origins: weigh.origins,
        ..settings
    };
    let names: Vec<&str> = args.hosts.iter().map(DomainName::as_str).collect();
    let command = format!("launchcheck tls {}", names.join(" "));
    let listener = progress::listener(io::stderr().is_terminal(), Verbosity::Normal, terminal::is_unicode_in_process());
    let told = settings.told().into_iter();
    let start = Start {
        told: told
            .map(|(name, value, from)| Setting { name, value: value.into(), origin: from.word().into() })
            .collect(),
        survey: hosts(&args.hosts, args.port.unwrap_or(443)),
        environment,
        label: names.join(", ").into(),
        command: Shown::default(),
        now: jiff::Timestamp::now(),
        settings,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(audit::run_families(start, vec![Family::Tls], listener.as_ref()));
    runtime.shutdown_background();
    let mut report = report.map_err(|e| match e {
        NotStarted::CaBundle { path, why } => {
            wrong(Problem::new(format!("cannot use {path} (--ca-bundle)")).cause(why))
        }
        other @ NotStarted::Random => other.into(),
    })?;
    // This command has no picks: all of it is run again.
    let retry = report.next.iter().any(|n| n.command.as_str().contains("--only"));
    report.next.retain(|n| !n.command.as_str().contains("--only"));
    if retry {
        report.next.push(NextStep { command: command.into(), note: "look again" });
    }
    Ok(report)
}

/// A run that is about these hosts and nothing else.
fn hosts(names: &[DomainName], port: u16) -> Survey {
    let mut survey = Survey {
        targets: Targets::default(),
        config: Arc::new(Config::default()),
        domain: None,
        hosts: BTreeMap::new(),
        apps: BTreeMap::new(),
        notes: Vec::new(),
    };
    for name in names {
        let id = TargetId::new(TargetKind::Host, name.as_str());
        survey.targets.add(id.clone(), Origin::CommandLine);
        survey.hosts.insert(id, (HostRole::Listed, port));
    }
    survey
}

/// What a chain in a file comes to.
fn of_file(args: &Args, file: &Path) -> anyhow::Result<Report> {
    let began = Instant::now();
    let clock = jiff::Timestamp::now();
    let now = args.at.unwrap_or(clock);
    let mut lists = Vec::new();
    for path in &args.crl {
        lists.extend(read("--crl", path, revocation_lists)?);
    }
    let case = Case {
        chain: read("--chain", file, certificates)?,
        name: args.name.clone(),
        given: args.network.ca_bundle.as_deref().map_or(Ok(Vec::new()), |p| read("--ca-bundle", p, certificates))?,
        store: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        lists,
        now: now.as_second(),
    };
    if case.names_nobody() {
        let problem = Problem::new(format!("cannot judge {} (--chain)", file.display()))
            .cause("no certificate of it names a host")
            .hint("say which one clients ask for: --name HOST");
        return Err(wrong(problem));
    }
    let (targets, facts, at) = case.facts();
    let planned = tls::file::rules().map(|rule| (rule, at.clone(), None)).collect();
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let units = engine::judge(planned, &targets, &facts, &Config::default(), today);
    let mut report = report::build(Inputs {
        label: at.name.as_str().into(),
        units,
        exhibits: tls::exhibits(&targets, &facts),
        targets: &targets,
        known: vec![Family::Tls],
        gate: Gate { fail_on: args.fail_on, on_unknown: OnUnknown::Fail, require: Vec::new(), active: false },
        run: RunInfo {
            clock: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
            duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            notes: vec![format!("judged from {}, without its server", file.display()).into()],
            ..RunInfo::default()
        },
    });
    // An audit would ask the server, which may serve another chain.
    report.next.retain(|n| !n.command.as_str().contains("--only"));
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_write_them() {
        for (text, unix) in [
            ("2026-11-21T00:00:00Z", 1_795_219_200),
            ("2026-11-21T01:00:00.9+01:00", 1_795_219_200),
            ("2026-11-21", 1_795_219_200),
            ("1795219200", 1_795_219_200),
        ] {
            assert_eq!(moment(text).map(jiff::Timestamp::as_second), Ok(unix), "{text}");
        }
        assert!(moment("tomorrow").is_err());
    }

    #[test]
    fn hosts_and_addresses() {
        for (text, want) in [
            ("acme.test", Some("acme.test")),
            ("192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:0::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("localhost", None),
            ("https://acme.test", None),
            ("192.0.2.7:443", None),
        ] {
            assert_eq!(host_or_address(text).ok().as_ref().map(DomainName::as_str), want, "{text}");
        }
    }
}
