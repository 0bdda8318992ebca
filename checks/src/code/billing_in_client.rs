//! `code.billing-in-client`
use super::deeds::Money;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// Code of browsers writes what somebody has paid for, or calls a payment provider with a secret key.
    ///
    /// Only files that begin with `use client` count, and only writes to tables of payments
    /// (`subscriptions`, `credits` …), to fields such as `plan` of people's tables, and packages that
    /// need a secret key.
    ///
    /// # Why at launch
    /// Whatever a browser may write, a customer may write: they open the console and give themselves the
    /// large plan. A secret key in browser code is everybody's.
    ///
    /// # Fix
    /// Write it in the webhook handler of the provider, on the server, and let the browser only read.
    ///
    /// # References
    /// - Stripe, fulfilment: <https://docs.stripe.com/checkout/fulfillment>
    /// - Supabase, row level security: <https://supabase.com/docs/guides/database/postgres/row-level-security>
    ///
    /// ```pass
    /// file components/plan.tsx
    /// "use client"
    /// import { loadStripe } from "@stripe/stripe-js"
    /// export function Plan() {
    ///   const { data } = supabase.from("subscriptions").select("status")
    ///   return <p onClick={() => loadStripe(process.env.NEXT_PUBLIC_STRIPE_KEY)}>{data}</p>
    /// }
    /// ```
    /// ```fail
    /// file components/plan.tsx
    /// "use client"
    /// export function Plan() {
    ///   return <button onClick={() => supabase.from("subscriptions").update({ status: "active" })}>Buy</button>
    /// }
    /// ```
    /// ```fail
    /// file components/plan.tsx
    /// "use client"
    /// import Stripe from "stripe"
    /// const stripe = new Stripe(key)
    /// ```
    "code.billing-in-client" on App, Medium, stage Subscription;
    fails "Code of browsers writes billing state"; holds "Billing state is written on the server";
    fn check(money: Part<'_, Money>) -> Verdict {
        let Some(found) = money.first() else { return Verdict::Pass };
        if !found.browser && found.gaps.is_empty() {
            return Verdict::not_applicable("no file is marked as code of browsers");
        }
        let told = |b: &super::deeds::BrowserSale| {
            let fix = Fix::step(format!("Move {} at {} into a webhook handler or a server action that checks the payment", b.call, b.at));
            Fault::new(format!("{} in {}", b.call, b.at.file), Evidence::Place(b.at.clone(), b.what.as_str().into()), fix).at(b.at.clone())
        };
        let mut faults: Vec<Fault> = Vec::new();
        for f in found.in_browser.iter().map(told) {
            if !faults.iter().any(|o| o.subject == f.subject) {
                faults.push(f);
            }
        }
        faults.into()
    }
}
