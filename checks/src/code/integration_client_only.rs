//! `code.integration-client-only`
use super::work::Jobs;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A CRM, a help desk or a chat is told by code of browsers alone.
    ///
    /// # Why at launch
    /// Ad blockers stop such calls and closed tabs cut them off: a tenth of the customers never gets
    /// there, and nobody notices.
    ///
    /// # Fix
    /// Send it from the server: from the action, or from the webhook that says the thing has happened.
    ///
    /// # References
    /// - HubSpot, API overview: <https://developers.hubspot.com/docs/api-reference/overview>
    ///
    /// ```pass
    /// file app/form.tsx
    /// "use client"
    /// fetch("https://api.hsforms.com/submissions/v3/1/2", { method: "POST" })
    /// file app/actions.ts
    /// "use server"
    /// import { Client } from "@hubspot/api-client"
    /// ```
    /// ```fail
    /// file app/form.tsx
    /// "use client"
    /// fetch("https://api.hsforms.com/submissions/v3/1/2", { method: "POST" })
    /// ```
    "code.integration-client-only" on App, Low, stage Crm;
    fails "Only code of browsers tells the CRM or the help desk"; holds "Servers tell the CRM and the help desk";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        if !found.browser_calls && found.gaps.is_empty() {
            return Verdict::not_applicable("no code of browsers calls a CRM or a help desk");
        }
        let told = |(company, at): &(String, crate::vocab::Place)| {
            let fix = Fix::step(format!("Move the call at {at} into a server action or a route"));
            Fault::new(company, Evidence::Place(at.clone(), format!("{company} is called in the browser, and nowhere else").into()), fix)
                .titled(format!("Only code of browsers tells {company}"))
                .at(at.clone())
        };
        found.browser_only.iter().map(told).collect::<Vec<_>>().into()
    }
}
