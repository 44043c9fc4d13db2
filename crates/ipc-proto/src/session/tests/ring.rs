//! The way to a ring, and from one way to the other.

use super::*;
use crate::wire::RingSize;
use crate::wire::RingStep::{self, Accept, Ask, AskLarge, Back, Decline, Offer, Ready, Switched};

fn pair_with_ring() -> Pair {
    let mut pair = Pair::fresh(Limits::default());
    pair.main.offer_ring();
    pair.renderer.offer_ring();
    pair.shake_hands();
    assert!(pair.renderer.capabilities().has(Capabilities::RING));
    pair
}

/// What a side makes of steps, the other side's (`true`) and its own, up to the last.
fn after(role: Role, steps: &[(bool, RingStep)], last: RingStep) -> Result<Incoming<'static, &'static str>, CloseCode> {
    let pair = pair_with_ring();
    let mut session = if role == Role::Main { pair.main } else { pair.renderer };
    for &(theirs, step) in steps {
        if theirs {
            assert_eq!(session.receive(&message(step), &mut Vec::new()), Ok(Incoming::Ring { step }));
        } else {
            assert!(session.ring(&mut Vec::new(), step), "{step:?}");
        }
    }
    let last_message = message(last);
    let result = session.receive(&last_message, &mut Vec::new());
    result.map(|_| Incoming::Ring { step: last }).map_err(|reason| reason.code)
}

fn message(step: RingStep) -> Vec<u8> {
    step.frame()[4..].to_vec()
}

const ALL: [RingStep; 8] = [Ask, Offer, Accept, Decline, Ready, Switched, Back, AskLarge];

/// Where the sides are, and which steps of the other side are allowed there.
#[track_caller]
fn check(role: Role, steps: &[(bool, RingStep)], allowed: &[RingStep]) {
    for step in ALL {
        let expected =
            if allowed.contains(&step) { Ok(Incoming::Ring { step }) } else { Err(CloseCode::UnexpectedVerb) };
        assert_eq!(after(role, steps, step), expected, "{role:?} {step:?} after {steps:?}");
    }
}

#[test]
fn each_step_to_a_ring_comes_from_its_side_once_and_in_order() {
    let (ours, theirs) = (false, true);
    check(Role::Main, &[], &[Ask, AskLarge]);
    check(Role::Main, &[(theirs, Ask)], &[]);
    check(Role::Main, &[(theirs, Ask), (ours, Decline)], &[]);
    check(Role::Main, &[(theirs, Ask), (ours, Offer)], &[Accept, Decline]);
    check(Role::Main, &[(theirs, Ask), (ours, Offer), (theirs, Decline)], &[]);
    check(Role::Main, &[(theirs, Ask), (ours, Offer), (theirs, Accept)], &[]);
    check(Role::Main, &[(theirs, Ask), (ours, Offer), (theirs, Accept), (ours, Decline)], &[]);
    let ready = [(theirs, Ask), (ours, Offer), (theirs, Accept), (ours, Ready)];
    check(Role::Main, &ready, &[Switched, AskLarge]);
    check(Role::Main, &[&ready[..], &[(theirs, Switched)]].concat(), &[Back]);
    check(Role::Main, &[&ready[..], &[(theirs, Switched), (theirs, Back)]].concat(), &[Switched, AskLarge]);

    check(Role::Renderer, &[], &[]);
    check(Role::Renderer, &[(ours, Ask)], &[Offer, Decline]);
    check(Role::Renderer, &[(ours, Ask), (theirs, Decline)], &[]);
    check(Role::Renderer, &[(ours, Ask), (theirs, Offer)], &[]);
    check(Role::Renderer, &[(ours, Ask), (theirs, Offer), (ours, Decline)], &[]);
    check(Role::Renderer, &[(ours, Ask), (theirs, Offer), (ours, Accept)], &[Decline, Ready]);
    let ready = [(ours, Ask), (theirs, Offer), (ours, Accept), (theirs, Ready)];
    check(Role::Renderer, &ready, &[Switched]);
    check(Role::Renderer, &[&ready[..], &[(theirs, Switched)]].concat(), &[Back]);
}

