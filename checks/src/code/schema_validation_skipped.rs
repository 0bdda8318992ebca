//! `code.schema-validation-skipped`
use crate::{
    env::{facts::EnvSet, validation::Where},
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity},
};

rule! {
    /// The check of the variables is turned off where production is built or run.
    ///
    /// Low where only the build goes without it, since the app may still check when it starts. A switch
    /// that a variable throws (`skipValidation: !!process.env.SKIP_ENV_VALIDATION`) is healthy.
    ///
    /// # Why at launch
    /// The schema is there, and a deploy without its secrets goes through all the same.
    ///
    /// # Fix
    /// Take the switch out, and give the build the variables that it needs.
    ///
    /// # References
    /// - T3 Env, skipping validation: <https://env.t3.gg/docs/customization#skipping-validation>
    ///
    /// ```pass
    /// source env.ts
    /// export const env = createEnv({ skipValidation: !!process.env.SKIP_ENV_VALIDATION })
    /// ```
    /// ```fail
    /// source env.ts
    /// export const env = createEnv({ skipValidation: true })
    /// ```
    "code.schema-validation-skipped" on App, Medium, stage Secret;
    fails "The check of the variables is turned off"; holds "Nothing turns the check of the variables off";
    fn check(sets: Part<'_, EnvSet>) -> Verdict {
        let faults = sets.iter().flat_map(|s| &s.skips).map(|skip| {
            let fix = Fix::Code { place: skip.at.file.clone(), lines: vec![skip.fix.into()] };
            let fault = Fault::new(&skip.at.file, Evidence::Place(skip.at.clone(), skip.what.into()), fix).at(skip.at.clone());
            if skip.place == Where::Build { fault.lowered(Severity::Low) } else { fault }
        });
        faults.collect::<Vec<_>>().into()
    }
}
