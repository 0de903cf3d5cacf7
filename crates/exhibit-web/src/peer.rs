//! Whose connection it is: on the loopback address every user of the machine can connect, so the system is asked which
//! of them did.
//!
//! Linux lists the sockets of a machine with the user of each (`/proc/net/tcp`, `/proc/net/tcp6`). A system without these
//! lists does not tell, and then the one-time code and the session alone decide.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// The owner of the other end of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Owner {
    /// A user of this machine, by number.
    User(u32),
    /// No process has it any more.
    Gone,
    /// The system does not tell: the peer is on another machine, or there is no list of sockets.
    Unknown,
}

impl Owner {
    /// Whether a connection of this owner is answered: those of the user who runs the server, of the superuser, who can
    /// read everything anyway, and those whose owner is not known.
    pub(crate) const fn is_answered(self, own: u32) -> bool {
        match self {
            Self::User(user) => user == own || user == 0,
            Self::Gone => false,
            Self::Unknown => true,
        }
    }
}

/// The user who runs this process.
pub(crate) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The owner of the end at `peer` of a connection to `local`; asks the system, so it may block.
pub(crate) fn owner(peer: SocketAddr, local: SocketAddr) -> Owner {
    if !peer.ip().to_canonical().is_loopback() {
        return Owner::Unknown;
    }
    let tables = TABLES.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    tables.filter_map(|table| owner_in(&table, peer, local)).next().unwrap_or(Owner::Unknown)
}

/// The owner of a socket by a list of sockets; `None` if it is not in the list.
fn owner_in(table: &str, peer: SocketAddr, local: SocketAddr) -> Option<Owner> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().take(10).collect();
        let [_, from, to, _, _, _, _, user, _, inode] = fields[..] else { return None };
        if address(from)? != canonical(peer) || address(to)? != canonical(local) {
            return None;
        }
        // a socket that its process has closed belongs to nobody, and its user reads as 0
        if inode == "0" { Some(Owner::Gone) } else { user.parse().ok().map(Owner::User) }
    })
}

fn canonical(address: SocketAddr) -> (IpAddr, u16) {
    (address.ip().to_canonical(), address.port())
}

// `0100007F:1F90`: words of the address in the byte order of the machine, and the port.
fn address(text: &str) -> Option<(IpAddr, u16)> {
    let (ip, port) = text.split_once(':')?;
    let word =
        |at: usize| Some(u32::from_str_radix(ip.get(at * 8..at * 8 + 8)?, 16).ok()?.to_ne_bytes());
    let ip = match ip.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(at)?);
            }
            IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical()
        }
        _ => return None,
    };
    Some((ip, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[cfg(target_endian = "little")]
    #[test]
    fn owners_are_read_from_the_lists_of_the_system() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 5001 1 0 100 0 0 10 0\n\
             1: 0100007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 5002 1 0 20 4 30 10 -1\n\
             2: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 5003 1 0 20 4 30 10 -1\n\
             3: 0100007F:C002 0100007F:1F90 04 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1\n\
             4: 0000000000000000FFFF00000100007F:C003 0000000000000000FFFF00000100007F:1F90 01 0:0 0:0 0 1002 0 5004 1\n\
             5: 00000000000000000000000001000000:C004 00000000000000000000000001000000:1F90 01 0:0 0:0 0 1003 0 5005 1\n\
             6: nonsense\n";
        let own: SocketAddr = ([127, 0, 0, 1], 8080).into();
        let mapped: SocketAddr = "[::ffff:127.0.0.1]:8080".parse().expect("an address");
        for (peer, local, expect) in [
            ("127.0.0.1:49153", own, Some(Owner::User(1001))),
            ("[::ffff:127.0.0.1]:49153", mapped, Some(Owner::User(1001))),
            ("127.0.0.1:49154", own, Some(Owner::Gone)),
            ("127.0.0.1:49155", own, Some(Owner::User(1002))),
            ("[::1]:49156", "[::1]:8080".parse().expect("an address"), Some(Owner::User(1003))),
            ("127.0.0.1:49156", own, None),
            ("127.0.0.1:49153", ([127, 0, 0, 1], 8081).into(), None),
        ] {
            let peer = peer.parse().expect("an address");
            assert_eq!(owner_in(table, peer, local), expect, "{peer} at {local}");
        }
        assert_eq!(owner_in("", own, own), None);
    }

    #[test]
    fn other_users_of_this_machine_are_not_answered() {
        for (owner, expect) in [
            (Owner::User(1000), true),
            (Owner::User(0), true),
            (Owner::User(1001), false),
            (Owner::Gone, false),
            (Owner::Unknown, true),
        ] {
            assert_eq!(owner.is_answered(1000), expect, "{owner:?}");
        }
        assert!(!Owner::User(1000).is_answered(0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_owner_of_a_connection_of_ours_is_us() {
        for bound in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(bound) else { continue };
            let here = listener.local_addr().expect("an address");
            let browser = TcpStream::connect(here).expect("connected");
            let (stream, peer) = listener.accept().expect("accepted");
            assert_eq!(
                owner(peer, stream.local_addr().expect("an address")),
                Owner::User(own_user()),
                "{bound}"
            );
            drop(browser);
            let left = owner(peer, stream.local_addr().expect("an address"));
            assert!(!left.is_answered(1) || left == Owner::Unknown, "{left:?}");
        }
        assert_eq!(owner(([192, 0, 2, 1], 9).into(), ([192, 0, 2, 2], 80).into()), Owner::Unknown);
    }
}
