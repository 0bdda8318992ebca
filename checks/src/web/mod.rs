//! Redirects, reachability and headers of the site.
use crate::facts::Facts;
use crate::vocab::{Cell, Exhibit, ExhibitBody, Rule, Shown, TargetId, TargetKind, Targets};
use facts::{Chain, End, Hop};

mod admin_open;
mod admin_open_to_members;
mod api_open;
mod asking;
mod asset_uncached;
mod build_stale;
mod canonical_disagrees;
mod chunks;
mod compression_missing;
mod cookie_unsafe;
mod cors_blocks_own;
mod cors_reflecting;
mod csp_missing;
mod dev_server_live;
mod dotfile_exposed;
#[doc(hidden)]
pub mod example;
mod example_pages;
pub mod facts;
mod header_missing;
mod health_missing;
mod host_split;
mod hsts_missing;
pub mod html;
mod indexing_blocked;
pub(crate) mod jar;
pub mod json;
mod latency_over_budget;
pub mod leaks;
pub mod lighthouse;
mod lighthouse_over_budget;
pub mod look;
mod maintenance_page;
pub mod marks;
pub mod matrix;
mod not_found_soft;
mod origin_exposed;
mod plain_http_open;
pub mod pressure;
mod private_page_cached;
mod private_page_open;
mod rate_limit_missing;
mod redirect_chain_long;
mod redirect_downgrade;
mod redirect_foreign;
mod redirect_loop;
mod redirect_loses_method;
mod redirect_loses_path;
mod redirect_temporary;
mod secret_in_bundle;
mod server_error;
mod source_map_exposed;
mod stack_trace_exposed;
mod staging_indexed;
pub mod surface;
mod tenant_crossing;
mod test_key_in_bundle;
mod third_party_heavy;
mod unreachable;
mod views;
pub mod visits;
pub mod walk;
pub mod wall;
mod www_unreachable;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &unreachable::RULE,
    &plain_http_open::RULE,
    &redirect_loop::RULE,
    &redirect_chain_long::RULE,
    &redirect_temporary::RULE,
    &redirect_downgrade::RULE,
    &redirect_foreign::RULE,
    &redirect_loses_path::RULE,
    &redirect_loses_method::RULE,
    &host_split::RULE,
    &www_unreachable::RULE,
    &hsts_missing::RULE,
    &server_error::RULE,
    &secret_in_bundle::RULE,
    &test_key_in_bundle::RULE,
    &source_map_exposed::RULE,
    &dotfile_exposed::RULE,
    &dev_server_live::RULE,
    &private_page_open::RULE,
    &admin_open::RULE,
    &admin_open_to_members::RULE,
    &tenant_crossing::RULE,
    &api_open::RULE,
    &private_page_cached::RULE,
    &stack_trace_exposed::RULE,
    &cookie_unsafe::RULE,
    &cors_reflecting::RULE,
    &cors_blocks_own::RULE,
    &canonical_disagrees::RULE,
    &indexing_blocked::RULE,
    &staging_indexed::RULE,
    &not_found_soft::RULE,
    &maintenance_page::RULE,
    &build_stale::RULE,
    &health_missing::RULE,
    &csp_missing::RULE,
    &header_missing::RULE,
    &compression_missing::RULE,
    &asset_uncached::RULE,
    &third_party_heavy::RULE,
    &origin_exposed::RULE,
    &lighthouse_over_budget::RULE,
    &latency_over_budget::RULE,
    &rate_limit_missing::RULE,
];

/// How long each answer on the ways in took: URL, status, milliseconds. A clock's word, so it stands
/// apart from the facts that are compared between runs.
#[must_use]
pub fn hop_times(targets: &Targets, facts: &Facts) -> Vec<(Shown, u16, u32)> {
    let of = |site: &TargetId| {
        let redirects = facts.redirects.get(site).and_then(|r| r.get().ok().map(|r| &r.chains));
        let matrix = facts.matrix.get(site).and_then(|m| m.get().ok().map(|m| &m.chains));
        redirects.into_iter().chain(matrix).flatten().flat_map(|c| &c.hops).map(Hop::time).collect::<Vec<_>>()
    };
    let mut all: Vec<(Shown, u16, u32)> = targets.of(TargetKind::Site).flat_map(of).collect();
    all.sort();
    all.dedup();
    all
}

/// Every way into a site, and where it ends.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    targets
        .of(TargetKind::Site)
        .filter_map(|site| {
            let redirects = facts.redirects.get(site)?.get().ok()?;
            let further = facts.matrix.get(site).and_then(|m| m.get().ok());
            let rows = redirects.chains.iter().chain(further.iter().flat_map(|m| &m.chains)).map(row).collect();
            let columns = vec!["from", "redirects", "ends", "status", "by way of"];
            let body = ExhibitBody::Table { columns, rows };
            Some((site.clone(), Exhibit { id: "redirect-matrix", title: "Ways in, and where they end".into(), body }))
        })
        .collect()
}

fn row(chain: &Chain) -> Vec<Cell> {
    let last = chain.hops.last();
    let ends = match &chain.end {
        End::Answer => last.map_or_else(String::new, |h| match &h.wall {
            Some(wall) => format!("{}, behind {wall}", h.url),
            None => h.url.to_string(),
        }),
        End::Failed(url, why) => format!("{url}: {why}"),
        End::Loop => "never (a loop)".to_owned(),
        End::Left(host) => format!("away, at {host}"),
        End::Nowhere(to) if to.is_empty() => "a redirect without a Location".to_owned(),
        End::Nowhere(to) => format!("nowhere ({to})"),
        End::Unknown(cause) => format!("not known: {cause}"),
    };
    let status = match (&chain.end, last) {
        (End::Failed(..) | End::Unknown(_), _) | (_, None) => Cell::Empty,
        (_, Some(h)) => Cell::Number(i64::from(h.status)),
    };
    let way: Vec<String> =
        chain.hops.iter().filter(|h| h.location.is_some()).map(|h| format!("{} {}", h.status, h.url)).collect();
    vec![
        Cell::Text(chain.start().into()),
        Cell::Number(i64::try_from(chain.redirects()).unwrap_or(i64::MAX)),
        Cell::Text(ends.into()),
        status,
        if way.is_empty() { Cell::Empty } else { Cell::Text(way.join(" -> ").into()) },
    ]
}
