//! What the runtime of a renderer tells main's: system messages, checked before any script sees them.

use ipc_proto::system::{ConsoleLevel, ConsoleLine, ToMain};
use ipc_proto::token::ValueError;

use super::bad_value::BadValue;
use super::output::{Level, Stream};
use super::reader::Reader;
use super::scripts::{Hook, Scripts};

impl<S: Scripts> Reader<'_, S> {
    /// A system message. Scripts are given what was understood of it, and nothing else that its sender has written.
    pub(super) fn told(&self, name: &str, args: &[u8]) {
        let (host, link) = (self.host, self.link);
        let message = match ToMain::read(name, args, &host.limits) {
            Ok(Some(message)) => message,
            // Something of a later version.
            Ok(None) => return,
            Err(error) => return self.refuse(None, fault(name, &error)),
        };
        match message {
            ToMain::Console(line) => self.console(&line),
            ToMain::Written { is_error, ref bytes } => return self.written(is_error, bytes),
            ToMain::Sandbox { reached } => return link.is_confined(reached),
            ToMain::Heard { channel, ref args } => return host.heard(link, channel, args),
            _ => {}
        }
        let args = match message.args() {
            Ok(args) => args,
            Err(error) => return self.refuse(None, fault(name, &error)),
        };
        let bad = self.call(Hook::System { link, name: message.name(), args: &args });
        if let Some(bad) = bad {
            self.refuse(None, bad);
        }
    }

    /// The console works without any script: what a page prints while the app ends is still shown.
    fn console(&self, line: &ConsoleLine<'_>) {
        let level = match line.level {
            ConsoleLevel::Debug => Level::Debug,
            ConsoleLevel::Info => Level::Info,
            ConsoleLevel::Warning => Level::Warning,
            ConsoleLevel::Error => Level::Error,
        };
        let output = &self.host.output;
        let text = line.shown.unwrap_or(line.text);
        output.renderer_console(self.link.contents.get(), level, text, (line.source, line.line));
        // One that prints faster than that is read is not listened to until it is.
        self.link.muted.set(output.is_full());
    }

    /// What scripts there write to one of their streams.
    fn written(&self, is_error: bool, bytes: &[u8]) {
        let (link, output) = (self.link, &self.host.output);
        let stream = if is_error { Stream::Stderr } else { Stream::Stdout };
        output.renderer_write(link.id, link.contents.get(), stream, bytes);
        link.muted.set(output.is_full());
    }
}

/// What a system message means that cannot be read. No runtime sends arguments of another type.
pub(super) fn fault(name: &str, error: &ValueError) -> BadValue {
    let text = format!("its system message '{name}' is not what docs/protocol.md says: {error}");
    match error {
        ValueError::Data(_) => BadValue::Malformed(text),
        error if error.is_malformed() => BadValue::Malformed(text),
        error if error.is_limit() => BadValue::TooMuch(text),
        _ => BadValue::Unfit(text),
    }
}

#[cfg(test)]
mod tests {
    use ipc_proto::limits::Limits;

    use super::*;

    fn fault_of(name: &str, args: &[u8], limits: &Limits) -> BadValue {
        fault(name, &ToMain::read(name, args, limits).expect_err("arguments that are wrong"))
    }

    #[test]
    fn what_no_runtime_sends_is_malformed_and_what_passes_a_limit_is_too_much() {
        let limits = Limits::default();
        let text = |bad| match bad {
            BadValue::Malformed(text) => text,
            other => panic!("{other:?}"),
        };
        assert!(text(fault_of("console", &[0x0b, 0x19], &limits)).contains("'console'"));
        assert!(text(fault_of("console", &[0xff], &limits)).contains("'console'"));
        let mut tight = Limits::default();
        tight.tokens = 2;
        let args = [0x0b, 0x08, 1, b'x', 0x0b, 0x19, 0x19];
        assert!(matches!(fault_of("heard", &args, &tight), BadValue::TooMuch(_)));
        tight.tokens = 100;
        tight.depth = 1;
        assert!(matches!(fault_of("heard", &args, &tight), BadValue::Unfit(_)));
    }
}
