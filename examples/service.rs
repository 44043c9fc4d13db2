//! A trait whose methods another process has: arguments, results and errors keep their types on the way.
//!
//! cargo run -p dipole --example service

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use dipole::{App, IpcMainInvokeEvent, Program, ServiceError};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
enum TakeError {
    Unknown { item: String },
    TooFew { left: u32 },
}

impl fmt::Display for TakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { item } => write!(f, "there is no {item}"),
            Self::TooFew { left } => write!(f, "only {left} are left"),
        }
    }
}

#[dipole::service]
trait Store {
    /// Takes so many of them out; how many are left.
    async fn take(&self, item: String, count: u32) -> Result<u32, TakeError>;
    /// What there is, for the one who asks.
    async fn list(&self, #[caller] event: IpcMainInvokeEvent) -> String;
}

struct Shelf(Mutex<BTreeMap<String, u32>>);

impl Store for Shelf {
    async fn take(&self, item: String, count: u32) -> Result<u32, TakeError> {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(there) = items.get_mut(&item) else { return Err(TakeError::Unknown { item }) };
        *there = there.checked_sub(count).ok_or(TakeError::TooFew { left: *there })?;
        Ok(*there)
    }

    async fn list(&self, event: IpcMainInvokeEvent) -> String {
        let items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        format!("renderer {}, there are {items:?}", event.sender().id())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(renderer) = dipole::init() {
        let ipc = renderer.connect(|_| {})?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        return runtime.block_on(shop(StoreClient::new(&ipc)));
    }

    let app = App::new();
    let shelf = BTreeMap::from([("apples".to_owned(), 5), ("pears".to_owned(), 2)]);
    app.ipc_main().serve(StoreServer::new(Shelf(Mutex::new(shelf))))?.forget();
    let renderer = app.spawn_renderer(&Program::current()?)?;
    println!("the renderer {}", renderer.wait_gone()?.text);
    Ok(())
}

async fn shop(store: StoreClient) -> Result<(), Box<dyn Error>> {
    println!("{}", store.list().await?);
    println!("apples left: {}", store.take("apples".to_owned(), 3).await?);
    for (item, count) in [("pears", 3), ("plums", 1)] {
        match store.take(item.to_owned(), count).await {
            Ok(left) => println!("{item} left: {left}"),
            Err(ServiceError::Failed(TakeError::TooFew { left })) => println!("{left} {item} will do"),
            Err(ServiceError::Failed(error)) => println!("{error}"),
            // Main is gone, or does not serve the store.
            Err(ServiceError::Call(error)) => return Err(error.into()),
        }
    }
    Ok(())
}
