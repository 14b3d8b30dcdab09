//! Small changes of a program's tree that leave less of it.
//!
//! [`edit`] makes change number `n` of a tree; whether what comes out is a program at all is for the front end to say. So
//! nothing here needs to know types, and any program can be made smaller, not only random ones.

use hyper4_p4::Span;
use hyper4_p4::ast::{
    Argument, Declaration, DeclarationKind, Expression, ExpressionKind, Literal, Program, Property,
    PropertyValue, Select, State, Statement, StatementKind, StructureKind, SwitchCase, Table, Transition,
};
use num_bigint::BigInt;

/// What a change has taken away that others speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// Nothing.
    Nothing,
    /// Whatever has this name.
    Name(String),
    /// A key of a table, which entries have a value for.
    Key { table: String, at: usize },
    /// A parameter of an action, which entries have an argument for.
    Parameter { action: String, name: String, at: usize },
}

/// The program with change number `number`, and what went with it; `None` behind the last change.
pub(super) fn edit(program: &Program, number: usize) -> Option<(Program, Gone)> {
    let mut program = program.clone();
    let mut editor = Editor { left: number, gone: Gone::Nothing, done: false };
    editor.declarations(&mut program.declarations);
    editor.done.then_some((program, editor.gone))
}

struct Editor {
    /// Changes to pass by.
    left: usize,
    gone: Gone,
    done: bool,
}

impl Editor {
    /// Whether the change that stands here is the one.
    fn here(&mut self) -> bool {
        if self.done {
            return false;
        }
        if self.left == 0 {
            self.done = true;
            return true;
        }
        self.left -= 1;
        false
    }

    /// Takes away one item after the other, halves of the list first.
    fn remove<T>(&mut self, list: &mut Vec<T>, least: usize) {
        let mut part = list.len() / 2;
        while part >= 1 {
            let mut from = 0;
            while from < list.len() {
                let to = (from + part).min(list.len());
                if list.len() - (to - from) >= least && self.here() {
                    list.drain(from..to);
                    return;
                }
                from = to;
            }
            part /= 2;
        }
        if list.len() == 1 && least == 0 && self.here() {
            list.clear();
        }
    }

    /// Takes away one declaration after the other, with its name.
    fn declarations(&mut self, list: &mut Vec<Declaration>) {
        for at in 0..list.len() {
            if self.here() {
                let declaration = list.remove(at);
                self.gone = Gone::Name(declaration.name.text.to_string());
                return;
            }
        }
        for declaration in list {
            self.declaration(declaration);
        }
    }

    fn declaration(&mut self, declaration: &mut Declaration) {
        let name = declaration.name.text.to_string();
        match &mut declaration.kind {
            DeclarationKind::Structure(structure) => {
                let least = usize::from(structure.kind == StructureKind::Header);
                for at in 0..structure.fields.len() {
                    if structure.fields.len() > least && self.here() {
                        self.gone = Gone::Name(structure.fields.remove(at).name.text.to_string());
                        return;
                    }
                }
                for field in &mut structure.fields {
                    if !field.annotations.is_empty() && self.here() {
                        field.annotations.clear();
                        return;
                    }
                }
            }
            DeclarationKind::Variable(_, Some(value)) => self.expression(value),
            DeclarationKind::Action(parameters, body) => {
                for at in 0..parameters.len() {
                    if self.here() {
                        let parameter = parameters.remove(at).name.text.to_string();
                        self.gone = Gone::Parameter { action: name, name: parameter, at };
                        return;
                    }
                }
                self.statements(body);
            }
            DeclarationKind::Parser(parser) => {
                if let Some(body) = &mut parser.body {
                    self.states(&mut body.states);
                }
            }
            DeclarationKind::Control(control) => {
                if let Some(body) = &mut control.body {
                    self.declarations(&mut body.locals);
                    self.statements(&mut body.apply);
                }
            }
            DeclarationKind::Table(table) => {
                self.remove(&mut table.properties, 1);
                for at in 0..keys_of(table) {
                    if self.here() {
                        drop_table_key(table, at);
                        self.gone = Gone::Key { table: name, at };
                        return;
                    }
                }
                table.properties.iter_mut().for_each(|property| self.property(property));
            }
            // `main`: what is empty can stand for two, so that one of them can go.
            DeclarationKind::Instance(instance) => self.same_argument(&mut instance.arguments),
            _ => {}
        }
    }

