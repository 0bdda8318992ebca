//! What is known of each provider, as data: one file a provider, each part optional.
//!
//! Facts here are dated and carry their source. Rules ask the registry; no rule holds a provider's
//! name of its own. A fact that could not be compared with a source is left out.

mod anthropic;
mod authjs;
mod better_auth;
mod brevo;
mod clerk;
mod cloudflare;
mod crisp;
mod customerio;
mod fastmail;
mod github;
mod gohighlevel;
mod google_workspace;
mod hubspot;
mod intercom;
mod klaviyo;
mod lemonsqueezy;
mod loops;
mod mailchimp;
mod mailersend;
mod mailgun;
mod mailjet;
mod mandrill;
mod microsoft365;
mod openai;
mod paddle;
mod pipedrive;
mod polar;
mod posthog;
mod postmark;
mod previews;
mod prisma;
mod proton;
mod resend;
mod sendgrid;
mod sentry;
mod ses;
mod slack;
mod smtp;
mod smtp2go;
mod sparkpost;
mod standardwebhooks;
mod stripe;
mod supabase;
mod svix;
mod upstash;
mod vercel;
mod zendesk;
mod zoho;

pub use previews::preview_host;

/// One provider.
#[derive(Debug)]
pub struct Provider {
    /// Its id in configuration and reports, such as `stripe`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What its mail needs in the DNS.
    pub mail: Option<Mail>,
    /// Its environment variables.
    pub env: Option<Env>,
    /// How it signs webhooks.
    pub webhook: Option<Webhook>,
    /// What its packages do by themselves.
    pub sdk: Option<Sdk>,
}

/// The mail part.
#[derive(Debug)]
pub struct Mail {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The include that the From domain's own SPF record needs, where it needs one.
    pub apex_include: Option<&'static str>,
    /// Those that other customers need in its place, by region or age of the account, as suffixes.
    /// Where there is no usual one, which of them it is stands in the customer's panel alone.
    pub apex_others: &'static [&'static str],
    /// Includes that customers paste into the From domain's own SPF record, where they do nothing:
    /// the envelope sender is of another domain.
    pub useless_includes: &'static [&'static str],
    /// DKIM selectors that are the same for every customer; empty where they cannot be guessed.
    pub selectors: &'static [&'static str],
    /// Selectors that many customers have and that can be renamed: worth a look, and their absence
    /// proves nothing.
    pub usual_selectors: &'static [&'static str],
    /// How selectors look that are made for each customer; `*` stands for any text.
    pub selector_patterns: &'static [&'static str],
    /// Where the CNAME at a selector leads, as suffixes; empty where the key itself stands there, or
    /// where it is not known.
    pub key_hosts: &'static [&'static str],
    /// Where the CNAME at a selector leads, selector by selector: `{domain}` stands for the domain and
    /// `{dashes}` for it with dashes, capitals for what is made for each customer.
    pub key_targets: &'static [(&'static str, &'static str)],
    /// Where its panel switches signing on, after the alias is there; before, no key is behind it.
    pub switch_on: Option<&'static str>,
    /// Whether the key itself may stand at the selector, as a TXT record.
    pub key_as_txt: bool,
    /// The envelope sender of its mail.
    pub return_path: ReturnPath,
    /// Where the CNAME at a return path leads exactly, or the form of its MX record, with capitals for
    /// what is made for each customer.
    pub path_target: Option<&'static str>,
    /// Where the MX records of its customers lead, as suffixes, where it holds mailboxes.
    pub mx_hosts: &'static [&'static str],
    /// From domains that it lends for trying out: mail from there reaches nobody but the account's
    /// owner. A `*` stands for any text.
    pub sandboxes: &'static [&'static str],
    /// The free-mail domains that are its own customers' by right.
    pub free_mail: &'static [&'static str],
    /// The variables that name the domain mail is sent from, such as `MAILGUN_DOMAIN`.
    pub domain_vars: &'static [&'static str],
    /// Host names of its SMTP relays (suffixes); a `*` stands for one label.
    pub smtp_hosts: &'static [&'static str],
    /// The packages that an app sends through it with.
    pub packages: &'static [&'static str],
}
impl Mail {
    /// Nothing but the date and the source; what is not known stays so.
    #[must_use]
    pub const fn of(checked: &'static str, source: &'static str) -> Self {
        Self {
            checked,
            source,
            apex_include: None,
            apex_others: &[],
            useless_includes: &[],
            selectors: &[],
            usual_selectors: &[],
            selector_patterns: &[],
            key_hosts: &[],
            key_targets: &[],
            switch_on: None,
            key_as_txt: true,
            return_path: ReturnPath::Unknown,
            path_target: None,
            mx_hosts: &[],
            sandboxes: &[],
            free_mail: &[],
            domain_vars: &[],
            smtp_hosts: &[],
            packages: &[],
        }
    }
    /// Whether the From domain's own SPF record needs an include of this provider's.
    #[must_use]
    pub const fn needs_include(&self) -> bool {
        self.apex_include.is_some() || !self.apex_others.is_empty()
    }
    /// Whether a name is such an include.
    #[must_use]
    pub fn is_include(&self, name: &str) -> bool {
        self.apex_include == Some(name) || is_host_of(name, self.apex_others)
    }
}

