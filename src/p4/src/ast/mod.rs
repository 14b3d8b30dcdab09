//! The tree of a P4_16 program as it was written, names unresolved.
//!
//! Equality ignores places: see [`Span`].

mod expression;
mod statement;
pub mod visit;

pub use expression::{Argument, BinaryOp, Expression, ExpressionKind, Literal, UnaryOp};
pub use statement::{ForHeader, Statement, StatementKind, SwitchCase, SwitchLabel};

use crate::source::{Span, Text};
use crate::token::Token;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Text,
    /// Its place.
    pub span: Span,
}

/// A whole program, its include files spliced in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The declarations in their order.
    pub declarations: Vec<Declaration>,
}

/// `@name`, `@name(tokens)` or `@name[tokens]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The name behind the `@`.
    pub name: Name,
    /// What stands in the brackets.
    pub body: AnnotationBody,
}

/// What stands behind an annotation's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnotationBody {
    /// Nothing.
    Empty,
    /// Tokens in round brackets.
    Unstructured(Vec<Token>),
    /// Tokens in square brackets.
    Structured(Vec<Token>),
}

/// A type as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Which.
    pub kind: TypeKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `void`
    Void,
    /// `bool`
    Bool,
    /// `error`
    Error,
    /// `string`
    Str,
    /// `match_kind`
    MatchKind,
    /// `int`
    Integer,
    /// `bit<W>`; without a width `bit`, which is `bit<1>`.
    Bit(Option<Box<Expression>>),
    /// `int<W>`
    Int(Box<Expression>),
    /// `varbit<W>`
    Varbit(Box<Expression>),
    /// A declared type or a type parameter.
    Named(TypeName),
    /// `Name<A, B>`
    Specialized(TypeName, Vec<Type>),
    /// `T[n]`
    Stack(Box<Type>, Box<Expression>),
    /// `tuple<A, B>`
    Tuple(Vec<Type>),
    /// `list<T>`
    List(Box<Type>),
    /// `_` as a type argument.
    DontCare,
}

/// A type's name, with a leading dot when it was written so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// Whether a dot leads it: look outside of everything.
    pub global: bool,
    /// The name.
    pub name: Name,
}

/// Direction of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// None was written: by the control plane, or bound when compiled.
    None,
    /// `in`
    In,
    /// `out`
    Out,
    /// `inout`
    InOut,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its direction.
    pub direction: Direction,
    /// Its type.
    pub ty: Type,
    /// Its name.
    pub name: Name,
    /// Its default value.
    pub default: Option<Expression>,
}

/// A declaration, at the top or inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its name; empty for `error { … }` and `match_kind { … }`.
    pub name: Name,
    /// What it declares.
    pub kind: DeclarationKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclarationKind {
    /// `const T name = value;`
    Constant(Type, Expression),
    /// `T name = value;`
    Variable(Type, Option<Expression>),
    /// `T(arguments) name { … };`
    Instance(Instance),
    /// `typedef T name;`
    Typedef(TypeOrDeclaration),
    /// `type T name;`
    NewType(Type),
    /// A header, a struct or a header union.
    Structure(Structure),
    /// `enum name { … }`
    Enum(Vec<Name>),
    /// `enum bit<8> name { a = 1, … }`
    SerializableEnum(Type, Vec<(Name, Expression)>),
    /// `error { … }`
    Errors(Vec<Name>),
    /// `match_kind { … }`
    MatchKinds(Vec<Name>),
    /// `extern name { … }`
    Extern(Vec<Name>, Vec<Method>),
    /// `extern T name(…);`
    ExternFunction(Signature),
    /// `T name(…) { … }`
    Function(Signature, Vec<Statement>),
    /// `action name(…) { … }`
    Action(Vec<Parameter>, Vec<Statement>),
    /// `parser name(…)`, with a body or as a type.
    Parser(Box<ParserDeclaration>),
    /// `control name(…)`, with a body or as a type.
    Control(Box<ControlDeclaration>),
    /// `package name(…);`
    Package(Vec<Name>, Vec<Parameter>),
    /// `table name { … }`
    Table(Table),
    /// `value_set<T>(n) name;`
    ValueSet(Type, Expression),
}

