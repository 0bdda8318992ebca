//! `code.action-side-effects-chained`
use super::work::{Chained, Jobs};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A server action waits for two or more companies in a row.
    ///
    /// Calls that only look something up do not count, nor does the making of a page to pay on. Low where
    /// a `catch` stands in the action.
    ///
    /// # Why at launch
    /// The first call has worked, the second fails: the customer sees an error and tries again, and the
    /// first is done twice.
    ///
    /// # Fix
    /// Do the one that matters, and hand the others to `after()` or a queue.
    ///
    /// # References
    /// - Next.js, after: <https://nextjs.org/docs/app/api-reference/functions/after>
    ///
    /// ```pass
    /// file app/actions.ts
    /// "use server"
    /// import { Resend } from "resend"
    /// import Stripe from "stripe"
    /// const stripe = new Stripe(key)
    /// const resend = new Resend(key)
    /// export async function join(form) {
    ///   await stripe.customers.create({})
    ///   after(async () => { await resend.emails.send({}) })
    /// }
    /// ```
    /// ```fail
    /// file app/actions.ts
    /// "use server"
    /// import { Resend } from "resend"
    /// import Stripe from "stripe"
    /// const stripe = new Stripe(key)
    /// const resend = new Resend(key)
    /// export async function join(form) {
    ///   await stripe.customers.create({})
    ///   await resend.emails.send({})
    /// }
    /// ```
    "code.action-side-effects-chained" on App, Medium;
    fails "An action waits for several companies in a row"; holds "Actions wait for one company at most";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        if found.actions == 0 && found.gaps.is_empty() {
            return Verdict::not_applicable("the source has no server action");
        }
        found.chained.iter().map(told).collect::<Vec<_>>().into()
    }
}

fn told(c: &Chained) -> Fault {
    let mut names: Vec<&str> = c.calls.iter().map(|(company, ..)| *company).collect();
    names.dedup();
    let fix = Fix::Code {
        place: format!("{}, in {}", c.at.file, c.action).into(),
        lines: vec![
            "import { after } from \"next/server\";".into(),
            "after(async () => { /* mail, CRM, chat */ });".into(),
        ],
    };
    let mut fault = Fault::new(
        format!("{} in {}", c.action, c.at.file),
        Evidence::Place(c.at.clone(), format!("{} waits for {}", c.action, names.join(", then ")).into()),
        fix,
    )
    .at(c.at.clone());
    for (company, call, at) in &c.calls {
        fault = fault.and_saw(Evidence::Place(at.clone(), format!("{call} ({company})").into()));
    }
    if c.caught { fault.lowered(Severity::Low) } else { fault }
}
