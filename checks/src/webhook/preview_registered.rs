//! `webhook.preview-registered`
use super::facts::{Route, WebhookPlan};
use crate::{
    providers::preview_host,
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// The webhook URL is that of a preview deployment or of a tunnel to a laptop.
    ///
    /// Judged is the URL that the configuration declares; what the provider has registered is compared by
    /// `billing.endpoint-elsewhere`.
    ///
    /// # Why at launch
    /// A preview runs the code of one branch with the values of previews, and is removed some day; a tunnel
    /// ends with the laptop's day. Events then go nowhere.
    ///
    /// # Fix
    /// Register the URL on the production domain.
    ///
    /// # References
    /// - Vercel: <https://vercel.com/docs/deployments/environments#preview-environment-pre-production>
    /// - Netlify: <https://docs.netlify.com/site-deploys/deploy-previews/>
    ///
    /// ```pass
    /// webhook stripe https://acme.vercel.app/api/webhooks/stripe
    /// ```
    /// ```fail
    /// webhook stripe https://acme-git-main-team.vercel.app/api/webhooks/stripe
    /// ```
    /// ```fail
    /// webhook stripe https://deploy-preview-7--acme.netlify.app/api/webhooks/stripe
    /// ```
    /// ```fail
    /// webhook stripe https://3f9a-acme.ngrok-free.app/api/webhooks/stripe
    /// ```
    /// ```fail
    /// webhook stripe https://acme.vercel.app/api/webhooks/stripe
    /// all 404 x-vercel-error: DEPLOYMENT_NOT_FOUND
    /// ```
    "webhook.preview-registered" on Webhook, High, stage Route;
    fails "The webhook URL is that of a preview or a tunnel"; holds "The webhook URL is no preview and no tunnel";
    yields_to "webhook.route-missing", "webhook.protection-wall";
    fn check(at: At<'_>, plan: &WebhookPlan, route: Part<'_, Route>) -> Verdict {
        let host = url::Url::parse(&plan.url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
        let gone = route.first().is_some_and(|r| r.deployment_gone);
        let here = || (host == "localhost").then_some("the machine itself");
        let Some(what) = preview_host(&host).or_else(here).or_else(|| gone.then_some("a deployment that is not there any more")) else {
            return Verdict::Pass;
        };
        let fix = Fix::step(format!("Register the URL on your production domain at {}", plan.provider));
        let mut fault = Fault::here(format!("{host} is {what}"), fix);
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
