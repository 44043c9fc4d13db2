//! The task that keeps a renderer running.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use ipc_link::deadline::within;
use tokio::sync::watch;

use super::events::{Subscribers, SupervisorEvent};
use super::restarts::{Heartbeat, Next, Policy, Restarts};
use crate::app::{self, App};
use crate::gone::{Gone, GoneReason};
use crate::heartbeat::Beat;
use crate::spawn::{Program, SpawnError};
use crate::web_contents::WebContents;

/// What the handles and the task of one supervisor share.
pub(super) struct Shared {
    pub(super) app: Weak<app::Inner>,
    pub(super) program: Program,
    pub(super) policy: Policy,
    pub(super) setup: Box<dyn Fn(&WebContents) + Send + Sync>,
    pub(super) state: watch::Sender<State>,
    /// The renderer that runs is to be replaced.
    pub(super) replacing: AtomicBool,
    pub(super) subscribers: Subscribers,
}

/// What there is to know of the renderer.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) epoch: u64,
    /// The process of that epoch, until it has ended.
    pub(super) contents: Option<WebContents>,
    pub(super) ready: bool,
    /// Why none follows.
    pub(super) over: Option<String>,
}

impl Shared {
    pub(super) fn spawn(&self, app: &App) -> Result<WebContents, SpawnError> {
        let epoch = self.state.borrow().epoch.saturating_add(1);
        let contents = app.spawn_epoch(&self.program, epoch)?;
        (self.setup)(&contents);
        self.state.send_modify(|state| {
            state.epoch = epoch;
            state.contents = Some(contents.clone());
            state.ready = false;
        });
        self.subscribers.tell(&SupervisorEvent::Started { epoch, contents: contents.clone() });
        // Stopped while it was being started.
        if self.state.borrow().over.is_some() {
            contents.close();
        }
        Ok(contents)
    }

    /// Ends the supervision for that reason, if it has not ended.
    pub(super) fn stop(&self, reason: &str) {
        let mut contents = None;
        self.state.send_if_modified(|state| {
            let first = state.over.is_none();
            if first {
                state.over = Some(reason.to_owned());
                state.ready = false;
                contents = state.contents.clone();
            }
            first
        });
        if let Some(contents) = contents {
            contents.close();
        }
    }

    /// Keeps it running, and tells when that is over.
    pub(super) async fn run(self: Arc<Self>, first: WebContents, closings: watch::Receiver<u64>) {
        self.keep_running(first, closings).await;
        let reason = self.state.borrow().over.clone().unwrap_or_default();
        self.subscribers.tell(&SupervisorEvent::Ended { reason });
    }

    /// Until none follows.
    async fn keep_running(&self, first: WebContents, mut closings: watch::Receiver<u64>) {
        let mut restarts = Restarts::default();
        let mut contents = Some(first);
        loop {
            let started = Instant::now();
            let (crashed, text) = match contents.take() {
                Some(contents) => self.see_through(&contents).await,
                None => match self.app.upgrade().map(App::of) {
                    Some(app) => match self.spawn(&app) {
                        Ok(next) => {
                            drop(app);
                            if is_closed(&closings) {
                                next.close();
                            }
                            self.see_through(&next).await
                        }
                        Err(error) => {
                            let reason = error.to_string();
                            self.subscribers.tell(&SupervisorEvent::NotStarted { reason: reason.clone() });
                            (Some(true), reason)
                        }
                    },
                    None => return self.stop("its application has ended"),
                },
            };
            if self.state.borrow().over.is_some() {
                return;
            }
            if self.replacing.swap(false, Ordering::SeqCst) && !is_closed(&closings) {
                continue;
            }
            let Some(crashed) = crashed else { return self.stop(&format!("main has closed it: it {text}")) };
            if is_closed(&closings) {
                return self.stop(&format!("its application was closed: it {text}"));
            }
            match restarts.after(&self.policy, Instant::now(), started.elapsed(), crashed, random()) {
                Next::Rest => return self.stop(&format!("it {text}, and is not started again")),
                Next::GiveUp => {
                    let Policy { budget, within, .. } = self.policy;
                    return self.stop(&format!("it {text}, and was started again {budget} times within {within:?}"));
                }
                Next::After(delay) => {
                    self.subscribers.tell(&SupervisorEvent::Waiting { delay });
                    let mut state = self.state.subscribe();
                    let (mut over, mut closed) =
                        (pin!(state.wait_for(|state| state.over.is_some())), pin!(closings.changed()));
                    let either = poll_fn(|cx| match (over.as_mut().poll(cx).is_ready(), closed.as_mut().poll(cx)) {
                        // Where the application is gone nothing more is started anyway.
                        (_, Poll::Ready(_)) => Poll::Ready(true),
                        (over, Poll::Pending) => {
                            if over {
                                Poll::Ready(false)
                            } else {
                                Poll::Pending
                            }
                        }
                    });
                    if within(delay, either).await == Ok(true) {
                        return self.stop(&format!("its application was closed: it {text}"));
                    }
                }
            }
            if self.state.borrow().over.is_some() {
                return;
            }
        }
    }

