use serde_json::json;

use super::peer::{Answer, Peer, Said};
use ipc_proto::wire::Status;

const OPEN: &str = r#"{"contextIsolation": false, "nodeIntegration": true}"#;

fn node_page(html: &str) -> Peer {
    Peer::with_page(html, "", serde_json::from_str(OPEN).expect("json"))
}

#[test]
fn a_page_with_node_sends_and_gets_an_answer() {
    let mut peer = node_page(
        r#"<button id="btn">x</button><script>
        const { ipcRenderer } = require('electron');
        btn.onclick = () => { ipcRenderer.send('message-from-renderer', 1, 2, 3); };
        ipcRenderer.on('message-from-main', (event, sum) => {
            console.log('receive message from main process', sum, event.sender === ipcRenderer, event.ports.length);
        });
        </script>"#,
    );
    assert_eq!(peer.request("click", &json!(["#btn"])), Ok(json!(null)));
    assert_eq!(peer.message("message-from-renderer"), json!([1, 2, 3]));
    peer.send("message-from-main", &json!([6]));
    let line = peer.until("a console line", |said| matches!(said, Said::Console(..)));
    assert_eq!(line, Said::Console("info".into(), "receive message from main process 6 true 0".into()));
    assert_eq!(peer.end(), 0);
}
