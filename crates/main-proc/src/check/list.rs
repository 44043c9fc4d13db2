//! What every renderer does.

use ipc_proto::limits::Limits;
use ipc_proto::token::TokenReader;
use ipc_proto::wire::{self, Message, Space, Status, Step, Token};
use main_proc::spawn::Program;

use super::peer::{Peer, args_of, encoded, expect_value, number, number_args, text};
use super::{Check, Missed, rejected, values};

/// All checks, in the order in which a client is written.
pub(super) fn all() -> Vec<Check> {
    let mut all: Vec<Check> = SINGLE.iter().map(|(name, run)| check(*name, run)).collect();
    all.extend(
        values::VALUES
            .iter()
            .map(|(name, tokens)| check(format!("takes and returns {name}"), |program| echo(program, tokens))),
    );
    all.extend(rejected::FRAMES.iter().map(|(name, bytes, code)| {
        check(format!("closes the link with {code} for {name}"), |program| frame_is_rejected(program, bytes, *code))
    }));
    // Two values are two arguments.
    all.extend(rejected::VALUES.iter().filter(|(name, _)| *name != "two values").map(|(name, bytes)| {
        check(format!("takes no argument that is {name}"), |program| value_is_rejected(program, bytes))
    }));
    all
}

fn check(name: impl Into<String>, look: impl Fn(&Program) -> Result<(), Missed> + 'static) -> Check {
    Check { name: name.into(), look: Box::new(look) }
}

type Run = fn(&Program) -> Result<(), Missed>;

const SINGLE: &[(&str, Run)] = &[
    ("says Hello with a range of versions", says_hello),
    ("speaks version 1 with a main of that version", speaks_version_1),
    ("speaks version 2 with a main of this version", speaks_version_2),
    ("ends when it is refused", ends_when_refused),
    ("answers a request", |program| Peer::open(program)?.goes_on()),
    ("answers NoHandler on a channel without a handler", |program| no_handler(program, Space::User, "check:nobody")),
    ("answers NoHandler to a system request that it does not know", |program| {
        no_handler(program, Space::System, "check:unknown")
    }),
    ("passes over a system message that it does not know", passes_over_system_messages),
    ("takes a page or turns it down", takes_a_page),
    ("answers Ping", answers_ping),
    ("passes over verbs 64 to 127", passes_over_verbs),
    ("keeps the order of messages and requests", keeps_the_order),
    ("asks main", asks_main),
    ("goes on after requests that were cancelled", goes_on_after_cancel),
    ("sends and takes a MiB", takes_a_mib),
    ("keeps to main's largest frame", keeps_to_the_largest_frame),
    ("answers at a port", answers_at_a_port),
    ("passes on what comes through a port that it has given back", passes_on_through_ports),
    ("closes the ports in a message to a port that is closed", closes_late_ports),
    ("goes on when main offers a direct link", goes_on_without_direct_links),
    ("ends when main says Goodbye", ends_at_goodbye),
    ("ends when the stream ends", ends_with_the_stream),
];

fn says_hello(program: &Program) -> Result<(), Missed> {
    let (_, hello) = Peer::start(program)?;
    if hello.min_version > hello.max_version || hello.max_version < wire::OLDEST_VERSION {
        return Err(format!("it offers versions {} to {}", hello.min_version, hello.max_version));
    }
    Ok(())
}

fn speaks_version_1(program: &Program) -> Result<(), Missed> {
    let (mut peer, hello) = Peer::start(program)?;
    if hello.min_version > wire::OLDEST_VERSION {
        return Ok(()); // it says so, and a main of that version refuses it
    }
    peer.welcome(wire::OLDEST_VERSION, Limits::default().frame)?;
    peer.goes_on()
}

fn speaks_version_2(program: &Program) -> Result<(), Missed> {
    let (mut peer, hello) = Peer::start(program)?;
    if !hello.has_profile {
        return Ok(()); // a renderer of version 1
    }
    peer.welcome(wire::VERSION, Limits::default().frame)?;
    peer.goes_on()
}

fn ends_when_refused(program: &Program) -> Result<(), Missed> {
    let (peer, _) = Peer::start(program)?;
    peer.say(&Message::Refuse { min_version: 1, max_version: wire::VERSION, reason: "not wanted" })?;
    peer.hang_up();
    peer.exits()
}

fn no_handler(program: &Program, space: Space, channel: &str) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    let asked = peer.ask(space, channel, &number_args(1))?;
    match peer.answer(asked)? {
        (Status::NoHandler, _) => peer.goes_on(),
        (status, _) => Err(format!("it answers {status:?}")),
    }
}

fn passes_over_system_messages(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    peer.say(&Message::Send { space: Space::System, channel: "check:unknown", args: &number_args(1) })?;
    peer.goes_on()
}

