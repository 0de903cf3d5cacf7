//! The one style block of a page: positions computed as numbers. Made from numbers only, so nothing
//! from the trove can reach it.

use exhibit_model::Rect;

/// Collects the rules of one page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CssRules {
    css: String,
}

impl CssRules {
    /// Whether there are no rules.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.css.is_empty()
    }

    /// The style sheet.
    #[must_use]
    pub fn css(&self) -> &str {
        &self.css
    }

    /// Places part `part` of the box of hit `number` on its page's picture and returns its id.
    pub fn hit_box(&mut self, number: usize, part: usize, place: Rect) -> String {
        let id = format!("b{number}-{part}");
        let (x0, x1) = (fraction(place.x0), fraction(place.x1));
        let (y0, y1) = (fraction(place.y0), fraction(place.y1));
        let (width, height) = ((x1 - x0).max(0.002), (y1 - y0).max(0.002));
        self.rule(&id, &[("left", x0), ("top", y0), ("width", width), ("height", height)]);
        id
    }

    /// Makes bar `number` of group `group` as long as `share` (0 to 1) of its track and returns its id.
    pub fn bar(&mut self, group: usize, number: usize, share: f32) -> String {
        let id = format!("bar{group}-{number}");
        self.rule(&id, &[("inline-size", fraction(share))]);
        id
    }

    /// Makes column `number` of chart `group` as high as `share` (0 to 1) of its space and returns its id.
    pub fn column(&mut self, group: usize, number: usize, share: f32) -> String {
        let id = format!("col{group}-{number}");
        self.rule(&id, &[("block-size", fraction(share))]);
        id
    }

    /// Sets the picture's frame to the page's proportion, so that boxes are in place before the picture is loaded.
    pub fn proportion(&mut self, width: u32, height: u32) -> &'static str {
        self.css.push_str(&format!("#sheet{{aspect-ratio:{}/{}}}", width.max(1), height.max(1)));
        "sheet"
    }

    fn rule(&mut self, id: &str, values: &[(&str, f32)]) {
        self.css.push_str(&format!("#{id}{{"));
        for (property, share) in values {
            self.css.push_str(&format!("{property}:{:.3}%;", share * 100.0));
        }
        self.css.push('}');
    }
}

fn fraction(value: f32) -> f32 {
    if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_numbers_get_in() {
        let mut rules = CssRules::default();
        let id = rules.hit_box(3, 2, Rect { x0: 0.25, y0: f32::NAN, x1: 0.5, y1: 7.0 });
        assert_eq!(id, "b3-2");
        assert_eq!(rules.css(), "#b3-2{left:25.000%;top:0.000%;width:25.000%;height:100.000%;}");
    }
}
