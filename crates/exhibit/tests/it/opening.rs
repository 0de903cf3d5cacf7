//! `exhibit open`: the browser first, the files meanwhile; and how the browser comes in.

use crate::access::{Served, get, served};
use crate::bench::Bench;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

// A desktop whose browser keeps what it is given.
fn with_desktop(bench: &Bench, mut command: Command) -> Command {
    bench.write(
        "bin/xdg-open",
        "#!/bin/sh\ncp -p \"$1\" \"$HOME/page\"\nprintf '%s\\n' \"$@\" > \"$HOME/asked.new\"\nmv \"$HOME/asked.new\" \"$HOME/asked\"\n",
    );
    fs::set_permissions(bench.path("bin/xdg-open"), fs::Permissions::from_mode(0o755))
        .expect("set");
    let path = format!("{}:/usr/bin:/bin", bench.path("bin").display());
    command.env("PATH", path).env("DISPLAY", ":0");
    command
}

fn wait_for(what: &str, mut is_met: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_met() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn post(served: &Served, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", served.port)).expect("connected");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        served.port,
        served.cookie,
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn stop(mut served: Served) -> Option<i32> {
    let _ = Command::new("kill").arg(served.child.id().to_string()).status();
    served.child.wait().expect("it ends").code()
}

#[test]
fn the_secret_of_the_session_is_in_no_argument() {
    let bench = Bench::new();
    bench.write("leak/a.txt", "一份文件");
    let arguments = ["open", "leak", "--json", "--listen", "127.0.0.1:0"];
    // opening the session, as `served` does, is what removes the page
    let served = served(with_desktop(&bench, bench.command(&arguments)));
    wait_for("the browser is started", || bench.path("home/asked").exists());
    let asked = fs::read_to_string(bench.path("home/asked")).expect("arguments");
    assert_eq!(asked.lines().count(), 1, "{asked}");
    let page = std::path::Path::new(asked.trim());
    assert!(
        page.is_absolute() && !asked.contains("127.0.0.1") && !asked.contains("/open/"),
        "{asked}"
    );
    wait_for("the page is removed once its secret is used", || !page.exists());
    // the copy may have come too late to be of use, but it is never readable by others
    if let Ok(kept) = fs::metadata(bench.path("home/page")) {
        assert_eq!(kept.permissions().mode() & 0o077, 0, "{:o}", kept.permissions().mode());
    }
    wait_for("it is taken in", || get(served.port, &served.cookie, "/items").contains("a.txt"));
    let left = fs::read_dir(bench.path("home/Exhibit")).expect("list").filter_map(Result::ok);
    assert_eq!(
        left.filter(|entry| entry.path().extension().is_some()).count(),
        0,
        "no page is left"
    );
    let _ = stop(served);
}

#[test]
fn what_is_read_is_searchable_while_the_rest_is_taken_in() {
    let bench = Bench::new();
    for number in 0..400 {
        bench.write(
            &format!("leak/{number:03}.txt"),
            format!("登记表第{number}号：所有进出人员须逐一登记。"),
        );
    }
    let served = served(bench.command(&[
        "open",
        "leak",
        "--no-browser",
        "--json",
        "--listen",
        "127.0.0.1:0",
    ]));
    let page = |path: &str| get(served.port, &served.cookie, path);
    let overview = page("/");
    assert!(overview.starts_with("HTTP/1.1 200"), "{overview}");
    let token =
        overview.split_once("name=\"token\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let token = token.expect("a form").0.to_owned();
    if overview.contains("id=\"intake\"") {
        let paused = post(&served, "/intake/pause", &format!("token={token}"));
        assert!(paused.starts_with("HTTP/1.1 303"), "{paused}");
        wait_for("it pauses, or it was complete", || {
            let overview = page("/");
            overview.contains("/intake/continue") || !overview.contains("id=\"intake\"")
        });
        let refused = post(&served, "/intake/continue", "token=wrong");
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
        let _ = post(&served, "/intake/continue", &format!("token={token}"));
    }
    assert!(page("/?refresh=1").starts_with("HTTP/1.1 200"));
    wait_for("everything is found", || page("/search?q=%E7%99%BB%E8%AE%B0").contains("400"));
    wait_for("it is complete", || !page("/").contains("id=\"intake\""));
    assert_eq!(stop(served), Some(0));
    let items = bench.run(&["-C", "home/Exhibit/leak", "ls", "--json"]).code(0);
    assert_eq!(items.objects().len(), 400, "no row is lost or doubled by a pause");
}

#[test]
fn an_intake_that_is_ended_with_the_server_is_resumed_later() {
    let bench = Bench::new();
    for number in 0..1_500 {
        bench.write(&format!("leak/{number:04}.txt"), format!("登记表第{number}号"));
    }
    let served = served(bench.command(&[
        "open",
        "leak",
        "--no-browser",
        "--json",
        "--listen",
        "127.0.0.1:0",
    ]));
    let code = stop(served);
    assert!(matches!(code, Some(0 | 143)), "{code:?}");
    let _ = bench.run(&["open", "leak", "--no-serve"]).code(0);
    let items = bench.run(&["-C", "home/Exhibit/leak", "ls", "--json"]).code(0);
    assert_eq!(items.objects().len(), 1_500);
}
