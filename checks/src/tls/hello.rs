//! A handshake's first words, written and read by hand: what a server says before anything is
//! encrypted. It reads what a modern TLS library refuses to speak: TLS 1.0 and 1.1, and TLS 1.2 with
//! ciphers of the past. Up to TLS 1.2 the certificates are in clear text (RFC 5246, section 7.4).
//!
//! Nothing here touches a socket: bytes go in, and what they say comes out.

use crate::vocab::Shown;

/// What a greeting offers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Offer {
    /// TLS 1.2 and below, with every cipher that servers were ever seen to insist on.
    Wide,
    /// TLS 1.1 and below.
    Old,
}

/// The most that is read of one answer: certificates of 100 KB fit into it twice.
pub const MOST: usize = 256 * 1024;
/// The most that is kept of an answer that is not TLS.
const MOST_TEXT: usize = 512;

const TLS_1_1: u16 = 0x0302;
const TLS_1_2: u16 = 0x0303;

/// The ciphers of [`Offer::Wide`] with their names (the IANA registry of TLS cipher suites). The first
/// six of them are those that modern clients still speak in TLS 1.2.
const CIPHERS: &[(u16, &str)] = &[
    (0xc02b, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xc02c, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc02f, "ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xc030, "ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xcca9, "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xcca8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc024, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc028, "ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (0xc00a, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    (0xc013, "ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0xc014, "ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x009e, "DHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009f, "DHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x009c, "RSA_WITH_AES_128_GCM_SHA256"),
    (0x009d, "RSA_WITH_AES_256_GCM_SHA384"),
    (0x003c, "RSA_WITH_AES_128_CBC_SHA256"),
    (0x003d, "RSA_WITH_AES_256_CBC_SHA256"),
    (0x002f, "RSA_WITH_AES_128_CBC_SHA"),
    (0x0035, "RSA_WITH_AES_256_CBC_SHA"),
    (0x000a, "RSA_WITH_3DES_EDE_CBC_SHA"),
    (0x0005, "RSA_WITH_RC4_128_SHA"),
];
/// How many of them are modern.
const MODERN: usize = 6;

/// The name of a cipher suite, or its number.
#[must_use]
pub fn cipher_name(cipher: u16) -> Shown {
    let known = CIPHERS.iter().find(|(number, _)| *number == cipher);
    known.map_or_else(|| format!("0x{cipher:04X}").into(), |(_, name)| (*name).into())
}
/// Whether modern clients speak it in TLS 1.2.
#[must_use]
pub fn is_modern(cipher: u16) -> bool {
    CIPHERS[..MODERN].iter().any(|(number, _)| *number == cipher)
}
/// The name of a protocol version.
#[must_use]
pub fn version_name(version: u16) -> Shown {
    match version {
        0x0300 => "SSL 3.0".into(),
        0x0301 => "TLS 1.0".into(),
        TLS_1_1 => "TLS 1.1".into(),
        TLS_1_2 => "TLS 1.2".into(),
        0x0304 => "TLS 1.3".into(),
        other => format!("version 0x{other:04X}").into(),
    }
}
/// The name of an alert (RFC 8446, section 6, and RFC 5246, section 7.2).
#[must_use]
pub fn alert_name(alert: u8) -> Shown {
    match alert {
        0 => "close_notify".into(),
        10 => "unexpected_message".into(),
        40 => "handshake_failure".into(),
        42 => "bad_certificate".into(),
        47 => "illegal_parameter".into(),
        50 => "decode_error".into(),
        70 => "protocol_version".into(),
        71 => "insufficient_security".into(),
        80 => "internal_error".into(),
        86 => "inappropriate_fallback".into(),
        109 => "missing_extension".into(),
        112 => "unrecognised_name".into(),
        116 => "certificate_required".into(),
        120 => "no_application_protocol".into(),
        other => format!("alert {other}").into(),
    }
}

/// Writes the first message of a client: a record with a `ClientHello` (RFC 5246, section 7.4.1.2).
/// `name` is sent as the server's name where it is one and no address.
#[must_use]
pub fn client_hello(offer: Offer, name: &str, random: [u8; 32]) -> Vec<u8> {
    let ciphers: Vec<u8> = CIPHERS
        .iter()
        // Below TLS 1.2 there are only the suites with CBC or RC4 and SHA-1.
        .filter(|(_, n)| offer == Offer::Wide || n.ends_with("_SHA"))
        .flat_map(|(number, _)| number.to_be_bytes())
        // That renegotiation is safe: some servers insist on it (RFC 5746, section 3.3).
        .chain([0x00, 0xff])
        .collect();
    let mut extensions = Vec::new();
    let mut extend = |kind: u16, body: &[u8]| {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(counted(body));
    };
    if !name.is_empty() && name.parse::<std::net::IpAddr>().is_err() {
        extend(0, &counted(&[&[0][..], &counted(name.as_bytes())].concat()));
    }
    // x25519, P-256, P-384, P-521, x448 and ffdhe2048; uncompressed points. Behind them secp256k1 and
    // Brainpool: a server whose certificate is of such a curve shows it only to who names the curve.
    extend(10, &counted(&[0, 29, 0, 23, 0, 24, 0, 25, 0, 30, 1, 0, 0, 22, 0, 26, 0, 27, 0, 28]));
    extend(11, &[1, 0]);
    if offer == Offer::Wide {
        const SCHEMES: &[u8] =
            &[4, 3, 5, 3, 6, 3, 8, 7, 8, 8, 8, 4, 8, 5, 8, 6, 8, 9, 8, 10, 8, 11, 4, 1, 5, 1, 6, 1, 2, 3, 2, 1];
        extend(13, &counted(SCHEMES));
    }
    if offer == Offer::Wide {
        // The timestamps of certificate logs: in the greeting (RFC 6962, section 3.3) or a stapled answer.
        extend(18, &[]);
        extend(5, &[1, 0, 0, 0, 0]);
    }
    let version = if offer == Offer::Wide { TLS_1_2 } else { TLS_1_1 };
    let mut body = version.to_be_bytes().to_vec();
    body.extend(random);
    body.push(0);
    body.extend(counted(&ciphers));
    body.extend([1, 0]);
    body.extend(counted(&extensions));
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    let message = [&[1, length[1], length[2], length[3]][..], &body].concat();
    // The record says TLS 1.0, as that of every client does (RFC 8446, section 5.1).
    [&[22, 3, 1][..], &counted(&message)].concat()
}
/// Bytes with their number in front, in two octets.
fn counted(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()[..], bytes].concat()
}

/// What a server said to a greeting.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heard {
    /// The version and the cipher that it chose, by number.
    pub chosen: Option<(u16, u16)>,
    /// The certificates, its own first, DER.
    pub chain: Vec<Vec<u8>>,
    /// Whether it asks the client for a certificate.
    pub asks_certificate: bool,
    /// Whether it sends timestamps of certificate logs beside its certificate.
    pub stamps: bool,
    /// The alert it ended with.
    pub alert: Option<u8>,
    /// The start of what it said, where that is not TLS.
    pub other: Option<Vec<u8>>,
    /// What of its answer broke the protocol.
    pub broken: Option<&'static str>,
}
impl Heard {
    /// The version that it chose.
    #[must_use]
    pub fn version(&self) -> Option<u16> {
        self.chosen.map(|(v, _)| v)
    }
    /// Whether it chose TLS 1.1 or below.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.version().is_some_and(|v| v <= TLS_1_1)
    }
}

