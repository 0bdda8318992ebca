//! What the rules about senders' names share: how sure we are, how a panel wants a name, the fault.

use super::facts::{Dkim, MailPlan, Sender, Spf};
use super::setup::{SenderSetup, Spot, SpotState};
use super::spf_outlook::SpfReach;
use crate::vocab::{DomainName, Fault, Fix, Severity, Shown};

/// The name as most DNS panels want it: without the zone, `@` for the zone itself.
pub(super) fn relative(name: &DomainName) -> String {
    name.in_panel()
}

/// The name in both forms.
pub(super) fn both(name: &DomainName) -> String {
    format!("{name} (enter it as {} where the panel adds the domain)", relative(name))
}

/// What to publish at a name: each record as far as it is known, with what only the provider's own
/// pages show in words.
pub(super) fn steps(spot: &Spot) -> impl Iterator<Item = String> + '_ {
    spot.wanted.iter().map(|want| {
        if want.exact {
            return format!("At {} publish {want}", both(&spot.name));
        }
        let (kind, value) = (want.kind, &want.value);
        format!("At {} publish the {kind} record that {} shows: {value}", both(&spot.name), spot.whose())
    })
}
/// The fix of a name: the record itself, where it is known and there is nothing more to do.
pub(super) fn publish(spot: &Spot, note: &'static str, more: Vec<String>) -> Fix {
    match spot.wanted.as_slice() {
        [only] if only.exact && more.is_empty() => Fix::DnsRecord {
            name: (&spot.name).into(),
            kind: only.kind.into(),
            value: only.value.clone(),
            note: note.into(),
        },
        _ => Fix::steps(steps(spot).chain(more)),
    }
}

/// Whether it is certain that the sender of a name sends for this domain. What was configured is.
pub(super) fn is_certain(plan: &MailPlan, setup: &SenderSetup, spot: &Spot) -> bool {
    let sender = spot.provider.and_then(|p| setup.sender(p));
    sender.is_none_or(|s| plan.is_certain(s))
}

/// A fault about a name, at most Low where its sender was only guessed.
pub(super) fn fault(plan: &MailPlan, setup: &SenderSetup, spot: &Spot, title: impl Into<Shown>, fix: Fix) -> Fault {
    let mut saw = spot.saw.iter().cloned();
    let first = saw.next().unwrap_or_else(|| format!("nothing of use stands at {}", spot.name).into());
    let mut fault = saw.fold(Fault::new(spot.subject(), first, fix).titled(title), Fault::and_saw);
    if let Some(sender) = spot.provider.and_then(|p| setup.sender(p)) {
        fault = fault.and_saw(because(sender));
    }
    if is_certain(plan, setup, spot) { fault } else { fault.lowered(Severity::Low) }
}

/// What the sender rests on.
pub(super) fn because(sender: &Sender) -> String {
    let name = sender.known().map_or(sender.provider.as_str(), |(p, _)| p.name);
    format!("{name} sends for the domain: {}", sender.because)
}

/// Whether neither SPF nor DKIM can vouch for any mail of the domain.
pub(super) fn nothing_vouches(
    plan: &MailPlan,
    spf: &Spf,
    reach: &SpfReach,
    dkim: &Dkim,
    setup: Option<&SenderSetup>,
) -> bool {
    let by_path = setup.iter().flat_map(|s| &s.spots).any(|s| !s.is_key() && s.state == SpotState::Right);
    let by_spf = reach.passes || by_path || spf.return_paths.iter().any(|(_, passes)| *passes);
    let by_dkim = dkim.keys.iter().any(|k| matches!(k.keys.as_slice(), [key] if super::dkim_key::Key::is_usable(key)));
    plan.sends() && !by_spf && !by_dkim && plan.knows_selectors()
}
