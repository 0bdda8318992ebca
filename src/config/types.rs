//! The tables of `launchcheck.toml`. The comments here are the configuration reference: the JSON
//! Schema and the README are made from them.

use super::values::{
    EnvName, FailOn, Located, MailAddress, Percent, Period, RoutePath, UrlPath, table_value, webhook_name,
};
use jiff::civil::Date;
use launchcheck_checks::vocab::{DomainName, Pick, Place, Selector, TargetId};
use schemars::JsonSchema;
use serde::Deserialize;
use std::{
    ops::Range,
    path::{Path, PathBuf},
};
use url::Url;

/// The configuration of launchcheck: what to audit, and what is known of it that no outside look can tell.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "launchcheck.toml")]
pub struct Config {
    /// The site that is launched.
    pub site: Option<Site>,
    /// The pages and routes of the site that are asked.
    pub web: Option<Web>,
    /// Test accounts that the declared pages are asked with, one table each.
    #[serde(rename = "session")]
    pub sessions: Vec<Session>,
    /// Further host names whose certificates matter, one table each.
    #[serde(rename = "host")]
    pub hosts: Vec<Host>,
    /// The mail that is sent for the product.
    pub email: Option<Email>,
    /// The webhook URLs that providers call, one table each. What is declared here gets one
    /// unsigned and one forged POST; what is only inferred does not.
    #[serde(rename = "webhook")]
    pub webhooks: Vec<Webhook>,
    /// What `launchcheck webhook exercise` counts, and whom its events are about.
    pub exercise: Option<Located<Exercise>>,
    /// The apps whose environment is audited, one table each.
    #[serde(rename = "app")]
    pub apps: Vec<Located<App>>,
    /// The billing providers and the database they are compared to, one table each.
    pub billing: Vec<Located<Billing>>,
    /// Checks of your own.
    pub check: Checks,
    /// The numbers that rules compare with.
    pub thresholds: Thresholds,
    /// Findings that are accepted for a while, one table each.
    #[serde(rename = "waiver")]
    pub waivers: Vec<Located<Waiver>>,
    /// How `launchcheck audit` runs. A flag or a variable of the environment beats it.
    pub audit: Audit,
    /// The file that this was read from.
    #[serde(skip)]
    pub source: Option<Source>,
}

/// The site that is launched.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Site {
    /// The audited domain, such as `acme.test`. The DOMAIN of the command line beats it.
    pub domain: Option<Located<DomainName>>,
    /// The host that visitors should end on: `acme.test` or `www.acme.test`.
    pub canonical: Option<Located<DomainName>>,
    /// The day of the launch, which certificates that somebody renews by hand must outlive by 30 days
    /// (`tls.expiring`), and the registration of the domain by 60 (`tls.registration-expiring`).
    pub launch_date: Option<Located<Date>>,
    /// Paths that must not be open to visitors without an account, such as `/admin`.
    #[serde(default)]
    pub private_paths: Vec<Located<UrlPath>>,
    /// Hosts of staging and preview deployments.
    #[serde(default)]
    pub staging: Vec<Located<DomainName>>,
}

/// The pages and routes of the site that are asked. All of it is asked with GET.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Web {
    /// Routes that are asked without an account, such as `/api/plans`, or `https://api.acme.test/v1/me`
    /// on another host of the product. With test accounts, `{tenant}` stands for the tenant of each.
    pub routes: Vec<Located<RoutePath>>,
    /// The route that tells whether the app is well, such as `/api/health`.
    pub health: Option<Located<RoutePath>>,
    /// A path that must stop a flood of requests, such as `/api/login`. With `--active` it gets 30
    /// empty POST requests, the last thing of the run.
    pub rate_limit: Option<Located<UrlPath>>,
    /// A Lighthouse report (JSON) that CI has made, relative to this file.
    pub lighthouse: Option<Located<PathBuf>>,
}

