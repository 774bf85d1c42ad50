//! Delta tables on disk.

pub(crate) mod schema {
    //! The types of table schemas: the kernel's, named in this one place.
    pub(crate) use delta_kernel::schema::{
        ArrayType, DataType, MapType, MetadataValue, PrimitiveType, StructField, StructType,
    };
}
