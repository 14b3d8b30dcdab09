//! Checking: resolves names, infers and checks types, folds constants.
//!
//! Everything that is wrong is reported; what hangs on something that was reported already has the type
//! [`Type::Invalid`], which fits everywhere, so that one fault gives one diagnostic.
//!
//! What has type parameters is checked twice: once as it stands, its type parameters being types of their own,
//! which finds the faults; then for each list of type arguments it is used with, which makes what the typed tree has.

mod argument;
mod assignment;
mod binary;
mod block;
mod call;
mod coerce;
mod constant;
mod construct;
mod control;
mod core;
mod declaration;
mod default;
mod expression;
mod external;
mod function;
mod generic;
mod infer;
mod key;
mod keyset;
mod lookup;
mod member;
mod method;
mod operator;
mod parser;
mod property;
mod slice;
mod statement;
mod switch;
mod table;
mod types;
mod writable;

use std::collections::{HashMap, HashSet};
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
        reported: HashSet::new(),
        scopes: vec![HashMap::new()],
        templates: Vec::new(),
        types: Declared::default(),
        specialised: HashMap::new(),
        blocks: HashMap::new(),
        expected: None,
        context: Context::default(),
        variables: 0,
        type_parameters: 0,
        calls: HashMap::new(),
        nesting: HashMap::new(),
        depth: 0,
        levels: 0,
        parts: HashMap::new(),
        positions: HashMap::new(),
        elements: 0,
    };
    for declaration in &tree.declarations {
        checker.top(declaration);
    }
    let is_main = |instance: &Arc<Instance>| &*instance.name == "main";
    let main = checker.context.instances.iter().find(|instance| is_main(instance)).cloned();
    let declared = checker.types;
    let instances = checker.context.instances.into_iter().filter(|instance| !is_main(instance)).collect();
    let parts = |main| Program {
        sources: Arc::clone(sources),
        structures: declared.structures,
        enums: declared.enums,
        errors: declared.errors.into_iter().map(|(name, _)| name).collect(),
        match_kinds: declared.match_kinds.into_iter().map(|(name, _)| name).collect(),
        actions: declared.actions,
        functions: declared.functions,
        parsers: declared.parsers,
        controls: declared.controls,
        instances,
        main,
    };
    if let Some(main) = &main
        && !matches!(main.ty, Type::Package(..))
    {
        let message = format!("`main` has to be a package, not a `{}`", main.ty);
        diagnostics.push(Diagnostic::error(main.span, message));
    }
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
    /// A structure, parser or control with type parameters: its number in [`Checker::templates`].
    Template(usize),
    Extern(Arc<Extern>),
    /// A parser, control or package type.
    Signature(Arc<Signature>),
    /// Parsers or controls of one name, told apart by the parameters of their constructors.
    Blocks(Vec<Type>),
    /// Package types of one name, told apart by their parameters.
    Packages(Vec<Arc<Signature>>),
    Constant(Arc<Expression>),
    Variable(Arc<Variable>),
    Action(Arc<Action>),
    Table(Arc<Table>),
    Instance(Arc<Instance>),
    /// Functions of one name, told apart by their parameters.
    Functions(Vec<Overload>),
    /// The name of the parser or control that is being declared.
    Unfinished,
    /// Declared, but what it is was refused.
    Invalid,
}

/// A function among those of its name.
#[derive(Clone)]
struct Overload {
    signature: Arc<Signature>,
    body: Body,
}

/// What a function does.
#[derive(Clone)]
enum Body {
    /// The target knows.
    External,
    /// What is written.
    Written(Arc<Function>),
    /// What is written, for any type arguments: its number in [`Checker::templates`].
    Generic(usize),
}

#[derive(Default)]
struct Declared {
    structures: IndexMap<Text, Arc<crate::typed::Structure>>,
    enums: IndexMap<Text, Arc<crate::typed::Enum>>,
    /// Members and where they were declared.
    errors: IndexMap<Text, Span>,
    match_kinds: IndexMap<Text, Span>,
    actions: Vec<Arc<Action>>,
    functions: Vec<Arc<Function>>,
    parsers: IndexMap<Text, Arc<crate::typed::Parser>>,
    controls: IndexMap<Text, Arc<crate::typed::Control>>,
}