fn takes_a_page(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    let request = encoded(|writer| {
        writer.put(Token::Array);
        writer.put(Token::Object);
        writer.key("url");
        writer.put(Token::Str(b"about:blank"));
        writer.key("navigation");
        writer.put(Token::Int(5));
        writer.put(Token::End);
        writer.put(Token::End);
    });
    peer.say(&Message::Send { space: Space::System, channel: "load", args: &request })?;
    peer.find(|message| match *message {
        Message::Send { space: Space::System, channel: "load-event", args } => {
            let (name, detail): (String, serde_json::Value) = ipc_proto::de::decode(args, &Limits::default()).ok()?;
            let done = matches!(name.as_str(), "did-finish-load" | "did-fail-load");
            (done && detail.get("navigation").and_then(serde_json::Value::as_i64) == Some(5)).then_some(())
        }
        _ => None,
    })
    .map_err(|why| format!("no `load-event` with `did-finish-load` or `did-fail-load` of that navigation: {why}"))?;
    peer.goes_on()
}

fn answers_ping(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    for nonce in [1, u64::MAX] {
        peer.say(&Message::Ping { nonce })?;
        peer.find(|message| (*message == Message::Pong { nonce }).then_some(()))?;
    }
    peer.goes_on()
}

fn passes_over_verbs(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    if peer.version < wire::PROFILE_VERSION {
        return Ok(());
    }
    for verb in [64, 127] {
        peer.raw(&[3, 0, 0, 0, verb, 0xff, 0xff])?;
    }
    peer.goes_on()
}

fn keeps_the_order(program: &Program) -> Result<(), Missed> {
    const COUNT: i64 = 100;
    let mut peer = Peer::open(program)?;
    for n in 0..COUNT {
        peer.say(&Message::Send { space: Space::User, channel: "check:send", args: &number_args(n) })?;
    }
    let expected = encoded(|writer| {
        writer.put(Token::Array);
        (0..COUNT).for_each(|n| writer.put(Token::Int(n)));
        writer.put(Token::End);
    });
    let none = encoded(|writer| [Token::Array, Token::End].into_iter().for_each(|token| writer.put(token)));
    expect_value("'check:log'", &peer.call("check:log", &none)?, &expected)
}

fn asks_main(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    let asked = peer.ask(Space::User, "check:ask", &number_args(5))?;
    let theirs = peer
        .find(|message| match *message {
            Message::Invoke { id, space: Space::User, channel: "check:answer", args } => Some((id, args.to_vec())),
            _ => None,
        })
        .map_err(|why| format!("it does not invoke 'check:answer': {why}"))?;
    expect_value("the list of its arguments", &theirs.1, &number_args(5))?;
    if theirs.0 == 0 {
        return Err("its first request has the number 0".to_owned());
    }
    peer.say(&Message::Reply { id: theirs.0, status: Status::Ok, value: &number(25) })?;
    match peer.answer(asked)? {
        (Status::Ok, value) => expect_value("'check:ask'", &value, &number(25)),
        (status, _) => Err(format!("'check:ask' is answered {status:?}")),
    }
}

fn goes_on_after_cancel(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    let crossing = peer.ask(Space::User, "check:echo", &number_args(1))?;
    peer.say(&Message::Cancel { id: crossing })?;
    let asked = peer.ask(Space::User, "check:echo", &number_args(2))?;
    let mut answers = 0;
    loop {
        let (id, status) = peer.find(|message| match *message {
            Message::Reply { id, status, .. } if id == crossing || id == asked => Some((id, status)),
            _ => None,
        })?;
        if id == asked {
            return if status == Status::Ok { peer.goes_on() } else { Err(format!("the next is answered {status:?}")) };
        }
        answers += 1;
        if answers > 1 {
            return Err("it answers a request twice".to_owned());
        }
    }
}

fn takes_a_mib(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    let large = encoded(|writer| writer.put(Token::Bytes(&[7; 1 << 20])));
    if peer.call("check:echo", &args_of(&large))? == large { Ok(()) } else { Err("other bytes come back".to_owned()) }
}

fn keeps_to_the_largest_frame(program: &Program) -> Result<(), Missed> {
    const LARGEST: u32 = 1_000;
    let (mut peer, hello) = Peer::start(program)?;
    peer.welcome(if hello.has_profile { wire::VERSION } else { wire::OLDEST_VERSION }, LARGEST)?;
    let asked = peer.ask(Space::User, "check:echo", &args_of(&text(&"x".repeat(2 * LARGEST as usize))))?;
    match peer.answer(asked)? {
        (Status::TooLarge | Status::NotCloneable | Status::Failed, value) if value.len() < LARGEST as usize => {
            peer.goes_on()
        }
        (status, value) => Err(format!("it answers {status:?} with {} bytes", value.len())),
    }
}

