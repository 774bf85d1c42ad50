//! Spark's `hash` (Murmur 3 with 32 bits) and `xxhash64`: each value is hashed with the hash of those before it as
//! the seed, and null leaves the seed as it is.

use datafusion::common::ScalarValue;

use crate::sql::SqlError;
use crate::sql::execute::query::udf::row::listed;

const SEED: u32 = 42;

pub(super) fn murmur(values: &[ScalarValue]) -> Result<i32, SqlError> {
    let hash = values.iter().try_fold(SEED, |seed, value| folded(value, seed, &Murmur))?;
    Ok(hash.cast_signed())
}

pub(super) fn xxhash(values: &[ScalarValue]) -> Result<i64, SqlError> {
    let hash = values.iter().try_fold(u64::from(SEED), |seed, value| folded(value, seed, &XxHash))?;
    Ok(hash.cast_signed())
}

trait Hash {
    type Seed: Copy;
    fn int(&self, value: i32, seed: Self::Seed) -> Self::Seed;
    fn long(&self, value: i64, seed: Self::Seed) -> Self::Seed;
    fn bytes(&self, value: &[u8], seed: Self::Seed) -> Self::Seed;
}

fn folded<H: Hash>(value: &ScalarValue, seed: H::Seed, hash: &H) -> Result<H::Seed, SqlError> {
    if value.is_null() {
        return Ok(seed);
    }
    Ok(match value {
        ScalarValue::Boolean(Some(truth)) => hash.int((*truth).into(), seed),
        ScalarValue::Int8(Some(number)) => hash.int((*number).into(), seed),
        ScalarValue::Int16(Some(number)) => hash.int((*number).into(), seed),
        ScalarValue::Int32(Some(number)) | ScalarValue::Date32(Some(number)) => hash.int(*number, seed),
        ScalarValue::Int64(Some(number)) | ScalarValue::TimestampMicrosecond(Some(number), _) => {
            hash.long(*number, seed)
        }
        ScalarValue::Float32(Some(number)) => hash.int((number + 0.0).to_bits().cast_signed(), seed),
        ScalarValue::Float64(Some(number)) => hash.long((number + 0.0).to_bits().cast_signed(), seed),
        ScalarValue::Decimal128(Some(number), precision, _) => match i64::try_from(*number) {
            Ok(number) if *precision <= 18 => hash.long(number, seed),
            _ => hash.bytes(shortest(&number.to_be_bytes()), seed),
        },
        ScalarValue::Utf8(Some(text)) => hash.bytes(text.as_bytes(), seed),
        ScalarValue::Binary(Some(bytes)) => hash.bytes(bytes, seed),
        ScalarValue::List(list) => {
            let items = listed(&list.as_ref().value(0))?;
            items.iter().try_fold(seed, |seed, item| folded(item, seed, hash))?
        }
        ScalarValue::Struct(fields) => {
            let mut seed = seed;
            for column in fields.columns() {
                for field in listed(column)? {
                    seed = folded(&field, seed, hash)?;
                }
            }
            seed
        }
        other => return Err(SqlError::unsupported(format!("a hash of {}", other.data_type()))),
    })
}

/// As Java's `BigInteger` writes it: without bytes that only repeat the sign.
fn shortest(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let [first, rest @ ..] = bytes {
        let repeats = rest.first().is_some_and(|next| match first {
            0 => *next < 0x80,
            0xFF => *next >= 0x80,
            _ => false,
        });
        if !repeats {
            break;
        }
        bytes = rest;
    }
    bytes
}

struct Murmur;

impl Murmur {
    fn mixed(hash: u32, word: u32) -> u32 {
        let word = word.wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593);
        (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xE654_6B64)
    }

    fn finished(hash: u32, length: u32) -> u32 {
        let hash = hash ^ length;
        let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
        let hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
        hash ^ (hash >> 16)
    }
}

impl Hash for Murmur {
    type Seed = u32;