/// Within what things are checked.
#[derive(Default)]
struct Context {
    /// The control or parser: the prefix of names for the control plane.
    owner: Option<Text>,
    place: Place,
    /// Result type of the function.
    returns: Option<Type>,
    /// Objects of the control, parser or program.
    instances: Vec<Arc<Instance>>,
    /// The type of `this`.
    this: Option<Type>,
    /// Levels of what is called: functions, actions, controls and parsers, and the blocks around the calls.
    calls: usize,
    /// Levels of statements and expressions around it all.
    base: usize,
    /// Whether it is the operand of something that only looks at a table's result.
    switched: bool,
}

/// Where statements stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Outside of everything.
    #[default]
    Top,
    /// A parser's locals and states.
    Parser,
    /// A control's locals and its apply block.
    Control,
    /// An action's body.
    Action,
    /// A function's body.
    Function,
}

type Scope = HashMap<Text, (Symbol, Span)>;

struct Checker<'a, 'd> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// What was reported where: a body that is checked more than once gives each diagnostic once.
    reported: HashSet<(u32, u32, String)>,
    scopes: Vec<Scope>,
    templates: Vec<&'a ast::Declaration>,
    types: Declared,
    /// Parsers, controls and functions for their type arguments.
    specialised: HashMap<Text, generic::Specialised>,
    /// Parsers and controls with type parameters, by the number of their template.
    blocks: HashMap<usize, block::Block>,
    /// What the argument that is being checked is for.
    expected: Option<Type>,
    context: Context,
    variables: u32,
    type_parameters: u32,
    /// Levels of what a function, control or parser calls, by its name, and an action, by its name and place.
    calls: HashMap<Text, usize>,
    /// Levels of structures in a structure, by its name.
    nesting: HashMap<Text, usize>,
    /// Levels of templates in templates.
    depth: usize,
    /// Levels of statements and expressions, through all the templates that are being made.
    levels: usize,
    /// Number of parts of structures, see [`Type::size`].
    parts: HashMap<Text, usize>,
    /// Positions of the fields of structures that were looked into, by the structure's name.
    positions: HashMap<Text, HashMap<Text, usize>>,
    /// Elements of lists that were copied or made so far.
    elements: usize,
}

impl Checker<'_, '_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if let Some(span) = diagnostic.span
            && !self.reported.insert((span.file.0, span.start, diagnostic.message.clone()))
        {
            return;
        }
        self.diagnostics.push(diagnostic);
    }

    /// Whether something was reported at that place already.
    fn has_error_at(&self, span: Span) -> bool {
        self.diagnostics
            .iter()
            .filter_map(|diagnostic| diagnostic.span)
            .any(|known| (known.file, known.start) == (span.file, span.start))
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

    /// Checks something within another context, and gives the context it left.
    fn within<T>(&mut self, context: Context, inner: impl FnOnce(&mut Self) -> T) -> (T, Context) {
        let context = Context { base: self.levels, ..context };
        let outer = std::mem::replace(&mut self.context, context);
        let result = inner(self);
        (result, std::mem::replace(&mut self.context, outer))
    }

    fn declare(&mut self, name: &ast::Name, symbol: Symbol) {
        let Some(scope) = self.scopes.last_mut() else { return };
        let before = scope.insert(Text::clone(&name.text), (symbol, name.span));
        if let Some((_, span)) = before {
            let message = format!("`{}` is declared twice", name.text);
            self.report(Diagnostic::error(name.span, message).related(span, "first declared here"));
        }
    }

    /// Declares again what was declared before it was finished.
    fn redeclare(&mut self, name: &ast::Name, symbol: Symbol) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(Text::clone(&name.text), (symbol, name.span));
        }
    }

    fn variable(
        &mut self,
        name: &ast::Name,
        ty: Type,
        kind: VariableKind,
        default: Option<Box<Expression>>,
        annotations: &[Annotation],
    ) -> Arc<Variable> {
        let id = self.variables;
        self.variables = self.variables.saturating_add(1);
        let variable = Arc::new(Variable {
            id,
            name: Text::clone(&name.text),
            ty,
            kind,
            default,
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
        match &self.context.owner {
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