/// The extension of an OCSP answer that holds timestamps (RFC 6962, section 3.3), by its number.
const STAPLED_STAMPS: [u8; 10] = [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 5];

/// Reads an answer piece by piece.
#[derive(Debug, Default)]
pub struct Listener {
    records: Vec<u8>,
    messages: Vec<u8>,
    read: usize,
    heard: Heard,
    is_over: bool,
}
impl Listener {
    /// Takes what came. Returns whether all was said that there is to hear.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        if self.is_over {
            return true;
        }
        self.read += bytes.len();
        self.records.extend_from_slice(bytes);
        if self.read > MOST {
            return self.stop("it goes on beyond 256 KB");
        }
        while !self.is_over && self.record() {}
        self.is_over
    }
    /// What was heard, once nothing more comes.
    #[must_use]
    pub fn end(mut self) -> Heard {
        // Less than a record, and nothing before it: a few bytes that may be no TLS at all.
        if self.heard == Heard::default() && !self.records.is_empty() && self.messages.is_empty() {
            if looks_like_tls(&self.records) {
                self.heard.broken = Some("it ends in the middle of a message");
            } else {
                self.not_tls();
            }
        }
        self.heard
    }

    fn stop(&mut self, why: &'static str) -> bool {
        self.heard.broken = Some(why);
        self.is_over = true;
        true
    }
    fn not_tls(&mut self) {
        self.records.truncate(MOST_TEXT);
        self.heard.other = Some(std::mem::take(&mut self.records));
        self.is_over = true;
    }

    /// Takes one record off the front; whether there was one.
    fn record(&mut self) -> bool {
        if !looks_like_tls(&self.records) {
            // The start of a line of text may be yet to come, so it waits for the end.
            if self.records.len() >= MOST_TEXT {
                self.not_tls();
            }
            return false;
        }
        let [kind, _, _, high, low, ..] = self.records[..] else { return false };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > 16_384 + 2048 {
            self.stop("a record is longer than the protocol allows");
            return false;
        }
        if self.records.len() < 5 + length {
            return false;
        }
        let body: Vec<u8> = self.records.drain(..5 + length).skip(5).collect();
        match (kind, body.as_slice()) {
            (21, [_, alert]) => {
                // A warning about the name is no end (RFC 6066, section 3).
                if !(body[0] == 1 && *alert == 112) {
                    self.heard.alert = Some(*alert);
                    self.is_over = true;
                }
            }
            (21, _) => drop(self.stop("an alert that is none")),
            (22, _) => {
                self.messages.extend(body);
                while !self.is_over && self.message() {}
            }
            _ => drop(self.stop("a record of a kind that does not belong there")),
        }
        true
    }

    /// Takes one handshake message off the front; whether there was one.
    fn message(&mut self) -> bool {
        let [kind, a, b, c, ..] = self.messages[..] else { return false };
        let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(MOST);
        if length > MOST {
            self.stop("a message is longer than 256 KB");
            return false;
        }
        if self.messages.len() < 4 + length {
            return false;
        }
        let body: Vec<u8> = self.messages.drain(..4 + length).skip(4).collect();
        let read = match kind {
            2 => self.server_hello(&body),
            11 => self.certificates(&body),
            13 => {
                self.heard.asks_certificate = true;
                Some(())
            }
            22 => {
                self.heard.stamps |= body.windows(STAPLED_STAMPS.len()).any(|w| w == STAPLED_STAMPS);
                Some(())
            }
            // The end of the server's first words.
            14 => {
                self.is_over = true;
                Some(())
            }
            _ => Some(()),
        };
        if read.is_none() {
            self.stop("a message cannot be read");
        }
        true
    }

    fn server_hello(&mut self, body: &[u8]) -> Option<()> {
        let version = u16::from_be_bytes([*body.first()?, *body.get(1)?]);
        let session = usize::from(*body.get(34)?);
        let cipher = body.get(35 + session..37 + session)?;
        self.heard.chosen = Some((version, u16::from_be_bytes([cipher[0], cipher[1]])));
        // Behind the cipher stand the compression and the extensions, each a kind, a length and a body.
        let mut rest = body.get(40 + session..).unwrap_or_default();
        while let [a, b, high, low, ..] = *rest {
            let length = usize::from(u16::from_be_bytes([high, low]));
            self.heard.stamps |= [a, b] == [0, 18] && length > 0;
            rest = rest.get(4 + length..).unwrap_or_default();
        }
        (version >> 8 == 3).then_some(())
    }

    fn certificates(&mut self, body: &[u8]) -> Option<()> {
        let mut rest = body.get(3..)?;
        while !rest.is_empty() {
            let length = usize::try_from(u32::from_be_bytes([0, *rest.first()?, *rest.get(1)?, *rest.get(2)?])).ok()?;
            self.heard.chain.push(rest.get(3..3 + length)?.to_vec());
            rest = &rest[3 + length..];
        }
        Some(())
    }
}

