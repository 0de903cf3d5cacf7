//! The document page: a page of a document, its text, its place among the results, and what is known about the file.

pub mod page_view;
pub mod panels;
mod paragraphs;
pub(super) mod picture;
mod samples;
pub(super) mod tags;
pub mod view;

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::display;
use crate::forms::{Done, Undo};
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::document::page_view::{HitBox, Origin, Part, PictureView, Text};
use crate::pages::document::panels::{
    Copy, Custody, FoundIn, Noted, PropertyRow, TreeKind, TreeLine,
};
use crate::pages::document::view::{DocumentView, PagePlace, Step, Tags, Trail, page};
use crate::pages::search::{ROWS, order};
use crate::params::Params;
use crate::untrusted::{Name, Span};
use crate::words::Words;
use exhibit_case::{CaseError, Document};
use exhibit_catalogue::{Item, NoteRow};
use exhibit_model::{ItemId, MetadataKey, Page, PageKind, PageNumber, TextSource};
use exhibit_search::{CaseQuery, PageHits, SearchError, SearchRequest};
use maud::Markup;
use paragraphs::{blocks, is_by_line, is_layer, labels, part};

// Members and copies listed; the rest is behind a link.
const NAMED: usize = 40;

/// The page of a document.
#[derive(Debug)]
pub struct DocumentPage;

impl crate::pages::Page for DocumentPage {
    type View = DocumentView;

    fn load(app: &App, params: &Params) -> Result<Loaded<DocumentView>, PageError> {
        load(app, params)
    }

    fn render(frame: &Frame, view: &DocumentView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, DocumentView)> {
        samples::samples()
    }
}

/// What is shown: the document, its page, its hits.
struct Reading<'a> {
    app: &'a App,
    words: &'static Words,
    number: String,
    document: Document,
    hits: Vec<PageHits>,
    place: Place<'a>,
    done: TagChange<'a>,
    query: Option<CaseQuery>,
    no_index: bool,
}

/// A tag that was just added or removed, according to the address; empty for none.
#[derive(Clone, Copy, Default)]
struct TagChange<'a> {
    tag: &'a str,
    off: bool,
}

fn load(app: &App, params: &Params) -> Result<Loaded<DocumentView>, PageError> {
    let id = app.view().resolve(params.path("number"))?;
    let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let requested = Place {
        query: params.text("q"),
        sort: params.text("sort"),
        exact: params.number("exact") > 0,
        rank: params.number("r"),
        hit: small(params.number("hit")),
        page: u32::try_from(params.number("p")).unwrap_or(u32::MAX),
        from: small(params.number("from")),
        documents: params.number("docs") > 0,
    };
    let mut no_index = false;
    let query = match app.search().query(requested.query, requested.exact) {
        // a query with an error finds nothing; the search page explains it
        Err(SearchError::Query(_)) => None,
        // the text is there whatever has become of the index
        Err(
            SearchError::Index(_) | SearchError::Case(CaseError::NoIndex | CaseError::Index(_)),
        ) => {
            no_index = !requested.query.trim().is_empty();
            None
        }
        query => Some(query?),
    };
    let reading = Reading {
        app,
        words: app.words(),
        number: app.case.label(id),
        document: app.view().document(id)?,
        hits: hits(app, id, query.as_ref())?,
        query,
        no_index,
        place: requested,
        done: TagChange { tag: params.text("tag"), off: params.number("off") > 0 },
    };
    let place = reading.settled();
    let page = (!reading.document.pages.is_empty()).then(|| PageNumber::new(place.page));
    let event = AccessEvent::Document { item: id, page, query: place.query.trim().to_owned() };
    Ok(Loaded::new(event, Reading { place, ..reading }.view()?))
}

fn hits(app: &App, id: ItemId, query: Option<&CaseQuery>) -> Result<Vec<PageHits>, SearchError> {
    match query.filter(|query| !query.parsed().is_everything()) {
        Some(query) => app.search().hits(query, id),
        None => Ok(Vec::new()),
    }
}

