//! The flags of every command that uses the network, and how a flag stands to the environment.

use crate::{
    config::Period,
    gather::Wire,
    probe::connect::ConnectTo,
    problem::Problem,
    settings::{Origin, Settings, parse_connect_to, parse_resolver},
};
use launchcheck_checks::{dns::existence::ExistenceWalk, vocab::DomainName};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// How the network is used.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None)]
#[expect(clippy::doc_markdown, reason = "the comments are the help text, where backticks would stand")]
pub(super) struct Network {
    /// Trust the certificates of this PEM file as well
    #[arg(long, value_name = "PEM")]
    pub(super) ca_bundle: Option<PathBuf>,
    /// Connect to ADDR:PORT where HOST:PORT is meant, as curl does; HOST may be a network such as
    /// 192.0.2.0/24; repeatable
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT", value_parser = parse_connect_to)]
    pub(super) connect_to: Vec<ConnectTo>,
    /// End the run after this time [default: 60s] [env: LAUNCHCHECK_DEADLINE]
    #[arg(long, value_name = "TIME", value_parser = parse_period)]
    pub(super) deadline: Option<Period>,
    /// Ask this DNS resolver [default: the system's] [env: LAUNCHCHECK_RESOLVER]
    #[arg(long, value_name = "IP[:PORT]", value_parser = parse_resolver)]
    pub(super) resolver: Option<SocketAddr>,
    /// Wait this long for one answer [default: 10s] [env: LAUNCHCHECK_TIMEOUT]
    #[arg(long, value_name = "TIME", value_parser = parse_period)]
    pub(super) timeout: Option<Period>,
}
impl Network {
    /// The settings that these flags and the environment come to; the others as they are by default.
    pub(super) fn settings(&self, weigh: &mut Weigh<'_>) -> Settings {
        let default = Settings::default();
        Settings {
            timeout: weigh.take("timeout", self.timeout, parse_period).map_or(default.timeout, |p| p.0),
            deadline: weigh.take("deadline", self.deadline, parse_period).map_or(default.deadline, |p| p.0),
            resolver: weigh.take("resolver", self.resolver, parse_resolver),
            connect_to: weigh
                .note("connect-to", (!self.connect_to.is_empty()).then(|| self.connect_to.clone()))
                .unwrap_or_default(),
            ca_bundle: weigh.note("ca-bundle", self.ca_bundle.clone()),
            ..default
        }
    }
}

fn parse_period(text: &str) -> Result<Period, String> {
    let period: Period = text.parse()?;
    if period.0.is_zero() { Err("that leaves no time for any answer".to_owned()) } else { Ok(period) }
}

/// Flag before environment, with a note of which it was.
pub(super) struct Weigh<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    /// What was given, and where.
    pub(super) origins: BTreeMap<&'static str, Origin>,
    /// What of it could not be read.
    pub(super) problems: Vec<Problem>,
}
impl<'a> Weigh<'a> {
    pub(super) fn new(env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { env, origins: BTreeMap::new(), problems: Vec::new() }
    }
    pub(super) fn note<T>(&mut self, name: &'static str, flag: Option<T>) -> Option<T> {
        if flag.is_some() {
            self.origins.insert(name, Origin::Flag);
        }
        flag
    }
    pub(super) fn take<T>(
        &mut self,
        name: &'static str,
        flag: Option<T>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if flag.is_some() {
            return self.note(name, flag);
        }
        let variable = format!("LAUNCHCHECK_{}", name.to_ascii_uppercase().replace('-', "_"));
        // CI systems set variables that nobody filled to nothing.
        let text = (self.env)(&variable).filter(|t| !t.is_empty())?;
        match read(&text) {
            Ok(value) => {
                self.origins.insert(name, Origin::Environment);
                Some(value)
            }
            Err(why) => {
                self.problems.push(Problem::new(format!("{variable}: {why}")));
                None
            }
        }
    }
}

/// The domain, or the registrable one above it, where it does not exist in the DNS.
pub(super) async fn missing(wire: &Wire, domain: &DomainName) -> Option<DomainName> {
    let apex = domain.registrable();
    let below = (*domain != apex).then(|| domain.clone()).into_iter().collect();
    wire.drive(&ExistenceWalk { apex, below }).await.into_inner().ok()?.missing.into_iter().next()
}
/// The same in words.
pub(super) fn missing_text(name: &DomainName) -> String {
    format!("{name} does not exist in the DNS: it is mistyped or not registered")
}
