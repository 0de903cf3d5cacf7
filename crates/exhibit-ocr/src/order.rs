//! The order in which lines are read: columns of text one after the other, all else row by row.
//!
//! Lines are turned into the direction of reading first, so a page that lies on its side and a page of vertical columns,
//! read from right to left, are ordered by the same code.

use crate::geometry::{Point, Tilted};

/// What separates a line from the one before it in reading order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Before {
    /// Nothing: the first line, or one that continues the line before it without a gap.
    Nothing,
    /// A gap of a letter or two.
    Space,
    /// A wide gap, as between the cells of a table.
    Gap,
    /// It is below the line before it.
    Line,
    /// It begins another block of text.
    Block,
}

/// A rectangle in the direction of reading: `x` along lines, `y` from line to line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Span {
    pub(crate) x: (f32, f32),
    pub(crate) y: (f32, f32),
}

impl Span {
    /// The rectangle around `place`, seen in the direction in which text runs `along`.
    pub(crate) fn of(place: &Tilted, along: Point) -> Self {
        let range = |direction: Point| {
            let values =
                place.corners().map(|corner| corner.x * direction.x + corner.y * direction.y);
            (
                values.iter().copied().fold(f32::MAX, f32::min),
                values.iter().copied().fold(f32::MIN, f32::max),
            )
        };
        Self { x: range(along), y: range(Point { x: -along.y, y: along.x }) }
    }

    fn height(&self) -> f32 {
        self.y.1 - self.y.0
    }

    fn width(&self) -> f32 {
        self.x.1 - self.x.0
    }

    fn middle(&self) -> f32 {
        f32::midpoint(self.y.0, self.y.1)
    }
}

/// The minimum number of lines in a column.
const LEAST_LINES: usize = 3;
/// The minimum width of a column, as a multiple of the height of its lines.
const LEAST_COLUMN: f32 = 7.0;
/// In running text most lines fill their column; in a table most cells do not.
const FULL_LINE: f32 = 0.75;
const FULL_LINES: f32 = 0.6;
/// The least gap between columns, in heights of a line.
const LEAST_GUTTER: f32 = 0.6;
/// The most places tried for a gutter, and the deepest nesting of columns.
const MOST_GUTTERS: usize = 64;
const DEEPEST: usize = 8;
/// A line is compared with so many lines of so many rows above it.
const MOST_COMPARED: usize = 32;
const OPEN_ROWS: usize = 4;

/// The lines' indices in reading order, each with what comes before it.
pub(crate) fn order(lines: &[Span]) -> Vec<(usize, Before)> {
    let mut indices: Vec<usize> = (0..lines.len()).collect();
    indices.sort_by(|a, b| lines[*a].middle().total_cmp(&lines[*b].middle()).then(a.cmp(b)));
    let mut blocks = Vec::new();
    divide(lines, indices, 0, &mut blocks);
    let mut ordered: Vec<(usize, Before)> = Vec::with_capacity(lines.len());
    for block in blocks {
        let mut first_of_block = true;
        let rows = labels_first(lines, rows(lines, &block));
        let pitch = median(
            rows.windows(2).map(|pair| lines[pair[1][0]].middle() - lines[pair[0][0]].middle()),
        );
        let mut above: Option<usize> = None;
        for row in rows {
            for (place, index) in row.iter().enumerate() {
                let before = match (place.checked_sub(1).map(|at| row[at]), above) {
                    (Some(left), _) => across(&lines[left], &lines[*index]),
                    _ if ordered.is_empty() => Before::Nothing,
                    _ if first_of_block => Before::Block,
                    (None, Some(above)) => {
                        let step = lines[*index].middle() - lines[above].middle();
                        if step > 1.6 * pitch { Before::Block } else { Before::Line }
                    }
                    (None, None) => Before::Line,
                };
                ordered.push((*index, before));
                first_of_block = false;
            }
            above = row.first().copied();
        }
    }
    ordered
}

