//! What five public documents about Electron's IPC say, tried with their own code in real processes.
//!
//! The apps are in `fixtures/seeds`; the names begin with the document's number and the row's.

#[path = "seeds/blocks.rs"]
mod blocks;
mod common;
#[path = "seeds/document_0_invoke.rs"]
mod document_0_invoke;
#[path = "seeds/document_1_send.rs"]
mod document_1_send;
#[path = "seeds/document_2_three_ways.rs"]
mod document_2_three_ways;
#[path = "seeds/document_3_invoke_or_send.rs"]
mod document_3_invoke_or_send;
#[path = "seeds/document_4_preload.rs"]
mod document_4_preload;
