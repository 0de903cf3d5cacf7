//! Groups glyphs into lines, and orders lines for reading.
//!
//! Glyphs form a line while the page renders them on one baseline; a line rendered in pieces is joined
//! by position. Lines stay in rendering order, which is reading order for nearly all
//! producers; blank lines are dropped. Only a page most of whose lines climb upwards is sorted by position. An
//! invisible line over visible text with the same letters is dropped, so text under its own OCR layer is not doubled.

use super::bidi::Unit;
use super::glyphs::Glyph;

/// Glyphs on one baseline, in visual order along it.
#[derive(Clone)]
pub(super) struct Line {
    /// The glyphs, with blanks for gaps between words.
    pub(super) units: Vec<Unit>,
    /// Whether none of it is rendered.
    pub(super) invisible: bool,
    /// The corners of its box: left, top, right, bottom.
    pub(super) rect: [f32; 4],
}

/// Groups glyphs into lines, in reading order; returns whether the page's own order was changed.
pub(super) fn lines_of(glyphs: &[Glyph]) -> (Vec<Line>, bool) {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut pieces = 0;
    for at in 1..=glyphs.len() {
        let step = if at == glyphs.len() {
            Step::NewLine
        } else {
            step(&glyphs[start], &glyphs[at - 1], &glyphs[at])
        };
        match step {
            Step::Onward => {}
            Step::NewPiece => pieces += 1,
            Step::NewLine => {
                if start < at {
                    lines.push(line_of(glyphs, start, at, pieces > 0));
                }
                start = at;
                pieces = 0;
            }
        }
    }
    lines.retain(|line: &Line| {
        line.units.iter().any(|unit| unit.glyph.is_some_and(|i| !glyphs[i as usize].is_space()))
    });
    join_columns(&mut lines, glyphs);
    drop_doubled(&mut lines, glyphs);
    let sorted = sort_if_scrambled(&mut lines);
    (lines, sorted)
}

enum Step {
    Onward,
    NewPiece,
    NewLine,
}

fn step(first: &Glyph, last: &Glyph, next: &Glyph) -> Step {
    if last.vertical != next.vertical
        || last.invisible != next.invisible
        || !last.direction_is(next.direction)
    {
        return Step::NewLine;
    }
    let (small, large) = (last.em.min(next.em), last.em.max(next.em));
    let unit = if large > 1.8 * small { small } else { large };
    let (along, across) = offset(last, next);
    if across.abs() > 0.5 * unit {
        return Step::NewLine;
    }
    let gap = along - last.advance;
    if gap >= -0.5 * large {
        return Step::Onward;
    }
    let (_, from_first) = offset(first, next);
    if across.abs() <= 0.3 * unit || from_first.abs() <= 0.3 * unit {
        Step::NewPiece
    } else {
        Step::NewLine
    }
}

/// The start of `b` relative to the start of `a`: along its baseline, and across it.
fn offset(a: &Glyph, b: &Glyph) -> (f32, f32) {
    let (dx, dy) = (b.origin.0 - a.origin.0, b.origin.1 - a.origin.1);
    let (ux, uy) = a.direction;
    (dx * ux + dy * uy, dy * ux - dx * uy)
}

fn line_of(glyphs: &[Glyph], start: usize, end: usize, in_pieces: bool) -> Line {
    let mut order: Vec<u32> = (start as u32..end as u32).collect();
    if in_pieces {
        sort_along(&mut order, glyphs);
    }
    let all = &glyphs[start..end];
    let rect = all.iter().skip(1).fold(all[0].rect, |sum, glyph| union(sum, glyph.rect));
    Line { units: with_gaps(&order, glyphs), invisible: all[0].invisible, rect }
}

/// Sorts the pieces of a line by position along the baseline, unless they overlap (text printed over
/// other text). A piece ends where the next glyph steps back or leaves a gap; within it rendering order is kept, since
/// the glyphs of a ligature may overlap in any way.
fn sort_along(order: &mut Vec<u32>, glyphs: &[Glyph]) {
    let first = &glyphs[order[0] as usize];
    let whole = |pair: &u32, next: &u32| {
        let (last, next) = (&glyphs[*pair as usize], &glyphs[*next as usize]);
        let gap = offset(last, next).0 - last.advance;
        let em = last.em.max(next.em);
        (-0.5 * em..=0.15 * em).contains(&gap)
    };
    let mut pieces: Vec<(f32, f32, &[u32])> = Vec::new();
    for piece in order.chunk_by(whole) {
        let start = piece
            .iter()
            .map(|i| offset(first, &glyphs[*i as usize]).0)
            .fold(f32::INFINITY, f32::min);
        let last = &glyphs[piece[piece.len() - 1] as usize];
        pieces.push((start, offset(first, last).0 + last.advance, piece));
    }
    pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
    let inside = pieces.windows(2).filter(|pair| {
        let (a, b) = (pair[0], pair[1]);
        b.0 - a.0 < 0.4 * (a.1 - a.0).min(b.1 - b.0)
    });
    if inside.count() * 5 < pieces.len() {
        *order = pieces.iter().flat_map(|(_, _, piece)| piece.iter().copied()).collect();
    }
}

