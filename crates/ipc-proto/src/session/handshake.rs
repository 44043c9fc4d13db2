//! How a session begins, or is refused.

use super::incoming::{Acceptance, Incoming, Introduction, refusal, theirs, version_mismatch};
use super::{Phase, Session, Terms};
use crate::error::{CallError, CloseCode, CloseReason};
use crate::ports::Role;
use crate::wire::{self, Capabilities, Message, Profile, Rest};

impl<W> Session<W> {
    /// (renderer) Introduces this process. Messages may follow at once: main reads them after the handshake.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`] when the session is closed.
    pub fn hello(&mut self, out: &mut Vec<u8>, introduction: &Introduction) -> Result<(), CallError> {
        self.put(
            out,
            &Message::Hello {
                magic: wire::MAGIC,
                min_version: wire::OLDEST_VERSION,
                max_version: wire::VERSION,
                pid: introduction.pid,
                max_frame: self.limits.frame,
                token: &introduction.token,
                sandbox: &introduction.sandbox,
                profile: Rest(Some(Profile { role: introduction.role, capabilities: self.offers })),
            },
        )
    }

    /// (main) Accepts the renderer. Whatever main was told to send before follows now.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`] when the session is closed, [`CallError::TooLarge`] when the renderer takes no frame as
    /// large as this answer: close the link then.
    pub fn welcome(&mut self, out: &mut Vec<u8>, acceptance: Acceptance) -> Result<(), CallError> {
        let Acceptance { renderer, epoch, max_frame } = acceptance;
        let Terms { version, capabilities } = self.terms;
        self.put(out, &Message::Welcome { version, renderer, epoch, max_frame, capabilities: Rest(capabilities) })?;
        self.phase = Phase::Open;
        out.append(&mut self.held);
        Ok(())
    }

    /// Ends the session because of what the peer has sent, and tells it why: a renderer that speaks no version of main's
    /// is refused, any other peer gets a goodbye with the number. Returns the waiters of all our requests.
    pub fn violated(&mut self, out: &mut Vec<u8>, reason: CloseReason) -> Vec<(u64, W)> {
        match (self.role, &self.phase, reason.code) {
            (Role::Main, Phase::Handshake, CloseCode::VersionMismatch) => {
                self.refuse(out, reason.code, &reason.text);
                self.close(reason)
            }
            _ => self.goodbye(out, reason),
        }
    }

    /// (main) Turns the renderer away and closes the session.
    pub fn refuse(&mut self, out: &mut Vec<u8>, code: CloseCode, reason: &str) -> Vec<(u64, W)> {
        let refusal =
            |reason| Message::Refuse { min_version: wire::OLDEST_VERSION, max_version: wire::VERSION, reason };
        if self.put(out, &refusal(reason)).is_err() {
            let _ = self.put(out, &refusal(""));
        }
        self.close(CloseReason::new(code, reason))
    }

    /// Takes a frame that came before the session was open.
    pub(super) fn handshake<'f>(&mut self, message: Message<'_>) -> Result<Incoming<'f, W>, CloseReason> {
        match (self.role, message) {
            // A second one before main has answered is one too many.
            (Role::Main, Message::Hello { .. }) if self.introduced => Err(self.unexpected(&message)),
            (
                Role::Main,
                Message::Hello {
                    magic,
                    min_version,
                    max_version,
                    pid,
                    max_frame,
                    token,
                    sandbox,
                    profile: Rest(profile),
                },
            ) => {
                if magic != wire::MAGIC {
                    return Err(bad_handshake("the other process does not speak this protocol".to_owned()));
                }
                self.terms = agree(min_version, max_version, profile, self.offers)?;
                if max_frame < SMALLEST_FRAME {
                    return Err(bad_handshake(format!(
                        "it takes frames of {max_frame} bytes at most; at least {SMALLEST_FRAME} are needed"
                    )));
                }
                self.peer_frame = max_frame;
                self.introduced = true;
                let role = profile.unwrap_or_default().role;
                Ok(Incoming::Hello(Introduction { pid, token: token.to_vec(), sandbox: sandbox.to_owned(), role }))
            }
            (Role::Renderer, Message::Welcome { version, renderer, epoch, max_frame, capabilities }) => {
                if !(wire::OLDEST_VERSION..=wire::VERSION).contains(&version) {
                    return Err(version_mismatch(version, version));
                }
                self.terms = Terms { version, capabilities: capabilities.0 };
                self.phase = Phase::Open;
                self.peer_frame = max_frame;
                Ok(Incoming::Welcome(Acceptance { renderer, epoch, max_frame }))
            }
            (Role::Renderer, Message::Refuse { min_version, max_version, reason }) => {
                Ok(Incoming::Goodbye(refusal(min_version, max_version, reason)))
            }
            (_, Message::Goodbye { code, reason }) => Ok(Incoming::Goodbye(theirs(code, reason))),
            (_, message) => Err(self.unexpected(&message)),
        }
    }
}

/// The smallest frame that a side may restrict the other to: a `Welcome` fits into it.
const SMALLEST_FRAME: u32 = 16;

/// What main agrees to. Who tells nothing of itself is taken for a renderer of version 1, whatever it offers besides:
/// it may offer all versions to come without knowing any of them.
fn agree(min: u16, max: u16, profile: Option<Profile>, offers: Capabilities) -> Result<Terms, CloseReason> {
    let lowest = min.max(wire::OLDEST_VERSION);
    let highest = max.min(wire::VERSION);
    if lowest > highest {
        return Err(version_mismatch(min, max));
    }
    Ok(Terms {
        version: if profile.is_some() { highest } else { lowest },
        capabilities: profile.map(|profile| offers.common(profile.capabilities)),
    })
}

fn bad_handshake(text: String) -> CloseReason {
    CloseReason::new(CloseCode::BadHandshake, text)
}
