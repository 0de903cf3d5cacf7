//! The documents similar to one.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::coverage::{self, NotSearched};
use crate::css_rules::CssRules;
use crate::display;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::pages::search::row as search_row;
use crate::pages::search::samples::rows;
use crate::pages::search::view::{Row, row};
use crate::params::Params;
use crate::samples::HOSTILE;
use crate::untrusted::{Name, ltr};
use crate::words::Words;
use exhibit_model::PageNumber;
use maud::{Markup, html};

/// The documents similar to one.
#[derive(Clone, Debug, Default)]
pub struct SimilarView {
    /// The document's number.
    pub number: String,
    /// Its name.
    pub name: Name,
    /// Its page.
    pub href: String,
    /// The page of it that is compared; `None` for the whole document.
    pub page: Option<PageNumber>,
    /// Its distinctive words, each with a search for it.
    pub words: Vec<(String, String)>,
    /// The documents, best first.
    pub rows: Vec<Row>,
    /// What was not compared.
    pub not_searched: NotSearched,
}

/// The documents similar to one.
#[derive(Debug)]
pub struct SimilarPage;

impl Page for SimilarPage {
    type View = SimilarView;

    fn load(app: &App, params: &Params) -> Result<Loaded<SimilarView>, PageError> {
        load(app, params)
    }

    fn render(frame: &Frame, view: &SimilarView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, SimilarView)> {
        let nothing = SimilarView { rows: Vec::new(), words: Vec::new(), ..sample() };
        vec![("similar", sample()), ("similar-nothing", nothing)]
    }
}

// Documents shown.
const ROWS: usize = 25;

fn load(app: &App, params: &Params) -> Result<Loaded<SimilarView>, PageError> {
    let id = app.view().resolve(params.path("number"))?;
    let page = u32::try_from(params.number("p")).ok().filter(|page| *page > 0).map(PageNumber::new);
    let similar = app.search().similar(id, page, ROWS)?;
    let item = app.view().item(id)?;
    let number = app.case.label(id);
    // a row leads to its page with the shared words highlighted
    let rows = similar.hits.iter().zip(1..).map(|(found, rank)| {
        let query =
            found.words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ");
        let made = search_row(app, app.words(), &SearchPlace::of(&query), &found.hit, rank);
        let place = Place { query: &query, page: found.hit.page.get(), ..Place::default() };
        let href = links::document(&made.number, &place);
        // shared words are one group: they have one colour
        let mut snippet = made.snippet.clone();
        snippet.iter_mut().flat_map(|snippet| &mut snippet.spans).for_each(|span| span.clause = 0);
        Row { shares: found.words.clone(), snippet, href, ..made }
    });
    let view = SimilarView {
        name: display::name(&app.case, &item),
        href: links::document(
            &number,
            &Place { page: page.map_or(0, PageNumber::get), ..Place::default() },
        ),
        page,
        words: similar
            .words
            .iter()
            .map(|word| (word.clone(), links::search(&SearchPlace::of(&format!("\"{word}\"")))))
            .collect(),
        rows: rows.collect(),
        not_searched: coverage::not_searched(app)?,
        number,
    };
    Ok(Loaded::new(AccessEvent::Similar { item: id, page }, view))
}

fn page(frame: &Frame, view: &SimilarView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.search {
            div.results {
                h1 { (words.more_like()) " " a href=(view.href) { (view.name.show()) } }
                p.dim {
                    (ltr(&view.number))
                    @if let Some(page) = view.page { " · " (words.page_short(u64::from(page.get()))) }
                    " · " (words.more_like_note())
                }
                @if view.words.is_empty() { p.lead { (words.no_distinctive_words()) } } @else { (words_of(words, &view.words)) }
                (coverage::block(words, &view.not_searched))
                @if view.rows.is_empty() {
                    @if !view.words.is_empty() { p.lead { (words.nothing_alike()) } }
                } @else {
                    h2 { (words.alike()) }
                    ol.rows { @for found in &view.rows { (row(words, found)) } }
                }
            }
        }
    };
    frame.page(&words.more_like(), &CssRules::default(), body)
}

fn words_of(words: &Words, distinctive: &[(String, String)]) -> Markup {
    html! {
        p.shares {
            span.dim { (words.its_words()) ": " }
            @for (word, href) in distinctive { a href=(href) { (Name::from(word.as_str()).show()) } " " }
        }
    }
}

fn sample() -> SimilarView {
    let shares = |row: Row| Row {
        shares: vec!["登记表".to_owned(), "bh1060".to_owned(), "تىزىم".to_owned()],
        ..row
    };
    SimilarView {
        number: "EXH-000127".to_owned(),
        name: Name::new(HOSTILE),
        href: links::document("EXH-000127", &Place::default()),
        page: Some(PageNumber::new(2)),
        words: vec![("登记表".to_owned(), links::search(&SearchPlace::of("\"登记表\"")))],
        rows: rows().into_iter().take(3).map(shares).collect(),
        not_searched: coverage::sample(&crate::words::ENGLISH),
    }
}
