//! Which names are common table expressions at a place of a query.

use std::ptr;

use datafusion::sql::sqlparser::ast::Query;

/// The queries around the place that a visitor is at, outermost first.
#[derive(Default)]
pub(super) struct Scopes(Vec<Scope>);

struct Scope {
    /// The query itself, to be recognised as the definition of a name; never followed.
    query: *const Query,
    /// The names of its WITH, in order.
    names: Vec<String>,
    /// The queries that define them.
    definitions: Vec<*const Query>,
    recursive: bool,
    /// How many of the names can be seen: a definition sees those before it.
    visible: usize,
}

impl Scopes {
    pub(super) fn enter(&mut self, query: &Query) {
        let place = ptr::from_ref(query);
        if let Some(around) = self.0.last_mut()
            && let Some(index) = around.definitions.iter().position(|definition| *definition == place)
        {
            around.visible = index + usize::from(around.recursive);
        }
        let tables = query.with.as_ref().map(|with| with.cte_tables.as_slice()).unwrap_or_default();
        self.0.push(Scope {
            query: place,
            names: tables.iter().map(|table| table.alias.name.value.to_lowercase()).collect(),
            definitions: tables.iter().map(|table| ptr::from_ref(table.query.as_ref())).collect(),
            recursive: query.with.as_ref().is_some_and(|with| with.recursive),
            visible: tables.len(),
        });
    }

    pub(super) fn leave(&mut self, query: &Query) {
        let left = self.0.pop().map(|scope| scope.query);
        debug_assert_eq!(left, Some(ptr::from_ref(query)), "queries are left in the order they were entered");
        if let Some(around) = self.0.last_mut() {
            around.visible = around.names.len();
        }
    }

    /// Whether `name` is a common table expression here.
    pub(super) fn holds(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.0.iter().any(|scope| scope.names[..scope.visible].contains(&name))
    }
}