impl<'a> Reading<'a> {
    /// The place with its missing parts filled in: the page of the hit, or the first hit of the page.
    fn settled(&self) -> Place<'a> {
        let mut place = self.place;
        let total: usize = self.hits.iter().map(|page| page.spans.len()).sum();
        place.hit = place.hit.min(total);
        if place.hit > 0 {
            place.page = self.page_of_hit(place.hit);
        } else if place.page == 0 {
            place.page = self.hits.first().map_or(1, |page| page.page.get());
        }
        if place.hit == 0
            && place.from == 0
            && self.hits.iter().any(|page| page.page.get() == place.page)
        {
            place.hit = self.hits_before(place.page) + 1;
        }
        place
    }

    fn hits_before(&self, page: u32) -> usize {
        self.hits
            .iter()
            .take_while(|hits| hits.page.get() < page)
            .map(|hits| hits.spans.len())
            .sum()
    }

    fn page_of_hit(&self, hit: usize) -> u32 {
        let mut seen = 0;
        let has_hit = |page: &&PageHits| {
            seen += page.spans.len();
            hit <= seen
        };
        self.hits.iter().find(has_hit).map_or(1, |page| page.page.get())
    }

    fn view(&self) -> Result<DocumentView, PageError> {
        let item = &self.document.item;
        let (page, page_place) = match self.document.pages.len() {
            0 => (None, None),
            of => (
                Some(self.app.view().page(item.id, PageNumber::new(self.place.page))?),
                Some(self.page_place(of as u64)),
            ),
        };
        Ok(DocumentView {
            number: self.number.clone(),
            name: display::name(&self.app.case, item),
            kind: self.words.kind(&item.media_type),
            state: item.state,
            reason: Name::from(display::why(self.words, item).as_str()),
            trail: self.trail()?,
            picture: page.as_ref().map(|page| self.picture(page)),
            text: page.as_ref().map(|page| self.text(page)),
            page: page_place.map(|place| PagePlace {
                label: page
                    .as_ref()
                    .map(|page| Name::from(page.label.as_str()))
                    .unwrap_or_default(),
                ..place
            }),
            found_in: self.found_in(),
            custody: self.custody(),
            tags: self.tags()?,
            conversation: self.conversation(),
            similar: page.as_ref().map(|page| self.similar(page.number)).unwrap_or_default(),
            properties: self.properties(),
            notes: self.document.notes.iter().map(|note| self.note(note)).collect(),
        })
    }

    fn to(&self, place: Place<'_>) -> String {
        links::document(&self.number, &place)
    }

    fn page_place(&self, of: u64) -> PagePlace {
        let at = |page| self.to(Place { page, hit: 0, from: 0, ..self.place });
        let number = self.place.page;
        let mut keep = Vec::new();
        if !self.place.query.is_empty() {
            keep.push(("q", self.place.query.to_owned()));
        }
        PagePlace {
            step: Step {
                number: u64::from(number),
                of,
                previous: (number > 1).then(|| at(number - 1)),
                next: (u64::from(number) < of).then(|| at(number + 1)),
            },
            label: Name::default(),
            action: links::document(&self.number, &Place::default()),
            keep,
        }
    }

    fn trail(&self) -> Result<Trail, PageError> {
        let Place { query, sort, rank, hit, page, exact, documents, .. } = self.place;
        if query.is_empty() {
            return Ok(Trail::default());
        }
        let total: usize = self.hits.iter().map(|page| page.spans.len()).sum();
        let at = |hit| self.to(Place { hit, page: 0, from: 0, ..self.place });
        let before = if hit > 0 { hit - 1 } else { self.hits_before(page) };
        let after = if hit > 0 { hit + 1 } else { before + 1 };
        let from = rank.saturating_sub(1) / ROWS as u64 * ROWS as u64;
        let results = links::search(&SearchPlace {
            query,
            sort,
            from,
            exact,
            documents,
            ..SearchPlace::default()
        });
        Ok(Trail {
            results: Some(if rank > 0 { format!("{results}#r{rank}") } else { results }),
            hit: (total > 0).then(|| Step {
                number: hit as u64,
                of: total as u64,
                previous: (before > 0).then(|| at(before)),
                next: (after <= total).then(|| at(after)),
            }),
            result: if rank > 0 { self.neighbours()? } else { None },
            no_index: self.no_index,
        })
    }

    // The results before and after this one, in the order of the reader's search.
    fn neighbours(&self) -> Result<Option<Step>, PageError> {
        let Place { query, sort, rank, exact, documents, .. } = self.place;
        let first = rank.saturating_sub(1).max(1);
        let Some(parsed) = &self.query else { return Ok(None) };
        let request = SearchRequest {
            query: parsed,
            limit: 3,
            offset: usize::try_from(first - 1).unwrap_or(usize::MAX),
            sort: order(sort).unwrap_or_default(),
            by_document: documents,
            after: None,
        };
        let results = self.app.search().search(&request)?;
        let at = |rank: u64| {
            let hit = results.hits.get(usize::try_from(rank.checked_sub(first)?).ok()?)?;
            let place = Place {
                query,
                sort,
                rank,
                page: hit.page.get(),
                exact,
                documents,
                ..Place::default()
            };
            Some(links::document(&self.app.case.label(hit.item.id), &place))
        };
        let previous = if rank > 1 { at(rank - 1) } else { None };
        Ok(Some(Step {
            number: rank,
            of: if documents { results.documents } else { results.total },
            previous,
            next: at(rank + 1),
        }))
    }

    fn hits_of(&self, page: u32) -> (usize, Option<&PageHits>) {
        (self.hits_before(page), self.hits.iter().find(|hits| hits.page.get() == page))
    }

    fn picture(&self, page: &Page) -> PictureView {
        let has_layout = page.kind.is_rendered();
        if !has_layout {
            return PictureView::None(self.words.no_picture_kind());
        }
        if self.app.cage.is_none() {
            return PictureView::None(self.words.no_renderer());
        }
        let (before, hits) = self.hits_of(page.number);
        let mut boxes: Vec<HitBox> = Vec::new();
        for (span, place) in hits.map(|hits| hits.boxes.as_slice()).unwrap_or_default() {
            let number = before + span + 1;
            let clause = hits.and_then(|hits| hits.spans.get(*span)).map_or(0, |span| span.clause);
            match boxes.last_mut().filter(|last| last.number == number) {
                Some(last) => last.places.push(*place),
                None => boxes.push(HitBox {
                    number,
                    clause,
                    current: number == self.place.hit,
                    places: vec![*place],
                }),
            }
        }
        PictureView::Shown {
            source: links::picture(&self.number, page.number, false),
            large: links::picture(&self.number, page.number, true),
            size: size(page),
            boxes,
        }
    }

    fn text(&self, page: &Page) -> Text {
        let (before, hits) = self.hits_of(page.number);
        let spans: Vec<Span> = hits
            .map(|hits| hits.spans.as_slice())
            .unwrap_or_default()
            .iter()
            .zip(before + 1..)
            .map(|(span, number)| Span {
                start: span.start,
                end: span.end,
                clause: span.clause,
                number,
            })
            .collect();
        let current = spans.iter().find(|span| span.number == self.place.hit);
        let range = part(&page.text, current.map_or(self.place.from, |span| span.start));
        let mut labels = labels(self.words, page);
        let is_layer = is_layer(page, &labels);
        if is_layer {
            labels.clear();
        }
        Text {
            origin: origin(page, is_layer),
            language: page.language.clone(),
            blocks: blocks(page, is_by_line(page, &self.document.item.media_type), &range),
            is_table: page.kind == PageKind::Sheet,
            current: current.map_or(0, |span| span.number),
            spans,
            labels,
            part: self.part(page, &range),
        }
    }

    fn part(&self, page: &Page, range: &std::ops::Range<usize>) -> Option<Part> {
        let whole = range.start == 0 && range.end == page.text.len();
        let at = |from| self.to(Place { page: page.number, hit: 0, from, ..self.place });
        let count = |text: &str| text.chars().count() as u64;
        (!whole).then(|| {
            let from = count(&page.text[..range.start]);
            let to = from + count(&page.text[range.clone()]);
            Part {
                from: from + 1,
                to,
                of: to + count(&page.text[range.end..]),
                // the first byte means "from the hit"; the second is in the same part
                earlier: (range.start > 0).then(|| at((range.start - 1).max(1))),
                later: (range.end < page.text.len()).then(|| at(range.end)),
            }
        })
    }

    fn found_in(&self) -> FoundIn {
        let case = &self.app.case;
        let document = &self.document;
        let mut lines = vec![line(0, TreeKind::Source, Name::from(document.source.as_str()))];
        let mut down = |item: &Item, kind: TreeKind, number: Option<String>| {
            let folder = display::folder(item);
            if !folder.is_empty() {
                lines.push(line(lines.len(), TreeKind::Folder, folder));
            }
            let href = number.as_ref().map(|number| links::document(number, &Place::default()));
            lines.push(TreeLine {
                number,
                href,
                ..line(lines.len(), kind, display::name(case, item))
            });
        };
        for container in &document.chain {
            down(container, TreeKind::Container, Some(case.label(container.id)));
        }
        down(&document.item, TreeKind::This, None);
        let depth = lines.len();
        for member in document.members.iter().take(NAMED) {
            let number = case.label(member.id);
            lines.push(TreeLine {
                href: Some(links::document(&number, &Place::default())),
                number: Some(number),
                state: display::remarkable(member.state),
                ..line(depth, TreeKind::Member, display::name(case, member))
            });
        }
        let members = document.item.found.max(document.members.len() as u64);
        FoundIn {
            lines,
            members,
            all_members: (members > NAMED as u64).then(|| links::items("", &self.number, 0)),
        }
    }

    fn custody(&self) -> Custody {
        let item = &self.document.item;
        Custody {
            sha256: item.original.map(|original| original.to_string()).unwrap_or_default(),
            size: item.size,
            media_type: item.media_type.clone(),
            received: display::when(item.received),
            modified: item.modified.map(display::when),
            source: Name::from(self.document.source.as_str()),
            path: Name::from(self.document.path.as_str()),
            copies: self.document.copies.iter().take(NAMED).map(|copy| self.copy(copy)).collect(),
            copies_in_all: self.document.copies.len() as u64,
            log_entry: item.seq.map(|seq| (seq.get(), links::log_entry(seq.get()))),
        }
    }

    fn copy(&self, copy: &Item) -> Copy {
        let number = self.app.case.label(copy.id);
        // if the path cannot be read, the name is still known
        let path = self.app.view().path(copy).unwrap_or_else(|_| self.app.case.name(copy));
        Copy {
            href: links::document(&number, &Place::default()),
            number,
            path: Name::from(path.as_str()),
        }
    }

    fn tags(&self) -> Result<Tags, PageError> {
        let Place { query, sort, rank, page, exact, documents, .. } = self.place;
        let mut keep = vec![("q", query.to_owned()), ("sort", sort.to_owned())];
        keep.extend(
            [
                ("r", rank),
                ("p", u64::from(page)),
                ("exact", u64::from(exact)),
                ("docs", u64::from(documents)),
            ]
            .map(|(name, number)| {
                (name, if number > 0 { number.to_string() } else { String::new() })
            }),
        );
        keep.retain(|(_, value)| !value.is_empty());
        let action = format!("/doc/{}/tags", links::encoded(&self.number));
        let tags = self.app.view().tags_of(self.document.item.id)?;
        let undo = self.undo(&tags, &action, &keep);
        let of = |tag: &String| {
            (tag.clone(), links::search(&SearchPlace::of(&format!("tag:\"{tag}\""))))
        };
        Ok(Tags {
            undo,
            action,
            keep,
            tags: tags.iter().map(of).collect(),
            known: self.app.view().tags()?.into_iter().map(|tag| tag.tag).take(NAMED).collect(),
        })
    }

    // The messages of its conversation, if it is a message with an id or references.
    fn conversation(&self) -> Option<String> {
        const TIES: [MetadataKey; 3] = [
            MetadataKey::MAIL_MESSAGE_ID,
            MetadataKey::MAIL_IN_REPLY_TO,
            MetadataKey::MAIL_REFERENCES,
        ];
        let is_tied = self.document.metadata.iter().any(|(key, _)| TIES.contains(key));
        is_tied.then(|| {
            links::search(&SearchPlace::of(&format!("thread:{} sort:oldest", self.number)))
        })
    }

    // Undoes the change of a tag that the address names, if it is still in effect.
    fn undo(&self, tags: &[String], action: &str, keep: &[(&'static str, String)]) -> Option<Undo> {
        let TagChange { tag, off } = self.done;
        if tag.is_empty() || tags.iter().any(|known| known == tag) == off {
            return None;
        }
        let said = if off { Done::TagRemoved } else { Done::TagAdded };
        let mut fields = keep.to_vec();
        fields.push(("tag", tag.to_owned()));
        if !off {
            fields.push(("off", "1".to_owned()));
        }
        Some(Undo { said, name: tag.to_owned(), action: action.to_owned(), fields })
    }

    // The documents similar to this one, and to this page of it if it has several.
    fn similar(&self, page: u32) -> Vec<(String, bool)> {
        let mut links = vec![(links::similar(&self.number, 0), false)];
        if self.document.pages.len() > 1 {
            links.push((links::similar(&self.number, page), true));
        }
        links
    }

    fn properties(&self) -> Vec<PropertyRow> {
        let property = |(key, value): &(MetadataKey, String)| PropertyRow {
            key: Name::from(key.as_str()),
            value: Name::from(value.as_str()),
        };
        self.document.metadata.iter().map(property).collect()
    }

    fn note(&self, note: &NoteRow) -> Noted {
        let page = note.page.map(PageNumber::get);
        let page = page.map(|page| (page, self.to(Place { page, hit: 0, from: 0, ..self.place })));
        Noted {
            severity: note.code.severity(),
            page,
            text: Name::from(
                self.words.plain_text_of(&exhibit_messages::note(&note.code)).as_str(),
            ),
        }
    }
}

fn line(depth: usize, kind: TreeKind, name: Name) -> TreeLine {
    TreeLine { depth, kind, name, number: None, href: None, state: None }
}

fn origin(page: &Page, is_layer: bool) -> Origin {
    match &page.source {
        TextSource::Ocr { engine, languages, confidence } => Origin::Ocr {
            engine: engine.clone(),
            languages: languages.clone(),
            confidence: *confidence,
        },
        TextSource::Native if is_layer => Origin::Layer,
        TextSource::Native => Origin::File,
    }
}

// Hundredths of a point are precise enough for the proportion.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be within range"
)]
fn size(page: &Page) -> Option<(u32, u32)> {
    let sound = |side: f32| side.is_finite() && (0.5..1e7).contains(&side);
    (sound(page.width) && sound(page.height))
        .then_some(((page.width * 100.0) as u32, (page.height * 100.0) as u32))
}
