//! The queries of `[[check.sql]]`: only with consent, and only what gives one number.

use super::{Cx, Produce, billing};
use crate::{config::check, probe::database::Database};
use launchcheck_checks::{
    custom::facts::{Answer, Wanted},
    vocab::{Cause, Observed, Severity, Shown, TargetId},
};

impl Produce for Answer {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let config = cx.config();
        let Some(sql) = config.check.sql.iter().find(|q| q.name.as_str() == at.name) else {
            return Observed::not_configured("no [[check.sql]]");
        };
        if !cx.settings().allow_sql {
            return Observed::not_configured("not sent: SQL of the configuration runs only with --allow-sql");
        }
        let wanted = match (sql.expect, sql.max) {
            (Some(n), _) => Wanted::Exactly(n),
            (None, Some(n)) => Wanted::AtMost(n),
            (None, None) => return Observed::not_configured("neither expect nor max"),
        };
        let own = sql.database_url_env.as_ref();
        let Some(name) = own.or_else(|| config.billing.iter().find_map(|b| b.database_url_env.as_ref())) else {
            return Observed::not_configured("no database-url-env");
        };
        let database = match billing::secret(name, cx).and_then(|url| billing::database_at(&url, cx)) {
            Ok(database) => database,
            Err(missing) => return missing.into(),
        };
        match ask(&database, sql.query.as_str(), cx).await {
            Ok(number) => Observed::known(Self {
                query: Shown::from(sql.query.as_str()),
                number,
                wanted,
                severity: sql.severity.as_ref().and_then(|w| check::severity(w)).unwrap_or(Severity::High),
            }),
            Err(cause) => Observed::unknown(cause),
        }
    }
}
async fn ask(database: &Database, query: &str, cx: &Cx<Answer>) -> Result<Option<f64>, Cause> {
    let (settings, wire) = (cx.settings(), cx.wire());
    let until = wire.time.deadline.within(settings.deadline);
    let mut reading = database.open(settings.timeout, &until, &wire.counters).await?;
    let number = reading.number(query, settings.timeout).await;
    reading.close().await;
    number
}