/// Joins ideographs that were placed one by one below each other into one line: text set downwards by a producer that
/// does not use vertical fonts.
fn join_columns(lines: &mut Vec<Line>, glyphs: &[Glyph]) {
    const LEAST: usize = 3;
    let single = |line: &Line| match &line.units[..] {
        [Unit { glyph: Some(index), .. }] => Some(&glyphs[*index as usize])
            .filter(|glyph| !glyph.vertical && is_ideographic(glyph.first())),
        _ => None,
    };
    let below = |above: &Line, below: &Line| {
        let (Some(a), Some(b)) = (single(above), single(below)) else { return false };
        let (along, down) = offset(a, b);
        a.invisible == b.invisible
            && along.abs() < 0.4 * a.em
            && (0.5 * a.em..1.3 * a.em).contains(&down)
    };
    if !lines.windows(2).any(|pair| below(&pair[0], &pair[1])) {
        return;
    }
    let mut joined: Vec<Line> = Vec::with_capacity(lines.len());
    for column in lines.chunk_by(below) {
        if column.len() < LEAST {
            joined.extend_from_slice(column);
            continue;
        }
        let rect = column.iter().skip(1).fold(column[0].rect, |sum, line| union(sum, line.rect));
        let units = column.iter().flat_map(|line| line.units.iter().copied()).collect();
        joined.push(Line { units, invisible: column[0].invisible, rect });
    }
    *lines = joined;
}

/// Inserts a blank wherever a gap separates two words.
fn with_gaps(order: &[u32], glyphs: &[Glyph]) -> Vec<Unit> {
    let mut units = Vec::with_capacity(order.len() + order.len() / 4);
    let unit = |glyph| Unit { glyph, reversed: false, stretch: 0 };
    let spread = spread_of(order, glyphs);
    for (n, &index) in order.iter().enumerate() {
        if n > 0 {
            let (last, next) = (&glyphs[order[n - 1] as usize], &glyphs[index as usize]);
            let gap = offset(last, next).0 - last.advance;
            let em = last.em.max(next.em);
            let least =
                if is_unspaced(last.first()) || is_unspaced(next.first()) { 0.5 } else { 0.15 };
            let apart = gap > (least + spread) * em || gap < -1.5 * em;
            if apart && !last.is_space() && !next.is_space() {
                units.push(unit(None));
            }
        }
        units.push(unit(Some(index)));
    }
    units
}

/// The distance between letters of a spaced-out line, in ems; 0 for lines set normally.
fn spread_of(order: &[u32], glyphs: &[Glyph]) -> f32 {
    const LEAST: usize = 8;
    if order.len() < LEAST {
        return 0.0;
    }
    let gap = |pair: &[u32]| {
        let (a, b) = (&glyphs[pair[0] as usize], &glyphs[pair[1] as usize]);
        (offset(a, b).0 - a.advance) / a.em.max(b.em)
    };
    let wide = order.windows(2).filter(|pair| gap(pair) > 0.1).count();
    if wide * 2 < order.len() {
        return 0.0;
    }
    let mut gaps: Vec<f32> = order.windows(2).map(gap).collect();
    gaps.sort_by(f32::total_cmp);
    let median = gaps[gaps.len() / 2];
    if median < 0.35 { median } else { 0.0 }
}

/// Han, Kana and their punctuation: typesetters stretch lines between them, and separate them from letters and digits.
fn is_unspaced(c: char) -> bool {
    is_ideographic(c)
        && !matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}

/// Han, Kana, Hangul and their punctuation: written without blanks, one box a glyph.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
}

pub(super) fn union(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// Drops invisible lines most of whose letters are within visible lines that have as many of the same letters.
fn drop_doubled(lines: &mut Vec<Line>, glyphs: &[Glyph]) {
    if lines.iter().all(|line| line.invisible) || lines.iter().all(|line| !line.invisible) {
        return;
    }
    let visible: Vec<([f32; 4], String)> = lines
        .iter()
        .filter(|line| !line.invisible)
        .map(|line| (line.rect, letters_of(line, glyphs)))
        .collect();
    lines.retain(|line| {
        if !line.invisible {
            return true;
        }
        let letters = letters_of(line, glyphs);
        let (x, y) = ((line.rect[0] + line.rect[2]) / 2.0, (line.rect[1] + line.rect[3]) / 2.0);
        let over = visible
            .iter()
            .filter(|(rect, _)| rect[0] <= x && x <= rect[2] && rect[1] <= y && y <= rect[3]);
        !over.into_iter().any(|(_, other)| other.contains(&letters))
    });
}

fn letters_of(line: &Line, glyphs: &[Glyph]) -> String {
    use hayro_interpret::hayro_cmap::BfString;
    let mut letters = String::new();
    for glyph in line.units.iter().filter_map(|unit| unit.glyph).map(|i| &glyphs[i as usize]) {
        match &glyph.text {
            BfString::Char(c) => letters.extend(c.to_lowercase().filter(|c| !c.is_whitespace())),
            BfString::String(s) => letters.extend(s.chars().flat_map(char::to_lowercase)),
        }
    }
    letters
}

/// Sorts lines from top to bottom if, of the vertically stacked lines, more are rendered upwards than downwards.
fn sort_if_scrambled(lines: &mut [Line]) -> bool {
    let (mut up, mut down) = (0_usize, 0_usize);
    for pair in lines.windows(2) {
        let (a, b) = (pair[0].rect, pair[1].rect);
        let shared = a[2].min(b[2]) - a[0].max(b[0]);
        if shared < 0.5 * (a[2] - a[0]).min(b[2] - b[0]) {
            continue;
        }
        let (middle_a, middle_b) = ((a[1] + a[3]) / 2.0, (b[1] + b[3]) / 2.0);
        if middle_b < a[1] {
            up += 1;
        } else if middle_a < b[1] {
            down += 1;
        }
    }
    let scrambled = up >= 3 && up > down;
    if scrambled {
        lines.sort_by(|a, b| a.rect[1].total_cmp(&b.rect[1]).then(a.rect[0].total_cmp(&b.rect[0])));
    }
    scrambled
}
