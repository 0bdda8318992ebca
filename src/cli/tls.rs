//! `launchcheck tls`: a chain in a file, judged as an audit judges one that a server sends.

use super::{values::one_of, wrong};
use crate::{
    config::{Config, FailOn},
    engine,
    problem::Problem,
    render::{self, RenderOptions},
    report::{self, Inputs, RunInfo},
    settings::{ColorChoice, Format},
    ui::{
        color::{Surroundings, wanted},
        terminal,
    },
    verdict::{Gate, OnUnknown},
};
use anyhow::Context;
use launchcheck_checks::{
    tls::{
        self,
        file::{Case, certificates, name, revocation_lists},
    },
    vocab::{DomainName, Family},
};
use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
    time::Instant,
};

/// Judge a certificate chain in a file.
///
/// The file holds what a server would send, its own certificate first. Nothing is asked of the
/// network: an issuer that is not in the file is missing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Ends as the audit does: 0 for GO, 1 for NO-GO, 2 for wrong use, 3 where something is unknown.")]
pub(super) struct Args {
    /// The certificates, PEM (or one as DER)
    #[arg(long, value_name = "FILE")]
    chain: PathBuf,
    /// The name or address that clients ask for [default: the first that the certificate names]
    #[arg(long, value_name = "HOST|IP", value_parser = name)]
    name: Option<DomainName>,
    /// Judge as if it were this time: 2026-11-21T12:00:00Z, 2026-11-21, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    at: Option<jiff::Timestamp>,
    /// Trust the certificates of this PEM file as well
    #[arg(long, value_name = "PEM")]
    ca_bundle: Option<PathBuf>,
    /// Look the certificates up in this revocation list, PEM or DER; repeatable
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// End 1 from this severity on
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&FailOn::ALL, FailOn::word), default_value = "blocker")]
    fail_on: FailOn,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
}

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

pub(super) fn run(args: &Args, color: ColorChoice) -> anyhow::Result<u8> {
    let began = Instant::now();
    let clock = jiff::Timestamp::now();
    let now = args.at.unwrap_or(clock);
    let mut lists = Vec::new();
    for path in &args.crl {
        lists.extend(read("--crl", path, revocation_lists)?);
    }
    let case = Case {
        chain: read("--chain", &args.chain, certificates)?,
        name: args.name.clone(),
        given: args.ca_bundle.as_deref().map_or(Ok(Vec::new()), |p| read("--ca-bundle", p, certificates))?,
        store: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        lists,
        now: now.as_second(),
    };
    let (targets, facts, at) = case.facts();
    let planned = tls::file::rules().map(|rule| (rule, at.clone(), None)).collect();
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let units = engine::judge(planned, &targets, &facts, &Config::default(), today);
    let report = report::build(Inputs {
        label: at.name.as_str().into(),
        units,
        exhibits: tls::exhibits(&targets, &facts),
        targets: &targets,
        known: vec![Family::Tls],
        gate: Gate { fail_on: args.fail_on, on_unknown: OnUnknown::Fail, require: Vec::new(), active: false },
        run: RunInfo {
            clock: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
            duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            notes: vec![format!("judged from {}, without its server", args.chain.display()).into()],
            ..RunInfo::default()
        },
    });
    let options = RenderOptions {
        unicode: terminal::is_unicode_in_process(),
        width: terminal::width_of_process(),
        colour: wanted(color, &Surroundings::of_process(io::stdout().is_terminal())),
        ..RenderOptions::default()
    };
    render::write(args.format, &report, &options, &mut io::stdout().lock())
        .context("cannot write to standard output")?;
    Ok(report.exit_code)
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
}
