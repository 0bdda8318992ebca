//! Values that may be sent to their owner and to nobody else.

use std::fmt;

/// A secret. It cannot be shown by accident: neither `Debug` nor any report reaches the value.
/// It lives in probes only; rules see shapes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// The value, to be sent to the one it belongs to.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}
impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
