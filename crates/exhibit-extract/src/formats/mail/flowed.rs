//! Text whose lines flow (RFC 3676): a blank at the end of a line joins it to the next.

/// Joins the lines of a flowed text; `delete_blank` deletes the blank at each join, as texts without blanks between words
/// need it. Quotation marks are kept, once for each joined line.
pub(super) fn join(text: &str, delete_blank: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    // the number of quotation marks of the line that flows on
    let mut flowing: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        let has_end = line.len() > content.len();
        let depth = content.bytes().take_while(|b| *b == b'>').count();
        let mut content = &content[depth..];
        content = content.strip_prefix(' ').unwrap_or(content);
        let continues = flowing.take() == Some(depth) && content != "-- ";
        if !continues {
            if !joined.is_empty() && !joined.ends_with('\n') {
                joined.push('\n');
            }
            joined.push_str(&content_prefix(depth));
        }
        let flows = content.ends_with(' ') && content != "-- " && has_end;
        joined.push_str(if flows && delete_blank {
            &content[..content.len() - 1]
        } else {
            content
        });
        if flows {
            flowing = Some(depth);
        } else if has_end {
            joined.push('\n');
        }
    }
    joined
}

fn content_prefix(depth: usize) -> String {
    if depth == 0 { String::new() } else { format!("{} ", ">".repeat(depth)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_flow_within_a_quotation() {
        for (text, delete_blank, expected) in [
            ("a long \nline\nnext\n", false, "a long line\nnext\n"),
            ("这份 \n名单 \n不得外传\n", true, "这份名单不得外传\n"),
            ("stuffed \n From here\n", false, "stuffed From here\n"),
            ("> quoted \n> on\n>> deeper\n", false, "> quoted on\n>> deeper\n"),
            ("> quoted \nanswer\n", false, "> quoted \nanswer\n"),
            ("text \n-- \nsignature\n", false, "text \n-- \nsignature\n"),
            ("a \r\nb\r\n", false, "a b\n"),
            ("ends with blank ", false, "ends with blank "),
            ("", false, ""),
        ] {
            assert_eq!(join(text, delete_blank), expected, "{text:?}");
        }
    }
}