fn port_list(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

/// A renderer with main's port 2 at `check:port`.
fn with_port(program: &Program) -> Result<Peer, Missed> {
    let peer = Peer::open(program)?;
    peer.say(&Message::Post { channel: "check:port", ports: &port_list(2), message: &number(0) })?;
    Ok(peer)
}

fn answers_at_a_port(program: &Program) -> Result<(), Missed> {
    let mut peer = with_port(program)?;
    peer.say(&Message::PortMessage { port: 2, ports: &[], message: &text("to and fro") })?;
    let back = peer.find(|message| match *message {
        Message::PortMessage { port: 2, ports: [], message } => Some(message.to_vec()),
        _ => None,
    })?;
    expect_value("the port", &back, &text("to and fro"))?;
    peer.say(&Message::PortClose { port: 2 })?;
    peer.goes_on()
}

fn passes_on_through_ports(program: &Program) -> Result<(), Missed> {
    let mut peer = with_port(program)?;
    let names_it = encoded(|writer| writer.put(Token::Port(0)));
    peer.say(&Message::PortMessage { port: 2, ports: &port_list(4), message: &names_it })?;
    let given = peer.find(|message| match *message {
        Message::PortMessage { port: 2, ports, message } if ports.len() == 8 => {
            let names_it = TokenReader::new(message, &Limits::default()).next_token() == Ok(Some(Token::Port(0)));
            ports.try_into().ok().map(|bytes| (u64::from_le_bytes(bytes), names_it))
        }
        _ => None,
    })?;
    match given {
        (back, true) if back % 2 == 1 => {
            peer.say(&Message::PortMessage { port: 4, ports: &[], message: &number(9) })?;
            let through = peer.find(|message| match *message {
                Message::PortMessage { port, ports: [], message } if port == back => Some(message.to_vec()),
                _ => None,
            })?;
            expect_value("the port that was given back", &through, &number(9))?;
            peer.goes_on()
        }
        (back, true) => Err(format!("it moves a port under the number {back}, which is not odd")),
        _ => Err("the value that comes back does not name the port".to_owned()),
    }
}

fn closes_late_ports(program: &Program) -> Result<(), Missed> {
    let mut peer = with_port(program)?;
    peer.say(&Message::PortClose { port: 2 })?;
    peer.say(&Message::PortMessage { port: 2, ports: &port_list(4), message: &number(1) })?;
    peer.find(|message| (*message == Message::PortClose { port: 4 }).then_some(()))?;
    peer.goes_on()
}

fn goes_on_without_direct_links(program: &Program) -> Result<(), Missed> {
    let mut peer = with_port(program)?;
    peer.say(&Message::PortDirect { port: 2, step: Step::Offer })?;
    peer.say(&Message::PortMessage { port: 2, ports: &[], message: &number(3) })?;
    peer.find(|message| matches!(message, Message::PortMessage { port: 2, .. }).then_some(()))?;
    peer.goes_on()
}

fn ends_at_goodbye(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    peer.goes_on()?;
    peer.say(&Message::Goodbye { code: 0, reason: "the check is over" })?;
    peer.hang_up();
    peer.exits()
}

fn ends_with_the_stream(program: &Program) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    peer.goes_on()?;
    peer.hang_up();
    peer.exits()
}

fn echo(program: &Program, tokens: &[Token<'_>]) -> Result<(), Missed> {
    let value = encoded(|writer| tokens.iter().for_each(|token| writer.put(*token)));
    // Behind the array of the arguments, objects and keys are numbered from one more on.
    let args = encoded(|writer| {
        writer.put(Token::Array);
        for token in tokens {
            writer.put(match *token {
                Token::Ref(number) => Token::Ref(number.saturating_add(1)),
                other => other,
            });
        }
        writer.put(Token::End);
    });
    expect_value("'check:echo'", &Peer::open(program)?.call("check:echo", &args)?, &value)
}

fn frame_is_rejected(program: &Program, bytes: &[u8], code: u16) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    peer.raw(bytes)?;
    match peer.end()? {
        Some(told) if told == code => Ok(()),
        Some(told) => Err(format!("it says Goodbye {told}")),
        None => Err("it ends without a Goodbye that says why".to_owned()),
    }
}

fn value_is_rejected(program: &Program, bytes: &[u8]) -> Result<(), Missed> {
    let mut peer = Peer::open(program)?;
    let asked = peer.ask(Space::User, "check:echo", &args_of(bytes))?;
    match peer.answer(asked) {
        Ok((Status::BadArguments, _)) => peer.goes_on(),
        Ok((status, _)) => Err(format!("it answers {status:?}")),
        Err(why) if why.starts_with("it says Goodbye 10:") => Ok(()),
        Err(why) => Err(why),
    }
}
