//! Opening the user's browser at the address that opens a session.
//!
//! The address carries a secret, and the arguments of a program can be read by every user of the machine. So the browser
//! gets the name of a file that only this user can read, and that leads on to the address; it is removed once the secret
//! is used.

use crate::system;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A private file that leads a browser on; removed on drop.
#[derive(Debug)]
pub(crate) struct LeadingPage(PathBuf);

impl Drop for LeadingPage {
    fn drop(&mut self) {
        // it may be gone already
        let _ = fs::remove_file(&self.0);
    }
}

/// Opens the browser of the desktop, if there is one. Keep the page until the session is open.
///
/// # Errors
/// If no page can be written, or no browser started.
pub(crate) fn open(link: &str) -> io::Result<Option<LeadingPage>> {
    let seen =
        std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if !seen {
        return Ok(None);
    }
    let page = leading_page(&places(), link)?;
    let mut command = Command::new("xdg-open");
    command
        .arg(&page.0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(Some(page))
}

// The folder of cases comes first: confined browsers (snap, flatpak) read visible folders of the home, but neither hidden
// ones nor those of the session.
fn places() -> Vec<PathBuf> {
    let cases = std::env::home_dir().map(|home| home.join("Exhibit"));
    let session =
        std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    [cases, session, system::keys().ok()]
        .into_iter()
        .flatten()
        .filter(|path| is_ours(path))
        .collect()
}

// A folder that others can write to might be exchanged under the file.
fn is_ours(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let own = rustix::process::geteuid().as_raw();
    fs::metadata(folder).is_ok_and(|found| {
        found.is_dir() && found.uid() == own && found.permissions().mode() & 0o022 == 0
    })
}

fn leading_page(folders: &[PathBuf], link: &str) -> io::Result<LeadingPage> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for folder in folders {
        let mut random = [0; 8];
        system::random(&mut random);
        let path = folder.join(format!("open-{:016x}.html", u64::from_ne_bytes(random)));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let page = LeadingPage(path);
                file.write_all(contents(link).as_bytes())?;
                return Ok(page);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

// A link is an address of this program's own: it has no character that HTML would read otherwise.
fn contents(link: &str) -> String {
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0;url={link}\">\n<title>Exhibit</title>\n<p><a href=\"{link}\">Exhibit</a></p>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_private_and_goes_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing");
        let link = "http://127.0.0.1:8080/open/0123";
        let page =
            leading_page(&[missing.clone(), folder.path().to_owned()], link).expect("a page");
        let path = page.0.clone();
        assert_eq!(path.parent(), Some(folder.path()), "the first folder that there is");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = fs::read_to_string(&path).expect("it is read");
        assert!(text.contains("content=\"0;url=http://127.0.0.1:8080/open/0123\""), "{text}");
        assert!(!path.display().to_string().contains("0123"));
        drop(page);
        assert!(!path.exists());
        assert!(leading_page(&[missing], link).is_err());
    }

    #[test]
    fn folders_that_others_can_write_to_are_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(is_ours(folder.path()));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("set");
        assert!(!is_ours(folder.path()));
        assert!(!is_ours(&folder.path().join("missing")));
    }
}
