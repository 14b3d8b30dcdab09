//! Typed expressions and statements.

use std::sync::Arc;

use num_bigint::BigInt;

use super::{
    Action, Annotation, BinaryOp, Control, Direction, Extern, Function, Instance, Parser, Signature, Table,
    Type, UnaryOp, Variable,
};
use crate::source::{Span, Text};

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Which.
    pub kind: ExpressionKind,
    /// Its type.
    pub ty: Type,
    /// Its place.
    pub span: Span,
}

impl Expression {
    /// The variable that a place is a part of: of `h.a[1].f[7:0]` it is `h`. `None` for what is no place, like a
    /// computed value.
    pub fn root(&self) -> Option<&Arc<Variable>> {
        match &self.kind {
            ExpressionKind::Variable(variable) => Some(variable),
            ExpressionKind::Member(base, _)
            | ExpressionKind::Index(base, _)
            | ExpressionKind::StackNext(base)
            | ExpressionKind::StackLast(base)
            | ExpressionKind::StackLastIndex(base)
            | ExpressionKind::Slice(base, ..)
            | ExpressionKind::PlusSlice(base, ..) => base.root(),
            _ => None,
        }
    }
}

/// Kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// What was refused; never in a program without errors.
    Invalid,
    /// A boolean known when compiled.
    Bool(bool),
    /// An integer known when compiled; within the range of the type.
    Integer(BigInt),
    /// A string.
    Str(Text),
    /// A member of `error`.
    Error(Text),
    /// A member of an enum that has no value, by name; of a serializable one an [`ExpressionKind::Integer`]
    /// of the enum's type.
    EnumMember(Text),
    /// A variable or parameter.
    Variable(Arc<Variable>),
    /// A field of a header, struct or union.
    Member(Box<Expression>, Text),
    /// An element of a stack, whose index may be known only at run time, or one of a tuple, whose index is an
    /// [`ExpressionKind::Integer`].
    Index(Box<Expression>, Box<Expression>),
    /// `stack.next`
    StackNext(Box<Expression>),
    /// `stack.last`
    StackLast(Box<Expression>),
    /// `stack.lastIndex`
    StackLastIndex(Box<Expression>),
    /// `value[high:low]`, also written `value[low+:width]`, whose bounds are known when compiled.
    Slice(Box<Expression>, u32, u32),
    /// `value[low+:width]` whose lowest bit is known only at run time; bits beyond the value read as zero.
    PlusSlice(Box<Expression>, Box<Expression>, u32),
    /// `op operand`
    Unary(UnaryOp, Box<Expression>),
    /// `left op right`; both sides have one type, but for shifts and `++`. `==` and `!=` are of values of any
    /// type: headers, structs, unions, stacks, tuples too.
    Binary(BinaryOp, Box<Expression>, Box<Expression>),
    /// `condition ? then : otherwise`
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// To the expression's own type.
    Cast(Box<Expression>),
    /// A value for each field of a tuple, struct or header, for each element of a stack or of a `list<…>`, in
    /// their order. What `...` stood for is written out.
    List(Vec<Expression>),
    /// As a constructor argument, an optional one that was left out. Within the checker also `...`, which is
    /// replaced by the default value of the type that is wanted.
    Default,
    /// `{#}`: an invalid header, or a union of which no header is valid.
    InvalidHeader,
    /// A call that gives a value.
    Call(Box<Call>),
    /// `table.apply().hit`
    TableHit(Arc<Table>),
    /// `table.apply().miss`
    TableMiss(Arc<Table>),
    /// `table.apply().action_run`
    TableActionRun(Arc<Table>),
    /// An object, as a property of a table or a constructor argument.
    Instance(Arc<Instance>),
    /// `this`, in a method that an instance gives to an abstract one.
    This,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// The types that its type parameters stand for.
    pub types: Vec<Type>,
    /// Arguments in the order of the parameters.
    pub arguments: Vec<Argument>,
    /// Its place.
    pub span: Span,
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Name of the parameter.
    pub name: Text,
    /// Its direction.
    pub direction: Direction,
    /// Its value, the parameter's default value when it was left out; nothing for `_` or an optional parameter
    /// that was left out.
    pub value: Option<Expression>,
}