    fn same_argument(&mut self, arguments: &mut [Argument]) {
        for to in 1..arguments.len() {
            for from in 0..to {
                let (Some(one), Some(other)) = (arguments.get(from).cloned(), arguments.get_mut(to)) else {
                    continue;
                };
                if *other != one && self.here() {
                    *other = one;
                    return;
                }
            }
        }
    }

    fn states(&mut self, states: &mut Vec<State>) {
        for at in 0..states.len() {
            let is_start = states.get(at).is_some_and(|state| &*state.name.text == "start");
            if !is_start && self.here() {
                let state = states.remove(at);
                for other in states {
                    forget_state(other, &state.name.text);
                }
                return;
            }
        }
        for state in states {
            self.statements(&mut state.statements);
            if let Some(Transition::Select(select)) = &mut state.transition {
                let first = select.cases.iter().map(|case| case.state.clone()).collect::<Vec<_>>();
                for target in first {
                    if self.here() {
                        state.transition = Some(Transition::Direct(target));
                        return;
                    }
                }
                self.select(select);
            }
        }
    }

    fn select(&mut self, select: &mut Select) {
        self.remove(&mut select.cases, 1);
        if select.keys.len() > 1 {
            for at in 0..select.keys.len() {
                if self.here() {
                    select.keys.remove(at);
                    select.cases.iter_mut().for_each(|case| drop_key(&mut case.keyset, at));
                    return;
                }
            }
        }
        select.cases.iter_mut().for_each(|case| self.key_set(&mut case.keyset));
    }

    fn key_set(&mut self, set: &mut Expression) {
        if let ExpressionKind::KeyTuple(parts) = &mut set.kind {
            return parts.iter_mut().for_each(|part| self.key_set(part));
        }
        if !matches!(set.kind, ExpressionKind::DontCare | ExpressionKind::Default) && self.here() {
            return set.kind = ExpressionKind::DontCare;
        }
        if let ExpressionKind::Binary(_, left, _) = &set.kind
            && self.here()
        {
            *set = (**left).clone();
        }
    }

    fn property(&mut self, property: &mut Property) {
        match &mut property.value {
            PropertyValue::Key(keys) => {
                for key in keys {
                    let exact = &*key.match_kind.text == "exact";
                    if !exact && self.here() {
                        key.match_kind.text = "exact".into();
                        return;
                    }
                    if !key.annotations.is_empty() && self.here() {
                        key.annotations.clear();
                        return;
                    }
                    self.expression(&mut key.expression);
                }
            }
            PropertyValue::Actions(actions) => self.remove(actions, 1),
            PropertyValue::Entries(entries) => {
                self.remove(entries, 1);
                for entry in entries {
                    self.key_set(&mut entry.keyset);
                    self.arguments(&mut entry.action.expression);
                }
            }
            PropertyValue::Expression(value) => self.arguments(value),
        }
    }

    /// Fewer arguments, simpler ones.
    fn arguments(&mut self, call: &mut Expression) {
        if let ExpressionKind::Call { arguments, .. } = &mut call.kind {
            self.remove(arguments, 0);
            arguments.iter_mut().for_each(|argument| self.expression(&mut argument.value));
        }
    }

    fn statements(&mut self, list: &mut Vec<Statement>) {
        self.remove(list, 0);
        for at in 0..list.len() {
            let Some(statement) = list.get(at) else { return };
            for inner in inner_blocks(statement) {
                if self.here() {
                    list.splice(at..=at, inner);
                    return;
                }
            }
        }
        list.iter_mut().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &mut Statement) {
        match &mut statement.kind {
            StatementKind::Assign(_, _, right) => self.expression(right),
            StatementKind::Call(call) => {
                if let ExpressionKind::Call { arguments, .. } = &mut call.kind {
                    self.remove(arguments, 0);
                    arguments.iter_mut().for_each(|argument| self.expression(&mut argument.value));
                }
            }
            StatementKind::Block(list) => self.statements(list),
            StatementKind::If(condition, then, otherwise) => {
                if otherwise.is_some() && self.here() {
                    *otherwise = None;
                    return;
                }
                self.expression(condition);
                self.statement(then);
                if let Some(otherwise) = otherwise {
                    self.statement(otherwise);
                }
            }
            StatementKind::Switch(_, cases) => {
                self.remove(cases, 1);
                let bodies = cases.iter_mut().filter_map(|case| case.body.as_mut());
                bodies.for_each(|body| self.statements(body));
            }
            _ => {}
        }
    }

