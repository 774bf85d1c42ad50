//! Where deletion vectors lie (Delta protocol, "Deletion Vector Descriptor Schema").

use std::io::Write as _;
use std::path::{Path, PathBuf};

use delta_kernel::actions::deletion_vector::DeletionVectorDescriptor;
use delta_kernel::actions::deletion_vector_writer::{KernelDeletionVector, StreamingDeletionVectorWriter};
use delta_kernel::{KernelError, KernelResult};
use uuid::Uuid;

use super::action::DeletionVector;
use super::durable::sync_together;
use super::error::DeltaError;
use super::location::{TableLocation, file_uri};

const Z85: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// The file of a deletion vector; `None` when it is inline.
///
/// # Errors
/// [`DeltaError::Kernel`] when the descriptor is not valid.
pub(super) fn file(location: &TableLocation, vector: &DeletionVector) -> Result<Option<PathBuf>, DeltaError> {
    if vector.storage_type == "p" {
        return location.resolve(&vector.path_or_inline_dv).map(Some);
    }
    let url = descriptor(vector)
        .and_then(|descriptor| {
            descriptor
                .absolute_path(&location.url().map_err(|error| KernelError::generic(error.to_string()))?)
        })
        .map_err(DeltaError::kernel(location))?;
    // The path in a URL is percent-encoded, as those of the log are.
    url.map(|url| location.resolve(url.path())).transpose()
}

fn descriptor(vector: &DeletionVector) -> KernelResult<DeletionVectorDescriptor> {
    DeletionVectorDescriptor::try_new(
        vector.storage_type.parse()?,
        vector.path_or_inline_dv.clone(),
        vector.offset,
        vector.size_in_bytes,
        vector.cardinality,
    )
}

/// The same deletion vector for a table elsewhere: by its absolute path.
///
/// # Errors
/// Those of `file`.
pub(super) fn absolute(
    location: &TableLocation,
    vector: DeletionVector,
) -> Result<DeletionVector, DeltaError> {
    Ok(match file(location, &vector)? {
        Some(file) => {
            DeletionVector { storage_type: "p".to_owned(), path_or_inline_dv: file_uri(&file), ..vector }
        }
        None => vector,
    })
}

/// The same deletion vector for a table into which its file is copied: by its UUID.
pub(super) fn relative(vector: DeletionVector, file: &Path) -> DeletionVector {
    if vector.storage_type != "p" {
        return vector;
    }
    let uuid = z85(uuid_of(file).as_bytes());
    DeletionVector { storage_type: "u".to_owned(), path_or_inline_dv: uuid, ..vector }
}

/// The UUID at the end of the name; of another name, one that it determines.
fn uuid_of(file: &Path) -> Uuid {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let uuid = name.len().checked_sub(36).and_then(|at| name.get(at..)).and_then(|tail| tail.parse().ok());
    uuid.unwrap_or_else(|| {
        let path = file.to_string_lossy();
        Uuid::from_u64_pair(stable_hash(&path), stable_hash(&format!("{path}.")))
    })
}

/// FNV-1a: the same on every machine and in every version.
pub(super) fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The Z85 text of bytes, four at a time.
fn z85(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(20);
    for chunk in bytes.chunks_exact(4) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        for power in [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1] {
            text.push(char::from(Z85[(number / power % 85) as usize]));
        }
    }
    text
}

/// A new file of deletion vectors.
#[derive(Debug)]
pub(super) struct DeletionVectorFile {
    uuid: Uuid,
    bytes: Vec<u8>,
}

impl Default for DeletionVectorFile {
    fn default() -> Self {
        Self { uuid: Uuid::new_v4(), bytes: Vec::new() }
    }
}

impl DeletionVectorFile {
    /// Adds the vector of some rows.
    pub(super) fn add<'a>(&mut self, rows: impl Iterator<Item = &'a u64>) -> KernelResult<DeletionVector> {
        let mut vector = KernelDeletionVector::new();
        vector.add_deleted_row_indexes::<_, &u64>(rows);
        let mut bytes = Vec::new();
        let mut writer = StreamingDeletionVectorWriter::new(&mut bytes);
        let written = writer.write_deletion_vector(vector)?;
        writer.finalize()?;
        // Each writer begins with the byte of the version, which a file has once.
        let shift = if self.bytes.is_empty() { 0 } else { self.bytes.len() - 1 };
        self.bytes.extend_from_slice(if shift == 0 { &bytes } else { &bytes[1..] });
        let offset = i32::try_from(shift).ok().and_then(|shift| written.offset.checked_add(shift));
        Ok(DeletionVector {
            storage_type: "u".to_owned(),
            path_or_inline_dv: z85(self.uuid.as_bytes()),
            offset: Some(offset.ok_or_else(|| KernelError::generic("deletion vectors beyond 2 GiB"))?),
            size_in_bytes: written.size_in_bytes,
            cardinality: written.cardinality,
        })
    }

    /// Writes the file, durably; none when there is no vector.
    pub(super) fn write(&self, location: &TableLocation) -> Result<(), DeltaError> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let path = location.path().join(format!("deletion_vector_{}.bin", self.uuid));
        fs_err::File::create_new(&path)
            .and_then(|mut file| file.write_all(&self.bytes))
            .and_then(|()| sync_together(&[path, location.path().to_owned()]))
            .map_err(DeltaError::io(location))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(storage_type: &str, path: &str) -> DeletionVector {
        DeletionVector {
            storage_type: storage_type.to_owned(),
            path_or_inline_dv: path.to_owned(),
            offset: (storage_type != "i").then_some(1),
            size_in_bytes: 36,
            cardinality: 2,
        }
    }

    #[test]
    fn a_relative_vector_becomes_absolute_and_relative_again() {
        // The example of the protocol.
        let table = TableLocation::new("/a table").unwrap();
        let original = vector("u", "ab^-aqEH.-t@S}K{vb[*k^");
        let file = file(&table, &original).unwrap().unwrap();
        assert_eq!(file, Path::new("/a table/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin"));

        let absolute = absolute(&table, original).unwrap();
        assert_eq!(
            (absolute.storage_type.as_str(), absolute.path_or_inline_dv.as_str()),
            ("p", "file:///a%20table/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin")
        );
        let relative = relative(absolute, &file);
        assert_eq!(
            (relative.storage_type.as_str(), relative.path_or_inline_dv.as_str()),
            ("u", "^-aqEH.-t@S}K{vb[*k^")
        );
    }

    #[test]
    fn an_inline_vector_has_no_file() {
        let table = TableLocation::new("/t").unwrap();
        let inline = vector("i", "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L");
        assert_eq!(file(&table, &inline).unwrap(), None);
        assert_eq!(absolute(&table, inline.clone()).unwrap(), inline);
    }

    #[test]
    fn a_name_without_uuid_gives_the_same_one_each_time() {
        let file = Path::new("/t/vectors.bin");
        assert_eq!(uuid_of(file), uuid_of(file));
        assert_ne!(uuid_of(file), uuid_of(Path::new("/u/vectors.bin")));
    }
}
