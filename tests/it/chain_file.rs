//! `launchcheck tls --chain`: a chain in a file, judged without its server.

use launchcheck_fixtures::{
    ca::{Ca, Leaf, Twist, pem},
    temp::TempDir,
};
use serde_json::Value;
use std::process::{Command, Output};

struct Files {
    folder: TempDir,
    ca: Ca,
}
impl Files {
    fn new() -> Self {
        let ca = Ca::new("Test Authority", "http://aia.invalid/intermediate.der").unwrap();
        let files = Self { folder: TempDir::new("launchcheck-chain").unwrap(), ca };
        files.write("root.pem", files.ca.root_pem());
        files
    }
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }
    fn chain(&self, leaf: &Leaf) -> String {
        let issued = self.ca.issue(leaf).unwrap();
        let text: Vec<String> = issued.cert.iter().map(|der| pem("CERTIFICATE", der)).collect();
        self.write("chain.pem", format!("subject=of the leaf\n{}", text.join("some words\n")))
    }
    fn run(&self, chain: &str, more: &[&str]) -> Output {
        let root = self.folder.path().join("root.pem");
        Command::new(env!("CARGO_BIN_EXE_launchcheck"))
            .args(["tls", "--chain", chain, "--ca-bundle"])
            .arg(root)
            .args(more)
            .env("NO_COLOR", "1")
            .output()
            .unwrap()
    }
    fn json(&self, chain: &str, more: &[&str]) -> (Value, i32) {
        let output = self.run(chain, &[&["--format", "json"], more].concat());
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
        (report, output.status.code().unwrap_or(-1))
    }
}

fn found(report: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| format!("{} {}", text(&f["severity"]), text(&f["rule"]))).collect()
}

