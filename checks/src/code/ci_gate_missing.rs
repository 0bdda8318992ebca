//! `code.ci-gate-missing`
use super::deeds::Watch;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Severity, Verdict},
};

rule! {
    /// The app has tests or checks of its own, and nothing runs them before a deploy.
    ///
    /// Medium where a pipeline deploys and checks nothing; low where there is no pipeline at all, since a
    /// host may be told in its own settings. A build that runs them is healthy.
    ///
    /// # Why at launch
    /// The push that breaks the checkout goes live in two minutes, and the test that knew it was never
    /// run.
    ///
    /// # Fix
    /// Run them on every push, and let the deploy wait for them.
    ///
    /// # References
    /// - GitHub Actions for Node.js: <https://docs.github.com/en/actions/use-cases-and-examples/building-and-testing/building-and-testing-nodejs>
    ///
    /// ```pass
    /// file .git/HEAD
    /// file package.json
    /// { "dependencies": { "next": "16.0.0" }, "scripts": { "test": "vitest run" } }
    /// file .github/workflows/ci.yml
    /// jobs:
    ///   ci:
    ///     steps:
    ///       - run: npm test
    /// ```
    /// ```fail
    /// file .git/HEAD
    /// file package.json
    /// { "dependencies": { "next": "16.0.0" }, "scripts": { "test": "vitest run" } }
    /// file .github/workflows/deploy.yml
    /// jobs:
    ///   deploy:
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - run: npx vercel deploy --prod
    /// ```
    "code.ci-gate-missing" on App, Medium;
    fails "Nothing is checked before a deploy"; holds "Deploys wait for checks";
    fn check(watch: &Watch) -> Verdict {
        if !watch.app || !watch.git {
            return Verdict::not_applicable("the folder is no app under Git");
        }
        let Some(script) = watch.scripts.first() else {
            return Verdict::not_applicable("package.json has no command that checks anything");
        };
        if watch.build_checks || watch.pipelines.iter().any(|p| p.checks) {
            return Verdict::Pass;
        }
        let run = if script == "test" { "npm test".to_owned() } else { format!("npm run {script}") };
        let lines = ["on: [push]", "jobs:", "  check:", "    runs-on: ubuntu-latest", "    steps:", "      - uses: actions/checkout@v5", "      - run: npm ci"];
        let lines = lines.map(str::to_owned).into_iter().chain([format!("      - run: {run}")]).map(Into::into).collect();
        let fix = Fix::Code { place: ".github/workflows/check.yml".into(), lines };
        let deploys = watch.pipelines.iter().find_map(|p| p.deploys.clone());
        match deploys {
            Some(at) => Fault::here(Evidence::Place(at.clone(), "deploys, and no pipeline checks anything".into()), fix).at(at).into(),
            None => Fault::here(format!("package.json has `{script}`, and no pipeline was found that runs it"), fix)
                .lowered(Severity::Low)
                .into(),
        }
    }
}
