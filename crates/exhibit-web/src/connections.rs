//! Connections: how many there may be, how long they may take to ask and to listen, and whose are answered.
//!
//! Every program on the machine can connect, so none of them may hold up the interface for the others: connections beyond
//! the limit wait for a place, and one that does not complete the head of a request, or does not take its response, is
//! closed. Bodies have a time limit where they are read.

use crate::peer::{self, Owner};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Sleep, sleep, timeout};

/// Limits on connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConnectionLimits {
    /// The maximum number of open connections; further ones wait.
    pub most: u16,
    /// The time in which the head of a request must be complete, and within which the next request must begin.
    pub head: Duration,
    /// The time for which a client may leave a response untaken.
    pub untaken: Duration,
}

impl ConnectionLimits {
    /// 128 connections; 20 seconds for a head, a minute for what is sent.
    pub const STANDARD: Self =
        Self { most: 128, head: Duration::from_secs(20), untaken: Duration::from_secs(60) };
}

// For the responses in progress when the server stops.
const LAST_RESPONSES: Duration = Duration::from_secs(5);
// Between attempts to accept connections while the process has no descriptors left.
const NO_DESCRIPTORS: Duration = Duration::from_millis(200);

const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n";

/// Answers connections until `stop` resolves.
pub(crate) async fn answer_connections(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(usize::from(limits.most)));
    let (ending, end) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone(), limits, end.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(_) => sleep(NO_DESCRIPTORS).await,
        }
    }
    drop(ending);
    let _ = timeout(LAST_RESPONSES, places.acquire_many(u32::from(limits.most))).await;
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    stream: TcpStream,
    router: Router,
    limits: ConnectionLimits,
    mut end: watch::Receiver<()>,
) {
    match owner(&stream).await {
        owner if owner.is_answered(peer::own_user()) => {}
        Owner::User(user) => {
            tracing::warn!(user, "refused a connection of another user");
            // the buffer of a new connection has room for it
            let answer = format!("{FORBIDDEN}{}\n", crate::words::ENGLISH.of_another_user());
            let _ = stream.try_write(answer.as_bytes());
            return;
        }
        _ => return,
    }
    let stream = TokioIo::new(Taken { stream, most: limits.untaken, waiting: None });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(stream, TowerToHyperService::new(router));
    let mut served = pin!(served);
    tokio::select! {
        _ = served.as_mut() => return,
        _ = end.changed() => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

async fn owner(stream: &TcpStream) -> Owner {
    let (Ok(peer), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else {
        return Owner::Gone;
    };
    tokio::task::spawn_blocking(move || peer::owner(peer, local)).await.unwrap_or(Owner::Gone)
}

/// A connection that ends if what is sent is not taken for too long.
struct Taken {
    stream: TcpStream,
    most: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Taken {
    fn within_time<T>(
        &mut self,
        context: &mut Context<'_>,
        sent: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.waiting = None;
            return sent;
        }
        let most = self.most;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(most)));
        waiting.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Taken {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Taken {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let sent = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.within_time(context, sent)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let sent = Pin::new(&mut this.stream).poll_write_vectored(context, pieces);
        this.within_time(context, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::io::{Read as _, Write as _};
    use std::net::{Shutdown, SocketAddr, TcpStream as Client};
    use std::time::Instant;
    use tokio::sync::oneshot;

    const SHORT: ConnectionLimits = ConnectionLimits {
        most: 3,
        head: Duration::from_millis(400),
        untaken: Duration::from_millis(400),
    };

    // Runs a server with these limits while `test` talks to it.
    fn with_server(limits: ConnectionLimits, test: impl FnOnce(SocketAddr)) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("bound");
        let here = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/", get(async || "answered"))
            .route("/long", get(async || "x".repeat(64 << 20)))
            .route(
                "/slow",
                get(async || {
                    sleep(Duration::from_millis(1_200)).await;
                    "slowly answered"
                }),
            );
        let (stop, stopped) = oneshot::channel::<()>();
        let server = runtime.spawn(answer_connections(listener, router, limits, async {
            let _ = stopped.await;
        }));
        test(here);
        drop(stop);
        runtime.block_on(server).expect("it ends");
    }

    fn connected(to: SocketAddr) -> Client {
        let client = Client::connect(to).expect("connected");
        client.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        client
    }

    fn ask(to: SocketAddr, path: &str) -> String {
        let mut client = connected(to);
        write!(client, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .expect("sent");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        answer
    }

    // Whether the server closes the connection while the client goes on sending a head, a byte at a time.
    fn closes_on_a_slow_head(mut client: Client) -> bool {
        let deadline = Instant::now() + Duration::from_secs(15);
        let begun = client.write_all(b"GET / HTTP/1.1\r\nx: ");
        client.set_read_timeout(Some(Duration::from_millis(50))).expect("set");
        let mut buffer = [0; 512];
        begun.expect("sent");
        while Instant::now() < deadline {
            match client.read(&mut buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) => {}
                Err(_) => return true,
            }
            if client.write_all(b"x").is_err() {
                return true;
            }
        }
        false
    }

    #[test]
    fn a_head_that_never_ends_is_not_waited_for() {
        with_server(SHORT, |here| {
            assert!(ask(here, "/").ends_with("answered"));
            assert!(closes_on_a_slow_head(connected(here)), "a byte at a time");
            // one that sends nothing at all, and one that has its response and sends nothing more
            let mut silent = connected(here);
            assert_eq!(silent.read(&mut [0; 64]).expect("closed"), 0);
            let mut idle = connected(here);
            idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
            let mut answer = Vec::new();
            idle.read_to_end(&mut answer).expect("closed after the answer");
            assert!(answer.ends_with(b"answered"));
            // the time that an answer takes is not the client's
            assert!(ask(here, "/slow").ends_with("slowly answered"));
        });
    }

    #[test]
    fn those_who_hold_connections_open_do_not_keep_others_out() {
        with_server(SHORT, |here| {
            let held: Vec<Client> = (0..12).map(|_| connected(here)).collect();
            let begun = Instant::now();
            assert!(ask(here, "/").ends_with("answered"));
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "each of them has its time, three at once"
            );
            drop(held);
        });
    }

    #[test]
    fn a_response_that_is_not_taken_is_given_up() {
        with_server(ConnectionLimits { most: 1, ..SHORT }, |here| {
            let mut greedy = connected(here);
            greedy.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
            // the only place becomes free although it reads nothing
            assert!(ask(here, "/").ends_with("answered"));
            let _ = greedy.shutdown(Shutdown::Both);
            let whole = ask(here, "/long");
            assert!(whole.len() > 64 << 20, "one that reads gets all: {}", whole.len());
        });
    }

    // Only the superuser can connect as somebody else.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_of_another_user_gets_nothing() {
        use std::os::unix::process::CommandExt as _;
        if peer::own_user() != 0 {
            return;
        }
        with_server(SHORT, |here| {
            let script = format!(
                "exec 3<>/dev/tcp/127.0.0.1/{}; printf 'GET / HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n' >&3; cat <&3",
                here.port()
            );
            let run = std::process::Command::new("bash")
                .args(["-c", &script])
                .uid(65_534)
                .gid(65_534)
                .output();
            let answer = String::from_utf8_lossy(&run.expect("bash runs").stdout).into_owned();
            assert!(!answer.contains("\r\n\r\nanswered"), "{answer}");
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 403"), "{answer}");
            assert!(ask(here, "/").ends_with("answered"));
        });
    }
}
