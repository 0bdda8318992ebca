//! The effective settings of a run, after flag, environment, file and default were weighed. Plain
//! data: nothing here knows the command line.

use crate::{
    config::{Config, FailOn, Located, Period},
    probe::{connect::ConnectTo, stripe::Meter},
};
use launchcheck_checks::{
    vocab::{DomainName, Pick, Severity},
    webhook::exercise::{Run, events::Source},
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use url::Url;

/// What `launchcheck audit` was told, one way or another.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Settings {
    /// Judge only these; empty for all.
    pub only: Vec<Pick>,
    /// Leave these out.
    pub skip: Vec<Pick>,
    /// What must have been judged.
    pub require: Vec<Pick>,
    /// What standard output gets, unless an output takes it.
    pub format: Format,
    /// Further reports.
    pub outputs: Vec<Output>,
    /// From which severity on a finding closes the gate.
    pub fail_on: FailOn,
    /// The mildest severity that is shown.
    pub min_severity: Severity,
    /// `--on-unknown ignore`: INCOMPLETE ends 0.
    pub ignore_unknown: bool,
    /// No network at all.
    pub offline: bool,
    /// Consent to probes that send something.
    pub active: bool,
    /// When the whole run ends.
    pub deadline: Duration,
    /// How long to wait for one answer.
    pub timeout: Duration,
    /// The resolver to ask instead of the system's.
    pub resolver: Option<SocketAddr>,
    /// Where to connect instead, first match first.
    pub connect_to: Vec<ConnectTo>,
    /// Further roots to trust.
    pub ca_bundle: Option<PathBuf>,
    /// The base of the Stripe API instead of the provider's own.
    pub stripe_api: Option<Url>,
    /// The RDAP service to ask instead of the one that IANA names for the top-level domain.
    pub rdap: Option<Url>,
    /// Whether nothing is read from or kept in the cache folder.
    pub no_cache: bool,
    /// The business events that `launchcheck webhook exercise` sends; an audit sends none.
    pub exercise: Option<Order>,
    /// Set where every difference in billing is read again and kept, and not only the worst.
    pub whole_drift: Option<WholeDrift>,
    /// Requests a second to each operation of a billing provider, where it is not the provider's own
    /// limit; from 1000 on they are not held back.
    pub billing_rate: Option<u32>,
    /// The most rows of the billing table that an audit keeps, where it is not two million.
    pub billing_rows: Option<u64>,
    /// Consent to the queries of `[[check.sql]]`.
    pub allow_sql: bool,
    /// Files of production values; a later one beats an earlier one.
    pub env_files: Vec<PathBuf>,
    /// Files of preview values; a later one beats an earlier one.
    pub preview_env_files: Vec<PathBuf>,
    /// How much is said.
    pub verbosity: Verbosity,
    /// Whether to colour.
    pub color: ColorChoice,
    /// Whether this process is a CI job: only then is its environment a production source.
    pub ci: bool,
    /// Where each setting comes from that is not a default.
    pub origins: BTreeMap<&'static str, Origin>,
}

/// Which business events are sent.
#[derive(Clone, Debug)]
pub struct Order {
    /// The runs, in their order.
    pub runs: Vec<Run>,
    /// How often an event of the run `duplicate` is sent again.
    pub times: u32,
    /// Where the events come from; `None` for the test account's own list.
    pub source: Option<Source>,
    /// Whether it is for live mode: one event of one run, and never again.
    pub live: bool,
}

/// What `launchcheck drift` wants beyond an audit.
#[derive(Clone, Debug, Default)]
pub struct WholeDrift {
    /// The file that keeps what was read, so that an interrupted run goes on there.
    pub resume: Option<PathBuf>,
    /// How far it is, for whoever shows it.
    pub meter: Arc<Meter>,
}

