//! What is known of what an app waits for, without its scripts.

use super::shown;
use super::state::Host;

impl<K> Host<K> {
    /// The answers that main owes, a line each.
    pub fn owed_lines(&self) -> Vec<String> {
        let links = self.all_links();
        let owed = self.owed.borrow();
        let line = |((link, _), (verb, channel)): (&(u32, u64), &(&str, String))| {
            let link = links.iter().find(|known| known.id == *link)?;
            Some(format!("main: has not answered {verb} '{}' of {}", shown::line(channel), link.name()))
        };
        owed.iter().filter_map(line).collect()
    }

    /// What links are waited for, a line each; not much is known of them while main is `busy`.
    pub fn link_lines(&self, busy: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for link in self.all_links() {
            let name = link.name();
            let (asked, owed) = link.connection.in_flight();
            if busy {
                // What it is said to owe may have come, and has not been read.
            } else if !link.ready.get() {
                lines.push(format!("{name}: is starting"));
            } else if asked > 0 && owed == 0 {
                lines.push(format!("{name}: has not answered {asked} request(s) of main"));
            } else if owed == 0 && self.watch_idle.get() && !link.is_idle() {
                lines.push(format!("{name}: runs a script, or waits for a timer"));
            }
        }
        if self.output.is_full() {
            lines.push("whoever reads the output".to_owned());
        }
        lines
    }
}
