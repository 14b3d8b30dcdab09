//! The typed tree: every name resolved, every expression typed, constants folded, implicit casts explicit.
//!
//! Declarations are shared by [`Arc`]: what refers to an action or table holds it. Names are declared
//! before they are used, so there are no circles but the states of a parser, which refer to each other
//! by name.
//!
//! Parsers, controls, functions and structures with type parameters are there once for each list of type
//! arguments they are used with, under a name like `f<bit<8>>`; [`Program`] has those only.

mod expression;
mod types;
pub mod visit;

use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;

pub use crate::ast::{Annotation, AnnotationBody, BinaryOp, Direction, StructureKind, UnaryOp};
pub use expression::{
    Argument, Call, Callee, Collection, Expression, ExpressionKind, ForInLoop, ForLoop, KeySet, Object,
    Statement, StatementKind, SwitchCase, SwitchLabel,
};
pub use types::{
    Enum, EnumMember, Extern, Field, Method, NewType, Parameter, Signature, SignatureKind, Structure, Type,
};

use crate::source::{SourceMap, Span, Text};

/// A checked program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The texts it came from.
    pub sources: Arc<SourceMap>,
    /// Headers, structs and unions by name.
    pub structures: IndexMap<Text, Arc<Structure>>,
    /// Enums by name.
    pub enums: IndexMap<Text, Arc<Enum>>,
    /// The members of `error` in the order of their declaration.
    pub errors: Vec<Text>,
    /// The members of `match_kind` in the order of their declaration.
    pub match_kinds: Vec<Text>,
    /// Actions declared outside controls.
    pub actions: Vec<Arc<Action>>,
    /// Functions, also those of instances with abstract methods.
    pub functions: Vec<Arc<Function>>,
    /// Parsers by name.
    pub parsers: IndexMap<Text, Arc<Parser>>,
    /// Controls by name.
    pub controls: IndexMap<Text, Arc<Control>>,
    /// Objects instantiated outside parsers and controls, `main` left out.
    pub instances: Vec<Arc<Instance>>,
    /// The instance `main` of a package.
    pub main: Arc<Instance>,
}

/// A parameter or a local variable. Variables are told apart by [`Variable::id`].
#[derive(Clone, Debug)]
pub struct Variable {
    /// Unlike that of every other variable of the program.
    pub id: u32,
    /// Its name as written.
    pub name: Text,
    /// Its type.
    pub ty: Type,
    /// What it is.
    pub kind: VariableKind,
    /// Of a parameter: what it is when it is left out.
    pub default: Option<Box<Expression>>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// A local of a control, parser, action, function or block.
    Local,
    /// A parameter.
    Parameter(Direction),
    /// A constructor parameter.
    ConstructorParameter,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name as declared.
    pub name: Text,
    /// The name the control plane knows: the control's name, a dot and its own, or its `@name`.
    pub control_plane_name: Text,
    /// Its parameters, whose variables are of the kind [`VariableKind::Parameter`]; those without a direction
    /// come from the control plane.
    pub parameters: Vec<Arc<Variable>>,
    /// What it does.
    pub body: Vec<Statement>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Text,
    /// Result type.
    pub result: Type,
    /// Its parameters.
    pub parameters: Vec<Arc<Variable>>,
    /// What it does.
    pub body: Vec<Statement>,
    /// Where it was declared.
    pub span: Span,
}

/// An object: an extern, a control, a parser, a package or a value set.
///
/// `Type.apply(…)` makes one of its own, called like `Type_inst`, which the control plane knows by the name of the
/// type.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its name as declared.
    pub name: Text,
    /// The name the control plane knows; see [`Action::control_plane_name`].
    pub control_plane_name: Text,
    /// Its type: [`Type::Extern`], [`Type::Control`], [`Type::Parser`], [`Type::Package`] or [`Type::ValueSet`].
    pub ty: Type,
    /// Constructor arguments in the order of the constructor's parameters, those left out filled in
    /// ([`ExpressionKind::Default`] where there is no default value). They are known when compiled, once the
    /// constructor parameters around them are.
    pub arguments: Vec<Expression>,
    /// What it gives to abstract methods of its type.
    pub methods: Vec<Arc<Function>>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// A parser.
