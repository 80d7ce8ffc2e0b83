//! Metadata for machines.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::FieldMetadata;

/// The fields, what concerns callees too, and the names of all functions that are reached.
impl Serialize for FieldMetadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reached = Vec::new();
        self.walk(&mut |field| {
            if !field.is(self) {
                reached.push(format!("{}::{}", field.module, field.name));
            }
        });
        let sites: Vec<_> = self.sites().collect();
        let mut out = serializer.serialize_struct("FieldMetadata", 14)?;
        out.serialize_field("name", self.name)?;
        out.serialize_field("module", self.module)?;
        out.serialize_field("file", self.file)?;
        out.serialize_field("line", &self.line)?;
        out.serialize_field("policy", &self.policy)?;
        out.serialize_field("definability", &self.definability)?;
        out.serialize_field("class", &self.class())?;
        out.serialize_field("sites", &sites)?;
        out.serialize_field("obligations", self.obligations)?;
        out.serialize_field("cost_bound", &self.cost_bound)?;
        out.serialize_field("total_cost_bound", &self.total_cost_bound())?;
        out.serialize_field("verdict", &self.verdict())?;
        out.serialize_field("total_obligations", &self.total_obligations())?;
        out.serialize_field("reached", &reached)?;
        out.end()
    }
}
