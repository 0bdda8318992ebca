//! DKIM keys in the DNS (RFC 6376, 8301, 8463): which TXT records are one, how strong the key is,
//! and every flaw at its place.

use super::syntax::{Effect, Flaw, Flaws, Tag, ascii, tags};
use crate::vocab::Shown;
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// A key record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// As published.
    pub text: Shown,
    /// The key itself.
    pub material: Material,
    /// Whether `t=y`: the owner is only trying DKIM out.
    pub testing: bool,
    /// Whether `t=s`: the signing identity must be of exactly this domain.
    pub exact: bool,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}
/// The key itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Material {
    /// RSA with so many bits.
    Rsa(usize),
    /// Ed25519.
    Ed25519,
    /// `p=` is empty: the key is withdrawn (RFC 6376, section 3.6.1).
    Revoked,
    /// It could not be read; the flaws say why.
    Unreadable,
}
impl Key {
    /// Whether a signature can be verified by it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        matches!(self.material, Material::Rsa(_) | Material::Ed25519)
            && self.flaws.iter().all(|f| f.effect != Effect::Breaks)
    }
}

/// Of the TXT records at a selector, those that are meant as a key: they name the version or have
/// a `p=` tag. Others come from wildcards and say nothing about DKIM.
pub fn select(texts: impl IntoIterator<Item = Vec<u8>>) -> Vec<Key> {
    let is_key = |bytes: &Vec<u8>| {
        let text = ascii(bytes);
        let found = tags(&text, &mut Flaws::default());
        let other = |t: &Tag<'_>| t.name == "v" && !t.value.to_ascii_uppercase().starts_with("DKIM");
        !found.iter().any(other) && found.iter().any(|t| t.name == "p" || t.name == "v")
    };
    texts.into_iter().filter(is_key).map(|b| parse(&b)).collect()
}

/// Reads a key record.
#[must_use]
pub fn parse(bytes: &[u8]) -> Key {
    let text = ascii(bytes);
    let mut flaws = Flaws::default();
    let all = tags(&text, &mut flaws);
    for (i, tag) in all.iter().enumerate() {
        if all[..i].iter().any(|t| t.name == tag.name) {
            flaws.breaks(tag.at, tag.name, "each tag once");
        }
        if tag.name == "v" && (tag.value != "DKIM1" || i > 0) {
            flaws.breaks(tag.at, "v", "v=DKIM1, in capitals and as the first tag");
        }
    }
    let tag = |name: &str| all.iter().find(|t| t.name == name);
    // Values are lists with colons between; where the tag is absent everything is allowed.
    let lists = |name: &str, wanted: &[&str]| {
        tag(name).is_none_or(|t| t.value.split(':').any(|v| wanted.iter().any(|w| v.trim().eq_ignore_ascii_case(w))))
    };
    if let (false, Some(t)) = (lists("h", &["sha256"]), tag("h")) {
        flaws.breaks(t.value_at, t.value, "sha256 among the hashes; nobody accepts sha1 any more");
    }
    if let (false, Some(t)) = (lists("s", &["*", "email"]), tag("s")) {
        flaws.breaks(t.value_at, t.value, "email or * as the service");
    }
    let material = material(tag("k"), tag("p"), bytes.len(), &mut flaws);
    Key {
        text: Shown::wire(bytes),
        material,
        testing: tag("t").is_some() && lists("t", &["y"]),
        exact: tag("t").is_some() && lists("t", &["s"]),
        flaws: flaws.0,
    }
}

fn material(k: Option<&Tag<'_>>, p: Option<&Tag<'_>>, end: usize, flaws: &mut Flaws) -> Material {
    let Some(p) = p else {
        flaws.breaks(end, "", "the key: p=…");
        return Material::Unreadable;
    };
    if p.value.is_empty() {
        return Material::Revoked;
    }
    let Some(der) = decode(p, flaws) else { return Material::Unreadable };
    match k.map_or("rsa", |t| t.value).to_ascii_lowercase().as_str() {
        "rsa" => rsa_bits(&der).map_or_else(
            |why| {
                flaws.breaks(p.value_at, "", why);
                Material::Unreadable
            },
            Material::Rsa,
        ),
        "ed25519" if der.len() == 32 => Material::Ed25519,
        "ed25519" => {
            flaws.breaks(p.value_at, "", "an Ed25519 key of exactly 32 bytes");
            Material::Unreadable
        }
        _ => {
            if let Some(k) = k {
                flaws.breaks(k.value_at, k.value, "rsa or ed25519");
            }
            Material::Unreadable
        }
    }
}

