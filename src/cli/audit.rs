//! `launchcheck audit`: the flags, what they and the environment come to, and the run.

use super::{
    network::{Network, Weigh},
    on_screen,
    values::{one_of, pick, pick_rule, word_of},
    wrong,
};
use crate::{
    audit::{self, NotStarted, Start},
    config::{
        FailOn, check,
        load::{self, Choice},
        values::read_url,
    },
    problem::{Problem, Problems},
    render::{self, RenderOptions},
    report::{Report, Setting},
    settings::{ColorChoice, Format, Origin, Output, Settings, Sink, Verbosity, parse_domain},
    survey::{self, Ground, Survey},
    ui::progress,
};
use anyhow::Context;
use launchcheck_checks::vocab::{DomainName, Pick, Severity};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    str::FromStr,
};
use url::Url;

/// Audit a product and say whether it may launch.
///
/// Looks at everything that the configuration, DOMAIN and the current folder name. Without
/// `--active` it only looks: lookups, handshakes, GET, HEAD and OPTIONS, one POST beside each
/// declared webhook, and one unsigned and one forged POST to it.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[expect(clippy::doc_markdown, reason = "the comments are the help text, where backticks would stand")]
pub(super) struct Args {
    /// The domain to audit, such as acme.com; beats `[site] domain`
    #[arg(value_parser = parse_domain)]
    domain: Option<DomainName>,
    /// Also send what changes nothing but is no mere look: signed test events, timed, and odd bodies
    #[arg(long)]
    active: bool,
    /// Also run the queries of [[check.sql]], which read the database by the rights of its login
    #[arg(long)]
    allow_sql: bool,
    /// Read this configuration instead of the one found [env: LAUNCHCHECK_CONFIG]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read production's variables from this file, whatever host wrote it; repeatable, the last one wins
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// End 1 from this severity on [default: blocker] [env: LAUNCHCHECK_FAIL_ON]
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&FailOn::ALL, FailOn::word))]
    fail_on: Option<FailOn>,
    /// The report on standard output [default: human]
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word))]
    format: Option<Format>,
    /// Show findings from this severity on
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&SEVERITIES, Severity::word), default_value = "info")]
    min_severity: Severity,
    /// Keep no revocation lists between runs, and read none that were kept
    #[arg(long)]
    no_cache: bool,
    /// Read no configuration
    #[arg(long)]
    no_config: bool,
    /// Use no network; what needs it is skipped
    #[arg(long)]
    offline: bool,
    /// What to end with where a check that gates is unverified: fail (3) or ignore (0)
    #[arg(long, value_name = "WHAT", value_parser = ["fail", "ignore"], default_value = "fail")]
    on_unknown: String,
    /// Judge only these families, rules or targets; repeatable [env: LAUNCHCHECK_ONLY]
    #[arg(long, value_name = "A,B", value_parser = pick, value_delimiter = ',')]
    only: Vec<Pick>,
    #[command(flatten)]
    network: Network,
    /// Compare production's secrets with the previews' in this file; repeatable, the last one wins
    #[arg(long, value_name = "FILE")]
    preview_env_file: Vec<PathBuf>,
    /// Write a report to a file, or to standard output as `-`; repeatable
    #[arg(long, value_name = "FORMAT=PATH", value_parser = Output::from_str)]
    output: Vec<Output>,
    /// Say the verdict and the next step only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Ask this RDAP service about the registration [default: the one that IANA lists]
    #[arg(long, value_name = "URL", value_parser = read_service)]
    rdap: Option<Url>,
    /// What must have been judged, else the verdict is INCOMPLETE; repeatable [env: LAUNCHCHECK_REQUIRE]
    #[arg(long, value_name = "FAMILY|RULE", value_parser = pick_rule, value_delimiter = ',')]
    require: Vec<Pick>,
    /// Leave out these families, rules or targets; repeatable [env: LAUNCHCHECK_SKIP]
    #[arg(long, value_name = "A,B", value_parser = pick, value_delimiter = ',')]
    skip: Vec<Pick>,
    /// Use this base of the Stripe API; it receives the Stripe key
    #[arg(long, value_name = "URL", value_parser = read_api_base)]
    stripe_api: Option<Url>,
    /// Say more: -v shows what passed, -vv also the settings and counts
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

const EXIT_CODES: &str = "\
Ends 0 for GO, 1 for NO-GO, 2 for wrong use, 3 where what gates could not be verified.
`launchcheck explain exit-codes` says more. Picks are families (email), rules
(email.dmarc-missing) or targets (host:acme.com); a comma stands between several.";

