//! The effect of elements on the text around them.

/// The role of an element in the flow of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// Within a line.
    Inline,
    /// On lines of its own.
    Line,
    /// On lines of its own, set off by an empty line.
    Paragraph,
    /// A cell of a table row.
    Cell,
    /// Its content is not text (styles, scripts).
    Silent,
}

/// The role of an element in the flow of text.
pub(super) fn flow(name: &str) -> Flow {
    match name {
        "script" | "style" | "template" | "title" => Flow::Silent,
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "blockquote" | "pre" | "ul"
        | "ol" | "dl" | "figure" | "hr" => Flow::Paragraph,
        "address" | "article" | "aside" | "body" | "caption" | "center" | "dd" | "details"
        | "dialog" | "dir" | "div" | "dt" | "fieldset" | "figcaption" | "footer" | "form"
        | "frameset" | "head" | "header" | "hgroup" | "html" | "legend" | "li" | "main"
        | "menu" | "nav" | "noframes" | "noscript" | "optgroup" | "option" | "search"
        | "section" | "select" | "summary" | "tbody" | "textarea" | "tfoot" | "thead" | "tr"
        | "xmp" | "listing" | "plaintext" => Flow::Line,
        "td" | "th" => Flow::Cell,
        _ => Flow::Inline,
    }
}

/// Whether an element has no content and no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "image"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether white space in the element's text is significant.
pub(super) fn keeps_space(name: &str) -> bool {
    matches!(name, "pre" | "textarea" | "listing" | "xmp" | "plaintext")
}

/// Whether a start tag of `next` implicitly closes an open `name`.
pub(super) fn ends_implicitly(name: &str, next: &str) -> bool {
    match name {
        "p" => {
            matches!(flow(next), Flow::Line | Flow::Paragraph)
                && !matches!(next, "select" | "option" | "optgroup" | "textarea")
        }
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "option" => matches!(next, "option" | "optgroup"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "tfoot" | "thead"),
        "tr" => matches!(next, "tr" | "tbody" | "tfoot" | "thead"),
        "thead" | "tbody" | "tfoot" => matches!(next, "tbody" | "tfoot" | "thead"),
        _ => false,
    }
}

/// Whether an inline style makes its element invisible.
pub(super) fn style_hides(style: &str) -> bool {
    let style: String =
        style.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    style.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        matches!(
            rule,
            "display:none"
                | "visibility:hidden"
                | "visibility:collapse"
                | "opacity:0"
                | "font-size:0"
                | "font-size:0px"
                | "font-size:0pt"
                | "mso-hide:all"
        )
    })
}
