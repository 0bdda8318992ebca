//! The table of senders: who sends, what shows it, what is right, wrong or not to be told, and what
//! DMARC will say.

use super::alignment::{Forecasts, Way};
use super::facts::{Sender, SpfTree};
use super::setup::{Basis, SenderSetup, Spot, SpotState, Standing, Trouble};
use crate::providers::ReturnPath;
use crate::vocab::{Cell, Exhibit, ExhibitBody};

/// The table; none where no sender is known.
#[must_use]
pub(super) fn exhibit(setup: &SenderSetup, forecasts: Option<&Forecasts>, tree: Option<&SpfTree>) -> Option<Exhibit> {
    if setup.senders.is_empty() {
        return None;
    }
    let row = |sender: &Sender| {
        let name = sender.known().map_or(sender.provider.as_str(), |(p, _)| p.name);
        let forecast = forecasts.and_then(|f| f.all.iter().find(|(s, _)| s == sender)).map(|(_, forecast)| forecast);
        let will = match forecast.map(|f| (f, f.passes())) {
            Some((f, Some(true))) => format!("will pass: {}", way(&f.dkim, &f.spf)),
            Some((f, Some(false))) => format!("will fail: {}", why(&f.dkim, &f.spf)),
            _ => "not to be told yet".to_owned(),
        };
        let because = sender.because.clone();
        [
            name.into(),
            because,
            keys(setup, sender).into(),
            path(setup, sender).into(),
            include(sender, tree).into(),
            will.into(),
        ]
        .map(Cell::Text)
        .to_vec()
    };
    let rows = setup.senders.iter().map(row).collect();
    let columns = vec!["sender", "because", "DKIM", "return path", "SPF include", "DMARC"];
    let title = format!("Senders of {}", setup.domain).into();
    Some(Exhibit { id: "mail-senders", title, body: ExhibitBody::Table { columns, rows } })
}

fn way(dkim: &Way, spf: &Way) -> &'static str {
    match (dkim, spf) {
        (Way::Passes(_), Way::Passes(_)) => "DKIM and SPF align",
        (Way::Passes(_), _) => "DKIM aligns",
        _ => "SPF aligns",
    }
}

