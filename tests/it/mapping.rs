//! Three dozen shapes in which apps keep their billing state. Each is mapped right with no configuration, or
//! said to be unconfirmed; none is mapped wrong.

use super::billing::look;
use launchcheck::report::Report;
use launchcheck_checks::vocab::{Cell, ExhibitBody};
use launchcheck_fixtures::{
    Plan, World,
    database::{Database, Engine},
    scenarios,
    stripe::{Customer, Subscription},
};
use std::collections::BTreeMap;

const COUNT: usize = 12;

/// What a column holds in the n-th row.
#[derive(Clone, Copy)]
enum Holds {
    Id,
    Sub,
    Cus,
    Price,
    /// Stripe's own word.
    Word,
    /// The same in capitals.
    Shout,
    /// Three words for eight.
    Coarse,
    Email,
    /// Seconds since 1970.
    Seconds,
    /// Whether the subscription entitles.
    Flag,
    /// Ids of somebody else's account.
    Foreign,
    /// Customers that are tenants' own.
    ForeignCus,
    /// Only the first or the second half of the subscriptions.
    Half(bool),
    /// The word in capitals, in a type of its own.
    Enum,
    /// A time in the future.
    Time,
    /// JSON with these leaves; `S`, `C`, `W`, `P` stand for the ids and the word.
    Json(&'static str),
    Same(&'static str),
    Null,
}
use Holds::{
    Coarse, Cus, Email, Enum, Flag, Foreign, ForeignCus, Half, Id, Json, Null, Price, Same, Seconds, Shout, Sub, Time,
    Word,
};

type Table = (&'static str, &'static [(&'static str, Holds)]);
struct Schema {
    name: &'static str,
    tables: &'static [Table],
    /// The roles that must be confirmed, as `role=table.column`; none where it must be unconfirmed.
    want: &'static [&'static str],
}

const SCHEMAS: &[Schema] = &[
    Schema {
        name: "one row a user, price and no status",
        tables: &[(
            "users",
            &[
                ("id", Id),
                ("email", Email),
                ("stripe_customer_id", Cus),
                ("stripe_subscription_id", Sub),
                ("stripe_price_id", Price),
                ("stripe_current_period_end", Seconds),
            ],
        )],
        want: &[
            "subscription=users.stripe_subscription_id",
            "customer=users.stripe_customer_id",
            "price=users.stripe_price_id",
        ],
    },
    Schema {
        name: "customers in a table of their own",
        tables: &[
            ("customers", &[("id", Id), ("stripe_customer_id", Cus)]),
            (
                "subscriptions",
                &[("id", Sub), ("user_id", Id), ("status", Word), ("price_id", Price), ("current_period_end", Seconds)],
            ),
        ],
        want: &["subscription=subscriptions.id", "status=subscriptions.status", "price=subscriptions.price_id"],
    },
    Schema {
        name: "teams",
        tables: &[
            (
                "teams",
                &[
                    ("id", Id),
                    ("stripe_customer_id", Cus),
                    ("stripe_subscription_id", Sub),
                    ("plan_name", Same("Pro")),
                    ("subscription_status", Word),
                ],
            ),
            ("team_members", &[("id", Id), ("user_id", Id), ("role", Same("owner"))]),
        ],
        want: &[
            "subscription=teams.stripe_subscription_id",
            "customer=teams.stripe_customer_id",
            "status=teams.subscription_status",
        ],
    },
    Schema {
        name: "the customer in stripeId, and tenants' customers beside it",
        tables: &[
            ("Project", &[("id", Id), ("stripeId", Cus), ("plan", Same("pro")), ("billingCycleEndsAt", Seconds)]),
            ("Customer", &[("id", Id), ("stripeCustomerId", ForeignCus)]),
        ],
        want: &["customer=Project.stripeId"],
    },
    Schema {
        name: "the subscription in planId",
        tables: &[(
            "Subscription",
            &[("id", Id), ("planId", Sub), ("customerId", Cus), ("status", Coarse), ("priceId", Price)],
        )],
        want: &["subscription=Subscription.planId", "customer=Subscription.customerId", "status=Subscription.status"],
    },
    Schema {
        name: "JSON of an organisation",
        tables: &[(
            "Organization",
            &[
                ("id", Id),
                (
                    "billing",
                    Json(r#"{"stripeCustomerId":"C","stripe":{"subscriptionId":"S","subscriptionStatus":"W"}}"#),
                ),
            ],
        )],
        want: &[
            "subscription=Organization.billing#stripe.subscriptionId",
            "customer=Organization.billing#stripeCustomerId",
            "status=Organization.billing#stripe.subscriptionStatus",
        ],
    },
    Schema {
        name: "paymentProcessorUserId, the state in the user's status",
        tables: &[(
            "User",
            &[
                ("id", Id),
                ("email", Email),
                ("paymentProcessorUserId", Cus),
                ("subscriptionStatus", Word),
                ("subscriptionPlan", Same("pro")),
            ],
        )],
        want: &["customer=User.paymentProcessorUserId", "status=User.subscriptionStatus"],
    },
    Schema {
        name: "a plugin's subscription table",
        tables: &[(
            "subscription",
            &[
                ("id", Id),
                ("plan", Same("pro")),
                ("referenceId", Id),
                ("stripeCustomerId", Cus),
                ("stripeSubscriptionId", Sub),
                ("status", Word),
                ("periodEnd", Seconds),
                ("seats", Same("1")),
            ],
        )],
        want: &[
            "subscription=subscription.stripeSubscriptionId",
            "customer=subscription.stripeCustomerId",
            "status=subscription.status",
        ],
    },
    Schema {
        name: "one name with three meanings",
        tables: &[
            ("users", &[("id", Id), ("email", Email), ("stripe_id", Cus)]),
            (
                "subscriptions",
                &[("id", Id), ("user_id", Id), ("stripe_id", Sub), ("stripe_status", Word), ("stripe_price", Price)],
            ),
            (
                "subscription_items",
                &[("id", Id), ("subscription_id", Id), ("stripe_id", Same("si_1")), ("stripe_price", Price)],
            ),
        ],
        want: &[
            "subscription=subscriptions.stripe_id",
            "status=subscriptions.stripe_status",
            "price=subscriptions.stripe_price",
        ],
    },
    Schema {
        name: "customerId is the user, the customer is in paymentId",
        tables: &[(
            "customers",
            &[
                ("id", Id),
                ("customerId", Id),
                ("paymentId", Cus),
                ("subscriptionId", Sub),
                ("subscriptionStatus", Word),
            ],
        )],
        want: &[
            "subscription=customers.subscriptionId",
            "customer=customers.paymentId",
            "status=customers.subscriptionStatus",
        ],
    },
    Schema {
        name: "a side table of another account",
        tables: &[
            (
                "PlatformBilling",
                &[("id", Id), ("customerId", ForeignCus), ("subscriptionId", Foreign), ("status", Word)],
            ),
            (
                "Team",
                &[
                    ("id", Id),
                    ("name", Same("Acme")),
                    ("metadata", Json(r#"{"subscriptionId":"S","subscriptionItemId":"si_1"}"#)),
                ],
            ),
        ],
        want: &["subscription=Team.metadata#subscriptionId"],
    },
    Schema {
        name: "capitals",
        tables: &[(
            "accounts",
            &[("id", Id), ("billing_customer", Cus), ("billing_subscription", Sub), ("billing_status", Shout)],
        )],
        want: &[
            "subscription=accounts.billing_subscription",
            "customer=accounts.billing_customer",
            "status=accounts.billing_status",
        ],
    },
    Schema {
        name: "a boolean",
        tables: &[(
            "profiles",
            &[
                ("id", Id),
                ("email", Email),
                ("stripe_customer_id", Cus),
                ("stripe_subscription_id", Sub),
                ("is_subscribed", Flag),
            ],
        )],
        want: &[
            "subscription=profiles.stripe_subscription_id",
            "customer=profiles.stripe_customer_id",
            "status=profiles.is_subscribed",
        ],
    },
    Schema {
        name: "invoices and logs beside it",
        tables: &[
            ("invoices", &[("id", Id), ("subscription_id", Sub), ("customer", Cus), ("status", Same("paid"))]),
            ("webhook_logs", &[("id", Id), ("subscription", Sub)]),
            ("workspaces", &[("id", Id), ("sub", Sub), ("cus", Cus), ("subscription_status", Word)]),
        ],
        want: &["subscription=workspaces.sub", "customer=workspaces.cus", "status=workspaces.subscription_status"],
    },
    Schema {
        name: "a user's own status is none",
        tables: &[(
            "members",
            &[
                ("id", Id),
                ("email", Email),
                ("status", Same("verified")),
                ("stripe_sub", Sub),
                ("stripe_cus", Cus),
                ("sub_status", Word),
            ],
        )],
        want: &["subscription=members.stripe_sub", "customer=members.stripe_cus", "status=members.sub_status"],
    },
    Schema {
        name: "two tables hold the same ids",
        tables: &[
            ("billing_accounts", &[("id", Id), ("subscription_id", Sub), ("status", Word)]),
            ("billing_mirrors", &[("id", Id), ("subscription_id", Sub), ("status", Word)]),
        ],
        want: &[],
    },
    Schema {
        name: "teams and organisations split the account",
        tables: &[
            ("TeamBilling", &[("id", Id), ("subscriptionId", Half(true)), ("status", Word)]),
            ("OrganizationBilling", &[("id", Id), ("subscriptionId", Half(false)), ("status", Word)]),
        ],
        want: &[],
    },
    Schema {
        name: "empty columns",
        tables: &[(
            "users",
            &[("id", Id), ("email", Email), ("stripe_customer_id", Null), ("stripe_subscription_id", Null)],
        )],
        want: &[],
    },
    Schema {
        name: "another account's ids alone",
        tables: &[("subscriptions", &[("id", Id), ("stripe_subscription_id", Foreign), ("status", Word)])],
        want: &[],
    },
    Schema { name: "nothing of billing", tables: &[("posts", &[("id", Id), ("title", Same("Hello"))])], want: &[] },
    Schema {
        name: "a wide users table with a plan",
        tables: &[(
            "app_users",
            &[
                ("uuid", Id),
                ("email", Email),
                ("plan", Same("premium")),
                ("stripe_customer", Cus),
                ("stripe_subscription", Sub),
                ("stripe_subscription_status", Word),
            ],
        )],
        want: &[
            "subscription=app_users.stripe_subscription",
            "customer=app_users.stripe_customer",
            "status=app_users.stripe_subscription_status",
        ],
    },
    Schema {
        name: "schedules are no subscriptions",
        tables: &[(
            "tenants",
            &[
                ("id", Id),
                ("schedule", Same("sub_sched_1")),
                ("ref", Sub),
                ("payer", Cus),
                ("subscription_status", Word),
            ],
        )],
        want: &["subscription=tenants.ref", "customer=tenants.payer", "status=tenants.subscription_status"],
    },
    Schema {
        name: "JSON of a user, flat",
        tables: &[(
            "users",
            &[
                ("id", Id),
                ("email", Email),
                (
                    "private_metadata",
                    Json(r#"{"stripe_customer_id":"C","stripe_subscription_id":"S","subscription_status":"W"}"#),
                ),
            ],
        )],
        want: &[
            "subscription=users.private_metadata#stripe_subscription_id",
            "customer=users.private_metadata#stripe_customer_id",
            "status=users.private_metadata#subscription_status",
        ],
    },
    Schema {
        name: "a provider-neutral table",
        tables: &[(
            "pay_subscriptions",
            &[("id", Id), ("customer_id", Id), ("processor_id", Sub), ("processor_plan", Price), ("status", Word)],
        )],
        want: &[
            "subscription=pay_subscriptions.processor_id",
            "status=pay_subscriptions.status",
            "price=pay_subscriptions.processor_plan",
        ],
    },
    Schema {
        name: "a mirror of Stripe",
        tables: &[(
            "stripe_subscriptions",
            &[("id", Sub), ("customer", Cus), ("status", Word), ("current_period_end", Seconds)],
        )],
        want: &[
            "subscription=stripe_subscriptions.id",
            "customer=stripe_subscriptions.customer",
            "status=stripe_subscriptions.status",
        ],
    },
    Schema {
        name: "customers alone",
        tables: &[("companies", &[("id", Id), ("stripe_id", Cus), ("billing_status", Word)])],
        want: &["customer=companies.stripe_id", "status=companies.billing_status"],
    },
    Schema {
        name: "prices listed beside it",
        tables: &[
            ("prices", &[("id", Price), ("currency", Same("usd"))]),
            ("memberships", &[("id", Id), ("external_id", Sub), ("payer_id", Cus), ("state", Word)]),
        ],
        want: &["subscription=memberships.external_id", "customer=memberships.payer_id", "status=memberships.state"],
    },
    Schema {
        name: "ids with blanks of another kind in front",
        tables: &[(
            "licenses",
            &[("id", Id), ("order_ref", Same("ord_1")), ("subscription_ref", Sub), ("stripe_status", Word)],
        )],
        want: &["subscription=licenses.subscription_ref", "status=licenses.stripe_status"],
    },
    Schema {
        name: "quoted names",
        tables: &[(
            "UserBilling",
            &[("Id", Id), ("StripeCustomerId", Cus), ("StripeSubscriptionId", Sub), ("SubscriptionStatus", Word)],
        )],
        want: &[
            "subscription=UserBilling.StripeSubscriptionId",
            "customer=UserBilling.StripeCustomerId",
            "status=UserBilling.SubscriptionStatus",
        ],
    },
    Schema {
        name: "an audit trail that forgets nothing",
        tables: &[
            ("subscription_history", &[("id", Id), ("subscription_id", Sub), ("status", Word)]),
            ("orgs", &[("id", Id), ("sub_id", Sub), ("cus_id", Cus), ("subscription_status", Word)]),
        ],
        want: &["subscription=orgs.sub_id", "customer=orgs.cus_id", "status=orgs.subscription_status"],
    },
    Schema {
        name: "a document in a table of memberships",
        tables: &[(
            "memberships",
            &[
                ("id", Id),
                ("user_id", Id),
                ("role", Same("owner")),
                ("status", Same("accepted")),
                (
                    "billing",
                    Json(r#"{"provider":"stripe","customer":"C","subscription":{"id":"S","status":"W","price":"P"}}"#),
                ),
            ],
        )],
        want: &[
            "subscription=memberships.billing#subscription.id",
            "customer=memberships.billing#customer",
            "status=memberships.billing#subscription.status",
            "price=memberships.billing#subscription.price",
        ],
    },
    Schema {
        name: "camel case and a type of its own",
        tables: &[
            (
                "Subscription",
                &[
                    ("id", Id),
                    ("userId", Id),
                    ("stripeCustomerId", Cus),
                    ("stripeSubscriptionId", Sub),
                    ("stripePriceId", Price),
                    ("status", Enum),
                    ("currentPeriodEnd", Time),
                    ("createdAt", Time),
                ],
            ),
            ("User", &[("id", Id), ("email", Email), ("status", Same("ACTIVE"))]),
        ],
        want: &[
            "subscription=Subscription.stripeSubscriptionId",
            "customer=Subscription.stripeCustomerId",
            "status=Subscription.status",
            "price=Subscription.stripePriceId",
        ],
    },
    Schema {
        name: "a till that calls three ids the same",
        tables: &[
            (
                "users",
                &[("id", Id), ("email", Email), ("stripe_id", Cus), ("pm_type", Same("visa")), ("trial_ends_at", Null)],
            ),
            (
                "subscriptions",
                &[
                    ("id", Id),
                    ("user_id", Id),
                    ("type", Same("default")),
                    ("stripe_id", Sub),
                    ("stripe_status", Word),
                    ("stripe_price", Price),
                    ("quantity", Same("1")),
                    ("ends_at", Null),
                ],
            ),
            (
                "subscription_items",
                &[
                    ("id", Id),
                    ("subscription_id", Id),
                    ("stripe_id", Same("si_1")),
                    ("stripe_product", Same("prod_pro")),
                    ("stripe_price", Price),
                ],
            ),
        ],
        want: &[
            "subscription=subscriptions.stripe_id",
            "status=subscriptions.stripe_status",
            "price=subscriptions.stripe_price",
        ],
    },
    Schema {
        name: "an owner of any kind, and the customer behind a key",
        tables: &[
            (
                "pay_customers",
                &[
                    ("id", Id),
                    ("owner_type", Same("Team")),
                    ("owner_id", Id),
                    ("processor", Same("stripe")),
                    ("processor_id", Cus),
                ],
            ),
            (
                "pay_subscriptions",
                &[
                    ("id", Id),
                    ("customer_id", Id),
                    ("name", Same("default")),
                    ("processor_id", Sub),
                    ("processor_plan", Price),
                    ("status", Word),
                    ("current_period_end", Time),
                    ("ends_at", Null),
                ],
            ),
            (
                "pay_charges",
                &[("id", Id), ("customer_id", Id), ("processor_id", Same("ch_1")), ("subscription_id", Id)],
            ),
            (
                "pay_webhooks",
                &[("id", Id), ("event", Json(r#"{"id":"evt_1","data":{"object":{"id":"S","customer":"C"}}}"#))],
            ),
        ],
        want: &[
            "subscription=pay_subscriptions.processor_id",
            "status=pay_subscriptions.status",
            "price=pay_subscriptions.processor_plan",
        ],
    },
    Schema {
        name: "metadata of a user, and tenants' customers beside it",
        tables: &[
            (
                "profiles",
                &[
                    ("id", Id),
                    ("email", Email),
                    (
                        "user_metadata",
                        Json(
                            r#"{"name":"A","stripe":{"customer_id":"C","subscription_id":"S","subscription_status":"W","plan":"pro"}}"#,
                        ),
                    ),
                ],
            ),
            ("customers", &[("id", Id), ("stripe_customer_id", ForeignCus), ("email", Email)]),
        ],
        want: &[
            "subscription=profiles.user_metadata#stripe.subscription_id",
            "customer=profiles.user_metadata#stripe.customer_id",
            "status=profiles.user_metadata#stripe.subscription_status",
        ],
    },
    Schema {
        name: "external_id means three things",
        tables: &[
            ("accounts", &[("id", Id), ("external_id", Cus), ("status", Same("verified"))]),
            ("contracts", &[("id", Id), ("account_id", Id), ("external_id", Sub), ("state", Word)]),
            ("orders", &[("id", Id), ("external_id", Same("ch_1")), ("status", Same("paid"))]),
        ],
        want: &["subscription=contracts.external_id", "status=contracts.state"],
    },
];

fn word(n: usize) -> &'static str {
    if n % 4 == 3 { "canceled" } else { "active" }
}
fn value(holds: Holds, n: usize) -> Option<String> {
    let text = |t: String| Some(format!("'{}'", t.replace('\'', "''")));
    let live = word(n) == "active";
    match holds {
        Id => text(format!("row-{n}")),
        Sub => text(format!("sub_m{n}")),
        Cus => text(format!("cus_m{n}")),
        Price => text("price_pro".to_owned()),
        Word => text(word(n).to_owned()),
        Time => text("2027-03-01 10:00:00".to_owned()),
        Shout | Enum => text(word(n).to_ascii_uppercase()),
        Coarse => text(if live { "ACTIVE" } else { "INACTIVE" }.to_owned()),
        Email => text(format!("m{n}@customers.example")),
        Seconds => Some((launchcheck_fixtures::stripe::now() + 20 * 86_400).to_string()),
        Flag => Some(if live { "TRUE" } else { "FALSE" }.to_owned()),
        Foreign => text(format!("sub_foreign{n}")),
        ForeignCus => text(format!("cus_foreign{n}")),
        Half(first) => (n.is_multiple_of(2) == first).then(|| format!("'sub_m{n}'")),
        Json(template) => text(
            template
                .replace("\"S\"", &format!("\"sub_m{n}\""))
                .replace("\"P\"", "\"price_pro\"")
                .replace("\"C\"", &format!("\"cus_m{n}\""))
                .replace("\"W\"", &format!("\"{}\"", word(n))),
        ),
        Same(t) => text(t.to_owned()),
        Null => None,
    }
}
/// The statements that make a schema in an engine.
fn statements(engine: Engine, schema: &Schema) -> Vec<String> {
    let quote = if engine == Engine::MariaDb { '`' } else { '"' };
    let name = |n: &str| format!("{quote}{n}{quote}");
    let mut out = Vec::new();
    let of_own_type = schema.tables.iter().flat_map(|(_, c)| c.iter()).any(|(_, h)| matches!(h, Enum));
    if of_own_type && engine == Engine::Postgres {
        out.push("CREATE TYPE \"SubscriptionStatus\" AS ENUM ('ACTIVE', 'CANCELED')".to_owned());
    }
    for (table, columns) in schema.tables {
        let declared: Vec<String> = columns
            .iter()
            .map(|(column, holds)| {
                let kind = match (holds, engine) {
                    (Seconds, _) => "BIGINT",
                    (Flag, _) => "BOOLEAN",
                    (Time, Engine::MariaDb) => "DATETIME",
                    (Time, _) => "TIMESTAMP",
                    (Enum, Engine::Postgres) => "\"SubscriptionStatus\"",
                    (Enum, Engine::MariaDb) => "ENUM('ACTIVE', 'CANCELED')",
                    (Json(_), Engine::Postgres) => "JSONB",
                    (Json(_), Engine::MariaDb) => "JSON",
                    _ => "VARCHAR(400)",
                };
                format!("{} {kind}", name(column))
            })
            .collect();
        out.push(format!("CREATE TABLE {} ({})", name(table), declared.join(", ")));
        for n in 0..COUNT {
            let cells: Vec<String> =
                columns.iter().map(|(_, h)| value(*h, n).unwrap_or_else(|| "NULL".to_owned())).collect();
            out.push(format!("INSERT INTO {} VALUES ({})", name(table), cells.join(", ")));
        }
    }
    out
}

fn plan(engine: Engine) -> Plan {
    let mut plan = scenarios::healthy();
    plan.table(
        "[[billing]]",
        "provider = \"stripe\"\nstripe-key-env = \"STRIPE_AUDIT_KEY\"\ndatabase-url-env = \"AUDIT_DATABASE_URL\"",
    );
    plan.database = Some(engine);
    plan.users.clear();
    let account = plan.stripe.as_mut().unwrap();
    account.data.subscriptions.clear();
    account.data.customers.clear();
    for n in 0..COUNT {
        let (sub, customer) = (format!("sub_m{n}"), format!("cus_m{n}"));
        account.data.customers.push(Customer::new(&customer, &format!("m{n}@customers.example")));
        account.data.subscriptions.push(Subscription::new(&sub, &customer).status(word(n)));
    }
    plan
}
/// What the report says of the mapping: role to column, where it is confirmed.
fn mapping(report: &Report) -> BTreeMap<String, String> {
    let Some((_, exhibit)) = report.exhibits.iter().find(|(_, e)| e.id == "column-mapping") else {
        return BTreeMap::new();
    };
    let ExhibitBody::Table { rows, .. } = &exhibit.body else { panic!() };
    let confirmed = rows.iter().filter_map(|row| match row.as_slice() {
        [Cell::Text(role), Cell::Text(column), _, Cell::Flag(true), _] => {
            Some((role.as_str().to_owned(), column.as_str().to_owned()))
        }
        _ => None,
    });
    confirmed.collect()
}
fn is_unconfirmed(report: &Report) -> bool {
    let unit = report.units.iter().find(|u| u.rule.id == "billing.paid-without-access").unwrap();
    !matches!(unit.outcome, launchcheck::outcome::Outcome::Pass | launchcheck::outcome::Outcome::Fail(_))
}

fn check(engine: Engine, schemas: &[&Schema]) {
    let world = World::start(plan(engine)).unwrap();
    let database: &Database = world.database();
    database.run("DROP TABLE users").unwrap();
    let mut wrong = Vec::new();
    for schema in schemas {
        database.stage(&statements(engine, schema)).unwrap();
        let report = look(&world);
        let found = mapping(&report);
        for want in schema.want {
            let (role, column) = want.split_once('=').unwrap();
            if found.get(role).map(String::as_str) != Some(column) {
                wrong.push(format!("{engine:?} {}: {role} is {:?} and not {column}", schema.name, found.get(role)));
            }
        }
        if schema.want.is_empty() && !is_unconfirmed(&report) {
            wrong.push(format!("{engine:?} {}: judged by {found:?}", schema.name));
        }
        if report.findings.iter().any(|f| f.severity == launchcheck_checks::vocab::Severity::Blocker) {
            let said: Vec<&str> = report.findings.iter().map(|f| f.rule.id.as_ref()).collect();
            wrong.push(format!("{engine:?} {}: raised {said:?}", schema.name));
        }
        assert_eq!(database.writes(), Vec::<String>::new());
        let quote = if engine == Engine::MariaDb { '`' } else { '"' };
        for (table, columns) in schema.tables {
            database.run(&format!("DROP TABLE {quote}{table}{quote}")).unwrap();
            if engine == Engine::Postgres && columns.iter().any(|(_, h)| matches!(h, Enum)) {
                database.run("DROP TYPE \"SubscriptionStatus\"").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_shape_in_every_engine() {
    assert!(SCHEMAS.len() >= 30);
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::MariaDb] {
        check(engine, &SCHEMAS.iter().collect::<Vec<_>>());
    }
}
