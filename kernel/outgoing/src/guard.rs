//! Where requests may go. An address that a user typed must not lead into the network that the server stands in: the
//! guard refuses what is not of the open internet, after the name was resolved, and the connection is made to exactly
//! the address that was checked.

use base::{Error, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What whoever runs the program allows beyond `https` to the open internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Networks that may be reached although they are private.
    pub networks: Vec<Network>,
    /// Whether requests may go without encryption.
    pub http: bool,
}

impl Rules {
    /// From settings: networks divided by commas (`10.1.0.0/16, 127.0.0.1`), and whether `http` is allowed.
    ///
    /// # Errors
    /// `Invalid` for what is no network.
    pub fn read(networks: &str, http: bool) -> Result<Self> {
        let words = networks.split(',').map(str::trim).filter(|w| !w.is_empty());
        Ok(Self { networks: words.map(Network::parse).collect::<Result<_>>()?, http })
    }

    /// Whether a connection to this address may be made.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = plain(address);
        is_public(address) || self.networks.iter().any(|n| n.holds(address))
    }
}

/// A network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn parse(word: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(format!(
                "\"{word}\" is no network; write it as 10.1.0.0/16, 127.0.0.1 or fd00::/8"
            ))
        };
        let (address, bits) = word.split_once('/').map_or((word, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }

    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                within(u128::from(a.to_bits()), u128::from(b.to_bits()), self.bits, 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => within(a.to_bits(), b.to_bits(), self.bits, 128),
            _ => false,
        }
    }
}

fn within(a: u128, b: u128, bits: u32, of: u32) -> bool {
    bits == 0 || (a ^ b) >> (of - bits) == 0
}

/// An IPv4 address that is dressed as an IPv6 one, as what it is.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Networks that are not of the open internet (IANA's registries of special-purpose addresses).
const V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u128::from(address.to_bits());
    !V4.iter().any(|(net, n)| within(u128::from(u32::from_be_bytes(*net)), bits, *n, 32))
}

/// Of IPv6 only global unicast (2000::/3) is open, without what is set apart in it; NAT64 carries an IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    if (a, b) == (0x64, 0xff9b) {
        let [w, x] = g.to_be_bytes();
        let [y, z] = h.to_be_bytes();
        return [c, d, e, f] == [0; 4] && is_public_v4(Ipv4Addr::new(w, x, y, z));
    }
    let global = a & 0xe000 == 0x2000;
    // 2001::/23 (Teredo, ORCHID, benchmarks), documentation, 6to4, documentation.
    let apart =
        (a == 0x2001 && b < 0x200) || (a, b) == (0x2001, 0xdb8) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    global && !apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &Rules, address: &str, expect: bool) {
        assert_eq!(rules.allow(address.parse().expect("an address")), expect, "{address}");
    }

    #[test]
    fn only_the_open_internet_is_reached() {
        let rules = Rules::default();
        for open in
            ["93.184.215.14", "8.8.8.8", "172.15.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"]
        {
            check(&rules, open, true);
            if open.parse::<Ipv4Addr>().is_ok() {
                check(&rules, &format!("::ffff:{open}"), true);
            }
        }
        for closed in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "64:ff9b::a9fe:a9fe",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "100::1",
            "5f00::1",
        ] {
            check(&rules, closed, false);
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_and_no_more() {
        let rules = Rules::read("10.1.0.0/16, 127.0.0.1,fd00::/8", false).expect("networks");
        for (address, expect) in [
            ("10.1.255.1", true),
            ("10.2.0.1", false),
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("127.0.0.2", false),
            ("fd12::1", true),
            ("fc12::1", false),
            ("1.1.1.1", true),
        ] {
            check(&rules, address, expect);
        }
        check(&Rules::read("0.0.0.0/0", false).expect("a network"), "127.0.0.1", true);
        for wrong in ["10.0.0.0/33", "example.org", "10/8", "::/129"] {
            assert!(Rules::read(wrong, false).is_err(), "{wrong}");
        }
    }
}