#[test]
fn a_healthy_chain_is_go() {
    let files = Files::new();
    let chain = files.chain(&Leaf::new(&["acme.test", "192.0.2.7"]));
    for name in [&["--name", "acme.test"][..], &["--name", "192.0.2.7"], &[]] {
        let (report, code) = files.json(&chain, name);
        assert_eq!((found(&report), code), (vec![], 0), "{name:?}");
        assert_eq!((&report["schema"], &report["verdict"]), (&"launchcheck.report/1".into(), &"go".into()));
        let units: Vec<&str> = report["units"].as_array().unwrap().iter().filter_map(|u| u["rule"].as_str()).collect();
        assert!(units.contains(&"tls.untrusted") && units.iter().all(|u| u.starts_with("tls.")), "{units:?}");
    }
    let human = files.run(&chain, &["--name", "acme.test"]);
    assert!(String::from_utf8_lossy(&human.stdout).contains("GO"), "{human:?}");
    let human = files.run(&chain, &["--name", "shop.example"]);
    let text = String::from_utf8_lossy(&human.stdout);
    assert!(text.contains("launchcheck explain") && !text.contains("launchcheck audit"), "{text}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let files = Files::new();
    let chain = files.chain(&Leaf::new(&["shop.example"]).expired().twist(Twist::SerialZero));
    let (report, code) = files.json(&chain, &["--name", "acme.test"]);
    assert_eq!(code, 1);
    assert_eq!(
        found(&report),
        ["blocker tls.certificate-malformed", "blocker tls.expired", "blocker tls.name-mismatch"]
    );
}

#[test]
fn the_time_and_the_lists_are_the_users() {
    let files = Files::new();
    let chain = files.chain(&Leaf::new(&["acme.test"]).twist(Twist::Revoked));
    assert_eq!(found(&files.json(&chain, &[]).0), Vec::<String>::new());
    let list = files.ca.revocation_list().unwrap();
    for list in [files.write("list.crl", &list), files.write("list.pem", pem("X509 CRL", &list))] {
        let (report, code) = files.json(&chain, &["--crl", &list]);
        assert_eq!((found(&report), code), (vec!["blocker tls.revoked".to_owned()], 1));
    }
    let (report, code) = files.json(&chain, &["--at", "2049-01-01T00:00:00Z"]);
    assert_eq!(code, 1);
    assert!(found(&report).contains(&"blocker tls.expired".to_owned()), "{report}");
    let (report, _) = files.json(&chain, &["--at", "2020-01-01"]);
    assert!(found(&report).contains(&"blocker tls.not-yet-valid".to_owned()), "{report}");
}

#[test]
fn a_chain_without_its_intermediate_leads_nowhere() {
    let files = Files::new();
    let chain = files.chain(&Leaf::new(&["acme.test"]).signed(launchcheck_fixtures::ca::Signed::WithoutIntermediate));
    let (report, code) = files.json(&chain, &[]);
    assert_eq!((found(&report), code), (vec!["blocker tls.untrusted".to_owned()], 1));
}

#[test]
fn a_file_in_the_wrong_order_is_told_as_such() {
    let files = Files::new();
    let issued = files.ca.issue(&Leaf::new(&["acme.test"])).unwrap();
    let reversed: Vec<String> = issued.cert.iter().rev().map(|der| pem("CERTIFICATE", der)).collect();
    let (report, code) = files.json(&files.write("reversed.pem", reversed.concat()), &[]);
    assert_eq!((found(&report), code), (vec!["blocker tls.certificate-malformed".to_owned()], 1));
    let text = report["findings"].to_string();
    assert!(text.contains("Put the server's own certificate first in the file of acme.test"), "{text}");
    assert!(!text.contains("Delete what is named above"), "its own certificate is no surplus: {text}");
}

#[test]
fn files_as_people_have_them() {
    let files = Files::new();
    let issued = files.ca.issue(&Leaf::new(&["acme.test"])).unwrap();
    let blocks: Vec<String> = issued.cert.iter().map(|der| pem("CERTIFICATE", der)).collect();
    // As Windows ends its lines, and with what OpenSSL notes behind a certificate that it trusts.
    let aside = [&issued.cert[0][..], &[0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x2b, 6, 1, 5, 5, 7]].concat();
    for text in [blocks.concat().replace('\n', "\r\n"), pem("TRUSTED CERTIFICATE", &aside) + &blocks[1]] {
        let (report, code) = files.json(&files.write("chain.pem", text), &[]);
        assert_eq!((found(&report), code), (vec![], 0), "{report}");
    }
    for (bytes, words) in [
        ([&b"\xef\xbb\xbf"[..], blocks.concat().as_bytes()].concat(), "byte order mark"),
        (pem("CERTIFICATE", files.ca.intermediate()).into_bytes(), "--name HOST"),
    ] {
        let output = files.run(&files.write("chain.pem", bytes), &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(words), "{said}");
    }
}

#[test]
fn a_certificate_that_calls_itself_an_authority_and_is_trusted_is_only_badly_made() {
    let files = Files::new();
    let leaf = Leaf::new(&["acme.test"]).signed(launchcheck_fixtures::ca::Signed::Itself).twist(Twist::SelfAuthority);
    let own = files.write("root.pem", pem("CERTIFICATE", &files.ca.issue(&leaf).unwrap().cert[0]));
    let (report, code) = files.json(&own, &[]);
    assert_eq!((found(&report), code), (vec!["blocker tls.certificate-malformed".to_owned()], 1), "{report}");
    assert!(report["findings"].to_string().contains("basicConstraints=critical,CA:FALSE"), "{report}");
    // Without the bundle it is nobody's.
    files.write("root.pem", files.ca.root_pem());
    assert_eq!(
        found(&files.json(&files.write("own.pem", pem("CERTIFICATE", &files.ca.issue(&leaf).unwrap().cert[0])), &[]).0),
        ["blocker tls.self-signed"]
    );
}

#[test]
fn an_address_is_no_domain() {
    let files = Files::new();
    for leaf in [Leaf::new(&["acme.test"]), Leaf::new(&["192.0.2.8"]).expired().twist(Twist::SerialZero)] {
        let (report, code) = files.json(&files.chain(&leaf), &["--name", "192.0.2.7"]);
        let text = report["findings"].to_string();
        assert_eq!(code, 1);
        assert!(text.contains("--preferred-profile shortlived --ip-address 192.0.2.7"), "{text}");
        assert!(!text.contains("-d 192.0.2.7") && !text.contains("project's domains"), "{text}");
    }
}

#[test]
fn a_certificate_that_is_trusted_by_itself_is_no_authority() {
    let files = Files::new();
    let issued = files.ca.issue(&Leaf::new(&["acme.test"]).signed(launchcheck_fixtures::ca::Signed::Itself)).unwrap();
    let own = files.write("root.pem", pem("CERTIFICATE", &issued.cert[0]));
    let (report, code) = files.json(&own, &[]);
    let of_an_authority = report["findings"].to_string().contains("private root");
    assert!(!of_an_authority, "{}", report["findings"]);
    assert_eq!(
        (found(&report).iter().any(|f| f.ends_with("tls.self-signed")), code),
        (false, 0),
        "{:?}",
        found(&report)
    );
}

#[test]
fn a_list_is_worth_what_it_is_about() {
    let files = Files::new();
    let list = files.write("list.crl", files.ca.revocation_list().unwrap());
    let other = Ca::new("Another Authority", "http://aia.invalid/i.der").unwrap();
    let other = files.write("other.crl", other.revocation_list().unwrap());
    let soon = u64::try_from(launchcheck_fixtures::stripe::now()).unwrap() + 60 * 86_400;
    let later = soon.to_string();
    let said = |report: &Value| {
        let units = report["units"].as_array().unwrap().clone();
        let of = |u: &Value| u["rule"] == "tls.revoked";
        units.into_iter().find(of).unwrap()["outcome"].as_str().unwrap_or_default().to_owned()
    };
    let listed = files.chain(&Leaf::new(&["acme.test"]).twist(Twist::Listed));
    assert_eq!(said(&files.json(&listed, &["--crl", &list]).0), "pass");
    // One that is over, one of somebody else's: no good news.
    assert_eq!(said(&files.json(&listed, &["--crl", &list, "--at", &later]).0), "unknown");
    assert_eq!(said(&files.json(&listed, &["--crl", &other]).0), "unknown");
    let revoked = files.chain(&Leaf::new(&["acme.test"]).twist(Twist::Revoked));
    for more in [&["--crl", &list, "--at", &later][..], &["--crl", &other, "--crl", &list]] {
        assert_eq!(said(&files.json(&revoked, more).0), "fail", "{more:?}");
    }
}

#[test]
fn wrong_use_ends_2() {
    let files = Files::new();
    let nothing = files.write("nothing.pem", "no certificate here\n");
    for (chain, more) in [
        (nothing.as_str(), &[][..]),
        ("/nowhere/chain.pem", &[]),
        (&files.chain(&Leaf::new(&["acme.test"])), &["--at", "tomorrow"]),
        (&files.chain(&Leaf::new(&["acme.test"])), &["--name", "a b"]),
        (&files.chain(&Leaf::new(&["acme.test"])), &["--crl", &nothing]),
    ] {
        let output = files.run(chain, more);
        assert_eq!(output.status.code(), Some(2), "{chain} {more:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{output:?}");
    }
    // Bytes that are no certificate are the chain's fault, and a finding.
    let odd = files.write("odd.pem", pem("CERTIFICATE", b"0\x03abc"));
    let (report, code) = files.json(&odd, &[]);
    assert_eq!((found(&report), code), (vec!["blocker tls.certificate-malformed".to_owned()], 1));
    assert!(!report["findings"][0]["fix"].to_string().contains("0.0.0.0"), "{report}");
}
