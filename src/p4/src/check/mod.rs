//! Checking: resolves names, infers and checks types, folds constants.
//!
//! Everything that is wrong is reported; what hangs on something that was reported already has the type
//! [`Type::Invalid`], which fits everywhere, so that one fault gives one diagnostic.

mod call;
mod coerce;
mod constant;
mod control;
mod declaration;
mod expression;
mod infer;
mod lookup;
mod method;
mod operator;
mod parser;
mod statement;
mod table;
mod types;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span, Text};
use crate::typed::{
    Action, Annotation, Expression, ExpressionKind, Extern, Function, Instance, Program, Signature, Table,
    Type, Variable, VariableKind,
};

/// Checks a tree. There is a program unless an error was reported.
pub fn check(
    tree: &ast::Program,
    sources: &Arc<SourceMap>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Program> {
    let mut checker = Checker {
        diagnostics,
        scopes: vec![HashMap::new()],
        templates: HashMap::new(),
        types: Declared::default(),
        owner: None,
        variables: 0,
        type_parameters: 0,
        instances: Vec::new(),
        returns: None,
        depth: 0,
    };
    for declaration in &tree.declarations {
        checker.top(declaration);
    }
    let is_main = |instance: &Arc<Instance>| &*instance.name == "main";
    let main = checker.instances.iter().find(|instance| is_main(instance)).cloned();
    let declared = checker.types;
    let instances = checker.instances.into_iter().filter(|instance| !is_main(instance)).collect();
    let parts = |main| Program {
        sources: Arc::clone(sources),
        structures: declared.structures,
        enums: declared.enums,
        errors: declared.errors,
        match_kinds: declared.match_kinds,
        actions: declared.actions,
        functions: declared.functions,
        parsers: declared.parsers,
        controls: declared.controls,
        instances,
        main,
    };
    // Without `main` the rest can be checked all the same.
    let program = parts(main.clone().unwrap_or_else(|| Arc::new(no_main())));
    let failed =
        |diagnostics: &[Diagnostic]| diagnostics.iter().any(|d| d.severity == crate::Severity::Error);
    if !failed(diagnostics) {
        crate::validate::program(&program, diagnostics);
    }
    if main.is_none() && !failed(diagnostics) {
        let text = "the program has no `main`";
        diagnostics.push(Diagnostic::global(text).help("for v1model end it with `V1Switch(…) main;`"));
    }
    main.map(|_| program)
}

/// What stands in for `main` where there is none.
fn no_main() -> Instance {
    Instance {
        name: "main".into(),
        control_plane_name: "main".into(),
        ty: Type::Invalid,
        arguments: Vec::new(),
        methods: Vec::new(),
        annotations: Vec::new(),
        span: Span::default(),
    }
}

/// What a name means.
#[derive(Clone)]
enum Symbol {
    Type(Type),
    /// A header or struct with type parameters.
    Template,
    Extern(Arc<Extern>),
    /// A parser, control or package type.
    Signature(Arc<Signature>),
    Constant(Box<Expression>),
    Variable(Arc<Variable>),
    Action(Arc<Action>),
    Table(Arc<Table>),
    Instance(Arc<Instance>),
    /// Extern functions of one name.
    ExternFunctions(Vec<Arc<Signature>>),
    Function(Arc<Function>),
    /// Declared, but what it is was refused.
    Invalid,
}

#[derive(Default)]
struct Declared {
    structures: IndexMap<Text, Arc<crate::typed::Structure>>,
    enums: IndexMap<Text, Arc<crate::typed::Enum>>,
    errors: Vec<Text>,
    match_kinds: Vec<Text>,
    actions: Vec<Arc<Action>>,
    functions: Vec<Arc<Function>>,
    parsers: IndexMap<Text, Arc<crate::typed::Parser>>,
    controls: IndexMap<Text, Arc<crate::typed::Control>>,
}

struct Checker<'a> {
    diagnostics: &'a mut Vec<Diagnostic>,
    scopes: Vec<HashMap<Text, (Symbol, Span)>>,
    templates: HashMap<Text, &'a ast::Declaration>,
    types: Declared,
    /// The control or parser that is being checked: the prefix of names for the control plane.
    owner: Option<Text>,
    variables: u32,
    type_parameters: u32,
    /// Objects of the control, parser or program that is being checked.
    instances: Vec<Arc<Instance>>,
    /// Result type of the function that is being checked.
    returns: Option<Type>,
    /// Levels of templates in templates.
    depth: usize,
}

impl<'a> Checker<'a> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(span, message));
    }

    fn scoped<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(HashMap::new());
        let result = inner(self);
        self.scopes.pop();
        result
    }

    fn declare(&mut self, name: &ast::Name, symbol: Symbol) {
        let Some(scope) = self.scopes.last_mut() else { return };
        let before = scope.insert(Text::clone(&name.text), (symbol, name.span));
        if let Some((_, span)) = before {
            let message = format!("`{}` is declared twice", name.text);
            self.report(Diagnostic::error(name.span, message).related(span, "first declared here"));
        }
    }

    fn variable(
        &mut self,
        name: &ast::Name,
        ty: Type,
        kind: VariableKind,
        annotations: &[Annotation],
    ) -> Arc<Variable> {
        let id = self.variables;
        self.variables += 1;
        let variable = Arc::new(Variable {
            id,
            name: Text::clone(&name.text),
            ty,
            kind,
            default: None,
            annotations: annotations.to_vec(),
            span: name.span,
        });
        self.declare(name, Symbol::Variable(Arc::clone(&variable)));
        variable
    }

    /// The name the control plane knows a thing by.
    fn control_plane_name(&self, name: &Text, annotations: &[Annotation]) -> Text {
        let written = crate::typed::annotation_string(annotations, "name");
        let name = written.unwrap_or_else(|| Text::clone(name));
        if let Some(absolute) = name.strip_prefix('.') {
            return absolute.into();
        }
        match &self.owner {
            Some(owner) => format!("{owner}.{name}").into(),
            None => name,
        }
    }
}

/// What was refused.
fn invalid(span: Span) -> Expression {
    Expression { kind: ExpressionKind::Invalid, ty: Type::Invalid, span }
}

#[cfg(test)]
mod tests;