/// Whether bytes can be the start of a TLS record: its kind, and 3 for all versions' major number.
fn looks_like_tls(bytes: &[u8]) -> bool {
    bytes.first().is_none_or(|kind| (20..=23).contains(kind)) && bytes.get(1).is_none_or(|major| *major == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind, 3, 1][..], &counted(body)].concat()
    }
    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let n = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind, n[1], n[2], n[3]][..], body].concat()
    }
    fn hello(version: u16, cipher: u16) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend(cipher.to_be_bytes());
        body.push(0);
        message(2, &body)
    }
    fn chain(ders: &[&[u8]]) -> Vec<u8> {
        let three = |n: usize| u32::try_from(n).unwrap().to_be_bytes()[1..].to_vec();
        let all: Vec<u8> = ders.iter().flat_map(|d| [three(d.len()), d.to_vec()].concat()).collect();
        message(11, &[three(all.len()), all].concat())
    }
    fn heard(pieces: &[&[u8]]) -> Heard {
        let mut listener = Listener::default();
        for piece in pieces {
            listener.take(piece);
        }
        listener.end()
    }

    #[test]
    fn an_answer_is_read_however_it_is_cut() {
        let flight =
            [hello(0x0301, 0x002f), chain(&[b"leaf", b"issuer"]), message(13, &[1]), message(14, &[])].concat();
        let (first, second) = flight.split_at(20);
        let bytes = [record(22, first), record(22, second)].concat();
        let want = Heard {
            chosen: Some((0x0301, 0x002f)),
            chain: vec![b"leaf".to_vec(), b"issuer".to_vec()],
            asks_certificate: true,
            ..Heard::default()
        };
        assert_eq!(heard(&[&bytes]), want);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(heard(&single), want);
        assert!(want.is_old());
    }

    #[test]
    fn timestamps_beside_the_certificate_are_seen() {
        let hello = |extensions: &[u8]| {
            let body = [&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2b, 0], &counted(extensions)].concat();
            message(2, &body)
        };
        let status = |body: &[u8]| message(22, &[&[1][..], body].concat());
        let stapled = [&[6, 10][..], &STAPLED_STAMPS].concat();
        for (said, stamps) in [
            (vec![hello(&[])], false),
            (vec![hello(&[0, 23, 0, 0, 0, 18, 0, 2, 1, 1])], true),
            (vec![hello(&[0, 18, 0, 0])], false),
            (vec![hello(&[0, 18, 0, 9, 1])], true),
            (vec![hello(&[]), status(&stapled)], true),
            (vec![hello(&[]), status(b"nothing")], false),
        ] {
            let heard = heard(&[&record(22, &[said.concat(), message(14, &[])].concat())]);
            assert_eq!((heard.stamps, heard.broken), (stamps, None), "{said:?}");
        }
    }

    #[test]
    fn alerts_text_and_nonsense_are_told_apart() {
        assert_eq!(heard(&[&record(21, &[2, 40])]).alert, Some(40));
        let named = [record(21, &[1, 112]), record(22, &hello(0x0303, 0xc02f))].concat();
        assert_eq!((heard(&[&named]).alert, heard(&[&named]).version()), (None, Some(0x0303)));
        let text = heard(&[b"HTTP/1.1 400 Bad ", b"Request\r\n"]);
        assert_eq!(text.other.as_deref(), Some(&b"HTTP/1.1 400 Bad Request\r\n"[..]));
        assert!(heard(&[&record(22, &message(2, &[3, 3, 1]))]).broken.is_some());
        assert!(heard(&[&[22, 3, 1, 255, 255]]).broken.is_some());
        assert!(heard(&[&[22, 3]]).broken.is_some());
        assert_eq!(heard(&[]), Heard::default());
    }

    #[test]
    fn an_answer_that_never_ends_is_cut() {
        let mut listener = Listener::default();
        let piece = record(22, &[22; 16_000]);
        let taken = (0..100).take_while(|_| !listener.take(&piece)).count();
        assert!(taken * piece.len() <= MOST);
        assert!(listener.end().broken.is_some());
    }

    #[test]
    fn a_greeting_names_the_server_and_no_address() {
        let wide = client_hello(Offer::Wide, "acme.test", [1; 32]);
        assert!(wide.windows(9).any(|w| w == b"acme.test"));
        assert_eq!(usize::from(u16::from_be_bytes([wide[3], wide[4]])), wide.len() - 5);
        assert!(!client_hello(Offer::Old, "192.0.2.1", [1; 32]).windows(9).any(|w| w == b"192.0.2.1"));
        assert!(is_modern(0xc02f) && !is_modern(0x002f) && !is_modern(0xc013));
        assert_eq!(cipher_name(0x002f).as_str(), "RSA_WITH_AES_128_CBC_SHA");
    }
}
