//! In which order groups of entries are searched.

/// A group to search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// No entry in it has a lower rank.
    pub(super) best: u32,
    pub(super) group: u32,
    nodes: u32,
}

/// Groups to search, by best rank.
#[derive(Clone, Debug, Default)]
pub(super) struct Order(Vec<Step>);

impl Order {
    /// The groups, by ascending rank of their best entry.
    #[inline]
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// One more entry of a group.
    pub(super) fn enter(&mut self, group: u32, rank: u32) {
        let mut step = Step { best: rank, group, nodes: 0 };
        if let Some(position) = self.0.iter().position(|step| step.group == group) {
            step = self.0.remove(position);
            step.best = step.best.min(rank);
        }
        step.nodes += 1;
        let at = self.0.partition_point(|other| other.best <= step.best);
        self.0.insert(at, step);
    }

    /// One entry less; whether nothing of that group is left.
    pub(super) fn leave(&mut self, group: u32) -> bool {
        let Some(position) = self.0.iter().position(|step| step.group == group) else { return false };
        // Its best rank stays as it was: that is too good at worst.
        let nodes = self.0.get_mut(position).map_or(0, |step| {
            step.nodes -= 1;
            step.nodes
        });
        if nodes == 0 {
            self.0.remove(position);
        }
        nodes == 0
    }
}
