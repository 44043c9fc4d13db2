//! The code that stands for a trait.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Attribute;
use syn::ext::IdentExt;

use crate::parse::{Argument, Method, Service};

pub(crate) fn expand(service: &Service) -> TokenStream {
    let (the_trait, server, client) = (the_trait(service), server(service), client(service));
    quote!(#the_trait #server #client)
}

/// The trait as it was, with futures that a runtime may take to another thread.
fn the_trait(Service { attributes, visibility, name, methods, .. }: &Service) -> TokenStream {
    let methods = methods.iter().map(|Method { attributes, name, arguments, output, .. }| {
        let arguments = arguments.iter().map(|Argument { name, of, .. }| quote!(#name: #of));
        quote! {
            #(#attributes)*
            fn #name(&self, #(#arguments),*)
                -> impl ::core::future::Future<Output = #output> + ::core::marker::Send;
        }
    });
    quote! {
        #(#attributes)*
        #visibility trait #name: ::core::marker::Send + ::core::marker::Sync + 'static {
            #(#methods)*
        }
    }
}

fn server(Service { visibility, name, methods, event, .. }: &Service) -> TokenStream {
    let server = format_ident!("{name}Server");
    let (generic, of) = match event {
        Some(event) => (quote!(<DipoleService: #name>), quote!(#event)),
        None => (quote!(<DipoleService: #name, DipoleEvent: ::core::marker::Send + 'static>), quote!(DipoleEvent)),
    };
    let added = methods.iter().map(|method| {
        let Method { attributes, name: method_name, arguments, result, .. } = method;
        let (conditions, channel) = (only(attributes, &["cfg"]), channel(name, method));
        let names = method.sent().map(|argument| &argument.name);
        let types = method.sent().map(|argument| &argument.of);
        let given = arguments.iter().map(|argument| match argument.is_event {
            true => quote!(dipole_event),
            false => {
                let name = &argument.name;
                quote!(#name)
            }
        });
        let call = quote!(#name::#method_name(&*dipole_service, #(#given),*).await);
        let call = match result {
            Some(_) => quote!(#call.map_err(|error| ::dipole::service::failure(&error))),
            None => quote!(::core::result::Result::Ok(#call)),
        };
        let event = if arguments.iter().any(|argument| argument.is_event) { quote!(dipole_event) } else { quote!(_) };
        quote! {
            #(#conditions)*
            {
                let dipole_service = ::std::sync::Arc::clone(&self.0);
                methods.add(#channel, move |#event: #of, (#(#names,)*): (#(#types,)*)| {
                    let dipole_service = ::std::sync::Arc::clone(&dipole_service);
                    async move { #call }
                });
            }
        }
    });
    let told = format!("Answers the requests of a [`{name}`]'s client: give it to `serve`.");
    quote! {
        #[doc = #told]
        #[derive(Debug)]
        #visibility struct #server<DipoleService>(::std::sync::Arc<DipoleService>);

        impl<DipoleService: #name> #server<DipoleService> {
            /// Answers with that one.
            #[must_use]
            pub fn new(service: DipoleService) -> Self {
                Self(::std::sync::Arc::new(service))
            }
        }

        impl #generic ::dipole::service::Service<#of> for #server<DipoleService> {
            fn register(self, methods: &mut ::dipole::service::Methods<#of>) {
                #(#added)*
            }
        }
    }
}

fn client(Service { visibility, name, methods, .. }: &Service) -> TokenStream {
    let client = format_ident!("{name}Client");
    let methods = methods.iter().map(|method| {
        let Method { attributes, name: method_name, output, result, .. } = method;
        let (attributes, channel) = (only(attributes, &["cfg", "doc", "deprecated"]), channel(name, method));
        let arguments = method.sent().map(|Argument { name, of, .. }| quote!(#name: #of));
        let names = method.sent().map(|argument| &argument.name);
        let call = quote!(::dipole::service::Ask::ask(&self.to, #channel, (#(#names,)*), self.deadline).await);
        let (output, call) = match result {
            Some((value, error)) => (
                quote!(::core::result::Result<#value, ::dipole::service::ServiceError<#error>>),
                quote!(#call.map_err(::dipole::service::failed)),
            ),
            None => (quote!(::core::result::Result<#output, ::dipole::CallError>), call),
        };
        quote! {
            #(#attributes)*
            pub async fn #method_name(&self, #(#arguments),*) -> #output {
                #call
            }
        }
    });
    let told = format!("Asks the [`{name}`] that another process serves.");
    quote! {
        #[doc = #told]
        #[derive(Debug, Clone)]
        #visibility struct #client<DipolePeer = ::dipole::IpcRenderer> {
            to: DipolePeer,
            deadline: ::core::option::Option<::core::time::Duration>,
        }

        impl<DipolePeer: ::dipole::service::Ask + ::core::clone::Clone> #client<DipolePeer> {
            /// Asks that process.
            #[must_use]
            pub fn new(to: &DipolePeer) -> Self {
                Self { to: ::core::clone::Clone::clone(to), deadline: ::core::option::Option::None }
            }

            /// Gives each call up after that time, instead of that of `invoke`.
            #[must_use]
            pub fn within(self, deadline: ::core::time::Duration) -> Self {
                Self { deadline: ::core::option::Option::Some(deadline), ..self }
            }

            #(#methods)*
        }
    }
}

/// What a method is called by those who know no types.
fn channel(service: &Ident, method: &Method) -> String {
    format!("{}.{}", service.unraw(), method.name.unraw())
}

/// The attributes of these names.
fn only<'a>(attributes: &'a [Attribute], names: &[&str]) -> Vec<&'a Attribute> {
    attributes.iter().filter(|attribute| names.iter().any(|name| attribute.path().is_ident(name))).collect()
}
