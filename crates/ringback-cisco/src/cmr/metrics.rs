//! Voice-quality metrics: the one column that holds many.

use std::collections::BTreeMap;

/// The values of a `varVQMetrics` column, such as `MLQKav=4.4948`, by name.
///
/// Older telephones put commas between them (the column is quoted then), newer ones semicolons.
///
/// # Source
///
/// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter K-Factor Data in Call Management Records.
///
/// # Example
///
/// ```
/// use ringback_cisco::VqMetrics;
///
/// let metrics = VqMetrics::parse("MLQK=4.5000;MLQKav=4.4948;CS=4");
/// assert_eq!(metrics.mos_mean(), Some(4.4948));
/// assert_eq!(VqMetrics::parse("CCR=0.0000;ICR=0.0000").mos_mean(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VqMetrics(BTreeMap<String, String>);

impl VqMetrics {
    /// The values of a column. What is no `name=value` is passed over; of a name that comes twice the last counts.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split([',', ';']).filter_map(|it| it.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        Self(pairs.filter(|it| !it.0.is_empty()).collect())
    }

    /// A value as it is written; names are told apart by case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mean opinion score of the whole call (`MLQKav`), 1 to 5; absent where the endpoint does not compute it: some
    /// write 0 then.
    pub fn mos_mean(&self) -> Option<f64> {
        self.mos("MLQKav")
    }

    /// The lowest mean opinion score of eight seconds of the call (`MLQKmn`), 1 to 5; absent as
    /// [`mos_mean`](Self::mos_mean).
    pub fn mos_min(&self) -> Option<f64> {
        self.mos("MLQKmn")
    }

    fn mos(&self, name: &str) -> Option<f64> {
        let score: f64 = self.get(name)?.parse().ok()?;
        (1.0..=5.0).contains(&score).then_some(score)
    }
}