/// A test account. The declared pages are asked with its cookies, over https and on the site's own
/// hosts alone.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Session {
    /// A label for reports, such as `member`.
    pub name: Located<String>,
    /// The name of the variable that holds the whole `Cookie` header, such as `MEMBER_COOKIE`.
    pub cookie_env: Located<EnvName>,
    /// Its role. `admin` and `owner` may see the pages of administrators; others must not.
    pub role: Option<Located<String>>,
    /// The tenant that it belongs to, by the id or the name that stands in its data.
    pub tenant: Option<Located<String>>,
}

/// A further host name whose certificate matters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Host {
    /// The host, such as `api.acme.test`.
    pub name: Located<DomainName>,
    /// Who renews its certificate: `auto` (a machine) or `manual` (a person). Decides how early an
    /// expiry is reported. Without it the certificate's lifetime tells.
    pub renewal: Option<Renewal>,
    /// Who issued its certificate: `public` or `private` (an authority of your own, given with
    /// `--ca-bundle`).
    #[serde(default)]
    pub ca: Ca,
    /// Where it is hosted: `vercel`, `netlify`, `fly`, `cloudflare`, `render`, `railway`, `heroku` or
    /// `github-pages`. Its records and its certificate authorities are then known.
    pub platform: Option<Located<String>>,
}

/// Who renews a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Renewal {
    /// A machine, by ACME or the platform.
    Auto,
    /// A person.
    Manual,
}

/// Who issued a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ca {
    /// An authority that browsers trust.
    #[default]
    Public,
    /// An authority of your own.
    Private,
}

/// The mail that is sent for the product.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Email {
    /// The addresses that mail is sent from: `"hi@acme.test"` or `"Acme <hi@acme.test>"`. The
    /// domain of each is audited.
    #[serde(default)]
    pub from: Vec<Located<MailAddress>>,
    /// The services that send it, such as `resend`. Pins what is otherwise inferred.
    #[serde(default)]
    pub providers: Vec<Located<String>>,
    /// DKIM selectors that cannot be guessed: what stands before `._domainkey`.
    #[serde(default)]
    pub dkim_selectors: Vec<Located<Selector>>,
    /// The domains of the envelope sender (Return-Path) of that mail.
    #[serde(default)]
    pub return_paths: Vec<Located<DomainName>>,
    /// Whether the domain also receives mail. With `true` a missing MX record is a finding.
    pub receives: Option<bool>,
    /// Whether newsletters or more than 5,000 mails a day are sent. With `true` a missing DMARC
    /// record is a blocker, since the large mailbox providers refuse such mail.
    pub bulk: Option<bool>,
}

/// A webhook URL that a provider calls.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Webhook {
    /// Who calls it, such as `stripe`.
    pub provider: Located<String>,
    /// The URL, exactly as it is registered with the provider.
    pub url: Located<Url>,
    /// The name of the variable that holds the signing secret, such as `STRIPE_WEBHOOK_SECRET`, for
    /// the signed test events of `--active`. Without it the provider's usual names are tried.
    pub secret_env: Option<Located<EnvName>>,
}

impl Webhook {
    /// The URL as reports name it: some providers authenticate by a token in the query, so its
    /// values are not shown. (A password in front of the host is refused when the file is read.)
    #[must_use]
    pub fn name(&self) -> String {
        webhook_name(self.url.get())
    }
}

/// What `launchcheck webhook exercise` counts in the database of `[[billing]]`, which it only reads, and
/// whom its events are about.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exercise {
    /// The tables that webhook events write to, such as `["payments", "webhook_events"]`. Repeats of an
    /// event must not add a row to any of them.
    #[serde(default)]
    pub tables: Vec<Located<String>>,
    /// The column that says who has access: `users.subscription_status`. Its table must also have the
    /// customer's Stripe id.
    pub access: Option<Located<String>>,
    /// The table to which a failed payment adds one alert or ticket.
    pub alerts: Option<Located<String>>,
    /// A test customer that the app knows, `cus_…`. In live mode events are about nobody else.
    pub customer: Option<Located<String>>,
}

