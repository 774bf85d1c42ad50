//! The catalog and schema that the unqualified names of a text are in, where the platform does not say: what it says that the
//! text reads and calls tells. UNCONFIRMED: in what the platform looks up the names of a function that was made in a session
//! in another schema; where it is the function's own, nothing here finds another.

use clxs_api::{FullName, Identifier};

use super::names::complete;
use crate::rewrite::Rewritten;

/// Catalog and schema.
pub(crate) type Session = (Identifier, Identifier);

/// The session in which the names of a text are what the platform says of them: its own schema unless that cannot be, and
/// another one is.
pub(crate) fn session_of(
    own: Session,
    text: &Rewritten,
    (reads, calls): (&[FullName], &[FullName]),
) -> Session {
    let named = [(&text.relations, reads), (&text.calls, calls)];
    let pairs =
        || named.iter().flat_map(|(names, told)| names.iter().map(move |name| (name.as_slice(), *told)));
    let is_told = |session: &Session, (name, told): (&[Identifier], &[FullName])| {
        complete(name, session).is_some_and(|name| told.iter().any(|told| told.to_lowercase() == name))
    };
    let misread: Vec<_> = pairs().filter(|pair| !is_told(&own, *pair)).collect();
    let others =
        misread.iter().flat_map(|(name, told)| told.iter().filter_map(|told| session_for(name, told, &own)));
    let fits = |session: &Session| {
        // What its own schema explains must not get lost, and what it does not must be explained.
        let explained = pairs().filter(|pair| is_told(&own, *pair)).all(|pair| is_told(session, pair));
        let is_better = |pair: &(&[Identifier], &[FullName])| {
            let may_be_told = pair.1.iter().any(|told| session_for(pair.0, told, &own).is_some());
            !may_be_told || is_told(session, *pair)
        };
        explained && misread.iter().all(is_better)
    };
    others.into_iter().find(fits).unwrap_or(own)
}

/// The session in which a short name is this one; nothing where it ends otherwise.
fn session_for(name: &[Identifier], told: &FullName, own: &Session) -> Option<Session> {
    let told = told.to_lowercase();
    let parts = told.parts();
    let short = parts.len().checked_sub(name.len())?;
    let ends_alike = parts[short..].iter().zip(name).all(|(told, name)| told.matches(name.as_str()));
    match (parts, short) {
        ([catalog, schema, _], 2) if ends_alike => Some((catalog.clone(), schema.clone())),
        ([catalog, ..], 1) if ends_alike => Some((catalog.clone(), own.1.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::rewrite;

    fn session(text: &str, reads: &[&str]) -> String {
        let name = |text: &&str| FullName::from_dotted(text).unwrap();
        let identifier = |text| Identifier::new(text).unwrap();
        let catalog = identifier("c");
        let reads: Vec<_> = reads.iter().map(name).collect();
        let text = rewrite(text, &catalog, &catalog);
        let (catalog, schema) = session_of((catalog, identifier("own")), &text, (&reads, &[]));
        format!("{}.{}", catalog.as_str(), schema.as_str())
    }

    #[test]
    fn session_is_that_in_which_names_are_what_they_are_told_to_be() {
        for (text, reads, wanted) in [
            ("SELECT * FROM t", &["c.own.t"][..], "c.own"),
            ("SELECT * FROM t", &["c.a.t"], "c.a"),
            ("SELECT * FROM T JOIN u", &["o.a.t", "o.a.u"], "o.a"),
            ("SELECT * FROM a.t", &["o.a.t"], "o.own"),
            ("SELECT * FROM t", &[], "c.own"),
            // The name of a common table expression is no table's.
            ("WITH t AS (SELECT * FROM c.a.t) SELECT * FROM t JOIN x", &["c.a.t", "c.own.x"], "c.own"),
            ("WITH x AS (SELECT 1) SELECT * FROM x JOIN t", &["c.a.t"], "c.a"),
            ("SELECT * FROM t JOIN u", &["c.a.t", "c.b.u"], "c.own"),
        ] {
            assert_eq!(session(text, reads), wanted, "{text}");
        }
    }
}