/// The envelope sender (Return-Path) of a provider's mail, which SPF is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReturnPath {
    /// Not known well enough.
    Unknown,
    /// A domain of the provider's, unless one is arranged: SPF passes and never aligns.
    Theirs,
    /// The address in From itself, so the From domain's own SPF record counts.
    From,
    /// A name below the sending domain that is an alias of the provider's.
    Alias {
        /// The usual first label; `None` where it is made for each customer.
        label: Option<&'static str>,
        /// Where it leads, as suffixes.
        hosts: &'static [&'static str],
        /// Whether mail goes out without it or with another label, so that its absence proves nothing.
        optional: bool,
    },
    /// A name below the sending domain with MX and SPF records of its own.
    Records {
        /// The usual first label; `None` where it is made for each customer, empty where it is the
        /// sending domain itself.
        label: Option<&'static str>,
        /// Where its MX records lead, as suffixes, and nowhere else.
        hosts: &'static [&'static str],
        /// What its SPF record includes.
        include: &'static str,
        /// Whether mail goes out without it or with another label, so that its absence proves nothing.
        optional: bool,
    },
}

/// Whether a host is one of these, or below it.
#[must_use]
pub fn is_host_of(host: &str, suffixes: &[&str]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    suffixes.iter().any(|s| host.strip_suffix(s).is_some_and(|head| head.is_empty() || head.ends_with('.')))
}

/// A target as it is for this domain.
#[must_use]
pub fn filled(target: &str, domain: &crate::vocab::DomainName) -> String {
    target.replace("{domain}", domain.as_str()).replace("{dashes}", &domain.as_str().replace('.', "-"))
}

/// Whether a text is of this pattern, in which one `*` stands for any text.
#[must_use]
pub fn fits(text: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => text == pattern,
        Some((head, tail)) => text.len() > head.len() + tail.len() && text.starts_with(head) && text.ends_with(tail),
    }
}

