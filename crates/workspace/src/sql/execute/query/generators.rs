//! Functions that make rows, wherever they are written: in SELECT, in `LATERAL VIEW`, behind `LATERAL` and as tables.
//!
//! All become one form, which [`super::lateral`] plans: a table function beside the relation whose rows it reads.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    ExceptSelectItem, Expr, Function, FunctionArg, FunctionArguments, Ident, Join, JoinConstraint,
    JoinOperator, LateralView, ObjectName, Select, SelectItem, SelectItemQualifiedWildcardKind, TableAlias,
    TableAliasColumnDef, TableFactor, TableWithJoins, Value, Visit, Visitor, WildcardAdditionalOptions,
};

use super::udf;
use crate::sql::SqlError;

/// Brings the functions of a SELECT that make rows into FROM.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a form that is not computed; `UNSUPPORTED_GENERATOR`.
pub(super) fn rewrite(select: &mut Select) -> Result<(), SqlError> {
    let views = std::mem::take(&mut select.lateral_views);
    let mut from = joined(std::mem::take(&mut select.from))?;
    for view in views {
        from = vec![beside(from, of_view(&view)?)];
    }
    let generators = items(select)?;
    for generator in generators {
        from = vec![beside(from, generator)];
    }
    select.from = from;
    Ok(())
}

/// Whether this relation is the one form.
pub(super) fn is_generator(relation: &TableFactor) -> bool {
    match relation {
        TableFactor::Function { name, .. } => named(name).is_some(),
        TableFactor::Table { name, args: Some(_), .. } => named(name).is_some(),
        _ => false,
    }
}

fn named(name: &ObjectName) -> Option<String> {
    let name = name.to_string().to_lowercase();
    udf::generator(&name).is_some().then_some(name)
}

/// FROM with every function that makes rows put beside what stands left of it.
fn joined(from: Vec<TableWithJoins>) -> Result<Vec<TableWithJoins>, SqlError> {
    let mut items: Vec<TableWithJoins> = Vec::new();
    for TableWithJoins { relation, joins } in from {
        if is_generator(&relation) {
            items = vec![beside(items, as_function(relation))];
        } else {
            items.push(TableWithJoins { relation, joins: Vec::new() });
        }
        for join in joins {
            if is_generator(&join.relation) {
                let left = items.pop().into_iter().collect();
                items.push(beside(left, outer_join(join)?));
            } else if let Some(last) = items.last_mut() {
                last.joins.push(join);
            }
        }
    }
    Ok(items)
}

/// The function of a join, which keeps the rows without any in a LEFT JOIN.
fn outer_join(join: Join) -> Result<TableFactor, SqlError> {
    let always = |constraint: &JoinConstraint| match constraint {
        JoinConstraint::None => true,
        JoinConstraint::On(Expr::Value(value)) => value.value == Value::Boolean(true),
        _ => false,
    };
    let function = as_function(join.relation);
    match &join.join_operator {
        JoinOperator::CrossJoin(on) | JoinOperator::Join(on) | JoinOperator::Inner(on) if always(on) => {
            Ok(function)
        }
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) if always(on) => Ok(as_outer(function)),
        _ => Err(SqlError::unsupported_but(
            "a join with a function that makes rows on a condition",
            "Write the condition into WHERE.",
        )),
    }
}

fn as_function(relation: TableFactor) -> TableFactor {
    match relation {
        TableFactor::Table { name, alias, args: Some(args), .. } => {
            TableFactor::Function { lateral: true, name, args: args.args, with_ordinality: false, alias }
        }
        other => other,
    }
}

fn as_outer(function: TableFactor) -> TableFactor {
    match function {
        TableFactor::Function { lateral, name, args, with_ordinality, alias } => {
            let name = name.to_string().to_lowercase();
            let name = if name.ends_with("_outer") { name } else { format!("{name}_outer") };
            TableFactor::Function {
                lateral,
                name: vec![Ident::new(name)].into(),
                args,
                with_ordinality,
                alias,
            }
        }
        other => other,
    }
}

/// A function beside the relations whose rows it reads.
fn beside(mut left: Vec<TableWithJoins>, function: TableFactor) -> TableWithJoins {
    if left.is_empty() {
        return TableWithJoins { relation: function, joins: Vec::new() };
    }
    let mut all = left.remove(0);
    for TableWithJoins { relation, joins } in left {
        let relation = if joins.is_empty() { relation } else { nested(TableWithJoins { relation, joins }) };
        all.joins.push(cross(relation));
    }
    let relation = if all.joins.is_empty() { all.relation } else { nested(all) };
    let pair = TableWithJoins { relation, joins: vec![cross(function)] };
    TableWithJoins { relation: nested(pair), joins: Vec::new() }
}

fn nested(table: TableWithJoins) -> TableFactor {
    TableFactor::NestedJoin { table_with_joins: Box::new(table), alias: None }
}

