//! Where the mapping's columns stand in one file.

use crate::delimited::fields::Fields;
use crate::delimited::mapping::{Field, Mapping, StageRule};

/// Where the mapping's columns stand in one file.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub count: usize,
    pub key: Vec<usize>,
    pub call: Vec<usize>,
    pub customer: usize,
    pub direction: usize,
    pub queue: usize,
    pub intent: usize,
    pub priority: usize,
    pub outcome: usize,
    pub date: usize,
    pub started: usize,
    pub ended: usize,
    pub skip: Vec<usize>,
    pub stages: Vec<StageColumns>,
}

/// Where the columns of one stage stand.
#[derive(Clone, Debug)]
pub(super) struct StageColumns {
    pub start: usize,
    pub end: usize,
    pub seconds: usize,
    pub queue: usize,
    pub agent: usize,
    pub when: usize,
    pub ended: usize,
}

/// Stands for a column that the mapping does not use; no row has so many.
const NONE: usize = usize::MAX;

impl Columns {
    /// Finds the mapping's columns among a file's names; the first that is not there comes back as the error.
    pub(super) fn resolve(mapping: &Mapping, names: &[String]) -> Result<Self, String> {
        let finder = Finder { names };
        let key = finder.all(&mapping.key)?;
        let mut stages = Vec::with_capacity(mapping.stages.len());
        for stage in &mapping.stages {
            stages.push(finder.stage(stage)?);
        }
        let mut skip = Vec::with_capacity(mapping.skip.len());
        for rule in &mapping.skip {
            skip.push(finder.at(&rule.column)?);
        }
        Ok(Self {
            count: names.len(),
            key,
            call: finder.all(&mapping.call)?,
            customer: finder.maybe(mapping.customer.as_ref().map(|it| &it.column))?,
            direction: finder.field(mapping.direction.as_ref())?,
            queue: finder.field(mapping.queue.as_ref())?,
            intent: finder.field(mapping.intent.as_ref())?,
            priority: finder.field(mapping.priority.as_ref())?,
            outcome: finder.field(Some(&mapping.outcome))?,
            date: finder.maybe(mapping.time.date.as_ref().map(|it| &it.column))?,
            started: finder.maybe(mapping.started.as_ref())?,
            ended: finder.maybe(mapping.ended.as_ref())?,
            skip,
            stages,
        })
    }
}

/// Finds columns by name.
struct Finder<'a> {
    names: &'a [String],
}

impl Finder<'_> {
    fn at(&self, column: &str) -> Result<usize, String> {
        self.names.iter().position(|it| it == column).ok_or_else(|| column.to_owned())
    }

    fn maybe(&self, column: Option<&String>) -> Result<usize, String> {
        column.map_or(Ok(NONE), |it| self.at(it))
    }

    fn field<T>(&self, field: Option<&Field<T>>) -> Result<usize, String> {
        self.maybe(field.and_then(|it| it.column.as_ref()))
    }

    fn all(&self, columns: &[String]) -> Result<Vec<usize>, String> {
        columns.iter().map(|it| self.at(it)).collect()
    }

    fn stage(&self, stage: &StageRule) -> Result<StageColumns, String> {
        Ok(StageColumns {
            start: self.maybe(stage.start.as_ref())?,
            end: self.maybe(stage.end.as_ref())?,
            seconds: self.maybe(stage.seconds.as_ref())?,
            queue: self.field(stage.queue.as_ref())?,
            agent: self.field(stage.agent.as_ref())?,
            when: self.maybe(stage.when.as_ref().map(|it| &it.0))?,
            ended: self.field(stage.ended.as_ref())?,
        })
    }
}

/// One row with all that is needed to read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub mapping: &'a Mapping,
    pub columns: &'a Columns,
    pub fields: Fields<'a>,
}