#[derive(Clone, Debug)]
pub struct Parser {
    /// Its name.
    pub name: Text,
    /// Parameters of `apply`.
    pub parameters: Vec<Arc<Variable>>,
    /// Constructor parameters.
    pub constructor: Vec<Arc<Variable>>,
    /// Objects declared in it.
    pub instances: Vec<Arc<Instance>>,
    /// Its variables, each a [`StatementKind::Variable`], initialised when it starts.
    pub locals: Vec<Statement>,
    /// Its states; one is called `start`.
    pub states: Vec<State>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// A parser state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name.
    pub name: Text,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Where it goes.
    pub transition: Transition,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// Where a parser state goes. Names are those of states, `accept` or `reject`.
#[derive(Clone, Debug)]
pub enum Transition {
    /// Always there.
    Direct(Text),
    /// To the first case that matches; none is error `NoMatch`.
    Select {
        /// What is selected on.
        keys: Vec<Expression>,
        /// The cases, each with as many key sets as there are keys.
        cases: Vec<SelectCase>,
        /// Where it stands.
        span: Span,
    },
}

/// A case of a select.
#[derive(Clone, Debug)]
pub struct SelectCase {
    /// One per key.
    pub keysets: Vec<KeySet>,
    /// The next state.
    pub state: Text,
    /// Where it stands.
    pub span: Span,
}

/// A control.
#[derive(Clone, Debug)]
pub struct Control {
    /// Its name.
    pub name: Text,
    /// Parameters of `apply`.
    pub parameters: Vec<Arc<Variable>>,
    /// Constructor parameters.
    pub constructor: Vec<Arc<Variable>>,
    /// Objects declared in it.
    pub instances: Vec<Arc<Instance>>,
    /// Its variables, each a [`StatementKind::Variable`], initialised when it starts.
    pub locals: Vec<Statement>,
    /// Its actions.
    pub actions: Vec<Arc<Action>>,
    /// Its tables.
    pub tables: Vec<Arc<Table>>,
    /// Its apply block.
    pub apply: Vec<Statement>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name as declared.
    pub name: Text,
    /// The name the control plane knows; see [`Action::control_plane_name`].
    pub control_plane_name: Text,
    /// What is looked up.
    pub keys: Vec<Key>,
    /// Its actions in their order.
    pub actions: Vec<TableAction>,
    /// The default action; `NoAction` when none was declared and the program has it.
    pub default_action: Option<ActionCall>,
    /// Whether the control plane can't change the default action.
    pub const_default: bool,
    /// Entries in the program.
    pub entries: Vec<Entry>,
    /// Whether the control plane can't add entries.
    pub const_entries: bool,
    /// Whether an entry with a larger priority goes first, as the property of this name says.
    pub largest_priority_wins: bool,
    /// How many entries are asked for.
    pub size: Option<BigInt>,
    /// All other properties: `implementation`, `counters`, `meters`, `support_timeout`, unknown ones …
    pub properties: Vec<TableProperty>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// An element of a table's key.
#[derive(Clone, Debug)]
pub struct Key {
    /// What is looked up.
    pub expression: Expression,
    /// `exact`, `lpm`, …
    pub match_kind: Text,
    /// The name the control plane knows: its `@name`, or the text of the expression.
    pub control_plane_name: Text,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it stands.
    pub span: Span,
}

/// An action of a table's list.
#[derive(Clone, Debug)]
pub struct TableAction {
    /// The action, and the arguments bound to its parameters with a direction.
    pub call: ActionCall,
    /// Its annotations: `@tableonly`, `@defaultonly`.
    pub annotations: Vec<Annotation>,
}

/// An action with arguments.
#[derive(Clone, Debug)]
pub struct ActionCall {
    /// The action.
    pub action: Arc<Action>,
    /// One per parameter; nothing where the control plane gives it.
    pub arguments: Vec<Option<Expression>>,
    /// Where it stands.
    pub span: Span,
}

/// An entry in the program.
#[derive(Clone, Debug)]
pub struct Entry {
    /// One per key.
    pub keysets: Vec<KeySet>,
    /// What is then done.
    pub action: ActionCall,
    /// Its priority; none when all entries are constant, or no match kind needs one. Where none was written it
    /// follows from the others, see [`Table::largest_priority_wins`].
    pub priority: Option<BigInt>,
    /// Whether the control plane can't change it.
    pub is_const: bool,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it stands.
    pub span: Span,
}

/// A property of a table that has no field of its own in [`Table`].
#[derive(Clone, Debug)]
pub struct TableProperty {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: Expression,
    /// Whether `const` leads it.
    pub is_const: bool,
    /// Its annotations: the `@name` of an object that it makes.
    pub annotations: Vec<Annotation>,
    /// Where it stands.
    pub span: Span,
}

/// The string in an annotation like `@name("…")`.
pub fn annotation_string(annotations: &[Annotation], name: &str) -> Option<Text> {
    let annotation = annotations.iter().find(|annotation| &*annotation.name.text == name)?;
    match &annotation.body {
        AnnotationBody::Unstructured(tokens) => {
            let token = tokens.first()?;
            Some(token.text.strip_prefix('"')?.strip_suffix('"')?.into())
        }
        AnnotationBody::Empty | AnnotationBody::Structured(_) => None,
    }
}

/// The single word in an annotation like `@match(lpm)`.
pub fn annotation_word(annotations: &[Annotation], name: &str) -> Option<Text> {
    let annotation = annotations.iter().find(|annotation| &*annotation.name.text == name)?;
    match &annotation.body {
        AnnotationBody::Unstructured(tokens) => tokens.first().map(|token| Text::clone(&token.text)),
        AnnotationBody::Empty | AnnotationBody::Structured(_) => None,
    }
}

/// The value of an integer as it is written, `16w0x2A`.
pub fn integer_literal(text: &str) -> Option<BigInt> {
    crate::parse::literal(text).ok().map(|literal| literal.value)
}

/// The integers in an annotation like `@field_list(1, 2)`.
pub fn annotation_integers(annotations: &[Annotation], name: &str) -> Vec<BigInt> {
    annotations
        .iter()
        .filter(|annotation| &*annotation.name.text == name)
        .flat_map(|annotation| match &annotation.body {
            AnnotationBody::Unstructured(tokens) => tokens.as_slice(),
            AnnotationBody::Empty | AnnotationBody::Structured(_) => &[],
        })
        .filter_map(|token| crate::parse::literal(&token.text).ok())
        .map(|literal| literal.value)
        .collect()
}
