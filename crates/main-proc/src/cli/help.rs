//! What `--help` says behind the options. Every example is run by a test.

pub(super) const RUN: &str = "\
What main prints goes to stdout as it is; what a page prints goes there as `[renderer N] ...`. Errors go to stderr.

Examples:
  main-proc run demo
  main-proc run ./my-app                              runs until the app quits
  main-proc run ./my-app --until-idle                 runs until it has nothing to do
  main-proc run main.js --click '#btn1' --until-idle  clicks, lets everything settle, ends
  main-proc run main.js --type '#name' Ada --press Enter --wait-for-text 'Hello, Ada' --until-idle
  main-proc run main.js --select '#color' Red --eval 'console.log(color.value)' --until-idle
  main-proc run main.js --window title:Second --click '#btn2' --window 1 --click '#btn1' --until-idle
  main-proc run main.js --eval 'saveAll()' --click '#quit' --timeout 10
  main-proc run main.js input.txt --until-idle -- --verbose   arguments for the app
  main-proc run main.js --until-idle --user-data-dir data --env LANG=de_DE.UTF-8
  main-proc run main.js --until-idle --dialog '{\"showOpenDialog\": {\"filePaths\": [\"a.txt\"]}}'
  main-proc run demo --trace trace.jsonl --trace-contents=200
  main-proc run demo --trace trace.json --trace-format chrome   a file for https://ui.perfetto.dev";

const INVOKE: &str = "\
The result is printed as JSON; nothing is printed when it is undefined. What the app itself prints goes to stderr.
The call is made from an empty page of its own, once the app's first window, if it has one, has loaded its page.
Each JSON is one argument. A shell takes quotes away, so text needs two pairs of them: '\"text\"'. A number that
JavaScript does not have, such as 9007199254740993, is refused.
FORMS
Examples:
  main-proc invoke demo add 4 5 6                     prints 15
  main-proc invoke demo echo '\"hello\"'                prints \"hello\"
  main-proc invoke demo echo '{\"$date\":\"2024-02-29T00:00:00Z\"}'   prints {\"$date\":\"2024-02-29T00:00:00.000Z\"}
  main-proc invoke ./my-app save '{\"name\": \"a.txt\"}'
  main-proc invoke ./my-app save @settings.json
  echo '[1, 2]' | main-proc invoke demo echo -        prints [1,2]
  main-proc invoke demo fail '\"no luck\"'; echo $?     the error on stderr, then prints 1";

/// That of `invoke`, with the table of forms.
pub(super) fn invoke() -> String {
    INVOKE.replace("FORMS", &forms())
}

fn forms() -> String {
    use super::json::forms::FORMS;

    let mut text = String::from("\nWhat JSON has no word for has a form, in arguments, in results and in `script`:\n");
    for (_, _, example, meaning) in FORMS {
        text.push_str(&format!("  {example:<36}  {meaning}\n"));
    }
    text.push_str("An object with other members besides is an object. Properties that are undefined are left out.\n");
    text
}

pub(super) const SEND: &str = "\
Nothing is printed but what the app prints, to stderr. The command ends when main's listeners have run and the app \
has come to rest, or one second after they have run. `invoke --help` says how arguments are written.

Examples:
  main-proc send demo echo 1 2 3
  main-proc send ./my-app log '\"text\"'
  main-proc send ./my-app log @settings.json";

pub(super) const SEND_SYNC: &str = "\
Prints event.returnValue as JSON; nothing when it is undefined. What the app itself prints goes to stderr. A listener \
that never sets it fails the call. `invoke --help` says how values are written.

Examples:
  main-proc send-sync demo echo '[1, 2]'              prints [1,2]
  main-proc send-sync demo add 4 5 6                  prints 15";

pub(super) const SCRIPT: &str = "\
Commands, one on each line:
  invoke CHANNEL [JSON]...     ipcRenderer.invoke; the result is its reply
  send CHANNEL [JSON]...       ipcRenderer.send
  send-sync CHANNEL [JSON]...  ipcRenderer.sendSync; the result is event.returnValue
  on CHANNEL                   listen from now on for what main sends
  wait CHANNEL [MS]            the arguments of the next message; fails after MS milliseconds (5000)
  window WINDOW                act in this window from now on: N of `[renderer N]`, title:TEXT or url:TEXT
  eval JS                      run a script in its page; the result is its value
  click SELECTOR               click an element there
  type SELECTOR TEXT           type text into an element
  select SELECTOR VALUE        choose an option of a list, by its value or its text
  press KEY                    press a key where the focus is: Enter, Control+S
  wait-for SELECTOR            wait until an element matches
  wait-for-text TEXT           wait until the page shows a text
  sleep MS                     let the app run for that long
  # text                       a comment, as are empty lines

A channel, a selector of type or select, or a text with spaces around it is written as JSON: \"my channel\". Values are
written as `invoke --help` says; @FILE is one from a file. Windows, elements and texts are waited for, 5 seconds at most.
Before `window` it is the first window. Without a window, eval and what follows it work on an empty page.
Each command answers with one line:
  {\"ok\":true,\"result\":15}
  {\"ok\":false,\"error\":{\"name\":\"TypeError\",\"message\":\"...\",\"line\":2}}
`result` is missing when it is undefined; `name` is the class of what a script has thrown, else Error. The exit code is
1 when any command failed, and 3 when a renderer has died of one.

Examples:
  printf 'invoke add 1 2\\non echo-reply\\nsend echo 7\\nwait echo-reply\\n' | main-proc script demo
  main-proc script ./my-app commands.txt";

pub(super) const COMPLETIONS: &str = "\
Examples:
  main-proc completions bash > main-proc.bash         then `source main-proc.bash`
  main-proc completions zsh > _main-proc              in a folder of $fpath
  main-proc completions fish > main-proc.fish         in ~/.config/fish/completions";
