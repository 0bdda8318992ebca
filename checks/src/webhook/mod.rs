//! Webhook routes, as the provider that calls them sees them.
use crate::{
    providers::{self, Role},
    vocab::{Fix, Rule, Shown},
};
pub mod differential;
mod event;
#[doc(hidden)]
pub mod example;
pub mod facts;
pub mod sign;
mod walls;
pub(crate) use walls::shown_url;

mod forged_accepted;
mod insecure_url;
mod redirected;
mod route_missing;
mod server_error;
mod unsigned_accepted;
mod walled;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &insecure_url::RULE,
    &route_missing::RULE,
    &redirected::RULE,
    &walled::RULE,
    &server_error::RULE,
    &unsigned_accepted::RULE,
    &forged_accepted::RULE,
];

/// How to check a provider's signature.
fn verify_fix(provider: &Shown) -> Fix {
    let known = providers::by_id(provider.as_str());
    let vars = known.and_then(|p| p.env.as_ref()).map_or(&[][..], |e| e.vars);
    let secret = vars.iter().find(|v| v.role == Role::WebhookSecret).map_or("WEBHOOK_SECRET", |v| v.names[0]);
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

#[cfg(test)]
mod tests {
    use super::{RULES, example};
    use crate::vocab::{Cause, Eval, Missing, Verdict, View, fences};

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
    /// The rules that fail, without the family.
    fn failing(text: &str) -> Vec<&'static str> {
        RULES.iter().filter(|r| matches!(judge(&r.id, text), Fail(_))).map(|r| &r.id["webhook.".len()..]).collect()
    }
    fn unknown(text: &str) -> usize {
        RULES.iter().filter(|r| matches!(judge(&r.id, text), Unknown(_))).count()
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
            "OPTIONS 405\n",                 // a handler that looks at the method
            "OPTIONS 400 \"bad request\"\n", // the Pages Router
            "unsigned 401 \"no signature\"\nforged 401\n",
            "control 200 \"<title>Acme</title>\"\n", // a page that answers everything
            "control 400 \"bad\"\nunsigned 400 \"bad\"\n", // one handler for many paths
            "OPTIONS 204\nunsigned 403\ncontrol 404\n",
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
            ("redirect 308 /api/webhooks/stripe/", "redirected"),
            ("redirect 307 /login", "walled"),
            ("all 307 location: https://vercel.com/sso-api?url=x | set-cookie: _vercel_sso_nonce=x", "walled"),
            ("all 401 server: Vercel \"<title>Authentication Required</title>\"", "walled"),
            ("all 500 x-clerk-auth-status: signed-out", "walled"),
            ("OPTIONS 204\ncontrol 401 \"no\"\nunsigned 401 \"no\"\nforged 401 \"no\"", "walled"),
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
            "unsigned 503 cf-mitigated: challenge\nforged 503 cf-mitigated: challenge",
        ] {
            assert_eq!((failing(text), unknown(text)), (vec![], 6), "{text}");
        }
    }

    #[test]
    fn a_host_that_does_not_answer_leaves_all_unknown() {
        for text in ["all timeout", "all refused", "all nxdomain"] {
            assert_eq!((failing(text), unknown(text)), (vec![], 6), "{text}");
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
        assert!(matches!(missing("OPTIONS 200 allow: GET, HEAD"), Fail(_)));
        assert_eq!(missing("OPTIONS 405"), Pass);
        assert!(matches!(missing("OPTIONS 204\ncontrol 404"), Unknown(Cause::Parse(_))));
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
    fn the_redirect_names_the_url_to_register() {
        let (_, facts, at) = example::facts("redirect 308 https://www.acme.test/api/webhooks/stripe").unwrap();
        let route = facts.route[&at].get().unwrap().clone();
        let Some(super::facts::Obstacle::Redirect { target, .. }) = route.obstacle else { panic!() };
        assert_eq!(target.as_str(), "https://www.acme.test/api/webhooks/stripe");
    }
}
