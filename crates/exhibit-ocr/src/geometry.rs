//! Points, and the smallest tilted rectangle around them.

/// A point; in pixels from the top left corner, unless it is a direction.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// A rectangle that may be tilted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tilted {
    /// Its centre.
    pub centre: Point,
    /// The direction of its width, of length 1.
    pub across: Point,
    /// Its length along `across`.
    pub width: f32,
    /// Its length along [`Self::down`].
    pub height: f32,
}

impl Tilted {
    /// The direction of its height: `across`, a quarter turn clockwise.
    #[must_use]
    pub fn down(&self) -> Point {
        Point { x: -self.across.y, y: self.across.x }
    }

    /// Its corners, clockwise from the top left.
    #[must_use]
    pub fn corners(&self) -> [Point; 4] {
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y)| self.at(x, y))
    }

    // The point at these shares of width and height from the centre.
    fn at(&self, x: f32, y: f32) -> Point {
        let (across, down) = (self.across, self.down());
        Point {
            x: self.centre.x + across.x * x * self.width + down.x * y * self.height,
            y: self.centre.y + across.y * x * self.width + down.y * y * self.height,
        }
    }

    /// The part of it between two shares of its width.
    pub(crate) fn between(&self, from: f32, to: f32) -> Self {
        Self {
            centre: self.at(f32::midpoint(from, to) - 0.5, 0.0),
            width: (to - from) * self.width,
            ..*self
        }
    }

    /// The same rectangle, described so that `across` points to what was `turns` quarters further clockwise.
    pub(crate) fn turned(&self, turns: u8) -> Self {
        let mut rectangle = *self;
        for _ in 0..turns % 4 {
            (rectangle.width, rectangle.height) = (rectangle.height, rectangle.width);
            rectangle.across = rectangle.down();
        }
        rectangle
    }

    /// The same rectangle with `across` within 45 degrees of pointing to the right.
    fn upright(self) -> Self {
        let turns = match self.across {
            Point { x, y } if x.abs() >= y.abs() => {
                if x >= 0.0 {
                    0
                } else {
                    2
                }
            }
            Point { y, .. } if y < 0.0 => 1,
            _ => 3,
        };
        self.turned(turns)
    }

    /// Whether a point is within it.
    pub(crate) fn contains(&self, point: Point) -> bool {
        let (x, y) = (point.x - self.centre.x, point.y - self.centre.y);
        (x * self.across.x + y * self.across.y).abs() <= self.width / 2.0
            && (y * self.across.x - x * self.across.y).abs() <= self.height / 2.0
    }

    /// Left, top, right and bottom of the smallest upright rectangle around it.
    #[must_use]
    pub fn bounds(&self) -> [f32; 4] {
        let corners = self.corners();
        let least = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::INFINITY, f32::min);
        let most = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max);
        [least(|p| p.x), least(|p| p.y), most(|p| p.x), most(|p| p.y)]
    }

    /// Whether it is a line of text from top to bottom, or one on a page that lies on its side.
    pub(crate) fn is_tall(&self) -> bool {
        self.height > 1.5 * self.width
    }

    /// Its longer side.
    pub(crate) fn length(&self) -> f32 {
        self.width.max(self.height)
    }
}

/// The corners of the smallest convex shape around points, in order; fewer than 3 if they are on one line.
pub(crate) fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let turns_right =
        |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) <= 0.0;
    let mut corners: Vec<Point> = Vec::new();
    let half = |points: &mut dyn Iterator<Item = Point>, corners: &mut Vec<Point>| {
        let start = corners.len();
        for point in points {
            while let [.., a, b] = corners[start..]
                && turns_right(a, b, point)
            {
                corners.pop();
            }
            corners.push(point);
        }
        // it is the first of the other half
        corners.pop();
    };
    half(&mut points.iter().copied(), &mut corners);
    half(&mut points.iter().rev().copied(), &mut corners);
    corners
}

