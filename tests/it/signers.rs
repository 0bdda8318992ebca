//! Each signer against the vendor's own SDK: what is signed right is taken, and a changed body, a
//! wrong key and a signature outside the tolerance are refused.

use launchcheck_checks::{
    providers::Scheme,
    webhook::sign::{self, Delivery},
};
use launchcheck_fixtures::{npm, scenarios::noise, temp::TempDir};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, time::SystemTime};

/// The provider, the name that the SDKs go by here, and a secret of the provider's shape.
fn vendors() -> Vec<(&'static str, &'static str, String)> {
    let standard = |n: &str| format!("whsec_{}", noise(n, 32));
    vec![
        ("stripe", "stripe", standard("stripe")),
        ("svix", "svix", standard("svix")),
        ("standardwebhooks", "standardwebhooks", standard("standard")),
        ("clerk", "clerk", standard("clerk")),
        ("resend", "resend", standard("resend")),
        ("polar", "polar", format!("polar_whs_{}", noise("polar", 43))),
        ("paddle", "paddle", format!("pdl_ntfset_{}", noise("paddle", 40))),
        ("github", "github", noise("github", 40)),
        ("hubspot", "hubspot-v1", noise("hubspot", 36)),
        ("hubspot", "hubspot-v3", noise("hubspot", 36)),
        ("lemonsqueezy", "lemonsqueezy", noise("lemon", 30)),
        ("intercom", "intercom", noise("intercom", 36)),
        ("zendesk", "zendesk", noise("zendesk", 36)),
    ]
}

const BODY: &str = "{\n  \"id\": \"evt_1\",\n  \"type\": \"launchcheck.probe\",\n  \"event_type\": \"launchcheck.probe\",\n  \"data\": { \"name\": \"Zo\\u00eb, Zoë\" }\n}";
const URL: &str = "https://acme.test/api/webhooks?x=1";

struct Case<'a> {
    vendor: &'a (&'static str, &'static str, String),
    what: &'static str,
    taken: bool,
}
impl Case<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.vendor.1, self.what)
    }
    fn request(&self, at: i64, key: Option<&str>, sent: &str) -> Value {
        let (provider, sdk, secret) = self.vendor;
        let event = Delivery { url: URL, id: "msg_1", at, body: BODY.as_bytes() };
        let headers = sign::signed(sign::of(provider).unwrap(), key.unwrap_or(secret), &event).unwrap();
        let headers: BTreeMap<String, String> = headers.into_iter().collect();
        json!({ "name": self.name(), "provider": sdk, "secret": secret, "url": URL, "headers": headers, "body": sent })
    }
}

#[test]
fn each_vendors_own_sdk_takes_what_is_signed_right_and_nothing_else() {
    let folder = npm::install("vendors", Path::new(env!("CARGO_TARGET_TMPDIR")), &[]).expect("npm installs the SDKs");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let vendors = vendors();
    let (mut wanted, mut requests) = (Vec::new(), Vec::new());
    let mut add = |case: Case<'_>, at: i64, key: Option<&str>, body: &str| {
        requests.push(case.request(at, key, body));
        wanted.push((case.name(), case.taken));
    };
    for vendor in &vendors {
        let scheme = sign::of(vendor.0).unwrap().scheme;
        let case = |what, taken| Case { vendor, what, taken };
        // HubSpot's newer signature has a time and its older one has none.
        let tolerance = sign::tolerance(if vendor.1 == "hubspot-v3" { Scheme::Stripe } else { scheme });
        // Where the SDK does not look into the future, a slow machine cannot make a signature old.
        let fresh = now + if tolerance.is_some_and(|t| t.future.is_none()) { 120 } else { 0 };
        let other = noise("other", 32);
        add(case("signed", true), fresh, None, BODY);
        add(case("changed", false), fresh, None, &BODY.replace("Zoë", "Zoe"));
        add(case("written again", false), fresh, None, &BODY.replace("\\u00eb", "ë"));
        add(case("of another key", false), fresh, Some(&other), BODY);
        add(case("an hour old", tolerance.is_none()), now - 3600, None, BODY);
        if let Some(tolerance) = tolerance {
            add(case("older than the tolerance", false), now - tolerance.past - 2, None, BODY);
            add(case("an hour early", tolerance.future.is_none()), now + 3600, None, BODY);
        }
        if tolerance.is_some_and(|t| t.past > 60) {
            add(case("nearly too old", true), now - tolerance.unwrap().past + 120, None, BODY);
        }
    }
    let file = TempDir::new("launchcheck-signers").unwrap();
    let file = file.path().join("cases.json");
    std::fs::write(&file, serde_json::to_vec(&requests).unwrap()).unwrap();
    let output = npm::command(&folder, &["node", "verify.mjs"]).arg(&file).output().expect("node runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Vec<(String, String)> = serde_json::from_slice(&output.stdout).expect("a list of cases");
    assert_eq!(said.len(), wanted.len());
    let wrong: Vec<String> = (said.iter().zip(&wanted))
        .filter(|((name, how), (want, taken))| name != want || (how == "taken") != *taken)
        .map(|((name, how), (_, taken))| {
            format!("{name}: {how}, but should be {}", if *taken { "taken" } else { "refused" })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
