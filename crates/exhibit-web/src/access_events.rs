//! What of the requests is a look that the access log wants to know of: searches, and documents and pages that were
//! shown. It is told before the answer leaves, of answers that show something; routes know nothing of it.

use axum::extract::{Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// What somebody looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccessEvent {
    /// A search for this.
    Search(String),
    /// A document, as its address names it, and the page where one is asked for.
    Document(String, Option<u32>),
    /// A batch that was asked, by its number.
    Batch(u64),
    /// What came of a batch, as a file.
    BatchFile(u64),
}

/// Is told of every look; it must not take long.
pub type Recorder = Arc<dyn Fn(AccessEvent) + Send + Sync>;

pub(crate) async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let looked = match *request.method() {
        Method::GET => looked(request.uri()),
        Method::POST => asked(request.uri()),
        _ => None,
    };
    let response = next.run(request).await;
    let done = response.status().is_success() || response.status().is_redirection();
    if let Some(looked) = looked.filter(|_| done) {
        recorder(looked);
    }
    response
}

fn looked(uri: &Uri) -> Option<AccessEvent> {
    let parts: Vec<&str> = uri.path().split('/').skip(1).collect();
    let asked = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let asked = asked.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default();
    let value = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    match parts.as_slice() {
        ["search"] => value("q").filter(|query| !query.trim().is_empty()).map(AccessEvent::Search),
        ["doc", number] => {
            Some(AccessEvent::Document((*number).to_owned(), value("p").and_then(|page| page.parse().ok())))
        }
        ["doc", number, "page", file] => {
            let page = file.split('.').next().and_then(|page| page.parse().ok());
            Some(AccessEvent::Document((*number).to_owned(), page))
        }
        ["similar", number] => Some(AccessEvent::Document((*number).to_owned(), None)),
        ["batches", number, _] => number.parse().ok().map(AccessEvent::BatchFile),
        _ => None,
    }
}

// A saved search that is run leads on to the search page.
fn asked(uri: &Uri) -> Option<AccessEvent> {
    let number = uri.path().strip_prefix("/batches/")?.strip_suffix("/run")?;
    number.parse().ok().map(AccessEvent::Batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_looks() {
        let check = |address: &str, expected: Option<AccessEvent>| {
            assert_eq!(looked(&address.parse().expect("an address")), expected, "{address}");
        };
        check("/search?q=%E7%99%BB%E8%AE%B0&docs=1", Some(AccessEvent::Search("登记".to_owned())));
        check("/search?q=+", None);
        check("/search", None);
        check("/doc/EXH-000003?q=x&p=2", Some(AccessEvent::Document("EXH-000003".to_owned(), Some(2))));
        check("/doc/3", Some(AccessEvent::Document("3".to_owned(), None)));
        check("/doc/3/page/7.png?w=1600", Some(AccessEvent::Document("3".to_owned(), Some(7))));
        check("/batches/3/hits.csv", Some(AccessEvent::BatchFile(3)));
        check("/batches/3", None);
        check("/items", None);
        assert_eq!(asked(&"/batches/3/run".parse().expect("an address")), Some(AccessEvent::Batch(3)));
        assert_eq!(asked(&"/saved/rm".parse().expect("an address")), None);
    }
}