/// The rectangle of the smallest area around a convex shape; one of its sides is along a side of the shape.
pub(crate) fn smallest_around(corners: &[Point]) -> Option<Tilted> {
    if corners.len() < 3 {
        return None;
    }
    let mut best: Option<Tilted> = None;
    for (index, from) in corners.iter().enumerate() {
        let to = corners[(index + 1) % corners.len()];
        let length = (to.x - from.x).hypot(to.y - from.y);
        if length < 1e-6 {
            continue;
        }
        let across = Point { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
        let (mut x, mut y) = ((f32::MAX, f32::MIN), (f32::MAX, f32::MIN));
        for corner in corners {
            let along = corner.x * across.x + corner.y * across.y;
            let aside = corner.y * across.x - corner.x * across.y;
            x = (x.0.min(along), x.1.max(along));
            y = (y.0.min(aside), y.1.max(aside));
        }
        let (along, aside) = (f32::midpoint(x.0, x.1), f32::midpoint(y.0, y.1));
        let centre = Point {
            x: along * across.x - aside * across.y,
            y: along * across.y + aside * across.x,
        };
        let around = Tilted { centre, across, width: x.1 - x.0, height: y.1 - y.0 };
        if best.is_none_or(|best| around.width * around.height < best.width * best.height) {
            best = Some(around);
        }
    }
    best.map(Tilted::upright)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() < 0.02 * (1.0 + a.abs())
    }

    #[test]
    fn a_tilted_rectangle_is_found_again() {
        for degrees in [-44.0f32, -10.0, 0.0, 0.5, 20.0, 44.0] {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            let real = Tilted {
                centre: Point { x: 300.0, y: 200.0 },
                across: Point { x: cosine, y: sine },
                width: 180.0,
                height: 24.0,
            };
            let mut points = real.corners().to_vec();
            points.push(real.centre);
            points.push(real.between(0.2, 0.7).corners()[1]);
            let found = smallest_around(&hull(points)).expect("three corners");
            assert!(
                near(found.centre.x, 300.0) && near(found.centre.y, 200.0),
                "{degrees} {found:?}"
            );
            assert!(near(found.width, 180.0) && near(found.height, 24.0), "{degrees} {found:?}");
            assert!(
                near(found.across.x, cosine) && near(found.across.y, sine),
                "{degrees} {found:?}"
            );
        }
    }

    #[test]
    fn turning_keeps_the_place() {
        let flat = Tilted {
            centre: Point { x: 50.0, y: 20.0 },
            across: Point { x: 1.0, y: 0.0 },
            width: 80.0,
            height: 10.0,
        };
        assert_eq!(flat.bounds(), [10.0, 15.0, 90.0, 25.0]);
        for turns in 0..4 {
            assert_eq!(flat.turned(turns).bounds(), flat.bounds(), "{turns}");
        }
        let half = flat.turned(2);
        assert_eq!(half.between(0.0, 0.25).bounds(), [70.0, 15.0, 90.0, 25.0]);
        assert_eq!(flat.between(0.0, 0.25).bounds(), [10.0, 15.0, 30.0, 25.0]);
        // from top to bottom: the left end of the turned line is its upper end
        assert_eq!(flat.turned(1).across, Point { x: 0.0, y: 1.0 });
        assert!(flat.turned(1).is_tall() && !flat.is_tall());
    }

    #[test]
    fn points_on_a_line_have_no_rectangle() {
        assert_eq!(smallest_around(&hull(vec![])), None);
        assert_eq!(smallest_around(&hull(vec![Point { x: 1.0, y: 1.0 }; 9])), None);
        let line = (0..9).map(|n| Point { x: n as f32, y: 2.0 * n as f32 }).collect();
        assert_eq!(smallest_around(&hull(line)), None);
    }

    proptest! {
        #[test]
        fn the_rectangle_is_around_all_points(
            points in prop::collection::vec((0.0f32..2000.0, 0.0f32..2000.0), 3..60)
        ) {
            let points: Vec<Point> = points.into_iter().map(|(x, y)| Point { x, y }).collect();
            if let Some(found) = smallest_around(&hull(points.clone())) {
                let slack = Tilted { width: found.width + 0.5, height: found.height + 0.5, ..found };
                for point in points {
                    prop_assert!(slack.contains(point), "{found:?} {point:?}");
                }
                prop_assert!(found.across.x >= found.across.y.abs() - 1e-3, "{found:?}");
            }
        }
    }
}
