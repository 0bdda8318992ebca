//! `env.file-dropped`
use super::{facts::Production, loader};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix},
};

rule! {
    /// A dotenv file refers to itself in a circle, and the loader gives the whole file up.
    ///
    /// # Why at launch
    /// The build goes on without one of its values, and only a line in its log says so.
    ///
    /// # Fix
    /// Take the reference to itself out of the line that is named.
    ///
    /// # References
    /// - Next.js, environment variables: <https://nextjs.org/docs/app/guides/environment-variables>
    ///
    /// ```pass
    /// production
    /// APP_NAME=Acme
    /// TITLE=${APP_NAME} Pro
    /// ```
    /// ```fail
    /// production
    /// APP_NAME=Acme
    /// NODE_PATH=${NODE_PATH}:/app
    /// ```
    "env.file-dropped" on App, Medium, stage Secret;
    fails "A whole dotenv file is given up"; holds "Every dotenv file is loaded";
    fn check(production: &Production) -> Verdict {
        let faults = production.dropped.iter().map(|d| {
            let why = match d.why {
                loader::Dropped::Endless { .. } => format!("{} refers to itself", d.name),
                loader::Dropped::LoneDollar { .. } => format!("{} holds a $ with no name behind it", d.name),
            };
            let fix = Fix::Code { place: d.at.to_string().into(), lines: vec![format!("write {} without the reference to itself, or \\$ for a $", d.name).into()] };
            let saw = Evidence::Place(d.at.clone(), why.into());
            Fault::new(&d.at.file, saw, fix).titled(format!("nothing of {} is loaded", d.at.file)).at(d.at.clone())
        });
        faults.collect::<Vec<_>>().into()
    }
}
