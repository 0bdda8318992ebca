//! A rule as data.

use super::{Missing, TargetKind, Verdict, View};
use crate::facts::FactKind;
use std::borrow::Cow;

/// Text that is static for built-in rules and owned for those a configuration declares.
pub type Text = Cow<'static, str>;

/// How bad it is to launch like this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Severity {
    /// Launching now loses mail, money, customers or secrets.
    Blocker,
    /// Hurts soon, or some of the users at once.
    High,
    /// Should be mended.
    Medium,
    /// Worth knowing.
    Low,
    /// A fact, not a fault; never scored.
    Info,
}
impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 5] = [Self::Blocker, Self::High, Self::Medium, Self::Low, Self::Info];
    /// The word in flags and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
    /// Whether this is `other` or worse.
    #[must_use]
    pub fn at_least(self, other: Self) -> bool {
        self <= other
    }
}

/// The families of rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Family {
    /// Mail records.
    Email,
    /// Zones and name servers.
    Dns,
    /// Certificates and handshakes.
    Tls,
    /// Redirects, headers, reachability.
    Web,
    /// Webhook routes.
    Webhook,
    /// Environment variables.
    Env,
    /// Source code.
    Code,
    /// Provider against database.
    Billing,
    /// CRM.
    Crm,
    /// Help desk.
    Support,
    /// launchcheck's own configuration.
    Config,
    /// What the user declared.
    Custom,
}
impl Family {
    /// Every family, in the order of the report.
    pub const ALL: [Self; 12] = [
        Self::Email,
        Self::Dns,
        Self::Tls,
        Self::Web,
        Self::Webhook,
        Self::Env,
        Self::Code,
        Self::Billing,
        Self::Crm,
        Self::Support,
        Self::Config,
        Self::Custom,
    ];
    /// The word in front of the dot of a rule id.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Web => "web",
            Self::Webhook => "webhook",
            Self::Env => "env",
            Self::Code => "code",
            Self::Billing => "billing",
            Self::Crm => "crm",
            Self::Support => "support",
            Self::Config => "config",
            Self::Custom => "custom",
        }
    }
}

/// What a rule's probes do to the audited site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Intent {
    /// Looks only.
    Passive,
    /// Sends correctly signed events of an unknown type, samples latency: `--active`.
    Active,
    /// Sends business events: `--active-events`.
    Events,
}
impl Intent {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Active => "active",
            Self::Events => "events",
        }
    }
}

/// Where on the path of an event, from the customer's domain to the mail that tells them, a rule sits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[expect(missing_docs, reason = "the stages are the words themselves")]
pub enum Stage {
    Domain,
    Tls,
    Route,
    Signature,
    Secret,
    Subscription,
    Idempotency,
    Database,
    Crm,
    Support,
    Email,
}
impl Stage {
    /// The path, in order.
    pub const ALL: [Self; 11] = [
        Self::Domain,
        Self::Tls,
        Self::Route,
        Self::Signature,
        Self::Secret,
        Self::Subscription,
        Self::Idempotency,
        Self::Database,
        Self::Crm,
        Self::Support,
        Self::Email,
    ];
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Tls => "tls",
            Self::Route => "route",
            Self::Signature => "signature",
            Self::Secret => "secret",
            Self::Subscription => "subscription",
            Self::Idempotency => "idempotency",
            Self::Database => "database",
            Self::Crm => "crm",
            Self::Support => "support",
            Self::Email => "email",
        }
    }
}

/// How far a rule is trusted with the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifecycle {
    /// Scored and gating.
    Stable,
    /// Reported with weight 0; never gates.
    Preview,
}

/// One thing launchcheck knows. Made by `rule!`, one file each.
pub struct Rule {
    /// `family.noun-of-the-defect`.
    pub id: Text,
    /// The module it is written in; its last part is the id's, with underscores.
    pub module: &'static str,
    /// The doc comment, a line each: what, why at launch, fix, references, examples.
    pub docs: Cow<'static, [&'static str]>,
    /// The headline when it fails.
    pub fails: Text,
    /// The headline when it holds.
    pub holds: Text,
    /// The worst it can be; its weight in the score.
    pub severity: Severity,
    /// The kind of target it judges.
    pub on: TargetKind,
    /// What it does to the site.
    pub intent: Intent,
    /// Where on the event path it sits.
    pub stage: Option<Stage>,
    /// More specific rules that explain this one's faults away.
    pub yields_to: &'static [&'static str],
    /// The version it came with.
    pub since: &'static str,
    /// How far it is trusted.
    pub lifecycle: Lifecycle,
    /// The facts its parameters ask for.
    pub wants: Cow<'static, [&'static [FactKind]]>,
    /// The judging.
    pub eval: Eval,
}
impl Rule {
    /// The family its id begins with.
    #[must_use]
    pub fn family(&self) -> Family {
        let head = self.id.split('.').next().unwrap_or_default();
        Family::ALL.into_iter().find(|f| f.word() == head).unwrap_or(Family::Custom)
    }
    /// Every kind of fact it asks for.
    pub fn facts(&self) -> impl Iterator<Item = FactKind> + '_ {
        self.wants.iter().flat_map(|w| w.iter().copied())
    }
    /// The first paragraph of the docs in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        self.docs.iter().map(|l| l.trim()).take_while(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