/// An app whose environment is audited.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct App {
    /// Its folder, relative to this file. Without it, the folder of this file.
    pub path: Option<Located<PathBuf>>,
    /// The example file, relative to the app's folder. Without it, `.env.example` and its usual
    /// other names are looked for.
    pub example: Option<Located<PathBuf>>,
    /// The file that holds the production values, relative to the app's folder: a dotenv file, what
    /// `vercel env pull` writes, the JSON of Netlify, Doppler, Fly.io, Railway or Render, or a docker compose file. Rules about
    /// production values run only where this, `--env-file` or a CI environment gives them.
    pub production: Option<Located<PathBuf>>,
    /// The file that holds what previews and test deployments have, relative to the app's folder: no
    /// secret of production should stand in it.
    pub preview: Option<Located<PathBuf>>,
    /// Variables that production must have.
    #[serde(default)]
    pub required: Vec<Located<EnvName>>,
    /// Variables that no rule speaks about.
    #[serde(default)]
    pub ignore: Vec<Located<EnvName>>,
    /// Functions of your own that refuse visitors without the rights, such as `requireAdmin`: an admin,
    /// cron or internal route that calls one is guarded.
    #[serde(default)]
    pub guards: Vec<Located<String>>,
}

/// A billing provider and the database it is compared to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Billing {
    /// The provider, such as `stripe`.
    pub provider: Located<String>,
    /// The name of the variable that holds the Stripe key. A restricted key that may only read is
    /// enough.
    pub stripe_key_env: Option<Located<EnvName>>,
    /// The name of the variable that holds the key of another provider: `paddle` (Paddle Billing) or
    /// `lemonsqueezy`.
    pub key_env: Option<Located<EnvName>>,
    /// Connected accounts (`acct_…`) whose subscriptions stand in the same database. They are read
    /// with the same key, which must have access to them.
    #[serde(default)]
    pub accounts: Vec<Located<String>>,
    /// The base URL of the provider's API. Only the provider's own hosts and loopback may stand
    /// here, so that a changed file cannot send the key elsewhere; any other base needs the flag
    /// `--stripe-api`.
    pub api_base: Option<Located<Url>>,
    /// The name of the variable that holds the database URL, such as `DATABASE_URL`.
    pub database_url_env: Option<Located<EnvName>>,
    /// Where in the database the billing state stands.
    pub mapping: Option<Located<Mapping>>,
    /// How old a change must be before it counts: events are in flight for a while, and Stripe
    /// retries. Default `15m`.
    #[serde(default = "default_in_flight")]
    pub in_flight: Located<Period>,
    /// How long a customer whose payment failed (`past_due`) may keep access. Default `14d`,
    /// within which Stripe's smart retries usually settle it.
    #[serde(default = "default_past_due")]
    pub past_due: Located<Period>,
}
fn default_in_flight() -> Located<Period> {
    Located::new(Period::secs(15 * 60), 0..0)
}
fn default_past_due() -> Located<Period> {
    Located::new(Period::secs(14 * 86_400), 0..0)
}

/// Where in the database the billing state stands. What is left out is looked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mapping {
    /// The table, with its schema where it is not the default one: `billing.subscriptions`.
    pub table: Option<Located<String>>,
    /// The column that holds the provider's customer id.
    pub customer: Option<Located<String>>,
    /// The column that holds the provider's subscription id.
    pub subscription: Option<Located<String>>,
    /// The column that says whether there is access.
    pub status: Option<Located<String>>,
    /// The column that holds the provider's price id.
    pub price: Option<Located<String>>,
    /// The column that holds the end of the paid period.
    pub period_end: Option<Located<String>>,
    /// The column that says that the subscription ends with the period.
    pub cancel: Option<Located<String>>,
}

/// Checks of your own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Checks {
    /// Queries that give one number, one table each. They run in a transaction that only reads, and
    /// only with `--allow-sql`: a read-only query can still call functions that reach files and other
    /// servers.
    pub sql: Vec<Located<SqlCheck>>,
}

