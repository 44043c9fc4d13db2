//! Apps that ask many questions each.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::{App, Ended};

/// Runs `fixtures/electron/NAME.js` and compares what it prints with `NAME.txt`.
#[track_caller]
pub(crate) fn answers(name: &str, code: i32, arguments: &[&str]) -> Ended {
    let mut app = App::fixture(&format!("electron/{name}.js"));
    let expected = fs::read_to_string(app.folder().with_extension("txt")).expect("what is expected");
    for argument in arguments {
        app = app.argument(argument);
    }
    let ended = app.run();
    let (printed, expected): (Vec<_>, Vec<_>) = (ended.stdout.lines().collect(), expected.lines().collect());
    for (number, (printed, expected)) in printed.iter().zip(&expected).enumerate() {
        assert_eq!(printed, expected, "line {} of {name}: {ended:#?}", number + 1);
    }
    assert_eq!(printed.len(), expected.len(), "the number of lines of {name}: {ended:#?}");
    assert_eq!(ended.code, Some(code), "{ended:#?}");
    ended
}

#[test]
fn ipc_main_registers_and_calls_as_electron_does() {
    let ended = answers("ipc-main/main", 0, &[]);
    ended
        .complains("A JavaScript error occurred in the main process\nRangeError: listener failed\n    at ")
        .complains("UnhandledPromiseRejectionWarning: Error: rejected listener\n    at ")
        .complains("Error occurred in handler for 'pending': Error: No handler registered for 'pending'\n    at ")
        .complains("Possible EventEmitter memory leak detected. 11 many listeners added to [IpcMainImpl].");
    assert!(!ended.stderr.contains("taken by a listener"), "{ended:#?}");
    assert_eq!(ended.stderr.matches("MaxListenersExceededWarning").count(), 1, "{ended:#?}");
}

#[test]
fn ipc_renderer_has_electrons_texts() {
    answers("ipc-renderer/main", 0, &[])
        .complains("Error occurred in handler for 'type': TypeError: x\n    at ")
        .complains("Error occurred in handler for 'custom': MyError: x\n    at ")
        .complains("Error occurred in handler for 'unknown': Error: No handler registered for 'unknown'\n    at ")
        .complains("path: 'result.list[1].callback (function)'")
        .complains("[renderer 1] Uncaught Error [ERR_UNHANDLED_ERROR]: Unhandled error.");
}

#[test]
fn send_sync_is_answered_once_and_always() {
    answers("send-sync/main", 0, &[])
        .complains("WebContents #1 called ipcRenderer.sendSync() with 'nobody' channel without listeners.")
        .complains("A JavaScript error occurred in the main process\nError: before it answered\n")
        .complains("A JavaScript error occurred in the main process\nError: An object could not be cloned.\n");
}

#[test]
fn results_come_item_by_item_and_stop_with_whoever_reads_them() {
    answers("streams/main", 0, &[])
        .complains("Error occurred in handler for 'fails': RangeError: no more\n    at ")
        .complains("Error occurred in handler for 'uncloneable': Error: An object could not be cloned.\n    at ");
}

#[test]
fn events_carry_their_fields_and_reach_listeners_in_order() {
    answers("events/main", 0, &[]);
}

#[test]
fn web_contents_send_load_and_evaluate() {
    answers("web-contents/main", 0, &[])
        .complains("Error sending from webFrameMain:  Error: Failed to serialize arguments")
        .complains(
            "Error sending from webFrameMain:  Error: Render frame was disposed before WebFrameMain could be accessed",
        );
}

#[test]
fn pages_that_call_without_a_pause_are_heard_beside_each_other() {
    answers("busy/main", 0, &[]);
}

#[test]
fn ports_carry_messages_between_processes() {
    assert_eq!(answers("ports/main", 0, &[]).stderr, "");
}

#[test]
fn the_context_bridge_keeps_two_worlds_apart() {
    assert_eq!(answers("context-bridge/main", 0, &[]).stderr, "");
}

#[test]
fn values_are_cloned_in_both_directions() {
    answers("clone/main", 0, &[]);
}

