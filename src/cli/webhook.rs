//! `launchcheck webhook exercise`: business events to a webhook, and what they do in the database.

use super::{
    audit::read_api_base,
    network::{Network, Weigh},
    on_screen,
    values::one_of,
    wrong,
};
use crate::{
    audit::{self, NotStarted, Start},
    config::{
        self, Config, FailOn, Located,
        check::is_this_machine,
        load::{self, Choice, Loaded},
    },
    problem::{Problem, Problems},
    render,
    report::Setting,
    settings::{ColorChoice, Format, Order, Settings},
    survey::{self, Ground},
    ui::{progress, terminal},
};
use anyhow::Context as _;
use clap::Subcommand;
use launchcheck_checks::{
    billing::facts::KeyMode,
    facts::Facts,
    vocab::{Family, Pick, TargetId, TargetKind},
    webhook::exercise::{
        Run,
        events::{self, Source},
    },
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

/// Send business events to a webhook, and see what they do.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Sub,
}
#[derive(Debug, Subcommand)]
enum Sub {
    Exercise(Box<Exercise>),
}

/// Send what Stripe sends when somebody buys, cancels or gets the money back, and count the rows.
///
/// The tables of [exercise] in launchcheck.toml are counted before and after each run, in the database
/// of [[billing]], which is only read. Events come from the test account's last 30 days, signed anew,
/// unless --events or --synthetic says otherwise. The app's data changes: use a test environment.
///
/// A mode that is not known to be test mode counts as live. There, naming the URL is the consent, and
/// one event of one run goes out for the customer that [exercise] declares, never twice.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = AFTER)]
#[expect(clippy::doc_markdown, reason = "the comments are the help text, where backticks would stand")]
struct Exercise {
    /// The webhook [default: the one [[webhook]] of stripe]
    #[arg(value_name = "URL", value_parser = read_webhook)]
    url: Option<Url>,
    /// Consent to business events; nothing is sent without it
    #[arg(long)]
    active_events: bool,
    /// Read this configuration instead of the one found [env: LAUNCHCHECK_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read production's variables from this file; repeatable, the last one wins
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// Send the events of this file: a JSON list, a page of Stripe's API, or one event a line
    #[arg(long, value_name = "FILE", conflicts_with = "synthetic")]
    events: Option<PathBuf>,
    /// End 1 from this severity on
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&FailOn::ALL, FailOn::word), default_value = "high")]
    fail_on: FailOn,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
    #[command(flatten)]
    network: Network,
    /// Only this run; repeatable [default: all]
    #[arg(long, value_name = "NAME", value_parser = one_of(&Run::ALL, Run::word), value_delimiter = ',')]
    run: Vec<Run>,
    /// Use this base of the Stripe API; it receives the Stripe key
    #[arg(long, value_name = "URL", value_parser = read_api_base)]
    stripe_api: Option<Url>,
    /// Make the events up; a handler that fetches their objects from Stripe does not find them
    #[arg(long)]
    synthetic: bool,
    /// How often `duplicate` sends each event again, one after another and at once
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
}

const AFTER: &str = "\
Runs: paid, failed, refund, dispute, cancel-now, cancel-at-end, reactivate, delayed, out-of-order,
duplicate. The report ends with the acceptance table and with what was left behind in the tables.
Ends as an audit does, but from high findings on: 0, 1, 2 for wrong use, 3 where what gates is unknown.";

/// Without a flag there is time for every run.
const DEADLINE: Duration = Duration::from_mins(30);
/// The largest file of events.
const LARGEST: u64 = 16 << 20;

fn read_webhook(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|e| format!("{e}; write it as https://acme.com/api/webhooks/stripe"))?;
    match (url.scheme(), url.host_str(), url.username().is_empty() && url.password().is_none()) {
        ("http" | "https", Some(_), true) => Ok(url),
        (_, _, false) => Err("a user name or password does not belong into it".to_owned()),
        _ => Err("it must be an http or https URL".to_owned()),
    }
}

