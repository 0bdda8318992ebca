//! Environment variables: what production will really see.
use crate::facts::Facts;
use crate::vocab::{
    Cell, Exhibit, ExhibitBody, Fault, Fix, Part, Rule, Severity, Shown, TargetId, TargetKind, Targets, Verdict,
};
pub mod at_rest;
mod compose;
pub mod dotenv;
#[doc(hidden)]
pub mod example;
pub mod facts;
pub mod loader;
pub mod merge;
mod names;
mod placeholder;
pub mod reads;
pub mod shape;
pub mod sources;
mod tokens;
pub mod validation;

mod build_time_changed_at_runtime;
mod cli_secret_in_production;
mod client_read_not_inlined;
mod companion_missing;
mod default_shadows_value;
mod dollar_expanded;
mod example_value_in_production;
mod exposed_secret_in_use;
mod file_dropped;
mod hash_truncated;
mod host_value_rewritten;
mod key_mode_mismatch;
mod live_key_outside_production;
mod local_url_in_production;
mod newline_trailing;
mod password_unescaped;
mod pooler_missing;
mod preview_shares_secret;
mod protection_off;
mod quotes_surrounding;
mod required_missing;
mod secret_public;
mod shape_wrong;
mod test_key_in_production;
mod undeclared;
mod unused;
mod url_insecure;
mod url_other_domain;
mod url_preview;
mod value_empty;
mod value_placeholder;
mod webhook_id_as_secret;
mod whitespace;

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
    &build_time_changed_at_runtime::RULE,
    &cli_secret_in_production::RULE,
    &client_read_not_inlined::RULE,
    &companion_missing::RULE,
    &default_shadows_value::RULE,
    &dollar_expanded::RULE,
    &example_value_in_production::RULE,
    &exposed_secret_in_use::RULE,
    &file_dropped::RULE,
    &hash_truncated::RULE,
    &host_value_rewritten::RULE,
    &live_key_outside_production::RULE,
    &newline_trailing::RULE,
    &password_unescaped::RULE,
    &pooler_missing::RULE,
    &preview_shares_secret::RULE,
    &protection_off::RULE,
    &quotes_surrounding::RULE,
    &shape_wrong::RULE,
    &undeclared::RULE,
    &url_insecure::RULE,
    &url_other_domain::RULE,
    &url_preview::RULE,
    &webhook_id_as_secret::RULE,
    &whitespace::RULE,
];

/// A fault for each variable of production of which `judge` says what is wrong, what to put there, and
/// how bad it is. Those that the configuration leaves alone are left alone.
fn per_entry(
    sets: &Part<'_, facts::EnvSet>,
    production: &facts::Production,
    judge: impl Fn(&facts::Entry) -> Option<(String, String, Severity)>,
) -> Verdict {
    let mut faults = Vec::new();
    for e in production.entries.iter().filter(|e| !sets.iter().any(|s| s.ignores(&e.name))) {
        let Some((title, value, severity)) = judge(e) else { continue };
        let fix = Fix::EnvVar { name: (&e.name).into(), value: value.into() };
        let fault = Fault::new(&e.name, e.evidence(), fix).titled(title).lowered(severity);
        faults.push(Fault { at: e.at.clone(), ..fault });
    }
    faults.into()
}

/// What production runs with: each variable, what its value looks like, where it comes from, and over
/// which others it won.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    targets
        .of(TargetKind::App)
        .filter_map(|app| {
            let production = facts.production.get(app)?.get().ok()?;
            let rows = production.entries.iter().map(|e| row(e, production)).collect();
            let columns = vec!["variable", "value", "from", "over", "note"];
            let by = if production.loader.is_empty() {
                String::new()
            } else {
                format!(", as {} loads it", production.loader)
            };
            let title = format!("What production runs with{by}").into();
            Some((app.clone(), Exhibit { id: "env-production", title, body: ExhibitBody::Table { columns, rows } }))
        })
        .collect()
}
fn row(e: &facts::Entry, production: &facts::Production) -> Vec<Cell> {
    let told = |text: String| if text.is_empty() { Cell::Empty } else { Cell::Text(text.into()) };
    let place = |p: &crate::vocab::Place| format!("{}:{}", p.file, p.line);
    let from = match (&e.at, e.format) {
        (Some(at), sources::Format::Dotenv) => place(at),
        (Some(at), format) => format!("{} ({})", place(at), format.words()),
        (None, format) => format.words().to_owned(),
    };
    let twin = production.entries.iter().take_while(|o| o.name != e.name).find(|o| o.is_real() && o.equals(e));
    let twin = twin.filter(|_| e.shape.is_confidential()).map(|o| format!("same as {}", o.name));
    let notes: Vec<String> = twin.into_iter().chain(e.changes.iter().map(|c| c.said(&e.name))).collect();
    let over: Vec<String> = e.over.iter().map(place).collect();
    vec![
        Cell::Text(e.name.as_str().into()),
        Cell::Text(Shown::from(e.shape.masked.as_str())),
        Cell::Text(from.into()),
        told(over.join(", ")),
        told(notes.join("; ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::{RULES, example};
    use crate::vocab::{Eval, Missing, View, fences};
    use crate::vocab::{Severity, Verdict};

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
