//! Models on disk.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of what this crate saves. A saved model of another version is refused, never guessed at.
pub const SAVED_VERSION: u32 = 1;

/// A model with the version of its form, for saving it with any serde format.
///
/// JSON needs `serde_json`'s `float_roundtrip` feature to give every number back to the last bit.
///
/// # Example
///
/// ```
/// use ringback_learn::Saved;
///
/// let text = serde_json::to_string(&Saved(vec![0.25, 4.0]))?;
/// assert_eq!(text, r#"{"version":1,"model":[0.25,4.0]}"#);
/// let Saved(model): Saved<Vec<f64>> = serde_json::from_str(&text)?;
/// assert_eq!(model, [0.25, 4.0]);
/// assert!(serde_json::from_str::<Saved<Vec<f64>>>(&text.replace('1', "2")).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved<T>(pub T);

#[derive(Serialize)]
struct Borrowed<'a, T> {
    version: u32,
    model: &'a T,
}

#[derive(Deserialize)]
struct Owned<T> {
    version: Version,
    model: T,
}

/// A version that has been checked before the model is read.
#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == SAVED_VERSION {
            return Ok(Self);
        }
        Err(format!("saved model of version {version}, expected {SAVED_VERSION}: fit it anew"))
    }
}

impl<T: Serialize> Serialize for Saved<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Borrowed { version: SAVED_VERSION, model: &self.0 }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Saved<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Owned { version: Version, model } = Owned::deserialize(deserializer)?;
        Ok(Self(model))
    }
}
