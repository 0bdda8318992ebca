//! A larger account, compared whole in each weather: the same findings, nothing missed, nothing
//! doubled, no limit run into.

use launchcheck_fixtures::{
    Plan, World,
    database::User,
    scenarios,
    stripe::{Limits, Weather},
};
use serde_json::Value;

const SUBSCRIPTIONS: usize = 1_200;

/// Every hundredth customer pays without access, every hundred-and-fiftieth has it without paying.
fn plan(weather: Weather) -> (Plan, usize, usize) {
    let mut plan = scenarios::healthy();
    let account = plan.stripe.as_mut().expect("an account");
    account.data.generate(SUBSCRIPTIONS);
    account.limits = Some(Limits::default());
    account.weather = weather;
    let (mut shut_out, mut free) = (0, 0);
    for (n, sub) in account.data.subscriptions.iter_mut().rev().take(SUBSCRIPTIONS).enumerate() {
        let mut word = "active";
        if n % 100 == 7 {
            word = "canceled";
            shut_out += 1;
        } else if n % 150 == 9 {
            *sub = sub.clone().status("canceled");
            free += 1;
        }
        // The n-th from the end is the one that was made for this user.
        let name = format!("user{}", SUBSCRIPTIONS - 1 - n);
        plan.users.push(User::paying(&name, &sub.customer, &sub.id, word));
    }
    (plan, shut_out, free)
}

fn audit(plan: Plan) -> (Value, World) {
    let world = World::start(plan).expect("the world starts");
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command
        .args(["audit", "--format", "json", "--only", "billing"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("no report: {e}; {}", String::from_utf8_lossy(&output.stderr)));
    (report, world)
}

/// Everything about the findings but for what differs from world to world.
fn findings(report: &Value) -> Vec<String> {
    let list = report["findings"].as_array().expect("findings");
    list.iter().map(|f| format!("{} {} {}", f["rule"], f["severity"], f["title"])).collect()
}

#[test]
fn the_same_is_found_in_fair_and_in_foul_weather() {
    let (fair, shut_out, free) = plan(Weather::default());
    let (foul, ..) = plan(Weather { errors: 5, html: 2, cut: 2, delay_ms: 5, storm: 0 });
    assert_eq!((shut_out, free), (12, 8));
    let (clear, world) = audit(fair);
    let pages = world.stripe().counts().of("/v1/subscriptions");
    assert!(pages <= 20, "{pages} pages for {SUBSCRIPTIONS} subscriptions");
    assert_eq!(world.stripe().counts().status(429), 0);
    let (storm, world) = audit(foul);
    assert!(world.stripe().counts().status(500) > 0, "the weather was foul");
    assert_eq!(world.stripe().counts().status(429), 0);
    assert_eq!(world.stripe().counts().writes, 0);
    assert_eq!(findings(&clear), findings(&storm));
    let said = findings(&clear).join("\n");
    for (rule, count) in [("billing.paid-without-access", shut_out), ("billing.access-without-payment", free)] {
        assert!(said.contains(rule), "{rule} is missing: {said}");
        let whole = clear["findings"].to_string();
        assert!(whole.contains(&count.to_string()), "{rule} of {count} customers: {whole}");
    }
}
