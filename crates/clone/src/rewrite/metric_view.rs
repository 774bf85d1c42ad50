//! Rewrites the definition of a metric view, which is YAML with names and SQL in some of its scalars
//! (docs.databricks.com, "Metric view YAML syntax reference").
//!
//! Only those scalars change, by the rules for SQL, and every other byte stays: comments, display names, layout. What
//! was written is read again, and unless each scalar is what it should be, nothing is rewritten at all.

use clxs_api::Identifier;

use super::lexer::lex;
use super::yaml::{Scalar, scalars};
use super::{Mention, Needle, Rewritten, rewrite};

/// What the scalar of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The name of a relation, or a query.
    Relation,
    /// An expression.
    Expression,
    /// Words for people.
    Text,
    /// Nobody knows.
    Unknown,
}

/// Makes every name of the catalog `source` in a definition one of the catalog `destination`.
///
/// # Errors
/// Why it cannot be proven that the result reads what it should.
pub(super) fn rewrite_metric_view(
    text: &str,
    source: &Identifier,
    destination: &Identifier,
) -> Result<Rewritten, String> {
    let before = scalars(text).map_err(|problem| format!("its YAML has {problem}"))?;
    let mut rewritten = Rewritten { text: text.to_owned(), ..Rewritten::default() };
    let mut wanted: Vec<String> = before.iter().map(|scalar| scalar.value.clone()).collect();
    for (index, scalar) in before.iter().enumerate().rev() {
        let own = of_scalar(scalar, source, destination)?;
        if own.text != scalar.value {
            wanted[index].clone_from(&own.text);
            rewritten.text = with_value(&rewritten.text, scalar, &own.text, &wanted, |raw| {
                role(&scalar.path).rewrite(raw, source, destination).text
            })
            .ok_or_else(|| format!("line {}: nobody can write {} anew", scalar.line, own.text))?;
        }
        rewritten.relations.splice(0..0, own.relations);
        rewritten.calls.splice(0..0, own.calls);
        rewritten.mentions.splice(0..0, own.mentions);
    }
    Ok(rewritten)
}

/// Whether two definitions say the same, however they are laid out: the platform takes comments out of those of
/// version 1.1 and may write the rest anew.
pub(super) fn is_same_metric_view(one: &str, other: &str) -> bool {
    let says = |text| {
        let found = scalars(text).ok()?;
        Some(found.into_iter().map(|Scalar { path, value, .. }| (path, value)).collect::<Vec<_>>())
    };
    one.trim() == other.trim() || says(one).is_some_and(|said| says(other) == Some(said))
}

fn role(path: &[String]) -> Role {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let in_join = path.iter().filter(|key| **key == "joins").count() + 1 == path.len();
    match path.as_slice() {
        [.., "source"] if in_join => Role::Relation,
        ["filter"] | ["dimensions" | "fields" | "measures", "expr"] => Role::Expression,
        [.., "on"] if in_join && path.len() > 1 => Role::Expression,
        [.., "comment" | "description" | "display_name" | "name" | "synonyms" | "version"] => Role::Text,
        _ => Role::Unknown,
    }
}

impl Role {
    fn rewrite(self, text: &str, source: &Identifier, destination: &Identifier) -> Rewritten {
        if self == Self::Relation && !is_query(text) {
            let mut named = rewrite(&format!("FROM {text}"), source, destination);
            named.text.drain(.."FROM ".len());
            return named;
        }
        rewrite(text, source, destination)
    }
}

fn is_query(text: &str) -> bool {
    let lexed = lex(text).map(|lexed| lexed.tokens).unwrap_or_default();
    let begins = |keyword| lexed.first().is_some_and(|token| token.is_keyword(keyword));
    text.trim_start().starts_with('(')
        || ["SELECT", "WITH", "FROM", "TABLE", "VALUES"].into_iter().any(begins)
}

