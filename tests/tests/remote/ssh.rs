//! The real thing: ssh to a server that the test starts, on this machine.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use main_proc::gone::GoneReason;
use main_proc::spawn::Output;
use main_proc::{App, Program};

use super::{FIXTURE, gone, wait, works};

/// A server with keys of its own. Dropping it ends it, and the connections of its users.
struct Server {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Why there can be no server here.
type Missing = String;

fn sshd() -> Result<PathBuf, Missing> {
    let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
    places.into_iter().map(PathBuf::from).find(|path| path.exists()).ok_or_else(|| "sshd is not here".into())
}

fn key(path: &Path) -> Result<(), Missing> {
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status();
    made.ok().filter(std::process::ExitStatus::success).map(|_| ()).ok_or_else(|| "ssh-keygen made no key".into())
}

impl Server {
    fn start() -> Result<Self, Missing> {
        let sshd = sshd()?;
        if rustix::process::getuid().is_root() && !Path::new("/run/sshd").is_dir() {
            return Err("sshd needs the folder /run/sshd when root starts it".into());
        }
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        key(&at("host"))?;
        key(&at("user"))?;
        fs::copy(at("user.pub"), at("authorized")).expect("a file");
        // Whoever takes the port in between makes the start fail, and not the test lie.
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let settings = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {host}\nAuthorizedKeysFile {authorized}\nPidFile none\n\
             StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\n",
            host = at("host").display(),
            authorized = at("authorized").display(),
        );
        fs::write(at("settings"), settings).expect("a file");
        let mut process = Command::new(sshd)
            .arg("-D")
            .arg("-e")
            .arg("-f")
            .arg(at("settings"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it was there");
        let mut said = BufReader::new(process.stderr.take().expect("a pipe"));
        let (mut line, mut all) = (String::new(), String::new());
        while !line.contains("Server listening") {
            line.clear();
            if said.read_line(&mut line).unwrap_or_default() == 0 {
                let _ = process.wait();
                return Err(format!("sshd does not start here: {all}"));
            }
            all.push_str(&line);
        }
        // It must be able to say more.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(Self { process, port, folder })
    }

    fn ssh(&self, words: &[&str]) -> Program {
        let user = Command::new("id").arg("-un").output().expect("a name");
        Program::new("ssh")
            .args(["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-i"])
            .arg(self.folder.path().join("user"))
            .args(["-p", &self.port.to_string(), "-l", String::from_utf8_lossy(&user.stdout).trim(), "127.0.0.1"])
            .args(words.iter().copied())
            .over_stdio()
            .stderr(Output::Null)
    }
}

#[test]
fn a_renderer_works_behind_ssh_and_a_lost_connection_says_what_ssh_says() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => return eprintln!("SKIPPED: {why}"),
    };
    let app = App::new();
    let far = server.ssh(&["env", "DIPOLE_LINK=stdio", FIXTURE]);
    let contents = app.spawn_renderer(&far).expect("ssh starts");
    works(&contents);
    assert_ne!(wait(contents.invoke::<u32>("pid", ())).expect("an answer"), contents.os_process_id());

    // Its own exit code comes through.
    let ends = app.spawn_renderer(&far).expect("ssh starts");
    assert!(wait(ends.invoke::<()>("exit", (9,))).is_err());
    assert_eq!((gone(&ends).reason, gone(&ends).exit_code), (GoneReason::AbnormalExit, 9));
    let closed = app.spawn_renderer(&far).expect("ssh starts");
    wait(closed.ready()).expect("it is ready");
    closed.close();
    assert_eq!(gone(&closed).exit_code, 5, "main has closed it: {}", gone(&closed).text);

    let absent =
        app.spawn_renderer(&server.ssh(&["env", "DIPOLE_LINK=stdio", "/nowhere/decoder"])).expect("ssh starts");
    let error = wait(absent.invoke::<u32>("pid", ())).expect_err("it is not there").to_string();
    assert!(error.contains("code 127") && error.contains("/nowhere/decoder"), "{error}");

    // The process at the other end of the connection, which knows nothing of renderers.
    let connection: u32 = wait(contents.invoke("parent", ())).expect("an answer");
    let pid = rustix::process::Pid::from_raw(connection.cast_signed()).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it lives");
    let gone = gone(&contents);
    assert_eq!((gone.reason, gone.exit_code), (GoneReason::AbnormalExit, 255), "{}", gone.text);
    assert!(gone.text.contains("closed by remote host") || gone.text.contains("reset"), "{}", gone.text);
    drop(server);
    let refused = wait(app.spawn_renderer(&far).expect("ssh starts").invoke::<u32>("pid", ())).expect_err("no server");
    assert!(refused.to_string().contains("code 255") && refused.to_string().contains("refused"), "{refused}");
}