/// A query that gives one number, and what that number should be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SqlCheck {
    /// What it is called in reports: `"jobs that failed more than 10 minutes ago"`.
    pub name: Located<String>,
    /// One SELECT that gives one row with one number.
    pub query: Located<String>,
    /// What the number has to be.
    pub expect: Option<f64>,
    /// What the number may be at most.
    pub max: Option<f64>,
    /// The name of the variable that holds the database URL. Without it, that of `[[billing]]`.
    pub database_url_env: Option<Located<EnvName>>,
    /// How bad it is where the number is another: `high` (default), `medium`, `low` or `info`.
    pub severity: Option<Located<String>>,
}

/// The numbers that rules compare with. Each has a default with a reason.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Thresholds {
    /// How long a webhook may take to acknowledge an event. Default `300ms`: the answer is owed
    /// before any work is done, and a handler that stays below it has room for a cold start.
    /// Providers give up after seconds (GitHub after 10 s: docs.github.com, "Best practices for
    /// using webhooks").
    pub acknowledgement: Located<Period>,
    /// How long 95 of 100 answers of a dynamic route may take at most. Default `500ms`: half of
    /// the second after which a wait interrupts a person's thought (Nielsen, "Response Times: The
    /// 3 Important Limits").
    pub route_p95: Located<Period>,
    /// How long after a payment access may open. Default `60s`: Stripe sends the first event
    /// within seconds, and a customer who has paid waits about a minute before writing to support.
    pub activation: Located<Period>,
    /// The share of webhook deliveries that may fail. Default `2 %`: single failures are retried
    /// and heal (docs.stripe.com/webhooks, "Automatic retries"); beyond one in fifty a fault lies
    /// in the route and not in the weather.
    pub delivery_failure: Located<Percent>,
}
impl Default for Thresholds {
    fn default() -> Self {
        Self {
            acknowledgement: Located::new(Period::millis(300), 0..0),
            route_p95: Located::new(Period::millis(500), 0..0),
            activation: Located::new(Period::secs(60), 0..0),
            delivery_failure: Located::new(Percent(2.0), 0..0),
        }
    }
}

/// A finding that is accepted for a while.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    /// The rule, such as `email.dmarc-missing`.
    pub rule: Located<String>,
    /// The target, such as `mail:acme.test`. Without it, every target.
    pub target: Option<Located<TargetId>>,
    /// The subject that the finding names. Without it, every subject.
    pub subject: Option<Located<String>>,
    /// Why it is accepted. The report shows it.
    pub reason: Located<String>,
    /// The last day on which it counts.
    pub expires: Located<Date>,
    /// Must be `true` for the waiver of a blocker.
    #[serde(default)]
    pub accept_blocker: bool,
}

/// How `launchcheck audit` runs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Audit {
    /// From which severity on a finding makes the run end 1: `blocker` (default), `high`,
    /// `medium`, `low` or `never`.
    pub fail_on: Option<FailOn>,
    /// Judge only these: families, rule ids or targets.
    pub only: Vec<Located<Pick>>,
    /// Leave these out: families, rule ids or targets.
    pub skip: Vec<Located<Pick>>,
    /// What must have been judged; where it was not, the verdict is INCOMPLETE.
    pub require: Vec<Located<Pick>>,
    /// How long to wait for one answer. Default `10s`.
    pub timeout: Option<Located<Period>>,
    /// When the whole audit ends. Default `60s`.
    pub deadline: Option<Located<Period>>,
}

table_value!(App, Billing, Exercise, Mapping, SqlCheck, Waiver);

/// The file that a configuration was read from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file as the user knows it: relative to where they stand, where it lies below.
    pub shown: String,
    /// Its folder, which paths in it are relative to.
    pub root: PathBuf,
    /// Its text.
    pub text: String,
}
impl Source {
    /// Line and column (in characters), from 1, of a byte.
    #[must_use]
    pub fn line_column(&self, byte: usize) -> (u32, u32) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let column = before[start..].chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
    /// The place of a byte.
    #[must_use]
    pub fn place(&self, byte: usize) -> Place {
        let (line, column) = self.line_column(byte);
        Place::new(&self.shown, line, column)
    }
}