fn cross(relation: TableFactor) -> Join {
    Join { relation, global: false, join_operator: JoinOperator::CrossJoin(JoinConstraint::None) }
}

/// `LATERAL VIEW [OUTER] function(…) name AS columns`
fn of_view(view: &LateralView) -> Result<TableFactor, SqlError> {
    let refused = || SqlError::unsupported(format!("LATERAL VIEW of {}", view.lateral_view));
    let Expr::Function(function) = &view.lateral_view else { return Err(refused()) };
    let alias = view.lateral_view_name.0.last().and_then(|part| part.as_ident().cloned());
    let alias = alias.unwrap_or_else(|| Ident::new("@view"));
    let made = of_call(function, alias, view.lateral_col_alias.clone()).ok_or_else(refused)?;
    Ok(if view.outer { as_outer(made) } else { made })
}

/// A call of a function that makes rows, as a relation.
fn of_call(function: &Function, alias: Ident, columns: Vec<Ident>) -> Option<TableFactor> {
    named(&function.name)?;
    let FunctionArguments::List(list) = &function.args else { return None };
    let columns = columns.into_iter().map(|name| TableAliasColumnDef { name, data_type: None }).collect();
    Some(TableFactor::Function {
        lateral: true,
        name: function.name.clone(),
        args: list.args.clone(),
        with_ordinality: false,
        alias: Some(TableAlias { explicit: true, name: alias, columns, at: None }),
    })
}

/// Takes the functions that make rows out of the SELECT list, which reads their columns then.
fn items(select: &mut Select) -> Result<Vec<TableFactor>, SqlError> {
    if !select.projection.iter().any(|item| call_of(item).is_some()) {
        return Ok(Vec::new());
    }
    if select.projection.iter().any(|item| item.visit(&mut Folding).is_break()) {
        return Err(SqlError::unsupported_but(
            "a function that makes rows beside aggregates or windows",
            "Compute these in a subquery.",
        ));
    }
    let (mut made, mut items, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
    let has_wildcard = select.projection.iter().any(|item| matches!(item, SelectItem::Wildcard(_)));
    for item in std::mem::take(&mut select.projection) {
        let Some((function, names)) = call_of(&item) else {
            items.push(item);
            continue;
        };
        let alias = Ident::with_quote('`', format!("@generated{}", made.len()));
        let inner = |name: &Ident| Ident::with_quote('`', format!("@{}", name.value));
        made.extend(of_call(function, alias.clone(), names.iter().map(inner).collect()));
        if names.is_empty() {
            if has_wildcard {
                return Err(SqlError::unsupported_but(
                    "a function that makes rows, without names, beside *",
                    "Name its columns.",
                ));
            }
            let kind = SelectItemQualifiedWildcardKind::ObjectName(vec![alias].into());
            items.push(SelectItem::QualifiedWildcard(kind, WildcardAdditionalOptions::default()));
            continue;
        }
        for name in names {
            let expr = Expr::CompoundIdentifier(vec![alias.clone(), inner(&name)]);
            hidden.push(inner(&name));
            items.push(SelectItem::ExprWithAlias { expr, alias: name });
        }
    }
    for item in &mut items {
        if let SelectItem::Wildcard(options) = item {
            hide(options, &hidden);
        }
    }
    select.projection = items;
    Ok(made)
}

/// Leaves columns out of a wildcard.
fn hide(options: &mut WildcardAdditionalOptions, columns: &[Ident]) {
    let Some((first, rest)) = columns.split_first() else { return };
    match &mut options.opt_except {
        Some(except) => except.additional_elements.extend(columns.iter().cloned()),
        None => {
            options.opt_except =
                Some(ExceptSelectItem { first_element: first.clone(), additional_elements: rest.to_vec() });
        }
    }
}

/// The call that makes rows, and the names of its columns.
fn call_of(item: &SelectItem) -> Option<(&Function, Vec<Ident>)> {
    let (expr, names) = match item {
        SelectItem::UnnamedExpr(expr) => (expr, Vec::new()),
        SelectItem::ExprWithAlias { expr, alias } => (expr, vec![alias.clone()]),
        SelectItem::ExprWithAliases { expr, aliases } => (expr, aliases.clone()),
        _ => return None,
    };
    match expr {
        Expr::Function(function) if named(&function.name).is_some() => Some((function, names)),
        _ => None,
    }
}

/// Breaks at an aggregate or a function with OVER.
struct Folding;

impl Visitor for Folding {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        let name = function.name.to_string().to_lowercase();
        let folds = function.over.is_some() || super::functions::is_aggregate(&name);
        if folds { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The arguments of a function in the one form.
pub(super) fn arguments(args: Vec<FunctionArg>) -> Result<Vec<Expr>, SqlError> {
    use datafusion::sql::sqlparser::ast::FunctionArgExpr;
    let plain = |argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr),
        other => Err(SqlError::unsupported(format!("the argument {other} of a function that makes rows"))),
    };
    args.into_iter().map(plain).collect()
}
