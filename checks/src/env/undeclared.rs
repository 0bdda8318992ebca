//! `env.undeclared`
use super::{
    facts::{EnvSet, Without},
    names,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The code reads a variable that the example file does not name.
    ///
    /// What has a default, is only asked for, or is set by the host needs no line there.
    ///
    /// # Why at launch
    /// Whoever sets production up goes by the example, and nobody misses what it does not name.
    ///
    /// # Fix
    /// Add a line with the name alone to the example file.
    ///
    /// # References
    /// - The Twelve-Factor App, config: <https://12factor.net/config>
    ///
    /// ```pass
    /// source app/a.ts
    /// use(process.env.ACME_REGION!, process.env.LOG_LEVEL ?? "info")
    /// example
    /// ACME_REGION=
    /// ```
    /// ```fail
    /// source app/a.ts
    /// use(process.env.ACME_REGION!)
    /// example
    /// APP_NAME=
    /// ```
    "env.undeclared" on App, Low;
    fails "The code reads what the example file does not name"; holds "The example file names what the code reads";
    yields_to "env.required-missing", "env.value-empty", "env.secret-public";
    fn check(sets: Part<'_, EnvSet>) -> Verdict {
        let Some(set) = sets.first() else { return Verdict::Pass };
        let Some(file) = set.example.iter().find_map(|e| Some(&e.at.as_ref()?.file)) else {
            return Verdict::not_applicable("there is no example file, or it is empty");
        };
        let mut faults: Vec<Fault> = Vec::new();
        let needed = |r: &&super::facts::Read| r.without == Without::Undefined && !r.tooling;
        for read in set.reads.iter().filter(needed) {
            let name = read.name.as_str();
            let known = set.in_example(name).is_some() || set.ignores(name) || set.optional.contains(name);
            let asked = set.reads_of(name).any(|r| matches!(r.without, Without::Asks | Without::Default));
            if known || asked || names::set_by_platform(name) || faults.iter().any(|f| f.subject.as_str() == name) {
                continue;
            }
            let fix = Fix::Code { place: file.clone(), lines: vec![format!("{name}=").into()] };
            let saw = Evidence::Place(read.at.clone(), format!("reads {name}; {file} does not name it").into());
            faults.push(Fault::new(name, saw, fix).titled(format!("{name} is not in {file}")).lowered(Severity::Low).at(read.at.clone()));
        }
        faults.into()
    }
}