/// Where a setting comes from, nearest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// The command line.
    Flag,
    /// A variable of the environment.
    Environment,
    /// The configuration file.
    File,
    /// Nobody said.
    Default,
}
impl Origin {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// How long to wait for one answer, unless told otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// When the whole run ends, unless told otherwise.
pub const DEADLINE: Duration = Duration::from_mins(1);

impl Default for Settings {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            skip: Vec::new(),
            require: Vec::new(),
            format: Format::Human,
            outputs: Vec::new(),
            fail_on: FailOn::default(),
            min_severity: Severity::Info,
            ignore_unknown: false,
            offline: false,
            active: false,
            deadline: DEADLINE,
            timeout: TIMEOUT,
            resolver: None,
            connect_to: Vec::new(),
            ca_bundle: None,
            stripe_api: None,
            rdap: None,
            no_cache: false,
            exercise: None,
            whole_drift: None,
            billing_rate: None,
            billing_rows: None,
            allow_sql: false,
            env_files: Vec::new(),
            preview_env_files: Vec::new(),
            verbosity: Verbosity::Normal,
            color: ColorChoice::Auto,
            ci: false,
            origins: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// These settings with what the file's `[audit]` says where nothing nearer was given.
    #[must_use]
    pub fn beneath(mut self, config: &Config) -> Self {
        let audit = &config.audit;
        if let Some(v) = audit.fail_on.filter(|_| self.file_speaks("fail-on")) {
            self.fail_on = v;
        }
        if let Some(v) = audit.timeout.as_ref().filter(|_| self.file_speaks("timeout")) {
            self.timeout = v.0;
        }
        if let Some(v) = audit.deadline.as_ref().filter(|_| self.file_speaks("deadline")) {
            self.deadline = v.0;
        }
        let picks = |list: &[Located<Pick>]| list.iter().map(|p| p.get().clone()).collect::<Vec<_>>();
        if !audit.only.is_empty() && self.file_speaks("only") {
            self.only = picks(&audit.only);
        }
        if !audit.skip.is_empty() && self.file_speaks("skip") {
            self.skip = picks(&audit.skip);
        }
        if !audit.require.is_empty() && self.file_speaks("require") {
            self.require = picks(&audit.require);
        }
        self
    }

    /// Whether nothing nearer than the file was given; then the file is noted as the origin.
    fn file_speaks(&mut self, name: &'static str) -> bool {
        *self.origins.entry(name).or_insert(Origin::File) == Origin::File
    }

    /// The formats that go to standard output.
    pub fn on_stdout(&self) -> impl Iterator<Item = Format> + '_ {
        let taken = self.outputs.iter().filter(|o| o.to == Sink::Stdout).map(|o| o.format);
        let own = (!self.outputs.iter().any(|o| o.to == Sink::Stdout)).then_some(self.format);
        taken.chain(own)
    }

    /// The settings as the report shows them: those that change what is judged or how the run
    /// ends, each with its value and origin. No value is a secret.
    #[must_use]
    pub fn told(&self) -> Vec<(&'static str, String, Origin)> {
        let list = |picks: &[Pick]| picks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let paths = |paths: &[PathBuf]| paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(",");
        let mappings = self.connect_to.iter().map(show_connect_to).collect::<Vec<_>>().join(",");
        let always = [
            ("fail-on", self.fail_on.word().to_owned()),
            ("min-severity", self.min_severity.word().to_owned()),
            ("on-unknown", if self.ignore_unknown { "ignore" } else { "fail" }.to_owned()),
            ("offline", self.offline.to_string()),
            ("active", self.active.to_string()),
            ("timeout", Period(self.timeout).to_string()),
            ("deadline", Period(self.deadline).to_string()),
        ];
        let where_given = [
            ("only", list(&self.only)),
            ("skip", list(&self.skip)),
            ("require", list(&self.require)),
            ("resolver", self.resolver.map(|r| r.to_string()).unwrap_or_default()),
            ("connect-to", mappings),
            ("ca-bundle", paths(self.ca_bundle.as_slice())),
            ("stripe-api", self.stripe_api.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("rdap", self.rdap.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("no-cache", if self.no_cache { "true".to_owned() } else { String::new() }),
            ("env-file", paths(&self.env_files)),
            ("preview-env-file", paths(&self.preview_env_files)),
        ];
        let where_given = where_given.into_iter().filter(|(_, v)| !v.is_empty());
        let origin = |name| self.origins.get(name).copied().unwrap_or(Origin::Default);
        always.into_iter().chain(where_given).map(|(name, value)| (name, value, origin(name))).collect()
    }
}

/// The formats of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people.
    Human,
    /// `launchcheck.report/1`.
    Json,
}
impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Human, Self::Json];
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}

