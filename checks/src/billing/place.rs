//! What kind of place a webhook URL leads to, by its host alone.

use super::{
    facts::{Endpoint, Endpoints, KeyMode},
    stripe::Registered,
};
use crate::vocab::{Cause, DomainName, Shown};
use std::collections::BTreeSet;

/// What kind of place events are sent to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Standing {
    /// A host on the internet.
    Public,
    /// A service that takes events in and passes them on, by its name.
    Relay(&'static str),
    /// This machine, a private address or a name that the internet does not have.
    Local,
    /// A preview deployment or a tunnel, by the name of the service.
    Preview(&'static str),
    /// No URL that anything could be sent to.
    Nowhere,
}
impl Standing {
    /// Whether real events can be meant to arrive there.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Public | Self::Relay(_))
    }
    /// The place in words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Public => "a public host".to_owned(),
            Self::Relay(name) => format!("the relay {name}"),
            Self::Local => "a machine that the internet cannot reach".to_owned(),
            Self::Preview(name) => format!("a preview or tunnel of {name}"),
            Self::Nowhere => "no usable URL".to_owned(),
        }
    }
}

/// Hosts (suffixes) that take webhooks in and pass them on. Dated 2026-11, each from the vendor's
/// own pages.
const RELAYS: &[(&str, &str)] = &[
    ("hooks.zapier.com", "Zapier"),
    ("hkdk.events", "Hookdeck"),
    ("events.hookdeck.com", "Hookdeck"),
    ("api.svix.com", "Svix Ingest"),
    ("in.svix.com", "Svix Ingest"),
    ("make.com", "Make"),
    ("app.n8n.cloud", "n8n"),
    ("m.pipedream.net", "Pipedream"),
    ("api.segment.io", "Segment"),
    ("inngest.com", "Inngest"),
    ("inn.gs", "Inngest"),
    ("trigger.dev", "Trigger.dev"),
    ("convoy.io", "Convoy"),
];

/// Hosts (suffixes) of previews and tunnels: fine while building, gone or somebody's laptop after.
const PREVIEWS: &[(&str, &str)] = &[
    ("vercel.app", "Vercel"),
    ("now.sh", "Vercel"),
    ("netlify.app", "Netlify"),
    ("ngrok.io", "ngrok"),
    ("ngrok.app", "ngrok"),
    ("ngrok.dev", "ngrok"),
    ("ngrok-free.app", "ngrok"),
    ("ngrok-free.dev", "ngrok"),
    ("trycloudflare.com", "Cloudflare Tunnel"),
    ("loca.lt", "localtunnel"),
    ("localhost.run", "localhost.run"),
    ("serveo.net", "Serveo"),
    ("devtunnels.ms", "Dev Tunnels"),
    ("app.github.dev", "GitHub Codespaces"),
    ("gitpod.io", "Gitpod"),
    ("webhook.site", "Webhook.site"),
    ("requestbin.com", "RequestBin"),
];

/// What kind of place a URL is. `own` are the audited domains: on them nothing is elsewhere.
#[must_use]
pub fn standing(url: &str, own: &[DomainName]) -> Standing {
    let Ok(url) = url::Url::parse(url) else { return Standing::Nowhere };
    match url.host() {
        None => Standing::Nowhere,
        Some(url::Host::Ipv4(a)) if a.is_loopback() || a.is_private() || a.is_link_local() || a.is_unspecified() => {
            Standing::Local
        }
        Some(url::Host::Ipv6(a)) if a.is_loopback() || a.is_unspecified() || a.is_unique_local() => Standing::Local,
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => Standing::Public,
        Some(url::Host::Domain(host)) => by_name(host.trim_end_matches('.'), own),
    }
}
fn by_name(host: &str, own: &[DomainName]) -> Standing {
    let below = |suffix: &str| host == suffix || host.strip_suffix(suffix).is_some_and(|h| h.ends_with('.'));
    if own.iter().any(|d| below(d.as_str())) {
        return Standing::Public;
    }
    if below("localhost") || below("local") || below("internal") || below("lan") || !host.contains('.') {
        return Standing::Local;
    }
    if let Some((_, name)) = RELAYS.iter().find(|(suffix, _)| below(suffix)) {
        return Standing::Relay(name);
    }
    PREVIEWS.iter().find(|(suffix, _)| below(suffix)).map_or(Standing::Public, |(_, name)| Standing::Preview(name))
}

/// A URL as it may be shown: no credentials, no values of the query, which may be secrets.
#[must_use]
pub fn shown(url: &str) -> Shown {
    let Ok(mut parsed) = url::Url::parse(url) else { return Shown::from(url).short(200) };
    let bare = parsed.set_username("").is_ok() && parsed.set_password(None).is_ok();
    let query = parsed.query().is_some();
    parsed.set_query(None);
    parsed.set_fragment(None);
    let text = if bare { parsed.to_string() } else { parsed.scheme().to_owned() };
    Shown::from(if query { format!("{text}?…") } else { text }).short(200)
}

