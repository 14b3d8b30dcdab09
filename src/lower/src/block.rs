//! Hidden tables for straight-line code.

use std::path::Path;
use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::typed::Action;

use crate::control::{Block, Step};
use crate::{Lowered, Lowerer, index};

impl Lowerer<'_> {
    /// Makes a hidden table of the straight-line code that was gathered.
    pub(crate) fn flush(&mut self, block: &mut Block) {
        let body = std::mem::take(&mut block.straight);
        let Some(span) = block.since.take() else { return };
        let name = self.hidden_name(span);
        let name = self.fresh(&name);
        let action = self.add_action(name.clone(), Vec::new(), body, span);
        let table = self.hidden_table(format!("tbl_{name}"), action, span);
        block.steps.push(Step::Table(table));
    }

    /// As p4c names it: the file's name and the line.
    fn hidden_name(&self, span: Span) -> String {
        let position = self.program.sources.position(span);
        let stem = Path::new(&*position.file).file_name().map(|name| name.to_string_lossy().into_owned());
        let stem = stem.unwrap_or_default();
        let letters = stem.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let mut name: String = letters
            .chars()
            .take_while(|letter| *letter != '.')
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        if name.is_empty() {
            return "act".to_owned();
        }
        if name.ends_with(|letter: char| letter.is_ascii_digit()) {
            name.push('l');
        }
        format!("{name}{}", position.line)
    }

    /// The hidden table of an action that is called by a statement.
    pub(crate) fn action_table(&mut self, action: &Arc<Action>, span: Span) -> Lowered<ir::TableId> {
        let lowered = self.action(action)?;
        let name = self.fresh(&format!("tbl_{}", action.name));
        Some(self.hidden_table(name, lowered, span))
    }

    fn hidden_table(&mut self, name: String, action: ir::ActionId, span: Span) -> ir::TableId {
        let id = ir::TableId(index(&self.tables));
        self.count_node();
        let source_info = self.source_info(span);
        self.tables.push(Some(ir::Table {
            name,
            pipeline: self.pipeline,
            keys: Vec::new(),
            match_kind: ir::MatchKind::Exact,
            actions: vec![action],
            next: ir::TableNext::ByAction { nodes: vec![None], base_default: None },
            default_entry: Some(ir::DefaultEntry {
                action,
                arguments: Vec::new(),
                const_action: true,
                const_entry: true,
            }),
            const_entries: Vec::new(),
            max_size: crate::table::DEFAULT_SIZE,
            implementation: hyper4_ir::TableImplementation::Simple,
            direct_counter: None,
            direct_meter: None,
            with_counters: false,
            support_timeout: false,
            hidden: true,
            source_info,
        }));
        id
    }
}
