//! `billing.mapping-unconfirmed`
use super::facts::Drift;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// Columns were found that may hold the billing state, and nothing confirms that they do.
    ///
    /// Nothing is judged by a guess: what hangs on the mapping stays unknown until it is pinned.
    ///
    /// # Why at launch
    /// Everything that compares Stripe with the database rests on the right columns, and a wrong one would
    /// shut out people who pay.
    ///
    /// # Fix
    /// Pin the columns in `[[billing]] mapping`.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// unconfirmed users.stripe_id and teams.stripe_id hold the same ids
    /// ```
    "billing.mapping-unconfirmed" on Billing, Medium, stage Database;
    fails "The columns of the billing state are not confirmed"; holds "The columns of the billing state are confirmed";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        let open = drift.iter().filter_map(|d| Some((d, d.unconfirmed.as_ref()?)));
        open.map(|(d, un)| {
            let stanza = d.mapping.as_ref().map(|m| m.mapping.stanza());
            let stanza = stanza.unwrap_or_else(|| {
                "mapping = { table = \"TABLE\", subscription = \"COLUMN\", status = \"COLUMN\" }".to_owned()
            });
            let fix = Fix::Code { place: "[[billing]] in launchcheck.toml".into(), lines: vec![stanza.into()] };
            let mut fault = Fault::here(un.why.clone(), fix);
            for guess in &un.guess {
                fault = fault.and_saw(guess.clone());
            }
            // Before the first customer there is nothing yet that could confirm it.
            if un.empty { fault.lowered(Severity::Info) } else { fault }
        })
        .collect::<Vec<_>>()
        .into()
    }
}
