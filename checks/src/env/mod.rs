//! Environment variables: what production will really see.
use crate::vocab::Rule;
pub mod dotenv;
#[doc(hidden)]
pub mod example;
pub mod facts;
pub mod loader;
mod names;
mod placeholder;
pub mod reads;
pub mod shape;
mod tokens;

mod key_mode_mismatch;
mod local_url_in_production;
mod required_missing;
mod secret_public;
mod test_key_in_production;
mod unused;
mod value_empty;
mod value_placeholder;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &required_missing::RULE,
    &value_empty::RULE,
    &value_placeholder::RULE,
    &test_key_in_production::RULE,
    &key_mode_mismatch::RULE,
    &secret_public::RULE,
    &local_url_in_production::RULE,
    &unused::RULE,
];

#[cfg(test)]
mod tests {
    use super::{RULES, example};
    use crate::vocab::{Eval, Missing, Severity, Verdict, View, fences};

    fn judge(id: &str, text: &str) -> Result<Verdict, Missing> {
        let rule = RULES.iter().find(|r| r.id == id).unwrap();
        let (targets, facts, at) = example::facts(text).unwrap();
        let Eval::Code(check) = &rule.eval else { unreachable!() };
        check(&View::new(&at, &targets, &facts))
    }
    fn faults(id: &str, text: &str) -> Vec<(String, Option<Severity>)> {
        match judge(id, text) {
            Ok(Verdict::Fail(f)) => f.into_iter().map(|f| (f.subject.as_str().to_owned(), f.lower_to)).collect(),
            Ok(_) => Vec::new(),
            Err(m) => panic!("{m:?}"),
        }
    }

    #[test]
    fn every_example_says_what_it_shows() {
        for rule in RULES {
            let examples = fences(&rule.docs.join("\n"));
            for (kind, text) in &examples {
                let verdict = judge(&rule.id, text).unwrap();
                assert_eq!(matches!(verdict, Verdict::Pass), *kind == "pass", "{}: {text}{verdict:?}", rule.id);
            }
            assert!(examples.len() >= 2, "{}", rule.id);
        }
    }

    #[test]
    fn without_a_production_source_nothing_is_judged() {
        for id in ["env.required-missing", "env.value-empty", "env.test-key-in-production", "env.unused"] {
            let missing = judge(id, "source a.ts\nprocess.env.STRIPE_SECRET_KEY").unwrap_err();
            assert_eq!(missing, Missing::NotConfigured(super::facts::NO_PRODUCTION), "{id}");
        }
        let verdict = judge("env.secret-public", "source a.ts\nprocess.env.APP_URL").unwrap();
        assert!(matches!(verdict, Verdict::NotApplicable(_)), "{verdict:?}");
    }

    #[test]
    fn optional_names_are_healthy() {
        let app = "source app/a.ts\nif (process.env.RESEND_API_KEY) send(process.env.RESEND_API_KEY)\nx = process.env.TITLE || \"\"\n\
                   z = { SLACK_BOT_TOKEN: z.string().optional() }; t = process.env.SLACK_BOT_TOKEN\n\
                   example\nRESEND_API_KEY=\nTITLE=\nSLACK_BOT_TOKEN=\nproduction\nA=1\n";
        assert_eq!(faults("env.required-missing", app), []);
    }

    #[test]
    fn severities_follow_the_witness() {
        let app = "source app/a.ts\nuse(process.env.FEATURE_X, process.env.STRIPE_WEBHOOK_SECRET || '', process.env.IN_BOTH)\n\
                   source scripts/a.ts\nuse(process.env.OPENAI_API_KEY)\n\
                   example\nONLY_EXAMPLE=1\nIN_BOTH=\nproduction\nIGNORED=\nignore\nIGNORED\n";
        let got = faults("env.required-missing", app);
        let want = [
            ("FEATURE_X", Severity::Low),
            ("IN_BOTH", Severity::Medium),
            ("ONLY_EXAMPLE", Severity::Medium),
            ("STRIPE_WEBHOOK_SECRET", Severity::Blocker),
        ];
        assert_eq!(got, want.map(|(n, s)| (n.to_owned(), Some(s))));
        assert_eq!(faults("env.value-empty", app), []);
    }

    #[test]
    fn a_mismatch_names_the_test_key() {
        let app = "production\nCLERK_SECRET_KEY={{sk test}}\nNEXT_PUBLIC_CLERK_PUBLISHABLE_KEY={{pk live}}\n\
                   STRIPE_SECRET_KEY={{sk live}}\n";
        assert_eq!(faults("env.key-mode-mismatch", app), [("CLERK_SECRET_KEY".to_owned(), None)]);
        assert_eq!(faults("env.test-key-in-production", app), [("CLERK_SECRET_KEY".to_owned(), None)]);
    }

    #[test]
    fn names_that_are_put_together_are_used() {
        let app = "source a.ts\nuse(process.env[`ACME_${k}`])\nproduction\nACME_X=1\nOTHER_X=1\n";
        assert_eq!(faults("env.unused", app), [("OTHER_X".to_owned(), None)]);
    }
}
