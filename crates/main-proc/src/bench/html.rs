//! The page: one file without scripts or anything from elsewhere, for a wide screen as for a telephone, light or dark.

mod charts;
mod curve;
mod ridge;
mod scale;
mod strip;
mod words;

use super::args::Section;
use super::report::model::Report;

const STYLE: &str = include_str!("html/style.css");

/// The whole page.
pub(super) fn page(report: &Report) -> String {
    let report = &report.by_ring();
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Dipole beside a bare socket</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    );
    html.push_str(&words::header(report));
    html.push_str(&words::tiles(report));
    for section in Section::EACH {
        let charts = charts::of(report, section);
        if charts.is_empty() {
            continue;
        }
        html.push_str(&format!("<section>\n{}{charts}</section>\n", words::introduction(section)));
    }
    html.push_str(&words::notes(report));
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of everything, each section with a few records.
    fn report() -> Report {
        Report::from_lines(include_str!("html/sample.jsonl")).expect("a report")
    }

    /// The elements that are open at the end, or the first end that has no beginning.
    fn unbalanced(html: &str) -> Vec<String> {
        const VOID: [&str; 5] = ["meta", "!doctype", "line", "polyline", "path"];
        let mut open = Vec::new();
        let body = html.split("</style>").last().unwrap_or_default();
        for tag in body.split('<').skip(1).filter_map(|part| part.split('>').next()) {
            let name = tag.split_whitespace().next().unwrap_or_default();
            if let Some(closed) = name.strip_prefix('/') {
                if open.last().is_none_or(|last| last != closed) {
                    return vec![format!("</{closed}> within {open:?}")];
                }
                open.pop();
            } else if !tag.ends_with('/') && !VOID.contains(&name) {
                open.push(name.to_owned());
            }
        }
        open
    }

    #[test]
    fn every_element_is_closed() {
        let html = page(&report());
        // The style is cut away and with it the beginning of the head.
        assert_eq!(unbalanced(&html), ["</head> within []"]);
        let body = html.split("</head>").last().unwrap_or_default();
        assert_eq!(unbalanced(&format!("</style><html>{body}")), Vec::<String>::new());
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let html = page(&report());
        for word in ["http:", "https:", "src=", "url(", "@import", "<script", "<link"] {
            assert!(!html.contains(word), "{word}");
        }
        assert!(!html.contains("NaN") && !html.contains("inf%"), "a number is missing");
    }

    #[test]
    fn every_section_with_figures_has_a_chart() {
        let report = report();
        // Those of main in Node are few: the table has them.
        for section in Section::EACH.into_iter().filter(|section| *section != Section::Node) {
            assert!(!charts::of(&report, section).is_empty(), "{section:?}");
        }
        assert_eq!(charts::of(&Report::default(), Section::RoundTrip), "");
    }

    #[test]
    fn a_page_of_nothing_is_a_page() {
        let html = page(&Report::default());
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"), "{html}");
    }

    #[test]
    fn text_from_the_machine_cannot_become_markup() {
        let mut report = report();
        report.about.processor = "<script>".into();
        report.about.notes.push("<b>".into());
        let html = page(&report);
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("<b>\n"), "escaped");
    }
}
