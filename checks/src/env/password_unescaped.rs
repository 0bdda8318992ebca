//! `env.password-unescaped`
use super::{
    facts::{EnvSet, Production},
    per_entry,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// The password in a database's URL holds a character that ends it too early: `@`, `#`, `/`, `?` or
    /// a bare `%`.
    ///
    /// # Why at launch
    /// The driver takes the rest of the password for the host, and the app starts without a database.
    ///
    /// # Fix
    /// Write the character as `%` and its code: `@` is `%40`, `#` is `%23`, `/` is `%2F`, `?` is `%3F`,
    /// `%` is `%25`.
    ///
    /// # References
    /// - RFC 3986, section 2.1; Prisma, connection URLs: <https://www.prisma.io/docs/orm/reference/connection-urls#special-characters>
    ///
    /// ```pass
    /// production
    /// DATABASE_URL=postgres://app:k3%40x9@db.acme.example/app
    /// ```
    /// ```fail
    /// production
    /// DATABASE_URL=postgres://app:k3@x9@db.acme.example/app
    /// ```
    "env.password-unescaped" on App, Medium;
    fails "A database's password is not written as a URL wants it"; holds "The passwords in URLs are written as URLs want them";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let sign = e.shape.database?.unescaped?;
            let code = format!("%{:02X}", u32::from(sign));
            Some((format!("the password in {} holds a bare {sign}", e.name), format!("the same URL with {code} for {sign} in the password"), Severity::Medium))
        })
    }
}
