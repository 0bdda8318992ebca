//! The zone: who holds it, whether they agree, whether its signatures hold, and where its names lead.

use crate::facts::Facts;
use crate::vocab::{Exhibit, ExhibitBody, Rule, Shown, TargetId, TargetKind, Targets};
use crate::wire::RecordKind;
use facts::{DnssecState, ServerState, ZoneViews};

pub mod alias_walk;
pub mod caa;
pub mod dnssec;
#[doc(hidden)]
pub mod example;
pub mod existence;
pub mod facts;
pub mod platforms;
pub mod views;
pub mod zone_walk;

mod caa_blocks_host;
mod cname_dangling;
mod dnssec_broken;
mod domain_missing;
mod host_elsewhere;
mod server_lame;
mod server_single;
mod servers_disagree;
mod takeover_possible;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &domain_missing::RULE,
    &dnssec_broken::RULE,
    &servers_disagree::RULE,
    &server_lame::RULE,
    &server_single::RULE,
    &takeover_possible::RULE,
    &cname_dangling::RULE,
    &caa_blocks_host::RULE,
    &host_elsewhere::RULE,
];

/// The servers of each zone, and what of the zone is published and who sees it already.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let mut out = Vec::new();
    for zone in targets.of(TargetKind::Zone) {
        let Some(Ok(views)) = facts.zone_views.get(zone).map(|v| v.get()) else { continue };
        let mut lines = draw(views);
        let mut coming = on_their_way(views);
        for below in &views.below {
            lines.push((0, format!("{} is a zone of its own", below.apex).into()));
            lines.extend(draw(below).into_iter().map(|(depth, line)| (depth + 1, line)));
            coming.extend(on_their_way(below));
        }
        if let Some(Ok(dnssec)) = facts.dnssec.get(zone).map(|d| d.get()) {
            lines.push((
                0,
                match &dnssec.state {
                    DnssecState::Off => "DNSSEC: off".into(),
                    DnssecState::Valid(by) => format!("DNSSEC: signed and valid, checked by {by}").into(),
                    DnssecState::Broken(why) => format!("DNSSEC: broken, {why}").into(),
                },
            ));
        }
        if !coming.is_empty() {
            coming.push((0, "What is found about these may mend itself: run the audit again then".into()));
            let title = "Published, not yet seen everywhere".into();
            out.push((zone.clone(), Exhibit { id: ON_THEIR_WAY, title, body: ExhibitBody::Tree(coming) }));
        }
        let title = format!("{} as its own servers have it", views.apex);
        out.push((zone.clone(), Exhibit { id: "zone-servers", title: title.into(), body: ExhibitBody::Tree(lines) }));
    }
    out
}

/// The exhibit of what the zone's servers have and the resolver does not yet. It explains findings, so
/// that every report shows it.
pub const ON_THEIR_WAY: &str = "records-on-their-way";

/// The records that are published and not yet what the resolver answers, with the most that is left
/// of the old answer's time to live.
fn on_their_way(views: &ZoneViews) -> Vec<(u8, Shown)> {
    let mut lines = Vec::new();
    for published in &views.published {
        // A zone's serial changes with each of its records and says nothing by itself.
        let Some(seconds) = published.visible_in.filter(|_| published.kind != RecordKind::Soa) else { continue };
        let (name, kind) = (&published.name, published.kind.word());
        lines.push((0, format!("{name} {kind}: published, visible in at most {}", minutes(seconds)).into()));
        lines.push((1, records_shown(&published.records).into()));
    }
    lines
}

fn draw(views: &ZoneViews) -> Vec<(u8, Shown)> {
    let mut lines = Vec::new();
    for server in &views.servers {
        let address = server.address.map(|a| format!(" ({a})")).unwrap_or_default();
        let state = match &server.state {
            ServerState::Serial(serial) => format!("serial {serial}"),
            ServerState::Lame(how) => format!("does not hold the zone: {how}"),
            ServerState::Nowhere => "its name leads nowhere".to_owned(),
            ServerState::Silent(cause) => format!("could not be asked ({cause}), so it is not judged"),
        };
        lines.push((0, format!("{}{address}: {state}", server.name).into()));
    }
    for difference in &views.differences {
        lines.push((0, format!("{} {}: the servers differ", difference.name, difference.kind.word()).into()));
        for (records, servers) in &difference.sides {
            lines.push((1, format!("{}: {}", join(servers), records_shown(records)).into()));
        }
    }
    for published in &views.published {
        let (name, kind) = (&published.name, published.kind.word());
        lines.push((
            0,
            match published.visible_in {
                None => format!("{name} {kind}: published and visible").into(),
                Some(s) => format!("{name} {kind}: published, visible in at most {}", minutes(s)).into(),
            },
        ));
        if published.visible_in.is_some() {
            lines.push((1, records_shown(&published.records).into()));
        }
    }
    lines
}

fn join(names: &[Shown]) -> String {
    names.iter().map(Shown::as_str).collect::<Vec<_>>().join(", ")
}

/// Records on one line; long ones cut.
fn records_shown(records: &[Shown]) -> String {
    if records.is_empty() {
        return "no such record".to_owned();
    }
    records.iter().map(|r| r.short(80).to_string()).collect::<Vec<_>>().join(" · ")
}

/// Seconds as minutes, rounded up.
fn minutes(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "1 minute".to_owned(),
        n if n > 180 => format!("{} hours", n.div_ceil(60)),
        n => format!("{n} minutes"),
    }
}
