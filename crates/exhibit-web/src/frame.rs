//! The page frame: skip link, case bar with its sections, the keys, and the place for the page's content.
//!
//! Titles contain no document and no query: they end up in the history of browsers and the lists of window managers.

use crate::assets;
use crate::css_rules::CssRules;
use crate::keys;
use crate::pages::ROUTES;
use crate::untrusted::Name;
use crate::words::Words;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// What all pages of one response share.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The interface's language.
    pub words: &'static Words,
    /// The case's name.
    pub case_name: Name,
    /// Whether only this machine can reach the interface.
    pub offline: bool,
    /// The response's nonce, which admits its one style block under the content security policy.
    pub nonce: String,
    /// The session's token, which every form that changes something carries; `None` outside a session, where a page
    /// shows nothing of the case.
    pub form_token: Option<String>,
    /// The section that the page belongs to.
    pub section: Section,
    /// The seconds after which the page is loaded again, on request only.
    pub refresh: Option<u16>,
}

/// The sections of the case bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Counts and the account.
    Overview,
    /// The search page.
    Search,
    /// Batches.
    Batches,
    /// Saved searches.
    Saved,
    /// All items.
    Items,
    /// Items that need attention.
    Problems,
    /// The custody log.
    Log,
    /// A page outside the sections (a document, a message).
    None,
}

impl Frame {
    /// A whole page: `title` for the window, `body` for the main part, `rules` for computed positions.
    #[must_use]
    pub fn page(&self, title: &str, rules: &CssRules, body: Markup) -> Markup {
        let words = self.words;
        html! {
            (DOCTYPE)
            html lang=(words.lang()) dir=(words.dir().word()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex, nofollow";
                    @if let Some(seconds) = self.refresh { meta http-equiv="refresh" content=(seconds); }
                    title { (title) " · Exhibit" }
                    link rel="stylesheet" href=(assets::style().path);
                    link rel="icon" href=(assets::icon().path) type="image/png";
                    @if !rules.is_empty() {
                        style nonce=(self.nonce) { (PreEscaped(rules.css())) }
                    }
                    script type="module" src=(assets::keys().path) {}
                }
                body {
                    a.skip href="#main" { (words.skip()) }
                    (self.bar())
                    main id="main" tabindex="-1" { (body) }
                    @if let Some(token) = &self.form_token { (self.keys(token)) }
                }
            }
        }
    }

    fn bar(&self) -> Markup {
        let words = self.words;
        html! {
            header.bar {
                span.brand { "Exhibit" }
                @if self.form_token.is_some() {
                    span.case { (self.case_name.show()) }
                    nav aria-label=(words.sections()) {
                        @for route in ROUTES {
                            @if let Some(link) = route.bar {
                                a href=(route.path) data-key=(link.key) aria-current=[(route.section == self.section).then_some("page")] { ((link.word)(words)) }
                            }
                        }
                    }
                    span.state {
                        @if self.offline { span.pill { (words.offline()) } } @else { span.pill.warn { (words.online()) } }
                        button.quiet type="button" popovertarget="keys" data-key="?" { (words.keys()) " " kbd { "?" } }
                    }
                }
            }
        }
    }

    fn keys(&self, token: &str) -> Markup {
        let words = self.words;
        html! {
            div.keys id="keys" popover="auto" {
                h2 { (words.keys()) }
                p { (words.keys_need_script()) }
                dl {
                    @for key in keys::TABLE {
                        dt { @for (n, part) in key.keys.split(' ').enumerate() { @if n > 0 { " " } kbd { (part) } } }
                        dd { ((key.meaning)(words)) }
                    }
                }
                div id="keys-switch" data-on=(words.keys_on()) data-off=(words.keys_off()) {}
                form method="post" action="/leave" {
                    input type="hidden" name="token" value=(token);
                    button type="submit" { (words.leave()) }
                    " " span.dim { (words.leave_note()) }
                }
            }
        }
    }
}

/// Links to the previous part (with its text) and the next one of a list; nothing if there is only one page.
#[must_use]
pub fn pager(words: &Words, earlier: Option<(&str, String)>, later: Option<&str>) -> Markup {
    html! {
        @if earlier.is_some() || later.is_some() {
            nav.pager aria-label=(words.pages_of_list()) {
                @if let Some((href, word)) = earlier { a href=(href) data-key="[" { "← " (word) } }
                @if let Some(href) = later { a href=(href) rel="next" data-key="]" { (words.later_rows()) " →" } }
            }
        }
    }
}