    /// Waits for the end of a renderer, and tells of its life meanwhile. Whether it has crashed, `None` where main has
    /// closed it, and what is said of its end.
    async fn see_through(&self, contents: &WebContents) -> (Option<bool>, String) {
        let gone = {
            let (mut ended, mut beside) = (pin!(contents.gone()), pin!(self.accompany(contents)));
            poll_fn(|cx| match (ended.as_mut().poll(cx), beside.as_mut().poll(cx)) {
                (Poll::Ready(gone), _) => Poll::Ready(gone),
                (Poll::Pending, Poll::Ready(never)) => match never {},
                (Poll::Pending, Poll::Pending) => Poll::Pending,
            })
            .await
        };
        let epoch = self.state.borrow().epoch;
        self.state.send_modify(|state| {
            state.contents = None;
            state.ready = false;
        });
        let Gone { reason, text, .. } = &gone;
        let (crashed, text) = (*reason != GoneReason::CleanExit, text.clone());
        let closed = contents.was_closed();
        self.subscribers.tell(&SupervisorEvent::Gone { epoch, gone });
        ((!closed).then_some(crashed), text)
    }

    /// Tells when it is ready, and whether its loop turns.
    async fn accompany(&self, contents: &WebContents) -> Infallible {
        let epoch = self.state.borrow().epoch;
        if contents.ready().await.is_ok() {
            self.state.send_modify(|state| state.ready = state.over.is_none());
            self.subscribers.tell(&SupervisorEvent::Ready { epoch });
            if let Some(beats) = &self.policy.heartbeat {
                self.listen_to_its_heart(contents, beats, epoch).await;
            }
        }
        std::future::pending().await
    }

    async fn listen_to_its_heart(&self, contents: &WebContents, beats: &Heartbeat, epoch: u64) {
        let heart = crate::heartbeat::Heartbeat::every(beats.every);
        let mut answered = contents.answers();
        loop {
            let now = Instant::now();
            match heart.check(now, beats.patience, || contents.is_listened_to()) {
                Beat::Rest => {}
                Beat::Ask(nonce) => contents.ping(nonce),
                Beat::Silent => {
                    self.subscribers.tell(&SupervisorEvent::Unresponsive { epoch });
                    if beats.kill {
                        contents.kill();
                    }
                }
            }
            let time = heart.wake().map_or(Duration::MAX, |wake| wake.saturating_duration_since(now));
            if within(time, answered.changed()).await.is_ok() && heart.answered(*answered.borrow_and_update()) {
                self.subscribers.tell(&SupervisorEvent::Responsive { epoch });
            }
        }
    }
}

/// Whether all renderers of the application were told to end.
fn is_closed(closings: &watch::Receiver<u64>) -> bool {
    // It is gone: nothing is started any more.
    closings.has_changed().unwrap_or(true)
}

/// A number from 0 to 1 that is another one each time.
fn random() -> f64 {
    let mut bytes = [0; 4];
    // Without it all delays are the longest that they may be.
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::NONBLOCK) {
        Ok(_) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}