// Moves a label before all lines of the cell beside it, if it is at the middle of their height: in rows it would be read
// between them.
fn labels_first(lines: &[Span], mut rows: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut at = 0;
    while at < rows.len() {
        let (label, value) = match rows[at][..] {
            [label] => (label, None),
            [label, value] => (label, Some(value)),
            _ => {
                at += 1;
                continue;
            }
        };
        let beside = |row: usize| match rows.get(row).map(|row| &row[..]) {
            Some([value]) if lines[*value].x.0 > lines[label].x.1 => Some(*value),
            _ => None,
        };
        // as many lines of the cell above the label as below it
        let mut around = 0;
        let (mut upper, mut lower) = (value, value);
        while let (Some(before), Some(after)) =
            (at.checked_sub(around + 1).and_then(beside), beside(at + around + 1))
        {
            let fits = match (upper, lower) {
                (Some(upper), Some(lower)) => {
                    is_stacked(&lines[before], &lines[upper])
                        && is_stacked(&lines[lower], &lines[after])
                }
                _ => is_stacked(&lines[before], &lines[after]),
            };
            if !fits {
                break;
            }
            (upper, lower, around) = (Some(before), Some(after), around + 1);
        }
        if around > 0 {
            rows[at].remove(0);
            rows[at - around].insert(0, label);
            if rows[at].is_empty() {
                rows.remove(at);
            }
        }
        at += around + 1;
    }
    rows
}

// Whether one line is the next of the same cell: close below the other, beginning at the same place.
fn is_stacked(upper: &Span, lower: &Span) -> bool {
    let height = upper.height().min(lower.height());
    (lower.y.0 - upper.y.1).abs() < 0.6 * height && (lower.x.0 - upper.x.0).abs() < height
}

fn across(left: &Span, right: &Span) -> Before {
    let height = left.height().min(right.height()).max(1.0);
    match (right.x.0 - left.x.1) / height {
        gap if gap < 0.35 => Before::Nothing,
        gap if gap < 0.75 => Before::Space,
        _ => Before::Gap,
    }
}

// Divides lines, sorted from top to bottom, into blocks in reading order.
fn divide(lines: &[Span], sorted: Vec<usize>, depth: usize, blocks: &mut Vec<Vec<usize>>) {
    if sorted.is_empty() {
        return;
    }
    let columns = if depth < DEEPEST { columns(lines, &sorted) } else { None };
    let Some((gutter, from, to)) = columns else {
        blocks.push(sorted);
        return;
    };
    let (left, right): (Vec<usize>, Vec<usize>) =
        sorted[from..to].iter().partition(|index| lines[**index].x.1 <= gutter);
    divide(lines, sorted[..from].to_vec(), depth + 1, blocks);
    divide(lines, left, depth + 1, blocks);
    divide(lines, right, depth + 1, blocks);
    divide(lines, sorted[to..].to_vec(), depth + 1, blocks);
}

// The place of a gutter between two columns of running text, and the range of sorted lines that it divides.
fn columns(lines: &[Span], sorted: &[usize]) -> Option<(f32, usize, usize)> {
    if sorted.len() < 2 * LEAST_LINES {
        return None;
    }
    let height = median(sorted.iter().map(|index| lines[*index].height()));
    let mut right_edges: Vec<f32> = sorted.iter().map(|index| lines[*index].x.1).collect();
    right_edges.sort_by(f32::total_cmp);
    let mut candidates: Vec<f32> = Vec::new();
    for edge in right_edges {
        if candidates.last().is_none_or(|last| edge - last > height / 2.0) {
            candidates.push(edge);
        }
    }
    // of many, evenly spread ones
    let skip = candidates.len().div_ceil(MOST_GUTTERS).max(1);
    let mut best: Option<(usize, f32, usize, usize)> = None;
    for edge in candidates.into_iter().step_by(skip) {
        // edges within half a height of the candidate belong to the same column
        let gutter = edge + height / 2.0;
        let crosses = |index: &usize| {
            let line = &lines[*index];
            line.x.0 < gutter + (LEAST_GUTTER - 0.5) * height && line.x.1 > gutter
        };
        let mut start = 0;
        for end in 0..=sorted.len() {
            if end < sorted.len() && !crosses(&sorted[end]) {
                continue;
            }
            let range = &sorted[start..end];
            if best.is_none_or(|best| range.len() > best.0) && divides(lines, range, gutter, height)
            {
                best = Some((range.len(), gutter, start, end));
            }
            start = end + 1;
        }
    }
    best.map(|(_, gutter, start, end)| (gutter, start, end))
}

