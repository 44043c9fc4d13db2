//! What can be wrong with a value.

/// Why a value could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// Containers are nested deeper than allowed.
    #[error(
        "the value is nested deeper than {limit} levels; flatten it, or raise `Limits::depth` of the process that reads it"
    )]
    TooDeep {
        /// The bound that was passed.
        limit: usize,
    },
    /// The value has more parts than allowed.
    #[error("the value has more than {limit} parts; split it, or raise `Limits::tokens` of the process that reads it")]
    TooManyTokens {
        /// The bound that was passed.
        limit: usize,
    },
    /// The value is larger than allowed, or would become so once its shared parts are copied out.
    #[error(
        "the value takes more than {limit} bytes; split it, or raise `Limits::frame` and `Limits::decoded` of the process that reads it"
    )]
    TooLarge {
        /// The bound that was passed.
        limit: usize,
    },
    /// Decoded, the value would take more memory than one of its size may: it names the same parts over and over, or
    /// has many that are small here and large there.
    #[error(
        "decoded, a value of {bytes} bytes would take more than {limit} bytes; split it, or do not name large parts repeatedly"
    )]
    Amplified {
        /// The value's size as it came.
        bytes: usize,
        /// The bound that was passed.
        limit: usize,
    },
    /// Decoding took too long.
    #[error("decoding a value of {bytes} bytes took more than {limit:?} of processor time; split it")]
    TookTooLong {
        /// The value's size as it came.
        bytes: usize,
        /// The bound that was passed.
        limit: std::time::Duration,
    },
    /// A regular expression is longer than allowed.
    #[error("a regular expression of {bytes} bytes is longer than {limit}; send its source as text")]
    RegExpTooLong {
        /// Its size.
        bytes: usize,
        /// The bound that was passed.
        limit: usize,
    },
    /// The bytes are no value.
    #[error("malformed value: {0}; its sender is broken or speaks another version")]
    Malformed(String),
    /// The bytes end inside the value.
    #[error("the value ends early; its sender is broken or was cut off")]
    UnexpectedEnd,
    /// The value is followed by bytes that belong to nothing.
    #[error("{bytes} bytes follow the value; encode several values as one array")]
    Trailing {
        /// How many bytes are left over.
        bytes: usize,
    },
    /// A back reference names an object or a property name that has not come yet.
    #[error("reference to {what} {number}, but only {known} came before it; its sender is broken")]
    BadRef {
        /// `object` or `key`.
        what: &'static str,
        /// The number named.
        number: u32,
        /// How many there were at that point.
        known: u32,
    },
    /// The value is well-formed, but not what the Rust type asks for, or the Rust value cannot travel.
    #[error(transparent)]
    Data(Box<DataError>),
}

/// Where in a value, and in what way, it did not fit the Rust type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// The way to the culprit, for instance `[0].user.age`; empty for the value itself.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl std::fmt::Display for DataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.strip_prefix('.').unwrap_or(&self.path);
        if path.is_empty() { f.write_str(&self.message) } else { write!(f, "{path}: {}", self.message) }
    }
}

impl std::error::Error for DataError {}

/// Paths are for people; a hostile value must not make them long.
const LONGEST_PATH: usize = 1_024;

impl ValueError {
    /// An error about the data itself, at the value's root.
    #[must_use]
    pub fn data(message: impl Into<String>) -> Self {
        Self::Data(Box::new(DataError { path: String::new(), message: message.into() }))
    }

    /// Whether the bytes break the rules of values, which no library of this protocol does. Everything else is a value
    /// that is too large for its receiver, or of another type than it asks for.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::UnexpectedEnd | Self::Trailing { .. } | Self::BadRef { .. })
    }

    /// Whether the value is larger than its receiver takes. One that is nested too deeply, or has too long a regular
    /// expression, is not: it is of a shape that the receiver does not take, however small it is.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        let shape = matches!(self, Self::TooDeep { .. } | Self::RegExpTooLong { .. } | Self::Data(_));
        !self.is_malformed() && !shape
    }

    /// The same error with its path seen from the holder: `root` is put in front, as in `args[0].name`.
    #[must_use]
    pub fn under(mut self, root: &str) -> Self {
        if let Self::Data(data) = &mut self
            && data.path.len() < LONGEST_PATH
        {
            data.path.insert_str(0, root);
        }
        self
    }

    pub(crate) fn at_index(self, index: usize) -> Self {
        if matches!(self, Self::Data(_)) { self.under(&format!("[{index}]")) } else { self }
    }

    pub(crate) fn at_key(self, key: &str) -> Self {
        if !matches!(self, Self::Data(_)) {
            return self;
        }
        let plain = !key.is_empty()
            && key.len() <= 64
            && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
            && !key.starts_with(|c: char| c.is_ascii_digit());
        if plain {
            return self.under(&format!(".{key}"));
        }
        let shown: String = key.chars().take(64).collect();
        self.under(&format!("[{shown:?}]"))
    }
}