const SEVERITIES: [Severity; 5] = [Severity::Blocker, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// What the command line and the environment come to, before the file is read.
fn settings(args: &Args, color: ColorChoice, env: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Problems> {
    let mut weigh = Weigh::new(env);
    let default = Settings::default();
    let picks = |text: &str| text.split(',').map(pick).collect::<Result<Vec<_>, _>>();
    let rules = |text: &str| text.split(',').map(pick_rule).collect::<Result<Vec<_>, _>>();
    let some = |list: &Vec<Pick>| (!list.is_empty()).then(|| list.clone());
    let flag = |is_given: bool| is_given.then_some(());
    let settings = Settings {
        only: weigh.take("only", some(&args.only), picks).unwrap_or_default(),
        skip: weigh.take("skip", some(&args.skip), picks).unwrap_or_default(),
        require: weigh.take("require", some(&args.require), rules).unwrap_or_default(),
        fail_on: weigh
            .take("fail-on", args.fail_on, |t| word_of(t, &FailOn::ALL, FailOn::word))
            .unwrap_or(default.fail_on),
        offline: weigh.note("offline", flag(args.offline)).is_some(),
        active: weigh.note("active", flag(args.active)).is_some(),
        allow_sql: weigh.note("allow-sql", flag(args.allow_sql)).is_some(),
        stripe_api: weigh.note("stripe-api", args.stripe_api.clone()),
        rdap: weigh.note("rdap", args.rdap.clone()),
        no_cache: weigh.note("no-cache", flag(args.no_cache)).is_some(),
        env_files: weigh
            .note("env-file", (!args.env_file.is_empty()).then(|| args.env_file.clone()))
            .unwrap_or_default(),
        preview_env_files: weigh
            .note("preview-env-file", (!args.preview_env_file.is_empty()).then(|| args.preview_env_file.clone()))
            .unwrap_or_default(),
        min_severity: args.min_severity,
        ignore_unknown: weigh.note("on-unknown", flag(args.on_unknown == "ignore")).is_some(),
        format: args.format.unwrap_or(default.format),
        outputs: args.output.clone(),
        verbosity: match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, 0) => Verbosity::Normal,
            (_, 1) => Verbosity::Verbose,
            _ => Verbosity::Debug,
        },
        color,
        ci: env("CI").is_some_and(|v| !matches!(v.as_str(), "" | "0" | "false")),
        origins: BTreeMap::new(),
        ..args.network.settings(&mut weigh)
    };
    if args.min_severity != default.min_severity {
        weigh.origins.insert("min-severity", Origin::Flag);
    }
    let on_stdout = args.output.iter().filter(|o| o.to == Sink::Stdout).count() + usize::from(args.format.is_some());
    if on_stdout > 1 {
        weigh.problems.push(
            Problem::new("two reports cannot share standard output")
                .hint("give one of them a file: `--output json=report.json`"),
        );
    }
    Problems::check(weigh.problems)?;
    Ok(Settings { origins: weigh.origins, ..settings })
}

/// Which configuration the flags and the environment want.
fn choice(args: &Args, env: &dyn Fn(&str) -> Option<String>) -> Choice {
    match (&args.config, args.no_config) {
        (_, true) => Choice::None,
        (Some(file), _) => Choice::File(file.clone()),
        (None, false) => match env("LAUNCHCHECK_CONFIG").filter(|v| !v.is_empty()) {
            Some(file) => Choice::File(file.into()),
            None => Choice::Discover,
        },
    }
}

/// The command that runs this audit again, without what narrows or formats it.
fn again(args: &Args, settings: &Settings) -> String {
    let mut words = vec!["launchcheck".to_owned(), "audit".to_owned()];
    words.extend(args.domain.as_ref().map(ToString::to_string));
    if args.no_config {
        words.push("--no-config".to_owned());
    }
    let mut with = |flag: &str, value: String| words.extend([flag.to_owned(), quoted(&value)]);
    if let Some(file) = &args.config {
        with("--config", file.display().to_string());
    }
    let flags = settings.told().into_iter().filter(|(name, _, origin)| {
        *origin == Origin::Flag && !matches!(*name, "only" | "skip" | "require" | "min-severity")
    });
    for (name, value, _) in flags {
        match name {
            "offline" | "active" | "no-cache" => words.push(format!("--{name}")),
            "connect-to" => args.network.connect_to.iter().for_each(|c| {
                words.extend(["--connect-to".to_owned(), quoted(&crate::settings::show_connect_to(c))]);
            }),
            "env-file" => args.env_file.iter().for_each(|f| {
                words.extend(["--env-file".to_owned(), quoted(&f.display().to_string())]);
            }),
            "preview-env-file" => args.preview_env_file.iter().for_each(|f| {
                words.extend(["--preview-env-file".to_owned(), quoted(&f.display().to_string())]);
            }),
            name => words.extend([format!("--{name}"), quoted(&value)]),
        }
    }
    if words.len() == 2 { String::new() } else { words.join(" ") }
}
/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What an audit starts from: the settings in force and everything that is to be looked at.
struct Prepared {
    settings: Settings,
    survey: Survey,
    command: String,
}