fn why(dkim: &Way, spf: &Way) -> String {
    let one = |name: &str, way: &Way| match way {
        Way::Misaligned(why) | Way::Fails(why) => Some(format!("{name}: {why}")),
        _ => None,
    };
    [one("DKIM", dkim), one("SPF", spf)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn keys(setup: &SenderSetup, sender: &Sender) -> String {
    match setup.keys_of(sender) {
        Standing::Right(spots) => format!("right: {}", names(&spots)),
        Standing::Wrong(spots) => format!("wrong: {}", spots.iter().map(|s| told(s)).collect::<Vec<_>>().join("; ")),
        Standing::Unverified => {
            let pattern = sender.known().and_then(|(_, m)| m.selector_patterns.first());
            open(setup, &format!("dkim-selectors = [\"{}\"]", pattern.map_or("…".to_owned(), |p| p.replace('*', "…"))))
        }
    }
}

fn path(setup: &SenderSetup, sender: &Sender) -> String {
    match (setup.paths_of(sender), sender.known().map(|(_, m)| m.return_path)) {
        (Standing::Right(spots), _) => format!("right: {}", names(&spots)),
        (_, Some(ReturnPath::Theirs)) => "theirs; SPF does not align".to_owned(),
        (_, Some(ReturnPath::From)) => "the From domain".to_owned(),
        (Standing::Wrong(spots), _) => {
            format!("wrong: {}", spots.iter().map(|s| told(s)).collect::<Vec<_>>().join("; "))
        }
        (Standing::Unverified, _) if setup.gaps.is_empty() && is_pinned(setup, sender) => {
            "not to be told: its SPF record covers part of what they send from".to_owned()
        }
        (Standing::Unverified, _) => open(setup, &format!("return-paths = [\"….{}\"]", setup.signs_for(sender))),
    }
}

/// Why it is not told: a name could not be asked, or no outsider can know it.
/// Whether the configuration names a return path of this sender.
fn is_pinned(setup: &SenderSetup, sender: &Sender) -> bool {
    let of = |s: &&Spot| !s.is_key() && s.provider.is_some_and(|p| p == sender.provider.as_str());
    setup.spots.iter().filter(of).any(|s| s.basis == Basis::Configured)
}

fn open(setup: &SenderSetup, key: &str) -> String {
    match setup.gaps.first() {
        Some(cause) => format!("could not be asked ({cause})"),
        None => format!("not to be told; [email] {key} settles it"),
    }
}

fn include(sender: &Sender, tree: Option<&SpfTree>) -> String {
    let Some((_, mail)) = sender.known() else { return "not known".to_owned() };
    let all = tree.map(|t| t.root.all()).unwrap_or_default();
    let named = |is_it: &dyn Fn(&str) -> bool| all.iter().find_map(|b| b.name.as_ref().filter(|n| is_it(n.as_str())));
    let single = tree.is_some_and(|t| t.root.record.is_some());
    match (named(&|n| mail.is_include(n)), mail.apex_include) {
        (Some(include), _) => format!("{include}: there"),
        (None, _) if !mail.needs_include() => match named(&|n| mail.useless_includes.contains(&n)) {
            Some(include) => format!("{include}: does nothing here"),
            None => "none needed".to_owned(),
        },
        (None, include) => {
            let include = include.unwrap_or("the one of your region");
            let why = if single { "" } else { "; there is no single SPF record" };
            format!("{include}: needed{why}")
        }
    }
}

fn names(spots: &[&Spot]) -> String {
    spots.iter().map(|s| s.subject().to_string()).collect::<Vec<_>>().join(", ")
}

fn told(spot: &Spot) -> String {
    let subject = spot.subject();
    let SpotState::Wrong(trouble) = &spot.state else { return subject.to_string() };
    let should = format!("should be {}", spot.wanted());
    match trouble {
        Trouble::Missing => format!("{subject} is not there, {should}"),
        Trouble::Doubled(deep) => format!("{subject} stands at {deep}"),
        Trouble::Proxied => format!("{subject} is an address, {should}"),
        Trouble::Type(found) => format!("{subject} is {found}, {should}"),
        Trouble::WithOthers => format!("{subject} has an alias and other records"),
        Trouble::Elsewhere(to) => format!("{subject} leads to {to}, {should}"),
        Trouble::Appended(meant) => format!("{subject} leads to {meant} with the domain behind it, {should}"),
        Trouble::Dangling(to) => format!("{subject} leads to {to}, where nothing is"),
        Trouble::Unusable => format!("{subject} has a key that cannot be used"),
        Trouble::Mx => format!("{subject} has other MX records, {should}"),
        Trouble::Spf => format!("{subject} has no fitting SPF record, {should}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::email::{example::facts, exhibits};
    use crate::vocab::{Cell, ExhibitBody};

    /// The rows of the table, their cells joined.
    fn rows(text: &str) -> Vec<String> {
        let (targets, facts, _) = facts(text).unwrap();
        let all = exhibits(&targets, &facts);
        let Some((_, exhibit)) = all.iter().find(|(_, e)| e.id == "mail-senders") else { return Vec::new() };
        let ExhibitBody::Table { rows, .. } = &exhibit.body else { panic!() };
        let cell = |c: &Cell| match c {
            Cell::Text(t) => t.to_string(),
            _ => panic!(),
        };
        rows.iter().map(|r| r.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect()
    }

    #[test]
    fn right_wrong_and_not_to_be_told() {
        assert_eq!(
            rows(
                "sender resend
                 sender postmark
                 sender mandrill
                 acme.test. TXT \"v=spf1 include:spf.mtasv.net ~all\"
                 resend._domainkey.acme.test. TXT \"p=<rsa-2048>\"
                 send.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
                 send.acme.test. TXT \"v=spf1 include:amazonses.com ~all\"
                 mte1._domainkey.acme.test. CNAME dkim1.mandrillapp.com.
                 dkim1.mandrillapp.com. TXT \"p=<rsa-2048>\""
            ),
            [
                "Resend | [email] providers | right: resend | right: send.acme.test | none needed | \
                 will pass: DKIM and SPF align",
                "Postmark | [email] providers | not to be told; [email] dkim-selectors = [\"…pm\"] settles it | \
                 not to be told; [email] return-paths = [\"….acme.test\"] settles it | spf.mtasv.net: does nothing here | \
                 not to be told yet",
                "Mandrill | [email] providers | wrong: mte2 is not there, should be CNAME dkim2.mandrillapp.com | \
                 not to be told; [email] return-paths = [\"….acme.test\"] settles it | none needed | not to be told yet",
            ]
        );
    }

    #[test]
    fn a_pinned_selector_settles_it() {
        let rows = rows(
            "sender postmark google-workspace
             selector 20261101120000pm google
             return-path pm-bounces.acme.test
             acme.test. TXT \"v=spf1 include:_spf.google.com ~all\"
             _spf.google.com. TXT \"v=spf1 ip4:203.0.113.0/24 ~all\"
             20261101120000pm._domainkey.acme.test. TXT \"p=<rsa-1024>\"
             google._domainkey.acme.test. TXT \"v=DKIM1; p=<rsa-2048>\"
             pm-bounces.acme.test. CNAME pm.mtasv.net.",
        );
        assert!(rows[0].contains("right: 20261101120000pm | right: pm-bounces.acme.test"), "{rows:?}");
        assert!(rows[1].contains("right: google | the From domain | _spf.google.com: there | will pass"), "{rows:?}");
    }

    #[test]
    fn the_dns_shows_senders_where_nothing_is_pinned() {
        let text = "acme.test. TXT \"v=spf1 include:spf.protection.outlook.com -all\"
             acme.test. MX 1 aspmx.l.google.com.\naspmx.l.google.com. A 203.0.113.1";
        let rows = rows(text);
        assert!(rows[0].starts_with("Google Workspace | mail to the domain goes to aspmx.l.google.com"), "{rows:?}");
        assert!(rows[1].starts_with("Microsoft 365 | the SPF record includes spf.protection.outlook.com"), "{rows:?}");
    }
}
