//! PostgreSQL and MySQL: the database behind `DATABASE_URL`, through Prisma, Drizzle or a driver.
use super::{Env, Provider, Var};

/// PostgreSQL and MySQL.
pub(super) static PROVIDER: Provider = Provider {
    id: "prisma",
    name: "PostgreSQL and MySQL",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["DATABASE_URL", "POSTGRES_PRISMA_URL", "POSTGRES_URL", "MYSQL_URL"]).essential(),
            Var::secret(&[
                "DIRECT_URL",
                "DATABASE_URL_UNPOOLED",
                "DIRECT_DATABASE_URL",
                "POSTGRES_URL_NON_POOLING",
                "SHADOW_DATABASE_URL",
            ]),
        ],
        packages: &["@prisma/client", "prisma", "drizzle-orm", "pg", "postgres", "mysql2"],
        ..Env::of("2026-11", "https://www.prisma.io/docs/orm/reference/connection-urls")
    }),
    webhook: None,
    sdk: None,
};
