//! A condition of an alert rule: an expression of the Common Expression Language
//! over `alert`. Whether one is good is decided when the rule is written; what
//! passes takes time and memory in proportion to its text and the alert's.

use super::alert::Alert;
use cel::common::ast::operators as op;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr};
use cel::extractors::This;
use cel::parser::PrattParser;
use cel::{Context, Env, Value};
use ciclo_kernel::{Refusal, Timestamp};
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Most bytes of a condition's text. The parser follows the `:` of conditionals without a limit of its own: what fits
/// here stays within half of a thread's stack.
pub const LONGEST: usize = 1_000;
/// How deep expressions may stand in one another.
pub const DEEPEST: u16 = 24;
/// Most bytes that a compiled pattern may take.
const PATTERN_SIZE: usize = 64 * 1024;
/// Most characters of a failure that are told.
const TOLD: usize = 200;

/// What the language brings, made once. Patterns are this module's: see [`Condition::holds`].
static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// The kinds of values that a condition has to do with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Bool,
    Int,
    Text,
    Instant,
    Length,
    Alert,
    Labels,
    Texts,
    Ints,
}

/// The fields of `alert`.
const FIELDS: [(&str, Kind); 9] = [
    ("dedupKey", Kind::Text),
    ("title", Kind::Text),
    ("severity", Kind::Text),
    ("labels", Kind::Labels),
    ("service", Kind::Text),
    ("occurrences", Kind::Int),
    ("firstSeen", Kind::Instant),
    ("lastSeen", Kind::Instant),
    ("startsAt", Kind::Instant),
];

/// A condition that was found good.
#[derive(Debug)]
pub struct Condition {
    expression: IdedExpr,
    patterns: Arc<HashMap<String, Regex>>,
}

impl Condition {
    /// Reads and checks a condition. A refusal names `condition`, and the place in its text.
    pub fn compile(text: &str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            let why = format!("{} bytes; at most {LONGEST} are allowed", text.len());
            return Err(Refusal::invalid("condition", why).with("limit", LONGEST));
        }
        let parsed = PrattParser::new().max_recursion_depth(DEEPEST).parse(text);
        let expression = parsed.map_err(|errors| {
            let Some(first) = errors.errors.first() else {
                return Refusal::invalid("condition", "unreadable");
            };
            let (line, column) = first.pos;
            let refusal =
                Refusal::invalid("condition", format!("line {line}, column {column}: {}", first.msg));
            refusal.with("line", line).with("column", column)
        })?;
        let mut check = Check { patterns: HashMap::new() };
        match check.kind(&expression, 0).map_err(|why| Refusal::invalid("condition", why))? {
            Kind::Bool => Ok(Self { expression, patterns: Arc::new(check.patterns) }),
            other => Err(Refusal::invalid("condition", format!("it says {}, not yes or no", named(other)))),
        }
    }

    /// Whether it holds for an alert, or why that cannot be said: a label that is not there, a text that is no
    /// number, a number that is too great.
    pub fn holds(&self, alert: &Alert) -> Result<bool, String> {
        let mut context = Context::with_env(STANDARD.clone());
        let patterns = self.patterns.clone();
        let matches = move |This(text): This<Arc<String>>, pattern: Arc<String>| {
            patterns.get(pattern.as_str()).is_some_and(|pattern| pattern.is_match(&text))
        };
        context.add_function("matches", matches).map_err(|why| told(&why))?;
        context.add_variable_from_value("alert", value(alert)?);
        match Value::resolve(&self.expression, &context).map_err(|why| told(&why))? {
            Value::Bool(holds) => Ok(holds),
            other => Err(format!("it says {}, not yes or no", other.type_of())),
        }
    }
}

fn told(why: &dyn std::fmt::Display) -> String {
    why.to_string().chars().take(TOLD).collect()
}

/// An alert as the language has it.
fn value(alert: &Alert) -> Result<Value, String> {
    let labels: HashMap<String, Value> =
        alert.labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let service = alert.service.map(|service| service.to_string()).unwrap_or_default();
    let fields: HashMap<&str, Value> = HashMap::from([
        ("dedupKey", alert.dedup_key.as_str().into()),
        ("title", alert.title.as_str().into()),
        ("severity", alert.severity.as_str().into()),
        ("labels", labels.into()),
        ("service", service.into()),
        ("occurrences", Value::Int(alert.occurrences.into())),
        ("firstSeen", instant(alert.first_seen)?),
        ("lastSeen", instant(alert.last_seen)?),
        ("startsAt", instant(alert.starts_at)?),
    ]);
    Ok(fields.into())
}

fn instant(at: Timestamp) -> Result<Value, String> {
    let at = chrono::DateTime::from_timestamp_micros(at.as_microsecond());
    Ok(Value::Timestamp(at.ok_or("an instant that the language does not have")?.fixed_offset()))
}

fn named(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "yes or no",
        Kind::Int => "a whole number",
        Kind::Text => "a text",
        Kind::Instant => "an instant",
        Kind::Length => "a duration",
        Kind::Alert => "the alert",
        Kind::Labels => "the labels",
        Kind::Texts => "a list of texts",
        Kind::Ints => "a list of whole numbers",
    }
}

/// Finds the kind of every part of an expression, and refuses what is not of this little language. What it lets
/// pass does not walk lists, gives no name to a value, and joins no texts: so nothing grows.
struct Check {
    patterns: HashMap<String, Regex>,
}

type Found = Result<Kind, String>;

