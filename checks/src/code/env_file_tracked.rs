//! `code.env-file-tracked`
use crate::{
    env::at_rest::AtRest,
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// Git tracks a dotenv file with secrets in it, or will with the next `git add .`.
    ///
    /// Values decide, not names: a tracked file of public settings is healthy, and so is a password for
    /// a database on this machine. Low where the file is not tracked yet and nothing ignores it.
    ///
    /// # Why at launch
    /// Everybody who ever had a copy of the repository has the secrets: former staff, contractors, the
    /// machines of CI. A deleted file stays in the history.
    ///
    /// # Fix
    /// Take the file out of git, ignore it, and make new secrets for those that stood in it.
    ///
    /// # References
    /// - gitignore: <https://git-scm.com/docs/gitignore>
    ///
    /// ```pass
    /// tracked .env
    /// NEXT_PUBLIC_APP_NAME=Acme
    /// DATABASE_URL=postgres://postgres:postgres@localhost:5432/app
    /// ```
    /// ```fail
    /// tracked .env.production
    /// SESSION_SECRET=q8Zr5vLw2XcT9mKp4Nd7
    /// ```
    "code.env-file-tracked" on App, Medium, stage Secret;
    fails "Git tracks a file of secrets"; holds "Git tracks no file of secrets";
    yields_to "env.exposed-secret-in-use";
    fn check(rest: Part<'_, AtRest>) -> Verdict {
        if let Some(why) = rest.iter().find_map(|r| r.absent) {
            return Verdict::not_applicable(why);
        }
        let mut faults = Vec::new();
        let files = |rest: &AtRest, tracked: bool| if tracked { rest.env_files.clone() } else { rest.unguarded.clone() };
        for (tracked, file) in rest.iter().flat_map(|r| [true, false].into_iter().flat_map(|t| files(r, t).into_iter().map(move |f| (t, f)))) {
            let secrets: Vec<_> = file.secrets().collect();
            let Some(first) = secrets.first() else { continue };
            let ignore = format!("Add {} to .gitignore", file.file);
            let fix = if tracked {
                Fix::steps([
                    format!("git rm --cached {}", file.file),
                    ignore,
                    "Make new values of what stood in it, at each provider".to_owned(),
                ])
            } else {
                Fix::step(ignore)
            };
            let how = if tracked { "git tracks it" } else { "git neither tracks nor ignores it" };
            let names: Vec<&str> = secrets.iter().map(|e| e.name.as_str()).take(8).collect();
            let mut fault = Fault::new(&file.file, Evidence::from(format!("{how}, and it holds {}", names.join(", "))), fix);
            fault.saw.push(first.evidence());
            fault.at.clone_from(&first.at);
            let title = if tracked { format!("git tracks {} with secrets in it", file.file) } else { format!("nothing keeps {} out of git", file.file) };
            let fault = fault.titled(title);
            faults.push(if tracked { fault } else { fault.lowered(Severity::Low) });
        }
        faults.into()
    }
}
