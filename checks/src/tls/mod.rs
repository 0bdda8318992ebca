//! Certificates and handshakes.
use crate::facts::Facts;
use crate::vocab::{Cell, DomainName, Exhibit, ExhibitBody, Fault, Fix, Rule, Severity, TargetId, TargetKind, Targets};
use facts::{Certificate, HostPlan, HostRole, Reach};
use std::collections::BTreeMap;

mod address_differs;
pub mod ari;
mod certificate_malformed;
pub mod chain;
mod chain_bloated;
mod chain_incomplete;
mod chain_order;
pub mod challenge;
mod client_certificate_demanded;
pub mod clock;
mod clock_skewed;
pub mod crl;
pub mod edge;
mod edge_flexible_loop;
mod edge_origin_broken;
#[doc(hidden)]
pub mod example;
mod example_next;
mod expired;
mod expiring;
pub mod facts;
pub mod file;
mod handshake_refused;
pub mod hello;
pub mod host_dnssec;
pub mod hsts;
mod hsts_cuts_subdomain;
mod hsts_preload_ineligible;
mod hsts_weak;
mod intermediate_expiring;
mod ipv6_broken;
pub mod judge;
mod key_mismatch;
mod key_usage_wrong;
mod key_weak;
mod legacy_version;
mod lifetime_over_limit;
pub mod lint;
mod modern_version_missing;
mod name_mismatch;
mod name_uncovered;
mod not_yet_valid;
mod origin_certificate_exposed;
pub mod path;
mod placeholder_certificate;
pub mod placeholders;
mod plain_text_on_port;
pub mod registration;
mod registration_expiring;
mod registration_held;
mod renew;
pub mod renewal;
mod renewal_blocked_caa;
mod renewal_blocked_dnssec;
mod renewal_blocked_path;
pub mod renewal_caa;
mod renewal_manual;
mod renewal_window_passed;
mod revoked;
mod root_distrusted;
pub mod seats;
mod self_signed;
mod signature_weak;
mod unreachable;
mod untrusted;
pub mod upkeep;
mod webhook_host_strict;
mod wildcard_short;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &unreachable::RULE,
    &expired::RULE,
    &not_yet_valid::RULE,
    &expiring::RULE,
    &name_mismatch::RULE,
    &untrusted::RULE,
    &chain_incomplete::RULE,
    &key_weak::RULE,
    &name_uncovered::RULE,
    &wildcard_short::RULE,
    &self_signed::RULE,
    &root_distrusted::RULE,
    &certificate_malformed::RULE,
    &key_mismatch::RULE,
    &revoked::RULE,
    &key_usage_wrong::RULE,
    &signature_weak::RULE,
    &intermediate_expiring::RULE,
    &lifetime_over_limit::RULE,
    &renewal_manual::RULE,
    &chain_order::RULE,
    &chain_bloated::RULE,
    &placeholder_certificate::RULE,
    &origin_certificate_exposed::RULE,
    &webhook_host_strict::RULE,
    &edge_flexible_loop::RULE,
    &edge_origin_broken::RULE,
    &hsts_weak::RULE,
    &hsts_preload_ineligible::RULE,
    &hsts_cuts_subdomain::RULE,
    &plain_text_on_port::RULE,
    &client_certificate_demanded::RULE,
    &modern_version_missing::RULE,
    &handshake_refused::RULE,
    &ipv6_broken::RULE,
    &address_differs::RULE,
    &legacy_version::RULE,
    &clock_skewed::RULE,
    &renewal_blocked_caa::RULE,
    &renewal_blocked_dnssec::RULE,
    &renewal_blocked_path::RULE,
    &renewal_window_passed::RULE,
    &registration_expiring::RULE,
    &registration_held::RULE,
];

/// Why a rule about how a handshake ends has nothing to judge.
const OTHERWISE: &str = "the server ends the handshake in another way, which another rule names";

/// A blocker on the hosts that visitors and providers were sent to; milder on one that was only
/// inferred, unless the redirects end on it.
fn by_role(fault: Fault, plan: &HostPlan, reach: &Reach) -> Fault {
    let inferred = matches!(plan.role, HostRole::InferredWww | HostRole::FromEnv);
    if inferred && !reach.may_be_canonical { fault.lowered(Severity::High) } else { fault }
}