/// What a `typedef` gives a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeOrDeclaration {
    /// A type.
    Type(Type),
    /// A header, struct, union or enum declared in place.
    Declaration(Box<Declaration>),
}

/// An instantiation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// What is instantiated.
    pub ty: Type,
    /// Constructor arguments.
    pub arguments: Vec<Argument>,
    /// Implementations of abstract methods; nothing where no `= { … }` was written.
    pub body: Option<Vec<Declaration>>,
}

/// Which kind of structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StructureKind {
    /// `header`
    Header,
    /// `header_union`
    Union,
    /// `struct`
    Struct,
}

/// A header, struct or header union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Which.
    pub kind: StructureKind,
    /// Type parameters.
    pub type_parameters: Vec<Name>,
    /// Fields.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its type.
    pub ty: Type,
    /// Its name.
    pub name: Name,
}

/// What a function or method takes and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Result type; none for a constructor.
    pub result: Option<Type>,
    /// Type parameters.
    pub type_parameters: Vec<Name>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
}

/// A method or constructor of an extern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Whether the instance has to implement it.
    pub is_abstract: bool,
    /// Its name.
    pub name: Name,
    /// What it takes and returns.
    pub signature: Signature,
}

/// A parser or a parser type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParserDeclaration {
    /// Type parameters.
    pub type_parameters: Vec<Name>,
    /// Parameters of `apply`.
    pub parameters: Vec<Parameter>,
    /// Constructor parameters.
    pub constructor: Vec<Parameter>,
    /// The body; none for a parser type.
    pub body: Option<ParserBody>,
}

/// Locals and states of a parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParserBody {
    /// Declarations before the states.
    pub locals: Vec<Declaration>,
    /// The states.
    pub states: Vec<State>,
}

/// A parser state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Its name.
    pub name: Name,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Where it goes; none means `reject`.
    pub transition: Option<Transition>,
    /// Its place.
    pub span: Span,
}

/// Where a state goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// `transition name;`
    Direct(Name),
    /// `transition select(…) { … }`
    Select(Select),
}

/// `select(…) { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// What is selected on.
    pub keys: Vec<Expression>,
    /// The cases.
    pub cases: Vec<SelectCase>,
    /// Its place.
    pub span: Span,
}

/// `keyset : state;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectCase {
    /// What has to match; [`ExpressionKind::KeyTuple`] for more than one key.
    pub keyset: Expression,
    /// The next state.
    pub state: Name,
}

/// A control or a control type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlDeclaration {
    /// Type parameters.
    pub type_parameters: Vec<Name>,
    /// Parameters of `apply`.
    pub parameters: Vec<Parameter>,
    /// Constructor parameters.
    pub constructor: Vec<Parameter>,
    /// The body; none for a control type.
    pub body: Option<ControlBody>,
}

/// Locals and apply block of a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlBody {
    /// Constants, variables, instances, actions and tables.
    pub locals: Vec<Declaration>,
    /// The apply block.
    pub apply: Vec<Statement>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its properties in their order.
    pub properties: Vec<Property>,
}

/// A table property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Whether `const` leads it.
    pub is_const: bool,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: PropertyValue,
}

/// Value of a table property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyValue {
    /// `key = { … }`
    Key(Vec<KeyElement>),
    /// `actions = { … }`
    Actions(Vec<ActionReference>),
    /// `entries = { … }`
    Entries(Vec<Entry>),
    /// Any other: `name = expression;`
    Expression(Expression),
}

/// `expression : match_kind;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyElement {
    /// What is looked up.
    pub expression: Expression,
    /// How.
    pub match_kind: Name,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// An action in a table's list or entry: a name or a call that binds arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionReference {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// The name or call.
    pub expression: Expression,
}

/// A table entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether `const` leads it.
    pub is_const: bool,
    /// `priority = expression:`
    pub priority: Option<Expression>,
    /// What has to match; [`ExpressionKind::KeyTuple`] for more than one key.
    pub keyset: Expression,
    /// What is then done.
    pub action: ActionReference,
    /// Its place.
    pub span: Span,
}