pub(super) fn run(args: &Args, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<u8> {
    let Sub::Exercise(args) = &args.command;
    let plan = plan(args, color, environment)?;
    let mut settings = plan.settings(vec![Pick::Family(Family::Webhook), Pick::Target(plan.target())]);
    settings.exercise = Some(plan.order(args)?);
    settings.active = true;
    let (report, _) = plan.look(settings, Family::Webhook)?;
    let options = on_screen(color);
    let mut out = io::stdout().lock();
    let written = match args.format {
        Format::Human => render::write_with(&["acceptance", "left-behind"], &report, &options, &mut out),
        format @ Format::Json => render::write(format, &report, &options, &mut out),
    };
    written.context("cannot write to standard output")?;
    Ok(report.exit_code)
}

/// What is exercised.
struct Plan {
    config: Config,
    here: PathBuf,
    base: Settings,
    environment: BTreeMap<String, String>,
    url: Url,
    /// Whether the command line names it.
    named: bool,
}

fn plan(args: &Exercise, color: ColorChoice, environment: BTreeMap<String, String>) -> anyhow::Result<Plan> {
    if !args.active_events {
        let problem = Problem::new("business events change the app's data, and nothing is sent without consent");
        return Err(wrong(problem.hint("add `--active-events`, against a test environment")));
    }
    let here = std::env::current_dir()?;
    let env = |name: &str| environment.get(name).cloned();
    let mut weigh = Weigh::new(&env);
    let network = args.network.settings(&mut weigh);
    let timed = weigh.origins.contains_key("deadline");
    Problems::check(weigh.problems)?;
    let base = Settings {
        fail_on: args.fail_on,
        deadline: if timed { network.deadline } else { DEADLINE },
        stripe_api: args.stripe_api.clone(),
        env_files: args.env_file.clone(),
        ci: env("CI").is_some_and(|v| !matches!(v.as_str(), "" | "0" | "false")),
        color,
        origins: weigh.origins,
        ..network
    };
    let file = args.config.clone().or_else(|| env("LAUNCHCHECK_CONFIG").filter(|v| !v.is_empty()).map(Into::into));
    let Loaded { mut config, .. } = load::load(&file.map_or(Choice::Discover, Choice::File), &here)?;
    counted(&config)?;
    let url = webhook(&mut config, args.url.as_ref())?;
    Ok(Plan { config, here, base, environment, url, named: args.url.is_some() })
}

/// Whether there is something to count, and somewhere to count it.
fn counted(config: &Config) -> anyhow::Result<()> {
    let named =
        config.exercise.as_ref().is_some_and(|e| !e.tables.is_empty() || e.access.is_some() || e.alerts.is_some());
    if !named {
        let problem = Problem::new("nothing says what to count: there is no [exercise] in the configuration");
        return Err(wrong(problem.hint(
            "add `[exercise]` with `tables = [\"payments\"]` and `access = \"users.subscription_status\"` to launchcheck.toml",
        )));
    }
    if !config.billing.iter().any(|b| b.provider.as_str() == "stripe" && b.database_url_env.is_some()) {
        let problem = Problem::new("there is no database to count in: no [[billing]] of stripe names database-url-env");
        return Err(wrong(problem.hint("name the variable with the URL of a login that may only read")));
    }
    Ok(())
}

/// The webhook that is meant. One that the command line alone names becomes one of the configuration.
fn webhook(config: &mut Config, named: Option<&Url>) -> anyhow::Result<Url> {
    let of_stripe: Vec<Url> =
        config.webhooks.iter().filter(|w| w.provider.as_str() == "stripe").map(|w| w.url.get().clone()).collect();
    match (named, of_stripe.as_slice()) {
        (Some(url), _) => {
            match config.webhooks.iter().find(|w| w.url.get() == url).map(|w| w.provider.as_str().to_owned()) {
                None => {
                    let provider = Located::new("stripe".to_owned(), 0..0);
                    let url = Located::new(url.clone(), 0..0);
                    config.webhooks.push(config::Webhook { provider, url, secret_env: None });
                }
                Some(provider) if provider != "stripe" => {
                    let headline = format!("{provider} calls {url}; only webhooks of stripe are exercised so far");
                    return Err(wrong(Problem::new(headline)));
                }
                Some(_) => {}
            }
            Ok(url.clone())
        }
        (None, [one]) => Ok(one.clone()),
        (None, []) => Err(wrong(
            Problem::new("there is no [[webhook]] of stripe")
                .hint("name the URL: `launchcheck webhook exercise https://… --active-events`"),
        )),
        (None, several) => {
            let all: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(wrong(
                Problem::new(format!("there are several: {}", all.join(", "))).hint("name the one that is meant"),
            ))
        }
    }
}

/// The mode of a webhook, as far as it is known.
enum Mode {
    Test,
    /// Live, or not known, and why.
    Live(&'static str),
}

impl Plan {
    fn target(&self) -> TargetId {
        TargetId::new(TargetKind::Webhook, config::values::webhook_name(&self.url))
    }
    fn settings(&self, only: Vec<Pick>) -> Settings {
        Settings { only, ..self.base.clone() }
    }

    /// Which events are sent, or why none may be.
    fn order(&self, args: &Exercise) -> anyhow::Result<Order> {
        let runs = if args.run.is_empty() {
            Run::ALL.to_vec()
        } else {
            Run::ALL.into_iter().filter(|r| args.run.contains(r)).collect()
        };
        let customer = self.config.exercise.as_ref().and_then(|e| e.customer.as_ref());
        let source = match (&args.events, args.synthetic) {
            (Some(file), _) => Some(Source::Recorded(recorded(file)?)),
            (None, true) => Some(Source::Synthetic),
            (None, false) => None,
        };
        if args.synthetic && customer.is_none() {
            let problem = Problem::new("events that are made up must be about a customer whom the app knows");
            return Err(wrong(problem.hint("name a test customer: `customer = \"cus_…\"` in [exercise]")));
        }
        let order = Order { runs, times: args.times, source, live: false };
        let Mode::Live(why) = self.mode()? else { return Ok(order) };
        let refused = |what: &str, hint: String| {
            Err(wrong(Problem::new(format!("{} counts as live ({why}): {what}", self.url)).hint(hint)))
        };
        if !self.named {
            let command = format!("launchcheck webhook exercise {} --active-events --run paid --synthetic", self.url);
            return refused(
                "it is not sent anything unless you name it",
                format!("naming it is the consent: `{command}`"),
            );
        }
        let one = order.runs.as_slice();
        if args.run.is_empty() || one.len() != 1 || !one[0].is_one_event() {
            let single: Vec<&str> = Run::ALL.into_iter().filter(|r| r.is_one_event()).map(Run::word).collect();
            return refused(
                "it gets one event of one run, and no repeat",
                format!("choose with --run: {}", single.join(", ")),
            );
        }
        if customer.is_none() {
            let hint = "name a test customer: `customer = \"cus_…\"` in [exercise]".to_owned();
            return refused("events go out for a declared customer alone", hint);
        }
        if order.source.is_none() {
            let hint = "use `--events FILE` or `--synthetic`".to_owned();
            return refused("the events of a live account are never sent again", hint);
        }
        Ok(Order { live: true, ..order })
    }

    /// A signing secret carries no mode. Only a test key whose account has this endpoint, or an app on
    /// this machine beside a test key, is known to be of test mode.
    fn mode(&self) -> anyhow::Result<Mode> {
        let secrets = audit::secrets(&self.config, &self.base.env_files, &self.environment);
        let names = self.config.billing.iter().filter(|b| b.provider.as_str() == "stripe");
        let mut keys = names.filter_map(|b| b.stripe_key_env.as_ref());
        let key = keys.find_map(|name| secrets.find(name.get()).into_inner().ok());
        match key.and_then(|(value, _)| KeyMode::of(value.expose().trim())) {
            Some(KeyMode::Live) => return Ok(Mode::Live("the Stripe key is a live one")),
            None => return Ok(Mode::Live("no Stripe key says that it is test mode")),
            Some(KeyMode::Test) if is_this_machine(&self.url) => return Ok(Mode::Test),
            Some(KeyMode::Test) => {}
        }
        let rule = Pick::Rule("billing.endpoint-disabled".to_owned());
        let (_, facts) = self.look(self.settings(vec![rule]), Family::Billing)?;
        let same = |place: &str| {
            let bare =
                |u: &Url| (u.scheme().to_owned(), u.host_str().map(str::to_owned), u.port(), u.path().to_owned());
            Url::parse(place).is_ok_and(|p| bare(&p) == bare(&self.url))
        };
        let listed = facts
            .endpoints
            .values()
            .filter_map(|e| e.get().ok())
            .any(|e| e.mode == KeyMode::Test && e.list.iter().any(|x| same(x.place.as_str())));
        Ok(if listed { Mode::Test } else { Mode::Live("the test account has no such endpoint") })
    }

    fn look(&self, settings: Settings, family: Family) -> anyhow::Result<(crate::report::Report, Facts)> {
        let loaded = Loaded { config: self.config.clone(), named: true };
        let survey = survey::survey(Ground::new(None, loaded, &self.here), &settings.env_files)?;
        let listener =
            progress::listener(io::stderr().is_terminal(), settings.verbosity, terminal::is_unicode_in_process());
        let told = settings.told().into_iter();
        let start = Start {
            told: told
                .map(|(name, value, from)| Setting { name, value: value.into(), origin: from.word().into() })
                .collect(),
            label: self.target().name.as_str().into(),
            command: format!("launchcheck webhook exercise {} --active-events", self.target().name).into(),
            now: jiff::Timestamp::now(),
            settings,
            survey,
            environment: self.environment.clone(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let looked = runtime.block_on(audit::look(start, vec![family], listener.as_ref())).map_err(|e| match e {
            NotStarted::CaBundle { path, why } => {
                wrong(Problem::new(format!("cannot use {path} (--ca-bundle)")).cause(why))
            }
            other @ NotStarted::Random => other.into(),
        });
        runtime.shutdown_background();
        let (mut report, facts) = looked?;
        // This command has no picks: all of it is run again.
        report.next.retain(|n| !n.command.as_str().contains("--only"));
        Ok((report, facts))
    }
}

fn recorded(file: &Path) -> anyhow::Result<Vec<serde_json::Value>> {
    let bad = |why: String| wrong(Problem::new(format!("cannot use {} (--events)", file.display())).cause(why));
    let mut text = Vec::new();
    let opened = fs::File::open(file).and_then(|f| f.take(LARGEST + 1).read_to_end(&mut text));
    opened.map_err(|e| bad(e.to_string()))?;
    if text.len() as u64 > LARGEST {
        return Err(bad("it is larger than 16 MiB".to_owned()));
    }
    let text = String::from_utf8(text).map_err(|_| bad("it is no UTF-8 text".to_owned()))?;
    events::read(&text).map_err(bad)
}
