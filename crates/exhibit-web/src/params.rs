//! The input of a request: the parameters of its address, and the form that it sends.

use crate::admission::RequestContext;
use crate::session::same;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Form, FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::header;
use axum::http::request::Parts;

/// The parameters of an address: those in its path, and the names and values after its `?`.
#[derive(Clone, Debug, Default)]
pub struct Params {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl Params {
    /// A parameter of the path; empty if the path has none of this name.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        first(&self.path, name)
    }

    /// The first value of a name; empty if there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        first(&self.query, name)
    }

    /// Every value of a name, as check boxes send them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name as a number; 0 if it is not a number.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = RawPathParamsRejection;

    // a query string with errors is treated as empty
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = RawPathParams::from_request_parts(parts, state).await?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Self {
            path,
            query: Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default(),
        })
    }
}

/// A field of a form; for a file its bytes and name.
#[derive(Debug, Default)]
struct Field {
    name: String,
    file_name: String,
    bytes: Vec<u8>,
}

/// A form as sent, and the path parameters of its address.
#[derive(Debug, Default)]
pub struct FormData {
    params: Params,
    fields: Vec<Field>,
}

impl FormData {
    /// Reads the form of a request; `None` if it cannot be read.
    pub(crate) async fn read(params: Params, request: Request) -> Option<Self> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        let fields = if kind.starts_with("multipart/form-data") {
            parts(Multipart::from_request(request, &()).await.ok()?).await.ok()?
        } else {
            let Form(pairs) =
                Form::<Vec<(String, String)>>::from_request(request, &()).await.ok()?;
            let field = |(name, value): (String, String)| Field {
                name,
                bytes: value.into_bytes(),
                ..Field::default()
            };
            pairs.into_iter().map(field).collect()
        };
        Some(Self { params, fields })
    }

    /// Whether the form carries the token of the session.
    pub(crate) fn is_own(&self, context: &RequestContext) -> bool {
        context
            .session
            .as_ref()
            .is_some_and(|session| same(&session.form_token, self.text("token").trim()))
    }

    /// A parameter of the path that the form was sent to.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        self.params.path(name)
    }

    /// The text of a field; empty if it is missing or not text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }

    /// The number in a field; 0 if it is not a number.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        self.text(name).trim().parse().unwrap_or(0)
    }

    /// Whether the form has a field: a box that was ticked.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// The bytes of a field; `None` if it is missing.
    #[must_use]
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.fields.iter().find(|field| field.name == name).map_or(&[], |field| &field.bytes)
    }

    /// The name that a sent file had.
    #[must_use]
    pub fn file_name(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", |field| &field.file_name)
    }
}

async fn parts(mut parts: Multipart) -> Result<Vec<Field>, MultipartError> {
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        fields.push(Field { name, file_name, bytes: part.bytes().await?.to_vec() });
    }
    Ok(fields)
}