#[test]
fn a_ring_of_another_size_takes_the_place_of_the_one_that_is_there() {
    let (ours, theirs) = (false, true);
    let ready = [(theirs, Ask), (ours, Offer), (theirs, Accept), (ours, Ready)];
    let then = |steps: &[(bool, RingStep)]| [&ready[..], steps].concat();
    // Until it is there the renderer goes by the socket.
    check(Role::Main, &then(&[(theirs, AskLarge)]), &[]);
    check(Role::Main, &then(&[(theirs, AskLarge), (ours, Offer)]), &[Accept, Decline]);
    check(Role::Main, &then(&[(theirs, AskLarge), (ours, Offer), (theirs, Accept)]), &[]);
    check(Role::Main, &then(&[(theirs, AskLarge), (ours, Decline)]), &[Switched]);
    let large = then(&[(theirs, AskLarge), (ours, Offer), (theirs, Accept), (ours, Ready)]);
    check(Role::Main, &large, &[Switched, Ask]);

    let ready = [(ours, Ask), (theirs, Offer), (ours, Accept), (theirs, Ready)];
    let then = |steps: &[(bool, RingStep)]| [&ready[..], steps].concat();
    // Main may go by the one that is there until it says that the other is.
    check(Role::Renderer, &then(&[(ours, AskLarge)]), &[Offer, Decline, Switched]);
    check(Role::Renderer, &then(&[(theirs, Switched), (ours, AskLarge)]), &[Offer, Decline, Back]);
    let accepted = then(&[(theirs, Switched), (ours, AskLarge), (theirs, Offer), (ours, Accept)]);
    check(Role::Renderer, &accepted, &[Decline, Back]);
    check(Role::Renderer, &[&accepted[..], &[(theirs, Back)]].concat(), &[Decline, Ready, Switched]);
}

#[test]
fn who_knows_no_large_rings_is_asked_for_none() {
    let mut pair = Pair::fresh(Limits::default());
    for session in [&mut pair.main, &mut pair.renderer] {
        session.offer_ring();
    }
    pair.main.offers = Capabilities(pair.main.offers.0 & !Capabilities::LARGE_RING.0);
    pair.shake_hands();
    assert!(pair.renderer.may_ask_for_ring(RingSize::Small) && !pair.renderer.may_ask_for_ring(RingSize::Large));
    assert!(!pair.renderer.ring(&mut Vec::new(), AskLarge));
    pair.to_main = AskLarge.frame();
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::UnexpectedVerb));
}

#[test]
fn a_side_tells_only_its_own_steps_and_those_that_are_next() {
    let mut pair = pair_with_ring();
    let out = &mut Vec::new();
    assert!(ALL.iter().all(|step| !pair.main.ring(out, *step)));
    assert!(pair.renderer.may_ask_for_ring(RingSize::Small) && !pair.main.may_ask_for_ring(RingSize::Small));
    assert!(pair.renderer.ring(out, Ask));
    assert!(!pair.renderer.may_ask_for_ring(RingSize::Small));
    assert!(ALL.iter().all(|step| !pair.renderer.ring(out, *step)));
    assert_eq!(out.len(), Ask.frame().len(), "what may not be said is not written");
}

#[test]
fn where_one_side_does_not_offer_a_ring_its_messages_are_malformed() {
    let mut pair = Pair::fresh(Limits::default());
    pair.main.offer_ring();
    pair.shake_hands();
    assert!(!pair.renderer.may_ask_for_ring(RingSize::Small) && !pair.renderer.ring(&mut Vec::new(), Ask));
    pair.to_main = Ask.frame();
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::BadMessage));
}

#[test]
fn steps_to_a_ring_are_not_counted_and_come_on_no_direct_link() {
    let mut pair = pair_with_ring();
    assert!(pair.renderer.ring(&mut pair.to_main, Ask));
    pair.at_main().expect("allowed");
    assert_eq!((pair.renderer.counts(), pair.main.counts()), ((0, 0), (0, 0)));
    let capabilities = Capabilities(u64::MAX);
    let mut direct = Session::<()>::direct(Role::Main, Limits::default(), 1 << 20, capabilities);
    let ask = message(Ask);
    let refused = direct.receive(&ask, &mut Vec::new()).map_err(|reason| reason.code);
    assert_eq!(refused, Err(CloseCode::UnexpectedVerb));
}

#[test]
fn the_next_message_is_known_to_be_of_the_ring_before_it_is_taken() {
    assert!(ALL.iter().all(|step| RingStep::is_next(&step.frame())));
    assert!(!RingStep::is_next(&frame(&Message::Ping { nonce: 20 })) && !RingStep::is_next(&[0; 4]));
}
