//! The pages, each in one file (or one folder): its data, its loader, its view, its samples and its tests.
//!
//! # To add a page
//!
//! 1. `pages/<name>.rs`: the struct of what the page shows, and `impl Page` with
//!    - `load`: the data from the case, returned with the [`AccessEvent`] of showing them. It cannot be left out,
//!      and a page whose event cannot be recorded is not shown;
//!    - `render`: the markup. Data of the case go through [`crate::untrusted`];
//!    - `samples`: the page with invented contents and hard cases, for the gallery and for the tests of all pages.
//! 2. `pages/mod.rs`: `pub mod <name>;` and its row in [`ROUTES`]. The router, the case bar and the gallery follow from
//!    that list.
//! 3. `words.rs`: its texts.
//! 4. `tests/it/access.rs`: its row, with the event expected. The test fails while a route has none.
//!
//! A form that changes something is a function from [`FormData`] to a [`Change`], a file a function to a
//! `Loaded<Content>`; both get a row in the same list.

pub mod batches;
pub mod distinctive;
pub mod document;
pub mod help;
mod history;
pub mod intake;
mod interface;
pub mod items;
pub mod log;
pub mod overview;
pub mod problems;
pub mod saved;
pub mod search;
pub mod similar;

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::frame::{Frame, Section};
use crate::page_error::PageError;
use crate::params::{FormData, Params};
use crate::samples::Sample;
use crate::words::Words;
use axum::body::Body;
use maud::Markup;
use std::sync::Arc;

/// A page.
pub trait Page {
    /// The data that it shows.
    type View;

    /// Loads the data of the page, with the event of showing them.
    ///
    /// # Errors
    /// [`PageError`]: a page with a message is shown instead.
    fn load(app: &App, params: &Params) -> Result<Loaded<Self::View>, PageError>;

    /// Renders the page.
    fn render(frame: &Frame, view: &Self::View) -> Markup;

    /// The page with invented contents, each under a short name that is valid as a file name.
    fn samples() -> Vec<(&'static str, Self::View)>;
}

/// Every address of the interface. The sections of the case bar are in the order of this list.
pub static ROUTES: &[Route] = &[
    page::<overview::Overview>("/", Section::Overview).in_bar("g o", |words| words.overview()),
    page::<search::SearchPage>("/search", Section::Search).in_bar("g s", |words| words.search()),
    page::<distinctive::DistinctivePage>("/words", Section::Search),
    page::<help::Help>("/help", Section::Search),
    form("/intake/{how}", intake::change),
    form("/history/{how}", history::change),
    page::<batches::BatchList>("/batches", Section::Batches).in_bar("g b", |words| words.batches()),
    form("/batches", batches::new).most_bytes(batches::MOST_LIST),
    page::<batches::batch::BatchPage>("/batches/{number}", Section::Batches),
    form("/batches/{number}/run", batches::batch::run),
    file("/batches/{number}/{file}", batches::file::load),
    page::<saved::SavedSearches>("/saved", Section::Saved).in_bar("g v", |words| words.saved()),
    form("/saved", saved::save),
    form("/saved/run", saved::run),
    form("/saved/rm", saved::forget),
    form("/saved/undo", saved::take_back),
    page::<items::Items>("/items", Section::Items).in_bar("g i", |words| words.items()),
    page::<problems::Problems>("/problems", Section::Problems)
        .in_bar("g p", |words| words.problems()),
    page::<log::LogList>("/log", Section::Log).in_bar("g l", |words| words.log()),
    page::<log::LogEntry>("/log/{index}", Section::Log),
    page::<document::DocumentPage>("/doc/{number}", Section::None),
    form("/doc/{number}/tags", document::tags::change),
    file("/doc/{number}/page/{file}", document::picture::load).renders(),
    page::<similar::SimilarPage>("/similar/{number}", Section::None),
    file("/open/{code}", interface::opened),
    file("/static/{file}", interface::asset),
    Route {
        method: "POST",
        path: "/leave",
        section: Section::None,
        bar: None,
        serve: Serve::Leave,
        samples: no_samples,
    },
];

/// A row of [`ROUTES`].
#[derive(Debug)]
pub struct Route {
    /// Its method: GET, also for HEAD, or POST.
    pub method: &'static str,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    pub(crate) section: Section,
    pub(crate) bar: Option<BarLink>,
    pub(crate) serve: Serve,
    pub(crate) samples: fn(&Frame) -> Vec<Sample>,
}

/// The link to a page in the case bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BarLink {
    pub(crate) key: &'static str,
    pub(crate) word: fn(&Words) -> String,
}

