//! Which addresses may be connected to when something outside named them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to a machine, a private network or no network at all (RFC 6890
/// registries). A redirect, an AIA URL or a record that leads there is never followed: it could
/// reach what only the machine that runs the audit can reach. Documentation ranges (RFC 5737,
/// RFC 3849) are not private: nothing is there, so nothing can be reached.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => v4(a),
        IpAddr::V6(a) => a.to_ipv4_mapped().map_or_else(|| v6(a), v4),
    }
}

fn v4(a: Ipv4Addr) -> bool {
    let [one, two, ..] = a.octets();
    a.is_private()
        || a.is_loopback()
        || a.is_link_local()
        || a.is_unspecified()
        || a.is_broadcast()
        || a.is_multicast()
        || one == 0
        || one >= 240
        // Shared address space of carriers, RFC 6598.
        || (one == 100 && (64..128).contains(&two))
        // Benchmarking, RFC 2544.
        || (one == 198 && (18..20).contains(&two))
}

fn v6(a: Ipv6Addr) -> bool {
    let first = a.segments()[0];
    a.is_loopback()
        || a.is_unspecified()
        || a.is_multicast()
        // Unique local, RFC 4193, and link local, RFC 4291.
        || first & 0xfe00 == 0xfc00
        || first & 0xffc0 == 0xfe80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_public() {
        for (text, private) in [
            ("10.0.0.1", true),
            ("127.0.0.1", true),
            ("169.254.169.254", true),
            ("100.64.0.1", true),
            ("::1", true),
            ("::ffff:192.168.0.1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("0.0.0.0", true),
            ("203.0.113.7", false),
            ("2001:db8::7", false),
            ("1.1.1.1", false),
            ("100.128.0.1", false),
        ] {
            assert_eq!(is_private(text.parse().unwrap()), private, "{text}");
        }
    }
}