fn of_scalar(scalar: &Scalar, source: &Identifier, destination: &Identifier) -> Result<Rewritten, String> {
    let Scalar { path, value, line, .. } = scalar;
    let role = role(path);
    let key = path.join(".");
    if matches!(role, Role::Text | Role::Unknown) {
        let names_it = Needle::of(source).is_in(&value.to_lowercase());
        if names_it && role == Role::Unknown {
            return Err(format!("line {line}: {key} names the source, and nobody knows what it is for"));
        }
        let message = format!("{key} names the source; it was not rewritten");
        let mentions = if names_it { vec![Mention { line: *line, message }] } else { Vec::new() };
        return Ok(Rewritten { text: value.clone(), mentions, ..Rewritten::default() });
    }
    if let Err(problem) = lex(value) {
        return Err(format!("line {line}: {key} is not SQL that can be read ({problem})"));
    }
    let mut own = role.rewrite(value, source, destination);
    for mention in &mut own.mentions {
        mention.line += line - 1;
    }
    Ok(own)
}

/// The document with another value for one of its scalars, in the layout that it had or else in quotes; `wanted` are
/// the values that all must have then.
fn with_value(
    text: &str,
    scalar: &Scalar,
    value: &str,
    wanted: &[String],
    by_tokens: impl Fn(&str) -> String,
) -> Option<String> {
    let raw = &text[scalar.range.clone()];
    let in_place = raw
        .find(&scalar.value)
        .map(|start| [&raw[..start], value, &raw[start + scalar.value.len()..]].concat());
    let quoted = serde_json::to_string(value).ok();
    let candidates = in_place.into_iter().chain([by_tokens(raw)]).chain(quoted);
    candidates
        .map(|raw| [&text[..scalar.range.start], &raw, &text[scalar.range.end..]].concat())
        .find(|text| scalars(text).is_ok_and(|found| found.iter().map(|found| &found.value).eq(wanted)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn to_dev(text: &str) -> Result<Rewritten, String> {
        rewrite_metric_view(text, &Identifier::new("prod").unwrap(), &Identifier::new("dev").unwrap())
    }

    fn names(names: &[Vec<Identifier>]) -> Vec<String> {
        names.iter().map(|parts| parts.iter().map(Identifier::as_str).collect::<Vec<_>>().join(".")).collect()
    }

    const SALES: &str = r#"
# prod.sales is where it comes from
version: 1.1
comment: "Sales of prod.sales"
source: prod.sales.orders   # the facts
filter: day > '2020-01-01' AND prod.sales.is_open(state)
joins:
  - name: customer
    source: '`PROD`.sales.customers'
    on: source.customer_id = customer.id
    joins:
      - name: nation
        source: |
          SELECT id, name  -- of prod.geo
          FROM prod.geo.nations
          WHERE name <> 'prod.geo.x'
        using: [nation_id]
dimensions:
  - name: prod
    expr: prod.address.city
    display_name: City in prod.address
    synonyms: ['prod.a', town]
  - name: rank
    expr: >-
      CASE WHEN amount >
      (SELECT avg(amount) FROM prod.sales.orders) THEN 1 END
measures:
  - name: total
    expr: "SUM(amount) FILTER (WHERE `day` > \"2020\")"
    format: {type: currency, currency_code: USD}
"#;

    #[test]
    fn names_and_sql_change_and_every_other_byte_stays() {
        let rewritten = to_dev(SALES).unwrap();
        let wanted = SALES
            .replace("source: prod.sales.orders", "source: dev.sales.orders")
            .replace("AND prod.sales.is_open", "AND dev.sales.is_open")
            .replace("'`PROD`.sales.customers'", "'`dev`.sales.customers'")
            .replace("FROM prod.geo.nations", "FROM dev.geo.nations")
            .replace("FROM prod.sales.orders)", "FROM dev.sales.orders)");
        assert_eq!(rewritten.text, wanted);
        assert_eq!(
            names(&rewritten.relations),
            ["prod.sales.orders", "PROD.sales.customers", "prod.geo.nations", "prod.sales.orders"]
        );
        assert!(names(&rewritten.calls).contains(&"prod.sales.is_open".to_owned()));
        let lines: Vec<_> = rewritten.mentions.iter().map(|mention| mention.line).collect();
        assert_eq!(lines, [4, 16, 21, 22], "{:#?}", rewritten.mentions);
        assert_eq!(to_dev(&rewritten.text).unwrap().text, rewritten.text);
    }

    #[test]
    fn value_that_cannot_keep_its_layout_is_written_in_quotes() {
        let text = "version: 0.1\nsource: \"\\x70rod.s.t\"\nmeasures: [{name: n, expr: count(1)}]\n";
        assert_eq!(to_dev(text).unwrap().text, text.replace("\\x70rod", "dev"));
    }

    #[test]
    fn destination_that_needs_backticks_is_quoted_for_yaml_too() {
        let (prod, dev) = (Identifier::new("prod").unwrap(), Identifier::new("my-dev").unwrap());
        let text = rewrite_metric_view("source: prod.s.t\n", &prod, &dev).unwrap().text;
        assert_eq!(text, "source: \"`my-dev`.s.t\"\n");
    }

    #[test]
    fn shapes_that_nobody_can_prove_are_refused_with_the_reason() {
        for (text, reason) in [
            ("source: &a prod.s.t\njoins: [{name: b, source: *a}]", "an alias"),
            ("source: !x prod.s.t", "a tag"),
            ("source: prod.s.t\n---\nsource: prod.s.t", "2 documents"),
            ("source: prod.s.t\nsource: prod.s.u", "for the second time"),
            ("source: prod.s.t\nparameters: [{name: p, default: prod.s.u}]", "nobody knows what it is for"),
            ("source: prod.s.t\nfilter: a = 'b", "not SQL that can be read"),
            ("source: [prod.s.t", "its YAML has"),
        ] {
            let problem = to_dev(text).unwrap_err();
            assert!(problem.contains(reason), "{text}: {problem}");
        }
    }

    #[test]
    fn layout_and_comments_make_no_other_definition() {
        let own = "version: 0.1\nsource: dev.s.t # facts\nfilter: 'a > 1'\n";
        assert!(is_same_metric_view(own, "\nversion: 0.1\n\nsource: \"dev.s.t\"\nfilter: a > 1"));
        assert!(!is_same_metric_view(own, "version: 0.1\nsource: dev.s.u\nfilter: a > 1"));
        assert!(!is_same_metric_view(own, "version: 0.1\nsource: dev.s.t\nfilter: ["));
    }

    proptest! {
        #[test]
        fn any_text_is_rewritten_without_another_value_or_refused(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "source: prod.s.t", "source: |\n  SELECT 1 FROM prod.s.t", "filter: prod.s.f(x) > 1",
                    "comment: prod.s.t", "measures:\n  - name: a\n    expr: sum(x)", "joins:\n  - source: \"prod.s.u\"",
                    "# prod.s.t", "  ", "x: [prod, s]", "on: 'prod.s.t'", "source: >\n  prod.s.t\n\n", "a: |-\n\n  b",
                ]),
                0..8,
            ),
        ) {
            let text = parts.join("\n");
            let Ok(rewritten) = to_dev(&text) else { return Ok(()) };
            let (before, after) = (scalars(&text).unwrap(), scalars(&rewritten.text).unwrap());
            prop_assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(&after) {
                prop_assert_eq!(&before.path, &after.path);
                let is_sql = matches!(role(&before.path), Role::Relation | Role::Expression);
                prop_assert!(is_sql || before.value == after.value);
                prop_assert!(!is_sql || !after.value.contains("prod.s."), "{}", after.value);
            }
        }
    }
}
