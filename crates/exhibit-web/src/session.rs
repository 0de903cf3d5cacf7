//! Access control: the one-time code in the address that `serve` prints, and the sessions it opens.
//!
//! Secrets live in memory only and end with the process. A code works once; then another is made and announced, so that
//! a second browser can come in without a restart. Nothing here writes a secret to a log.

use exhibit_model::Digest;
use exhibit_model::digest::hex;
use std::sync::{Mutex, MutexGuard, PoisonError};

// The oldest session ends when more are opened.
const MOST_SESSIONS: usize = 32;

/// The open sessions, and the code that opens the next one.
pub struct Sessions {
    cookie: String,
    announce: Box<dyn Fn(&str) + Send + Sync>,
    open: Mutex<Open>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").field("cookie", &self.cookie).finish_non_exhaustive()
    }
}

struct Open {
    code: String,
    sessions: Vec<Session>,
}

/// An open session.
#[derive(Clone)]
pub struct Session {
    secret: String,
    /// The token that every form of this session carries.
    pub form_token: String,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(..)")
    }
}

impl Sessions {
    /// Sessions that `code` opens once. Each later code goes to `announce`. `port` distinguishes this server's cookie
    /// from those of others on the same machine: cookies are not separated by port.
    pub fn new(code: String, port: u16, announce: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let open = Open { code, sessions: Vec::new() };
        Self {
            cookie: format!("exhibit-{port}"),
            announce: Box::new(announce),
            open: Mutex::new(open),
        }
    }

    /// Opens a session if the code is right, and returns the `Set-Cookie` value for it.
    pub fn enter(&self, code: &str) -> Option<String> {
        let next = fresh_secret();
        let session = Session { secret: fresh_secret(), form_token: fresh_secret() };
        let cookie =
            format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, session.secret);
        let mut open = self.lock();
        if !same(&open.code, code) {
            return None;
        }
        open.code.clone_from(&next);
        if open.sessions.len() == MOST_SESSIONS {
            open.sessions.remove(0);
        }
        open.sessions.push(session);
        drop(open);
        (self.announce)(&next);
        Some(cookie)
    }

    /// The session that a `Cookie` header belongs to.
    pub fn of_cookies(&self, cookies: &str) -> Option<Session> {
        let open = self.lock();
        let values = cookies
            .split(';')
            .filter_map(|pair| pair.trim().strip_prefix(&self.cookie)?.strip_prefix('='));
        values
            .filter_map(|value| open.sessions.iter().find(|session| same(&session.secret, value)))
            .next()
            .cloned()
    }

    /// Ends a session, and returns the `Set-Cookie` value that removes its cookie.
    pub fn leave(&self, session: &Session) -> String {
        self.lock().sessions.retain(|kept| kept.secret != session.secret);
        format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", self.cookie)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two secrets are equal. Their digests are compared, so the time it takes does not reveal where they differ.
#[must_use]
pub fn same(kept: &str, given: &str) -> bool {
    Digest::of(kept.as_bytes()) == Digest::of(given.as_bytes())
}

/// A new secret: 128 random bits in hexadecimal digits.
///
/// # Panics
/// If the operating system returns no random bytes: nothing is safe without them.
#[must_use]
pub fn fresh_secret() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_code_works_once_and_the_next_is_announced() {
        let announced = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&announced);
        let door = Sessions::new("first".to_owned(), 8080, move |code| {
            keep.lock().expect("kept").push(code.to_owned())
        });
        assert_eq!(door.enter("wrong"), None);
        let cookie = door.enter("first").expect("it is the code");
        assert!(
            cookie.starts_with("exhibit-8080=")
                && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
            "{cookie}"
        );
        assert_eq!(door.enter("first"), None);
        let next = announced.lock().expect("kept").pop().expect("it was announced");
        assert!(door.enter(&next).is_some());
        let value = cookie.split(';').next().expect("it has a value");
        let session = door.of_cookies(&format!("other=1; {value}")).expect("it is open");
        assert!(door.of_cookies("exhibit-8080=").is_none());
        assert!(door.of_cookies(&value.replace("8080", "8081")).is_none());
        assert!(door.leave(&session).contains("Max-Age=0"));
        assert!(door.of_cookies(value).is_none());
    }
}
