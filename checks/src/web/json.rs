//! What kind of data a JSON answer holds, in numbers and names: no value of it is kept but a build's
//! identity.

use crate::vocab::Shown;
use serde_json::Value;

/// The largest answer that is taken apart.
const CAP: usize = 512 * 1024;
/// Names of fields that hold what is personal.
const PERSONAL: &[&str] = &[
    "email",
    "emailaddress",
    "phone",
    "phonenumber",
    "mobile",
    "password",
    "passwordhash",
    "hashedpassword",
    "ssn",
    "iban",
    "dateofbirth",
    "birthdate",
    "dob",
    "stripecustomerid",
    "customerid",
    "streetaddress",
    "postalcode",
    "taxid",
    "cardlast4",
    "sessiontoken",
    "accesstoken",
    "refreshtoken",
    "apikey",
];
/// Names of fields that say which build is running.
const BUILD: &[&str] = &[
    "commit",
    "sha",
    "gitsha",
    "gitcommit",
    "commitsha",
    "commithash",
    "revision",
    "rev",
    "build",
    "buildid",
    "version",
    "release",
];

/// What a JSON answer holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Json {
    /// Whether nothing is in it: null, an empty list, `{"user": null}`.
    pub empty: bool,
    /// Whether it is a refusal: an error and no data.
    pub refusal: bool,
    /// How many records the largest list has; an object with an id counts as one.
    pub records: usize,
    /// The names of fields with personal data, sorted.
    pub personal: Vec<String>,
    /// How many different e-mail addresses of persons are in it.
    pub addresses: usize,
    /// The identity of the build, where a field says one.
    pub build: Option<Shown>,
    /// Texts of three characters and more that are values, to look for a tenant's own; digests only.
    pub values: Vec<u64>,
}

impl Json {
    /// Reads an answer; `None` where it is none.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        if body.len() > CAP {
            return None;
        }
        let value: Value = serde_json::from_slice(body).ok()?;
        let mut out = Self { empty: is_empty(&value), ..Self::default() };
        if let Value::Object(map) = &value {
            let error = |k: &String| {
                matches!(
                    k.to_lowercase().as_str(),
                    "error" | "errors" | "message" | "detail" | "code" | "status" | "statuscode" | "success" | "ok"
                )
            };
            out.refusal = map.keys().any(|k| k.to_lowercase().starts_with("error")) && map.keys().all(error);
            out.records = usize::from(map.contains_key("id") || map.contains_key("_id"));
        }
        let mut addresses = Vec::new();
        out.walk(&value, "", 0, &mut addresses);
        addresses.sort_unstable();
        addresses.dedup();
        out.addresses = addresses.len();
        out.personal.sort();
        out.personal.dedup();
        out.values.sort_unstable();
        out.values.dedup();
        Some(out)
    }

    fn walk<'a>(&mut self, value: &'a Value, key: &str, depth: usize, addresses: &mut Vec<&'a str>) {
        if depth > 12 {
            return;
        }
        match value {
            Value::Array(list) => {
                let objects = list.iter().filter(|v| v.is_object()).count();
                self.records = self.records.max(objects);
                for v in list {
                    self.walk(v, key, depth + 1, addresses);
                }
            }
            Value::Object(map) => {
                for (k, v) in map {
                    let plain: String =
                        k.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
                    if PERSONAL.contains(&plain.as_str()) && v.as_str().is_some_and(|t| !t.is_empty() && !is_role(t)) {
                        self.personal.push(k.chars().take(40).collect());
                    }
                    self.walk(v, &plain, depth + 1, addresses);
                }
            }
            Value::String(text) => {
                if BUILD.contains(&key) && self.build.is_none() && !text.is_empty() {
                    self.build = Some(Shown::from(text).short(80));
                }
                if is_address(text) && !is_role(text) {
                    addresses.push(text);
                }
                if text.len() >= 3 && self.values.len() < 20_000 {
                    self.values.push(word(text));
                }
            }
            Value::Number(n) => {
                let text = n.to_string();
                if text.len() >= 3 && self.values.len() < 20_000 {
                    self.values.push(word(&text));
                }
            }
            _ => {}
        }
    }
    /// Whether a value is this text.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        self.values.binary_search(&word(text)).is_ok()
    }
    /// Whether there is something in it that belongs to somebody.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        !self.personal.is_empty() || self.addresses > 1
    }
}

/// A number for a text (FNV-1a), so that no value is kept.
fn word(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Number(_) => false,
        Value::String(t) => t.is_empty(),
        Value::Array(list) => list.iter().all(is_empty),
        Value::Object(map) => {
            let all = map.values().all(is_empty);
            // A page of a list that has nothing on it still counts, to zero or to the size of a page.
            let listed = map.iter().any(|(k, v)| !is_counter(k) && (v.is_array() || v.is_object() || v.is_null()));
            all || listed && map.iter().all(|(k, v)| is_empty(v) || is_counter(k) && !v.is_array())
        }
    }
}

/// Names of fields that say how much there is, and not what.
fn is_counter(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "total",
        "totalcount",
        "totalpages",
        "count",
        "page",
        "pages",
        "pagesize",
        "perpage",
        "limit",
        "offset",
        "size",
        "hasmore",
        "hasnextpage",
        "success",
        "ok",
        "status",
        "meta",
        "pagination",
        "pageinfo",
    ];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

fn is_address(text: &str) -> bool {
    text.len() < 255
        && text
            .split_once('@')
            .is_some_and(|(a, d)| !a.is_empty() && d.contains('.') && !text.contains([' ', '/', ':']))
}
/// Whether an address is that of a desk and no person's.
fn is_role(text: &str) -> bool {
    const DESKS: &[&str] = &[
        "support", "hello", "info", "contact", "help", "sales", "team", "admin", "noreply", "no-reply", "privacy",
        "press", "security", "legal", "billing", "hi", "jobs", "abuse",
    ];
    text.split_once('@').is_some_and(|(a, _)| DESKS.contains(&a.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_told_from_empty_answers_and_desks() {
        let read = |t: &str| Json::read(t.as_bytes()).unwrap();
        assert!(read("{\"user\":null}").empty && read("[]").empty && read("{\"authenticated\":false}").empty);
        assert!(read("{\"users\":[],\"total\":0,\"page\":1}").empty);
        assert!(read("{\"success\":true,\"data\":null,\"meta\":{\"limit\":20}}").empty);
        assert!(!read("{\"success\":true}").empty && !read("{\"plan\":\"pro\",\"items\":[]}").empty);
        assert!(read("{\"error\":\"Unauthorized\",\"code\":\"x\"}").refusal);
        let users =
            read("[{\"id\":1,\"email\":\"anna@customers.example\"},{\"id\":2,\"email\":\"bela@customers.example\"}]");
        assert_eq!((users.records, users.addresses, users.personal.as_slice()), (2, 2, &["email".to_owned()][..]));
        let desk = read("{\"email\":\"support@acme.test\"}");
        assert!(!desk.is_personal());
        assert!(!read("[{\"id\":1,\"name\":\"Pro\",\"price\":4900}]").is_personal());
        assert_eq!(read("{\"status\":\"ok\",\"commit\":\"abc1234\"}").build.unwrap().as_str(), "abc1234");
        assert!(read("{\"tenant\":\"acme-inc\"}").holds("acme-inc") && !read("{\"tenant\":\"x\"}").holds("acme-inc"));
        assert!(Json::read(b"nope").is_none());
    }
}
