//! Registered models of a case, and what one sees of them.

use std::fmt::Write as _;

use clxs_api::FullName;
use clxs_api::model::CreateRegisteredModel;
use clxs_api::model_version::CreateModelVersion;
use clxs_client::FileRoot;
use futures::TryStreamExt;

use super::observed::Facts;
use crate::catalogs::{identifier, name};
use crate::embedded::Fixture;

const MODEL: &str = "churn";
const FILES: [&str; 2] = ["MLmodel", "data/été.pkl"];

/// Makes a model with so many versions and an alias of the newest.
pub(super) async fn make(fixture: &Fixture, catalog: &str, schema: &str, versions: u8) {
    let model = CreateRegisteredModel {
        catalog_name: catalog.into(),
        schema_name: schema.into(),
        name: MODEL.into(),
        ..CreateRegisteredModel::default()
    };
    fixture.client.create_model(&model).await.unwrap();
    for _ in 0..versions {
        register(fixture, catalog, schema).await;
    }
}

/// Registers a further version, and leads the alias to it.
pub(super) async fn register(fixture: &Fixture, catalog: &str, schema: &str) {
    let (client, model) = (&fixture.client, name(&format!("{catalog}.{schema}.{MODEL}")));
    let version = CreateModelVersion {
        name: model.dotted(),
        source: "dbfs:/runs/1".into(),
        description: Some("it's one".into()),
        ..CreateModelVersion::default()
    };
    let number = client.create_model_version(&version).await.unwrap();
    let root = FileRoot::ModelVersion { model: model.clone(), version: number };
    for path in FILES {
        client.upload_file(&root, path, format!("{path} of {number}").into()).await.unwrap();
    }
    client.finalize_model_version(&model, number).await.unwrap();
    client.set_model_alias(&model, "newest", number).await.unwrap();
}

/// The models of a catalog with their versions, files and aliases.
pub(super) async fn models(fixture: &Fixture, catalog: &str) -> Facts {
    let catalog = identifier(catalog);
    let schemas: Vec<_> = fixture.client.list_schemas(&catalog).try_collect().await.unwrap();
    let mut facts = Facts::new();
    for schema in schemas.into_iter().filter_map(|schema| schema.name) {
        let schema = identifier(&schema);
        let models: Vec<_> = fixture.client.list_models(&catalog, &schema).try_collect().await.unwrap();
        for model in models.into_iter().filter_map(|model| model.name) {
            let full_name =
                FullName::of_catalog(catalog.clone()).child(schema.clone()).child(identifier(&model));
            facts.extend(versions(fixture, &full_name).await);
        }
    }
    facts
}

async fn versions(fixture: &Fixture, model: &FullName) -> Vec<String> {
    let own = format!("model {}.{}", model.schema().unwrap().as_str(), model.name().as_str());
    let aliases = fixture.client.model_aliases(model).await.unwrap();
    let mut aliases: Vec<_> =
        aliases.into_iter().map(|alias| (alias.alias_name, alias.version_num)).collect();
    aliases.sort();
    let mut facts = vec![format!("{own}: {aliases:?}")];
    let listed: Vec<_> = fixture.client.list_model_versions(model).try_collect().await.unwrap();
    for version in listed {
        let number = version.version.unwrap();
        let mut fact = format!("{own}/{number}: {:?} {:?}", version.status, version.comment);
        let root = FileRoot::ModelVersion { model: model.clone(), version: number };
        for path in FILES {
            let content = fixture.client.download_file(&root, path, None).await.ok();
            write!(fact, " {content:?}").unwrap();
        }
        facts.push(fact);
    }
    facts
}
