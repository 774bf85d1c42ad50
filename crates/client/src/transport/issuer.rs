//! Reads the issuer's name from a certificate (RFC 5280 §4.1), for messages alone.

/// Tags of DER (X.690).
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// The version of a certificate, which old ones do not have.
const VERSION: u8 = 0xA0;

/// The parts of names that people know, by the last byte of `2.5.4.x`.
const PARTS: [(u8, &str); 3] = [(3, "CN"), (10, "O"), (11, "OU")];

/// Who issued a certificate: `CN=…, O=…`, in the certificate's order.
pub(super) fn issuer(certificate: &[u8]) -> Option<String> {
    let certificate = Reader(certificate).expect(SEQUENCE)?;
    let mut fields = Reader(Reader(certificate).expect(SEQUENCE)?);
    let (tag, _) = fields.next()?;
    if tag == VERSION {
        fields.next()?;
    }
    // The algorithm of the signature stands between the serial number and the issuer.
    fields.expect(SEQUENCE)?;
    let name = parts(fields.expect(SEQUENCE)?);
    (!name.is_empty()).then(|| name.join(", "))
}

fn parts(name: &[u8]) -> Vec<String> {
    let mut shown = Vec::new();
    let mut sets = Reader(name);
    while let Some(set) = sets.expect(SET) {
        let mut pairs = Reader(set);
        while let Some(pair) = pairs.expect(SEQUENCE) {
            shown.extend(part(pair));
        }
    }
    shown
}

fn part(pair: &[u8]) -> Option<String> {
    let mut fields = Reader(pair);
    let [0x55, 0x04, kind] = fields.expect(OBJECT_IDENTIFIER)? else { return None };
    let (_, label) = PARTS.iter().find(|(own, _)| own == kind)?;
    let (_, value) = fields.next()?;
    let value: String = String::from_utf8_lossy(value).chars().filter(|char| !char.is_control()).collect();
    Some(format!("{label}={value}"))
}

/// Reads values of DER one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value, with its tag.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F).min(4))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }

    /// The next value, if it has this tag.
    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(own, _)| *own == tag).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_that_are_no_certificate_have_no_issuer_and_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            issuer(&bytes);
            let mut sequence = vec![SEQUENCE, 0x81, u8::try_from(bytes.len()).unwrap()];
            sequence.extend(&bytes);
            issuer(&sequence);
        }
    }
}
