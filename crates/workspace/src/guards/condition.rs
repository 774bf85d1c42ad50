//! Conditions on tags: `has_tag('key')` and `has_tag_value('key', 'value')`, put together by `AND`, `OR` and `NOT`.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};

use super::tags::TagMap;

/// A condition on tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    HasTag(String),
    HasTagValue(String, String),
    Constant(bool),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// Reads a condition. The functions are also written `hasTag` and `hasTagValue`, as older policies have them.
    ///
    /// # Errors
    /// What in the text is no condition on tags.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        read(crate::sql::parse_expression(text).map_err(|error| error.message)?)
    }

    /// Whether it holds for these tags.
    pub(super) fn holds(&self, tags: &TagMap) -> bool {
        match self {
            Self::HasTag(key) => tags.contains_key(key),
            Self::HasTagValue(key, value) => tags.get(key) == Some(value),
            Self::Constant(value) => *value,
            Self::Not(inner) => !inner.holds(tags),
            Self::And(left, right) => left.holds(tags) && right.holds(tags),
            Self::Or(left, right) => left.holds(tags) || right.holds(tags),
        }
    }
}

fn read(expression: Expr) -> Result<Condition, String> {
    Ok(match expression {
        Expr::Nested(inner) => read(*inner)?,
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => Condition::Not(Box::new(read(*expr)?)),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            Condition::And(Box::new(read(*left)?), Box::new(read(*right)?))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            Condition::Or(Box::new(read(*left)?), Box::new(read(*right)?))
        }
        Expr::Value(value) if matches!(value.value, Value::Boolean(_)) => {
            Condition::Constant(value.value == Value::Boolean(true))
        }
        Expr::Function(function) => call(&function)?,
        other => return Err(format!("'{other}' is no condition on tags: use has_tag and has_tag_value")),
    })
}

fn call(function: &Function) -> Result<Condition, String> {
    let name = function.name.to_string().to_lowercase().replace('_', "");
    let refused = || format!("'{function}' is no condition on tags: use has_tag and has_tag_value");
    let arguments = texts(&function.args).ok_or_else(refused)?;
    match (name.as_str(), <[String; 2]>::try_from(arguments)) {
        ("hastagvalue", Ok([key, value])) => Ok(Condition::HasTagValue(key, value)),
        ("hastag", Err(arguments)) => match <[String; 1]>::try_from(arguments) {
            Ok([key]) => Ok(Condition::HasTag(key)),
            Err(_) => Err(refused()),
        },
        _ => Err(refused()),
    }
}

/// The arguments, when all of them are strings.
fn texts(arguments: &FunctionArguments) -> Option<Vec<String>> {
    let FunctionArguments::List(list) = arguments else { return None };
    let text = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    list.args.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let tags = TagMap::from([("pii".into(), "ssn".into()), ("alone".into(), String::new())]);
        Condition::parse(text).unwrap().holds(&tags)
    }

    #[test]
    fn condition_holds_by_the_tags_that_are_there() {
        for text in [
            "has_tag('pii')",
            "hasTag('alone')",
            "has_tag_value('pii', 'ssn') AND NOT has_tag('other')",
            "hasTagValue('pii', 'name') OR (has_tag_value('alone', '') AND TRUE)",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in ["has_tag('PII')", "has_tag_value('pii', 'name')", "NOT has_tag('pii')", "false"] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_on_tags_is_refused() {
        for text in
            ["1 = 1", "has_tag()", "has_tag(pii)", "has_tag_value('pii')", "is_member('a')", "has_tag('a'"]
        {
            assert!(Condition::parse(text).is_err(), "{text}");
        }
    }
}
