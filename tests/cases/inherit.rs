//! A program of its own, built against the library from outside.
//! inherit NUMBER: this process has a descriptor of that number which is not close-on-exec, and variables with secrets.
//! Prints what of them a renderer has, and what it has of the variables that it was given on purpose.
use main_proc::{App, Program};

fn main() {
    let number = std::env::args().nth(1).unwrap();
    if let Some(renderer) = renderer_proc::init() {
        println!("descriptor {}", std::path::Path::new(&format!("/proc/self/fd/{number}")).exists());
        for name in ["DEPLOY_SECRET_TOKEN", "AWS_SECRET_ACCESS_KEY", "DATABASE_PASSWORD", "CASE_ASKED_FOR"] {
            println!("{name} {}", std::env::var_os(name).is_some());
        }
        drop(renderer);
        std::process::exit(0);
    }
    let app = App::new();
    let program = Program::current().unwrap().arg(&number).env("CASE_ASKED_FOR", "1");
    app.spawn_renderer(&program).unwrap().wait_gone().unwrap();
}