/// The command that has a public authority issue a certificate for the host, with these options. For
/// an address Let's Encrypt is the one that does, in its short-lived profile alone
/// (letsencrypt.org/docs/profiles), and certbot has an option of its own for it from 5.3 on.
fn certbot(host: &DomainName, options: &str) -> String {
    if host.is_address() {
        let profile = "--standalone --preferred-profile shortlived --ip-address";
        return format!(
            "certbot certonly{options} {profile} {host} (certbot 5.3 or newer; it lives six days, so let its timer renew it)"
        );
    }
    format!("certbot certonly{options} -d {host}")
}

/// How a certificate comes to bear the host's name beside those that it has.
fn add_name(plan: &HostPlan, cert: &Certificate) -> Fix {
    let host = &cert.host;
    if plan.private_ca {
        let kind = if host.is_address() { "IP" } else { "DNS" };
        return Fix::step(format!(
            "Issue it anew with your own authority, with this name among its others: subjectAltName={kind}:{host}"
        ));
    }
    if host.is_address() {
        let named = cert.names.iter().find_map(|n| DomainName::parse(n.as_str()).ok().filter(|n| !n.is_address()));
        let by_name =
            named.map(|n| format!("Call the server by a name that its certificate has, such as {n}, not by {host}"));
        let or = if by_name.is_some() { "Or have" } else { "Have" };
        let issue = format!("{or} a certificate issued for the address: {}", certbot(host, ""));
        return Fix::Steps(by_name.into_iter().chain([issue]).map(Into::into).collect());
    }
    Fix::steps([
        format!("Hosted: add {host} to the project's domains, so that a certificate for it is issued"),
        format!("Own server: certbot certonly --expand {}", name_mismatch::arguments(cert)),
    ])
}

/// The certificates of a site on one line each, the first to end on top.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let mut by_site: BTreeMap<TargetId, Vec<&Certificate>> = BTreeMap::new();
    for host in targets.of(TargetKind::Host) {
        let Some(Ok(cert)) = facts.certificate.get(host).map(|c| c.get()) else { continue };
        let site = targets.linked(host, TargetKind::Site).next().unwrap_or(host);
        by_site.entry(site.clone()).or_default().push(cert);
    }
    let outlook = by_site.iter().map(|(site, certs)| (site.clone(), outlook(certs, facts)));
    let mut out: Vec<(TargetId, Exhibit)> = seats::exhibits(targets, facts).into_iter().chain(outlook).collect();
    out.extend(by_site.into_iter().map(|(site, certs)| (site, timeline(certs, facts))));
    for zone in targets.of(TargetKind::Zone) {
        if let Some(Ok(registration)) = facts.registration.get(zone).map(|r| r.get()) {
            out.push((zone.clone(), registration.exhibit()));
        }
    }
    out
}

/// What is known of the next renewal of each certificate.
fn outlook(certs: &[&Certificate], facts: &Facts) -> Exhibit {
    let lines = certs.iter().flat_map(|cert| {
        let at = TargetId::new(TargetKind::Host, cert.host.as_str());
        let plan = facts.host_plan.get(&at).and_then(|p| p.get().ok());
        upkeep::lines(cert, plan, &at, facts)
    });
    Exhibit { id: "renewals", title: "The next renewals".into(), body: ExhibitBody::Tree(lines.collect()) }
}

fn timeline(mut certs: Vec<&Certificate>, facts: &Facts) -> Exhibit {
    certs.sort_by_key(|c| (c.not_after, &c.host));
    let rows = certs
        .into_iter()
        .map(|c| {
            let plan = facts.host_plan.get(&TargetId::new(TargetKind::Host, c.host.as_str()));
            let upkeep = facts.upkeep.get(&TargetId::new(TargetKind::Host, c.host.as_str()));
            let upkeep = upkeep.and_then(|u| u.get().ok());
            let renewal = plan.and_then(|p| p.get().ok()).map(|p| renewal::Renewal::of(p, c, upkeep).automatic);
            vec![
                Cell::Text((&c.host).into()),
                Cell::Text(c.issuer.clone()),
                Cell::Text(judge::day(c.not_before)),
                Cell::Text(judge::day(c.not_after)),
                Cell::Number(c.remaining() / renewal::DAY),
                renewal.map_or(Cell::Empty, |a| Cell::Text(if a { "automatic" } else { "manual" }.into())),
            ]
        })
        .collect();
    Exhibit {
        id: "certificate-timeline",
        title: "Certificates, the first to end on top".into(),
        body: ExhibitBody::Table {
            columns: vec!["host", "issuer", "valid from", "valid until", "days left", "renewal"],
            rows,
        },
    }
}
