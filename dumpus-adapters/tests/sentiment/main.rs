//! The scorer of sentiment, beside the Python package that it follows.
#![cfg(feature = "zip")]

mod properties;
mod reference;