impl Config {
    /// Where a value stands, or `None` where it is a default or there is no file.
    #[must_use]
    pub fn place<T>(&self, value: &Located<T>) -> Option<Place> {
        self.place_of(&value.span())
    }
    /// Where these bytes stand, or `None` for an empty span or no file.
    #[must_use]
    pub fn place_of(&self, span: &Range<usize>) -> Option<Place> {
        self.source.as_ref().filter(|_| !span.is_empty()).map(|s| s.place(span.start))
    }
    /// A path of the file, made relative to the file's folder (or to the current one where there
    /// is no file).
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.source.as_ref().map_or_else(|| path.to_owned(), |s| s.root.join(path))
    }
    /// The folder of an app.
    #[must_use]
    pub fn app_folder(&self, app: &App) -> PathBuf {
        self.resolve(app.path.as_deref().map_or(Path::new(""), PathBuf::as_path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
[site]
domain = "acme.test"
canonical = "www.acme.test"
launch-date = 2026-12-01
private-paths = ["/admin"]
staging = ["staging.acme.test"]

[[host]]
name = "api.acme.test"
renewal = "manual"
ca = "private"

[email]
from = ["Acme <hi@acme.test>"]
dkim-selectors = ["s1"]
bulk = true

[[webhook]]
provider = "stripe"
url = "https://acme.test/hook"
secret-env = "STRIPE_WEBHOOK_SECRET"

[exercise]
tables = ["payments"]
access = "users.status"
alerts = "tickets"
customer = "cus_1"

[[app]]
path = "web"
production = ".env.production"

[[billing]]
provider = "stripe"
in-flight = "5m"
mapping = { table = "subscriptions", period-end = "current_period_end" }

[thresholds]
route-p95 = "1s"

[[waiver]]
rule = "email.dmarc-missing"
target = "mail:acme.test"
reason = "moving"
expires = "2026-12-31"

[audit]
fail-on = "high"
only = ["email", "tls.expired"]
timeout = "5s"
"#;

    #[test]
    fn a_webhooks_name_holds_no_token() {
        let name = |url: &str| {
            let toml = format!("[[webhook]]\nprovider = \"postmark\"\nurl = \"{url}\"\n");
            toml::from_str::<Config>(&toml).unwrap().webhooks[0].name()
        };
        assert_eq!(name("https://acme.test/hook"), "https://acme.test/hook");
        assert_eq!(name("https://acme.test/hook?token=abc&v=1"), "https://acme.test/hook?token=…&v=…");
    }

    #[test]
    fn every_table_is_read_and_keeps_its_place() {
        let mut config: Config = toml::from_str(FULL).unwrap();
        config.source = Some(Source { shown: "launchcheck.toml".into(), root: "/repo".into(), text: FULL.into() });
        let at = |p: Option<Place>| p.unwrap().to_string();
        let site = config.site.as_ref().unwrap();
        assert_eq!(at(config.place(site.domain.as_ref().unwrap())), "launchcheck.toml:3:10");
        assert_eq!(at(config.place(&config.apps[0])), "launchcheck.toml:30:1");
        assert_eq!(at(config.place(&config.waivers[0])), "launchcheck.toml:42:1");
        assert_eq!(config.app_folder(&config.apps[0]), Path::new("/repo/web"));
        let billing = &config.billing[0];
        assert_eq!(billing.in_flight.0.as_secs(), 300);
        assert_eq!(billing.past_due.0.as_secs(), 14 * 86_400);
        assert_eq!(config.place(&billing.past_due), None, "a default stands nowhere");
        assert_eq!(config.thresholds.route_p95.0.as_millis(), 1000);
        assert_eq!(config.thresholds.acknowledgement.0.as_millis(), 300);
        assert_eq!(config.audit.fail_on, Some(FailOn::High));
    }
}