/// The base of an API that receives a key: https, or plain http to this machine.
pub(super) fn read_api_base(text: &str) -> Result<Url, String> {
    let url = read_url(text)?;
    if url.scheme() == "http" && !check::is_this_machine(&url) {
        return Err("the key would travel in plain text; use https".to_owned());
    }
    Ok(url)
}

/// The base of a service that is asked over https.
fn read_service(text: &str) -> Result<Url, String> {
    read_url(text).and_then(|u| if u.scheme() == "https" { Ok(u) } else { Err("it must be an https URL".to_owned()) })
}

fn prepare(
    args: &Args,
    color: ColorChoice,
    here: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Prepared, Problems> {
    let settings = settings(args, color, env)?;
    let loaded = load::load(&choice(args, env), here)?;
    let ground = Ground::new(args.domain.clone(), loaded, here);
    let command = again(args, &settings);
    let settings = settings.beneath(&ground.config);
    let survey = survey::survey(ground, &settings.env_files)?;
    survey::check_picks(&settings, &survey)?;
    Ok(Prepared { settings, survey, command })
}

pub(super) fn run(args: &Args, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<u8> {
    let here = std::env::current_dir()?;
    let prepared = prepare(args, color, &here, &|name| environment.get(name).cloned())?;
    go(prepared, environment, &here)
}

/// Runs what was prepared and writes the reports.
fn go(prepared: Prepared, environment: BTreeMap<String, String>, here: &Path) -> anyhow::Result<u8> {
    let Prepared { settings, survey, command } = prepared;
    let outputs = settings.outputs.clone();
    Problems::check(outputs.iter().filter_map(unwritable).collect())?;
    let to_screen: Vec<Format> = settings.on_stdout().collect();
    let screen = RenderOptions {
        detail: settings.verbosity,
        min_severity: settings.min_severity,
        more_with: Some("-v"),
        ..on_screen(settings.color)
    };
    // A file has no colours, and its lines are of the usual width.
    let RenderOptions { width, colour, .. } = RenderOptions::default();
    let plain = RenderOptions { width, colour, ..screen };
    let unicode = screen.unicode;
    let listener = progress::listener(io::stderr().is_terminal(), settings.verbosity, unicode);
    let told = settings.told().into_iter();
    let start = Start {
        told: told
            .map(|(name, value, from)| Setting { name, value: value.into(), origin: from.word().into() })
            .collect(),
        label: survey::label(&survey, here),
        command: command.into(),
        now: jiff::Timestamp::now(),
        settings,
        survey,
        environment,
    };
    // One thread: the work is waiting, and a small program starts sooner.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(audit::run(start, listener.as_ref())).map_err(|e| match e {
        NotStarted::CaBundle { path, why } => {
            wrong(Problem::new(format!("cannot use {path} (--ca-bundle)")).cause(why))
        }
        other @ NotStarted::Random => other.into(),
    })?;
    // What is still open (a silent peer, a lookup of the system) is not waited for.
    runtime.shutdown_background();
    drop(listener);
    // The files first: whoever reads standard output may act on them.
    for Output { format, to } in &outputs {
        if let Sink::File(path) = to {
            write_file(path, *format, &report, &plain)
                .map_err(|e| wrong(Problem::new(format!("cannot write {}", path.display())).cause(e)))?;
        }
    }
    for format in to_screen {
        render::write(format, &report, &screen, &mut io::stdout().lock()).context("cannot write to standard output")?;
    }
    Ok(report.exit_code)
}

/// Writes a report to a file, whole or not at all.
fn write_file(path: &Path, format: Format, report: &Report, options: &RenderOptions) -> io::Result<()> {
    let mut text = Vec::new();
    render::write(format, report, options, &mut text)?;
    // A device, a pipe or a link (`/dev/stderr`) is written to, not replaced.
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        return fs::write(path, text);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    fs::write(&part, text)?;
    fs::rename(&part, path).inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}

