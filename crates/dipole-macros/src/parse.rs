//! What a trait has to look like. It is read here piece by piece, so that each thing that cannot be has its own words.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, GenericArgument, PathArguments, Result, Token, Type, Visibility, braced, parenthesized};

/// As many as a list of arguments may have.
const MOST_ARGUMENTS: usize = 12;

/// A trait.
pub(crate) struct Service {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) methods: Vec<Method>,
    /// The event that some of the methods take.
    pub(crate) event: Option<Type>,
}

/// One of its methods.
pub(crate) struct Method {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<Argument>,
    /// What the method in the trait returns.
    pub(crate) output: Type,
    /// The two types of its `Result`, if it is one.
    pub(crate) result: Option<(Type, Type)>,
}

/// One of its arguments.
pub(crate) struct Argument {
    /// It is the event, and does not come from the caller.
    pub(crate) is_event: bool,
    pub(crate) name: Ident,
    pub(crate) of: Type,
}

impl Method {
    /// Those that the caller gives.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| !argument.is_event)
    }
}

pub(crate) fn service(options: TokenStream, item: TokenStream) -> Result<Service> {
    if !options.is_empty() {
        return Err(Error::new(options.span(), "`service` takes no options"));
    }
    syn::parse2(item)
}

impl Parse for Service {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !input.peek(Token![trait]) {
            return Err(input.error("a service is a trait"));
        }
        input.parse::<Token![trait]>()?;
        let name: Ident = input.parse()?;
        if input.peek(Token![<]) {
            return Err(input.error("a service cannot be generic: the other process would not know its types"));
        }
        if input.peek(Token![:]) || input.peek(Token![where]) {
            let text =
                "a service has no bounds: it is `Send + Sync + 'static` already, others belong where it is served";
            return Err(input.error(text));
        }
        let body;
        braced!(body in input);
        let mut methods: Vec<Method> = Vec::new();
        while !body.is_empty() {
            methods.push(body.parse()?);
        }
        let event = one_event(&methods)?;
        Ok(Self { attributes, visibility, name, methods, event })
    }
}

fn one_event(methods: &[Method]) -> Result<Option<Type>> {
    let mut events = methods.iter().flat_map(|method| &method.arguments).filter(|argument| argument.is_event);
    let Some(first) = events.next() else { return Ok(None) };
    let text = |argument: &Argument| argument.of.to_token_stream().to_string();
    match events.find(|other| text(other) != text(first)) {
        Some(other) => {
            let told = "all methods take the same event: a service is served either in main or in a renderer";
            Err(Error::new(other.of.span(), told))
        }
        None => Ok(Some(first.of.clone())),
    }
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        if input.peek(Token![fn]) {
            return Err(input.error("a method of a service is an `async fn`: its caller waits in another process"));
        }
        if !(input.peek(Token![async]) && input.peek2(Token![fn])) {
            return Err(input.error("a service has methods alone, each an `async fn`"));
        }
        input.parse::<Token![async]>()?;
        input.parse::<Token![fn]>()?;
        let name: Ident = input.parse()?;
        if ["new", "within"].iter().any(|taken| name == *taken) {
            return Err(Error::new(name.span(), format!("every client has a function `{name}` of its own")));
        }
        if input.peek(Token![<]) {
            let text = "a method of a service cannot be generic: the other process would not know its types";
            return Err(input.error(text));
        }
        let arguments = in_parentheses(input)?;
        let output = if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            sendable(input.parse()?, "a result")?
        } else {
            syn::parse_quote!(())
        };
        if input.peek(syn::token::Brace) {
            return Err(
                input.error("a method of a service has no body here: it gets one where the trait is implemented")
            );
        }
        if !input.peek(Token![;]) {
            return Err(input.error("a method of a service ends with `;`"));
        }
        input.parse::<Token![;]>()?;
        let result = result_of(&output)?;
        Ok(Self { attributes, name, arguments, output, result })
    }
}

fn in_parentheses(input: ParseStream<'_>) -> Result<Vec<Argument>> {
    let inside;
    let parentheses = parenthesized!(inside in input);
    let by_reference = inside.peek(Token![&]) && inside.peek2(Token![self]);
    if !by_reference {
        let text = "a method of a service begins with `&self`: many callers share it, and what it changes needs a lock";
        return Err(if inside.is_empty() { Error::new(parentheses.span.join(), text) } else { inside.error(text) });
    }
    inside.parse::<Token![&]>()?;
    inside.parse::<Token![self]>()?;
    let mut arguments: Vec<Argument> = Vec::new();
    while !inside.is_empty() {
        inside.parse::<Token![,]>()?;
        if inside.is_empty() {
            break;
        }
        let argument: Argument = inside.parse()?;
        if argument.is_event && arguments.iter().any(|before| before.is_event) {
            return Err(Error::new(argument.name.span(), "a method has one caller"));
        }
        arguments.push(argument);
    }
    if arguments.iter().filter(|argument| !argument.is_event).count() > MOST_ARGUMENTS {
        let text = format!("a method has at most {MOST_ARGUMENTS} arguments: make a struct of some");
        return Err(Error::new(parentheses.span.join(), text));
    }
    Ok(arguments)
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut is_event = false;
        for attribute in input.call(Attribute::parse_outer)? {
            if !attribute.path().is_ident("caller") {
                return Err(Error::new(attribute.span(), "an argument has no attribute but `#[caller]`"));
            }
            is_event = true;
        }
        if !(input.peek(Ident::peek_any) && input.peek2(Token![:])) {
            return Err(input.error("an argument is a name and its type"));
        }
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { is_event, name, of: sendable(input.parse()?, "an argument")? })
    }
}

/// Refuses types that cannot leave a process.
fn sendable(of: Type, what: &str) -> Result<Type> {
    let mut tokens: Vec<TokenTree> = of.to_token_stream().into_iter().collect();
    while let Some(token) = tokens.pop() {
        match token {
            TokenTree::Punct(sign) if matches!(sign.as_char(), '&' | '\'') => {
                let text =
                    format!("{what} goes to another process, which cannot borrow it: `String` instead of `&str`");
                return Err(Error::new(of.span(), text));
            }
            TokenTree::Ident(word) if word == "impl" || word == "dyn" => {
                let text = format!("{what} goes to another process, which has to know its type");
                return Err(Error::new(of.span(), text));
            }
            TokenTree::Group(group) => tokens.extend(group.stream()),
            _ => {}
        }
    }
    Ok(of)
}

/// The types of a `Result`.
fn result_of(output: &Type) -> Result<Option<(Type, Type)>> {
    let Type::Path(path) = output else { return Ok(None) };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else { return Ok(None) };
    let PathArguments::AngleBracketed(of) = &last.arguments else { return Err(without_error(output.span())) };
    let types: Vec<_> = of.args.iter().collect();
    match types.as_slice() {
        [GenericArgument::Type(value), GenericArgument::Type(error)] => Ok(Some((value.clone(), error.clone()))),
        _ => Err(without_error(output.span())),
    }
}

fn without_error(at: Span) -> Error {
    Error::new(at, "a `Result` has to name its error, which goes to the other process too: `Result<T, MyError>`")
}
