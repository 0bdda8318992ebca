//! `env.build-time-changed-at-runtime`
use super::{
    facts::{EnvSet, Production},
    per_entry,
    shape::behind_public_prefix,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A public variable is set where the built app runs, and was written into its code when it was
    /// built.
    ///
    /// Secrets of Fly.io and the `environment` of docker compose come after the build. Only names that
    /// the code reads are judged, and only in apps that Next.js builds.
    ///
    /// # Why at launch
    /// `NEXT_PUBLIC_…` is replaced by its value while the app is built. What is set later changes
    /// nothing: the browser has the build's value, or none.
    ///
    /// # Fix
    /// Give it to the build: `--build-arg` and `ARG` in the Dockerfile, or `[build.args]` of fly.toml.
    ///
    /// # References
    /// - Next.js, runtime variables: <https://nextjs.org/docs/app/guides/environment-variables#runtime-environment-variables>
    ///
    /// ```pass
    /// packages
    /// next
    /// source app/page.tsx
    /// use(process.env.NEXT_PUBLIC_APP_NAME, process.env.TITLE)
    /// production
    /// NEXT_PUBLIC_APP_NAME=Acme
    /// ```
    /// ```fail
    /// packages
    /// next
    /// source app/page.tsx
    /// use(process.env.NEXT_PUBLIC_APP_NAME)
    /// host fly.json
    /// [{"Name": "NEXT_PUBLIC_APP_NAME", "Digest": "9f86d081884c7d65"}]
    /// ```
    "env.build-time-changed-at-runtime" on App, Medium;
    fails "A public variable is set after the build"; holds "No public variable is set after the build";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let next = sets.iter().any(|s| s.packages.iter().any(|p| p == "next"));
        per_entry(&sets, production, |e| {
            let read = sets.iter().any(|s| s.reads_of(&e.name).next().is_some());
            let late = next && read && e.format.comes_after_the_build() && behind_public_prefix(&e.name).is_some();
            late.then(|| {
                (format!("{} comes after the build that needed it", e.name), "the same value, given to the build as an argument".into(), Severity::Medium)
            })
        })
    }
}