/// The environment part.
#[derive(Debug)]
pub struct Env {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The variables.
    pub vars: &'static [Var],
    /// The packages whose presence says that the app uses the provider.
    pub packages: &'static [&'static str],
    /// Variables that are of use together alone: each group lists its members, each member its names.
    pub together: &'static [Group],
}
/// Variables of use together alone: a list of members, each with its names, of which one is enough.
pub type Group = &'static [&'static [&'static str]];
impl Env {
    /// Nothing but the date and the source; what is not known stays so.
    #[must_use]
    pub const fn of(checked: &'static str, source: &'static str) -> Self {
        Self { checked, source, vars: &[], packages: &[], together: &[] }
    }
}
/// One variable of a provider.
#[derive(Debug, Clone, Copy)]
pub struct Var {
    /// The usual name, then the aliases seen.
    pub names: &'static [&'static str],
    /// What it is.
    pub role: Role,
    /// Whether nothing of the provider works without it.
    pub essential: bool,
    /// What values look like: prefixes, each with what it says of the mode.
    pub prefixes: &'static [(&'static str, Mode)],
    /// What else values look like. Where this or the prefixes are all there is (`strict`), any other
    /// value is no key of the provider's.
    pub forms: &'static [Form],
    /// Whether the prefixes and forms are all that the provider gives out.
    pub strict: bool,
}
/// What a value without a telling prefix looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Three parts in base64, the first a JSON object.
    Jwt,
    /// `8-4-4-4-12` hexadecimal digits.
    Uuid,
    /// So many letters and digits.
    Letters(usize),
    /// So many hexadecimal digits.
    Hex(usize),
    /// At least so many characters.
    AtLeast(usize),
    /// An https URL whose host ends so.
    Host(&'static str),
}
impl Form {
    /// Whether a value is of this form.
    #[must_use]
    pub fn fits(self, value: &str) -> bool {
        let hex = |t: &str| t.bytes().all(|b| b.is_ascii_hexdigit());
        match self {
            Self::Jwt => value.starts_with("eyJ") && value.split('.').count() == 3,
            Self::Uuid => {
                let lengths: Vec<usize> = value.split('-').map(str::len).collect();
                lengths == [8, 4, 4, 4, 12] && hex(&value.replace('-', ""))
            }
            Self::Letters(n) => value.len() == n && value.bytes().all(|b| b.is_ascii_alphanumeric()),
            Self::Hex(n) => value.len() == n && hex(value),
            Self::AtLeast(n) => value.chars().count() >= n,
            Self::Host(end) => url::Url::parse(value)
                .is_ok_and(|u| u.scheme() == "https" && u.host_str().is_some_and(|h| is_host_of(h, &[end]))),
        }
    }
}
impl Var {
    const fn of(role: Role, names: &'static [&'static str]) -> Self {
        Self { names, role, essential: false, prefixes: &[], forms: &[], strict: false }
    }
    /// A secret.
    #[must_use]
    pub const fn secret(names: &'static [&'static str]) -> Self {
        Self::of(Role::Secret, names)
    }
    /// A secret that webhooks are signed with.
    #[must_use]
    pub const fn signing(names: &'static [&'static str]) -> Self {
        Self::of(Role::WebhookSecret, names)
    }
    /// A key that may be public.
    #[must_use]
    pub const fn public(names: &'static [&'static str]) -> Self {
        Self::of(Role::Public, names)
    }
    /// An id, a region, an address.
    #[must_use]
    pub const fn plain(names: &'static [&'static str]) -> Self {
        Self::of(Role::Plain, names)
    }
    /// Nothing of the provider works without it.
    #[must_use]
    pub const fn essential(mut self) -> Self {
        self.essential = true;
        self
    }
    /// With what its values begin.
    #[must_use]
    pub const fn starts(mut self, prefixes: &'static [(&'static str, Mode)]) -> Self {
        self.prefixes = prefixes;
        self
    }
    /// What else its values look like.
    #[must_use]
    pub const fn forms(mut self, forms: &'static [Form]) -> Self {
        self.forms = forms;
        self
    }
    /// No value looks otherwise.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }
}
/// What a variable is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Role {
    /// Must never reach a browser.
    Secret,
    /// Signs webhooks; as secret as a secret.
    WebhookSecret,
    /// May be public (publishable keys, site keys, DSNs).
    Public,
    /// Neither: an id, a region, an address.
    Plain,
}
/// What a value says of the account's mode.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Mode {
    /// Real money, real users.
    Live,
    /// A sandbox.
    Test,
    /// The value does not say.
    Silent,
}
/// The webhook part.
#[derive(Debug)]
pub struct Webhook {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The header that carries the signature, in lower case; empty where nothing is signed.
    pub signature_header: &'static str,
    /// How the signature is made.
    pub scheme: Scheme,
    /// The calls that verify it, as code writes them: the last words of a member call, or the name of
    /// a function that is imported.
    pub verify: &'static [&'static str],
}
impl Webhook {
    /// Nothing but the date and the source; what is not known stays so.
    #[must_use]
    pub const fn of(checked: &'static str, source: &'static str) -> Self {
        Self { checked, source, signature_header: "", scheme: Scheme::Other, verify: &[] }
    }
}
/// What a provider's packages do by themselves.
#[derive(Debug)]
pub struct Sdk {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The packages this is about.
    pub packages: &'static [&'static str],
    /// The variables that they read without being told to.
    pub reads: &'static [&'static str],
    /// What their check of a webhook's signature does with an empty secret.
    pub empty_secret: EmptySecret,
}
impl Sdk {
    /// Nothing but the date and the source; what is not known stays so.
    #[must_use]
    pub const fn of(checked: &'static str, source: &'static str) -> Self {
        Self { checked, source, packages: &[], reads: &[], empty_secret: EmptySecret::Unknown }
    }
}
/// What a signature check does where the secret is an empty text: where it takes it, whoever signs
/// with the empty key is believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmptySecret {
    /// Not known, or there is no such check.
    Unknown,
    /// It refuses.
    Refused,
    /// It goes on.
    Accepted,
    /// It goes on below this major version and refuses from it on.
    AcceptedBelow(u32),
}
/// How a provider signs what it sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// `t=<s>,v1=<hex>`: HMAC-SHA256 over `t.body`.
    Stripe,
    /// Three headers, `v1,<base64>`: HMAC-SHA256 over `id.t.body` (Standard Webhooks, Svix); the key
    /// is base64.
    Svix,
    /// The same, and the key is the secret as text (Polar).
    SvixText,
    /// `ts=<s>;h1=<hex>`: HMAC-SHA256 over `ts:body`.
    Paddle,
    /// HMAC-SHA256 over the body, in hexadecimal behind this prefix.
    BodyHex(&'static str),
    /// `sha1=<hex>`: HMAC-SHA1 over the body.
    BodySha1,
    /// HMAC-SHA256 over the time stamp and the body, in base64, the time in a header of its own.
    TimeBodyBase64,
    /// Two signatures: SHA-256 of secret and body, and HMAC-SHA256 over method, URL, body and time.
    Hubspot,
    /// Something that a stranger cannot imitate (a public key, a credential in the URL), or that is
    /// not known well enough.
    Other,
}