/// What keeps a report from being written, found before the audit and not after it.
fn unwritable(output: &Output) -> Option<Problem> {
    let Sink::File(path) = &output.to else { return None };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let why = match (path.is_dir(), folder.is_dir()) {
        (true, _) => "it is a folder".to_owned(),
        (_, false) => format!("there is no folder {}", folder.display()),
        _ => return None,
    };
    Some(Problem::new(format!("cannot write {}", path.display())).cause(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        args: Args,
    }
    fn args(words: &[&str]) -> Args {
        Alone::try_parse_from([&["audit"], words].concat()).unwrap_or_else(|e| panic!("{e}")).args
    }
    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn flag_then_environment_then_default() {
        let env = |name: &str| match name {
            "LAUNCHCHECK_FAIL_ON" => Some("high".to_owned()),
            "LAUNCHCHECK_TIMEOUT" => Some("3s".to_owned()),
            "LAUNCHCHECK_ONLY" => Some("email,tls".to_owned()),
            "LAUNCHCHECK_DEADLINE" => Some(String::new()),
            "CI" => Some("true".to_owned()),
            _ => None,
        };
        let s = settings(&args(&["--timeout", "5s", "--only", "web", "--only", "env,config"]), ColorChoice::Auto, &env);
        let s = s.unwrap();
        assert_eq!((s.fail_on, s.timeout.as_secs(), s.deadline.as_secs(), s.only.len()), (FailOn::High, 5, 60, 3));
        assert!(s.ci);
        assert_eq!(s.origins["fail-on"], Origin::Environment);
        assert_eq!(s.origins["timeout"], Origin::Flag);
        assert!(!s.origins.contains_key("deadline"));
    }

    #[test]
    fn a_bad_variable_is_named() {
        let env = |name: &str| (name == "LAUNCHCHECK_FAIL_ON").then(|| "worst".to_owned());
        let said = settings(&args(&[]), ColorChoice::Auto, &env).unwrap_err().to_string();
        assert_eq!(said, "LAUNCHCHECK_FAIL_ON: `worst` is not one of blocker, high, medium, low, never");
    }

    #[test]
    fn one_report_on_standard_output() {
        let ok = |words: &[&str]| settings(&args(words), ColorChoice::Auto, &none).is_ok();
        assert!(ok(&["--format", "json", "--output", "json=a.json", "--output", "human=b.txt"]));
        assert!(ok(&["--output", "json=-"]));
        assert!(!ok(&["--output", "json=-", "--output", "human=-"]));
        assert!(!ok(&["--format", "human", "--output", "json=-"]));
    }

    #[test]
    fn a_key_travels_in_plain_text_to_this_machine_only() {
        for (base, fine) in [
            ("https://api.example", true),
            ("http://127.0.0.1:1234", true),
            ("http://[::1]:1234/", true),
            ("http://localhost:1234", true),
            ("http://api.example", false),
            ("http://127.0.0.1.example", false),
        ] {
            assert_eq!(read_api_base(base).is_ok(), fine, "{base}");
        }
    }

    #[test]
    fn which_configuration() {
        let env = |name: &str| (name == "LAUNCHCHECK_CONFIG").then(|| "ci.toml".to_owned());
        assert_eq!(choice(&args(&[]), &none), Choice::Discover);
        assert_eq!(choice(&args(&[]), &env), Choice::File("ci.toml".into()));
        assert_eq!(choice(&args(&["--config", "a.toml"]), &env), Choice::File("a.toml".into()));
        assert_eq!(choice(&args(&["--no-config"]), &env), Choice::None);
    }

    #[test]
    fn the_command_to_run_again() {
        let command = |words: &[&str]| {
            let args = args(words);
            again(&args, &settings(&args, ColorChoice::Auto, &none).unwrap())
        };
        assert_eq!(command(&[]), "");
        assert_eq!(command(&["--only", "email", "--format", "json", "-v"]), "");
        assert_eq!(
            command(&[
                "acme.test",
                "--resolver",
                "127.0.0.1:5353",
                "--connect-to",
                "::[::1]:8443",
                "--active",
                "--env-file",
                "a b"
            ]),
            "launchcheck audit acme.test --active --resolver 127.0.0.1:5353 --connect-to ::[::1]:8443 --env-file 'a b'"
        );
    }
}
