//! "Did you mean": what there is instead of what was asked for.

/// A line that says what there is, beginning with the nearest to `wanted`.
pub(crate) fn line(wanted: &str, what: &str, known: &[String]) -> String {
    const SHOWN: usize = 20;
    if known.is_empty() {
        return format!("The app has no {what} at all. Has it finished starting, and is it the right app?");
    }
    let mut sorted: Vec<&str> = known.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let more = if sorted.len() > SHOWN { ", ..." } else { "" };
    let list = sorted.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match nearest(wanted, &sorted) {
        Some(near) => format!("Did you mean '{near}'? The app has {what} for: {list}{more}"),
        None => format!("The app has {what} for: {list}{more}"),
    }
}

/// The name that is nearest to `wanted`, if one is near.
pub(crate) fn near<'a>(wanted: &str, known: &'a [String]) -> Option<&'a str> {
    nearest(wanted, &known.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Some of what there is, in a line.
pub(crate) fn some(known: &[String]) -> String {
    const SHOWN: usize = 20;
    let more = if known.len() > SHOWN { ", ..." } else { "" };
    if known.is_empty() {
        "none".to_owned()
    } else {
        known.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ") + more
    }
}

fn nearest<'a>(wanted: &str, known: &[&'a str]) -> Option<&'a str> {
    // Comparing is quadratic in the length; nobody mistypes a name of that size.
    const LONGEST: usize = 200;
    let lower = wanted.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    known
        .iter()
        .filter(|name| name.len() <= LONGEST && lower.len() <= LONGEST)
        .map(|name| (distance(&lower, &name.to_lowercase()), *name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// The number of letters to insert, remove or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        let known = ["sleep", "add", "echo"].map(str::to_owned);
        assert_eq!(line("ad", "handlers", &known), "Did you mean 'add'? The app has handlers for: add, echo, sleep");
        assert_eq!(line("Ehco", "handlers", &known[..2]), "The app has handlers for: add, sleep");
        assert!(line("x", "handlers", &[]).contains("no handlers at all"));
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, far) in [("", "", 0), ("abc", "abc", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ad", "add", 1)]
        {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
    }
}
