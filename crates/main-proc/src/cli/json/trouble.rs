//! What can be wrong with a text.

use super::forms::Form;

/// Why a text is no value.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is no JSON.
    Json(serde_json::Error),
    /// A number of it is none of JavaScript's.
    Number { text: String, becomes: String },
    /// A form has the wrong content.
    Form { form: Form, content: String },
    /// What a form is to be made of cannot arrive like that.
    Content { form: Form, reason: String },
    /// It is nested too deep.
    Deep,
}
