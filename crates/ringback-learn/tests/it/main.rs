//! The learners through their public API.

#[cfg(test)]
mod boosting;
#[cfg(test)]
mod calibrate;
#[cfg(test)]
mod conformal;
#[cfg(test)]
mod drawn;
#[cfg(test)]
mod forest;
#[cfg(test)]
mod linear;
#[cfg(test)]
mod logistic;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod net;
#[cfg(test)]
mod score;
#[cfg(test)]
mod tree;