    fn int(&self, value: i32, seed: u32) -> u32 {
        Self::finished(Self::mixed(seed, value.cast_unsigned()), 4)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the lower and the upper half are mixed in"
    )]
    fn long(&self, value: i64, seed: u32) -> u32 {
        let low = Self::mixed(seed, value as u32);
        Self::finished(Self::mixed(low, (value >> 32) as u32), 8)
    }

    /// Spark mixes in the bytes behind the last whole word one by one, each with its sign.
    fn bytes(&self, value: &[u8], seed: u32) -> u32 {
        let (words, tail) = value.as_chunks::<4>();
        let hash = words.iter().fold(seed, |hash, word| Self::mixed(hash, u32::from_le_bytes(*word)));
        let signed = |byte: &u8| i32::from(byte.cast_signed()).cast_unsigned();
        let hash = tail.iter().fold(hash, |hash, byte| Self::mixed(hash, signed(byte)));
        Self::finished(hash, u32::try_from(value.len()).unwrap_or(u32::MAX))
    }
}

struct XxHash;

const PRIME_1: u64 = 0x9E37_79B1_85EB_CA87;
const PRIME_2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const PRIME_3: u64 = 0x1656_67B1_9E37_79F9;
const PRIME_4: u64 = 0x85EB_CA77_C2B2_AE63;
const PRIME_5: u64 = 0x27D4_EB2F_1656_67C5;

impl XxHash {
    fn round(lane: u64, word: u64) -> u64 {
        lane.wrapping_add(word.wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1)
    }

    fn mixed(hash: u64, word: u64) -> u64 {
        (hash ^ Self::round(0, word)).rotate_left(27).wrapping_mul(PRIME_1).wrapping_add(PRIME_4)
    }

    fn mixed_half(hash: u64, word: u32) -> u64 {
        let hash = hash ^ u64::from(word).wrapping_mul(PRIME_1);
        hash.rotate_left(23).wrapping_mul(PRIME_2).wrapping_add(PRIME_3)
    }

    fn finished(hash: u64) -> u64 {
        let hash = (hash ^ (hash >> 33)).wrapping_mul(PRIME_2);
        let hash = (hash ^ (hash >> 29)).wrapping_mul(PRIME_3);
        hash ^ (hash >> 32)
    }

    /// The hash of the blocks of 32 bytes, which have four lanes.
    fn of_blocks(blocks: &[[u8; 32]], seed: u64) -> u64 {
        let mut lanes = [
            seed.wrapping_add(PRIME_1).wrapping_add(PRIME_2),
            seed.wrapping_add(PRIME_2),
            seed,
            seed.wrapping_sub(PRIME_1),
        ];
        for block in blocks {
            for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                *lane = Self::round(*lane, u64::from_le_bytes(*word));
            }
        }
        let [a, b, c, d] = lanes;
        let hash = a.rotate_left(1).wrapping_add(b.rotate_left(7));
        let hash = hash.wrapping_add(c.rotate_left(12)).wrapping_add(d.rotate_left(18));
        lanes.iter().fold(hash, |hash, lane| {
            (hash ^ Self::round(0, *lane)).wrapping_mul(PRIME_1).wrapping_add(PRIME_4)
        })
    }
}

impl Hash for XxHash {
    type Seed = u64;

    fn int(&self, value: i32, seed: u64) -> u64 {
        let hash = seed.wrapping_add(PRIME_5).wrapping_add(4);
        Self::finished(Self::mixed_half(hash, value.cast_unsigned()))
    }

    fn long(&self, value: i64, seed: u64) -> u64 {
        let hash = seed.wrapping_add(PRIME_5).wrapping_add(8);
        Self::finished(Self::mixed(hash, value.cast_unsigned()))
    }

    fn bytes(&self, value: &[u8], seed: u64) -> u64 {
        let (blocks, rest) = value.as_chunks::<32>();
        let hash = if blocks.is_empty() { seed.wrapping_add(PRIME_5) } else { Self::of_blocks(blocks, seed) };
        let hash = hash.wrapping_add(value.len() as u64);
        let (words, rest) = rest.as_chunks::<8>();
        let hash = words.iter().fold(hash, |hash, word| Self::mixed(hash, u64::from_le_bytes(*word)));
        let (halves, rest) = rest.as_chunks::<4>();
        let hash = halves.iter().fold(hash, |hash, half| Self::mixed_half(hash, u32::from_le_bytes(*half)));
        let hash = rest.iter().fold(hash, |hash, byte| {
            (hash ^ u64::from(*byte).wrapping_mul(PRIME_5)).rotate_left(11).wrapping_mul(PRIME_1)
        });
        Self::finished(hash)
    }
}