/// A report and where it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its format.
    pub format: Format,
    /// Where it goes.
    pub to: Sink,
}
/// Where a report goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sink {
    /// Standard output.
    Stdout,
    /// This file.
    File(PathBuf),
}
impl FromStr for Output {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let words = Format::ALL.map(Format::word);
        let (word, path) =
            text.split_once('=').ok_or_else(|| format!("write it as FORMAT=PATH, such as {}=report.json", words[1]))?;
        let format = Format::ALL
            .into_iter()
            .find(|f| f.word() == word)
            .ok_or_else(|| format!("`{word}` is not a format; the formats are {}", words.join(", ")))?;
        let to = match path {
            "" => return Err(format!("give a path after `{word}=`, or `-` for standard output")),
            "-" => Sink::Stdout,
            path => Sink::File(path.into()),
        };
        Ok(Self { format, to })
    }
}

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verbosity {
    /// The verdict and the next command.
    Quiet,
    /// The report.
    Normal,
    /// With what passed, and the evidence.
    Verbose,
    /// With every question that was asked.
    Debug,
}

/// Whether to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}
impl ColorChoice {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// `IP`, `IP:PORT` or `[IPv6]:PORT`; port 53 where none is given.
pub fn parse_resolver(text: &str) -> Result<SocketAddr, String> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, 53));
    }
    match text.parse::<SocketAddr>() {
        Ok(a) if a.port() != 0 => Ok(a),
        _ => Err("write it as IP or IP:PORT, such as 1.1.1.1, 127.0.0.1:5353 or [::1]:5353".to_owned()),
    }
}

/// `HOST:PORT:ADDR:PORT`, as curl's `--connect-to`: an empty HOST or PORT matches any, an empty ADDR
/// or second PORT keeps what was asked for. IPv6 addresses stand in brackets.
pub fn parse_connect_to(text: &str) -> Result<ConnectTo, String> {
    let bad = |why: &str| format!("{why}; write it as HOST:PORT:ADDR:PORT, such as acme.test:443:127.0.0.1:8443");
    let parts = || {
        let (host, rest) = host_part(text)?;
        let (port, rest) = rest.split_once(':')?;
        let (to_host, to_port) = host_part(rest)?;
        Some((host, port, to_host, to_port))
    };
    let (host, port, to_host, to_port) = parts().ok_or_else(|| bad("four parts are needed"))?;
    let number = |p: &str| match p {
        "" => Ok(None),
        p => p.parse().ok().filter(|n| *n > 0).map(Some).ok_or_else(|| bad(&format!("`{p}` is not a port"))),
    };
    let named = |h: &str| h.trim_end_matches('.').to_ascii_lowercase();
    Ok(ConnectTo { host: named(host), port: number(port)?, to_host: named(to_host), to_port: number(to_port)? })
}
/// A host up to its colon, brackets taken off, and what follows.
fn host_part(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']')?;
            Some((host, rest.strip_prefix(':')?))
        }
        None => text.split_once(':'),
    }
}
/// A mapping as it is written.
#[must_use]
pub fn show_connect_to(c: &ConnectTo) -> String {
    let host = |h: &str| if h.contains(':') { format!("[{h}]") } else { h.to_owned() };
    let port = |p: Option<u16>| p.map(|p| p.to_string()).unwrap_or_default();
    format!("{}:{}:{}:{}", host(&c.host), port(c.port), host(&c.to_host), port(c.to_port))
}

