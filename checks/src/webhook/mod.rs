//! Webhook routes, as the provider that calls them sees them.
use self::facts::{Culprit, Diagnosis, Obstacle, Route, Turn, WebhookPlan};
use crate::{
    providers::{self, Role},
    vocab::{At, Fault, Fix, Part, Rule, Shown, Verdict},
};
pub mod arrivals;
pub mod differential;
mod event;
#[doc(hidden)]
pub mod example;
pub mod exercise;
pub mod facts;
pub mod handling;
pub mod refusal;
pub mod sign;
mod walls;
pub use exercise::exhibits;
pub(crate) use walls::shown_url;

mod alert_not_single;
mod answer_leaks;
mod auth_wall;
mod body_parsed;
mod body_reserialised;
mod bot_wall;
mod cached;
mod crash_on_odd_body;
mod duplicate_not_idempotent;
mod edge_runtime_sync;
mod error_swallowed;
mod event_not_applied;
mod forged_accepted;
mod host_redirect;
mod http_registered;
mod insecure_url;
mod method_missing;
mod preview_registered;
mod protection_wall;
mod rate_limited;
mod redirected;
mod route_missing;
mod secret_missing;
mod secret_wrong;
mod server_error;
mod signed_refused;
mod slash_redirect;
mod slow;
mod stale_accepted;
mod thin_event_refused;
mod unhandled_rejected;
mod unsigned_accepted;
mod walled;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &insecure_url::RULE,
    &http_registered::RULE,
    &preview_registered::RULE,
    &route_missing::RULE,
    &method_missing::RULE,
    &redirected::RULE,
    &slash_redirect::RULE,
    &host_redirect::RULE,
    &walled::RULE,
    &auth_wall::RULE,
    &protection_wall::RULE,
    &bot_wall::RULE,
    &server_error::RULE,
    &rate_limited::RULE,
    &slow::RULE,
    &cached::RULE,
    &crash_on_odd_body::RULE,
    &answer_leaks::RULE,
    &unsigned_accepted::RULE,
    &forged_accepted::RULE,
    &error_swallowed::RULE,
    &signed_refused::RULE,
    &body_reserialised::RULE,
    &body_parsed::RULE,
    &edge_runtime_sync::RULE,
    &stale_accepted::RULE,
    &thin_event_refused::RULE,
    &secret_missing::RULE,
    &secret_wrong::RULE,
    &unhandled_rejected::RULE,
    &duplicate_not_idempotent::RULE,
    &event_not_applied::RULE,
    &alert_not_single::RULE,
];

/// How to check a provider's signature.
fn verify_fix(provider: &Shown) -> Fix {
    let known = providers::by_id(provider.as_str());
    let secret = usual_secrets(provider.as_str()).next().unwrap_or("WEBHOOK_SECRET");
    if provider.as_str() == "stripe" {
        let lines = [
            "const body = await request.text()".to_owned(),
            "const signature = request.headers.get(\"stripe-signature\") ?? \"\"".to_owned(),
            format!("const event = stripe.webhooks.constructEvent(body, signature, process.env.{secret}!)"),
            "// it throws when the signature is wrong: answer 400 then, before anything is done".to_owned(),
        ];
        return Fix::Code { place: "the webhook route".into(), lines: lines.map(Shown::from).to_vec() };
    }
    let name = known.map_or_else(|| provider.clone(), |p| p.name.into());
    Fix::steps([
        "Read the raw body as text, before it is parsed".to_owned(),
        format!("Check the signature of {name} with {secret}, and answer 400 when it is wrong"),
        format!("Set {secret} in production and refuse to start without it"),
    ])
}

/// The usual names of the variable that holds a provider's signing secret, the most usual first.
pub fn usual_secrets(provider: &str) -> impl Iterator<Item = &'static str> + use<> {
    let vars = providers::by_id(provider).and_then(|p| p.env.as_ref()).map_or(&[][..], |e| e.vars);
    vars.iter().filter(|v| v.role == Role::WebhookSecret).flat_map(|v| v.names.iter().copied())
}