pub(crate) type RenderPage = fn(&App, &Frame, &Params) -> Result<Markup, PageError>;
pub(crate) type LoadFile = fn(&Arc<App>, &Params) -> Result<Loaded<Content>, PageError>;
pub(crate) type ActForm = fn(&Arc<App>, &FormData) -> Result<Change, PageError>;

/// How a route is answered. No variant can return contents without an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Serve {
    Page(RenderPage),
    /// `renders`: it waits for its turn to render a page.
    File {
        load: LoadFile,
        renders: bool,
    },
    Form {
        act: ActForm,
        most_bytes: usize,
    },
    Leave,
}

/// The longest form that has only a few lines of text.
const SHORT_FORM: usize = 2 << 20;

const fn page<P: Page>(path: &'static str, section: Section) -> Route {
    Route {
        method: "GET",
        path,
        section,
        bar: None,
        serve: Serve::Page(render::<P>),
        samples: samples_of::<P>,
    }
}

const fn file(path: &'static str, load: LoadFile) -> Route {
    let serve = Serve::File { load, renders: false };
    Route { method: "GET", path, section: Section::None, bar: None, serve, samples: no_samples }
}

const fn form(path: &'static str, act: ActForm) -> Route {
    let serve = Serve::Form { act, most_bytes: SHORT_FORM };
    Route { method: "POST", path, section: Section::None, bar: None, serve, samples: no_samples }
}

impl Route {
    const fn in_bar(mut self, key: &'static str, word: fn(&Words) -> String) -> Self {
        self.bar = Some(BarLink { key, word });
        self
    }

    const fn most_bytes(mut self, most: usize) -> Self {
        if let Serve::Form { most_bytes, .. } = &mut self.serve {
            *most_bytes = most;
        }
        self
    }

    const fn renders(mut self) -> Self {
        if let Serve::File { renders, .. } = &mut self.serve {
            *renders = true;
        }
        self
    }
}

fn render<P: Page>(app: &App, frame: &Frame, params: &Params) -> Result<Markup, PageError> {
    let view = P::load(app, params)?.recorded(app)?;
    Ok(P::render(frame, &view))
}

fn samples_of<P: Page>(frame: &Frame) -> Vec<Sample> {
    P::samples()
        .into_iter()
        .map(|(name, view)| Sample { name, page: P::render(frame, &view) })
        .collect()
}

const fn no_samples(_: &Frame) -> Vec<Sample> {
    Vec::new()
}

/// A file that is sent.
#[derive(Debug)]
pub struct Content {
    /// Its media type.
    pub media_type: &'static str,
    /// The name to save it under; `None` for a part of a page.
    pub download_name: Option<String>,
    /// Its bytes.
    pub body: Body,
}

/// The result of a form: the address that shows the change, and the event, if the change is one.
pub struct Change {
    event: AccessEvent,
    to: String,
    once_recorded: Option<Box<dyn FnOnce()>>,
}

impl Change {
    /// Something was changed; it shows at `to`.
    #[must_use]
    pub const fn shown_at(to: String) -> Self {
        Self { event: AccessEvent::Nothing, to, once_recorded: None }
    }

    /// Something starts once its event is recorded; it shows at `to`.
    pub fn begun(event: AccessEvent, to: String, begin: impl FnOnce() + 'static) -> Self {
        Self { event, to, once_recorded: Some(Box::new(begin)) }
    }

    /// Records the event, starts what waited for it, and returns the address.
    pub(crate) fn done(self, app: &App) -> Result<String, PageError> {
        app.record(&self.event)?;
        if let Some(begin) = self.once_recorded {
            begin();
        }
        Ok(self.to)
    }
}