// Whether a gutter has columns of running text on both sides.
fn divides(lines: &[Span], range: &[usize], gutter: f32, height: f32) -> bool {
    let (left, right): (Vec<usize>, Vec<usize>) =
        range.iter().partition(|index| lines[**index].x.1 <= gutter);
    [left, right].iter().all(|side| {
        let rows = rows(lines, side);
        let x = side.iter().fold((f32::MAX, f32::MIN), |x, index| {
            (x.0.min(lines[*index].x.0), x.1.max(lines[*index].x.1))
        });
        let width = x.1 - x.0;
        let full = |row: &&Vec<usize>| {
            row.iter().map(|index| lines[*index].width()).sum::<f32>() > FULL_LINE * width
        };
        rows.len() >= LEAST_LINES
            && width >= LEAST_COLUMN * height
            && rows.iter().filter(full).count() as f32 >= FULL_LINES * rows.len() as f32
    })
}

// Rows of lines beside each other, from top to bottom, each from left to right. The lines are sorted by their middles.
fn rows(lines: &[Span], sorted: &[usize]) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for index in sorted {
        let line = &lines[*index];
        // the nearest line of the row decides: on a photograph a row rises or falls
        let beside = |row: &Vec<usize>| {
            let distance = |other: &Span| (other.x.0 - line.x.1).max(line.x.0 - other.x.1);
            let latest = row.iter().rev().take(MOST_COMPARED).map(|other| &lines[*other]);
            let nearest = latest.min_by(|a, b| distance(a).total_cmp(&distance(b)));
            nearest.is_some_and(|other| {
                (line.middle() - other.middle()).abs() < 0.5 * line.height().min(other.height())
                    && distance(other) > -0.5 * line.width().min(other.width())
            })
        };
        match rows.iter_mut().rev().take(OPEN_ROWS).find(|row| beside(row)) {
            Some(row) => row.push(*index),
            None => rows.push(vec![*index]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| lines[*a].x.0.total_cmp(&lines[*b].x.0).then(a.cmp(b)));
    }
    rows
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f32, y: f32, width: f32) -> Span {
        Span { x: (x, x + width), y: (y, y + 20.0) }
    }

    fn indices(lines: &[Span]) -> Vec<usize> {
        order(lines).into_iter().map(|(index, _)| index).collect()
    }

    #[test]
    fn rows_are_read_from_left_to_right_even_where_they_rise() {
        let lines = [
            line(0.0, 20.0, 90.0),
            line(100.0, 14.0, 90.0),
            line(200.0, 8.0, 90.0),
            line(300.0, 2.0, 90.0),
        ];
        let below: Vec<Span> =
            lines.iter().map(|l| Span { y: (l.y.0 + 30.0, l.y.1 + 30.0), ..*l }).collect();
        let all: Vec<Span> = lines.into_iter().chain(below).collect();
        assert_eq!(indices(&all), [0, 1, 2, 3, 4, 5, 6, 7]);
        let separators: Vec<Before> = order(&all).into_iter().map(|(_, before)| before).collect();
        assert_eq!(separators[..2], [Before::Nothing, Before::Space], "half a height apart");
        assert_eq!(separators[4], Before::Line);
    }

    // A title, two columns of five lines, and a line below them.
    fn two_columns() -> Vec<Span> {
        let mut lines = vec![line(0.0, 0.0, 640.0)];
        for n in 0..5 {
            let y = 40.0 + 30.0 * n as f32;
            lines.push(line(0.0, y, if n == 4 { 120.0 } else { 300.0 }));
            lines.push(line(340.0, y + 3.0, 300.0));
        }
        lines.push(line(100.0, 200.0, 400.0));
        lines
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        assert_eq!(indices(&two_columns()), [0, 1, 3, 5, 7, 9, 2, 4, 6, 8, 10, 11]);
        let separators: Vec<Before> =
            order(&two_columns()).into_iter().map(|(_, before)| before).collect();
        let blocks: Vec<usize> = (0..12).filter(|n| separators[*n] == Before::Block).collect();
        assert_eq!(blocks, [1, 6, 11]);
    }

    #[test]
    fn three_columns_are_read_one_after_the_other() {
        let lines: Vec<Span> = (0..6)
            .flat_map(|n| [0.0, 240.0, 480.0].map(|x| line(x, 30.0 * n as f32, 210.0)))
            .collect();
        let expected: Vec<usize> =
            (0..3).flat_map(|column| (0..6).map(move |n| n * 3 + column)).collect();
        assert_eq!(indices(&lines), expected);
    }

    #[test]
    fn tables_are_read_row_by_row() {
        let widths = [
            [30.0, 60.0, 180.0, 70.0],
            [30.0, 44.0, 180.0, 120.0],
            [20.0, 60.0, 180.0, 40.0],
            [30.0, 60.0, 90.0, 0.0],
        ];
        let starts = [0.0, 60.0, 180.0, 400.0];
        let mut lines = Vec::new();
        for (row, widths) in widths.iter().cycle().take(12).enumerate() {
            for (x, width) in starts.iter().zip(widths).filter(|(_, width)| **width > 0.0) {
                lines.push(line(*x, 40.0 * row as f32, *width));
            }
        }
        let expected: Vec<usize> = (0..lines.len()).collect();
        assert_eq!(indices(&lines), expected);
        assert_eq!(order(&lines)[1].1, Before::Gap);
    }

    #[test]
    fn a_label_is_read_before_all_lines_of_its_cell() {
        // lines are 20 high: a cell of two lines, one of three, one of one
        let lines = [
            line(200.0, 0.0, 400.0),
            line(0.0, 13.0, 100.0),
            line(200.0, 26.0, 150.0),
            line(200.0, 100.0, 400.0),
            line(0.0, 126.0, 100.0),
            line(200.0, 126.0, 400.0),
            line(200.0, 152.0, 80.0),
            line(0.0, 200.0, 100.0),
            line(200.0, 200.0, 80.0),
        ];
        assert_eq!(indices(&lines), [1, 0, 2, 4, 3, 5, 6, 7, 8]);
        // what is far above or begins elsewhere is not of the cell
        let lines = [line(200.0, 0.0, 400.0), line(0.0, 60.0, 100.0), line(200.0, 120.0, 150.0)];
        assert_eq!(indices(&lines), [0, 1, 2]);
        let lines = [line(200.0, 0.0, 400.0), line(0.0, 13.0, 100.0), line(290.0, 26.0, 150.0)];
        assert_eq!(indices(&lines), [0, 1, 2]);
        // nor is a paragraph above a row
        let lines = [
            line(0.0, 0.0, 600.0),
            line(0.0, 26.0, 100.0),
            line(200.0, 26.0, 400.0),
            line(0.0, 52.0, 600.0),
        ];
        assert_eq!(indices(&lines), [0, 1, 2, 3]);
    }

    #[test]
    fn vertical_columns_are_read_from_right_to_left() {
        // three columns; text runs down
        let column = |x: f32, y: f32| Tilted {
            centre: Point { x, y },
            across: Point { x: 0.0, y: 1.0 },
            width: 400.0,
            height: 30.0,
        };
        let down = Point { x: 0.0, y: 1.0 };
        let spans: Vec<Span> = [column(100.0, 300.0), column(300.0, 300.0), column(200.0, 310.0)]
            .iter()
            .map(|c| Span::of(c, down))
            .collect();
        assert_eq!(indices(&spans), [1, 2, 0]);
    }

    #[test]
    fn paragraphs_are_blocks() {
        let lines: Vec<Span> =
            [0.0, 30.0, 60.0, 130.0, 160.0].map(|y| line(0.0, y, 300.0)).to_vec();
        let separators: Vec<Before> = order(&lines).into_iter().map(|(_, before)| before).collect();
        assert_eq!(
            separators,
            [Before::Nothing, Before::Line, Before::Line, Before::Block, Before::Line]
        );
    }

    #[test]
    fn every_line_is_read_once_whatever_the_layout() {
        for seed in 0..40_u64 {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let mut next = |most: u64| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state % most) as f32
            };
            let lines: Vec<Span> =
                (0..seed * 7).map(|_| line(next(800), next(900), 5.0 + next(400))).collect();
            let mut all = indices(&lines);
            all.sort_unstable();
            assert_eq!(all, (0..lines.len()).collect::<Vec<_>>());
        }
        assert_eq!(order(&[]), []);
        let odd = Span { x: (f32::NAN, f32::NAN), y: (f32::NAN, f32::NAN) };
        assert_eq!(order(&[odd, odd]).len(), 2);
    }
}
