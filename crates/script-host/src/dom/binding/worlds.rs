//! Functions by which the worlds of a page share events.

use std::rc::Weak;

use rquickjs::prelude::Rest;
use rquickjs::{Ctx, Function, Object, Persistent, Value};

use super::{Text, functions, set};
use crate::dom::page::{Dialog, Member, PageRequest, PageState};
use crate::engine::EngineHandle;
use crate::sys;

pub(super) fn add<'js>(
    object: &Object<'js>,
    page: &Weak<PageState>,
    engine: &EngineHandle,
    own: usize,
) -> rquickjs::Result<()> {
    functions! { object, page;
        // The next number for an event on its way through the worlds.
        "nextDispatch" = |state| -> u32 {
            let number = state.next_dispatch.get();
            state.next_dispatch.set(number.wrapping_add(1));
            number
        }
        "listen" = |state, kind: Text| -> () {
            if let Some(member) = state.members.borrow_mut().get_mut(own) {
                member.types.insert(kind.0);
            }
        }
        // The worlds, this one included, that listen to events of a type; inline handlers belong to the page's own.
        "listeners" = |state, kind: Text| -> Vec<u32> {
            let inline = state.document.borrow().has_inline_handlers(&kind.0);
            let members = state.members.borrow();
            (0_u32..).zip(members.iter())
                .filter(|(_, member)| member.types.contains(&kind.0) || (inline && member.show_names.is_some()))
                .map(|(number, _)| number)
                .collect()
        }
        "hasInline" = |state, kind: Text| -> bool { state.document.borrow().has_inline_handlers(&kind.0) }
    }
    functions! { object, page;
        "navigate" = |state, url: Text, replace: bool| -> () {
            state.request(PageRequest::Navigate { url: url.0, replace });
        }
        "inPage" = |state, url: Text, replace: bool, by: i32| -> () {
            let mut joint = state.joint.get();
            joint.go(replace, by);
            state.joint.set(joint);
            state.request(PageRequest::InPage { url: url.0, replace, by });
        }
        "historyLength" = |state| -> u32 { state.joint.get().length }
        "go" = |state, by: i32| -> () { state.request(PageRequest::Go(by)); }
        "stop" = |state| -> () { state.request(PageRequest::Stop); }
        "userAgent" = |state| -> String {
            let given = state.user_agent.borrow();
            if given.is_empty() { user_agent() } else { given.clone() }
        }
        "referrer" = |state| -> String { state.referrer.borrow().clone() }
        "isDark" = |state| -> bool { state.dark.get() }
        "reload" = |state| -> () { state.request(PageRequest::Reload); }
        "close" = |state| -> () { state.request(PageRequest::Close); }
        "open" = |state, url: Text, target: Text, features: Text| -> () {
            state.request(PageRequest::Open { url: url.0, target: target.0, features: features.0 });
        }
        "dialog" = |state, kind: Text, message: Text| -> () {
            let kind = match kind.0.as_str() {
                "confirm" => Dialog::Confirm,
                "prompt" => Dialog::Prompt,
                _ => Dialog::Alert,
            };
            state.request(PageRequest::Dialog { kind, message: message.0 });
        }
        "titleChanged" = |state, title: Text| -> () { state.request(PageRequest::TitleChanged(title.0)); }
    }
    let (state, handle) = (Weak::clone(page), engine.clone());
    set(object, "runScripts", move |ctx: Ctx<'js>| -> rquickjs::Result<()> {
        let Some(state) = state.upgrade() else { return Ok(()) };
        let ready = state.document.borrow_mut().take_scripts();
        for node in ready {
            if let Some(script) = state.prepare_script(node) {
                state.request(PageRequest::RunScript(script));
            }
            // What the inserted script has ended does not go on with the script that inserted it.
            if handle.has_ended() {
                return Err(sys::throw_uncatchable(&ctx));
            }
        }
        Ok(())
    })?;
    object.set("platform", platform())?;
    object.set("world", own as u32)?;
    let target = page.clone();
    let join = move |ctx: Ctx<'js>, receive: Function<'js>, show_names: Function<'js>, is_page: bool| {
        if let Some(state) = target.upgrade() {
            let receive = Persistent::save(&ctx, receive);
            let show_names = is_page.then(|| Persistent::save(&ctx, show_names));
            state.members.borrow_mut().push(Member { receive, show_names, react: None, types: Default::default() });
        }
    };
    set(object, "join", join)?;
    let target = page.clone();
    // Makes new names globals of the page's worlds, whichever world brought them.
    set(object, "showNames", move |ctx: Ctx<'js>| match target.upgrade() {
        Some(state) => state.show_names(&ctx),
        None => Ok(()),
    })?;
    let target = page.clone();
    // Sets who is told what became of the elements that the page has defined.
    set(object, "onReact", move |ctx: Ctx<'js>, react: Function<'js>| {
        if let Some(state) = target.upgrade()
            && let Some(member) = state.members.borrow_mut().get_mut(own)
        {
            member.react = Some(Persistent::save(&ctx, react));
        }
    })?;
    let target = page.clone();
    set(object, "react", move |ctx: Ctx<'js>| match target.upgrade() {
        Some(state) => state.react(&ctx, own),
        None => Ok(()),
    })?;
    let target = page.clone();
    set(object, "deliver", move |ctx: Ctx<'js>, world: u32, arguments: Rest<Value<'js>>| match target.upgrade() {
        Some(state) => state.deliver(&ctx, world as usize, arguments.0),
        None => Ok(0),
    })?;
    // Objects with this one in their chain cannot be sent anywhere: nodes, events, the window.
    set(object, "forbidClone", |ctx: Ctx<'js>, object: Object<'js>| crate::clone::mark_uncloneable(&ctx, &object))?;
    let engine = engine.clone();
    set(object, "report", move |ctx: Ctx<'js>, error: Value<'js>| engine.report_uncaught(&ctx, error))
}

/// `navigator.platform`.
fn platform() -> String {
    match std::env::consts::OS {
        "windows" => "Win32".to_owned(),
        "macos" => "MacIntel".to_owned(),
        _ => format!("Linux {}", std::env::consts::ARCH),
    }
}

/// `navigator.userAgent`: programs look for `Electron/` in it.
fn user_agent() -> String {
    let system = match std::env::consts::OS {
        "windows" => "Windows NT 10.0; Win64; x64".to_owned(),
        "macos" => "Macintosh; Intel Mac OS X 10_15_7".to_owned(),
        _ => format!("X11; Linux {}", std::env::consts::ARCH),
    };
    format!("Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Electron/40.0.0 Safari/537.36")
}
