//! What a call's arguments may be.

use ipc_proto::payload::Payload;
use ipc_proto::value::Value;

mod sealed {
    pub trait Sealed {}
}

/// A list of arguments: a tuple with one element for each, `()` for none. Both who calls and who listens or handles names
/// its arguments so: `send("moved", (x, y))` goes with `on("moved", |event, (x, y): (f64, f64)| ..)`, and one argument is
/// `(n,)`. What is no tuple does not compile, since it would not say whether a `vec![1, 2]` is one argument or two.
///
/// Up to twelve arguments; `Vec<Value>` and `Vec<Payload>` are any number of them. A reference to a list may be sent, too.
/// Who listens or handles gets as many as it names, or the caller an error; `()` there takes whatever comes.
///
/// Sealed: these are all there are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of arguments",
    label = "not a tuple",
    note = "arguments are a tuple: `(n,)` for one, `(a, b)` for two, `()` for none; `Vec<Value>` is any number"
)]
pub trait Arguments: sealed::Sealed {}

impl<A: Arguments + ?Sized> sealed::Sealed for &A {}
impl<A: Arguments + ?Sized> Arguments for &A {}

macro_rules! list {
    ($(($($name:ident),*))+) => {$(
        impl<$($name),*> sealed::Sealed for ($($name,)*) {}
        impl<$($name),*> Arguments for ($($name,)*) {}
    )+};
}

list! {
    () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H)
    (A, B, C, D, E, F, G, H, I) (A, B, C, D, E, F, G, H, I, J) (A, B, C, D, E, F, G, H, I, J, K)
    (A, B, C, D, E, F, G, H, I, J, K, L)
}

macro_rules! any_number {
    ($($of:ty),+) => {$(
        impl sealed::Sealed for Vec<$of> {}
        impl Arguments for Vec<$of> {}
        impl sealed::Sealed for [$of] {}
        impl Arguments for [$of] {}
    )+};
}

any_number!(Value, Payload);
