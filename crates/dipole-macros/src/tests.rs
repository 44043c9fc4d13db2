//! What is said of traits that cannot be services.

use quote::quote;

use super::made;

fn error(item: proc_macro2::TokenStream) -> String {
    let made = made(quote!(), item).to_string();
    assert!(made.contains("compile_error"), "{made}");
    made
}

#[test]
fn a_trait_of_async_methods_becomes_three_things() {
    let made = made(
        quote!(),
        quote! {
            /// Calculates.
            pub trait Calculator {
                /// The sum.
                async fn add(&self, a: i64, b: i64) -> Result<i64, CalcError>;
                async fn r#type(&self);
            }
        },
    );
    let made = made.to_string();
    for part in ["pub trait Calculator :", "pub struct CalculatorServer <", "pub struct CalculatorClient <"] {
        assert!(made.contains(part), "{part} is missing: {made}");
    }
    for channel in ["\"Calculator.add\"", "\"Calculator.type\""] {
        assert_eq!(made.matches(channel).count(), 2, "the server's and the client's {channel}: {made}");
    }
}

#[test]
fn an_argument_that_is_the_caller_is_not_sent() {
    let made = made(
        quote!(),
        quote!(
            trait Mirror {
                async fn look(&self, #[caller] event: Event, at: u8);
            }
        ),
    )
    .to_string();
    assert!(made.contains("pub async fn look (& self , at : u8)"), "{made}");
    assert!(made.contains("fn look (& self , event : Event , at : u8)"), "{made}");
    assert!(!made.contains("caller"), "{made}");
}

#[test]
fn what_cannot_be_is_said_in_words() {
    let method = |method: proc_macro2::TokenStream| error(quote!(trait Calculator { #method }));
    for (made, told) in [
        (
            error(quote!(
                struct Calculator;
            )),
            "a service is a trait",
        ),
        (
            error(quote!(
                trait Calculator<T> {}
            )),
            "a service cannot be generic",
        ),
        (
            error(quote!(
                trait Calculator: Clone {}
            )),
            "a service has no bounds",
        ),
        (
            method(quote!(
                type Item;
            )),
            "a service has methods alone",
        ),
        (
            method(quote!(
                fn add(&self);
            )),
            "is an `async fn`",
        ),
        (
            method(quote!(
                async fn add<T>(&self, of: T);
            )),
            "a method of a service cannot be generic",
        ),
        (
            method(quote!(
                async fn add();
            )),
            "begins with `&self`",
        ),
        (
            method(quote!(
                async fn add(&mut self);
            )),
            "begins with `&self`",
        ),
        (
            method(quote!(
                async fn add(self, a: i64);
            )),
            "begins with `&self`",
        ),
        (
            method(quote!(
                async fn add(&self, text: &str);
            )),
            "cannot borrow it",
        ),
        (
            method(quote!(
                async fn add(&self, text: Option<&'static str>);
            )),
            "cannot borrow it",
        ),
        (
            method(quote!(
                async fn add(&self) -> &'static str;
            )),
            "a result goes to another process",
        ),
        (
            method(quote!(
                async fn add(&self, of: impl Copy);
            )),
            "has to know its type",
        ),
        (
            method(quote!(
                async fn add(&self, (a, b): (i64, i64));
            )),
            "a name and its type",
        ),
        (
            method(quote!(
                async fn add(&self) -> Result<i64>;
            )),
            "has to name its error",
        ),
        (
            method(quote!(
                async fn add(&self) -> io::Result<i64>;
            )),
            "has to name its error",
        ),
        (
            method(quote!(
                async fn add(&self) {}
            )),
            "has no body here",
        ),
        (
            method(quote!(
                async fn new(&self);
            )),
            "a function `new` of its own",
        ),
        (
            method(quote!(
                async fn add(&self, #[event] a: i64);
            )),
            "no attribute but `#[caller]`",
        ),
        (
            method(quote!(
                async fn add(&self, #[caller] a: A, #[caller] b: A);
            )),
            "a method has one caller",
        ),
        (
            method(quote!(
                async fn add(&self, #[caller] a: A);
                async fn sub(&self, #[caller] a: B);
            )),
            "all methods take the same event",
        ),
    ] {
        assert!(made.contains(told), "'{told}' is not said: {made}");
    }
    let many = (0..13).map(|at| quote::format_ident!("a{at}")).collect::<Vec<_>>();
    assert!(method(quote!(async fn add(&self, #(#many: i64),*);)).contains("at most 12 arguments"));
    let made = made(
        quote!(name = "x"),
        quote!(
            trait Calculator {}
        ),
    )
    .to_string();
    assert!(made.contains("takes no options"), "{made}");
}
