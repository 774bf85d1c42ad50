//! The functions that a query calls, so that those without Spark's meaning can be refused.

use std::ops::{ControlFlow, Range};

use datafusion::sql::sqlparser::ast::{Expr, ObjectName, Spanned, TableFactor, Visit, Visitor};

use crate::sql::lexer;

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionCall {
    /// The parts of the name in lower case.
    pub(crate) name: Vec<String>,
    /// Where the name stands in the statement, in bytes.
    pub(crate) range: Range<usize>,
    /// Whether it stands in FROM.
    pub(crate) in_from: bool,
}

/// Every function that `tree` calls, in the order of the text; those with a syntax of their own, such as
/// `EXTRACT(… FROM …)`, too.
pub(crate) fn called_functions(tree: &impl Visit) -> Vec<FunctionCall> {
    let mut calls = Calls(Vec::new());
    match tree.visit(&mut calls) {
        ControlFlow::Continue(()) => calls.0,
        ControlFlow::Break(never) => match never {},
    }
}

struct Calls(Vec<FunctionCall>);

impl Visitor for Calls {
    type Break = std::convert::Infallible;

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Self::Break> {
        match expression {
            Expr::Function(function) => self.named(&function.name, false),
            other => {
                if let Some(name) = special(other) {
                    let range = lexer::range(other.span());
                    self.0.push(FunctionCall { name: vec![name.to_owned()], range, in_from: false });
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        if let TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } = factor {
            self.named(name, true);
        }
        ControlFlow::Continue(())
    }
}

impl Calls {
    fn named(&mut self, name: &ObjectName, in_from: bool) {
        let range = lexer::range(name.span());
        let part = |ident: &datafusion::sql::sqlparser::ast::Ident| ident.value.to_lowercase();
        let name = name.0.iter().filter_map(|name| name.as_ident()).map(part).collect();
        self.0.push(FunctionCall { name, range, in_from });
    }
}

/// The name of a function that the syntax tree holds as a form of its own.
fn special(expression: &Expr) -> Option<&'static str> {
    Some(match expression {
        Expr::Extract { .. } => "extract",
        Expr::Ceil { .. } => "ceil",
        Expr::Floor { .. } => "floor",
        Expr::Position { .. } => "position",
        Expr::Substring { .. } => "substring",
        Expr::Trim { .. } => "trim",
        Expr::Overlay { .. } => "overlay",
        Expr::Convert { .. } => "convert",
        Expr::Array(_) => "array",
        Expr::Struct { .. } => "struct",
        Expr::Map(_) => "map",
        _ => return None,
    })
}
