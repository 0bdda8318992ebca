//! `dns.host-elsewhere`
use super::facts::HostDns;
use super::platforms::{PLATFORMS, Platform, by_id};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Severity, Shown, Verdict},
};

rule! {
    /// A host points somewhere other than the platform that the configuration says it is on.
    ///
    /// Judged only with `[[host]] platform`. Certain where the alias or an address belongs to another
    /// platform that is known; where it belongs to none, the finding is low, and there is none where the
    /// platform does not tell all the addresses of its customers. Behind Cloudflare's proxy nothing can be said.
    ///
    /// # Why at launch
    /// The new site is deployed and ready, and visitors still get the old one: a record was forgotten,
    /// or the move was never made.
    ///
    /// # Fix
    /// Publish the record that the platform shows for the domain, and delete the old ones beside it.
    ///
    /// # References
    /// The platforms' pages on custom domains
    ///
    /// ```pass
    /// host app.acme.test
    /// platform vercel
    /// app.acme.test. CNAME cname.vercel-dns.com.
    /// cname.vercel-dns.com. A 76.76.21.21
    /// ```
    /// ```pass
    /// host app.acme.test
    /// platform heroku
    /// app.acme.test. A 203.0.113.9
    /// ```
    /// ```fail
    /// host app.acme.test
    /// platform vercel
    /// app.acme.test. CNAME acme.netlify.app.
    /// acme.netlify.app. A 75.2.60.5
    /// ```
    /// ```fail
    /// host app.acme.test
    /// platform vercel
    /// app.acme.test. A 203.0.113.9
    /// ```
    "dns.host-elsewhere" on Host, High, stage Domain;
    fails "The host points to another place than its platform"; holds "The host points to its platform";
    yields_to "tls.unreachable";
    fn check(led: &HostDns) -> Verdict {
        let Some((given, place)) = &led.platform else {
            return Verdict::not_applicable("[[host]] platform is not set");
        };
        let Some(platform) = by_id(given.as_str()) else {
            return Verdict::not_applicable(format!("where hosts of the platform {given} point is not known"));
        };
        if led.addresses.is_empty() && led.aliases.is_empty() {
            return Verdict::not_applicable("the name leads nowhere (tls.unreachable)");
        }
        if led.is_on(platform) {
            return Verdict::Pass;
        }
        let other = PLATFORMS.iter().find(|p| led.is_on(p));
        if other.is_some_and(|p| p.id == "cloudflare") {
            return Verdict::not_applicable("it is behind Cloudflare, and what is behind that cannot be seen");
        }
        if other.is_none() && !platform.whole {
            return Verdict::not_applicable(format!(
                "it is an address of none of the platforms that are known, and {} does not tell all of its own",
                platform.name
            ));
        }
        let fix = Fix::steps([
            format!("Publish for {} what {} wants: {}", led.host, platform.name, platform.wants),
            format!("Delete the other A, AAAA and CNAME records of {}", led.host),
        ]);
        let points: Vec<Shown> = led.aliases.iter().map(|a| format!("CNAME {a}").into()).chain(led.addresses.iter().map(|a| a.to_string().into())).collect();
        let saw = Evidence::Dns { name: (&led.host).into(), kind: "A".into(), answer: points };
        let fault = Fault::new(&led.host, saw, fix);
        let fault = match place {
            Some(place) => fault.at(place.clone()),
            None => fault,
        };
        match other {
            Some(p) => fault.titled(format!("{} points to {}, not to {}", led.host, p.name, platform.name)).into(),
            None => fault
                .titled(format!("{} points to no address of {} that is known", led.host, platform.name))
                .and_saw(format!("compared with the addresses of {} ({}, {})", platform.name, platform.source, platform.checked))
                .lowered(Severity::Low)
                .into(),
        }
    }
}

impl HostDns {
    /// Whether its alias or an address of it leads to the platform.
    #[must_use]
    pub(super) fn is_on(&self, platform: &Platform) -> bool {
        self.aliases.iter().any(|a| platform.has_name(a)) || self.addresses.iter().any(|a| platform.has_address(*a))
    }
}
