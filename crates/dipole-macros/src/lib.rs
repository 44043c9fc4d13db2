//! The attribute of typed services. Depend on `dipole`, which re-exports it and has what its code is made of.

mod expand;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a typed service of a trait: a server and a client for it, over the channels that `handle` and `invoke` use.
#[proc_macro_attribute]
pub fn service(options: TokenStream, item: TokenStream) -> TokenStream {
    made(options.into(), item.into()).into()
}

fn made(options: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    match parse::service(options, item) {
        Ok(service) => expand::expand(&service),
        Err(error) => error.into_compile_error(),
    }
}
