//! Faults in a program's IR, by way of its JSON.

mod control;
mod parsing;

use hyper4_ir::Program;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is done to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramFault {
    /// Another operator of the same kind.
    WrongOperator,
    /// A constant that is off by one.
    OffByOne,
    /// A field of a header is a bit shorter, the next one a bit longer.
    WrongWidth,
    /// Another field of the same header that has the same width is read or written.
    WrongField,
    /// A statement of an action isn't there.
    MissingStatement,
    /// Two neighbouring statements come in the other order.
    SwappedStatements,
    /// A header isn't made valid, or invalid.
    MissingValidity,
    /// What is done when a condition holds is done when it doesn't.
    NegatedCondition,
    /// Behind a table it goes on as after another action.
    WrongNext,
    /// Another action is the default one.
    WrongDefault,
    /// A select case is for another value.
    WrongCase,
    /// A select case isn't there.
    MissingCase,
    /// A select case leads to another state.
    WrongTransition,
    /// A header isn't extracted.
    MissingExtract,
    /// A header isn't emitted.
    MissingEmit,
    /// A part of a checksum's or a hash's input is left out.
    MissingInput,
}

impl ProgramFault {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::WrongOperator,
        Self::OffByOne,
        Self::WrongWidth,
        Self::WrongField,
        Self::MissingStatement,
        Self::SwappedStatements,
        Self::MissingValidity,
        Self::NegatedCondition,
        Self::WrongNext,
        Self::WrongDefault,
        Self::WrongCase,
        Self::MissingCase,
        Self::WrongTransition,
        Self::MissingExtract,
        Self::MissingEmit,
        Self::MissingInput,
    ];

    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongOperator => "wrong operator",
            Self::OffByOne => "off by one",
            Self::WrongWidth => "wrong width",
            Self::WrongField => "wrong field",
            Self::MissingStatement => "missing statement",
            Self::SwappedStatements => "swapped statements",
            Self::MissingValidity => "missing setValid or setInvalid",
            Self::NegatedCondition => "negated condition",
            Self::WrongNext => "wrong next table",
            Self::WrongDefault => "wrong default action",
            Self::WrongCase => "wrong select case",
            Self::MissingCase => "missing select case",
            Self::WrongTransition => "wrong transition",
            Self::MissingExtract => "missing extract",
            Self::MissingEmit => "missing emit",
            Self::MissingInput => "missing input of a checksum or hash",
        }
    }

    /// How many places a program has for it.
    pub fn places(self, program: &Value) -> usize {
        let mut program = program.clone();
        let mut planter = Planter { left: usize::MAX, planted: None };
        self.visit(&mut program, &mut planter);
        usize::MAX - planter.left
    }

    /// The program with the fault at that place, and what was changed. `None` when there is no such place, or when what
    /// comes of it is no program.
    pub fn plant(self, program: &Value, place: usize) -> Option<(Program, String)> {
        let mut wrong = program.clone();
        let mut planter = Planter { left: place, planted: None };
        self.visit(&mut wrong, &mut planter);
        let what = planter.planted?;
        spread(program, &mut wrong);
        let made = Program::from_json(&wrong.to_string()).ok()?;
        Some((made, what))
    }

    fn visit(self, program: &mut Value, planter: &mut Planter) {
        let siblings = Siblings::of(program);
        let Value::Object(program) = program else { return };
        match self {
            Self::WrongOperator | Self::OffByOne | Self::WrongField => {
                for part in ["actions", "pipelines"] {
                    let mut inside =
                        Inside { fault: self, siblings: &siblings, planter, name: String::new() };
                    items(program, part).for_each(|item| inside.control(item));
                }
            }
            Self::MissingStatement | Self::SwappedStatements | Self::MissingValidity => {
                items(program, "actions").for_each(|action| control::statements(self, action, planter));
            }
            Self::NegatedCondition | Self::WrongNext | Self::WrongDefault => {
                let plain: Vec<Value> = items(program, "actions")
                    .filter(|action| {
                        action.get("runtime_data").and_then(Value::as_array).is_some_and(Vec::is_empty)
                    })
                    .filter_map(|action| action.get("id").cloned())
                    .collect();
                items(program, "pipelines")
                    .for_each(|pipeline| control::graph(self, pipeline, &plain, planter));
            }
            Self::WrongCase | Self::MissingCase | Self::WrongTransition | Self::MissingExtract => {
                for parser in items(program, "parsers").filter_map(Value::as_object_mut) {
                    items(parser, "parse_states").for_each(|state| parsing::state(self, state, planter));
                }
            }
            Self::WrongWidth => items(program, "header_types").for_each(|one| parsing::width(one, planter)),
            Self::MissingEmit => {
                items(program, "deparsers").for_each(|deparser| left_out(deparser, "order", planter));
            }
            Self::MissingInput => {
                items(program, "calculations").for_each(|one| left_out(one, "input", planter));
            }
        }
    }
}

/// Counts places, until the one that is meant.
pub(crate) struct Planter {
    left: usize,
    planted: Option<String>,
}

impl Planter {
    /// Whether this place is the one.
    pub(crate) fn here(&mut self) -> bool {
        if self.planted.is_some() {
            return false;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                false
            }
            None => true,
        }
    }

    /// Says what was changed.
    pub(crate) fn planted(&mut self, what: String) {
        self.planted = Some(what);
    }
}