/// The variable that holds the signing secret: the one that the configuration names, else the usual.
fn secret_name(plan: &WebhookPlan) -> Shown {
    let named = plan.secret.get().ok().map(|s| s.name.clone());
    named.unwrap_or_else(|| usual_secrets(plan.provider.as_str()).next().unwrap_or("WEBHOOK_SECRET").into())
}

/// What a rule about some causes of refusal says.
fn blame(at: At<'_>, diagnosis: &Part<'_, Diagnosis>, of: &[Culprit], fix: impl FnOnce() -> Fix) -> Verdict {
    let found = diagnosis.first().and_then(|d| d.culprit.as_ref()).filter(|(culprit, _)| of.contains(culprit));
    let Some((_, proof)) = found else { return Verdict::Pass };
    let mut saw = proof.iter().map(facts::Reply::evidence);
    let Some(first) = saw.next() else { return Verdict::Pass };
    let mut fault = saw.fold(Fault::here(first, fix()), Fault::and_saw);
    fault.at = at.origin.place().cloned();
    fault.into()
}

/// What a rule about a kind of redirect says: the exact URL to register.
fn turned(at: At<'_>, plan: &WebhookPlan, route: &Part<'_, Route>, is_mine: impl Fn(Turn) -> bool) -> Verdict {
    let Some(route) = route.first() else { return Verdict::Pass };
    let Some(Obstacle::Redirect { reply, target, turn, .. }) = &route.obstacle else { return Verdict::Pass };
    if !is_mine(*turn) {
        return Verdict::Pass;
    }
    let mut fault = led(Fault::here(reply.evidence(), to_register(plan, route, reply, target)), route, target);
    fault.at = at.origin.place().cloned();
    fault.into()
}
/// Where the redirects end is what to register.
fn to_register(plan: &WebhookPlan, route: &Route, reply: &facts::Reply, target: &Shown) -> Fix {
    let end = route.elsewhere.as_ref();
    if end.is_some_and(|e| e.gone.is_some()) {
        return Fix::steps([
            format!("Remove the redirect for {}: nothing takes an event where it leads", reply.url),
            "Where a proxy.ts (middleware.ts) adds a language to every path, leave this path out of its matcher"
                .to_owned(),
        ]);
    }
    let url = end.map_or(target, |e| &e.url);
    Fix::steps([
        format!("Register exactly {url} at {}", plan.provider),
        format!("or remove the redirect for {}", reply.url),
    ])
}
/// The fault with where the redirect leads, and what was found there.
fn led(mut fault: Fault, route: &Route, target: &Shown) -> Fault {
    let end = route.elsewhere.as_ref();
    fault = fault.and_saw(match end.filter(|e| e.url != *target) {
        Some(end) => format!("it leads to {target}, and from there to {}", end.url),
        None => format!("it leads to {target}"),
    });
    match end {
        Some(facts::Elsewhere { gone: Some(reply), .. } | facts::Elsewhere { signed: Some(reply), .. }) => {
            fault.and_saw(reply.evidence())
        }
        Some(facts::Elsewhere { works: true, .. }) => fault.and_saw("a POST is taken there"),
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::{RULES, example};
    use crate::vocab::{Cause, Eval, Intent, Missing, Rule, Verdict, View, fences};

    #[derive(PartialEq, Debug)]
    enum Said {
        Pass,
        Fail(String),
        Na,
        Unknown(Cause),
        Skipped,
    }
    use Said::{Fail, Na, Pass, Skipped, Unknown};

    fn judge(id: &str, text: &str) -> Said {
        let rule = RULES.iter().find(|r| r.id == id).unwrap();
        let (targets, facts, at) = example::facts(text).unwrap();
        let Eval::Code(check) = &rule.eval else { unreachable!() };
        let view = View::new(&at, &targets, &facts);
        let said = check(&view);
        let unseen = view.close().1.into_iter().next();
        match (said, unseen) {
            (Ok(Verdict::Fail(f)), _) if !f.is_empty() => Fail(f[0].title.as_str().to_owned()),
            (Ok(_), Some(cause)) | (Err(Missing::Unknown(cause)), _) => Unknown(cause),
            (Ok(Verdict::NotApplicable(_)), None) => Na,
            (Ok(_), None) => Pass,
            (Err(Missing::NotConfigured(_)), _) => Skipped,
        }
    }
    /// The rules that are judged: those that need signed events only where there are some.
    fn judged(text: &str) -> impl Iterator<Item = &'static Rule> {
        let active = text.contains("secret ");
        RULES.iter().copied().filter(move |r| r.intent != Intent::Events && (active || r.intent == Intent::Passive))
    }
    /// The rules that fail and do not give way to another, without the family.
    fn failing(text: &str) -> Vec<&'static str> {
        let all: Vec<&Rule> = judged(text).filter(|r| matches!(judge(&r.id, text), Fail(_))).collect();
        let stands = |r: &&&Rule| !r.yields_to.iter().any(|y| all.iter().any(|other| other.id == *y));
        all.iter().filter(stands).map(|r| &r.id["webhook.".len()..]).collect()
    }
    fn unknown(text: &str) -> usize {
        judged(text).filter(|r| matches!(judge(&r.id, text), Unknown(_))).count()
    }
    /// How many rules a passive run judges by what it sees: all but those that look at the URL alone.
    fn looking() -> usize {
        judged("").filter(|r| r.id != "webhook.insecure-url").count()
    }

    #[test]
    fn every_example_says_what_it_shows() {
        for rule in RULES {
            let examples = fences(&rule.docs.join("\n"));
            for (kind, text) in &examples {
                let (said, pass) = (judge(&rule.id, text), *kind == "pass");
                assert_eq!(matches!(said, Pass), pass, "{}: {text}{said:?}", rule.id);
                assert_eq!(matches!(said, Fail(_)), !pass, "{}: {text}{said:?}", rule.id);
            }
            assert!(examples.len() >= 2, "{}", rule.id);
        }
    }

    #[test]
    fn a_healthy_route_is_silent() {
        for text in [
            "",
            "secret production",
            "secret laptop",
            "OPTIONS 405\n",                 // a handler that looks at the method
            "OPTIONS 400 \"bad request\"\n", // the Pages Router
            "unsigned 401 \"no signature\"\nforged 401\n",
            "control 200 \"<title>Acme</title>\"\n", // a page that answers everything
            "control 400 \"bad\"\nunsigned 400 \"bad\"\n", // one handler for many paths
            "OPTIONS 204\nunsigned 403\ncontrol 404\n",
            "OPTIONS 403 \"<center><h1>403 Forbidden</h1></center>\"", // a proxy that lets only POST through
            // One handler for many paths, in words of its own or by the method that it names.
            "control 401 \"no\"\nunsigned 401 \"no\"\nforged 401 \"no\"",
            "OPTIONS 405\ncontrol 403 \"invalid signature\"\nunsigned 403 \"invalid signature\"",
            "OPTIONS 405\ncontrol 400 \"missing signature\"\nunsigned 400 \"missing signature\"",
            // A gateway or a guard refuses what it does not know, OPTIONS too; the handler has its own words.
            "OPTIONS 403 \"unknown\"\ncontrol 403 \"unknown\"",
            "OPTIONS 401 \"sign in\"\ncontrol 401 \"sign in\"\nunsigned 401 \"bad event\"\nforged 401 \"bad event\"",
            "OPTIONS 204 allow: OPTIONS, POST | x-clerk-auth-status: signed-out\nunsigned 400 x-clerk-auth-status: signed-out | x-clerk-auth-reason: session-token-and-uat-missing\n",
        ] {
            assert_eq!((failing(text), unknown(text)), (Vec::<&str>::new(), 0), "{text}");
        }
    }

    #[test]
    fn one_cause_is_one_failing_rule() {
        for (text, want) in [
            ("OPTIONS 404 \"404\"\nunsigned 404 \"404\"\nforged 404 \"404\"", "route-missing"),
            (
                "OPTIONS 404\ncontrol 200 \"page launchcheck-3f9a2c\"\nunsigned 200 \"page stripe\"\nforged 200 \"page stripe\"",
                "route-missing",
            ),
            ("redirect 308 /api/webhooks/stripe/", "slash-redirect"),
            ("redirect 307 /login", "auth-wall"),
            ("all 307 location: https://vercel.com/sso-api?url=x | set-cookie: _vercel_sso_nonce=x", "protection-wall"),
            ("all 401 server: Vercel \"<title>Authentication Required</title>\"", "protection-wall"),
            ("all 500 x-clerk-auth-status: signed-out", "auth-wall"),
            ("OPTIONS 204\ncontrol 401 \"no\"\nunsigned 401 \"no\"\nforged 401 \"no\"", "auth-wall"),
            ("unsigned 403 \"CSRF verification failed\"", "walled"),
            ("redirect 308 /api/hooks", "redirected"),
            ("OPTIONS 204\nunsigned 307\nforged 307", "redirected"),
            ("redirect 308 https://www.acme.test/api/webhooks/stripe", "host-redirect"),
            ("OPTIONS 200 allow: GET, HEAD\nunsigned 405", "method-missing"),
            ("forged 200", "forged-accepted"),
            ("unsigned 500\nforged 500", "server-error"),
        ] {
            assert_eq!(failing(text), [want], "{text}");
        }
    }

    #[test]
    fn behind_a_robots_wall_nothing_is_proven() {
        for text in [
            "all 403 cf-mitigated: challenge \"Just a moment...\"",
            "all 429 x-vercel-mitigated: challenge",
            "all 403 server: cloudflare \"Sorry, you have been blocked\"",
            "all 403 server: nginx \"<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>\"",
            "all 403 content-type: text/plain \"Forbidden\"",
            "all 403 \"<h1>Forbidden</h1><p>You don't have permission to access this resource.</p>\"",
            "unsigned 403 \"<center><h1>403 Forbidden</h1></center>\"\nforged 403 \"<center><h1>403 Forbidden</h1></center>\"",
            "unsigned 503 cf-mitigated: challenge\nforged 503 cf-mitigated: challenge",
        ] {
            assert_eq!((failing(text), unknown(text)), (vec![], looking()), "{text}");
        }
    }

    #[test]
    fn a_host_that_does_not_answer_leaves_all_unknown() {
        for text in ["all timeout", "all refused", "all nxdomain"] {
            assert_eq!((failing(text), unknown(text)), (vec![], looking()), "{text}");
        }
        assert_eq!(judge("webhook.route-missing", "control timeout"), Unknown(Cause::Timeout));
        assert_eq!(judge("webhook.unsigned-accepted", "unsigned timeout"), Unknown(Cause::Timeout));
        assert!(matches!(judge("webhook.unsigned-accepted", "unsigned 200\nforged timeout"), Fail(_)));
    }

    #[test]
    fn a_rate_limit_is_no_refusal_and_no_missing_route() {
        assert_eq!(judge("webhook.unsigned-accepted", "unsigned 429\nforged 429"), Unknown(Cause::RateLimited));
        assert_eq!(judge("webhook.forged-accepted", "forged 429"), Unknown(Cause::RateLimited));
        assert_eq!(failing("OPTIONS 204\ncontrol 429 \"slow\"\nunsigned 429 \"slow\"\nforged 429"), [""; 0]);
    }

    #[test]
    fn an_inferred_url_gets_no_post() {
        let head = "webhook stripe https://acme.test/hook inferred\n";
        for id in ["webhook.unsigned-accepted", "webhook.forged-accepted"] {
            assert_eq!(judge(id, &format!("{head}unsigned 200\nforged 200\n")), Skipped);
        }
        let missing = |text: &str| judge("webhook.route-missing", &format!("{head}{text}"));
        assert_eq!(missing(""), Pass);
        assert!(matches!(missing("OPTIONS 404"), Fail(_)));
        let text = format!("{head}OPTIONS 200 allow: GET, HEAD");
        assert!(matches!(judge("webhook.method-missing", &text), Fail(_)));
        assert_eq!(missing("OPTIONS 405"), Pass);
        assert!(matches!(missing("OPTIONS 204\ncontrol 404"), Unknown(Cause::Untold(_))));
    }

    #[test]
    fn an_unsigned_success_without_a_route_is_the_routes_affair() {
        let text = "OPTIONS 200\ncontrol 200 \"hi\"\nunsigned 200 \"hi\"\nforged 200 \"hi\"";
        assert_eq!(judge("webhook.unsigned-accepted", text), Na);
        assert_eq!(judge("webhook.forged-accepted", "webhook postmark https://acme.test/hook"), Na);
        assert_eq!(
            judge("webhook.unsigned-accepted", "webhook postmark https://acme.test/hook?token=x\nunsigned 200"),
            Na
        );
    }

    #[test]
    fn a_redirect_to_where_nothing_is_names_no_url() {
        for (text, dead) in [
            ("redirect 307 /en/api/webhooks/stripe\ntarget 404", true),
            ("redirect 307 /", true),
            ("secret production\nredirect 307 /home\naside 200 content-type: text/html \"<h1>Acme</h1>\"", true),
            ("secret production\nredirect 307 /home\naside 405", true),
            ("secret production\nredirect 307 /hooks\naside 400 \"bad signature\"", false),
            ("redirect 307 /hooks", false),
        ] {
            let (targets, facts, at) = example::facts(text).unwrap();
            let Eval::Code(check) = &super::redirected::RULE.eval else { panic!() };
            let Ok(Verdict::Fail(faults)) = check(&View::new(&at, &targets, &facts)) else { panic!() };
            let fix = format!("{:?}", faults[0].fix);
            assert_eq!(
                (fix.contains("nothing takes an event"), fix.contains("Register")),
                (dead, !dead),
                "{text}: {fix}"
            );
        }
    }

    #[test]
    fn the_redirect_names_the_url_to_register() {
        let (_, facts, at) = example::facts("redirect 308 https://www.acme.test/api/webhooks/stripe").unwrap();
        let route = facts.route[&at].get().unwrap().clone();
        let Some(super::facts::Obstacle::Redirect { target, .. }) = route.obstacle else { panic!() };
        assert_eq!(target.as_str(), "https://www.acme.test/api/webhooks/stripe");
    }

    #[test]
    fn thin_events_are_judged_where_stripe_sends_them() {
        let id = "webhook.thin-event-refused";
        let words = "thin 400 \"You passed a thin event notification to a function that expects a webhook.\"";
        let judged = |text: &str| judge(id, &format!("secret production\n{text}"));
        assert_eq!((judged(""), judged("payload whole")), (Skipped, Skipped));
        assert_eq!(judge(id, "payload thin"), Skipped);
        assert!(matches!(judged(&format!("payload both\n{words}")), Fail(_)));
        assert!(matches!(judged("payload thin\nthin 400 \"bad\""), Fail(_)));
        assert_eq!((judged("payload thin\nthin 200"), judged("payload both\nthin 200")), (Pass, Pass));
        for text in [
            // A secret of its own, or a handler that asks Stripe for an event that is not there.
            "payload both\nthin 400 \"bad\"",
            "payload thin\nthin 500",
            "payload thin\nthin 400 \"No such event: evt_launchcheck\"",
            "payload thin\nthin timeout",
        ] {
            assert!(matches!(judged(text), Unknown(_)), "{text}");
            assert_eq!(failing(&format!("secret production\n{text}")), [""; 0], "{text}");
        }
        // A handler of thin events alone: fine where they are sent, wrong where whole ones are.
        let alone = format!("secret production\n{}thin 200\n", refused("400 \"invalid signature\""));
        assert_eq!(failing(&format!("{alone}payload thin")), [""; 0]);
        assert_eq!(failing(&format!("{alone}payload whole")), ["signed-refused"]);
        assert_eq!(failing(&alone), [""; 0]);
        assert!(matches!(judge("webhook.signed-refused", &alone), Unknown(_)));
    }

    /// All that is signed gets this.
    fn refused(by: &str) -> String {
        ["signed", "compact", "plain", "bare", "stale", "forged", "random", "undefined"]
            .map(|shot| format!("{shot} {by}\n"))
            .concat()
    }
    const NO_MATCH: &str = "400 \"No signatures found matching the expected signature\"";

    #[test]
    fn signed_events_name_the_cause() {
        let quiet = refused("400 \"bad\"");
        let spoken = refused(NO_MATCH);
        let named = refused("400 \"invalid signature\"");
        for (text, want) in [
            // A quiet handler still shows what it does to the body.
            (format!("secret laptop\n{quiet}compact 200"), "body-reserialised"),
            (format!("secret laptop\n{quiet}plain 200"), "body-parsed"),
            (format!("secret laptop\n{quiet}undefined 200"), "secret-missing"),
            (format!("secret laptop\n{quiet}forged 200"), "secret-missing"),
            (format!("secret laptop\n{quiet}signed 422 \"unknown type\""), "unhandled-rejected"),
            (format!("secret laptop\n{quiet}signed 500"), "unhandled-rejected"),
            // A loud one says it.
            (format!("secret production\n{spoken}"), "secret-wrong"),
            (format!("secret production\n{spoken}compact 200"), "body-reserialised"),
            // It writes spaces where the compact event has none: `[]` alone stays as it is.
            (format!("secret production\n{spoken}bare 500"), "body-reserialised"),
            (format!("secret production\n{named}"), "signed-refused"),
            (refused("400 \"No webhook secret value was provided\""), "secret-missing"),
            (format!("secret none\n{}", refused("400 \"No webhook secret value was provided\"")), "secret-missing"),
            (refused("400 \"SubtleCryptoProvider cannot be used in a synchronous context\""), "edge-runtime-sync"),
            // Whoever looks at the header alone takes every key.
            ("secret production\nforged 200\nrandom 200\nundefined 200\nstale 200".into(), "forged-accepted"),
            ("secret production\nstale 200".into(), "stale-accepted"),
            ("secret production\nsigned 429".into(), "rate-limited"),
        ] {
            assert_eq!(failing(&text), [want], "{text}");
        }
    }

    #[test]
    fn what_does_not_tell_is_unknown() {
        let quiet = refused("400 \"bad\"");
        let spoken = refused(NO_MATCH);
        for text in [
            format!("secret production\n{quiet}"),
            format!("secret laptop\n{quiet}"),
            // A secret of the laptop may simply not be production's.
            format!("secret laptop\n{spoken}"),
            format!("secret laptop\n{}", refused("400 \"invalid signature\"")),
            "secret production\nsigned timeout".to_owned(),
            // What is sent says `livemode: false`.
            format!("secret production\n{quiet}signed 403 \"not a livemode event\""),
        ] {
            assert_eq!(failing(&text), [""; 0], "{text}");
            for id in ["signed-refused", "body-reserialised", "body-parsed", "secret-wrong", "secret-missing"] {
                assert!(matches!(judge(&format!("webhook.{id}"), &text), Unknown(_)), "{id}: {text}");
            }
        }
        // Without --active nothing is said of signed events.
        assert_eq!(judge("webhook.body-parsed", ""), Skipped);
        assert_eq!(judge("webhook.body-parsed", "secret none"), Skipped);
        assert_eq!(judge("webhook.slow", "secret none"), Skipped);
    }

    #[test]
    fn a_swallowed_error_is_told_by_its_words() {
        let both = "secret production\nunsigned 200 \"{}\"\nforged 200 \"{}\"\nrandom 200 \"{}\"";
        assert_eq!(failing(both), ["unsigned-accepted"]);
        let told = "secret production\nunsigned 200 \"error\"\nforged 200 \"error\"\nrandom 200 \"error\"\nstale 200 \"error\"";
        assert_eq!(failing(told), ["error-swallowed"]);
        assert_eq!(judge("webhook.unsigned-accepted", told), Pass);
    }

    #[test]
    fn robots_walls_are_judged_by_the_providers_word() {
        let wall = "all 403 cf-mitigated: challenge";
        let judge = |more: &str| judge("webhook.bot-wall", &format!("{wall}{more}"));
        assert!(matches!(judge(""), Unknown(Cause::Wall(_))));
        assert!(matches!(judge("\ndelivered 0 0"), Unknown(_)));
        assert_eq!(judge("\ndelivered 3 1"), Pass);
        assert!(matches!(judge("\ndelivered 0 4"), Fail(_)));
    }
}
