//! A walk without JavaScript: every link of every page leads somewhere.

use crate::house::HOUSE;
use crate::pages::{check, links};
use std::collections::{BTreeSet, VecDeque};

#[test]
fn every_link_of_every_page_answers() {
    let guest = HOUSE.guest();
    let mut seen = BTreeSet::new();
    let mut waiting: VecDeque<String> =
        ["/", "/search?q=%E7%99%BB%E8%AE%B0%20OR%20needle", "/search?q=nothing%20there", "/log"]
            .map(str::to_owned)
            .into();
    let mut pages = 0;
    while let Some(path) = waiting.pop_front() {
        let kind = path.split(['?', '/']).nth(1).unwrap_or_default().to_owned();
        // enough of each kind of page; the rest differ in their data alone
        let of_kind = seen.iter().filter(|(known, _)| *known == kind).count();
        let most = if kind == "doc" { 60 } else { 25 };
        if of_kind >= most || !seen.insert((kind, path.clone())) {
            continue;
        }
        let answer = guest.get(&path);
        assert!(answer.status.is_success(), "{path}: {}", answer.status);
        if answer.header("content-type").starts_with("text/html") {
            pages += 1;
            check(&path, answer.html());
            let rendered = |link: &String| !link.contains(".png");
            waiting.extend(links(answer.html()).into_iter().filter(rendered));
        }
    }
    assert!(pages > 80, "walked {pages} pages");
}