/// What is called.
#[derive(Clone, Debug)]
pub enum Callee {
    /// An action.
    Action(Arc<Action>),
    /// A function of the program; of one with type parameters there is one for each use of them.
    Function(Arc<Function>),
    /// An extern function.
    ExternFunction(Arc<Signature>),
    /// A method of an extern object.
    Method {
        /// The object.
        object: Object,
        /// Its type.
        declared: Arc<Extern>,
        /// The method's name.
        method: Text,
        /// Which of the methods of that name, the object's type arguments put in.
        signature: Arc<Signature>,
    },
    /// A table's `apply`, its result unused; see also [`ExpressionKind::TableHit`].
    Table(Arc<Table>),
    /// A control's `apply`, and the instance.
    Control(Arc<Control>, Arc<Instance>),
    /// A parser's `apply`, and the instance.
    Parser(Arc<Parser>, Arc<Instance>),
    /// `apply` of a control or parser that is a constructor parameter of the one around it.
    Constructed(Arc<Variable>, Arc<Signature>),
    /// `header.setValid()`
    SetValid(Box<Expression>),
    /// `header.setInvalid()`
    SetInvalid(Box<Expression>),
    /// `header.isValid()`
    IsValid(Box<Expression>),
    /// `stack.push_front(n)`
    PushFront(Box<Expression>, u32),
    /// `stack.pop_front(n)`
    PopFront(Box<Expression>, u32),
}

/// The object of a method call.
#[derive(Clone, Debug)]
pub enum Object {
    /// A parameter like `packet_in b`.
    Variable(Arc<Variable>),
    /// An instance.
    Instance(Arc<Instance>),
    /// `this`, in a method that an instance gives to an abstract one.
    This,
    /// What a call gives.
    Value(Box<Expression>),
}

/// A set of values in a select case or a table entry. The expressions have the type of the key.
#[derive(Clone, Debug)]
pub enum KeySet {
    /// `default` or `_`
    Any,
    /// One value.
    Value(Expression),
    /// `value &&& mask`
    Mask(Expression, Expression),
    /// `low .. high`, both included.
    Range(Expression, Expression),
    /// A parser value set. It stands for all keys of the select at once when it is the only key set of a case.
    ValueSet(Arc<Instance>),
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Which.
    pub kind: StatementKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of statements.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// A local variable begins, with its initial value.
    Variable(Arc<Variable>, Option<Expression>),
    /// `left = right;` of the same type. `left op= right;` is `left = left op right;`, unless that would evaluate
    /// something with side effects twice.
    Assign(Expression, Expression),
    /// `left op= right;` where an index in `left` has side effects: `left` is evaluated once, then `right`. Both have
    /// one type, but for shifts.
    AssignOp(Expression, BinaryOp, Expression),
    /// A call whose result is not used.
    Call(Call),
    /// `{ … }`
    Block(Vec<Statement>),
    /// `if`
    If(Expression, Vec<Statement>, Vec<Statement>),
    /// `switch`
    Switch(Expression, Vec<SwitchCase>),
    /// `return`
    Return(Option<Expression>),
    /// `exit`
    Exit,
    /// `for (init; condition; update) body`
    For(Box<ForLoop>),
    /// `for (variable in collection) body`
    ForIn(Box<ForInLoop>),
    /// `break`
    Break,
    /// `continue`
    Continue,
}

/// `for (init; condition; update) body`
#[derive(Clone, Debug)]
pub struct ForLoop {
    /// Done once, before the first round. What is declared there lives as long as the loop.
    pub init: Vec<Statement>,
    /// Evaluated before each round.
    pub condition: Expression,
    /// Done after each round, also after `continue`.
    pub update: Vec<Statement>,
    /// A round.
    pub body: Vec<Statement>,
    /// The loop's annotations: `@unroll`, `@nounroll`.
    pub annotations: Vec<Annotation>,
}

/// `for (variable in collection) body`
#[derive(Clone, Debug)]
pub struct ForInLoop {
    /// The variable, of its own or declared before.
    pub variable: Arc<Variable>,
    /// Whether the loop declares the variable.
    pub declares: bool,
    /// What it goes through.
    pub collection: Collection,
    /// A round.
    pub body: Vec<Statement>,
    /// The loop's annotations: `@unroll`, `@nounroll`.
    pub annotations: Vec<Annotation>,
}

/// What a `for (… in …)` goes through.
#[derive(Clone, Debug)]
pub enum Collection {
    /// `low .. high`, both included, both of the variable's type, evaluated once.
    Range(Expression, Expression),
    /// A stack or a `list<…>`, from its first element to its last.
    Elements(Expression),
}

/// A case of a `switch`; labels that fell through are gathered.
#[derive(Clone, Debug)]
pub struct SwitchCase {
    /// Its labels.
    pub labels: Vec<SwitchLabel>,
    /// What is done.
    pub body: Vec<Statement>,
    /// Its place.
    pub span: Span,
}

/// Label of a case.
#[derive(Clone, Debug)]
pub enum SwitchLabel {
    /// `default`
    Default,
    /// An action that ran.
    Action(Arc<Action>),
    /// A value.
    Value(Expression),
}