/// A domain as the command line takes it.
pub fn parse_domain(text: &str) -> Result<DomainName, String> {
    match DomainName::parse(text) {
        Ok(d) if d.as_str().contains('.') => Ok(d),
        Ok(_) => Err("the name has no dot; give a whole domain such as acme.com".to_owned()),
        Err(e) => {
            // People paste what stands in the address bar, or the address they write mail to.
            let host = text.rsplit('@').next().unwrap_or(text);
            let host = Url::parse(host)
                .ok()
                .and_then(|u| u.host_str().map(str::to_owned))
                .unwrap_or_else(|| host.split(['/', ':']).next().unwrap_or_default().to_owned());
            match DomainName::parse(&host) {
                Ok(d) if d.as_str().contains('.') => Err(format!("{e}; did you mean `{d}`?")),
                _ => Err(e.to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolvers() {
        for (text, want) in [
            ("1.1.1.1", "1.1.1.1:53"),
            ("127.0.0.1:5353", "127.0.0.1:5353"),
            ("::1", "[::1]:53"),
            ("[::1]", "[::1]:53"),
            ("[::1]:5353", "[::1]:5353"),
        ] {
            assert_eq!(parse_resolver(text).unwrap().to_string(), want);
        }
        for text in ["", "dns.acme.test", "1.1.1.1:", "1.1.1.1:0", "1.1.1.1:99999", "[::1"] {
            assert!(parse_resolver(text).is_err(), "{text}");
        }
    }

    #[test]
    fn connect_to_as_curl_reads_it() {
        for text in [
            "acme.test:443:127.0.0.1:8443",
            ":443:127.0.0.1:8443",
            "::127.0.0.1:",
            "[2001:db8::1]:443:[::1]:8443",
            "acme.test::[::1]:",
            "203.0.113.0/24::127.0.0.1:9",
            "[2001:db8::/32]:443:[::1]:8443",
            ":::",
        ] {
            assert_eq!(show_connect_to(&parse_connect_to(text).unwrap()), text);
        }
        let c = parse_connect_to("ACME.test.:443::8443").unwrap();
        assert_eq!((c.host.as_str(), c.to_host.as_str(), c.to_port), ("acme.test", "", Some(8443)));
        for text in
            ["", "acme.test", "acme.test:443", "acme.test:443:127.0.0.1", "a:http:b:1", "[::1:443:a:1", "a:0:b:1"]
        {
            assert!(parse_connect_to(text).is_err(), "{text}");
        }
    }

    #[test]
    fn outputs() {
        assert_eq!("json=-".parse(), Ok(Output { format: Format::Json, to: Sink::Stdout }));
        assert_eq!("json=a=b.json".parse(), Ok(Output { format: Format::Json, to: Sink::File("a=b.json".into()) }));
        for text in ["json", "json=", "xml=x"] {
            assert!(text.parse::<Output>().is_err(), "{text}");
        }
        let mut s = Settings::default();
        assert_eq!(s.on_stdout().collect::<Vec<_>>(), [Format::Human]);
        s.outputs.push("json=-".parse().unwrap());
        assert_eq!(s.on_stdout().collect::<Vec<_>>(), [Format::Json]);
    }

    #[test]
    fn a_pasted_url_says_what_was_meant() {
        assert!(parse_domain("https://www.acme.test/x?y").unwrap_err().ends_with("did you mean `www.acme.test`?"));
        assert!(parse_domain("hi@acme.test").unwrap_err().ends_with("did you mean `acme.test`?"));
        assert!(parse_domain("acme.test:8080").unwrap_err().ends_with("did you mean `acme.test`?"));
        assert!(parse_domain("acme").unwrap_err().contains("no dot"));
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let config: Config =
            toml::from_str("[audit]\nfail-on = \"high\"\ntimeout = \"3s\"\nonly = [\"email\"]").unwrap();
        let s = Settings::default().beneath(&config);
        assert_eq!((s.fail_on, s.timeout.as_secs(), s.only.len()), (FailOn::High, 3, 1));
        assert_eq!(s.deadline, DEADLINE);
        let origin = |s: &Settings, name| s.told().into_iter().find(|(n, ..)| *n == name).map(|(.., o)| o.word());
        assert_eq!((origin(&s, "fail-on"), origin(&s, "deadline")), (Some("file"), Some("default")));
        let origins = BTreeMap::from([("fail-on", Origin::Flag), ("only", Origin::Environment)]);
        let s = Settings { fail_on: FailOn::Low, origins, ..Settings::default() }.beneath(&config);
        assert_eq!((s.fail_on, s.timeout.as_secs(), s.only.len()), (FailOn::Low, 3, 0));
        assert_eq!((origin(&s, "fail-on"), origin(&s, "timeout")), (Some("flag"), Some("file")));
    }
}