/// Whether a place that [`shown`] made stands for this URL, whatever credentials and query it has.
#[must_use]
pub fn is_same(place: &str, url: &str) -> bool {
    let bare = |text: &str| {
        let u = url::Url::parse(text).ok()?;
        Some((u.scheme().to_owned(), u.host_str()?.to_owned(), u.port(), u.path().to_owned()))
    };
    bare(place).is_some_and(|p| bare(url) == Some(p))
}

/// The account's endpoints as a fact. `destinations` are those of version 2 of the API, which
/// repeat the endpoints of version 1 but for those of thin events; what could not be listed there matters only where nothing
/// else serves.
#[must_use]
pub fn endpoints(
    mode: KeyMode,
    own: &[DomainName],
    (first, mut gaps): (Vec<Registered>, Vec<Cause>),
    (second, second_gaps): (Vec<Registered>, Vec<Cause>),
) -> Endpoints {
    let urls: BTreeSet<Box<str>> = first.iter().filter_map(|r| r.url.clone()).collect();
    let ids: BTreeSet<Box<str>> = first.iter().map(|r| r.id.clone()).collect();
    let elsewhere = |r: &Registered| r.thin || r.url.as_ref().is_none_or(|u| !urls.contains(u));
    let new = second.into_iter().filter(|r| !ids.contains(&r.id) && elsewhere(r));
    let live = mode == KeyMode::Live;
    let mut list: Vec<Endpoint> =
        first.into_iter().chain(new).filter(|r| r.livemode == live).map(|r| endpoint(r, own)).collect();
    list.sort();
    let mut found = Endpoints {
        mode,
        list,
        unrestricted: false,
        recurring: None,
        sdk: None,
        handlers: Vec::new(),
        gaps: Vec::new(),
    };
    if !found.is_served() {
        gaps.extend(second_gaps);
    }
    found.gaps = gaps;
    found
}
fn endpoint(r: Registered, own: &[DomainName]) -> Endpoint {
    let (place, standing) = match (&r.url, &*r.kind) {
        (Some(url), _) => (shown(url), standing(url, own)),
        (None, "amazon_eventbridge") => ("Amazon EventBridge".into(), Standing::Relay("Amazon EventBridge")),
        (None, "azure_event_grid") => ("Azure Event Grid".into(), Standing::Relay("Azure Event Grid")),
        (None, kind) => (kind.into(), Standing::Nowhere),
    };
    Endpoint {
        id: Shown::from(&*r.id),
        place,
        enabled: r.enabled,
        standing,
        url: r.url.as_deref().map_or(0, super::stripe::digest),
        events: r.events.iter().map(|e| Shown::from(&**e)).collect(),
        version: r.version.as_deref().map(Shown::from),
        thin: r.thin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_by_what_they_are() {
        let own = [DomainName::parse("acme.vercel.app").unwrap()];
        for (url, want) in [
            ("https://acme.test/hook", Standing::Public),
            ("https://hooks.zapier.com/hooks/catch/1", Standing::Relay("Zapier")),
            ("https://hook.eu1.make.com/x", Standing::Relay("Make")),
            ("http://localhost:3000/hook", Standing::Local),
            ("https://192.168.1.4/hook", Standing::Local),
            ("https://app-git-main.vercel.app/hook", Standing::Preview("Vercel")),
            ("https://acme.vercel.app/hook", Standing::Public),
            ("https://notvercel.app/hook", Standing::Public),
            ("https://a1b2.ngrok-free.app/hook", Standing::Preview("ngrok")),
            ("nonsense", Standing::Nowhere),
        ] {
            assert_eq!(standing(url, &own), want, "{url}");
        }
    }

    #[test]
    fn secrets_in_urls_are_not_shown() {
        let s = shown("https://user:pw@acme.test/hook?x-vercel-protection-bypass=geheim#f");
        assert_eq!(s.as_str(), "https://acme.test/hook?…");
    }

    #[test]
    fn a_list_that_may_not_be_read_matters_only_where_nothing_serves() {
        let good = Registered {
            id: "we_1".into(),
            url: Some("https://acme.test/hook".into()),
            kind: "webhook_endpoint".into(),
            enabled: true,
            livemode: true,
            events: vec!["*".into()],
            version: None,
            thin: false,
        };
        let gap = vec![Cause::Permission("event_destination_read".into())];
        let found = endpoints(KeyMode::Live, &[], (vec![good.clone()], vec![]), (vec![], gap.clone()));
        assert!(found.gaps.is_empty());
        let off = Registered { enabled: false, ..good.clone() };
        let found = endpoints(KeyMode::Live, &[], (vec![off.clone()], vec![]), (vec![], gap.clone()));
        assert_eq!(found.gaps, gap);
        let twice = Registered { id: "ed_1".into(), ..good.clone() };
        let found = endpoints(KeyMode::Live, &[], (vec![good.clone()], vec![]), (vec![twice.clone()], vec![]));
        assert_eq!(found.list.len(), 1);
        // Thin events to the same URL are another endpoint's.
        let thin = Registered { thin: true, ..twice };
        let found = endpoints(KeyMode::Live, &[], (vec![good], vec![]), (vec![thin], vec![]));
        assert_eq!((found.list.len(), found.list.iter().filter(|e| e.thin).count()), (2, 1));
    }
}
