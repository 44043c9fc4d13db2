//! Tests of the modules that need no renderer process.
