//! Whom clients of [typed services](ipc_link::service) ask: everything that has an `invoke_within`, in the same way.

use std::time::Duration;

use ipc_link::Arguments;
use ipc_link::service::Ask;
use ipc_proto::error::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::pool::Pool;
use crate::supervisor::Supervisor;
use crate::web_contents::{PATIENCE, WebContents};

/// For each of them, how long a call may take for which its client asks for nothing else.
macro_rules! asked {
    ($($who:ty: $patience:expr),*) => {$(
        impl Ask for $who {
            async fn ask<R: DeserializeOwned + Send>(
                &self,
                channel: &str,
                args: impl Arguments + Serialize + Send,
                deadline: Option<Duration>,
            ) -> Result<R, CallError> {
                let patience: fn(&Self) -> Duration = $patience;
                self.invoke_within(channel, args, deadline.unwrap_or_else(|| patience(self))).await
            }
        }
    )*};
}

asked!(WebContents: |_| PATIENCE, Supervisor: |_| PATIENCE, Pool: Self::patience);