/// The items of a list in an object.
pub(crate) fn items<'a>(
    object: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Value> {
    object.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

/// An object's name, for people.
pub(crate) fn name(object: &Value) -> String {
    object.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn left_out(object: &mut Value, list: &str, planter: &mut Planter) {
    let called = name(object);
    let Some(list) = object.get_mut(list).and_then(Value::as_array_mut) else { return };
    if let Some(at) = (0..list.len()).find(|_| planter.here()) {
        let gone = list.remove(at);
        planter.planted(format!("{called}: without {gone}"));
    }
}

/// p4c writes an action once for each table that has it, and a calculation once for each action: one fault in a source is
/// one in all of them.
fn spread(right: &Value, wrong: &mut Value) {
    for part in ["actions", "calculations"] {
        let Some(before) = right.get(part).and_then(Value::as_array) else { continue };
        let Some(after) = wrong.get_mut(part).and_then(Value::as_array_mut) else { continue };
        let inner = if part == "actions" { "primitives" } else { "input" };
        let changed = before.iter().zip(after.iter()).find(|(a, b)| a.get(inner) != b.get(inner));
        let Some((was, is)) = changed else { continue };
        let (was, is) = (was.clone(), is.clone());
        let same = |one: &Value| {
            one.get(inner) == was.get(inner) && (part == "calculations" || one.get("name") == was.get("name"))
        };
        for (one, right) in after.iter_mut().zip(before).filter(|(_, right)| same(right)) {
            if let (Some(one), Some(is)) = (one.get_mut(inner), is.get(inner))
                && right.get(inner) == was.get(inner)
            {
                *one = is.clone();
            }
        }
    }
}

/// Which fields have neighbours of the same width.
struct Siblings(Map<String, Value>);

impl Siblings {
    fn of(program: &Value) -> Self {
        let list = |name: &str| program.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let types = list("header_types");
        let mut of = Map::new();
        for header in list("headers") {
            let found = types.iter().find(|one| one.get("name") == header.get("header_type"));
            if let Some(fields) = found.and_then(|one| one.get("fields")) {
                of.insert(name(&header), fields.clone());
            }
        }
        Self(of)
    }

    /// The next field of the header that has the same width.
    fn next(&self, header: &str, field: &str) -> Option<String> {
        let fields = self.0.get(header)?.as_array()?;
        let at = fields.iter().position(|one| one.get(0).and_then(Value::as_str) == Some(field))?;
        let width = fields.get(at)?.get(1)?;
        let mut others = fields.iter().skip(at + 1).chain(fields.iter().take(at));
        let other = others.find(|one| one.get(1) == Some(width))?;
        other.get(0)?.as_str().map(str::to_owned)
    }
}

/// Operators, and what a slip makes of them.
const OPERATORS: [(&str, &str); 17] = [
    ("+", "-"),
    ("-", "+"),
    ("*", "+"),
    ("&", "|"),
    ("|", "&"),
    ("^", "|"),
    ("<<", ">>"),
    (">>", "<<"),
    ("==", "!="),
    ("!=", "=="),
    ("<", "<="),
    ("<=", "<"),
    (">", ">="),
    (">=", ">"),
    ("and", "or"),
    ("or", "and"),
    ("sat_cast", "usat_cast"),
];

/// Looks through statements and expressions.
struct Inside<'a> {
    fault: ProgramFault,
    siblings: &'a Siblings,
    planter: &'a mut Planter,
    name: String,
}

impl Inside<'_> {
    /// An action, or the conditions of a pipeline.
    fn control(&mut self, item: &mut Value) {
        self.name = name(item);
        let Value::Object(item) = item else { return };
        items(item, "primitives").for_each(|primitive| self.expression(primitive));
        for condition in items(item, "conditionals") {
            self.name = name(condition);
            if let Some(expression) = condition.get_mut("expression") {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.expression(item)),
            Value::Object(object) => {
                self.node(object);
                for (name, member) in object.iter_mut().filter(|(name, _)| *name != "source_info") {
                    // What is written is a field, too; a field that names the place of what is called isn't.
                    if name != "type" && name != "op" {
                        self.expression(member);
                    }
                }
            }
            _ => {}
        }
    }

    fn node(&mut self, object: &mut Map<String, Value>) {
        let is = |object: &Map<String, Value>, kind: &str| {
            object.get("type").and_then(Value::as_str) == Some(kind)
        };
        match self.fault {
            ProgramFault::WrongOperator if object.contains_key("left") => {
                let Some(Value::String(op)) = object.get_mut("op") else { return };
                let Some((_, wrong)) = OPERATORS.iter().find(|(right, _)| right == op) else { return };
                if self.planter.here() {
                    self.planter.planted(format!("{}: `{op}` became `{wrong}`", self.name));
                    *op = (*wrong).to_owned();
                }
            }
            ProgramFault::OffByOne if is(object, "hexstr") => {
                let Some(Value::String(text)) = object.get_mut("value") else { return };
                let Some(wrong) = parsing::off_by_one(text) else { return };
                if self.planter.here() {
                    self.planter.planted(format!("{}: {text} became {wrong}", self.name));
                    *text = wrong;
                }
            }
            ProgramFault::WrongField if is(object, "field") => {
                let Some([Value::String(header), Value::String(field)]) =
                    object.get_mut("value").and_then(Value::as_array_mut).map(Vec::as_mut_slice)
                else {
                    return;
                };
                let Some(wrong) = self.siblings.next(header, field) else { return };
                if self.planter.here() {
                    self.planter.planted(format!("{}: {header}.{field} became {header}.{wrong}", self.name));
                    *field = wrong;
                }
            }
            _ => {}
        }
    }
}
