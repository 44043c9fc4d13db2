//! The rows of the catalogue.

/// A row: its number, how soon it had to hold (0 before anything is called usable, 1 before a release), the fault, and what is
/// expected. What cannot be tested here, or is tested elsewhere, says why or where.
pub(crate) struct Row {
    pub(crate) number: u8,
    pub(crate) priority: u8,
    pub(crate) fault: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) elsewhere: &'static str,
}

const fn row(number: u8, priority: u8, fault: &'static str, expected: &'static str) -> Row {
    Row { number, priority, fault, expected, elsewhere: "" }
}

const fn elsewhere(number: u8, priority: u8, fault: &'static str, expected: &'static str, why: &'static str) -> Row {
    Row { number, priority, fault, expected, elsewhere: why }
}

const NO_NAMES: &str = "not built: there are no named sockets";

pub(crate) const ROWS: &[Row] = &[
    row(1, 0, "renderer killed while idle", "told within 20 ms, replaced by its supervisor"),
    row(
        2,
        0,
        "renderer killed in the middle of a frame",
        "whole frames before the cut are delivered, the begun one is not",
    ),
    row(
        3,
        0,
        "renderer killed with calls in flight both ways",
        "each settles once with `PeerGone`, its handlers are dropped",
    ),
    row(4, 0, "renderer exits right after it has sent", "all of it arrives before its end is told"),
    row(5, 0, "main killed", "every renderer gone within 250 ms, one in an endless loop too"),
    row(6, 0, "another process keeps the renderer's socket open", "its death is seen all the same"),
    row(7, 0, "descriptors leak into children", "a renderer has its own and none of main's"),
    row(
        8,
        0,
        "renderer stopped",
        "`unresponsive` within its deadline and a second, main's queue bounded, nothing lost",
    ),
    row(9, 0, "endless loop in a renderer", "`unresponsive`, ended where the policy says so"),
    row(10, 0, "main stopped for long", "no renderer is called unresponsive"),
    row(11, 0, "lengths of frames that cannot be", "closed before anything is reserved: 1 MiB at most"),
    row(12, 0, "malformed messages of each kind", "the renderer is ended with a reason"),
    row(13, 0, "nesting, length, element and amplification bombs", "refused; memory as documented, the stack never"),
    row(14, 0, "bits flipped, bytes dropped and doubled", "a message or the end of the link; main goes on"),
    row(15, 0, "answers that nobody asked for", "closed; calls of others untouched"),
    row(16, 0, "flood of messages", "others answered, memory +40 MiB at most"),
    row(17, 0, "flood of calls that are never awaited", "16,384 in flight, `Busy` for the rest, one outcome each"),
    row(18, 0, "renderer that never reads", "`QueueFull`, memory +40 MiB at most, for all together 256 MiB and 32"),
    row(19, 0, "both sides' queues full", "both come to an end, in order"),
    row(20, 0, "handler panics", "its caller's error, nothing else"),
    row(21, 0, "handler never answers, or gives up", "`Timeout`; `reply was never sent` at once"),
    row(22, 0, "calls dropped at any moment", "the link stays in step, nothing stays in flight"),
    row(23, 0, "`send_sync` to a main that does not answer", "an error by the deadline"),
    row(24, 0, "`send_sync` in a task or a handler", "an error at once"),
    row(25, 0, "crash at every start", "at most 6 starts, then one end"),
    row(26, 0, "no hello, half a hello, a slow hello", "`launch-failed` at the deadline, good ones get in"),
    row(27, 0, "executable missing or unusable", "an error with the system's number within 100 ms"),
    row(28, 0, "zombies", "none, also of renderers without a handle"),
    row(
        29,
        0,
        "main ends while calls are under way",
        "they finish or fail with `ShuttingDown`, all gone by the grace (3 s)",
    ),
    row(30, 0, "other versions of the protocol", "refused with both ranges in the text"),
    row(31, 0, "channel without permission", "`Denied`, handler not called; the hundredth in 10 s ends the renderer"),
    row(32, 0, "a renderer says it is another", "who it is comes from its link alone"),
    elsewhere(33, 1, "wrong tokens", "refused", NO_NAMES),
    elsewhere(34, 1, "another user connects", "refused", NO_NAMES),
    elsewhere(35, 1, "planted socket folders", "refused", NO_NAMES),
    elsewhere(36, 1, "stale sockets", "replaced", NO_NAMES),
    elsewhere(37, 1, "socket paths that are too long", "an error", NO_NAMES),
    elsewhere(38, 1, "socket folder full, read-only or gone", "an error", NO_NAMES),
    row(39, 1, "no descriptors left", "an error that says so, others go on, starts work again later"),
    row(40, 1, "flood of descriptors with messages", "none is kept"),
    row(41, 1, "no processes left", "an error that says so, others go on"),
    row(42, 1, "renderer over its memory", "it alone ends; main's limits are rows 13, 16 and 18"),
    row(43, 1, "the clock jumps", "only monotonic clocks are used"),
    row(44, 1, "standard streams closed, full or unread", "main works"),
    row(45, 1, "SIGPIPE, EINTR, lost SIGCHLD", "nothing is disturbed"),
    row(46, 1, "partial writes and short reads", "the same results"),
    row(47, 1, "process numbers are reused", "none is signalled by its number"),
    row(48, 1, "the thread that has started a renderer ends", "the renderer lives on"),
    row(49, 1, "ports abused", "errors or ends that are told; 256 at most"),
    row(50, 1, "messages between a death and the next start", "none reaches another renderer"),
    row(51, 1, "request numbers at their end", "never used again"),
    row(52, 1, "16 MiB messages ahead of small ones", "others' calls within 250 ms"),
    row(53, 1, "hostile scripts", "an error of their page, or its end"),
    elsewhere(
        54,
        1,
        "open, connect, trace, signal",
        "refused by what the system has",
        "`tests/tests/sandbox.rs`; `main-proc sandbox` shows each attempt",
    ),
    row(55, 1, "secrets where others can see them", "none: there is no token, and main's environment stays its own"),
    row(56, 1, "running as root", "the sandbox takes away what only root may"),
    row(57, 1, "handlers block every worker", "input and deaths are seen all the same"),
    elsewhere(58, 1, "a command line that is attached", "limits as a renderer's", NO_NAMES),
    row(59, 2, "log injection", "escaped"),
];