/// Base64 with white space anywhere and padding or not, as verifiers take it.
fn decode(p: &Tag<'_>, flaws: &mut Flaws) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let is_white = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let kept: Vec<(usize, u8)> = p.value.bytes().enumerate().filter(|(_, b)| !is_white(*b)).collect();
    let compact: Vec<u8> = kept.iter().map(|(_, b)| *b).collect();
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    if let Some((i, bad)) = kept.iter().copied().find(|(_, b)| !alphabet(*b)) {
        let expected = match bad {
            b'"' | b'\\' => "base64 alone; quotation marks were pasted into the key",
            b'-' | b'_' => "base64 with + and /, not the form for URLs",
            _ => "base64: letters, digits, + and /",
        };
        flaws.breaks(p.value_at + i, &p.value[i..=i], expected);
        return None;
    }
    engine.decode(&compact).map_err(|_| flaws.breaks(p.value_at, "", "complete base64; characters are missing")).ok()
}

/// The length of an RSA modulus, from a `SubjectPublicKeyInfo` as all publish it or from the bare
/// PKCS #1 form that RFC 6376 allows too.
fn rsa_bits(der: &[u8]) -> Result<usize, &'static str> {
    // A SEQUENCE says how long it is, so a key that was cut off can be told from nonsense.
    let cut = matches!(der, [0x30, 0x81, n, ..] if usize::from(*n) + 3 > der.len())
        || matches!(der, [0x30, 0x82, a, b, ..] if usize::from(u16::from_be_bytes([*a, *b])) + 4 > der.len())
        || matches!(der, [0x30, n, ..] if *n < 0x80 && usize::from(*n) + 2 > der.len());
    if cut {
        return Err("the whole key; it ends too early, so a part of the record is missing");
    }
    let bits = |key: &RSAPublicKey<'_>| {
        let first = key.modulus.iter().position(|b| *b != 0)?;
        let modulus = &key.modulus[first..];
        Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
    };
    let inner = SubjectPublicKeyInfo::from_der(der).ok().map(|(_, spki)| spki.subject_public_key.data.to_vec());
    let key = inner.as_deref().unwrap_or(der);
    let found = RSAPublicKey::from_der(key).ok().and_then(|(_, k)| bits(&k));
    found.ok_or("an RSA public key; this is something else")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::{ED25519, RSA_512, RSA_1024, RSA_1024_PKCS1};

    fn read(text: &str) -> (Material, Vec<usize>) {
        let key = parse(text.as_bytes());
        (key.material, key.flaws.iter().map(|f| f.span.start).collect())
    }

    #[test]
    fn keys_of_every_kind() {
        for (text, want) in [
            (format!("v=DKIM1; k=rsa; p={RSA_1024}"), Material::Rsa(1024)),
            (format!("p={RSA_1024_PKCS1};"), Material::Rsa(1024)),
            (format!("p={RSA_512}"), Material::Rsa(512)),
            (
                format!("v=DKIM1;t=y:s;h=sha1:sha256;s=email;n=note;g=*;p= {} {}", &RSA_512[..9], &RSA_512[9..]),
                Material::Rsa(512),
            ),
            (format!("k=ed25519; p={}", ED25519.trim_end_matches('=')), Material::Ed25519),
            ("v=DKIM1; p=".to_owned(), Material::Revoked),
        ] {
            assert_eq!(read(&text), (want, vec![]), "{text}");
        }
        let key = parse(format!("t=y:s; p={RSA_512}").as_bytes());
        assert!(key.testing && key.exact && key.is_usable());
    }

    #[test]
    fn every_flaw_at_its_place() {
        let cut = &RSA_1024[..100];
        for (text, want) in [
            ("v=DKIM1; k=rsa".to_owned(), vec![14]),
            (format!("k=rsa; v=DKIM1; p={RSA_512}"), vec![7]),
            (format!("v=dkim1; p={RSA_512}"), vec![0]),
            (format!("p={RSA_512}; p={RSA_512}"), vec![RSA_512.len() + 4]),
            (format!("p=AB\"CD{RSA_512}"), vec![4]),
            ("p=AB-_".to_owned(), vec![4]),
            ("p=ABCDE".to_owned(), vec![2]),
            (format!("p={cut}"), vec![2]),
            (format!("k=ed25519; p={RSA_512}"), vec![13]),
            (format!("k=dsa; p={RSA_512}"), vec![2]),
            (format!("h=sha1; s=tlsrpt; p={RSA_512}"), vec![2, 10]),
            (format!("p={ED25519}"), vec![2]),
        ] {
            let key = parse(text.as_bytes());
            assert_eq!(key.flaws.iter().map(|f| f.span.start).collect::<Vec<_>>(), want, "{text}: {:?}", key.flaws);
            assert!(!key.is_usable());
        }
        assert!(parse(format!("p={cut}").as_bytes()).flaws[0].expected.contains("too early"));
    }

    #[test]
    fn which_texts_are_keys() {
        for (text, is) in [
            ("v=DKIM1; p=", true),
            ("v=dkim1; p=x", true),
            ("p=MIG", true),
            ("k=rsa; p=MIG", true),
            ("v=spf1 -all", false),
            ("v=DMARC1; p=none", false),
            ("hello=world", false),
        ] {
            assert_eq!(select([text.as_bytes().to_vec()]).len() == 1, is, "{text}");
        }
    }
}
