//! The definition of a metric view: YAML that names a relation, relations joined to it, and the expressions that its
//! fields and measures are (docs.databricks.com, "Metric view YAML syntax reference").

use std::collections::HashSet;
use std::ops::ControlFlow;

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{Expr, Query, visit_expressions};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ast::Statement;
use super::{SqlError, parse, parse_expression, parse_name};

/// The versions of the specification that are read.
const VERSIONS: [&str; 2] = ["0.1", "1.1"];

/// A definition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricView {
    version: String,
    #[serde(default)]
    pub(crate) comment: Option<String>,
    source: String,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    joins: Vec<Join>,
    #[serde(default, alias = "fields")]
    dimensions: Vec<Field>,
    #[serde(default)]
    measures: Vec<Field>,
    #[serde(default)]
    materialization: Option<IgnoredAny>,
    #[serde(default)]
    parameters: Option<IgnoredAny>,
}

/// A relation that is joined.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    name: String,
    source: String,
    #[serde(default)]
    on: Option<String>,
    #[serde(default)]
    using: Vec<String>,
    #[serde(default)]
    joins: Vec<IgnoredAny>,
    #[serde(default, rename = "rely")]
    _rely: Option<IgnoredAny>,
    #[serde(default, rename = "cardinality")]
    _cardinality: Option<IgnoredAny>,
}

/// A field or a measure, with what is only shown of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    expr: String,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default, rename = "display_name")]
    _display_name: Option<IgnoredAny>,
    #[serde(default, rename = "synonyms")]
    _synonyms: Option<IgnoredAny>,
    #[serde(default, rename = "format")]
    _format: Option<IgnoredAny>,
    #[serde(default, rename = "window")]
    _window: Option<IgnoredAny>,
}

impl MetricView {
    /// Reads a definition.
    ///
    /// # Errors
    /// `METRIC_VIEW_INVALID_VIEW_DEFINITION`; `UNSUPPORTED_FEATURE` for parts that would mean more than to be kept.
    pub(crate) fn parse(text: &str) -> Result<Self, SqlError> {
        let view: Self = serde_saphyr::from_str(text).map_err(|error| invalid_yaml(&error.to_string()))?;
        if !VERSIONS.contains(&view.version.as_str()) {
            return Err(SqlError::invalid_metric_view(format!("Invalid YAML version: {}", view.version)));
        }
        let nests = view.joins.iter().any(|join| !join.joins.is_empty());
        let beyond = [
            (view.materialization.is_some(), "the materialization of a metric view"),
            (view.parameters.is_some(), "a parameter of a metric view"),
            (nests, "a join inside a join of a metric view"),
        ];
        if let Some((_, feature)) = beyond.into_iter().find(|(is_there, _)| *is_there) {
            return Err(SqlError::unsupported(feature));
        }
        // UNCONFIRMED: the reason in the platform's words.
        if let Some(join) = view.joins.iter().find(|join| join.on.is_some() != join.using.is_empty()) {
            let reason = format!("Join {} must have either 'on' or 'using'", join.name);
            return Err(SqlError::invalid_metric_view(reason));
        }
        let mut names = HashSet::new();
        if view.fields().next().is_none() {
            return Err(SqlError::invalid_metric_view("Dimensions or measures must be defined"));
        }
        if !view.fields().all(|field| names.insert(field.name.to_lowercase())) {
            return Err(SqlError::invalid_metric_view("Measure and dimension names must be unique"));
        }
        Ok(view)
    }

    /// Fields first, as the view shows them.
    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.dimensions.iter().chain(&self.measures)
    }

    /// The names and comments of its columns, in order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.fields().map(|field| (field.name.as_str(), field.comment.as_deref()))
    }

    /// The query that gives each measure for all values of the fields together: its columns are those of the view, and
    /// its relations those that the view reads.
    ///
    /// # Errors
    /// Those of the parser for a name, query or expression that is none.
    pub(crate) fn query(&self) -> Result<Query, SqlError> {
        let fields = self.fields().map(|field| aliased(&expression(&field.expr)?, &field.name));
        let mut text = format!("SELECT {}", fields.collect::<Result<Vec<_>, _>>()?.join(", "));
        text += &format!(" FROM {}", aliased(&relation(&self.source)?, "source")?);
        for join in &self.joins {
            text += &format!(" LEFT JOIN {}", aliased(&relation(&join.source)?, &join.name)?);
            if let Some(on) = &join.on {
                text += &format!(" ON {}", expression(on)?);
            } else {
                let using = join.using.iter().map(|column| quoted(column));
                text += &format!(" USING ({})", using.collect::<Result<Vec<_>, _>>()?.join(", "));
            }
        }
        if let Some(filter) = &self.filter {
            text += &format!(" WHERE {}", expression(filter)?);
        }
        if !self.dimensions.is_empty() && !self.measures.is_empty() {
            let places: Vec<_> = (1..=self.dimensions.len()).map(|place| place.to_string()).collect();
            text += &format!(" GROUP BY {}", places.join(", "));
        }
        match parse(&text)? {
            Statement::Query(query) => Ok(*query),
            _ => Err(SqlError::internal("a metric view that is no query")),
        }
    }

    /// The names and expressions of its dimensions.
    pub(crate) fn dimensions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.dimensions.iter().map(|field| (field.name.as_str(), field.expr.as_str()))
    }

    /// The names and expressions of its measures.
    pub(crate) fn measures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.measures.iter().map(|field| (field.name.as_str(), field.expr.as_str()))
    }

    /// What the view has that cannot be planned here: fields and measures that refer to others.
    ///
    /// # Errors
    /// Those of the parser.
    pub(crate) fn composition(&self) -> Result<Option<&'static str>, SqlError> {
        for field in self.fields() {
            let others = self.fields().filter(|other| other.name != field.name);
            let names: HashSet<_> = others.map(|other| other.name.to_lowercase()).collect();
            let refers = visit_expressions(&parse_expression(&field.expr)?, |expr| match expr {
                Expr::Identifier(name) if names.contains(&name.value.to_lowercase()) => {
                    ControlFlow::Break("a field of a metric view that refers to another")
                }
                _ => ControlFlow::Continue(()),
            });
            if let ControlFlow::Break(feature) = refers {
                return Ok(Some(feature));
            }
        }
        Ok(None)
    }
}

/// The first line says what is wrong and where.
fn invalid_yaml(error: &str) -> SqlError {
    let problem = error.lines().next().unwrap_or_default();
    let problem = problem.strip_prefix("error: ").unwrap_or(problem);
    SqlError::invalid_metric_view(format!("Failed to parse YAML: {problem}"))
}

fn quoted(name: &str) -> Result<String, SqlError> {
    Ok(Identifier::new(name).map_err(SqlError::invalid_identifier)?.to_string())
}

fn aliased(item: &str, name: &str) -> Result<String, SqlError> {
    Ok(format!("{item} AS {}", quoted(name)?))
}

/// An expression in brackets. A comment at its end ends with the line.
fn expression(text: &str) -> Result<String, SqlError> {
    parse_expression(text)?;
    Ok(format!("({text}\n)"))
}

/// A relation by its name, or a query in brackets.
fn relation(text: &str) -> Result<String, SqlError> {
    if let Ok(name) = parse_name(text) {
        return Ok(name.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("."));
    }
    match parse(text)? {
        Statement::Query(_) => Ok(format!("({text}\n)")),
        _ => Err(SqlError::invalid_metric_view(format!(
            "The source is neither a relation nor a query: {text}"
        ))),
    }
}
