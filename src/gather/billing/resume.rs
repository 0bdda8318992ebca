//! What an interrupted `launchcheck drift` read, kept in a file so that the next one goes on there.
//!
//! One JSON text a line: a header, what was read, and which times of creation are thereby complete.
//! Ids and amounts stand in it and digests of addresses, no address and no key.

use crate::probe::secret::Secret;
use launchcheck_checks::{
    billing::{objects::Customer, stripe::Sub},
    vocab::{Cause, Shown},
};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A file older than this is not gone on with: 24 hours, in seconds.
const OLD: i64 = 86_400;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// Version of the program, a salt, the account by a salted digest of its key, when it began.
    Resume(Box<str>, Box<str>, Box<str>, i64),
    Sub(Sub),
    Customer(Box<str>, u64),
    Subs(i64, i64),
    Customers(i64, i64),
}

/// What a file held.
pub(super) enum Kept {
    Sub(Sub),
    Customer(Box<str>, u64),
}

/// The file, while it is written.
pub(super) struct Resume {
    path: PathBuf,
    out: Mutex<BufWriter<File>>,
    /// When the reading began, in seconds since 1970: what changed since then is read again.
    pub(super) began: i64,
    /// Complete times of creation of subscriptions.
    pub(super) subs: Vec<(i64, i64)>,
    /// And of customers.
    pub(super) customers: Vec<(i64, i64)>,
    /// Whether an earlier run is gone on with.
    pub(super) goes_on: bool,
}
impl Resume {
    /// Opens the file, hands out what an earlier run of the same account kept in it, and goes on
    /// writing. A file of another account, another version or another day is begun anew.
    ///
    /// # Errors
    /// [`Cause::Unreadable`] where it can be neither read nor written.
    pub(super) fn open(path: &Path, key: &Secret<String>, now: i64, each: &mut dyn FnMut(Kept)) -> Result<Self, Cause> {
        let failed = |e: io::Error| Cause::Unreadable(format!("{} ({e})", path.display()).into());
        let (mut began, mut subs, mut customers, mut whole) = (None, Vec::new(), Vec::new(), 0);
        if path.exists() {
            let mut reader = BufReader::new(File::open(path).map_err(failed)?);
            let mut text = String::new();
            while reader.read_line(&mut text).map_err(failed)? > 0 && text.ends_with('\n') {
                let Ok(line) = serde_json::from_str::<Line>(&text) else { break };
                match line {
                    Line::Resume(version, salt, account, at) => {
                        let same = &*version == env!("CARGO_PKG_VERSION") && account == salted(&salt, key);
                        if !same || !(0..OLD).contains(&(now - at)) {
                            break;
                        }
                        began = Some(at);
                    }
                    _ if began.is_none() => break,
                    Line::Sub(sub) => each(Kept::Sub(sub)),
                    Line::Customer(id, email) => each(Kept::Customer(id, email)),
                    Line::Subs(from, to) => subs.push((from, to)),
                    Line::Customers(from, to) => customers.push((from, to)),
                }
                whole += text.len() as u64;
                text.clear();
            }
        }
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        // A line that was cut in the middle is written over.
        file.set_len(whole).map_err(failed)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(failed)?;
        let out = Mutex::new(BufWriter::new(file));
        let goes_on = began.is_some();
        let this = Self { path: path.to_owned(), out, began: began.unwrap_or(now), subs, customers, goes_on };
        if !goes_on {
            let salt: Box<str> = format!("{:x}-{:x}", std::process::id(), now).into();
            let account = salted(&salt, key);
            this.put(&Line::Resume(env!("CARGO_PKG_VERSION").into(), salt, account, now));
        }
        Ok(this)
    }
    fn put(&self, line: &Line) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk costs the resuming and not the run.
        if serde_json::to_writer(&mut *out, line).is_ok() {
            let _ = out.write_all(b"\n");
        }
        if matches!(line, Line::Subs(..) | Line::Customers(..) | Line::Resume(..)) {
            let _ = out.flush();
        }
    }
    /// Keeps a subscription.
    pub(super) fn sub(&self, sub: &Sub) {
        self.put(&Line::Sub(sub.clone()));
    }
    /// Keeps a customer.
    pub(super) fn customer(&self, customer: &Customer) {
        if !customer.test_clock {
            self.put(&Line::Customer(customer.id.clone(), customer.email_digest()));
        }
    }
    /// Notes that all subscriptions of these times of creation are kept.
    pub(super) fn covers_subs(&self, from: i64, to: i64) {
        self.put(&Line::Subs(from, to));
    }
    /// Notes that all customers of these times of creation are kept.
    pub(super) fn covers_customers(&self, from: i64, to: i64) {
        self.put(&Line::Customers(from, to));
    }
    /// Takes the file away: all was read.
    pub(super) fn done(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
    /// What is said about it.
    pub(super) fn note(&self) -> Option<Shown> {
        let at = jiff::Timestamp::from_second(self.began).ok().filter(|_| self.goes_on)?;
        Some(format!("went on from {}, begun {at}", self.path.display()).into())
    }
}
fn salted(salt: &str, key: &Secret<String>) -> Box<str> {
    let all = digest(&SHA256, format!("{salt}\0{}", key.expose()).as_bytes());
    let first = all.as_ref().iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    format!("{first:016x}").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::billing::stripe::{Lookup, lookup};

    #[test]
    fn what_was_kept_comes_back_and_a_torn_line_does_not() {
        let folder = std::env::temp_dir().join(format!("launchcheck-resume-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("drift.jsonl");
        let key = Secret::new("rk_live_1".to_owned());
        let body = br#"{"id":"sub_1","customer":"cus_1","status":"frozen","created":5,"items":{"data":[{"quantity":2,
            "price":{"id":"price_1","currency":"eur","unit_amount":1450,"recurring":{"interval":"month"}}}]}}"#;
        let Ok(Lookup::Found(sub)) = lookup(body) else { panic!() };
        let open = |key: &Secret<String>, now| {
            let mut kept = Vec::new();
            let resume = Resume::open(&path, key, now, &mut |k| kept.push(k)).unwrap();
            (resume, kept)
        };
        let (first, kept) = open(&key, 1_000_000);
        assert!(kept.is_empty() && !first.goes_on);
        first.sub(&sub);
        first.covers_subs(3, 9);
        drop(first);
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"sub\":{\"id\":\"su").unwrap();
        let (second, kept) = open(&key, 1_000_100);
        assert_eq!((second.subs.as_slice(), second.began, second.goes_on), ([(3, 9)].as_slice(), 1_000_000, true));
        assert!(matches!(kept.as_slice(), [Kept::Sub(s)] if *s == sub));
        second.covers_customers(1, 2);
        drop(second);
        assert_eq!(open(&key, 1_000_200).0.customers, [(1, 2)]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("rk_live"), "{text}");
        // Another key, and a day later.
        let other = Secret::new("rk_live_2".to_owned());
        assert!(!open(&other, 1_000_300).0.goes_on);
        assert!(!open(&other, 1_000_300 + OLD).0.goes_on);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