/// The examples in a rule's docs: each fence's kind (`pass` or `fail`) and its text.
#[must_use]
pub fn fences(docs: &str) -> Vec<(&'static str, String)> {
    let (mut out, mut open) = (Vec::new(), None);
    for line in docs.lines() {
        // A doc comment's lines begin with the space after the slashes.
        let text = line.strip_prefix(' ').unwrap_or(line);
        match (text.trim(), &mut open) {
            ("```", Some(_)) => out.extend(open.take()),
            ("```pass", None) => open = Some(("pass", String::new())),
            ("```fail", None) => open = Some(("fail", String::new())),
            (_, Some((_, body))) => {
                body.push_str(text);
                body.push('\n');
            }
            _ => {}
        }
    }
    out
}

/// The judging of a rule that a configuration declares.
pub type Declared = dyn for<'a> Fn(&View<'a>) -> Result<Verdict, Missing> + Send + Sync;

/// How a rule judges.
pub enum Eval {
    /// Written here.
    Code(for<'a> fn(&View<'a>) -> Result<Verdict, Missing>),
    /// Declared in the user's configuration.
    Declared(Box<Declared>),
    /// Judged by the engine, which alone knows what was waived and skipped.
    Engine,
}

/// Declares the rule of a file: its doc comment is its documentation, its parameters are the facts
/// it wants.
///
/// ```text
/// rule! {
///     /// SPF stops at ten lookups; receivers then treat the record as broken.
///     "email.spf-lookup-limit" on Mail, High, stage Email;
///     fails "SPF needs more than 10 DNS lookups"; holds "SPF stays within 10 DNS lookups";
///     fn check(spf: Part<'_, Spf>) -> Verdict { … }
/// }
/// ```
/// After the severity may stand `active` or `events` and `stage NAME`; after the headlines
/// `yields_to "rule.id", …;`.
#[macro_export]
macro_rules! rule {
    ($(#[doc = $doc:literal])* $id:literal on $on:ident, $sev:ident $(, intent $intent:ident)? $(, stage $stage:ident)?;
     fails $fails:literal; holds $holds:literal; $(yields_to $($y:literal),+ $(,)?;)?
     fn check($($arg:ident : $ty:ty),* $(,)?) -> Verdict $body:block) => {
        #[doc = concat!("The rule `", $id, "`.")]
        pub(crate) static RULE: $crate::vocab::Rule = $crate::vocab::Rule {
            id: ::std::borrow::Cow::Borrowed($id),
            module: module_path!(),
            docs: ::std::borrow::Cow::Borrowed(&[$($doc),*]),
            fails: ::std::borrow::Cow::Borrowed($fails),
            holds: ::std::borrow::Cow::Borrowed($holds),
            severity: $crate::vocab::Severity::$sev,
            on: $crate::vocab::TargetKind::$on,
            intent: $crate::rule!(@intent $($intent)?),
            stage: $crate::rule!(@stage $($stage)?),
            yields_to: &[$($($y),+)?],
            since: "0.1.0",
            lifecycle: $crate::vocab::Lifecycle::Stable,
            wants: ::std::borrow::Cow::Borrowed(&[$(<$ty as $crate::vocab::Arg>::WANTS),*]),
            eval: $crate::vocab::Eval::Code(|view| { let _ = view; Ok(check($(<$ty as $crate::vocab::Arg>::take(view)?),*)) }),
        };
        fn check($($arg: $ty),*) -> $crate::vocab::Verdict $body
    };
    ($(#[doc = $doc:literal])* $id:literal on $on:ident, $sev:ident; fails $fails:literal; holds $holds:literal; engine) => {
        #[doc = concat!("The rule `", $id, "`.")]
        pub(crate) static RULE: $crate::vocab::Rule = $crate::vocab::Rule {
            id: ::std::borrow::Cow::Borrowed($id),
            module: module_path!(),
            docs: ::std::borrow::Cow::Borrowed(&[$($doc),*]),
            fails: ::std::borrow::Cow::Borrowed($fails),
            holds: ::std::borrow::Cow::Borrowed($holds),
            severity: $crate::vocab::Severity::$sev,
            on: $crate::vocab::TargetKind::$on,
            intent: $crate::vocab::Intent::Passive,
            stage: None,
            yields_to: &[],
            since: "0.1.0",
            lifecycle: $crate::vocab::Lifecycle::Stable,
            wants: ::std::borrow::Cow::Borrowed(&[]),
            eval: $crate::vocab::Eval::Engine,
        };
    };
    (@intent) => { $crate::vocab::Intent::Passive }; (@intent $i:ident) => { $crate::vocab::Intent::$i };
    (@stage) => { None }; (@stage $s:ident) => { Some($crate::vocab::Stage::$s) };
}