    /// A constant or an operand in an expression's place.
    fn expression(&mut self, expression: &mut Expression) {
        let simple = matches!(expression.kind, ExpressionKind::Integer(_) | ExpressionKind::Bool(_));
        if !simple {
            for constant in [integer(0), ExpressionKind::Bool(true), ExpressionKind::Bool(false)] {
                if self.here() {
                    expression.kind = constant;
                    return;
                }
            }
        }
        let operands: Vec<Expression> = match &expression.kind {
            ExpressionKind::Binary(_, left, right) => vec![(**left).clone(), (**right).clone()],
            ExpressionKind::Conditional(_, one, other) => vec![(**one).clone(), (**other).clone()],
            ExpressionKind::Unary(_, one) | ExpressionKind::Cast(_, one) => vec![(**one).clone()],
            ExpressionKind::Slice(base, _, _) => vec![(**base).clone()],
            _ => Vec::new(),
        };
        for operand in operands {
            if self.here() {
                *expression = operand;
                return;
            }
        }
        match &mut expression.kind {
            ExpressionKind::Binary(_, left, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::Conditional(condition, one, other) => {
                self.expression(condition);
                self.expression(one);
                self.expression(other);
            }
            ExpressionKind::Unary(_, one) | ExpressionKind::Cast(_, one) => self.expression(one),
            ExpressionKind::List(parts, _) => {
                self.remove(parts, 1);
                parts.iter_mut().for_each(|part| self.expression(part));
            }
            _ => {}
        }
    }
}

fn keys_of(table: &Table) -> usize {
    let keys = |property: &Property| match &property.value {
        PropertyValue::Key(keys) => keys.len(),
        _ => 0,
    };
    table.properties.iter().map(keys).sum()
}

/// Removes key `at` of a table, in its entries too.
pub(super) fn drop_table_key(table: &mut Table, at: usize) {
    for property in &mut table.properties {
        match &mut property.value {
            PropertyValue::Key(keys) if at < keys.len() => drop(keys.remove(at)),
            PropertyValue::Entries(entries) => {
                entries.iter_mut().for_each(|entry| drop_key(&mut entry.keyset, at));
            }
            _ => {}
        }
    }
}

/// Removes key `at` of several from a key set.
pub(super) fn drop_key(set: &mut Expression, at: usize) {
    if let ExpressionKind::KeyTuple(parts) = &mut set.kind {
        if at < parts.len() {
            parts.remove(at);
        }
        if let [one] = parts.as_slice() {
            *set = one.clone();
        }
    }
}

/// A way to a state that is gone leads to `accept`.
fn forget_state(state: &mut State, gone: &str) {
    let rename = |name: &mut hyper4_p4::ast::Name| {
        if &*name.text == gone {
            name.text = "accept".into();
        }
    };
    match &mut state.transition {
        Some(Transition::Direct(name)) => rename(name),
        Some(Transition::Select(select)) => select.cases.iter_mut().for_each(|case| rename(&mut case.state)),
        None => {}
    }
}

/// What can stand in a statement's place: one of the blocks in it, or the table alone that its condition applies.
fn inner_blocks(statement: &Statement) -> Vec<Vec<Statement>> {
    let list = |statement: &Statement| match &statement.kind {
        StatementKind::Block(list) => list.clone(),
        _ => vec![statement.clone()],
    };
    let applied = |value: &Expression| match &value.kind {
        ExpressionKind::Member(base, _) if matches!(base.kind, ExpressionKind::Call { .. }) => {
            let kind = StatementKind::Call((**base).clone());
            vec![vec![Statement { annotations: Vec::new(), kind, span: Span::default() }]]
        }
        _ => Vec::new(),
    };
    match &statement.kind {
        StatementKind::If(condition, then, otherwise) => {
            let mut blocks = applied(condition);
            blocks.push(list(then));
            blocks.extend(otherwise.as_deref().map(list));
            blocks
        }
        StatementKind::Switch(value, cases) => {
            let bodies = cases.iter().filter_map(|SwitchCase { body, .. }| body.clone());
            applied(value).into_iter().chain(bodies).collect()
        }
        StatementKind::Block(list) => vec![list.clone()],
        _ => Vec::new(),
    }
}

fn integer(value: u8) -> ExpressionKind {
    ExpressionKind::Integer(Literal {
        value: BigInt::from(value),
        width: None,
        text: value.to_string().into(),
    })
}