#[test]
fn preload_scripts_get_what_their_preferences_say() {
    answers("preload/main", 0, &[])
        .complains("Unable to load preload script: ")
        .complains("RangeError: preload failed")
        .complains("ReferenceError: notDefined is not defined");
}

#[test]
fn a_thousand_mixed_calls_arrive_in_order() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    let seed = (now.as_nanos() % 2_147_483_646 + 1).to_string();
    println!("seed {seed}");
    answers("order/main", 0, &[&seed]);
}

#[test]
fn payloads_of_all_sizes_survive_in_all_shapes() {
    assert_eq!(answers("sizes/main", 0, &[]).stderr, "");
}

#[test]
fn renderers_end_and_start_again() {
    assert_eq!(answers("life/main", 0, &[]).stderr, "");
}

#[test]
fn utility_processes_run_talk_and_end() {
    answers("utility/main", 0, &[])
        .complains("Error: uncaught in the process\n    at ")
        .complains("Error: Cannot find module '")
        .complains("no-such-file.js'");
}

#[test]
fn work_that_is_put_off_is_done_in_every_kind_of_process_and_then_nothing_uses_the_processor() {
    assert_eq!(answers("deferred/main", 0, &[]).stderr, "");
}

#[test]
fn what_utility_processes_print_goes_where_main_says() {
    assert_eq!(answers("stdio/main", 0, &[]).stderr, "err inherit\nerr undefined\n");
}

#[test]
fn pages_keep_their_storage_by_origin_window_and_partition() {
    answers("storage/main", 0, &[]);
}

#[test]
fn pages_have_the_cookies_of_their_servers_and_those_with_an_end_outlive_the_app() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cookies-{}", std::process::id()));
    let run = |name: &str, expected: &str| {
        let app = App::fixture("electron/cookies/main.js").argument(&folder.to_string_lossy()).argument(name).run();
        assert_eq!(app.stdout, expected, "{app:#?}");
        assert_eq!(app.code, Some(0), "{app:#?}");
        app
    };
    run("first", include_str!("../../fixtures/electron/cookies/first.txt"));
    run("second", include_str!("../../fixtures/electron/cookies/second.txt"))
        .complains("Dipole Cookies are left out: ")
        .complains("Dipole Cookies are left out: it has no list of cookies");
    fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn files_are_downloaded_to_where_the_program_says_and_never_out_of_the_folder() {
    let ended = answers("downloads/main", 0, &[]);
    assert!(!ended.stderr.contains("Failed to load URL"), "{ended:#?}");
    ended.complains("The download of app://page/none ends: the server has answered 404");
}

#[test]
fn links_open_windows_and_the_caret_is_behind_what_was_set() {
    assert_eq!(answers("links/main", 0, &[]).stderr, "");
}

#[test]
fn rules_of_proxies_are_kept_and_told_and_hosts_have_addresses() {
    assert_eq!(answers("network/main", 0, &[]).stderr, "");
}

#[test]
fn a_window_tells_of_each_step_of_a_navigation_and_knows_where_it_has_been() {
    answers("navigation/main", 0, &[]);
}

#[test]
fn a_page_goes_on_until_the_next_one_is_there_and_stays_if_there_is_none() {
    assert_eq!(answers("staying/main", 0, &[]).stderr, "");
}

#[test]
fn windows_views_sessions_and_the_rest_of_main_keep_what_they_are_given() {
    answers("windows/main", 0, &[]);
}

#[test]
fn pages_have_the_platforms_classes_and_are_told_what_is_not_there() {
    answers("globals/main", 0, &[]);
}

#[test]
fn documents_that_nothing_shows_are_trees_of_their_own_which_sanitizers_can_walk() {
    answers("documents/main", 0, &[]);
}

#[test]
fn pages_have_databases_with_transactions_indexes_and_cursors() {
    answers("indexed-db/main", 0, &[]);
}

#[test]
fn pages_define_elements_of_their_own_and_these_are_told_what_becomes_of_them() {
    answers("custom-elements/main", 0, &[]).complains("Uncaught RangeError: Maximum call stack size exceeded");
}

