//! Drawings of mined processes: the process map and the performance spectrum.

use ringback_mining::{DrawOptions, Drawing, ProcessMap, SpectrumBand, draw_spectrum};

use super::canvas::{Caption, Setting, Size, Svg};

/// A process map.
#[derive(Clone, Debug)]
#[must_use]
pub struct MapChart {
    pub(super) caption: Caption,
    wide: ProcessMap,
    narrow: ProcessMap,
}

impl MapChart {
    /// A chart of a map, and of a smaller one of the same process for a phone.
    pub fn new(title: &str, wide: ProcessMap, narrow: ProcessMap) -> Self {
        let description = wide.draw(&DrawOptions::inline(title, "map")).description().to_owned();
        let caption = Caption { description, ..Caption::new(title) };
        Self { caption, wide, narrow }
    }

    pub(super) fn draw(&self, setting: &Setting) -> Svg {
        let map = if setting.size == Size::Narrow { &self.narrow } else { &self.wide };
        embedded(&map.draw(&options(&self.caption, setting)))
    }
}

/// A performance spectrum: steps between activities as lines over time.
#[derive(Clone, Debug)]
#[must_use]
pub struct SpectrumChart {
    pub(super) caption: Caption,
    bands: Vec<SpectrumBand>,
}

impl SpectrumChart {
    /// A chart of bands below each other.
    pub fn new(title: &str, bands: Vec<SpectrumBand>) -> Self {
        let description = draw_spectrum(&[], &DrawOptions::inline(title, "spectrum"));
        let description = description.description().to_owned();
        Self { caption: Caption { description, ..Caption::new(title) }, bands }
    }

    pub(super) fn draw(&self, setting: &Setting) -> Svg {
        embedded(&draw_spectrum(&self.bands, &options(&self.caption, setting)))
    }
}

fn options(caption: &Caption, setting: &Setting) -> DrawOptions {
    let options = if setting.is_alone {
        DrawOptions::file(&caption.title)
    } else {
        DrawOptions::inline(&caption.title, &setting.id)
    };
    options.narrow(setting.size == Size::Narrow)
}

/// A drawing as a page takes it: the mining crate escapes all texts of a log.
fn embedded(drawing: &Drawing) -> Svg {
    Svg(drawing.svg().to_owned())
}
