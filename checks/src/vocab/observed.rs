//! What is known, what is not, and what was never asked for.

use super::Cause;

/// An answer, or why there is none. Opaque: nobody can take a value out without saying what to do
/// when it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed<T>(Result<T, Missing>);

/// Why a value is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It could not be found out.
    Unknown(Cause),
    /// Nobody configured it; the text says what is absent.
    NotConfigured(&'static str),
}

impl<T> Observed<T> {
    /// A value.
    pub const fn known(value: T) -> Self {
        Self(Ok(value))
    }
    /// Ignorance, with its cause.
    pub const fn unknown(cause: Cause) -> Self {
        Self(Err(Missing::Unknown(cause)))
    }
    /// Not part of this run's configuration.
    pub const fn not_configured(what: &'static str) -> Self {
        Self(Err(Missing::NotConfigured(what)))
    }
    /// The value, or what is missing.
    ///
    /// # Errors
    /// [`Missing`] where there is no value.
    pub fn get(&self) -> Result<&T, Missing> {
        self.0.as_ref().map_err(Clone::clone)
    }
    /// The value or what is missing, both as they stand here.
    ///
    /// # Errors
    /// [`Missing`] where there is no value.
    pub const fn as_ref(&self) -> Result<&T, &Missing> {
        self.0.as_ref()
    }
    /// The value itself, or what is missing.
    ///
    /// # Errors
    /// [`Missing`] where there is no value.
    pub fn into_inner(self) -> Result<T, Missing> {
        self.0
    }
    /// Turns a known value into another.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        Observed(self.0.map(f))
    }
}
impl<T> From<Missing> for Observed<T> {
    fn from(m: Missing) -> Self {
        Self(Err(m))
    }
}
impl<T> From<Result<T, Cause>> for Observed<T> {
    fn from(r: Result<T, Cause>) -> Self {
        Self(r.map_err(Missing::Unknown))
    }
}
