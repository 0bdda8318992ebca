//! `env.pooler-missing`
use super::{
    facts::{EnvSet, Production},
    per_entry,
    shape::Direct,
};
use crate::{
    rule,
    vocab::{Part, Severity, Verdict},
};

rule! {
    /// An app that runs as functions reaches its database without the pooler.
    ///
    /// Medium for Supabase, whose direct address is IPv6 alone unless the add-on is bought, which
    /// Vercel cannot reach; low for Neon, where connections merely run out. Variables for migrations
    /// (`DIRECT_URL`) are to be direct. Only judged where the app is known to run as functions.
    ///
    /// # Why at launch
    /// Each function opens a connection of its own: the first busy hour uses them all up, or none can
    /// be opened at all.
    ///
    /// # Fix
    /// Use the pooler's URL from the provider's "Connect" page for the app, and the direct one for
    /// migrations.
    ///
    /// # References
    /// - Supabase: <https://supabase.com/docs/guides/database/connecting-to-postgres>
    /// - Neon: <https://neon.com/docs/connect/connection-pooling>
    ///
    /// ```pass
    /// host pulled.env
    /// # Created by Vercel CLI
    /// DATABASE_URL="postgres://p:z8w2v7@aws-0-eu-1.pooler.supabase.com:6543/postgres"
    /// DIRECT_URL="postgres://p:z8w2v7@db.abcdefgh.supabase.co:5432/postgres"
    /// ```
    /// ```fail
    /// host pulled.env
    /// # Created by Vercel CLI
    /// DATABASE_URL="postgres://p:z8w2v7@db.abcdefgh.supabase.co:5432/postgres"
    /// ```
    "env.pooler-missing" on App, Medium, stage Database;
    fails "Functions reach the database without its pooler"; holds "The database is reached as functions should";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let functions = production.serverless || production.formats.iter().any(|f| f.is_serverless());
        if !functions {
            return Verdict::not_applicable("the app is not known to run as functions");
        }
        per_entry(&sets, production, |e| {
            if !matches!(e.name.as_str(), "DATABASE_URL" | "POSTGRES_URL" | "POSTGRES_PRISMA_URL") {
                return None;
            }
            let over_http = sets.iter().any(|s| s.packages.iter().any(|p| p == "@neondatabase/serverless"));
            let (pooler, severity) = match e.shape.database?.direct? {
                Direct::Supabase => ("the transaction pooler's URL of Supabase (port 6543)", Severity::Medium),
                Direct::Neon if over_http => return None,
                Direct::Neon => ("Neon's URL with -pooler in its host", Severity::Low),
            };
            Some((format!("{} leads past the pooler", e.name), pooler.into(), severity))
        })
    }
}
