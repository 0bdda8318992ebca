//! `env.client-read-not-inlined`
use super::{facts::EnvSet, shape::behind_public_prefix};
use crate::{
    code::facts::{CodeNames, How, Side},
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// Code for browsers reads a public variable in a way that the build does not replace.
    ///
    /// `const { NEXT_PUBLIC_X } = process.env` is not replaced; `process.env.NEXT_PUBLIC_X` is. Modules of
    /// the server are left alone, where the variable is there when the app runs.
    ///
    /// # Why at launch
    /// The server renders the right value and the browser gets `undefined`: it works in development and
    /// on the first paint, and fails in the click.
    ///
    /// # Fix
    /// Write the name out: `process.env.NEXT_PUBLIC_X`.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser>
    ///
    /// ```pass
    /// packages
    /// next
    /// source app/page.tsx
    /// "use client"; use(process.env.NEXT_PUBLIC_APP_URL)
    /// ```
    /// ```pass
    /// packages
    /// next
    /// source lib/server.ts
    /// const { NEXT_PUBLIC_APP_URL } = process.env
    /// ```
    /// ```fail
    /// packages
    /// next
    /// source app/page.tsx
    /// "use client"; const { NEXT_PUBLIC_APP_URL } = process.env
    /// ```
    "env.client-read-not-inlined" on App, Medium;
    fails "A browser reads a variable that the build does not put there"; holds "What browsers read is put there by the build";
    fn check(sets: Part<'_, EnvSet>, names: Part<'_, CodeNames>) -> Verdict {
        if !sets.iter().any(|s| s.packages.iter().any(|p| p == "next")) {
            return Verdict::not_applicable("the app is not built by Next.js");
        }
        let mut faults: Vec<Fault> = Vec::new();
        for r in names.iter().flat_map(|n| &n.reads) {
            let name = r.read.name.as_str();
            let client = r.side == Side::Client && r.how == How::Destructured && behind_public_prefix(name).is_some();
            if !client || r.read.tooling || sets.iter().any(|s| s.ignores(name)) || faults.iter().any(|f| f.subject.as_str() == name) {
                continue;
            }
            let fix = Fix::Code { place: r.read.at.file.clone(), lines: vec![format!("process.env.{name}").into()] };
            let saw = Evidence::Place(r.read.at.clone(), format!("takes {name} out of process.env, in code for browsers").into());
            faults.push(Fault::new(name, saw, fix).titled(format!("{name} is undefined in browsers")).at(r.read.at.clone()));
        }
        faults.into()
    }
}
