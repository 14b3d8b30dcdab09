use proptest::prelude::*;

use crate::ast::{BinaryOp, DeclarationKind, Expression, ExpressionKind, Name, UnaryOp};
use crate::source::Span;
use crate::{Options, parse_source};

fn node(kind: ExpressionKind) -> Expression {
    Expression::new(kind, Span::default())
}

fn name(text: &str) -> Name {
    Name { text: text.into(), span: Span::default() }
}

fn operator() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    prop::sample::select(vec![
        Mul,
        Div,
        Mod,
        Add,
        Sub,
        AddSaturating,
        SubSaturating,
        ShiftLeft,
        ShiftRight,
        LessEqual,
        GreaterEqual,
        Less,
        Greater,
        Equal,
        NotEqual,
        BitAnd,
        BitXor,
        BitOr,
        Concat,
        And,
        Or,
    ])
}

/// Trees as a program could build them, without regard to how they have to be bracketed.
fn expression() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["a", "b", "key"]).prop_map(|text| node(ExpressionKind::Name(name(text)))),
        any::<bool>().prop_map(|value| node(ExpressionKind::Bool(value))),
        prop::sample::select(vec!["1", "8w3", "0xF"])
            .prop_map(|text| node(ExpressionKind::Integer(crate::parse::literal(text).unwrap()))),
    ];
    leaf.prop_recursive(6, 40, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let unary =
            prop::sample::select(vec![UnaryOp::Not, UnaryOp::Complement, UnaryOp::Minus, UnaryOp::Plus]);
        prop_oneof![
            (operator(), boxed(), boxed()).prop_map(|(op, l, r)| node(ExpressionKind::Binary(op, l, r))),
            (unary, boxed()).prop_map(|(op, x)| node(ExpressionKind::Unary(op, x))),
            (boxed(), boxed(), boxed()).prop_map(|(c, t, e)| node(ExpressionKind::Conditional(c, t, e))),
            (boxed(), boxed(), boxed()).prop_map(|(b, h, l)| node(ExpressionKind::Slice(b, h, l))),
            (boxed(), boxed()).prop_map(|(b, i)| node(ExpressionKind::Index(b, i))),
            boxed().prop_map(|b| node(ExpressionKind::Member(b, name("f")))),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|list| node(ExpressionKind::List(list, false))),
        ]
    })
}

proptest! {
    #[test]
    fn brackets_keep_the_tree(tree in expression()) {
        let text = format!("const bit<8> x = {};", super::expression_text(&tree));
        let (program, diagnostics) = parse_source("t.p4", &text, &Options::default());
        prop_assert!(diagnostics.list.is_empty(), "{text}\n{}", diagnostics.render());
        match program.declarations.first().map(|declaration| &declaration.kind) {
            Some(DeclarationKind::Constant(_, value)) => prop_assert_eq!(value, &tree, "{}", text),
            other => prop_assert!(false, "{text}: {other:?}"),
        }
    }
}