impl Check {
    fn kind(&mut self, expression: &IdedExpr, depth: u16) -> Found {
        if depth > DEEPEST {
            return Err(format!("it is more than {DEEPEST} levels deep"));
        }
        match &expression.expr {
            Expr::Literal(literal) => match literal {
                LiteralValue::Boolean(_) => Ok(Kind::Bool),
                LiteralValue::Int(_) => Ok(Kind::Int),
                LiteralValue::String(_) => Ok(Kind::Text),
                LiteralValue::Bytes(_)
                | LiteralValue::Double(_)
                | LiteralValue::UInt(_)
                | LiteralValue::Null => {
                    Err("only texts, whole numbers, true and false can be written".into())
                }
            },
            Expr::Ident(name) if name == "alert" => Ok(Kind::Alert),
            Expr::Ident(name) => Err(format!("there is no `{name}`: a condition knows `alert` only")),
            Expr::Select(select) => self.field(select, depth),
            Expr::List(list) => {
                let mut kinds = Vec::new();
                for element in &list.elements {
                    kinds.push(self.kind(element, depth + 1)?);
                }
                match kinds.first() {
                    Some(Kind::Text) if kinds.iter().all(|kind| *kind == Kind::Text) => Ok(Kind::Texts),
                    Some(Kind::Int) if kinds.iter().all(|kind| *kind == Kind::Int) => Ok(Kind::Ints),
                    _ => Err("a list has texts or whole numbers, and at least one".into()),
                }
            }
            Expr::Call(call) => self.call(call, depth),
            Expr::Comprehension(_) => {
                Err("a condition walks no lists: `all`, `exists`, `exists_one`, `filter`, `map`".into())
            }
            Expr::Map(_) | Expr::Struct(_) => Err("a condition makes no maps".into()),
            Expr::Unspecified => Err("there is nothing in it".into()),
        }
    }

    /// `alert.title`, `alert.labels.zone`, and whether there is one: `has(alert.labels.zone)`.
    fn field(&mut self, select: &SelectExpr, depth: u16) -> Found {
        let field = &select.field;
        let found = match self.kind(&select.operand, depth + 1)? {
            Kind::Labels => Kind::Text,
            Kind::Alert => FIELDS
                .iter()
                .find_map(|(name, kind)| (name == field).then_some(*kind))
                .ok_or_else(|| format!("an alert has no `{field}`"))?,
            other => return Err(format!("`.{field}`: {} has no fields", named(other))),
        };
        Ok(if select.test { Kind::Bool } else { found })
    }

    fn call(&mut self, call: &CallExpr, depth: u16) -> Found {
        let name = call.func_name.as_str();
        let mut kinds = Vec::new();
        for part in call.target.as_deref().into_iter().chain(&call.args) {
            kinds.push(self.kind(part, depth + 1)?);
        }
        if call.target.is_some() {
            return match (name, kinds.as_slice()) {
                ("contains" | "startsWith" | "endsWith", [Kind::Text, Kind::Text]) => Ok(Kind::Bool),
                ("matches", [Kind::Text, Kind::Text]) => self.pattern(&call.args),
                ("size", [Kind::Text | Kind::Labels]) => Ok(Kind::Int),
                _ => Err(unknown(&format!(".{name}"), &kinds)),
            };
        }
        operator(name, &kinds).ok_or_else(|| unknown(name, &kinds))
    }

    /// A pattern is written out, so that it is compiled here, once, and its size is known.
    fn pattern(&mut self, arguments: &[IdedExpr]) -> Found {
        let [IdedExpr { expr: Expr::Literal(LiteralValue::String(pattern)), .. }] = arguments else {
            return Err("the pattern of `matches` is written out".into());
        };
        let built = RegexBuilder::new(pattern.inner()).size_limit(PATTERN_SIZE).build();
        self.patterns
            .insert(pattern.inner().to_owned(), built.map_err(|why| format!("`matches`: {}", told(&why)))?);
        Ok(Kind::Bool)
    }
}

fn operator(name: &str, kinds: &[Kind]) -> Option<Kind> {
    use Kind::{Bool, Instant, Int, Ints, Labels, Length, Text, Texts};
    Some(match (name, kinds) {
        (op::LOGICAL_AND | op::LOGICAL_OR, [Bool, Bool]) | (op::LOGICAL_NOT, [Bool]) => Bool,
        (op::CONDITIONAL, [Bool, one, other]) if one == other => *one,
        (op::EQUALS | op::NOT_EQUALS, [Bool, Bool]) => Bool,
        (
            op::EQUALS | op::NOT_EQUALS | op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS,
            [Int, Int] | [Text, Text] | [Instant, Instant] | [Length, Length],
        ) => Bool,
        (op::IN, [Text, Labels | Texts] | [Int, Ints]) => Bool,
        (op::INDEX, [Labels, Text]) => Text,
        (op::NEGATE, [Int]) => Int,
        (op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO, [Int, Int]) => Int,
        (op::SUBSTRACT, [Instant, Instant]) => Length,
        (op::ADD | op::SUBSTRACT, [Instant, Length]) => Instant,
        (op::ADD | op::SUBSTRACT, [Length, Length]) => Length,
        ("size", [Text | Labels]) | ("int", [Text]) => Int,
        ("timestamp", [Text]) => Instant,
        ("duration", [Text]) => Length,
        _ => return None,
    })
}

fn unknown(name: &str, kinds: &[Kind]) -> String {
    let kinds: Vec<&str> = kinds.iter().map(|kind| named(*kind)).collect();
    format!("there is no `{name}` of {}", kinds.join(" and "))
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
