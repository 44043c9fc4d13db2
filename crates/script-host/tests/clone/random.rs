//! Random graphs, there and back.

use super::Realms;

pub(super) struct Random(u64);

impl Random {
    /// From the environment variable of that name, or else from the clock; printed, so that a failure can be run
    /// again.
    pub(super) fn seeded(variable: &str) -> Self {
        let clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64);
        let seed = std::env::var(variable).ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(clock);
        println!("{variable}={seed}");
        Self(seed | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// A script's graph maker and a printer of graphs that shows identity: the same code runs in both realms.
const GRAPHS: &str = include_str!("graphs.js");

#[test]
fn random_graphs_arrive_as_they_were_sent() {
    let realms = Realms::new();
    for context in [&realms.from, &realms.to] {
        context.with(|ctx| ctx.eval::<i32, _>(GRAPHS).unwrap());
    }
    let mut random = Random::seeded("CLONE_SEED");
    for _ in 0..1_500 {
        let seed = random.below(1 << 31);
        let bytes = realms.encode(&format!("...make({seed})")).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let sent: String = realms.from.with(|ctx| ctx.eval(format!("show(make({seed}))")).unwrap());
        realms.to.with(|ctx| ctx.globals().set("expected", sent).unwrap());
        realms.judge(&bytes, &format!("(...a) => {{ const got = show(a); return got === expected || 'seed {seed}: ' + expected + ' !== ' + got }}"));
    }
}
