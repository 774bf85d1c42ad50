//! Names in any case: Spark's columns and aliases do not differ by case, DataFusion's do. Every name in a query
//! is written as the tables spell it, or else as the query spells it first.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::arrow::datatypes::{DataType, Fields};
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, OneOrManyWithParens, Query,
    Select, SelectItem, SelectItemQualifiedWildcardKind, TableAlias, TableFactor, Visit, VisitMut, Visitor,
    VisitorMut, WildcardAdditionalOptions,
};

/// How each name is spelled, by its lower case.
#[derive(Debug, Default)]
pub(super) struct Spelling(HashMap<String, String>);

impl Spelling {
    /// The spelling of the tables' columns, nested ones too. The first of several wins.
    pub(super) fn learn_columns(&mut self, fields: &Fields) {
        for field in fields {
            self.learn(field.name());
            self.learn_nested(field.data_type());
        }
    }

    fn learn_nested(&mut self, data_type: &DataType) {
        match data_type {
            DataType::Struct(fields) => self.learn_columns(fields),
            DataType::List(item) | DataType::LargeList(item) | DataType::Map(item, _) => {
                self.learn_nested(item.data_type());
            }
            _ => {}
        }
    }

    pub(super) fn learn(&mut self, name: &str) {
        self.0.entry(name.to_lowercase()).or_insert_with(|| name.to_owned());
    }

    /// How a name is spelled here.
    pub(super) fn of(&self, name: &str) -> Option<&str> {
        self.0.get(&name.to_lowercase()).map(String::as_str)
    }

    /// Spells every name of a query or an expression in one way.
    pub(super) fn apply<T: Visit + VisitMut>(mut self, tree: &mut T) {
        // Neither visitor stops on its way.
        let _: ControlFlow<()> = Visit::visit(tree, &mut Learner(&mut self));
        let _: ControlFlow<()> = VisitMut::visit(tree, &mut Speller(&self));
    }

    fn spell(&self, ident: &mut Ident) {
        if let Some(spelling) = self.of(&ident.value) {
            spelling.clone_into(&mut ident.value);
        }
    }

    fn spell_name(&self, name: &mut ObjectName) {
        for part in &mut name.0 {
            if let ObjectNamePart::Identifier(ident) = part {
                self.spell(ident);
            }
        }
    }

    fn spell_alias(&self, alias: &mut TableAlias) {
        self.spell(&mut alias.name);
        alias.columns.iter_mut().for_each(|column| self.spell(&mut column.name));
    }
}

/// Learns the names that the query makes.
struct Learner<'a>(&'a mut Spelling);

impl Learner<'_> {
    fn alias(&mut self, alias: &TableAlias) {
        self.0.learn(&alias.name.value);
        alias.columns.iter().for_each(|column| self.0.learn(&column.name.value));
    }
}

impl Visitor for Learner<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        ctes.for_each(|cte| self.alias(&cte.alias));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                self.0.learn(&alias.value);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Lambda(lambda) = expr {
            lambda.params.iter().for_each(|parameter| self.0.learn(&parameter.name.value));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let Some(alias) = alias_of(factor) {
            self.alias(alias);
        }
        ControlFlow::Continue(())
    }
}

fn alias_of(factor: &TableFactor) -> Option<&TableAlias> {
    match factor {
        TableFactor::Table { alias, .. }
        | TableFactor::Derived { alias, .. }
        | TableFactor::Function { alias, .. }
        | TableFactor::NestedJoin { alias, .. } => alias.as_ref(),
        _ => None,
    }
}

struct Speller<'a>(&'a Spelling);

impl Speller<'_> {
    fn wildcard(&self, options: &mut WildcardAdditionalOptions) {
        if let Some(except) = &mut options.opt_except {
            self.0.spell(&mut except.first_element);
            except.additional_elements.iter_mut().for_each(|column| self.0.spell(column));
        }
    }

    fn item(&self, item: &mut SelectItem) {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => self.0.spell(alias),
            SelectItem::Wildcard(options) => self.wildcard(options),
            SelectItem::QualifiedWildcard(kind, options) => {
                if let SelectItemQualifiedWildcardKind::ObjectName(name) = kind {
                    self.0.spell_name(name);
                }
                self.wildcard(options);
            }
            _ => {}
        }
    }
}

impl VisitorMut for Speller<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let ctes = query.with.iter_mut().flat_map(|with| &mut with.cte_tables);
        ctes.for_each(|cte| self.0.spell_alias(&mut cte.alias));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        select.projection.iter_mut().for_each(|item| self.item(item));
        let joins = select.from.iter_mut().flat_map(|table| &mut table.joins);
        for join in joins {
            if let Some(JoinConstraint::Using(columns)) = constraint(&mut join.join_operator) {
                for column in columns {
                    self.0.spell_name(column);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, .. } = factor {
            self.0.spell_name(name);
        }
        if let TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. }
        | TableFactor::Function { alias: Some(alias), .. }
        | TableFactor::NestedJoin { alias: Some(alias), .. } = factor
        {
            self.0.spell_alias(alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) => self.0.spell(ident),
            Expr::Lambda(lambda) => match &mut lambda.params {
                OneOrManyWithParens::One(parameter) => self.0.spell(&mut parameter.name),
                OneOrManyWithParens::Many(parameters) => {
                    for parameter in parameters {
                        self.0.spell(&mut parameter.name);
                    }
                }
            },
            Expr::CompoundIdentifier(parts) => parts.iter_mut().for_each(|part| self.0.spell(part)),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn constraint(operator: &mut JoinOperator) -> Option<&mut JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::CrossJoin(constraint) => Some(constraint),
        _ => None,
    }
}