/// Every provider.
pub static ALL: &[&Provider] = &[
    &anthropic::PROVIDER,
    &authjs::PROVIDER,
    &better_auth::PROVIDER,
    &brevo::PROVIDER,
    &clerk::PROVIDER,
    &cloudflare::PROVIDER,
    &crisp::PROVIDER,
    &customerio::PROVIDER,
    &fastmail::PROVIDER,
    &github::PROVIDER,
    &gohighlevel::PROVIDER,
    &google_workspace::PROVIDER,
    &hubspot::PROVIDER,
    &intercom::PROVIDER,
    &klaviyo::PROVIDER,
    &lemonsqueezy::PROVIDER,
    &loops::PROVIDER,
    &mailchimp::PROVIDER,
    &mailersend::PROVIDER,
    &mailgun::PROVIDER,
    &mailjet::PROVIDER,
    &mandrill::PROVIDER,
    &microsoft365::PROVIDER,
    &openai::PROVIDER,
    &paddle::PROVIDER,
    &pipedrive::PROVIDER,
    &polar::PROVIDER,
    &posthog::PROVIDER,
    &postmark::PROVIDER,
    &prisma::PROVIDER,
    &proton::PROVIDER,
    &resend::PROVIDER,
    &sendgrid::PROVIDER,
    &sentry::PROVIDER,
    &ses::PROVIDER,
    &slack::PROVIDER,
    &smtp::PROVIDER,
    &smtp2go::PROVIDER,
    &sparkpost::PROVIDER,
    &standardwebhooks::PROVIDER,
    &stripe::PROVIDER,
    &supabase::PROVIDER,
    &svix::PROVIDER,
    &upstash::PROVIDER,
    &vercel::PROVIDER,
    &zendesk::PROVIDER,
    &zoho::PROVIDER,
];

/// The provider of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Provider> {
    ALL.iter().copied().find(|p| p.id == id)
}

/// Whose variable this is, by its name alone. Framework prefixes that make a name public are not
/// looked through: `NEXT_PUBLIC_STRIPE_SECRET_KEY` is nobody's variable, and a mistake.
#[must_use]
pub fn by_variable(name: &str) -> Option<(&'static Provider, &'static Var)> {
    ALL.iter().copied().find_map(|p| {
        let vars = p.env.as_ref()?.vars;
        vars.iter().find(|v| v.names.contains(&name)).map(|v| (p, v))
    })
}

/// The providers that one of these packages says are in use.
pub fn by_packages(packages: &[String]) -> impl Iterator<Item = &'static Provider> + '_ {
    ALL.iter().copied().filter(|p| {
        p.env.as_ref().is_some_and(|e| e.packages.iter().any(|want| packages.iter().any(|have| have == want)))
    })
}