#[test]
fn pages_ask_other_origins_for_what_those_allow() {
    assert_eq!(answers("cors/main", 0, &[]).stderr, "");
}

#[test]
fn pages_have_workers_that_end_with_them_wherever_their_scripts_are() {
    answers("workers/main", 0, &[])
        .complains("Uncaught Error: rejected in a worker\n")
        .complains("Failed to load a worker's script: net::ERR_FILE_NOT_FOUND")
        .complains("Uncaught SyntaxError: 'let' is not a valid lexical identifier");
}

#[test]
fn pages_sign_encrypt_and_derive_keys() {
    answers("web-crypto/main", 0, &[]);
}

#[test]
fn pages_and_workers_give_each_other_message_ports() {
    answers("worker-ports/main", 0, &[]);
}

#[test]
fn what_the_documentation_s_pages_show_works_with_a_click() {
    answers("documented/main", 0, &[])
        .complains("dialog.showOpenDialog(\"\") is answered {\"canceled\":true,\"filePaths\":[]}")
        .complains("dialog.showMessageBox(\"Sure?\") is answered {\"response\":0,\"checkboxChecked\":false}");
}

#[test]
fn elements_have_shadow_trees_with_slots_and_events_of_their_own() {
    answers("shadow/main", 0, &[]);
}

#[test]
fn what_is_transferred_is_gone() {
    answers("transfer/main", 0, &[]);
}

#[test]
fn numbers_dates_and_texts_are_as_a_language_has_them() {
    answers("intl/main", 0, &[]);
}

#[test]
fn pages_without_a_title_are_called_by_their_place_and_hear_of_places_as_in_a_browser() {
    answers("page-details/main", 0, &[]).complains("Assertion failed: told 5");
}

#[test]
fn main_has_the_platforms_globals_too() {
    answers("main-globals/main", 0, &[]);
}

#[test]
fn programs_are_told_of_the_console_in_chromiums_words() {
    answers("console/main", 0, &[]);
}

#[test]
fn es_modules_find_what_they_name_and_main_asks_a_page_for_answers() {
    App::fixture("electron/modules").run().prints_besides_errors(&[
        "imported required a part",
        "imported required true",
        "ERR_PACKAGE_IMPORT_NOT_DEFINED: Package import specifier \"#none\" is not defined in package ./package.json \
         imported from ./main.mjs",
        "true node:fs",
        "main.mjs true",
        "awaited false",
        "ready",
        "preload.mjs awaited",
        "8 42",
        "Error: Error invoking remote method 'none': Error: No handler registered for 'none' | Error: Error invoking \
         remote method 'fails': RangeError: no",
        "Error: An object could not be cloned.",
        "TypeError: Object has been destroyed",
    ]);
}

#[test]
fn pages_of_the_apps_own_schemes_are_answered_by_its_handlers() {
    answers("protocol/main", 0, &[])
        .complains("Error: handler failed\n    at ")
        .complains(
            "[renderer 1] Failed to load resource: the server responded with a status of 404 () app://host/missing.js",
        )
        .complains("[renderer 2] Failed to load resource: net::ERR_BLOCKED_BY_CLIENT file://");
}

#[test]
fn pages_hold_the_windows_that_they_open_as_far_as_the_program_lets_them() {
    answers("window-open/main", 0, &[])
        .complains("The window open handler response must be an object, but was instead of type 'undefined'.")
        .complains("A JavaScript error occurred in the main process\nError: no window\n    at ")
        .complains(
            "Error: Invalid webContents. Created window should be connected to webContents passed with options object.",
        );
}

#[test]
fn scripts_have_more_than_electron_gives_them_where_they_ask_for_it() {
    answers("beyond/main", 0, &[]).complains("Error occurred in handler for 'fails': TypeError: wrong\n    at ");
}

#[test]
fn small_apps_of_all_kinds_do_what_they_promise() {
    assert_eq!(answers("kinds/main", 0, &[]).stderr, "");
}

#[test]
fn a_program_presses_keys_as_a_keyboard_would() {
    answers("keys/main", 0, &[]);
}
