//! Where a page is in the history of its window, which has the pages before and behind it as well.

/// So many places are kept, as in Chromium; the first go. The host counts alike.
const MOST: u32 = 50;

/// A place in a history, and how many it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joint {
    /// How many there are, 1 at least.
    pub length: u32,
    /// Which one the page is at, from 0.
    pub index: u32,
}

impl Default for Joint {
    fn default() -> Self {
        Self { length: 1, index: 0 }
    }
}

impl Joint {
    /// The page goes to another place of itself: by so many, or to a new one behind this or in its place.
    pub(super) fn go(&mut self, replace: bool, by: i32) {
        if by != 0 {
            self.index = self.index.saturating_add_signed(by).min(self.length.saturating_sub(1));
        } else if !replace {
            self.length = self.index.saturating_add(2).min(MOST);
            self.index = self.length - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_counts_the_places_of_its_window() {
        let mut joint = Joint { length: 3, index: 1 };
        let mut goes = |replace, by| {
            joint.go(replace, by);
            (joint.length, joint.index)
        };
        assert_eq!(goes(true, 0), (3, 1));
        assert_eq!(goes(false, 0), (3, 2), "what was behind is gone");
        assert_eq!(goes(false, 0), (4, 3));
        assert_eq!(goes(false, -2), (4, 1));
        assert_eq!(goes(false, 9), (4, 3));
        assert_eq!(goes(false, -9), (4, 0));
        for _ in 0..100 {
            goes(false, 0);
        }
        assert_eq!(goes(true, 0), (50, 49));
    }
}