/// Whose SMTP relay this host is.
#[must_use]
pub fn by_smtp_host(host: &str) -> Option<&'static Provider> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let labels = |name: &str| name.split('.').count();
    let is_it = |pattern: &str| {
        if pattern.contains('*') {
            fits(&host, pattern) && labels(&host) == labels(pattern)
        } else {
            is_host_of(&host, &[pattern])
        }
    };
    ALL.iter().copied().find(|p| p.mail.as_ref().is_some_and(|m| m.smtp_hosts.iter().any(|h| is_it(h))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn ids_are_unique_and_in_order() {
        let ids: Vec<_> = ALL.iter().map(|p| p.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }

    #[test]
    fn no_variable_has_two_owners() {
        let mut owners = BTreeMap::new();
        for p in ALL {
            for name in p.env.iter().flat_map(|e| e.vars).flat_map(|v| v.names) {
                assert!(owners.insert(*name, p.id).is_none(), "{name} is in {} and {}", p.id, owners[name]);
            }
        }
    }

    #[test]
    fn facts_are_dated_and_have_a_source() {
        for p in ALL {
            let parts = [
                p.mail.as_ref().map(|m| (m.checked, m.source)),
                p.env.as_ref().map(|e| (e.checked, e.source)),
                p.webhook.as_ref().map(|w| (w.checked, w.source)),
                p.sdk.as_ref().map(|s| (s.checked, s.source)),
            ];
            assert!(parts.iter().any(Option::is_some), "{} knows nothing", p.id);
            for (checked, source) in parts.into_iter().flatten() {
                assert!(checked.len() == 7 && checked.starts_with("20"), "{}: {checked}", p.id);
                assert!(source.starts_with("https://"), "{}: {source}", p.id);
            }
        }
    }

    #[test]
    fn members_of_a_group_are_variables_of_the_provider() {
        for p in ALL {
            let env = p.env.as_ref();
            for name in env.iter().flat_map(|e| e.together).flat_map(|g| *g).flat_map(|m| *m) {
                let own = env.is_some_and(|e| e.vars.iter().any(|v| v.names.contains(name)));
                assert!(own, "{name} is in a group of {} and no variable of it", p.id);
            }
        }
    }

    #[test]
    fn forms_of_values() {
        assert!(
            Form::Uuid.fits("1b4e28ba-2fa1-11d2-883f-0016d3cca427")
                && !Form::Uuid.fits("1b4e28ba2fa111d2883f0016d3cca427")
        );
        assert!(Form::Letters(4).fits("aB12") && !Form::Letters(4).fits("aB1_") && Form::Hex(4).fits("09af"));
        assert!(
            Form::Host("supabase.co").fits("https://abc.supabase.co")
                && !Form::Host("supabase.co").fits("http://abc.supabase.co")
        );
        assert!(Form::Jwt.fits("eyJh.b.c") && !Form::Jwt.fits("a.b.c"));
    }

    #[test]
    fn an_include_may_differ_by_region() {
        let mail = |id: &str| by_id(id).and_then(|p| p.mail.as_ref()).unwrap();
        for include in ["zoho.com", "zohomail.com", "zohomail.eu", "zoho.in", "one.zoho.com"] {
            assert!(mail("zoho").is_include(include), "{include}");
        }
        assert!(mail("zoho").needs_include() && !mail("zoho").is_include("notzoho.com"));
        assert!(mail("microsoft365").is_include("spf.protection.office365.us"));
        assert!(!mail("google-workspace").is_include("google.com"));
        // Its own return path is what SPF is asked for.
        assert!(!mail("mailjet").needs_include());
    }

    #[test]
    fn a_relay_is_known_by_its_host() {
        let id = |h| by_smtp_host(h).map(|p| p.id);
        assert_eq!(id("email-smtp.eu-west-1.amazonaws.com"), Some("ses"));
        assert_eq!(id("email-smtp-fips.us-east-1.amazonaws.com."), Some("ses"));
        for host in [
            "acme.c9x8.eu-west-1.rds.amazonaws.com",
            "ec2-198-51-100-1.compute-1.amazonaws.com",
            "email-smtp.x.rds.amazonaws.com",
            "amazonaws.com",
        ] {
            assert_eq!(id(host), None, "{host}");
        }
        assert_eq!(id("SMTP.resend.com"), Some("resend"));
        assert_eq!(id("notsmtp.resend.com"), None);
        assert_eq!(id("mail.acme.test"), None);
    }
}
