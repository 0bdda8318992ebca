//! `env.url-other-domain`
use super::{
    facts::{EnvSet, Production},
    names,
    shape::Kind,
};
use crate::{
    providers::preview_host,
    rule,
    vocab::{DomainName, Fault, Fix, Part, Verdict},
    web::facts::SitePlan,
};

rule! {
    /// The app's own address in production is of another domain than the audited one.
    ///
    /// Only variables that hold the app's own address by their names are judged, such as `APP_URL` and
    /// `NEXTAUTH_URL`.
    ///
    /// # Why at launch
    /// A template's domain or the host's own stays in: sign-in, payment and mails lead there, and
    /// cookies are set for another site.
    ///
    /// # Fix
    /// Set it to the address that is launched.
    ///
    /// # References
    /// - Auth.js, deployment: <https://authjs.dev/getting-started/deployment>
    ///
    /// ```pass
    /// site acme.test
    /// production
    /// APP_URL=https://app.acme.test
    /// NEXT_PUBLIC_DOCS_URL=https://docs.other.example
    /// ```
    /// ```fail
    /// site acme.test
    /// production
    /// NEXTAUTH_URL=https://react-saas.example
    /// ```
    "env.url-other-domain" on App, Medium;
    fails "The app's own address is of another domain"; holds "The app's own address is of the audited domain";
    yields_to "web.canonical-disagrees";
    fn check(sets: Part<'_, EnvSet>, production: &Production, sites: Part<'_, SitePlan>) -> Verdict {
        let domains: Vec<DomainName> = sites.iter().map(|s| s.domain.registrable()).collect();
        if domains.is_empty() {
            return Verdict::not_applicable("no domain is audited beside the app");
        }
        let mut faults = Vec::new();
        for e in production.entries.iter().filter(|e| names::is_own_address(&e.name) && !sets.iter().any(|s| s.ignores(&e.name))) {
            let Kind::Url { host, local: false, .. } = &e.shape.kind else { continue };
            let ours = DomainName::parse(host.as_str()).is_ok_and(|h| domains.iter().any(|d| h.is_within(d)));
            // A preview is told of by its own rule.
            if ours || preview_host(host.as_str()).is_some() {
                continue;
            }
            let fix = Fix::EnvVar { name: (&e.name).into(), value: format!("https://{}", domains[0]).into() };
            let title = format!("{} leads to {host}, not to {}", e.name, domains[0]);
            faults.push(Fault { at: e.at.clone(), ..Fault::new(&e.name, e.evidence(), fix).titled(title) });
        }
        faults.into()
    }
}
